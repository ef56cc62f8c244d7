//! The scheduler's laws, on made-up graphs and made-up outcomes.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::Settings;
use super::graph::{Graph, Node};
use super::scheduler::{Command, How, Input, Scheduler, tests::node};
use crate::model::VerdictWord::{self, Cancelled, Errored, Failed, NotApplicable, Passed};
use crate::model::{Reason, Verdict};
use crate::spec::Retries;

/// Memory that there is.
const MEMORY: u64 = 10;

fn word() -> impl Strategy<Value = VerdictWord> {
    prop_oneof![6 => Just(Passed), 2 => Just(Failed), 1 => Just(Errored), 1 => Just(NotApplicable)]
}

/// A node and the edges it takes from those before it.
fn made() -> impl Strategy<Value = (Node, Vec<usize>)> {
    let cpus = prop_oneof![4 => (0_u32..5).prop_map(Some), 1 => Just(None)];
    let locks = proptest::collection::vec(0_u8..3, 0..3);
    let edges = proptest::collection::vec(0_usize..1000, 0..3);
    let kind = (0_u8..10, 0_u32..3);
    let memory = prop_oneof![2 => Just(0_u64), 1 => 0..MEMORY * 2];
    (cpus, locks, edges, kind, memory).prop_map(|(cpus, locks, edges, (kind, times), memory)| {
        let node = Node {
            cpus,
            memory,
            locks: locks.iter().map(|lock| format!("lock{lock}")).collect(),
            took: None,
            join: kind == 0,
            advisory: kind == 1,
            ruling: match kind {
                2 => Some(Verdict::NotApplicable(Reason::default())),
                3 => Some(Verdict::Errored(Reason::default())),
                _ => None,
            },
            retries: Retries {
                times,
                ..Retries::default()
            },
            ..node("x", &[])
        };
        (node, edges)
    })
}

fn graph() -> impl Strategy<Value = Vec<Node>> {
    proptest::collection::vec(made(), 0..25).prop_map(|made| {
        let mut nodes: Vec<Node> = Vec::new();
        for (index, (made, edges)) in made.into_iter().enumerate() {
            let mut after: Vec<usize> = edges
                .into_iter()
                .filter(|_| index > 0)
                .map(|edge| edge % index)
                .collect();
            after.sort_unstable();
            after.dedup();
            // As the plan has it: nothing waits for an advisory gate.
            after.retain(|&on| !nodes[on].advisory);
            let uses = |on: &usize| !made.join && (on + index).is_multiple_of(2);
            nodes.push(Node {
                uses: after.iter().copied().filter(uses).collect(),
                after,
                name: node(&format!("g{index}"), &[]).name,
                ..made
            });
        }
        nodes
    })
}

/// What happens at a turn: which of the running ends, how, and whether a signal comes first.
type Turn = (usize, VerdictWord, Option<bool>);

/// Plays a scheduler against a script and watches the laws on the way.
struct World {
    nodes: Vec<Node>,
    jobs: usize,
    scheduler: Scheduler,
    running: Vec<usize>,
    pausing: Vec<usize>,
    last: BTreeMap<usize, VerdictWord>,
    verdicts: BTreeMap<usize, VerdictWord>,
    halted: bool,
    done: bool,
}

impl World {
    fn obey(&mut self, commands: Vec<Command>) {
        for command in commands {
            assert!(!self.done, "nothing comes after done");
            match command {
                Command::Start { node, .. } => self.start(node),
                Command::Stop { node, .. } => assert!(self.running.contains(&node)),
                Command::Wait { node, .. } => self.pausing.push(node),
                Command::Finished { node, how } => {
                    let word = match how {
                        How::Judged => self.last[&node],
                        How::Ruled(verdict) => verdict.word(),
                    };
                    assert!(!self.nodes[node].join && !self.running.contains(&node));
                    assert!(
                        self.verdicts.insert(node, word).is_none(),
                        "one verdict each"
                    );
                }
                Command::Done => self.done = true,
            }
        }
    }

    fn lets_run(&self, node: usize) -> bool {
        if self.nodes[node].join {
            return self.nodes[node].after.iter().all(|&on| self.lets_run(on));
        }
        self.verdicts
            .get(&node)
            .is_some_and(|word| word.lets_dependents_run())
    }

    /// Whether a node may go on, as far as the one that it waits for goes.
    fn passes_on(&self, on: usize, node: usize) -> bool {
        let node = &self.nodes[node];
        let idle = matches!(node.ruling, Some(Verdict::NotApplicable(_)));
        let unbuilt = self.verdicts.get(&on) == Some(&NotApplicable) && node.uses.contains(&on);
        self.lets_run(on) && (idle || !unbuilt)
    }

