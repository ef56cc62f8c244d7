//! A run as the page sees it: gates in the order of the plan, each with its verdict and when its
//! attempts ran.

use std::collections::BTreeMap;

use crate::event::{GateFinished, GateHead, GateState, RunStarted, Summary};
use crate::model::{GateName, RunVerdict, VerdictWord};

/// One attempt, in milliseconds into the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: u64,
    pub to: u64,
    /// It was followed by another attempt.
    pub retried: bool,
}

/// When the attempts of each gate ran.
#[derive(Debug, Default)]
pub(super) struct Times(BTreeMap<GateName, Vec<Span>>);

impl Times {
    pub fn started(&mut self, gate: &GateName, at: u64) {
        self.0.entry(gate.clone()).or_default().push(Span {
            from: at,
            to: at,
            retried: false,
        });
    }

    pub fn ended(&mut self, gate: &GateName, at: u64, retried: bool) {
        // A gate that never ran has no attempt that could end.
        let last = self.0.get_mut(gate).and_then(|spans| spans.last_mut());
        if let Some(span) = last.filter(|span| !span.retried) {
            (span.to, span.retried) = (at, retried);
        }
    }
}

/// A gate of the plan.
pub(super) struct Row<'r> {
    /// Its place in the plan.
    pub at: usize,
    pub head: &'r GateHead,
    /// `None`: the stream ended before it got a verdict.
    pub finished: Option<&'r GateFinished>,
    pub spans: &'r [Span],
    /// Places of the gates that it waits for.
    pub after: Vec<usize>,
}

impl Row<'_> {
    pub fn name(&self) -> &str {
        self.head.gate.as_str()
    }

    /// The word of its verdict, also the name of a class in the page.
    pub fn word(&self) -> &'static str {
        match self.finished.map(|gate| gate.verdict) {
            None => "unknown",
            Some(VerdictWord::NotApplicable) => "na",
            Some(word) => word.as_str(),
        }
    }

    /// The verdict for people.
    pub fn verdict(&self) -> &'static str {
        self.finished
            .map_or("no verdict", |gate| gate.verdict.as_str())
    }

    /// A sign for it, beside its word or its colour.
    pub fn sign(&self) -> &'static str {
        match self.finished.map(|gate| gate.verdict) {
            Some(VerdictWord::Passed) => "\u{2713}",
            Some(VerdictWord::Failed) => "\u{2715}",
            Some(VerdictWord::Errored) => "!",
            Some(VerdictWord::Cancelled) => "\u{25a0}",
            Some(VerdictWord::Skipped) => "\u{2013}",
            Some(VerdictWord::NotApplicable) => "\u{25cb}",
            None => "?",
        }
    }

    pub fn is_well(&self) -> bool {
        self.finished
            .is_some_and(|gate| gate.verdict.lets_dependents_run())
    }

    /// It ran and the run is not proved because of it.
    pub fn is_failure(&self) -> bool {
        let bad = |gate: &GateFinished| {
            matches!(gate.verdict, VerdictWord::Failed | VerdictWord::Errored)
        };
        self.head.advisory.is_none() && self.finished.is_some_and(bad)
    }

    pub fn is_flaky(&self) -> bool {
        self.finished.is_some_and(|gate| gate.flaky)
    }

    pub fn duration_ms(&self) -> u64 {
        self.finished.map_or(0, |gate| gate.duration_ms)
    }

    /// When its last attempt ended.
    pub fn end(&self) -> Option<u64> {
        self.spans.last().map(|span| span.to)
    }
}

/// A run.
pub(super) struct Run<'r> {
    pub head: &'r RunStarted,
    pub summary: &'r Summary,
    pub verdict: RunVerdict,
    pub duration_ms: u64,
    pub rows: Vec<Row<'r>>,
}

impl<'r> Run<'r> {
    pub fn new(head: &'r RunStarted, summary: &'r Summary, times: &'r Times) -> Self {
        let (verdict, duration_ms) = summary.finished.unwrap_or((RunVerdict::Undecided, 0));
        let places: BTreeMap<&GateName, usize> = head
            .gates
            .iter()
            .enumerate()
            .map(|(at, gate)| (&gate.gate, at))
            .collect();
        let row = |(at, gate): (usize, &'r GateHead)| Row {
            at,
            head: gate,
            finished: match summary.gates.get(&gate.gate) {
                Some(GateState::Finished(finished)) => Some(&**finished),
                _ => None,
            },
            spans: times
                .0
                .get(&gate.gate)
                .map(Vec::as_slice)
                .unwrap_or_default(),
            after: gate
                .after
                .iter()
                .filter_map(|name| places.get(name).copied())
                .filter(|other| *other != at)
                .collect(),
        };
        Self {
            head,
            summary,
            verdict,
            duration_ms,
            rows: head.gates.iter().enumerate().map(row).collect(),
        }
    }

    /// How many gates are in this state, advisory ones aside.
    pub fn count(&self, word: VerdictWord) -> usize {
        self.summary.count(word)
    }
}
