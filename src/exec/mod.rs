//! Floor 7, answers probes: in a process, in a container. Observes; decides nothing.
//!
//! Must not know the store, the plan, or any kind.

pub mod container;
pub mod files;
mod local;
pub mod process;

use std::future::Future;
use std::pin::Pin;

use tokio::sync::watch;

pub use local::Local;

use crate::model::{Answer, GateName, Probe, StopCause};

/// A future that need not be `Send`: the driver runs on one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Answers probes. The driver holds one; tests hold scripted ones.
pub trait Executor {
    /// Answers one probe. Never panics, never hangs past `desk.stop`; whatever it started is gone
    /// when the future is done.
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer>;
}

/// What an executor gets beside the probe.
pub struct Desk<'a> {
    /// The gate on whose behalf it works.
    pub gate: &'a GateName,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Where output goes.
    pub sink: &'a dyn Sink,
    /// `None` until the driver wants it to stop. A stop may be raised from gentle to kill.
    pub stop: watch::Receiver<Option<Stop>>,
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

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