    fn slots(&self, node: usize) -> usize {
        let cpus = self.nodes[node]
            .cpus
            .map_or(self.jobs, |cpus| cpus as usize);
        cpus.clamp(1, self.jobs)
    }

    fn start(&mut self, node: usize) {
        assert!(!self.halted, "nothing starts after a halt");
        assert!(!self.nodes[node].join && self.nodes[node].ruling.is_none());
        assert!(!self.verdicts.contains_key(&node) && !self.running.contains(&node));
        assert!(
            self.nodes[node]
                .after
                .iter()
                .all(|&on| self.passes_on(on, node)),
            "edges hold"
        );
        self.running.push(node);
        let used: usize = self.running.iter().map(|&node| self.slots(node)).sum();
        assert!(used <= self.jobs, "{used} slots of {}", self.jobs);
        let memory = self
            .running
            .iter()
            .map(|&node| self.nodes[node].memory.min(MEMORY));
        assert!(
            memory.sum::<u64>() <= MEMORY,
            "memory is not promised twice"
        );
        let mut held: Vec<&String> = Vec::new();
        for &node in &self.running {
            let mut own: Vec<&String> = self.nodes[node].locks.iter().collect();
            own.sort_unstable();
            own.dedup();
            held.extend(own);
        }
        let all = held.len();
        held.sort_unstable();
        held.dedup();
        assert_eq!(held.len(), all, "a lock is held once");
    }

    fn turn(&mut self, (pick, word, signal): Turn) {
        if let Some(timeout) = signal {
            self.halted = true;
            let limit = Duration::from_secs(1);
            let input = if timeout {
                Input::RunTimeout { limit }
            } else {
                Input::Interrupted { signal: 2 }
            };
            let said = self.scheduler.handle(input);
            self.obey(said);
        }
        if self.done {
            return;
        }
        self.pausing
            .retain(|node| !self.verdicts.contains_key(node));
        let waits = self.running.len() + self.pausing.len();
        assert!(waits > 0, "something must be going on until all is done");
        let pick = pick % waits;
        let input = if pick < self.running.len() {
            let node = self.running.remove(pick);
            let word = if self.halted && word != Passed {
                Cancelled
            } else {
                word
            };
            self.last.insert(node, word);
            Input::AttemptEnded {
                node,
                word,
                exit_code: None,
                again: true,
            }
        } else {
            let node = self.pausing.remove(pick - self.running.len());
            Input::BackoffOver { node }
        };
        let said = self.scheduler.handle(input);
        self.obey(said);
    }
}

fn play(nodes: Vec<Node>, jobs: usize, fail_fast: bool, script: &[Turn]) -> World {
    let settings = Settings {
        jobs,
        memory: Some(MEMORY),
        fail_fast,
        timeout: None,
    };
    let scheduler = Scheduler::new(Graph::new(nodes.clone()), settings);
    let (running, pausing) = (Vec::new(), Vec::new());
    let (last, verdicts) = (BTreeMap::new(), BTreeMap::new());
    let (halted, done) = (false, false);
    let mut world = World {
        nodes,
        jobs,
        scheduler,
        running,
        pausing,
        last,
        verdicts,
        halted,
        done,
    };
    let said = world.scheduler.handle(Input::Begin);
    world.obey(said);
    let mut turns = 0;
    while !world.done {
        world.turn(script.get(turns).copied().unwrap_or((0, Passed, None)));
        turns += 1;
        assert!(turns < 1000, "it must end");
    }
    world
}

fn script(signals: bool) -> impl Strategy<Value = Vec<Turn>> {
    let signal = if signals {
        prop_oneof![20 => Just(None), 1 => any::<bool>().prop_map(Some)].boxed()
    } else {
        Just(None).boxed()
    };
    proptest::collection::vec((0_usize..1000, word(), signal), 0..80)
}

proptest! {
    #[test]
    fn every_gate_gets_one_verdict_within_slots_locks_and_edges(
        nodes in graph(), jobs in 1_usize..5, fail_fast: bool, script in script(true)
    ) {
        let world = play(nodes, jobs, fail_fast, &script);
        let gates = world.nodes.iter().filter(|node| !node.join).count();
        prop_assert_eq!(world.verdicts.len(), gates);
        prop_assert!(world.running.is_empty());
    }

    #[test]
    fn without_fail_fast_only_what_hangs_on_a_failure_does_not_run(
        nodes in graph(), jobs in 1_usize..5, script in script(false)
    ) {
        let world = play(nodes, jobs, false, &script);
        for (index, node) in world.nodes.iter().enumerate().filter(|(_, node)| !node.join) {
            let free = node.after.iter().all(|&on| world.passes_on(on, index));
            let skipped = world.verdicts[&index] == VerdictWord::Skipped;
            prop_assert_eq!(free, !skipped);
        }
    }
}
