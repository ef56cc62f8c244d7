//! The scheduler's rules for what is never started: gates whose `when` is false or open.

use super::tests::{Play, node};
use super::*;
use crate::engine::graph::Node;
use crate::model::Reason;

fn idle(name: &str, after: &[usize]) -> Node {
    Node {
        ruling: Some(Verdict::NotApplicable(Reason::new("not here"))),
        ..node(name, after)
    }
}

fn open(name: &str, after: &[usize]) -> Node {
    Node {
        ruling: Some(Verdict::Errored(Reason::new("no git"))),
        ..node(name, after)
    }
}

fn uses(node: Node, on: usize) -> Node {
    Node {
        uses: vec![on],
        ..node
    }
}

#[test]
fn what_is_not_applicable_is_said_at_once_and_its_dependents_go_on() {
    let nodes = vec![
        idle("a", &[]),
        node("b", &[0]),
        idle("c", &[1]),
        node("d", &[2]),
    ];
    let (mut play, begun) = Play::of(1, false, nodes);
    assert_eq!(begun, ["a not applicable: not here", "start b"]);
    assert_eq!(
        play.passes("b"),
        ["b judged", "c not applicable: not here", "start d"]
    );
    assert_eq!(play.passes("d"), ["d judged", "done"]);
    let all = Play::of(1, false, vec![idle("a", &[]), idle("b", &[0])]).1;
    let said = [
        "a not applicable: not here",
        "b not applicable: not here",
        "done",
    ];
    assert_eq!(all, said);
}

#[test]
fn a_failure_reaches_through_what_is_not_applicable() {
    let nodes = vec![node("a", &[]), idle("b", &[0]), node("c", &[1])];
    let (mut play, _) = Play::of(1, false, nodes);
    assert_eq!(
        play.ends("a", VerdictWord::Failed),
        [
            "a judged",
            "b skipped: b ← a (failed)",
            "c skipped: c ← b ← a (failed)",
            "done"
        ]
    );
}

#[test]
fn who_uses_the_image_of_what_is_not_applicable_is_skipped() {
    let nodes = vec![
        idle("app", &[]),
        uses(node("test", &[0]), 0),
        node("other", &[0]),
        node("more", &[1]),
    ];
    let (mut play, begun) = Play::of(1, false, nodes);
    assert_eq!(
        begun,
        [
            "app not applicable: not here",
            "test skipped: test ← app (not applicable)",
            "more skipped: more ← test ← app (not applicable)",
            "start other",
        ]
    );
    assert_eq!(play.passes("other"), ["other judged", "done"]);
    let same = vec![idle("app", &[]), uses(idle("test", &[0]), 0)];
    let said = [
        "app not applicable: not here",
        "test not applicable: not here",
        "done",
    ];
    assert_eq!(Play::of(1, false, same).1, said);
}

#[test]
fn an_open_condition_is_an_error_and_skips_what_is_behind_it() {
    let nodes = vec![open("a", &[]), node("b", &[0]), node("c", &[])];
    let (mut play, begun) = Play::of(1, false, nodes);
    let skipped = "b skipped: b ← a (errored)";
    assert_eq!(begun, ["a errored: no git", skipped, "start c"]);
    assert_eq!(play.passes("c"), ["c judged", "done"]);
}

#[test]
fn an_open_condition_stops_a_run_that_fails_fast_unless_it_is_advisory() {
    let stopped = Play::of(1, true, vec![open("a", &[]), node("b", &[])]).1;
    assert_eq!(
        stopped,
        [
            "a errored: no git",
            "b cancelled: not started: --fail-fast after `a` errored",
            "done"
        ]
    );
    let advisory = Node {
        advisory: true,
        ..open("a", &[])
    };
    let begun = Play::of(1, true, vec![advisory, node("b", &[])]).1;
    assert_eq!(begun, ["a errored: no git", "start b"]);
}
