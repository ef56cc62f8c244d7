//! Hands the terminal over to a command that sees what a gate sees (`prove shell`), and takes it
//! back when that has ended. It stands in this process's own group, so that the terminal and the
//! keys of its user are as for any program that a shell starts.
//!
//! Judges nothing, and must not know what the command is.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::family::{at, count};
use super::start::{cannot, environment, explain, program};
use super::{Process, plain_ending};
use crate::exec::Desk;
use crate::model::{Ending, RunRequest, Unanswered};
use crate::sys::{self, Warden, process as tree};

/// What prove itself hears meanwhile.
pub struct Ears<'e> {
    /// Signals, by number.
    pub signals: &'e mut mpsc::UnboundedReceiver<i32>,
    /// There is a terminal, which tells the command of Ctrl-C itself.
    pub terminal: bool,
    /// It is a shell that somebody types into: such a one heeds nothing but a SIGHUP.
    pub shell: bool,
}

/// How a command ended that had the terminal.
#[derive(Debug)]
pub struct Entered {
    /// How.
    pub ending: Ending,
    /// The signal by which prove was asked to end, and so ended it.
    pub told: Option<i32>,
    /// What should be said.
    pub notes: Vec<String>,
}

impl Process {
    /// Runs the command of this request on this process's own streams, to its end and that of all
    /// that it started. Of signals it is told.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn enter(
        &self,
        request: &RunRequest,
        desk: &Desk<'_>,
        ears: Ears<'_>,
    ) -> Result<Entered, Unanswered> {
        let mut child = self.begin(request, desk)?;
        let mut told = None;
        let mut kill_at = None;
        let status = loop {
            tokio::select! {
                biased;
                status = child.wait() => break status,
                Some(signal) = ears.signals.recv() => {
                    if ears.terminal && signal == Signal::INT.as_raw() {
                        continue;
                    }
                    let first = told.replace(signal).is_none();
                    pass_on(&child, signal, ears.shell);
                    let patience = if first { self.times.grace } else { Duration::ZERO };
                    kill_at = Some(Instant::now() + patience);
                }
                () = at(kill_at) => {
                    // One that is dead by now is heard of above.
                    let _ = child.start_kill();
                    kill_at = None;
                }
            }
        };
        let status =
            status.map_err(|error| cannot(&format!("its ending cannot be known: {error}")))?;
        Ok(Entered {
            ending: plain_ending(status),
            told,
            notes: self.left_behind(),
        })
    }

    fn begin(&self, request: &RunRequest, desk: &Desk<'_>) -> Result<Child, Unanswered> {
        let argv = request.command.argv();
        let Some((word, arguments)) = argv.split_first() else {
            return Err(cannot("there is no command"));
        };
        let dir = sys::fs::join(&self.root, &request.cwd);
        let program = program(word, request, &dir)?;
        let number = self.starts.get() + 1;
        self.starts.set(number);
        let (mark, attempt) = (self.marker.value(number), desk.attempt.to_string());
        let mut command = Command::new(&program);
        command
            .arg0(word)
            .args(arguments)
            .env_clear()
            .envs(environment(request, desk, (&mark, &attempt)))
            .current_dir(&dir);
        let child = tokio::process::Command::from(command).spawn();
        child.map_err(|error| explain(&error, word, &program, &dir))
    }

    /// Ends what it left running: jobs in the background.
    fn left_behind(&self) -> Vec<String> {
        let warden: Vec<i32> = self.warden.iter().map(Warden::pid).collect();
        let rest = tree::reap_rest(&warden, &self.strangers, &self.marker);
        let killed = (!rest.killed.is_empty()).then(|| {
            let (count, names) = (count(rest.killed.len()), rest.killed.join(", "));
            format!("{count} left behind and killed: {names}")
        });
        killed.into_iter().collect()
    }
}

/// Tells it what prove was told. One that is stopped hears nothing.
fn pass_on(child: &Child, signal: i32, shell: bool) {
    let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) else {
        return;
    };
    let told = Signal::from_named_raw(signal).unwrap_or(Signal::TERM);
    tree::signal(pid, if shell { Signal::HUP } else { told });
    tree::signal(pid, Signal::CONT);
}
