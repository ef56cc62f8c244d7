//! Floor 7, answers probes: in a process, in a container. Observes; decides nothing.
//!
//! Must not know the store, the plan, or any kind.

mod beside;
pub mod container;
pub mod files;
mod local;
pub mod process;
mod traced;

use std::future::Future;
use std::pin::Pin;

use tokio::sync::watch;

pub use local::Local;
pub use traced::Traced;

use crate::model::{Answer, GateName, Probe, Reason, StopCause};

/// A future that need not be `Send`: the driver runs on one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Answers probes. The driver holds one; tests hold scripted ones.
pub trait Executor {
    /// Answers one probe. Never panics, never hangs past `desk.stop`; whatever it started is gone
    /// when the future is done.
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer>;

    /// From now on so many of the run's CPU slots are taken by gates; the rest is for jobs that
    /// they start.
    fn taken(&self, slots: usize) {
        let _ = slots;
    }

    /// Where somebody else counts the CPU slots (a make around prove): wants so many of them, and
    /// gives back what is more; how many there are now. `None` where they are the run's own.
    fn lent(&self, slots: usize) -> Option<usize> {
        let _ = slots;
        None
    }

    /// Done when more could be lent. May be dropped.
    fn more(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    /// The end of the run, when nothing is asked any more: removes what was held until now. May be
    /// dropped before it is done; what is left by then [`Executor::closed`] tells.
    fn clear_up(&self) -> LocalFuture<'_, ()>;

    /// What came of it. Asked once, after [`Executor::clear_up`] is done or dropped.
    fn closed(&self) -> Closed;
}

/// What the end of a run came to, as to what was made for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// Worth saying.
    pub notes: Vec<String>,
    /// What is still there, named, with how to remove it: such a run is not proved (rule 8).
    pub left: Vec<Reason>,
}

/// What an executor gets beside the probe.
pub struct Desk<'a> {
    /// The gate on whose behalf it works.
    pub gate: &'a GateName,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// CPUs that it has to itself; `None` is all of them.
    pub cpus: Option<u32>,
    /// Where output goes.
    pub sink: &'a dyn Sink,
    /// `None` until the driver wants it to stop. A stop may be raised from gentle to kill.
    pub stop: watch::Receiver<Option<Stop>>,
}

impl Desk<'_> {
    /// Done when the driver wants a stop. A driver that is gone wants nothing any more.
    async fn stopped(&self) -> Stop {
        self.told(|_| true).await
    }

    /// Done when the driver wants it killed.
    async fn killed(&self) -> Stop {
        self.told(|stop| stop.kill).await
    }

    async fn told(&self, enough: impl Fn(Stop) -> bool) -> Stop {
        let mut stop = self.stop.clone();
        let wanted = stop.wait_for(|stop| stop.is_some_and(&enough)).await;
        match wanted.ok().and_then(|stop| *stop) {
            Some(stop) => stop,
            None => std::future::pending().await,
        }
    }
}

/// The driver wants an executor to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub cause: StopCause,
    /// Not gently: SIGKILL now.
    pub kill: bool,
}

/// Where output goes. Bytes as they come; masking and capping are the sink's work.
pub trait Sink {
    /// Raw output of the gate.
    fn output(&self, stream: Stream, bytes: &[u8]);
    /// A line of progress for people (`[3/7] RUN npm ci`).
    fn progress(&self, line: &str);
    /// Where files that a gate wants kept are to be copied, when it is known.
    fn keep_dir(&self) -> Option<std::path::PathBuf>;
}

/// A sink that nobody listens to.
struct Unheard;

impl Sink for Unheard {
    fn output(&self, _: Stream, _: &[u8]) {}

    fn progress(&self, _: &str) {}

    fn keep_dir(&self) -> Option<std::path::PathBuf> {
        None
    }
}

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
