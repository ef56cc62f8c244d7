//! The scheduler's rules for the end before the end: fail-fast, signals, the run's timeout.

use super::tests::{Play, node};
use std::time::Duration;

use super::*;
use crate::engine::graph::Node;
use crate::model::VerdictWord::{Cancelled, Errored, Failed};
use crate::spec::Retries;

#[test]
fn fail_fast_stops_what_runs_and_cancels_the_rest() {
    for word in [Failed, Errored] {
        let nodes = vec![
            node("a", &[]),
            node("b", &[]),
            node("c", &[]),
            node("d", &[0]),
        ];
        let (mut play, _) = Play::of(2, true, nodes);
        let said = play.ends("a", word);
        let word = word.as_str();
        assert_eq!(
            said,
            [
                "a judged".to_owned(),
                format!("d skipped: d ← a ({word})"),
                "stop b FailFast".to_owned(),
                format!("c cancelled: not started: --fail-fast after `a` {word}"),
            ]
        );
        assert_eq!(play.ends("b", Cancelled), ["b judged", "done"]);
    }
}

#[test]
fn fail_fast_does_not_mind_an_advisory_gate_or_a_failure_that_is_tried_again() {
    let soft = Node {
        advisory: true,
        ..node("soft", &[])
    };
    let retries = Retries {
        times: 1,
        ..Retries::default()
    };
    let again = Node {
        retries,
        ..node("again", &[])
    };
    let (mut play, _) = Play::of(2, true, vec![soft, again, node("c", &[])]);
    assert_eq!(play.ends("soft", Failed), ["soft judged", "start c"]);
    assert_eq!(play.ends("again", Failed), ["wait again 0ns"]);
}

#[test]
fn the_first_signal_stops_the_second_kills() {
    let retries = Retries {
        times: 1,
        backoff: Duration::from_secs(9),
        on_exit: vec![],
    };
    let paused = Node {
        retries,
        ..node("paused", &[])
    };
    let (mut play, _) = Play::of(2, false, vec![paused, node("a", &[]), node("b", &[1])]);
    play.ends("paused", Failed);
    assert_eq!(
        play.tell(Input::Interrupted { signal: 2 }),
        [
            "paused cancelled: stopped before attempt 2: interrupted by SIGINT",
            "stop a Interrupted",
            "b cancelled: not started: interrupted by SIGINT",
        ]
    );
    assert_eq!(
        play.tell(Input::Interrupted { signal: 15 }),
        ["kill a Interrupted"]
    );
    assert!(play.tell(Input::BackoffOver { node: 0 }).is_empty());
    assert_eq!(play.ends("a", Cancelled), ["a judged", "done"]);
}

#[test]
fn a_gate_that_passed_while_it_was_stopped_starts_nothing() {
    let (mut play, _) = Play::of(1, false, vec![node("a", &[]), node("b", &[0])]);
    play.tell(Input::Interrupted { signal: 15 });
    assert_eq!(play.passes("a"), ["a judged", "done"]);
}

#[test]
fn the_runs_timeout_makes_what_is_left_errored() {
    let (mut play, _) = Play::of(1, false, vec![node("a", &[]), node("b", &[])]);
    let said = play.tell(Input::RunTimeout {
        limit: Duration::from_secs(90),
    });
    assert_eq!(
        said,
        [
            "stop a RunTimeout",
            "b errored: not started: the run's timeout of 1m 30s passed"
        ]
    );
    assert_eq!(
        play.scheduler.verdict_of_stopped().map(|v| v.word()),
        Some(Errored)
    );
    assert_eq!(play.ends("a", Errored), ["a judged", "done"]);
}

#[test]
fn what_fails_while_it_is_stopped_is_not_tried_again() {
    let retries = Retries {
        times: 1,
        ..Retries::default()
    };
    let (mut play, _) = Play::of(
        1,
        false,
        vec![Node {
            retries,
            ..node("a", &[])
        }],
    );
    play.tell(Input::Interrupted { signal: 2 });
    assert_eq!(play.ends("a", Failed), ["a judged", "done"]);
}
