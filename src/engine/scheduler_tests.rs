//! The scheduler's rules, one by one.

use std::time::Duration;

use super::*;
use crate::engine::graph::Node;
use crate::model::GateName;
use crate::spec::Retries;

pub(in crate::engine) fn node(name: &str, after: &[usize]) -> Node {
    Node::plain(GateName::try_from(name.to_owned()).unwrap(), after.to_vec())
}

/// A scheduler that is played by hand: what it says is written down in words.
pub(super) struct Play {
    pub(super) scheduler: Scheduler,
    names: Vec<String>,
}

impl Play {
    pub(super) fn of(jobs: usize, fail_fast: bool, nodes: Vec<Node>) -> (Self, Vec<String>) {
        let mut play = Self::new(jobs, fail_fast, nodes);
        let begun = play.tell(Input::Begin);
        (play, begun)
    }

    pub(super) fn new(jobs: usize, fail_fast: bool, nodes: Vec<Node>) -> Self {
        let names = nodes.iter().map(|node| node.name.to_string()).collect();
        let settings = Settings {
            jobs,
            memory: Some(100),
            fail_fast,
            timeout: None,
        };
        Self {
            scheduler: Scheduler::new(Graph::new(nodes), settings),
            names,
        }
    }

    pub(super) fn ends(&mut self, name: &str, word: VerdictWord) -> Vec<String> {
        self.exits(name, word, None)
    }

    pub(super) fn passes(&mut self, name: &str) -> Vec<String> {
        self.ends(name, VerdictWord::Passed)
    }

    fn exits(&mut self, name: &str, word: VerdictWord, exit_code: Option<i32>) -> Vec<String> {
        let node = self.node(name);
        self.tell(Input::AttemptEnded {
            node,
            word,
            exit_code,
            again: true,
        })
    }

    fn node(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap()
    }

    pub(super) fn tell(&mut self, input: Input) -> Vec<String> {
        let commands = self.scheduler.handle(input);
        commands
            .into_iter()
            .map(|command| self.words(command))
            .collect()
    }

    fn words(&self, command: Command) -> String {
        match command {
            Command::Start { node, attempt: 1 } => format!("start {}", self.names[node]),
            Command::Start { node, attempt } => format!("start {} #{attempt}", self.names[node]),
            Command::Stop { node, cause, kill } => {
                let how = if kill { "kill" } else { "stop" };
                format!("{how} {} {cause:?}", self.names[node])
            }
            Command::Wait { node, backoff, .. } => format!("wait {} {backoff:?}", self.names[node]),
            Command::Finished {
                node,
                how: How::Judged,
            } => format!("{} judged", self.names[node]),
            Command::Finished {
                node,
                how: How::Ruled(verdict),
            } => {
                let reason = verdict
                    .reason()
                    .map(|r| r.headline.clone())
                    .unwrap_or_default();
                format!("{} {}: {reason}", self.names[node], verdict.word().as_str())
            }
            Command::Done => "done".to_owned(),
        }
    }
}

use VerdictWord::{Errored, Failed, NotApplicable};

#[test]
fn nothing_to_do_is_done_at_once() {
    assert_eq!(Play::of(1, false, vec![]).1, ["done"]);
}

#[test]
fn dependents_start_when_all_they_wait_for_passed_or_did_not_apply() {
    let nodes = vec![node("a", &[]), node("b", &[]), node("c", &[0, 1])];
    let (mut play, begun) = Play::of(2, false, nodes);
    assert_eq!(begun, ["start a", "start b"]);
    assert_eq!(play.passes("a"), ["a judged"]);
    assert_eq!(play.ends("b", NotApplicable), ["b judged", "start c"]);
    assert_eq!(play.passes("c"), ["c judged", "done"]);
}

#[test]
fn the_longest_chain_goes_first_and_the_file_order_among_equals() {
    let nodes = vec![
        node("a", &[]),
        node("b", &[]),
        node("c", &[1]),
        node("d", &[]),
    ];
    let (mut play, begun) = Play::of(1, false, nodes);
    assert_eq!(begun, ["start b"]);
    assert_eq!(play.passes("b"), ["b judged", "start a"]);
    assert_eq!(play.passes("a"), ["a judged", "start c"]);
}

#[test]
fn a_dear_gate_counts_for_more_and_takes_its_slots() {
    let dear = Node {
        cpus: Some(3),
        ..node("dear", &[])
    };
    let (mut play, begun) = Play::of(4, false, vec![node("a", &[]), node("b", &[]), dear]);
    assert_eq!(begun, ["start dear", "start a"]);
    assert_eq!(play.passes("a"), ["a judged", "start b"]);
}

#[test]
fn a_gate_above_what_there_is_runs_alone_and_so_does_all() {
    for cpus in [Some(64), None] {
        let wide = Node {
            cpus,
            ..node("wide", &[0])
        };
        let nodes = vec![node("a", &[]), wide, node("b", &[0])];
        let (mut play, _) = Play::of(2, false, nodes);
        assert_eq!(play.passes("a"), ["a judged", "start wide"]);
        assert_eq!(play.passes("wide"), ["wide judged", "start b"]);
    }
}

#[test]
fn the_first_in_line_is_not_overtaken_while_slots_drain_for_it() {
    let wide = Node {
        cpus: None,
        ..node("wide", &[0])
    };
    let nodes = vec![
        node("a", &[]),
        wide,
        node("long", &[]),
        node("z", &[]),
        node("z2", &[3]),
    ];
    let (mut play, begun) = Play::of(2, false, nodes);
    assert_eq!(begun, ["start a", "start z"]);
    assert_eq!(
        play.passes("a"),
        ["a judged"],
        "long is ready, but wide is before it"
    );
    assert_eq!(play.passes("z"), ["z judged", "start wide"]);
    assert_eq!(
        play.passes("wide"),
        ["wide judged", "start long", "start z2"]
    );
}

