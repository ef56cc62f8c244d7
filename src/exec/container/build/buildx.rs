//! Builds with `docker buildx build`, run like a gate's command on the host: marked, guarded by
//! the warden, ended with all that it started.
//!
//! The Dockerfile is handed over as a copy beside an ignore file of its own, so that `.prove/`
//! stays out and the project's files are not touched. No tag is put on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokio::sync::watch;
use tokio::time::timeout;

use super::context::Context;
use super::words::{LINE_BYTES, Plain, Said, Tail, is_own_step};
use super::{End, finish};
use crate::exec::container::discover::{Address, Endpoint};
use crate::exec::container::engine::Trouble;
use crate::exec::container::session::Session;
use crate::exec::{Desk, Sink, Stream, Unheard};
use crate::model::{
    Answer, BuildRequest, Collect, Command, ContainerOptions, Ending, NoAnswer, Place, Ran,
    RunRequest, Secret, SharedJobs, Unanswered, limits,
};

/// Variables of a process.
type Env = BTreeMap<String, String>;

/// Whether `docker buildx version` works here.
pub(super) async fn is_there(session: &Session, desk: &Desk<'_>) -> bool {
    let Some(request) = request(session, &["buildx".to_owned(), "version".to_owned()]) else {
        return false;
    };
    // A stop is heard by whoever asks; this is dropped then.
    let (_nobody, stop) = watch::channel(None);
    let desk = Desk {
        gate: desk.gate,
        attempt: desk.attempt,
        cpus: desk.cpus,
        sink: &Unheard,
        stop,
    };
    let version = session.process.run(&request, &desk);
    match timeout(limits::ENGINE_ANSWER, version).await {
        Ok(Answer::Ran(ran)) => ran.ending == Ending::Exited(0),
        _ => false,
    }
}

/// `docker` with only those variables that it needs to find its settings and the engine.
fn request(session: &Session, arguments: &[String]) -> Option<RunRequest> {
    let (docker, env) = client(&session.env, &session.root, &session.engine.endpoint)?;
    let mut argv = vec![docker];
    argv.extend_from_slice(arguments);
    Some(RunRequest {
        place: Place::Host,
        command: Command::Argv(argv),
        cwd: ".".to_owned(),
        env,
        secrets: BTreeMap::new(),
        container: ContainerOptions::default(),
        // Apart from the progress: the image's id comes there, which the iidfile says, too.
        capture_stdout: true,
        capture_stderr: false,
        collect: Collect::default(),
        jobserver: SharedJobs::Nobody,
    })
}

/// What buildx says of its version, when it works here.
pub(super) async fn version(env: &Env, root: &Path, endpoint: &Endpoint) -> Option<String> {
    let (docker, env) = client(env, root, endpoint)?;
    let mut command = tokio::process::Command::new(docker);
    command.args(["buildx", "version"]).current_dir(root);
    command.env_clear().envs(env).kill_on_drop(true);
    command.stdin(std::process::Stdio::null());
    let output = timeout(limits::ENGINE_ANSWER, command.output()).await;
    let output = output.ok()?.ok().filter(|output| output.status.success())?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Some(said.lines().next().unwrap_or_default().to_owned())
}

