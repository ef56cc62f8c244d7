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
    /// not judged makes it undecided; proved needs at least one pass that is no preparation, and
    /// no doubt.
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
        let one_passed = required().any(|(name, state)| {
            word(state) == Some(VerdictWord::Passed) && !self.is_preparation(name)
        });
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

    /// Whether this gate is preparation: its pass is evidence for nothing.
    #[must_use]
    pub fn is_preparation(&self, name: &GateName) -> bool {
        self.gate_head(name)
            .is_some_and(|head| head.kind == "setup")
    }
}

#[cfg(test)]
mod tests {
    use super::super::SCHEMA;
    use super::*;
    use VerdictWord::{Cancelled, Errored, Failed, NotApplicable, Passed, Skipped};

    fn head(at: usize, kind: &str, advisory: bool) -> GateHead {
        GateHead {
            gate: GateName::segment(&format!("g{at}")).unwrap(),
            kind: kind.to_owned(),
            summary: String::new(),
            place: None,
            description: None,
            advisory: advisory.then(|| "new".to_owned()),
            after: Vec::new(),
        }
    }

    fn finished(at: usize, verdict: VerdictWord) -> Body {
        Body::GateFinished(Box::new(GateFinished {
            gate: head(at, "", false).gate,
            verdict,
            reason: None,
            attempts: 1,
            flaky: false,
            duration_ms: 0,
            ending: None,
            cases: Vec::new(),
            findings: Vec::new(),
            image: None,
            notes: Vec::new(),
            log: None,
        }))
    }

    /// Gates as kind, advisory or not, and verdict; then more events.
    fn verdict(gates: &[(&str, bool, VerdictWord)], more: &[Body]) -> RunVerdict {
        let numbered = || gates.iter().enumerate();
        let started = Body::RunStarted(Box::new(RunStarted {
            schema: SCHEMA,
            run: String::new(),
            project: String::new(),
            version: String::new(),
            started: String::new(),
            arguments: Vec::new(),
            revision: None,
            jobs: 1,
            narrowed: false,
            gates: numbered()
                .map(|(at, gate)| head(at, gate.0, gate.1))
                .collect(),
            left_out: Vec::new(),
        }));
        let ended = numbered().map(|(at, gate)| finished(at, gate.2));
        let bodies = std::iter::once(started)
            .chain(ended)
            .chain(more.iter().cloned());
        let events: Vec<Event> = bodies
            .map(|body| Event {
                seq: 0,
                at_ms: 0,
                body,
            })
            .collect();
        Summary::of(&events).verdict()
    }

    #[test]
    fn proved_needs_a_pass_and_nothing_unjudged() {
        assert_eq!(verdict(&[], &[]), RunVerdict::Undecided);
        assert_eq!(verdict(&[("run", false, Passed)], &[]), RunVerdict::Proved);
        let beside = |word| verdict(&[("run", false, Passed), ("run", false, word)], &[]);
        assert_eq!(beside(NotApplicable), RunVerdict::Proved);
        assert_eq!(beside(Failed), RunVerdict::Refuted);
        for word in [Errored, Cancelled, Skipped] {
            assert_eq!(beside(word), RunVerdict::Undecided, "{word:?}");
        }
        assert_eq!(
            verdict(&[("run", false, NotApplicable)], &[]),
            RunVerdict::Undecided
        );
    }

    #[test]
    fn a_failure_refutes_whatever_else_is_not_known() {
        let gates = [("run", false, Failed), ("run", false, Errored)];
        let interrupted = Body::Interrupted {
            signal: 2,
            forced: false,
        };
        assert_eq!(verdict(&gates, &[interrupted]), RunVerdict::Refuted);
    }

    #[test]
    fn preparation_and_advice_prove_nothing() {
        assert_eq!(
            verdict(&[("setup", false, Passed)], &[]),
            RunVerdict::Undecided
        );
        assert_eq!(
            verdict(&[("run", true, Passed)], &[]),
            RunVerdict::Undecided
        );
        let with =
            |kind, advisory, word| verdict(&[("run", false, Passed), (kind, advisory, word)], &[]);
        assert_eq!(with("setup", false, Passed), RunVerdict::Proved);
        assert_eq!(with("run", true, Failed), RunVerdict::Proved);
    }

    #[test]
    fn a_doubt_or_a_signal_leaves_it_undecided() {
        let doubt = Body::Doubt {
            reason: Reason::new("x"),
        };
        let signal = Body::Interrupted {
            signal: 15,
            forced: false,
        };
        for more in [doubt, signal] {
            assert_eq!(
                verdict(&[("run", false, Passed)], &[more]),
                RunVerdict::Undecided
            );
        }
    }
}