#[test]
fn a_lock_is_held_once_and_what_waits_for_it_lets_others_pass() {
    let locked = |name: &str, locks: &[&str]| Node {
        locks: locks.iter().map(|lock| (*lock).to_owned()).collect(),
        ..node(name, &[])
    };
    let nodes = vec![
        locked("a", &["db"]),
        locked("b", &["port", "db"]),
        locked("c", &["port"]),
        node("free", &[]),
    ];
    let (mut play, begun) = Play::of(3, false, nodes);
    assert_eq!(
        begun,
        ["start a", "start free"],
        "c may not take what b waits for"
    );
    assert_eq!(play.passes("a"), ["a judged", "start b"]);
    assert_eq!(play.passes("b"), ["b judged", "start c"]);
}

#[test]
fn what_a_failure_holds_up_is_skipped_with_the_chain_and_the_rest_runs() {
    let nodes = vec![
        node("unit", &[]),
        node("lint", &[]),
        node("app", &[0]),
        Node {
            join: true,
            ..node("join", &[2])
        },
        node("app-test", &[3]),
    ];
    let (mut play, _) = Play::of(1, false, nodes);
    assert_eq!(
        play.ends("unit", Failed),
        [
            "unit judged",
            "app skipped: app ← unit (failed)",
            "app-test skipped: app-test ← app ← unit (failed)",
            "start lint"
        ]
    );
    assert_eq!(play.passes("lint"), ["lint judged", "done"]);
}

#[test]
fn a_long_chain_is_told_by_its_ends() {
    let mut nodes = vec![node("g0", &[])];
    nodes.extend((1..20).map(|n| node(&format!("g{n}"), &[n - 1])));
    let (mut play, _) = Play::of(1, false, nodes);
    let said = play.ends("g0", Errored);
    assert_eq!(
        said[7],
        "g7 skipped: g7 ← g6 ← g5 ← g4 ← g3 ← g2 ← g1 ← g0 (errored)"
    );
    assert_eq!(
        said[19],
        "g19 skipped: g19 ← g18 ← g17 ← g16 ← g15 ← g14 ← g13 ← g12 ← … 11 more … ← g0 (errored)"
    );
}

#[test]
fn joins_are_done_with_what_they_join() {
    let join = |name: &str, after: &[usize]| Node {
        join: true,
        ..node(name, after)
    };
    let nodes = vec![
        join("j", &[]),
        node("a", &[0]),
        join("k", &[1]),
        join("l", &[2]),
    ];
    let (mut play, begun) = Play::of(1, false, nodes);
    assert_eq!(begun, ["start a"]);
    assert_eq!(play.passes("a"), ["a judged", "done"]);
}

#[test]
fn retries_wait_and_start_again_until_none_is_left() {
    let backoff = Duration::from_secs(3);
    let retries = Retries {
        times: 1,
        backoff,
        on_exit: vec![],
    };
    let (mut play, _) = Play::of(
        1,
        false,
        vec![
            Node {
                retries,
                ..node("a", &[])
            },
            node("b", &[]),
        ],
    );
    assert_eq!(
        play.ends("a", Failed),
        ["wait a 3s", "start b"],
        "a pause holds no slot"
    );
    assert!(play.tell(Input::BackoffOver { node: 0 }).is_empty());
    assert_eq!(play.passes("b"), ["b judged", "start a #2"]);
    assert_eq!(play.ends("a", Errored), ["a judged", "done"]);
}

#[test]
fn retries_look_at_the_exit_code_when_they_are_told_to() {
    let retries = Retries {
        times: 5,
        backoff: Duration::ZERO,
        on_exit: vec![75],
    };
    for (code, again) in [(Some(75), true), (Some(1), false), (None, false)] {
        let flaky = Node {
            retries: retries.clone(),
            ..node("a", &[])
        };
        let (mut play, _) = Play::of(1, false, vec![flaky]);
        assert_eq!(
            play.exits("a", Failed, code)[0] == "wait a 0ns",
            again,
            "{code:?}"
        );
    }
}

#[test]
fn what_would_not_end_differently_is_not_tried_again() {
    let retries = Retries {
        times: 5,
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
    let input = Input::AttemptEnded {
        node: 0,
        word: Errored,
        exit_code: None,
        again: false,
    };
    assert_eq!(play.tell(input), ["a judged", "done"]);
}

#[test]
fn ten_thousand_gates_are_no_burden() {
    let mut nodes = vec![node("first", &[])];
    for n in 1..10_000 {
        let locks = vec!["one".to_owned()];
        nodes.push(Node {
            locks,
            ..node(&format!("g{n}"), &[n - 1])
        });
    }
    nodes.extend((10_000..20_000).map(|n| Node {
        locks: vec!["one".to_owned()],
        ..node(&format!("g{n}"), &[])
    }));
    let settings = Settings {
        jobs: 8,
        memory: None,
        fail_fast: false,
        timeout: None,
    };
    let mut scheduler = Scheduler::new(Graph::new(nodes), settings);
    let began = std::time::Instant::now();
    let mut waiting = scheduler.handle(Input::Begin);
    let mut finished = 0;
    while let Some(command) = waiting.pop() {
        match command {
            Command::Start { node, .. } => {
                let word = VerdictWord::Passed;
                let ended = Input::AttemptEnded {
                    node,
                    word,
                    exit_code: None,
                    again: true,
                };
                waiting.extend(scheduler.handle(ended));
            }
            Command::Finished { .. } => finished += 1,
            _ => {}
        }
    }
    assert_eq!(finished, 20_000);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
}
