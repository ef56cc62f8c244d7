//! Floor 1, the words: names, probes, answers, verdicts, evidence, digests, limits.
//!
//! Nothing here does I/O, reads a clock or imports another floor.

mod answer;
mod case;
mod digest;
mod evidence;
mod exit;
mod facts;
mod finding;
mod image;
pub mod limits;
mod mask;
pub mod name;
mod probe;
mod reason;
mod revision;
mod rule;
mod stage;
mod step;
mod trace;
mod verdict;

pub use answer::{
    Answer, Built, Collected, Content, Ending, Entry, EntryKind, Matched, NoAnswer, Ran, Snapshot,
    Stamp, StopCause, Unanswered,
};
pub use case::{Case, CaseStatus, CaseTotals};
pub use digest::Digest;
pub use evidence::Evidence;
pub use exit::ExitStatus;
pub use facts::{CiFacts, Facts, GitFacts};
pub use finding::{Finding, Location, Severity};
pub use image::ImageIdentity;
pub use mask::{MASK, Masker};
pub use name::{GateName, NameError};
pub use probe::{
    BuildRequest, Collect, Command, ContainerOptions, ImageRef, Mount, Network, Place, Probe,
    RunRequest, Secret, SharedJobs, Workspace,
};
pub use reason::Reason;
pub use revision::Revision;
pub use rule::{Rule, example_files};
pub use stage::Stage;
pub use step::{Judged, Judgement, Product, Step};
pub use trace::Trace;
pub use verdict::{RunVerdict, Verdict, VerdictWord};
