//! A fake engine on a socket, for what a real one does only on its worst days: refuse, hang, die.

mod bringing;
mod buildx;
mod logins;
mod making;
mod memory;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;

use super::config::tests::request;
use super::tests::{Heard, ask, process};
use super::{Container, Settings};
use crate::exec::Executor as _;
use crate::model::{Answer, ImageRef, NoAnswer, Probe, Unanswered};

/// What the fake does with a request after its answer.
#[derive(Clone)]
enum Play {
    /// Sends this and closes.
    Send(String),
    /// Says nothing and stays open.
    Hang,
    /// Sends this and stays open.
    Stall(String),
    /// Does this when it is told to, whether or not somebody still listens.
    When(Arc<Notify>, Arc<dyn Fn() -> Play + Send + Sync>),
}

type Script = fn(&str) -> Play;

/// A script that remembers.
type Scripted = Arc<dyn Fn(&str) -> Play + Send + Sync>;

fn json(body: &str) -> Play {
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    Play::Send(format!("{head}Content-Length: {length}\r\n\r\n{body}"))
}

/// A stream in chunks that is never ended properly: the engine died.
fn broken(body: &str) -> Play {
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked";
    Play::Send(format!("{head}\r\n\r\n{length:x}\r\n{body}\r\n"))
}

/// A stream in chunks that ends as it should.
fn ended(body: &str) -> Play {
    let Play::Send(text) = broken(body) else {
        return Play::Hang;
    };
    Play::Send(format!("{text}0\r\n\r\n"))
}

/// What any engine answers before the work starts.
fn polite(path: &str) -> Play {
    match path {
        p if p.contains("/version") => json(r#"{"ApiVersion":"1.41","Version":"20.10"}"#),
        p if p.contains("/containers/json") || p.contains("/images/json") => json("[]"),
        p if p.contains("/images/") => json(r#"{"Id":"sha256:1","RootFS":{"Type":"layers"}}"#),
        p if p.contains("/containers/create") => json(r#"{"Id":"c","Warnings":[]}"#),
        p if p.contains("/attach") => Play::Send(
            "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n".to_owned(),
        ),
        _ => json("{}"),
    }
}

async fn serve(mut stream: UnixStream, script: Scripted) {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => seen.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&seen).into_owned();
    let mut request = text.lines().next().unwrap_or_default().to_owned();
    let auth = text
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("x-registry-auth:"));
    if let Some((_, auth)) = auth.and_then(|line| line.split_once(':')) {
        request.push_str(&format!(" x-registry-auth: {}", auth.trim()));
    }
    let path = request.split_whitespace().nth(1).unwrap_or_default();
    if path.contains("/build") {
        // The whole context first, as an engine does: its last chunk is empty.
        while !seen.ends_with(b"0\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => seen.extend_from_slice(&buffer[..count]),
                _ => return,
            }
        }
    }
    let mut play = script(&request);
    if let Play::When(told, then) = play {
        told.notified().await;
        play = then();
    }
    match play {
        Play::Send(text) => drop(stream.write_all(text.as_bytes()).await),
        Play::Stall(text) => {
            drop(stream.write_all(text.as_bytes()).await);
            std::future::pending::<()>().await;
        }
        Play::Hang | Play::When(..) => std::future::pending().await,
    }
}

/// Asks one probe of an engine that follows this script.
async fn asked(script: Script, probe: &Probe) -> Unanswered {
    let (container, _dir) = staged(Arc::new(script));
    match ask(&container, probe, &Heard::default()).await {
        Answer::Unanswered(why) => why,
        other => panic!("{other:?}"),
    }
}

/// An executor on an engine that follows this script, for as long as the folder is held.
fn staged(script: Scripted) -> (Container, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("engine.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&script)));
        }
    });
    std::fs::write(dir.path().join("Dockerfile"), "FROM scratch\n").unwrap();
    (executor(dir.path(), &socket), dir)
}

fn executor(dir: &Path, socket: &Path) -> Container {
    let host = format!("unix://{}", socket.display());
    let runtime = dir.to_str().unwrap().to_owned();
    let env = [("DOCKER_HOST", host), ("XDG_RUNTIME_DIR", runtime)];
    let env: BTreeMap<String, String> = env
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let name = dir.file_name().unwrap().to_str().unwrap();
    let run = format!("fake-{}", name.trim_start_matches('.'));
    let settings = Settings {
        root: dir.to_path_buf(),
        env,
        run: "fake".to_owned(),
        keep: None,
    };
    Container {
        answer: Duration::from_millis(200),
        ..Container::new(settings, process(dir, &run))
    }
}

fn build() -> Probe {
    Probe::Build(Box::default())
}

