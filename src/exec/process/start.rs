//! Starts a command, and says in words why it could not be started.
//!
//! How a process is made is not known here (`sys/spawn.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::unix::pipe::Receiver;

use super::jobs::Offer;
use crate::exec::Desk;
use crate::model::{NoAnswer, RunRequest, Unanswered};
use crate::sys::MARKER;
use crate::sys::spawn::{Leader, Order, Spawner};

/// A leader and its pipes.
pub(super) struct Started {
    pub leader: Leader,
    /// Standard output; standard error too, in the order of the writes, unless one of them is
    /// judged apart.
    pub stdout: Receiver,
    pub stderr: Option<Receiver>,
}

/// Starts the command in a process group of its own.
pub(super) fn start(
    (spawner, root): (&mut Spawner, &Path),
    request: &RunRequest,
    desk: &Desk<'_>,
    (mark, offer): (&str, &Offer),
) -> Result<Started, Unanswered> {
    let argv = request.command.argv();
    let Some(word) = argv.first() else {
        return Err(cannot("there is no command"));
    };
    let dir = crate::sys::fs::join(root, &request.cwd);
    let program = program(word, request, &dir)?;
    let (out, stdout) = pipe().map_err(|error| plumbing(&error))?;
    let apart = request.capture_stdout || request.capture_stderr;
    let (err, stderr) = if apart {
        let (reader, writer) = pipe().map_err(|error| plumbing(&error))?;
        (Some(reader), writer)
    } else {
        (None, stdout.try_clone().map_err(|error| plumbing(&error))?)
    };
    let attempt = desk.attempt.to_string();
    let mut environment = environment(request, desk, (mark, &attempt));
    for (name, value) in &offer.vars {
        environment.entry(name).or_insert(value);
    }
    let order = Order::new(&program, &argv, &environment, &dir, (stdout, stderr));
    let leader = order.and_then(|order| spawner.start(order));
    Ok(Started {
        leader: leader.map_err(|error| explain(&error, word, &program, &dir))?,
        stdout: out,
        stderr: err,
    })
}

/// The variables that a gate sees; of one name those that stand later hold.
pub(super) fn environment<'a>(
    request: &'a RunRequest,
    desk: &'a Desk<'_>,
    (mark, attempt): (&'a str, &'a str),
) -> BTreeMap<&'a str, &'a str> {
    let secrets = request.secrets.iter();
    let secrets = secrets.map(|(name, secret)| (name.as_str(), secret.0.as_str()));
    let plain = request.env.iter();
    let plain = plain.map(|(name, value)| (name.as_str(), value.as_str()));
    let own = [
        (MARKER, mark),
        ("PROVE_GATE", desk.gate.as_str()),
        ("PROVE_ATTEMPT", attempt),
    ];
    plain.chain(secrets).chain(own).collect()
}

/// A pipe; nobody needs to ask the kernel whether it is one.
fn pipe() -> io::Result<(Receiver, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    let reader = OwnedFd::from(reader);
    rustix::io::ioctl_fionbio(&reader, true)?;
    Ok((Receiver::from_owned_fd_unchecked(reader)?, writer.into()))
}

/// A word with a slash is a path (relative to the gate's directory); a bare word is looked up in
/// the gate's own PATH.
pub(super) fn program(word: &str, request: &RunRequest, dir: &Path) -> Result<PathBuf, Unanswered> {
    let path = request.secrets.get("PATH").map(|secret| &secret.0);
    let path = path.or_else(|| request.env.get("PATH")).map(String::as_str);
    if word.contains('/') {
        return Ok(PathBuf::from(word));
    }
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        let message = format!("`{word}` was not found: PATH is not set");
        return Err(Unanswered::new(NoAnswer::CommandNotFound, message));
    };
    let mut barred = None;
    for folder in path.split(':') {
        let candidate = dir.join(folder).join(word);
        match fs::metadata(&candidate) {
            Ok(meta) if meta.is_file() && meta.permissions().mode() & 0o111 != 0 => {
                return Ok(candidate);
            }
            Ok(meta) if meta.is_file() => _ = barred.get_or_insert(candidate),
            _ => {}
        }
    }
    Err(match barred {
        Some(file) => not_executable(word, &file, "it is not executable", true),
        None if !dir.is_dir() => no_directory(dir),
        None => Unanswered::new(NoAnswer::CommandNotFound, format!("`{word}` was not found"))
            .hint("install it, or put its directory into PATH"),
    })
}

