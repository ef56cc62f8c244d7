//! The driver: does what the scheduler says, waits, and tells it what happened. One loop.
//!
//! Must not decide anything: what starts, stops or is skipped is the scheduler's, what passed is
//! the gate's.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{mpsc, watch};

use super::Settings;
use super::attempt::{self, Attempt, End, Outcome, Stage};
use super::graph::Graph;
use super::scheduler::{Command, How, Input, Scheduler};
use super::timers::Timers;
use crate::event::{Body, GateFinished, LogRef};
use crate::exec::{LocalFuture, Stop};
use crate::model::{
    Ending, GateName, Judged, Judgement, Product, Reason, Verdict, VerdictWord, limits,
};
use crate::plan::Plan;

/// Obeys the scheduler until everything has its verdict.
pub(super) struct Driver<'s, 'w> {
    plan: &'s Plan,
    stage: &'s Stage<'w>,
    scheduler: Scheduler,
    running: FuturesUnordered<LocalFuture<'s, (usize, Box<Outcome>)>>,
    timers: Timers<Due>,
    records: Vec<Record>,
    limit: Option<Duration>,
    /// What each node takes while it runs, and what all that run take.
    slots: Vec<usize>,
    taken: usize,
    /// What the executor was last told of that.
    told: usize,
    /// Slots that are lent, and whether more would be of use; `None` when they are the run's own.
    lent: Option<usize>,
    short: bool,
    done: bool,
}

/// What is due later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    RunTimeout,
    Backoff {
        node: usize,
    },
    Slow {
        node: usize,
        attempt: u32,
        after: Duration,
    },
}

/// What is remembered of a node.
#[derive(Default)]
struct Record {
    attempts: u32,
    /// When its first attempt started.
    since_ms: u64,
    /// While an attempt runs.
    stop: Option<watch::Sender<Option<Stop>>>,
    /// What its last attempt came to.
    last: Option<Last>,
    log: Option<LogRef>,
}

/// What an attempt came to.
struct Last {
    verdict: Verdict,
    ending: Option<Ending>,
    judgement: Option<Judgement>,
}

/// What the loop waits for.
enum Happened {
    Signal(Option<i32>),
    Ended(usize, Box<Outcome>),
    Due(Due),
}

impl<'s, 'w> Driver<'s, 'w> {
    pub(super) fn new(
        plan: &'s Plan,
        settings: Settings,
        stage: &'s Stage<'w>,
        took: &BTreeMap<GateName, u64>,
    ) -> Self {
        let mut graph = Graph::of(plan);
        graph.took(took);
        let jobs = settings.jobs.max(1);
        Self {
            plan,
            stage,
            slots: (0..graph.nodes.len())
                .map(|node| graph.slots(node, jobs))
                .collect(),
            taken: 0,
            told: 0,
            lent: stage.executor.lent(1),
            short: false,
            scheduler: Scheduler::new(graph, settings),
            running: FuturesUnordered::new(),
            timers: Timers::new(),
            records: plan.nodes().iter().map(|_| Record::default()).collect(),
            limit: settings.timeout,
            done: false,
        }
    }

    /// Runs everything; gives how many signals were heard. A closed channel means that none will
    /// come.
    pub(super) async fn run(mut self, signals: &mut mpsc::UnboundedReceiver<i32>) -> usize {
        if let Some(limit) = self.limit {
            self.timers.set(limit, Due::RunTimeout);
        }
        let (mut listening, mut heard) = (true, 0);
        if let Some(slots) = self.lent {
            self.tell(Input::Lent { slots });
        }
        self.tell(Input::Begin);
        while !self.done {
            self.borrow();
            // Before what was started does anything, and once for all that ended and started.
            self.tell_slots();
            let happened = tokio::select! {
                biased;
                signal = signals.recv(), if listening => Happened::Signal(signal),
                Some((node, outcome)) = self.running.next() => Happened::Ended(node, outcome),
                due = self.timers.next() => Happened::Due(due),
                () = async { self.stage.executor.more().await }, if self.short => continue,
            };
            match happened {
                Happened::Signal(None) => listening = false,
                Happened::Signal(Some(signal)) => {
                    heard += 1;
                    self.interrupted(signal);
                }
                Happened::Ended(node, outcome) => self.ended(node, *outcome),
                Happened::Due(due) => self.due(due),
            }
        }
        self.stage.executor.lent(1);
        heard
    }

    /// Where slots are lent: no more of them than are of use, and as many of those as can be had.
    fn borrow(&mut self) {
        while let Some(before) = self.lent {
            let wanted = self.scheduler.wanted();
            let slots = self.stage.executor.lent(wanted).unwrap_or(1);
            self.short = slots < wanted;
            self.lent = Some(slots);
            if slots == before {
                return;
            }
            self.tell(Input::Lent { slots });
        }
    }

    fn tell_slots(&mut self) {
        if self.told != self.taken {
            self.told = self.taken;
            self.stage.executor.taken(self.told);
        }
    }

    fn tell(&mut self, input: Input) {
        for command in self.scheduler.handle(input) {
            self.obey(command);
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Start { node, attempt } => self.start(node, attempt),
            Command::Stop { node, cause, kill } => {
                if let Some(stop) = &self.records[node].stop {
                    attempt::raise(stop, Stop { cause, kill });
                }
            }
            Command::Wait {
                node,
                attempt,
                backoff,
            } => self.pause(node, attempt, backoff),
            Command::Finished { node, how } => self.finished(node, how),
            Command::Done => self.done = true,
        }
    }

