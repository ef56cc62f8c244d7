//! The step that puts the user's tag on a built image: a conversation like a kind's, so that the
//! engine treats both alike. It is no kind: nobody can write it, the plan adds it (rule 5).

use crate::model::{Answer, ImageIdentity, Judged, Probe, Reason, Step};

use super::judge;

/// The next step: asks for the tag, then judges the answer. Without an image it never asks.
#[must_use]
pub fn step(image: Option<&ImageIdentity>, reference: &str, answers: &[Answer]) -> Step {
    let Some(image) = image else {
        let reason = Reason::new(format!("there is no image to put {reference} on"));
        return Step::judge(Judged::Errored(reason));
    };
    match answers {
        [] => Step::Ask(vec![Probe::Tag {
            image: image.clone(),
            reference: reference.to_owned(),
        }]),
        [Answer::Tagged] => Step::judge(judge::pass(answers)),
        // Also a timeout: a tag that could not be put on says nothing about the image.
        [Answer::Unanswered(no)] => Step::judge(Judged::Errored(judge::told(no))),
        _ => Step::judge(judge::misplaced("tag")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::testing::{image, judged, no, word};
    use super::*;
    use crate::model::{NoAnswer, StopCause};

    fn verdict(answers: &[Answer]) -> &'static str {
        word(&judged(step(Some(&image("a")), "app", answers)).verdict)
    }

    #[test]
    fn asks_for_the_tag_on_this_very_image() {
        let asked = Step::Ask(vec![Probe::Tag {
            image: image("a"),
            reference: "app".into(),
        }]);
        assert_eq!(step(Some(&image("a")), "app", &[]), asked);
    }

    #[test]
    fn passes_only_when_the_tag_stands() {
        assert_eq!(verdict(&[Answer::Tagged]), "passed");
        assert_eq!(verdict(&[no(NoAnswer::EngineGone)]), "errored");
        assert_eq!(
            verdict(&[no(NoAnswer::Stopped(StopCause::Timeout))]),
            "errored"
        );
        assert_eq!(verdict(&[Answer::Listed(vec![])]), "errored");
    }

    #[test]
    fn without_an_image_there_is_nothing_to_tag() {
        for answers in [&[][..], &[Answer::Tagged]] {
            assert_eq!(word(&judged(step(None, "app", answers)).verdict), "errored");
        }
    }
}
