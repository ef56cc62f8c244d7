//! The one fold: what a run amounts to, out of its events. Engine, reports and exit code share it.

use std::collections::BTreeMap;

use super::{Body, Event, GateFinished, GateHead, RunStarted};
use crate::model::{GateName, Reason, RunVerdict, VerdictWord};

/// Where a gate stands.
#[derive(Clone, Debug, PartialEq)]
pub enum GateState {
    /// Not started.
    Waiting,
    /// Running, since so many milliseconds into the run.
    Running {
        /// Milliseconds into the run.
        since_ms: u64,
    },
    /// Finished.
    Finished(Box<GateFinished>),
}

/// What a run amounts to so far.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The head, once it came.
    pub head: Option<RunStarted>,
    /// Every gate of the plan.
    pub gates: BTreeMap<GateName, GateState>,
    /// Why the run cannot be proved though no gate says so.
    pub doubts: Vec<Reason>,
    /// Notices, in order.
    pub notices: Vec<String>,
    /// The first signal that came in.
    pub interrupted: Option<i32>,
    /// The verdict that the stream ended with, and the duration in milliseconds.
    pub finished: Option<(RunVerdict, u64)>,
    /// Where in `head.gates` each gate stands: 10,000 gates are asked for by name.
    places: BTreeMap<GateName, usize>,
}

impl Summary {
    /// Folds a whole stream.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut summary = Self::default();
        for event in events {
            summary.add(event);
        }
        summary
    }

    /// Takes in one more event.
    pub fn add(&mut self, event: &Event) {
        match &event.body {
            Body::RunStarted(head) => {
                for (place, gate) in head.gates.iter().enumerate() {
                    self.gates.insert(gate.gate.clone(), GateState::Waiting);
                    self.places.insert(gate.gate.clone(), place);
                }
                self.head = Some((**head).clone());
            }
            Body::GateStarted { gate, attempt: 1 } => {
                let state = GateState::Running {
                    since_ms: event.at_ms,
                };
                self.gates.insert(gate.clone(), state);
            }
            Body::GateFinished(finished) => {
                let state = GateState::Finished(finished.clone());
                self.gates.insert(finished.gate.clone(), state);
            }
            Body::Interrupted { signal, .. } => {
                self.interrupted.get_or_insert(*signal);
            }
            Body::Notice { text } => self.notices.push(text.clone()),
            Body::Doubt { reason } => self.doubts.push(reason.clone()),
            Body::RunFinished {
                verdict,
                duration_ms,
            } => {
                self.finished = Some((*verdict, *duration_ms));
            }
            Body::GateStarted { .. }
            | Body::GateSlow { .. }
            | Body::Progress { .. }
            | Body::Retrying { .. } => {}
        }
    }

    /// The verdict (DESIGN section 4): any failed required gate refutes; else anything that was
    /// not judged makes it undecided; proved needs at least one pass and no doubt.
    #[must_use]
    pub fn verdict(&self) -> RunVerdict {
        let required = || {
            self.gates
                .iter()
                .filter(|(name, _)| !self.is_advisory(name))
        };
        let word = |state: &GateState| match state {
            GateState::Finished(finished) => Some(finished.verdict),
            _ => None,
        };
        if required().any(|(_, state)| word(state) == Some(VerdictWord::Failed)) {
            return RunVerdict::Refuted;
        }
        let judged = |state| {
            matches!(
                word(state),
                Some(VerdictWord::Passed | VerdictWord::NotApplicable)
            )
        };
        let all_judged = required().all(|(_, state)| judged(state));
        let one_passed = required().any(|(_, state)| word(state) == Some(VerdictWord::Passed));
        let sure = self.doubts.is_empty() && self.interrupted.is_none();
        if all_judged && one_passed && sure {
            RunVerdict::Proved
        } else {
            RunVerdict::Undecided
        }
    }

    /// How many gates of the plan, advisory ones aside, got this verdict.
    #[must_use]
    pub fn count(&self, word: VerdictWord) -> usize {
        self.finished_gates()
            .filter(|gate| gate.verdict == word && !self.is_advisory(&gate.gate))
            .count()
    }

    /// The gates that finished, by name.
    pub fn finished_gates(&self) -> impl Iterator<Item = &GateFinished> {
        self.gates.values().filter_map(|state| match state {
            GateState::Finished(finished) => Some(&**finished),
            _ => None,
        })
    }

    /// The head of a gate.
    #[must_use]
    pub fn gate_head(&self, name: &GateName) -> Option<&GateHead> {
        self.head.as_ref()?.gates.get(*self.places.get(name)?)
    }

    /// Whether this gate is advisory.
    #[must_use]
    pub fn is_advisory(&self, name: &GateName) -> bool {
        self.gate_head(name)
            .is_some_and(|head| head.advisory.is_some())
    }
}
