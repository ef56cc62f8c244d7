//! How far a run is: a fold of events and output, and no word about how it is shown.

use super::estimate::Estimate;
use super::running::AllRunning;
use crate::event::{Body, Event};
use crate::model::VerdictWord;

/// The state of a run that goes on.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub project: String,
    pub gates: usize,
    pub finished: usize,
    pub failed: usize,
    pub errored: usize,
    pub skipped: usize,
    pub flaky: usize,
    /// Columns of the longest name.
    pub names: usize,
    /// A signal came in; `true`: what runs is killed.
    pub stopping: Option<bool>,
    pub running: AllRunning,
    pub estimate: Estimate,
    advisory: Vec<crate::model::GateName>,
}

impl Board {
    pub fn take(&mut self, event: &Event) {
        self.running.take(event);
        self.estimate.take(event);
        match &event.body {
            Body::RunStarted(head) => {
                self.project.clone_from(&head.project);
                self.gates = head.gates.len();
                let lengths = head.gates.iter().map(|gate| gate.gate.as_str().len());
                self.names = lengths.max().unwrap_or(0);
                let advisory = head.gates.iter().filter(|gate| gate.advisory.is_some());
                self.advisory = advisory.map(|gate| gate.gate.clone()).collect();
            }
            Body::GateFinished(gate) => {
                self.finished += 1;
                self.flaky += usize::from(gate.flaky);
                let count = match gate.verdict {
                    // One that does not decide is no bad news for the run.
                    _ if self.advisory.contains(&gate.gate) => return,
                    VerdictWord::Failed => &mut self.failed,
                    VerdictWord::Errored => &mut self.errored,
                    VerdictWord::Skipped | VerdictWord::Cancelled => &mut self.skipped,
                    VerdictWord::Passed | VerdictWord::NotApplicable => return,
                };
                *count += 1;
            }
            Body::Interrupted { forced, .. } => self.stopping = Some(*forced),
            _ => {}
        }
    }

    /// Gates that may still start.
    pub fn waiting(&self) -> usize {
        self.gates
            .saturating_sub(self.finished + self.running.count())
    }
}
