//! Follows a container from its start to its end: its output, its exit, and the stop ladder.

use std::future::Future;
use std::pin::Pin;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, KillContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncWrite;
use tokio::time::{Instant, sleep_until, timeout};

use super::Desk;
use super::engine::{Engine, Trouble};
use super::session::Session;
use crate::exec::{Stop, Stream as Which};
use crate::model::{NoAnswer, RunRequest, Unanswered, limits};

type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;

/// What goes into a container.
pub(super) type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// A container that is attached to and waited for.
pub(super) struct Follow {
    output: Output,
    /// Asks for the exit; nothing is asked before it is polled.
    exit: Pin<Box<dyn Future<Output = Result<(), Trouble>>>>,
    followed: Followed,
}

/// What was seen until the end.
#[derive(Default)]
pub(super) struct Followed {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    cut: (bool, bool),
    /// `prove` stopped it.
    pub(super) stopped: Option<Stop>,
    /// Things worth saying.
    pub(super) notes: Vec<String>,
}

impl Followed {
    fn take(&mut self, output: LogOutput, desk: &Desk<'_>) {
        let (which, held, cut, bytes) = match &output {
            LogOutput::StdErr { message } => {
                (Which::Stderr, &mut self.stderr, &mut self.cut.1, message)
            }
            LogOutput::StdOut { message }
            | LogOutput::StdIn { message }
            | LogOutput::Console { message } => {
                (Which::Stdout, &mut self.stdout, &mut self.cut.0, message)
            }
        };
        desk.sink.output(which, bytes);
        let room = limits::CAPTURE_BYTES.saturating_sub(held.len());
        *cut |= bytes.len() > room;
        held.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// stderr, when there was no stdout and stderr is short.
    pub(super) fn only_words(&self) -> Option<&[u8]> {
        (self.stdout.is_empty() && self.stderr.len() < 4096).then_some(self.stderr.as_slice())
    }

    /// stdout, stderr and whether one of them was cut, as far as the request asks for them.
    pub(super) fn captures(
        &self,
        request: &RunRequest,
    ) -> (Option<Vec<u8>>, Option<Vec<u8>>, bool) {
        let stdout = request.capture_stdout.then(|| self.stdout.clone());
        let stderr = request.capture_stderr.then(|| self.stderr.clone());
        let cut = (self.cut.0 && stdout.is_some()) || (self.cut.1 && stderr.is_some());
        (stdout, stderr, cut)
    }
}

impl Follow {
    /// Attaches to a container that is not started yet.
    pub(super) async fn attach(engine: &Engine, name: &str) -> Result<Self, Trouble> {
        let (follow, _) = Self::open(engine, name, false).await?;
        Ok(follow)
    }

    /// The same, with what is to be typed into it.
    pub(super) async fn attach_typing(
        engine: &Engine,
        name: &str,
    ) -> Result<(Self, Input), Trouble> {
        Self::open(engine, name, true).await
    }

    async fn open(engine: &Engine, name: &str, typing: bool) -> Result<(Self, Input), Trouble> {
        let options = AttachContainerOptionsBuilder::default().stdin(typing);
        let options = options.stdout(true).stderr(true).stream(true).build();
        let attached = engine.docker().attach_container(name, Some(options));
        let attached = engine.bounded(attached).await?;
        let (client, name) = (engine.patient(), name.to_owned());
        let exit = Box::pin(async move {
            // Asked after the start, so that an exit before the question is an answer, too.
            let options = WaitContainerOptionsBuilder::default()
                .condition("not-running")
                .build();
            match client.wait_container(&name, Some(options)).next().await {
                // A code that is not 0 arrives as an error.
                Some(Ok(_) | Err(Error::DockerContainerWaitError { .. })) => Ok(()),
                Some(Err(error)) => Err(error.into()),
                None => Err(Trouble::Gone("the engine broke off the wait".to_owned())),
            }
        });
        let follow = Self {
            output: attached.output,
            exit,
            followed: Followed::default(),
        };
        Ok((follow, attached.input))
    }

    /// Hands on the output until the container has ended and its output with it.
    pub(super) async fn follow(
        &mut self,
        session: &Session,
        name: &str,
        desk: &Desk<'_>,
    ) -> Result<Followed, Unanswered> {
        let mut open = true;
        let mut deadline: Option<Instant> = None;
        let mut dead = false;
        let exit = loop {
            tokio::select! {
                output = self.output.next(), if open => open = self.took(output, desk),
                exit = &mut self.exit => break exit,
                stop = desk.stopped(), if self.followed.stopped.is_none() => {
                    self.followed.stopped = Some(stop);
                    deadline = Some(Instant::now() + limits::GRACE);
                    self.signal(session, name, if stop.kill { "SIGKILL" } else { "SIGTERM" }).await;
                    dead = stop.kill;
                }
                _ = desk.killed(), if self.followed.stopped.is_some() && !dead => {
                    self.signal(session, name, "SIGKILL").await;
                    dead = true;
                }
                () = until(deadline), if deadline.is_some() => {
                    if dead {
                        break Err(Trouble::Gone("the engine cannot kill the container".to_owned()));
                    }
                    self.signal(session, name, "SIGKILL").await;
                    (dead, deadline) = (true, Some(Instant::now() + limits::ENGINE_ANSWER));
                }
            }
        };
        exit.map_err(|trouble| {
            trouble.unanswered(NoAnswer::EngineGone, "waiting for the container")
        })?;
        self.drain(open, desk).await;
        Ok(std::mem::take(&mut self.followed))
    }

    /// Takes a piece of output; false when there is no more.
    fn took(&mut self, output: Option<Result<LogOutput, Error>>, desk: &Desk<'_>) -> bool {
        match output {
            Some(Ok(output)) => self.followed.take(output, desk),
            Some(Err(error)) => {
                let note = format!("output was lost: {}", Trouble::from(error).message());
                self.followed.notes.push(note);
                // What was held is not the whole, and must not be judged as if it were.
                self.followed.cut = (true, true);
                return false;
            }
            None => return false,
        }
        true
    }

    /// What was printed before the end but is still on its way.
    async fn drain(&mut self, mut open: bool, desk: &Desk<'_>) {
        while open {
            match timeout(limits::GRACE, self.output.next()).await {
                Ok(output) => open = self.took(output, desk),
                Err(_) => {
                    self.followed
                        .notes
                        .push("the engine kept the output open".to_owned());
                    open = false;
                }
            }
        }
    }

    async fn signal(&mut self, session: &Session, name: &str, signal: &str) {
        let options = KillContainerOptionsBuilder::default()
            .signal(signal)
            .build();
        let kill = session.engine.docker().kill_container(name, Some(options));
        match session.engine.bounded(kill).await {
            Ok(()) => {}
            // 404 and 409: it has just ended by itself.
            Err(Trouble::Refused {
                status: 404 | 409, ..
            }) => {}
            Err(trouble) => {
                let note = format!("{signal} could not be sent: {}", trouble.message());
                self.followed.notes.push(note);
            }
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
