//! Gates that say how much memory they use.

use super::super::graph::Node;
use super::tests::{Play, node};

#[test]
fn what_does_not_fit_into_memory_waits_and_is_not_overtaken() {
    let hungry = |name: &str, memory| Node {
        memory,
        ..node(name, &[])
    };
    let nodes = vec![hungry("a", 60), hungry("b", 60), node("c", &[])];
    let (mut play, begun) = Play::of(4, false, nodes);
    assert_eq!(begun, ["start a"]);
    assert_eq!(play.passes("a"), ["a judged", "start b", "start c"]);
}

#[test]
fn what_needs_more_memory_than_there_is_runs_when_no_other_uses_any() {
    let hungry = |name: &str, memory| Node {
        memory,
        ..node(name, &[])
    };
    let nodes = vec![hungry("huge", 1000), hungry("small", 1)];
    let (mut play, begun) = Play::of(4, false, nodes);
    assert_eq!(begun, ["start huge"]);
    assert_eq!(play.passes("huge"), ["huge judged", "start small"]);
}