    fn start(&mut self, node: usize, attempt: u32) {
        let (stop, _) = watch::channel(None);
        let record = &mut self.records[node];
        if attempt == 1 {
            record.since_ms = self.stage.voice.now_ms();
        }
        record.attempts = attempt;
        record.stop = Some(stop.clone());
        self.taken += self.slots[node];
        let about = &self.plan.nodes()[node];
        self.stage.voice.say(Body::GateStarted {
            gate: about.name.clone(),
            attempt,
        });
        let after = limits::SLOW_NOTICE;
        self.timers.set(
            after,
            Due::Slow {
                node,
                attempt,
                after,
            },
        );
        let attempt = Attempt {
            stage: self.stage,
            node: about,
            number: attempt,
            stop,
        };
        self.running.push(Box::pin(
            async move { (node, Box::new(attempt.run().await)) },
        ));
    }

    fn pause(&mut self, node: usize, attempt: u32, backoff: Duration) {
        let reason = self.records[node]
            .last
            .as_ref()
            .and_then(|last| last.verdict.reason());
        self.stage.voice.say(Body::Retrying {
            gate: self.plan.nodes()[node].name.clone(),
            attempt,
            reason: reason.cloned().unwrap_or_default(),
            backoff_ms: u64::try_from(backoff.as_millis()).unwrap_or(u64::MAX),
        });
        self.timers.set(backoff, Due::Backoff { node });
    }

    fn interrupted(&mut self, signal: i32) {
        let forced = self.scheduler.will_force();
        self.stage.voice.say(Body::Interrupted { signal, forced });
        self.tell(Input::Interrupted { signal });
    }

    fn due(&mut self, due: Due) {
        match due {
            Due::RunTimeout => {
                let limit = self.limit.unwrap_or_default();
                self.tell(Input::RunTimeout { limit });
            }
            Due::Backoff { node } => self.tell(Input::BackoffOver { node }),
            Due::Slow {
                node,
                attempt,
                after,
            } => {
                let record = &self.records[node];
                if record.stop.is_none() || record.attempts != attempt {
                    return;
                }
                let gate = self.plan.nodes()[node].name.clone();
                let elapsed_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                self.stage.voice.say(Body::GateSlow { gate, elapsed_ms });
                let twice = after.saturating_mul(2);
                self.timers.set(
                    after,
                    Due::Slow {
                        node,
                        attempt,
                        after: twice,
                    },
                );
            }
        }
    }

    fn ended(&mut self, node: usize, outcome: Outcome) {
        let Outcome { end, ending, log } = outcome;
        self.taken -= self.slots[node];
        if self.taken == 0 {
            // Also when the next one starts at once: only now is it known that nobody has any.
            self.tell_slots();
        }
        let again = matches!(&end, End::Judged(judgement) if !judgement.settled);
        if let End::Stuck(reason) = &end {
            self.stage.voice.doubt(reason.clone());
        }
        let last = self.weigh(end, ending);
        let word = last.verdict.word();
        let exit_code = last
            .judgement
            .as_ref()
            .and_then(|judgement| judgement.exit_code);
        let record = &mut self.records[node];
        record.stop = None;
        record.log = log.or(record.log.take());
        record.last = Some(last);
        self.tell(Input::AttemptEnded {
            node,
            word,
            exit_code,
            again,
        });
    }

    /// The verdict of an attempt.
    fn weigh(&self, end: End, ending: Option<Ending>) -> Last {
        let (verdict, judgement) = match end {
            End::Judged(judgement) => (judgement.verdict.clone().into(), Some(judgement)),
            End::Stopped => {
                let unsaid = || Verdict::Errored(Reason::new("stopped, and nobody said why"));
                (
                    self.scheduler.verdict_of_stopped().unwrap_or_else(unsaid),
                    None,
                )
            }
            End::Broken(reason) | End::Stuck(reason) => (Verdict::Errored(reason), None),
        };
        Last {
            verdict,
            ending,
            judgement,
        }
    }

    fn finished(&mut self, node: usize, how: How) {
        let gate = self.plan.nodes()[node].name.clone();
        let record = std::mem::take(&mut self.records[node]);
        let (judged, ending, judgement) = match record.last {
            Some(last) => (Some(last.verdict), last.ending, last.judgement),
            None => (None, None, None),
        };
        let verdict = match (how, judged) {
            (How::Ruled(verdict), _) | (How::Judged, Some(verdict)) => verdict,
            (How::Judged, None) => Verdict::Errored(Reason::new("it ended without a verdict")),
        };
        let brought = judgement.unwrap_or_else(nothing);
        let passed = verdict.word() == VerdictWord::Passed;
        let image = match brought.product {
            Some(Product::Image(image)) if passed => Some(image),
            _ => None,
        };
        if let Some(image) = &image {
            self.stage
                .images
                .borrow_mut()
                .insert(gate.clone(), image.clone());
        }
        let ran = record.attempts > 0;
        let now_ms = self.stage.voice.now_ms();
        self.stage
            .voice
            .say(Body::GateFinished(Box::new(GateFinished {
                gate,
                verdict: verdict.word(),
                reason: verdict.reason().cloned(),
                attempts: record.attempts,
                flaky: passed && record.attempts > 1,
                duration_ms: if ran {
                    now_ms.saturating_sub(record.since_ms)
                } else {
                    0
                },
                ending,
                cases: brought.cases,
                findings: brought.findings,
                image,
                notes: brought.notes,
                log: record.log,
            })));
    }
}

/// What a gate brought that never judged.
fn nothing() -> Judgement {
    Judgement::new(Judged::Errored(Reason::default()))
}
