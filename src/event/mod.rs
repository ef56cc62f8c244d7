//! Floor 2, the stream: everything that happens in a run, owned, ordered, recordable.
//!
//! Reporters see these and nothing else, so a recorded run replays into every file report.
//! The wire form (`events.jsonl`) is versioned by [`SCHEMA`].

mod history;
pub mod schema;
mod summary;
pub mod wire;

use serde::{Deserialize, Serialize};

use crate::model::{
    Case, Ending, Finding, GateName, ImageIdentity, Location, Reason, Revision, RunVerdict,
    VerdictWord,
};

pub use history::{History, Outcome, PastRun, Record};
pub use summary::{GateState, Summary};

/// Version of the wire form. A reader refuses a newer one by name.
pub const SCHEMA: u32 = 1;

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 0, 1, 2, … without a gap.
    pub seq: u64,
    /// Milliseconds since the run started.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Body {
    /// Always the first.
    RunStarted(Box<RunStarted>),
    /// An attempt of a gate started.
    GateStarted {
        /// Which.
        gate: GateName,
        /// 1 for the first.
        attempt: u32,
    },
    /// A gate has been running for a long time.
    GateSlow {
        /// Which.
        gate: GateName,
        /// How long, in milliseconds.
        elapsed_ms: u64,
    },
    /// A step of something long, such as an image build.
    Progress {
        /// Which.
        gate: GateName,
        /// One line, secrets masked.
        text: String,
    },
    /// An attempt did not pass and the gate will be tried again.
    Retrying {
        /// Which.
        gate: GateName,
        /// The attempt that just ended.
        attempt: u32,
        /// Why it did not pass.
        reason: Reason,
        /// Pause before the next one, in milliseconds.
        backoff_ms: u64,
    },
    /// A gate got its verdict. Every gate of the plan gets exactly one of these.
    GateFinished(Box<GateFinished>),
    /// A signal came in.
    Interrupted {
        /// Its number.
        signal: i32,
        /// The second one kills.
        forced: bool,
    },
    /// Something that must be said and decides nothing.
    Notice {
        /// One line.
        text: String,
    },
    /// Something because of which the run cannot be proved, though no gate says so: the work tree
    /// changed, a report or a log could not be written.
    Doubt {
        /// What, why, what to do.
        reason: Reason,
    },
    /// Always the last.
    RunFinished {
        /// The verdict, as the fold of everything before says.
        verdict: RunVerdict,
        /// In milliseconds.
        duration_ms: u64,
    },
}

/// The head of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The run's id, also its folder's name.
    pub run: String,
    /// The project's name.
    pub project: String,
    /// Version of prove.
    pub version: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// The arguments of prove, as typed.
    pub arguments: Vec<String>,
    /// What is judged, when the project is in a git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// How many gates may run at once.
    pub jobs: usize,
    /// The run takes only part of the pipeline: it never tags.
    pub narrowed: bool,
    /// Every gate of the plan, in the order of the file.
    pub gates: Vec<GateHead>,
    /// Gates of the file that are not in the plan, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// A gate of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateHead {
    /// Its name.
    pub gate: GateName,
    /// The kind's word (`run`, `build`, …; `tag` for the tag step).
    pub kind: String,
    /// One line: what it does, templates resolved as far as they can be.
    pub summary: String,
    /// Where its name is written, when that is in a file of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Location>,
    /// The file's `description`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The reason for which its outcome does not decide, when it is advisory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advisory: Option<String>,
    /// Gates it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<GateName>,
}

/// A gate that is not in the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub gate: GateName,
    /// Why.
    pub reason: String,
}

/// A gate got its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateFinished {
    /// Which.
    pub gate: GateName,
    /// Its verdict.
    pub verdict: VerdictWord,
    /// Why; absent only for a plain pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Attempts that were started; 0 for a gate that never ran.
    pub attempts: u32,
    /// It passed, but not at the first attempt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// All attempts with their pauses, in milliseconds.
    pub duration_ms: u64,
    /// How the last process ended, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// Test cases that it brought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
    /// Findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The image that it built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageIdentity>,
    /// Things that must be said in every report (rule 7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Its log, when it printed anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogRef>,
}

/// Where a log lies, and its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRef {
    /// Relative to the run's folder, with `/`.
    pub path: String,
    /// Bytes that were printed.
    pub bytes: u64,
    /// Bytes that were left out of the middle.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut: u64,
    /// The last lines, masked, escape sequences and control characters taken out.
    pub tail: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// Hears a run: reporters, the recorder. The engine hands every event to every listener, in order.
pub trait Listener {
    /// What it is called in a doubt ("report junit", "the recorder").
    fn name(&self) -> String;

    /// Takes one event.
    ///
    /// # Errors
    /// When it can no longer do its work (disk full, stdout closed): the engine raises a
    /// [`Body::Doubt`] with this reason, once, and hands it no more events.
    fn hear(&mut self, event: &Event) -> Result<(), Reason>;

    /// Makes everything that it writes whole, before the verdict is final: called when every gate
    /// is finished and before [`Body::RunFinished`], so that a report which cannot be written can
    /// still make a proved run undecided. `summary.finished` already holds the verdict and the
    /// duration that `RunFinished` will tell if nothing fails any more.
    ///
    /// Called again, with the worse verdict, when another listener failed meanwhile: what was
    /// written must be replaced. Never called on a listener that has failed.
    ///
    /// # Errors
    /// As [`Listener::hear`].
    fn seal(&mut self, summary: &Summary) -> Result<(), Reason> {
        let _ = summary;
        Ok(())
    }

    /// Whether all that was written so far has arrived where it goes, now that it had the time:
    /// asked after [`Listener::seal`], and once more after [`Body::RunFinished`].
    ///
    /// # Errors
    /// As [`Listener::hear`].
    fn arrived(&mut self) -> Result<(), Reason> {
        Ok(())
    }

    /// The [`Body::RunFinished`] that was told does not hold: somebody failed on that very event,
    /// or a signal came while readers were waited for. `events` stand in its place, the last of
    /// them is the end that holds, `summary` is the fold of all. Whatever can be replaced must be.
    /// Called again when somebody fails meanwhile, with all events that stand in that place.
    ///
    /// # Errors
    /// As [`Listener::hear`].
    fn amend(&mut self, events: &[Event], summary: &Summary) -> Result<(), Reason> {
        let _ = (events, summary);
        Ok(())
    }
}
