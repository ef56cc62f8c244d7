//! Verdicts: of a gate, and of a run.

use serde::{Deserialize, Serialize};

use super::{Evidence, Reason};

/// What became of a gate. There is no way to say "passed" without [`Evidence`].
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It ran and its answer was judged good.
    Passed(Evidence),
    /// It ran and its answer was judged bad: the run is refuted.
    Failed(Reason),
    /// It gave no answer that can be judged: the run is undecided.
    Errored(Reason),
    /// `prove` stopped it (interrupt, fail-fast).
    Cancelled(Reason),
    /// Something it needs did not pass.
    Skipped(Reason),
    /// Its `when` is false.
    NotApplicable(Reason),
}

/// A verdict without its evidence: what events and reports carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// See [`Verdict::Passed`].
    Passed,
    /// See [`Verdict::Failed`].
    Failed,
    /// See [`Verdict::Errored`].
    Errored,
    /// See [`Verdict::Cancelled`].
    Cancelled,
    /// See [`Verdict::Skipped`].
    Skipped,
    /// See [`Verdict::NotApplicable`].
    NotApplicable,
}

impl Verdict {
    /// The word alone.
    #[must_use]
    pub fn word(&self) -> VerdictWord {
        match self {
            Self::Passed(_) => VerdictWord::Passed,
            Self::Failed(_) => VerdictWord::Failed,
            Self::Errored(_) => VerdictWord::Errored,
            Self::Cancelled(_) => VerdictWord::Cancelled,
            Self::Skipped(_) => VerdictWord::Skipped,
            Self::NotApplicable(_) => VerdictWord::NotApplicable,
        }
    }

    /// Why, when there is anything to say.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Passed(_) => None,
            Self::Failed(reason)
            | Self::Errored(reason)
            | Self::Cancelled(reason)
            | Self::Skipped(reason)
            | Self::NotApplicable(reason) => Some(reason),
        }
    }
}

impl VerdictWord {
    /// Whether dependents may start: passed, or not applicable (DESIGN section 4).
    #[must_use]
    pub fn lets_dependents_run(self) -> bool {
        matches!(self, Self::Passed | Self::NotApplicable)
    }

    /// The word as people read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// The verdict of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// At least one gate passed and there is no doubt.
    Proved,
    /// A required gate failed.
    Refuted,
    /// Neither: something was not judged.
    Undecided,
}

impl RunVerdict {
    /// The word as people read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
            Self::Undecided => "undecided",
        }
    }
}