fn run() -> Probe {
    Probe::Run(Box::new(request(
        ImageRef::Named("x".to_owned()),
        &["true"],
    )))
}

#[tokio::test]
async fn no_engine_is_said_with_what_was_tried() {
    let dir = tempfile::tempdir().unwrap();
    let container = executor(dir.path(), &dir.path().join("none.sock"));
    let Answer::Unanswered(why) = ask(&container, &run(), &Heard::default()).await else {
        panic!("there is no engine")
    };
    assert_eq!(why.why, NoAnswer::EngineAbsent);
    assert!(
        why.message.contains("none.sock") && why.message.contains("DOCKER_HOST"),
        "{why:?}"
    );
    assert!(why.hint.is_some());
}

#[tokio::test]
async fn a_socket_that_nobody_serves_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let container = executor(dir.path(), &socket);
    let Answer::Unanswered(why) = ask(&container, &run(), &Heard::default()).await else {
        panic!("nobody listens")
    };
    assert_eq!(why.why, NoAnswer::EngineAbsent);
    assert!(why.message.contains("nobody listens"), "{why:?}");
}

#[tokio::test]
async fn an_engine_that_says_nothing_is_not_waited_for() {
    let why = asked(|_| Play::Hang, &run()).await;
    assert_eq!(why.why, NoAnswer::EngineGone, "{why:?}");
    let hangs_at_create: Script = |path| {
        if path.contains("/create") {
            Play::Hang
        } else {
            polite(path)
        }
    };
    let why = asked(hangs_at_create, &run()).await;
    assert_eq!(why.why, NoAnswer::EngineGone, "{why:?}");
    assert!(why.message.contains("does not answer within"), "{why:?}");
}

#[tokio::test]
async fn something_else_that_answers_is_no_engine() {
    let why = asked(|_| Play::Send("SSH-2.0-OpenSSH\r\n".to_owned()), &run()).await;
    assert_eq!(why.why, NoAnswer::EngineAbsent, "{why:?}");
}

#[tokio::test]
async fn an_engine_that_dies_in_a_build_is_gone_and_fails_nobodys_build() {
    let dies: Script = |path| match path {
        p if p.contains("/build") => broken("{\"stream\":\"Step 1/1 : FROM scratch\\n\"}\n"),
        p => polite(p),
    };
    let why = asked(dies, &build()).await;
    assert_eq!(why.why, NoAnswer::EngineGone, "{why:?}");
}

#[tokio::test]
async fn a_build_without_an_image_id_is_no_build() {
    let empty: Script = |path| match path {
        p if p.contains("/build") => ended("{\"stream\":\"Successfully built\\n\"}\n"),
        p => polite(p),
    };
    let why = asked(empty, &build()).await;
    assert_eq!(why.why, NoAnswer::EngineGone, "{why:?}");
    assert!(why.message.contains("without an image"), "{why:?}");
}

#[tokio::test]
async fn a_line_without_an_end_is_output_all_the_same() {
    let long: Script = |path| match path {
        p if p.contains("/build") => {
            let dots = format!("{{\"stream\":\"{}\"}}\n", ".".repeat(1000));
            broken(&dots.repeat(100))
        }
        p => polite(p),
    };
    let (container, dir) = staged(Arc::new(long));
    let classic = BTreeMap::from([("PROVE_BUILDER".to_owned(), "classic".to_owned())]);
    let mut settings = container.settings.clone();
    settings.env.extend(classic);
    let container = Container::new(settings, Rc::clone(&container.process));
    let heard = Heard::default();
    ask(&container, &build(), &heard).await;
    assert_eq!(heard.stdout.borrow().len(), 100_000);
    drop(dir);
}

#[tokio::test]
async fn an_engine_that_dies_in_a_run_is_gone() {
    let dies: Script = |path| match path {
        p if p.contains("/wait") => broken(""),
        p => polite(p),
    };
    let why = asked(dies, &run()).await;
    assert_eq!(why.why, NoAnswer::EngineGone, "{why:?}");
}

#[tokio::test]
async fn clearing_up_that_was_broken_off_leaves_what_it_had_not_removed() {
    let hangs: Script = |path| match path {
        p if p.contains("force=true") => Play::Hang,
        p => polite(p),
    };
    let (container, _dir) = staged(Arc::new(hangs));
    ask(&container, &run(), &Heard::default()).await;
    let limit = tokio::time::timeout(Duration::from_millis(20), container.clear_up());
    assert!(limit.await.is_err(), "it hangs");
    let left = &container.closed().left[0];
    assert!(
        left.details[0].contains("container prove-fake-"),
        "{left:?}"
    );
    let hint = left.hint.as_deref().unwrap();
    assert!(hint.contains("rm -fv prove-fake-"), "{hint}");
}
