//! The engine's voice: stamps and masks what happened, folds it, and hands it to the listeners.
//!
//! Must not know what a gate is or why something is said.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};

use super::drain::Drain;
use super::masking;
use super::world::Clock;
use crate::event::{Body, Event, Listener, Summary};
use crate::model::{GateName, Masker, Reason, RunVerdict};

/// Says events, in order, to everyone who still listens.
pub(super) struct Voice<'w> {
    clock: &'w dyn Clock,
    masker: Masker,
    /// Borrowed only inside the methods below, which call nothing that could come back here.
    inner: RefCell<Inner<'w>>,
}

struct Inner<'w> {
    listeners: Vec<Box<dyn Listener + 'w>>,
    seq: u64,
    summary: Summary,
    /// Gates about whose log a doubt was raised.
    doubted_logs: BTreeSet<GateName>,
}

impl<'w> Voice<'w> {
    pub(super) fn new(
        clock: &'w dyn Clock,
        masker: Masker,
        listeners: Vec<Box<dyn Listener + 'w>>,
    ) -> Self {
        let summary = Summary::default();
        let inner = Inner {
            listeners,
            seq: 0,
            summary,
            doubted_logs: BTreeSet::new(),
        };
        Self {
            clock,
            masker,
            inner: RefCell::new(inner),
        }
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    pub(super) fn masker(&self) -> &Masker {
        &self.masker
    }

    /// Says this. A listener that fails is dropped, and the others hear a doubt about it.
    pub(super) fn say(&self, body: Body) {
        let body = masking::mask(&self.masker, body);
        let at_ms = self.clock.now_ms();
        let doubts = self.inner.borrow_mut().tell(body, at_ms);
        self.say_all(doubts);
    }

    /// Whether a signal was told.
    pub(super) fn is_interrupted(&self) -> bool {
        self.inner.borrow().summary.interrupted.is_some()
    }

    /// Raises a doubt.
    pub(super) fn doubt(&self, reason: Reason) {
        self.say(Body::Doubt { reason });
    }

    /// Raises a doubt about the log of this gate, unless there is one.
    pub(super) fn doubt_log(&self, gate: &GateName, why: &str) {
        if !self.inner.borrow_mut().doubted_logs.insert(gate.clone()) {
            return;
        }
        let reason = Reason::new(format!("the log of `{gate}` could not be kept"))
            .detail(why.to_owned())
            .hint("make room or mend the permissions of .prove/, and run again");
        self.doubt(reason);
    }

    /// Ends the stream in two phases: everyone seals what it writes and it arrives, until nobody
    /// fails any more; only then is the verdict final and said.
    pub(super) async fn finish(self, mut drain: Drain<'_>) -> Summary {
        loop {
            let doubts = {
                let mut inner = self.inner.borrow_mut();
                inner.summary.finished = Some((inner.summary.verdict(), self.clock.now_ms()));
                inner.drop_failing(|listener, summary| listener.seal(summary))
            };
            if !doubts.is_empty() {
                self.say_all(doubts);
                continue;
            }
            if let Some(signal) = drain.wait().await {
                let forced = true;
                self.say(Body::Interrupted { signal, forced });
                continue;
            }
            let doubts = self.arrived();
            if doubts.is_empty() {
                break;
            }
            self.say_all(doubts);
        }
        self.end(drain).await
    }

    /// Says the verdict. What fails on that, or comes while readers are waited for, may make it
    /// another one: then everyone puts the new end in the place of the old one.
    async fn end(self, mut drain: Drain<'_>) -> Summary {
        let (end, doubts) = self.say_end();
        let mut late: Vec<Body> = doubts.into_iter().map(|d| self.late(d)).collect();
        let mut told = 0;
        loop {
            let signal = drain.wait().await;
            let forced = true;
            late.extend(signal.map(|signal| Body::Interrupted { signal, forced }));
            late.extend(self.arrived().into_iter().map(|d| self.late(d)));
            if late.len() == told {
                break;
            }
            let doubts = self.inner.borrow_mut().amend(end, &late, told);
            told = late.len();
            late.extend(doubts.into_iter().map(|d| self.late(d)));
        }
        self.inner.into_inner().summary
    }

    /// At the moment that was sealed: files have this very event as their end already.
    fn say_end(&self) -> (End, Vec<Reason>) {
        let now_ms = self.clock.now_ms();
        let mut inner = self.inner.borrow_mut();
        let at_ms = inner.summary.finished.map_or(now_ms, |(_, sealed)| sealed);
        let verdict = inner.summary.verdict();
        let end = End {
            seq: inner.seq,
            at_ms,
            verdict,
        };
        let doubts = inner.tell(end.body(verdict), at_ms);
        (end, doubts)
    }

    fn late(&self, reason: Reason) -> Body {
        masking::mask(&self.masker, Body::Doubt { reason })
    }

    fn arrived(&self) -> Vec<Reason> {
        let mut inner = self.inner.borrow_mut();
        inner.drop_failing(|listener, _| listener.arrived())
    }

    /// Says these doubts and those that arise from saying them; ends, as each costs a listener.
    fn say_all(&self, doubts: Vec<Reason>) {
        let mut waiting = VecDeque::from(doubts);
        while let Some(reason) = waiting.pop_front() {
            let body = self.late(reason);
            let at_ms = self.clock.now_ms();
            waiting.extend(self.inner.borrow_mut().tell(body, at_ms));
        }
    }
}

/// The end as it was told.
#[derive(Clone, Copy)]
struct End {
    seq: u64,
    at_ms: u64,
    verdict: RunVerdict,
}

impl End {
    fn body(self, verdict: RunVerdict) -> Body {
        Body::RunFinished {
            verdict,
            duration_ms: self.at_ms,
        }
    }
}

impl Inner<'_> {
    /// Folds what came after the end (what is behind `told` is new) and has everyone correct that
    /// end, unless the verdict stays what it was; gives a doubt for each listener that failed.
    fn amend(&mut self, end: End, late: &[Body], told: usize) -> Vec<Reason> {
        let at_ms = end.at_ms;
        let mut events: Vec<Event> = (end.seq..)
            .zip(late)
            .map(|(seq, body)| Event {
                seq,
                at_ms,
                body: body.clone(),
            })
            .collect();
        events[told..]
            .iter()
            .for_each(|event| self.summary.add(event));
        let verdict = self.summary.verdict();
        if verdict == end.verdict {
            return Vec::new();
        }
        let last = Event {
            seq: end.seq + events.len() as u64,
            at_ms,
            body: end.body(verdict),
        };
        self.summary.add(&last);
        events.push(last);
        self.drop_failing(|listener, summary| listener.amend(&events, summary))
    }

    /// Folds and hands on; gives a doubt for each listener that failed.
    fn tell(&mut self, body: Body, at_ms: u64) -> Vec<Reason> {
        let event = Event {
            seq: self.seq,
            at_ms,
            body,
        };
        self.seq += 1;
        self.summary.add(&event);
        self.drop_failing(|listener, _| listener.hear(&event))
    }

    fn drop_failing(
        &mut self,
        mut act: impl FnMut(&mut dyn Listener, &Summary) -> Result<(), Reason>,
    ) -> Vec<Reason> {
        let mut doubts = Vec::new();
        let summary = &self.summary;
        self.listeners
            .retain_mut(|listener| match act(&mut **listener, summary) {
                Ok(()) => true,
                Err(reason) => {
                    let headline = format!("{}: {}", listener.name(), reason.headline);
                    doubts.push(Reason { headline, ..reason });
                    false
                }
            });
        doubts
    }
}