/// Why exec failed, found out after the fact.
pub(super) fn explain(error: &io::Error, word: &str, program: &Path, dir: &Path) -> Unanswered {
    if !dir.is_dir() {
        return no_directory(dir);
    }
    let file = dir.join(program);
    match (error.kind(), error.raw_os_error()) {
        (ErrorKind::NotFound | ErrorKind::NotADirectory, _) => missing(word, &file),
        (_, Some(libc::ENOEXEC)) => not_executable(
            word,
            &file,
            "it is neither a program for this machine nor a script with a `#!` line",
            false,
        ),
        (ErrorKind::PermissionDenied | ErrorKind::IsADirectory, _) if file.is_dir() => {
            not_executable(word, &file, "it is a directory", false)
        }
        (ErrorKind::PermissionDenied, _) => {
            let executable =
                fs::metadata(&file).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0);
            let why = if executable {
                "permission denied"
            } else {
                "it is not executable"
            };
            not_executable(word, &file, why, !executable)
        }
        (_, Some(libc::E2BIG)) => cannot("its arguments and environment are too long")
            .hint("hand a long list over in a file, or run it in smaller pieces"),
        (_, Some(libc::EAGAIN | libc::ENOMEM)) => {
            cannot(&format!("`{word}` could not be started: {error}"))
                .hint("the machine is out of processes or memory; try a smaller -j")
        }
        _ => cannot(&format!("`{word}` could not be started: {error}")),
    }
}

/// The kernel says "no such file": is it the program, or what the program needs to run?
fn missing(word: &str, file: &Path) -> Unanswered {
    let why = NoAnswer::CommandNotFound;
    if !file.exists() {
        return Unanswered::new(why, format!("`{word}` was not found"))
            .hint(format!("there is no {}", file.display()));
    }
    match interpreter(file) {
        Some(name) => {
            let message = format!("`{word}` asks for `{name}`, which is not there");
            let hint = if name.ends_with('\r') {
                "its lines end as on Windows (CR LF): save it with LF alone"
            } else {
                "install it, or change the `#!` line"
            };
            Unanswered::new(why, message.replace('\r', "\\r")).hint(hint)
        }
        None => Unanswered::new(why, format!("`{word}` is there, but its loader is not"))
            .hint("it was built for another system (musl or glibc, or another machine)"),
    }
}

/// The program of a script's `#!` line.
fn interpreter(file: &Path) -> Option<String> {
    let mut head = Vec::new();
    fs::File::open(file)
        .ok()?
        .take(256)
        .read_to_end(&mut head)
        .ok()?;
    let line = head
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    let line = String::from_utf8_lossy(line);
    let name = line
        .trim_start_matches([' ', '\t'])
        .split([' ', '\t'])
        .next()?;
    Some(name.to_owned())
}

fn not_executable(word: &str, file: &Path, why: &str, chmod: bool) -> Unanswered {
    let answer = Unanswered::new(
        NoAnswer::NotExecutable,
        format!("`{word}` cannot be executed: {why}"),
    );
    if chmod {
        answer.hint(format!("chmod +x {}", file.display()))
    } else {
        answer
    }
}

fn no_directory(dir: &Path) -> Unanswered {
    cannot(&format!(
        "the gate's directory {} is not there",
        dir.display()
    ))
    .hint("`cwd` is relative to the directory of the gate file")
}

pub(super) fn plumbing(error: &io::Error) -> Unanswered {
    cannot(&format!("no pipe can be had for its output: {error}"))
}

pub(super) fn cannot(message: &str) -> Unanswered {
    Unanswered::new(NoAnswer::CannotStart, message)
}
