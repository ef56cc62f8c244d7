//! What all kinds share when they judge: a pass out of evidence, and what an absent answer means.
//!
//! The verdict table of DESIGN section 4, as far as it does not depend on the kind.

use std::time::Duration;

use crate::model::{
    Answer, Evidence, Judged, Judgement, NoAnswer, Reason, Step, StopCause, Unanswered,
};
use crate::spec::Turn;

/// Lines that a reason lists before it only counts.
pub(super) const LISTED: usize = 20;

/// Passed, if the answers are evidence.
pub(super) fn pass(answers: &[Answer]) -> Judged {
    match Evidence::observed(answers) {
        Some(evidence) => Judged::Passed(evidence),
        None => Judged::Errored(Reason::new(
            "nothing was observed that could stand behind a pass",
        )),
    }
}

/// What an answer that was not had means: its own timeout refutes the gate, anything else leaves
/// it undecided.
pub(super) fn unanswered(no: &Unanswered, turn: &Turn<'_>) -> Judged {
    if let NoAnswer::Stopped(cause) = no.why {
        return stopped(cause, turn.timeout);
    }
    Judged::Errored(told(no))
}

/// The words of an answer that was not had.
pub(super) fn told(no: &Unanswered) -> Reason {
    Reason {
        headline: no.message.clone(),
        details: Vec::new(),
        hint: no.hint.clone(),
    }
}

/// `prove` stopped it. Interrupt and fail-fast are the engine's to name (cancelled); from here
/// they are only "not judged".
pub(super) fn stopped(cause: StopCause, timeout: Duration) -> Judged {
    let limit = humantime::format_duration(timeout);
    match cause {
        StopCause::Timeout => Judged::Failed(
            Reason::new(format!("timed out after {limit}"))
                .hint("make it faster, or give it more time with `timeout:`"),
        ),
        StopCause::RunTimeout => {
            Judged::Errored(Reason::new("stopped: the time for the whole run was over"))
        }
        StopCause::Interrupted => Judged::Errored(Reason::new("stopped: prove was interrupted")),
        StopCause::FailFast => Judged::Errored(Reason::new("stopped: another gate had failed")),
    }
}

/// An answer to another question: an executor broke its contract.
pub(super) fn misplaced(asked: &str) -> Judged {
    Judged::Errored(
        Reason::new(format!(
            "the answer does not belong to the question ({asked})"
        ))
        .hint("this is a mistake in prove itself: please report it"),
    )
}

/// The judgement on the first answer that was not had, if there is one.
pub(super) fn first_unanswered(turn: &Turn<'_>, answers: &[Answer]) -> Option<Step> {
    answers.iter().find_map(|answer| match answer {
        Answer::Unanswered(no) => Some(Step::judge(unanswered(no, turn))),
        _ => None,
    })
}

/// The first failure, else the first error; the others become its details.
pub(super) fn worst(wrong: Vec<Judged>) -> Result<(), Judged> {
    let failure = wrong
        .iter()
        .position(|judged| matches!(judged, Judged::Failed(_)));
    let mut rest = wrong;
    if rest.is_empty() {
        return Ok(());
    }
    let mut first = rest.remove(failure.unwrap_or(0));
    if let Judged::Failed(reason) | Judged::Errored(reason) = &mut first {
        let others = rest.into_iter().filter_map(|judged| match judged {
            Judged::Failed(other) | Judged::Errored(other) => Some(other.headline),
            Judged::Passed(_) => None,
        });
        reason
            .details
            .extend(others.map(|headline| format!("also: {headline}")));
    }
    Err(first)
}

/// A step out of a judgement.
pub(super) fn done(judgement: Judgement) -> Step {
    Step::Judge(Box::new(judgement))
}

/// At most [`LISTED`] lines, and then how many more there are.
pub(super) fn listed(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = lines.into_iter().collect();
    if all.len() > LISTED {
        let more = all.len() - LISTED;
        all.truncate(LISTED);
        all.push(format!("and {more} more"));
    }
    all
}

/// `1 case`, `2 cases`.
pub(super) fn counted(n: u64, word: &str) -> String {
    if n == 1 {
        format!("1 {word}")
    } else {
        format!("{n} {word}s")
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! A turn to talk in.

    use std::collections::BTreeMap;
    use std::time::Duration;

    use crate::model::{
        Answer, GateName, ImageIdentity, Judged, Judgement, NoAnswer, Step, Unanswered,
    };
    use crate::spec::Turn;

    pub(in crate::kind) struct Desk {
        pub gate: GateName,
        pub cwd: String,
        pub allow_empty: Option<String>,
        pub images: BTreeMap<GateName, ImageIdentity>,
    }

    impl Desk {
        pub fn new() -> Self {
            let gate = GateName::segment("gate").unwrap();
            Self {
                gate,
                cwd: ".".into(),
                allow_empty: None,
                images: BTreeMap::new(),
            }
        }

        pub fn turn(&self) -> Turn<'_> {
            Turn {
                gate: &self.gate,
                cwd: &self.cwd,
                outputs: &[],
                allow_empty: self.allow_empty.as_deref(),
                timeout: Duration::from_secs(600),
                images: &self.images,
            }
        }
    }

    pub(in crate::kind) fn image(id: &str) -> ImageIdentity {
        ImageIdentity {
            id: format!("sha256:{id}"),
            layers: vec![],
        }
    }

    pub(in crate::kind) fn no(why: NoAnswer) -> Answer {
        Answer::Unanswered(Unanswered::new(why, "it is so"))
    }

    pub(in crate::kind) fn judged(step: Step) -> Judgement {
        match step {
            Step::Judge(judgement) => *judgement,
            Step::Ask(probes) => panic!("asks on: {probes:?}"),
        }
    }

    pub(in crate::kind) fn word(judged: &Judged) -> &'static str {
        match judged {
            Judged::Passed(_) => "passed",
            Judged::Failed(_) => "failed",
            Judged::Errored(_) => "errored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{Desk, no, word};
    use super::*;

    #[test]
    fn only_a_gates_own_timeout_refutes() {
        let desk = Desk::new();
        let verdict = |why| {
            let Answer::Unanswered(no) = no(why) else {
                unreachable!()
            };
            word(&unanswered(&no, &desk.turn()))
        };
        assert_eq!(verdict(NoAnswer::Stopped(StopCause::Timeout)), "failed");
        for why in [
            NoAnswer::CommandNotFound,
            NoAnswer::NotExecutable,
            NoAnswer::CannotStart,
            NoAnswer::ImageMissing,
            NoAnswer::EngineAbsent,
            NoAnswer::EngineGone,
            NoAnswer::ToolMissing,
            NoAnswer::Unsupported,
            NoAnswer::InputChanged,
            NoAnswer::Io,
            NoAnswer::Stopped(StopCause::RunTimeout),
            NoAnswer::Stopped(StopCause::Interrupted),
            NoAnswer::Stopped(StopCause::FailFast),
        ] {
            assert_eq!(verdict(why), "errored", "{why:?}");
        }
    }

    #[test]
    fn no_answers_are_no_pass() {
        assert_eq!(word(&pass(&[])), "errored");
        assert_eq!(word(&pass(&[Answer::Listed(vec![])])), "passed");
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let lines = listed((0..LISTED + 5).map(|n| n.to_string()));
        assert_eq!(
            (lines.len(), lines.last().map(String::as_str)),
            (LISTED + 1, Some("and 5 more"))
        );
    }
}
