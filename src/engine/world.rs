//! What the engine is handed: the world as traits, and how to run.
//!
//! Must not know which executor, which reports, or which clock stand behind them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::event::{Listener, LogRef};
use crate::exec::{Executor, LocalFuture, Stream};
use crate::model::{GateName, Location, Masker, Reason, Revision};
use crate::sys::Outlet;

/// How to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `-j`: how many CPU slots there are. 0 is taken as 1.
    pub jobs: usize,
    /// How much memory there is for gates that say what they use (`cost: {memory}`), in bytes;
    /// `None` when none of them says it, or it cannot be known.
    pub memory: Option<u64>,
    /// Stop everything at the first required gate that failed or could not be judged.
    pub fail_fast: bool,
    /// The run's timeout; `None` is no limit.
    pub timeout: Option<Duration>,
}

/// Everything outside that a run touches.
pub struct World<'w> {
    /// Who is running what.
    pub run: RunFacts,
    /// Answers probes.
    pub executor: &'w dyn Executor,
    /// Hear every event, in this order.
    pub listeners: Vec<Box<dyn Listener + 'w>>,
    /// Stamps events.
    pub clock: &'w dyn Clock,
    /// Numbers of signals that mean "stop": the first is gentle, the second kills.
    pub signals: mpsc::UnboundedReceiver<i32>,
    /// Keeps what gates print.
    pub logs: &'w dyn Logs,
    /// Takes secrets out of every text and every log.
    pub masker: Masker,
    /// Knows whether the work tree changed. `None` only when the plan has no product build:
    /// a product build that nobody watches is undecided.
    pub tree: Option<&'w dyn TreeWatch>,
    /// The streams behind the listeners whose readers may be slow: nothing is started while one of
    /// them has no room, and the end waits until they have it all.
    pub outlets: Vec<Outlet>,
}

/// The head of a run, as far as the plan does not know it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunFacts {
    /// The run's id, also its folder's name.
    pub id: String,
    /// The project's name.
    pub project: String,
    /// Version of prove.
    pub version: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// The arguments of prove, as typed.
    pub arguments: Vec<String>,
    /// What is judged.
    pub revision: Option<Revision>,
    /// Where gates are written.
    pub places: BTreeMap<GateName, Location>,
    /// How long gates took the last time, in milliseconds, as far as it is known: the longest chain
    /// is started first.
    pub took: BTreeMap<GateName, u64>,
    /// Said in every report before anything runs.
    pub notices: Vec<String>,
    /// Why the run cannot be proved, known before anything runs.
    pub doubts: Vec<Reason>,
}

/// Tells the time.
pub trait Clock {
    /// Milliseconds since the run started; never goes back.
    fn now_ms(&self) -> u64;
}

/// Paths and their stamps.
pub type Stamps = BTreeMap<PathBuf, u64>;

/// Watches the work tree since before the first check (rule 5). Whoever drops a future of these
/// before its end wants no answer any more: the reading ends.
pub trait TreeWatch {
    /// The paths that changed and that no gate declares to write; empty when nothing did.
    ///
    /// # Errors
    /// When it cannot be known, in words: the run is then undecided.
    fn changed(&self) -> LocalFuture<'_, Result<Vec<String>, String>>;

    /// Every path that counts with a stamp that any write changes, also one that is undone.
    ///
    /// # Errors
    /// As [`TreeWatch::changed`].
    fn stamps(&self) -> LocalFuture<'_, Result<Stamps, String>> {
        Box::pin(std::future::ready(Ok(Stamps::new())))
    }
}

/// Keeps what gates print, below the run's folder.
pub trait Logs {
    /// Opens the log of one attempt; called when its first byte is there.
    ///
    /// # Errors
    /// Why it cannot be opened: a doubt.
    fn open(&self, gate: &GateName, attempt: u32) -> Result<Box<dyn Log>, String>;

    /// Where the files of a gate's `keep:` go; `None` when nothing is kept.
    fn keep_dir(&self, gate: &GateName, attempt: u32) -> Option<PathBuf>;
}

/// The log of one attempt.
pub trait Log {
    /// Takes masked bytes.
    ///
    /// # Errors
    /// Why they could not be written, once: a doubt. More bytes may come, and may be forgotten.
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> Result<(), String>;

    /// Makes it whole and says where it lies, if there is anything.
    ///
    /// # Errors
    /// Why that failed, once: a doubt. Called again, it says what can still be said.
    fn finish(&mut self) -> Result<Option<LogRef>, String>;
}
