//! The verdict table of `build`.

use super::super::judge::testing::{Desk, image, judged, no, word};
use super::*;
use crate::model::{NoAnswer, StopCause};

fn plain() -> Build {
    let context = "./app".to_owned();
    let request = BuildRequest {
        context,
        product: true,
        ..BuildRequest::default()
    };
    Build {
        request,
        args: BTreeMap::new(),
        builds: Builds {
            tool: false,
            tag: None,
        },
    }
}

fn built(id: &str) -> Answer {
    let mut image = image("a");
    image.id = id.into();
    Answer::Built(Built::Image {
        image,
        builder: "classic".into(),
    })
}

#[test]
fn asks_with_a_context_from_the_root() {
    let desk = Desk {
        cwd: "sub".into(),
        ..Desk::new()
    };
    let Step::Ask(probes) = plain().step(&desk.turn(), &[]) else {
        panic!("judged")
    };
    let [Probe::Build(request)] = &probes[..] else {
        panic!("{probes:?}")
    };
    assert_eq!(
        (request.context.as_str(), request.product),
        ("sub/app", true)
    );
}

#[test]
fn the_table() {
    let failed = Answer::Built(Built::Failed {
        message: "x\nexit 7\n".into(),
        builder: "b".into(),
    });
    let table = [
        (built("sha256:a"), "passed"),
        (built(""), "errored"),
        (failed, "failed"),
        (no(NoAnswer::Stopped(StopCause::Timeout)), "failed"),
        (no(NoAnswer::Stopped(StopCause::RunTimeout)), "errored"),
        (no(NoAnswer::ImageMissing), "errored"),
        (no(NoAnswer::EngineAbsent), "errored"),
        (no(NoAnswer::EngineGone), "errored"),
        (no(NoAnswer::Unsupported), "errored"),
        (no(NoAnswer::InputChanged), "errored"),
        (no(NoAnswer::Io), "errored"),
        (Answer::Tagged, "errored"),
    ];
    for (answer, want) in table {
        let told = judged(plain().step(&Desk::new().turn(), std::slice::from_ref(&answer)));
        assert_eq!(word(&told.verdict), want, "{answer:?}");
        assert_eq!(told.product.is_some(), want == "passed", "{answer:?}");
    }
}

#[test]
fn a_failure_says_the_builders_last_words() {
    let message = "step 3\nnpm ERR!\nexit code: 7\n".to_owned();
    let answer = Answer::Built(Built::Failed {
        message,
        builder: "b".into(),
    });
    let told = judged(plain().step(&Desk::new().turn(), &[answer]));
    let Judged::Failed(reason) = told.verdict else {
        panic!("not failed")
    };
    assert_eq!(reason.headline, "the image build failed: exit code: 7");
    assert_eq!(reason.details.len(), 3);
}
