//! The scheduler: a state machine that is told what happened and says what to do. Pure: no I/O,
//! no clock; time is an input like any other.
//!
//! Must not know probes, events, or how long anything takes.

use std::collections::VecDeque;

use super::Settings;
use super::graph::Graph;
pub(super) use super::orders::{Command, How, Input};
use super::queue::Queue;
use super::words::{self, Halt, Reached};
use crate::model::{StopCause, Verdict, VerdictWord};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// For others, or for its turn.
    Waiting,
    Running,
    /// Between two attempts.
    Pausing,
    Settled(VerdictWord),
}

#[derive(Clone, Debug)]
struct State {
    phase: Phase,
    /// Nodes that it still waits for.
    pending: usize,
    /// Attempts that were started.
    attempts: u32,
    /// Why it was skipped.
    blame: Option<Blame>,
}

/// Why a node was skipped: the next name of the chain, the last one, and the names between the
/// node itself (left out) and the last (counted).
#[derive(Clone, Copy, Debug)]
struct Blame {
    next: usize,
    root: usize,
    length: usize,
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Scheduler {
    graph: Graph,
    fail_fast: bool,
    queue: Queue,
    states: Vec<State>,
    /// Nodes without a verdict.
    open: usize,
    halt: Option<Halt>,
    /// What `--fail-fast` will halt for, once all that it tells was told.
    tripped: Option<Halt>,
    signals: u32,
    done: bool,
}

impl Scheduler {
    pub(super) fn new(graph: Graph, settings: Settings) -> Self {
        let state = |pending| State {
            phase: Phase::Waiting,
            pending,
            attempts: 0,
            blame: None,
        };
        let states: Vec<State> = graph.nodes.iter().map(|n| state(n.after.len())).collect();
        Self {
            fail_fast: settings.fail_fast,
            queue: Queue::new(&graph, settings.jobs, settings.memory),
            open: states.len(),
            states,
            graph,
            halt: None,
            tripped: None,
            signals: 0,
            done: false,
        }
    }

    /// Takes in what happened, says what to do, in order.
    pub(super) fn handle(&mut self, input: Input) -> Vec<Command> {
        let mut out = Vec::new();
        match input {
            Input::Begin => self.begin(&mut out),
            Input::AttemptEnded {
                node,
                word,
                exit_code,
                again,
            } => {
                let retry = again && self.may_retry(node, word, exit_code);
                self.attempt_ended(node, word, retry, &mut out);
            }
            Input::BackoffOver { node } => self.backoff_over(node),
            Input::Interrupted { signal } => self.interrupted(signal, &mut out),
            Input::Lent { slots } => self.queue.lent(slots),
            Input::RunTimeout { limit } => self.halt(Halt::RunTimeout { limit }, &mut out),
        }
        if let Some(halt) = self.tripped.take() {
            self.halt(halt, &mut out);
        }
        self.start_what_may(&mut out);
        if self.open == 0 && !self.done {
            self.done = true;
            out.push(Command::Done);
        }
        out
    }

    /// How many slots are of use now: those that are taken, and those of who is next.
    pub(super) fn wanted(&self) -> usize {
        self.queue.wanted()
    }

    /// Whether the next signal kills.
    pub(super) fn will_force(&self) -> bool {
        self.signals > 0
    }

    /// The verdict of a gate whose attempt was stopped from outside before it was judged.
    /// `None` when nothing was halted.
    pub(super) fn verdict_of_stopped(&self) -> Option<Verdict> {
        self.halt
            .as_ref()
            .map(|halt| halt.verdict(Reached::Running))
    }

    fn begin(&mut self, out: &mut Vec<Command>) {
        for node in 0..self.states.len() {
            if self.graph.nodes[node].after.is_empty() {
                let ready = self.ready(node, out);
                self.spread(VecDeque::from_iter(ready.map(|word| (node, word))), out);
            }
        }
    }

    /// Everything that this node waits for has let it through. What needs no start has its word.
    fn ready(&mut self, node: usize, out: &mut Vec<Command>) -> Option<VerdictWord> {
        if let Some(ruling) = self.graph.nodes[node].ruling.clone() {
            let word = ruling.word();
            self.rule(node, ruling, out);
            self.trip(node, word);
            return Some(word);
        }
        if !self.graph.nodes[node].join {
            self.queue.push(node);
            return None;
        }
        self.states[node].phase = Phase::Settled(VerdictWord::Passed);
        self.open -= 1;
        Some(VerdictWord::Passed)
    }

    /// `--fail-fast`: the first required gate that fails or errs stops the run.
    fn trip(&mut self, node: usize, word: VerdictWord) {
        let bad = matches!(word, VerdictWord::Failed | VerdictWord::Errored);
        if self.fail_fast && bad && !self.graph.nodes[node].advisory {
            let gate = self.graph.nodes[node].name.clone();
            self.tripped.get_or_insert(Halt::FailFast { gate, word });
        }
    }

    fn attempt_ended(
        &mut self,
        node: usize,
        word: VerdictWord,
        retry: bool,
        out: &mut Vec<Command>,
    ) {
        if self.states[node].phase != Phase::Running {
            return;
        }
        self.queue.release(node);
        if self.halt.is_none() && retry {
            self.states[node].phase = Phase::Pausing;
            let (attempt, backoff) = (
                self.states[node].attempts,
                self.graph.nodes[node].retries.backoff,
            );
            out.push(Command::Wait {
                node,
                attempt,
                backoff,
            });
            return;
        }
        out.push(Command::Finished {
            node,
            how: How::Judged,
        });
        self.settle(node, word, out);
        self.trip(node, word);
    }

