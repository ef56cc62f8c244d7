//! Whole runs in which something around the gates is not to be trusted: a work tree that changes,
//! a report or a log that cannot be written, a secret that is printed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::RunFacts;
use super::staged::{Act, Does, Staged, Tree, does, gate};
use crate::model::{Reason, RunVerdict};

fn until(stage: &str) -> Reason {
    Reason::new(format!("no space at {stage}"))
}

#[tokio::test(start_paused = true)]
async fn an_image_that_was_built_gets_its_tag_last() {
    let (summary, told) = Staged::new([gate("lint"), does("app", Does::Build)])
        .act("app", &[Act::Image])
        .run()
        .await;
    assert_eq!(
        &told[3..],
        [
            "0 app #1",
            "app passed in 0",
            "0 app:tag #1",
            "app:tag passed in 0",
            "seal proved",
            "end proved"
        ]
    );
    assert_eq!(
        summary
            .finished_gates()
            .filter(|gate| gate.image.is_some())
            .count(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_work_tree_that_changed_before_or_during_the_build_is_undecided() {
    let files = || Ok((1..=7).map(|n| format!("f{n}")).collect::<Vec<_>>());
    let named = "the work tree changed after the checks began: f1, f2, f3, f4, f5 and 2 more";
    let unknown = "it cannot be known whether the work tree changed: git is gone";
    let gone = || Err("git is gone".to_owned());
    let scripts = [
        (vec![files()], named),
        (vec![Ok(vec![]), files()], named),
        (vec![Ok(vec![]), gone()], unknown),
    ];
    for (script, why) in scripts {
        let mut staged = Staged::new([does("app", Does::Build)]).act("app", &[Act::Image]);
        staged.tree = Some(Tree(RefCell::new(script)));
        let (summary, told) = staged.run().await;
        assert_eq!(told[2], format!("app errored in 0: {why}"));
        assert_eq!(told[3], "app:tag skipped in 0: app:tag ← app (errored)");
        assert_eq!(summary.verdict(), RunVerdict::Undecided);
    }
}

#[tokio::test(start_paused = true)]
async fn a_work_tree_that_changed_before_the_tag_is_undecided() {
    let mut staged = Staged::new([does("app", Does::Build)]).act("app", &[Act::Image]);
    let late = Ok(vec!["late".to_owned()]);
    staged.tree = Some(Tree(RefCell::new(vec![Ok(vec![]), Ok(vec![]), late])));
    let (summary, told) = staged.run().await;
    assert!(told[4].starts_with("app:tag errored"), "{told:?}");
    assert_eq!(summary.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn a_product_build_that_nobody_watches_is_undecided() {
    let mut staged = Staged::new([does("app", Does::Build)]).act("app", &[Act::Image]);
    staged.tree = None;
    assert_eq!(staged.run().await.0.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn a_signal_is_heard_while_the_work_tree_is_read() {
    let staged = Staged::new([does("app", Does::Build)]).act("app", &[Act::Image]);
    let mut staged = staged.signals(&[("0 app #1", 2)]);
    staged.tree = Some(Tree(RefCell::new(Vec::new())));
    let (_, told) = staged.run().await;
    let stopped = "app cancelled in 0: stopped: interrupted by SIGINT";
    assert!(told.contains(&stopped.to_owned()), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn secrets_are_masked_in_events_and_logs_across_chunks() {
    let mut staged =
        Staged::new([gate("a")]).act("a", &[Act::Print(&["pw hun", "ter2 x", "hunter2", "hunt"])]);
    staged.secrets = vec!["hunter2"];
    staged.whole = true;
    staged.run = RunFacts {
        arguments: vec!["--x=hunter2".to_owned()],
        ..RunFacts::default()
    };
    let written = staged.shelf.written.clone();
    let (_, told) = staged.run().await;
    assert!(
        told.iter().all(|line| !line.contains("hunter2")),
        "{told:?}"
    );
    for text in [
        "note ***",
        "case ***",
        "finding ***",
        "exit code 1 ***",
        "says ***",
        "--x=***",
    ] {
        assert!(
            told.iter().any(|line| line.contains(text)),
            "{text} in {told:?}"
        );
    }
    assert_eq!(written.borrow()["a#1"], b"pw *** x***hunt");
}

#[tokio::test(start_paused = true)]
async fn a_silent_gate_has_no_log_and_a_log_that_cannot_be_kept_is_one_doubt() {
    let mut staged = Staged::new([gate("a"), gate("quiet")]).act("a", &[Act::Print(&["1", "2"])]);
    staged.shelf.full = true;
    let written = staged.shelf.written.clone();
    let (summary, told) = staged.run().await;
    let doubt = "doubt: the log of `a` could not be kept";
    assert_eq!(told.iter().filter(|line| *line == doubt).count(), 1);
    assert_eq!(written.borrow().keys().collect::<Vec<_>>(), ["a#1"]);
    assert_eq!(summary.doubts.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_fails_is_one_doubt_and_hears_no_more() {
    let heard = Rc::new(Cell::new(0));
    let counter = heard.clone();
    let staged = Staged::new([gate("a")]).ear(move |line| {
        counter.set(counter.get() + 1);
        if line == "0 a #1" {
            Err(until("start"))
        } else {
            Ok(())
        }
    });
    let (summary, told) = staged.run().await;
    assert_eq!(
        told.iter()
            .filter(|line| *line == "doubt: ear: no space at start")
            .count(),
        1
    );
    assert_eq!(heard.get(), 2);
    assert_eq!(summary.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_cannot_be_written_makes_a_proved_run_undecided_in_every_report() {
    let failing = |line: &str| {
        if line == "seal proved" {
            Err(until("seal"))
        } else {
            Ok(())
        }
    };
    let (summary, told) = Staged::new([gate("a")]).ear(failing).run().await;
    let expected = [
        "seal proved",
        "doubt: ear: no space at seal",
        "seal undecided",
        "end undecided",
    ];
    assert_eq!(told[3..], expected);
    assert_eq!(
        summary.finished.map(|(verdict, _)| verdict),
        Some(RunVerdict::Undecided)
    );
}

#[tokio::test(start_paused = true)]
async fn who_fails_at_the_very_end_still_makes_the_run_undecided_for_everyone() {
    let failing = |line: &str| {
        if line == "end proved" {
            Err(until("end"))
        } else {
            Ok(())
        }
    };
    let staged = Staged::new([gate("a")]).ear(failing);
    let (summary, told) = staged.run().await;
    assert_eq!(
        told[4..],
        [
            "end proved",
            "amend undecided (doubt: ear: no space at end; end undecided)",
        ]
    );
    assert_eq!(
        summary.finished.map(|(verdict, _)| verdict),
        Some(RunVerdict::Undecided)
    );
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_the_last_doubt_is_masked_too() {
    let failing = |line: &str| match line.starts_with("end ") {
        true => Err(Reason::new("cannot write to hunter2")),
        false => Ok(()),
    };
    let mut staged = Staged::new([gate("a")]).ear(failing);
    staged.secrets = vec!["hunter2"];
    let (summary, told) = staged.run().await;
    assert_eq!(summary.doubts[0].headline, "ear: cannot write to ***");
    assert!(!told.join(" ").contains("hunter2"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn who_fails_at_the_correction_is_in_the_next_one() {
    let at = |start: &'static str| {
        move |line: &str| match line.starts_with(start) {
            true => Err(until(start)),
            false => Ok(()),
        }
    };
    let staged = Staged::new([gate("a")]).ear(at("end")).ear(at("amend"));
    let (summary, told) = staged.run().await;
    assert_eq!(
        told.last().map(String::as_str),
        Some(
            "amend undecided (doubt: ear: no space at end; doubt: ear: no space at amend; \
             end undecided)"
        )
    );
    assert_eq!(summary.doubts.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn notices_and_doubts_from_before_the_run_are_said_first() {
    let mut staged = Staged::new([gate("a")]);
    let doubts = vec![Reason::new("DATABASE_URL is not set")];
    staged.run = RunFacts {
        notices: vec!["hello".to_owned()],
        doubts,
        ..RunFacts::default()
    };
    let (summary, told) = staged.run().await;
    assert_eq!(
        told[1..3],
        ["notice: hello", "doubt: DATABASE_URL is not set"]
    );
    assert_eq!(summary.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn the_summary_is_the_fold_of_what_was_told() {
    let staged = Staged::new((0..50).map(|n| gate(&format!("g{n}"))));
    let (summary, told) = staged.run().await;
    assert_eq!(summary.finished_gates().count(), 50);
    assert_eq!(
        told.iter().filter(|line| line.contains("passed")).count(),
        50
    );
}