/// The docker program, and its environment.
fn client(env: &Env, root: &Path, endpoint: &Endpoint) -> Option<(String, Env)> {
    let path = env.get("PATH")?;
    let docker = which::which_in("docker", Some(path), root).ok()?;
    let docker = docker.to_str()?.to_owned();
    let needed = |name: &str| {
        let lower = name.to_ascii_lowercase();
        matches!(
            name,
            "PATH" | "HOME" | "USER" | "LANG" | "TMPDIR" | "XDG_RUNTIME_DIR" | "XDG_CONFIG_HOME"
        ) || name.starts_with("DOCKER_")
            || name.starts_with("BUILDX_")
            || lower.ends_with("_proxy")
    };
    let mut passed: Env = env
        .iter()
        .filter(|(name, _)| needed(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut set = |name: &str, value: String| passed.insert(name.to_owned(), value);
    if matches!(endpoint.address, Address::Unix(_)) {
        // The very engine that the images are inspected on and run with.
        set("DOCKER_HOST", endpoint.url());
    }
    set("DOCKER_BUILDKIT", "1".to_owned());
    set("BUILDX_NO_DEFAULT_ATTESTATIONS", "1".to_owned());
    Some((docker, passed))
}

/// Builds, and stops when the driver wants it.
pub(super) async fn build(
    session: &Session,
    request: &BuildRequest,
    (context, desk): (Context, &Desk<'_>),
) -> Result<End, Unanswered> {
    let io = |error: std::io::Error| {
        Unanswered::new(NoAnswer::Io, format!("preparing the build: {error}"))
    };
    // Nobody but the next run could remove it after a kill.
    let folder = session.lease.folder().map_err(io)?;
    let iid = folder.path().join("iid");
    let dockerfile = folder.path().join("Dockerfile");
    std::fs::copy(&context.dockerfile, &dockerfile).map_err(io)?;
    let mut rules = context.ignore_text.clone();
    rules.extend_from_slice(b"\n**/.prove\n");
    std::fs::write(folder.path().join("Dockerfile.dockerignore"), rules).map_err(io)?;
    let (arguments, secrets) = arguments(request, &iid, &dockerfile, &context.dir);
    let missing = || Unanswered::new(NoAnswer::ToolMissing, "docker is not in PATH");
    let mut command = self::request(session, &arguments).ok_or_else(missing)?;
    command.secrets = secrets;
    let lines = Lines {
        seen: RefCell::default(),
        desk,
    };
    let inner = Desk {
        gate: desk.gate,
        attempt: desk.attempt,
        cpus: desk.cpus,
        sink: &lines,
        stop: desk.stop.clone(),
    };
    let ran = match session.process.run(&command, &inner).await {
        Answer::Ran(ran) => ran,
        Answer::Unanswered(why) => return Err(why),
        other => {
            let message = format!("docker buildx gave another answer: {other:?}");
            return Err(Unanswered::new(NoAnswer::CannotStart, message));
        }
    };
    ended(&ran, lines, &iid)
}

/// What it means how buildx ended.
fn ended(ran: &Ran, lines: Lines<'_>, iid: &Path) -> Result<End, Unanswered> {
    for note in &ran.notes {
        lines.desk.sink.progress(&format!("note: {note}"));
    }
    let Seen { tail, error, .. } = lines.end();
    match ran.ending {
        Ending::Exited(0) => {
            let id = match std::fs::read_to_string(iid) {
                Ok(id) => id.trim().to_owned(),
                // No id, no image: `finish` says so.
                Err(_) => String::new(),
            };
            finish(Ok(()), Some(id).filter(|id| !id.is_empty()), tail)
        }
        Ending::Exited(_) if lost_the_engine(&error) => {
            finish(Err(Trouble::Gone(error)), None, tail)
        }
        Ending::Exited(_) => finish(Err(Trouble::Broke(error)), None, tail),
        Ending::Stopped(cause) => Err(Unanswered::new(
            NoAnswer::Stopped(cause),
            "stopped before there was an answer",
        )),
        Ending::Signaled(_) | Ending::OutOfMemory => Err(Unanswered::new(
            NoAnswer::EngineGone,
            "docker buildx was killed, and says nothing about the image",
        )
        .hint("look for what killed it (memory?), then run again")),
    }
}

type Secrets = BTreeMap<String, Secret>;

/// The arguments, and what goes by the environment.
fn arguments(
    request: &BuildRequest,
    iid: &Path,
    dockerfile: &Path,
    dir: &Path,
) -> (Vec<String>, Secrets) {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut arguments: Vec<String> = ["buildx", "build", "--load", "--progress=plain"]
        .map(str::to_owned)
        .to_vec();
    let mut add = |option: &str, value: String| arguments.extend([option.to_owned(), value]);
    add("--iidfile", path(iid));
    add("--file", path(dockerfile));
    for (name, value) in &request.args {
        add("--build-arg", format!("{name}={value}"));
    }
    let options = [
        ("--target", &request.target),
        ("--platform", &request.platform),
        ("--network", &request.network),
    ];
    for (option, value) in options {
        if let Some(value) = value {
            add(option, value.clone());
        }
    }
    let mut secrets = Secrets::new();
    for (number, (id, secret)) in request.secrets.iter().enumerate() {
        let variable = format!("PROVE_BUILD_SECRET_{number}");
        add("--secret", format!("id={id},env={variable}"));
        secrets.insert(variable, secret.clone());
    }
    arguments.push(path(dir));
    (arguments, secrets)
}

fn lost_the_engine(error: &str) -> bool {
    let words = [
        "Cannot connect to the Docker daemon",
        "error reading from server",
        "closing transport",
    ];
    words.iter().any(|words| error.contains(words))
}

/// Reads what buildx says, and hands it on as what it means.
struct Lines<'a> {
    seen: RefCell<Seen>,
    desk: &'a Desk<'a>,
}

#[derive(Default)]
struct Seen {
    plain: Plain,
    tail: Tail,
    /// The last error that it named.
    error: String,
    /// The line that has no end yet.
    open: Vec<u8>,
}

impl Sink for Lines<'_> {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stdout {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            seen.open.extend_from_slice(piece);
            if piece.ends_with(b"\n") || seen.open.len() > LINE_BYTES {
                seen.line(self.desk);
            }
        }
    }

    fn progress(&self, line: &str) {
        self.desk.sink.progress(line);
    }

    fn keep_dir(&self) -> Option<PathBuf> {
        None
    }
}

impl Lines<'_> {
    fn end(self) -> Seen {
        let mut seen = self.seen.into_inner();
        seen.line(self.desk);
        seen
    }
}

impl Seen {
    fn line(&mut self, desk: &Desk<'_>) {
        let line = std::mem::take(&mut self.open);
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        if let Some(error) = text.strip_prefix("ERROR: ") {
            error.clone_into(&mut self.error);
        }
        match self.plain.line(&text) {
            Some(Said::Step(step)) if is_own_step(&step) => desk.sink.progress(&step),
            Some(Said::Step(_)) => {}
            Some(Said::Output(text)) => {
                desk.sink.output(Stream::Stdout, text.as_bytes());
                self.tail.push(&text);
            }
            None => {}
        }
    }
}
