//! Builds with `docker buildx build`, a subprocess in a process group of its own.
//!
//! The Dockerfile is handed over as a copy beside an ignore file of its own, so that `.prove/`
//! stays out and the project's files are not touched. No tag is put on.

use std::collections::BTreeMap;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep_until, timeout};

use super::context::Context;
use super::words::{Plain, Said, Tail, is_own_step};
use super::{End, finish};
use crate::exec::container::discover::Address;
use crate::exec::container::engine::Trouble;
use crate::exec::container::session::Session;
use crate::exec::container::{killed, stop_answer, stopped};
use crate::exec::{Desk, Stop, Stream};
use crate::model::{BuildRequest, NoAnswer, Unanswered, limits};

/// Whether `docker buildx version` works here.
pub(super) async fn is_there(session: &Session) -> bool {
    let Some(mut version) = command(session) else {
        return false;
    };
    version
        .args(["buildx", "version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut child) = version.spawn() else {
        return false;
    };
    matches!(timeout(limits::ENGINE_ANSWER, child.wait()).await, Ok(Ok(status)) if status.success())
}

/// `docker` with only those variables that it needs to find its settings and the engine.
fn command(session: &Session) -> Option<Command> {
    let env = &session.env;
    let path = env.get("PATH")?;
    let docker = which::which_in("docker", Some(path), &session.root).ok()?;
    let mut command = Command::new(docker);
    command
        .env_clear()
        .current_dir(&session.root)
        .stdin(Stdio::null());
    command.process_group(0).kill_on_drop(true);
    let needed = |name: &str| {
        let lower = name.to_ascii_lowercase();
        matches!(
            name,
            "PATH" | "HOME" | "USER" | "LANG" | "TMPDIR" | "XDG_RUNTIME_DIR" | "XDG_CONFIG_HOME"
        ) || name.starts_with("DOCKER_")
            || name.starts_with("BUILDX_")
            || lower.ends_with("_proxy")
    };
    command.envs(env.iter().filter(|(name, _)| needed(name)));
    if matches!(session.engine.endpoint.address, Address::Unix(_)) {
        // The very engine that the images are inspected on and run with.
        command.env("DOCKER_HOST", session.engine.endpoint.url());
    }
    command
        .env("DOCKER_BUILDKIT", "1")
        .env("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
    Some(command)
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
    let folder = tempfile::tempdir().map_err(io)?;
    let iid = folder.path().join("iid");
    let dockerfile = folder.path().join("Dockerfile");
    std::fs::copy(&context.dockerfile, &dockerfile).map_err(io)?;
    let mut rules = context.ignore_text.clone();
    rules.extend_from_slice(b"\n**/.prove\n");
    std::fs::write(folder.path().join("Dockerfile.dockerignore"), rules).map_err(io)?;
    let missing = || Unanswered::new(NoAnswer::ToolMissing, "docker is not in PATH");
    let mut command = command(session).ok_or_else(missing)?;
    command.args(["buildx", "build", "--load", "--progress=plain"]);
    command
        .arg("--iidfile")
        .arg(&iid)
        .arg("--file")
        .arg(&dockerfile);
    arguments(&mut command, request);
    command
        .arg(&context.dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(io)?;
    let (status, tail, error) = follow(child, desk).await?;
    if status {
        let id = std::fs::read_to_string(&iid)
            .ok()
            .map(|id| id.trim().to_owned());
        return finish(Ok(()), id.filter(|id| !id.is_empty()), tail);
    }
    if lost_the_engine(&error) {
        return finish(Err(Trouble::Gone(error)), None, tail);
    }
    finish(Err(Trouble::Broke(error)), None, tail)
}

fn arguments(command: &mut Command, request: &BuildRequest) {
    for (name, value) in &request.args {
        command.arg("--build-arg").arg(format!("{name}={value}"));
    }
    let options = [
        ("--target", &request.target),
        ("--platform", &request.platform),
        ("--network", &request.network),
    ];
    for (option, value) in options {
        if let Some(value) = value {
            command.arg(option).arg(value);
        }
    }
    let mut env = BTreeMap::new();
    for (number, (id, secret)) in request.secrets.iter().enumerate() {
        let variable = format!("PROVE_BUILD_SECRET_{number}");
        command
            .arg("--secret")
            .arg(format!("id={id},env={variable}"));
        env.insert(variable, secret.0.clone());
    }
    command.envs(env);
}

fn lost_the_engine(error: &str) -> bool {
    let words = [
        "Cannot connect to the Docker daemon",
        "error reading from server",
        "closing transport",
    ];
    words.iter().any(|words| error.contains(words))
}

/// Hands on what it says until it ends: whether it was good, its last lines, its error.
async fn follow(mut child: Child, desk: &Desk<'_>) -> Result<(bool, Tail, String), Unanswered> {
    let group = child.id();
    let mut lines = Lines {
        plain: Plain::default(),
        tail: Tail::default(),
        error: String::new(),
        desk,
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let mut deadline: Option<Instant> = None;
    let mut stop = None;
    let work = async move {
        tokio::join!(drain(out), lines.read(err));
        (child.wait().await, lines)
    };
    tokio::pin!(work);
    let (status, lines) = loop {
        tokio::select! {
            ended = &mut work => break ended,
            wanted = stopped(desk), if stop.is_none() => {
                signal(group, if wanted.kill { Signal::KILL } else { Signal::TERM });
                (stop, deadline) = (Some(wanted), Some(Instant::now() + limits::GRACE));
            }
            () = killed(desk), if stop.is_some_and(|stop: Stop| !stop.kill) && deadline.is_some() => {
                signal(group, Signal::KILL);
                deadline = None;
            }
            () = until(deadline), if deadline.is_some() => {
                signal(group, Signal::KILL);
                deadline = None;
            }
        }
    };
    // Helpers that docker started must not outlive it.
    signal(group, Signal::KILL);
    if let Some(stop) = stop {
        return Err(stop_answer(stop));
    }
    let status = status.map_err(|error| Unanswered::new(NoAnswer::Io, error.to_string()))?;
    Ok((status.success(), lines.tail, lines.error))
}

struct Lines<'a> {
    plain: Plain,
    tail: Tail,
    error: String,
    desk: &'a Desk<'a>,
}

impl Lines<'_> {
    async fn read(&mut self, from: Option<impl AsyncRead + Unpin>) {
        let Some(from) = from else { return };
        let mut reader = BufReader::new(from);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line).await, Ok(count) if count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if let Some(error) = text.strip_prefix("ERROR: ") {
                error.clone_into(&mut self.error);
            }
            match self.plain.line(&text) {
                Some(Said::Step(step)) if is_own_step(&step) => self.desk.sink.progress(&step),
                Some(Said::Step(_)) => {}
                Some(Said::Output(text)) => {
                    self.desk.sink.output(Stream::Stdout, text.as_bytes());
                    self.tail.push(&text);
                }
                None => {}
            }
        }
    }
}

async fn drain(from: Option<impl AsyncRead + Unpin>) {
    if let Some(mut from) = from {
        // buildx prints the image's id here; the iidfile says it, too.
        let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    }
}

fn signal(group: Option<u32>, signal: Signal) {
    let group = group
        .and_then(|group| i32::try_from(group).ok())
        .and_then(Pid::from_raw);
    if let Some(group) = group {
        // ESRCH: everybody in it has gone already.
        let _ = kill_process_group(group, signal);
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
