//! Slots that somebody else lends.

use super::super::graph::Node;
use super::tests::{Play, node};
use super::*;

fn begin(jobs: usize, slots: usize, nodes: Vec<Node>) -> (Play, Vec<String>) {
    let mut play = Play::new(jobs, false, nodes);
    assert!(lend(&mut play, slots).is_empty());
    let begun = play.tell(Input::Begin);
    (play, begun)
}

fn lend(play: &mut Play, slots: usize) -> Vec<String> {
    play.tell(Input::Lent { slots })
}

#[test]
fn as_many_run_as_are_lent_and_one_always() {
    let nodes = vec![node("a", &[]), node("b", &[]), node("c", &[])];
    let (mut play, begun) = begin(3, 1, nodes);
    assert_eq!(begun, ["start a"]);
    assert_eq!(play.scheduler.wanted(), 2);
    assert_eq!(lend(&mut play, 2), ["start b"]);
    assert_eq!(play.scheduler.wanted(), 3);
    assert_eq!(play.passes("a"), ["a judged", "start c"]);
    assert_eq!(play.scheduler.wanted(), 2);
    assert_eq!(play.passes("b"), ["b judged"]);
    assert!(lend(&mut play, 1).is_empty());
    assert_eq!(play.passes("c"), ["c judged", "done"]);
}

#[test]
fn what_needs_more_than_anybody_lends_runs_when_no_other_does() {
    let wide = Node {
        cpus: Some(3),
        ..node("wide", &[])
    };
    let nodes = vec![node("z", &[]), wide, node("y", &[1])];
    let (mut play, begun) = begin(3, 1, nodes);
    assert_eq!(begun, ["start wide"]);
    // No more would be of use for another one: there is room for nobody beside it.
    assert_eq!(play.scheduler.wanted(), 3);
    assert!(lend(&mut play, 2).is_empty());
    let after = play.passes("wide");
    assert_eq!(after, ["wide judged", "start z", "start y"]);
}
