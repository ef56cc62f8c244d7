//! Evidence: what stands behind a pass. Only observed answers can make it.

use super::answer::{Answer, Ending};

/// Proof that a gate really ran: it can only be made from answers that an executor observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    observations: usize,
}

impl Evidence {
    /// Evidence out of what was observed, or `None` when there is nothing to stand on: no answer
    /// at all, an answer that was not had, or a process that `prove` itself stopped.
    #[must_use]
    pub fn observed(answers: &[Answer]) -> Option<Self> {
        let sound = |answer: &Answer| match answer {
            Answer::Unanswered(_) => false,
            Answer::Ran(ran) => !matches!(ran.ending, Ending::Stopped(_)),
            _ => true,
        };
        (!answers.is_empty() && answers.iter().all(sound)).then_some(Self {
            observations: answers.len(),
        })
    }

    /// How many answers stand behind it; at least one.
    #[must_use]
    pub fn observations(&self) -> usize {
        self.observations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoAnswer, Ran, StopCause, Unanswered};

    #[test]
    fn nothing_is_evidence_of_nothing() {
        assert_eq!(Evidence::observed(&[]), None);
        let gone = Answer::Unanswered(Unanswered::new(NoAnswer::EngineGone, "gone"));
        assert_eq!(Evidence::observed(&[Answer::Listed(vec![]), gone]), None);
        let stopped = Ran::ended(Ending::Stopped(StopCause::Timeout));
        assert_eq!(Evidence::observed(&[Answer::Ran(Box::new(stopped))]), None);
    }

    #[test]
    fn what_was_observed_counts() {
        let ran = Answer::Ran(Box::new(Ran::ended(Ending::Exited(1))));
        assert_eq!(
            Evidence::observed(&[ran]).map(|e| e.observations()),
            Some(1)
        );
    }
}