    fn may_retry(&self, node: usize, word: VerdictWord, exit_code: Option<i32>) -> bool {
        let retries = &self.graph.nodes[node].retries;
        let asked_for = retries.on_exit.is_empty()
            || exit_code.is_some_and(|code| retries.on_exit.contains(&code));
        matches!(word, VerdictWord::Failed | VerdictWord::Errored)
            && self.states[node].attempts <= retries.times
            && asked_for
    }

    fn backoff_over(&mut self, node: usize) {
        if self.states[node].phase == Phase::Pausing {
            self.states[node].phase = Phase::Waiting;
            self.queue.push(node);
        }
    }

    fn interrupted(&mut self, signal: i32, out: &mut Vec<Command>) {
        self.signals += 1;
        if self.signals == 1 {
            self.halt(Halt::Interrupted { signal }, out);
            return;
        }
        for (node, state) in self.states.iter().enumerate() {
            if state.phase == Phase::Running {
                out.push(Command::Stop {
                    node,
                    cause: StopCause::Interrupted,
                    kill: true,
                });
            }
        }
    }

    /// Stops what runs and rules on what does not. Only the first cause counts.
    fn halt(&mut self, halt: Halt, out: &mut Vec<Command>) {
        if self.halt.is_some() {
            return;
        }
        let cause = match halt {
            Halt::FailFast { .. } => StopCause::FailFast,
            Halt::Interrupted { .. } => StopCause::Interrupted,
            Halt::RunTimeout { .. } => StopCause::RunTimeout,
        };
        self.queue.clear();
        for node in 0..self.states.len() {
            let state = &self.states[node];
            match state.phase {
                Phase::Running => out.push(Command::Stop {
                    node,
                    cause,
                    kill: false,
                }),
                Phase::Waiting | Phase::Pausing => {
                    let reached = match state.attempts {
                        0 => Reached::Nothing,
                        n => Reached::Attempts(n),
                    };
                    self.rule(node, halt.verdict(reached), out);
                }
                Phase::Settled(_) => {}
            }
        }
        self.halt = Some(halt);
    }

    fn rule(&mut self, node: usize, verdict: Verdict, out: &mut Vec<Command>) {
        self.states[node].phase = Phase::Settled(verdict.word());
        self.open -= 1;
        if !self.graph.nodes[node].join {
            out.push(Command::Finished {
                node,
                how: How::Ruled(verdict),
            });
        }
    }

    /// A node has its verdict: lets its dependents through, or skips them and all behind them.
    fn settle(&mut self, node: usize, word: VerdictWord, out: &mut Vec<Command>) {
        self.states[node].phase = Phase::Settled(word);
        self.open -= 1;
        self.spread(VecDeque::from([(node, word)]), out);
    }

    fn spread(&mut self, mut fresh: VecDeque<(usize, VerdictWord)>, out: &mut Vec<Command>) {
        while let Some((node, word)) = fresh.pop_front() {
            // Taken for the walk and put back: the walk changes states and queue, not edges.
            let dependents = std::mem::take(&mut self.graph.dependents[node]);
            for &dependent in &dependents {
                if self.states[dependent].phase != Phase::Waiting {
                    continue;
                }
                if !self.graph.lets(node, word, dependent) {
                    self.skip(dependent, node, out);
                    fresh.push_back((dependent, VerdictWord::Skipped));
                    continue;
                }
                self.states[dependent].pending -= 1;
                if self.states[dependent].pending == 0 {
                    let ready = self.ready(dependent, out);
                    fresh.extend(ready.map(|word| (dependent, word)));
                }
            }
            self.graph.dependents[node] = dependents;
        }
    }

    fn skip(&mut self, node: usize, because: usize, out: &mut Vec<Command>) {
        let behind = self.states[because].blame;
        let blame = match behind {
            Some(behind) if self.graph.nodes[because].join => behind,
            Some(behind) => Blame {
                next: because,
                length: behind.length + 1,
                ..behind
            },
            None => Blame {
                next: because,
                root: because,
                length: 1,
            },
        };
        self.states[node].blame = Some(blame);
        let reason = self.chain(node, blame);
        self.rule(node, Verdict::Skipped(reason), out);
    }

    fn chain(&self, node: usize, blame: Blame) -> crate::model::Reason {
        let name = |node: usize| &self.graph.nodes[node].name;
        let mut names = vec![name(node)];
        let mut at = blame;
        let walked = words::chain_head(blame.length);
        for _ in 0..walked {
            names.push(name(at.next));
            match self.states[at.next].blame {
                Some(next) => at = next,
                None => break,
            }
        }
        names.push(name(blame.root));
        let word = match self.states[blame.root].phase {
            Phase::Settled(word) => word,
            _ => VerdictWord::Errored,
        };
        words::skip_chain(&names, blame.length - walked - 1, word)
    }

    fn start_what_may(&mut self, out: &mut Vec<Command>) {
        while let Some(node) = self.queue.pop() {
            let state = &mut self.states[node];
            state.phase = Phase::Running;
            state.attempts += 1;
            out.push(Command::Start {
                node,
                attempt: state.attempts,
            });
        }
    }
}

#[cfg(test)]
#[path = "scheduler_tests.rs"]
pub(super) mod tests;

#[cfg(test)]
#[path = "halt_tests.rs"]
mod halt_tests;

#[cfg(test)]
#[path = "lent_tests.rs"]
mod lent_tests;

#[cfg(test)]
#[path = "memory_tests.rs"]
mod memory_tests;

#[cfg(test)]
#[path = "ruling_tests.rs"]
mod ruling_tests;
