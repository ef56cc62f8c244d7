//! The conversation between a gate and the world: ask on, or judge.

use super::{Case, Evidence, Finding, ImageIdentity, Probe, Reason, Verdict};

/// What a gate says next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Ask these, all at once. Their answers are appended to the ones so far, in this order.
    Ask(Vec<Probe>),
    /// The judgement; the conversation is over.
    Judge(Box<Judgement>),
}

impl Step {
    /// A judgement that brings nothing but the verdict.
    #[must_use]
    pub fn judge(verdict: Judged) -> Self {
        Self::Judge(Box::new(Judgement::new(verdict)))
    }
}

/// What a gate may say of itself. The other verdicts are the engine's to give.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// Good, on this evidence.
    Passed(Evidence),
    /// Bad.
    Failed(Reason),
    /// Cannot say.
    Errored(Reason),
}

impl From<Judged> for Verdict {
    fn from(judged: Judged) -> Self {
        match judged {
            Judged::Passed(evidence) => Self::Passed(evidence),
            Judged::Failed(reason) => Self::Failed(reason),
            Judged::Errored(reason) => Self::Errored(reason),
        }
    }
}

/// A judgement and what it brings.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Judged,
    /// Test cases that were brought back.
    pub cases: Vec<Case>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// The exit code, when there was one (`retries.on_exit` reads it).
    pub exit_code: Option<i32>,
    /// What was made.
    pub product: Option<Product>,
    /// Another attempt would judge what this one has left behind, so there is none.
    pub settled: bool,
    /// Things that must be said in every report ("empty, allowed because …").
    pub notes: Vec<String>,
}

impl Judgement {
    /// A judgement that brings nothing but the verdict.
    #[must_use]
    pub fn new(verdict: Judged) -> Self {
        Self {
            verdict,
            cases: Vec::new(),
            findings: Vec::new(),
            exit_code: None,
            product: None,
            settled: false,
            notes: Vec::new(),
        }
    }
}

/// What a gate made that others may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// An image.
    Image(ImageIdentity),
}
