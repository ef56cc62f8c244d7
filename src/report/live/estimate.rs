//! How long the rest of a run takes, out of how long its gates took before. A guess, and called so.

use std::collections::BTreeMap;

use crate::event::{Body, Event, RunStarted};
use crate::model::GateName;

/// The guess.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    places: BTreeMap<GateName, usize>,
    /// Those that wait for each gate.
    behind: Vec<Vec<usize>>,
    /// Every gate before those that wait for it.
    order: Vec<usize>,
    states: Vec<State>,
    known: Vec<Option<u64>>,
    jobs: u64,
    /// For which second it was made, and what it came to.
    made: Option<(u64, Option<u64>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Running(u64),
    Done,
}

impl Estimate {
    pub fn take(&mut self, event: &Event) {
        match &event.body {
            Body::RunStarted(head) => *self = Self::of(head),
            Body::GateStarted { gate, attempt: 1 } => {
                self.set(gate, State::Running(event.at_ms));
            }
            Body::GateFinished(gate) => self.set(&gate.gate, State::Done),
            _ => {}
        }
    }

    fn of(head: &RunStarted) -> Self {
        let gates = &head.gates;
        let places: BTreeMap<GateName, usize> = gates
            .iter()
            .enumerate()
            .map(|(at, gate)| (gate.gate.clone(), at))
            .collect();
        let mut behind = vec![Vec::new(); gates.len()];
        let mut missing = vec![0; gates.len()];
        for (at, gate) in gates.iter().enumerate() {
            for need in gate.after.iter().filter_map(|need| places.get(need)) {
                behind[*need].push(at);
                missing[at] += 1;
            }
        }
        let mut order: Vec<usize> = (0..gates.len()).filter(|at| missing[*at] == 0).collect();
        let mut next = 0;
        while let Some(at) = order.get(next).copied() {
            next += 1;
            for then in &behind[at] {
                missing[*then] -= 1;
                if missing[*then] == 0 {
                    order.push(*then);
                }
            }
        }
        Self {
            places,
            behind,
            order,
            states: vec![State::Waiting; gates.len()],
            known: vec![None; gates.len()],
            jobs: u64::try_from(head.jobs.max(1)).unwrap_or(1),
            made: None,
        }
    }

    fn set(&mut self, gate: &GateName, state: State) {
        if let Some(at) = self.places.get(gate) {
            self.states[*at] = state;
        }
    }

    /// How long gates took before, in milliseconds.
    pub fn learn(&mut self, durations: &BTreeMap<GateName, u64>) {
        for (gate, at) in &self.places {
            self.known[*at] = durations.get(gate).copied();
        }
        self.made = None;
    }

    /// Milliseconds that are left, when enough is known of what is left.
    pub fn left(&mut self, now_ms: u64) -> Option<u64> {
        let second = now_ms / 1_000;
        match self.made {
            Some((made, left)) if made == second => left,
            _ => {
                let left = self.guess(now_ms);
                self.made = Some((second, left));
                left
            }
        }
    }

    /// The longer of two: what all that is left takes on all slots, and the longest chain of it.
    fn guess(&self, now_ms: u64) -> Option<u64> {
        let open = || (0..self.states.len()).filter(|at| self.states[*at] != State::Done);
        let known: Vec<u64> = open().filter_map(|at| self.known[at]).collect();
        if known.is_empty() || known.len() * 2 < open().count() {
            return None;
        }
        let usual = known.iter().sum::<u64>() / known.len() as u64;
        let rest = |at: usize| {
            let takes = self.known[at].unwrap_or(usual);
            match self.states[at] {
                State::Done => 0,
                State::Waiting => takes,
                // One that takes longer than ever may end at any moment.
                State::Running(since) => takes.saturating_sub(now_ms.saturating_sub(since)),
            }
        };
        let work: u64 = open().map(rest).sum();
        let mut chain = vec![0; self.states.len()];
        for at in self.order.iter().rev().copied() {
            let behind = self.behind[at].iter().map(|then| chain[*then]).max();
            chain[at] = rest(at) + behind.unwrap_or(0);
        }
        let longest = chain.into_iter().max().unwrap_or(0);
        Some(longest.max(work / self.jobs)).filter(|left| *left > 0)
    }
}

/// A guess as people say it: coarse.
pub(super) fn about(ms: u64) -> String {
    let seconds = ms.div_ceil(1_000);
    match seconds {
        0..=5 => "a few seconds left".to_owned(),
        6..=55 => format!("about {} s left", seconds.div_ceil(5) * 5),
        56..=3540 => format!("about {} min left", seconds.div_ceil(60)),
        _ => {
            let minutes = seconds.div_ceil(60);
            format!("about {} h {:02} min left", minutes / 60, minutes % 60)
        }
    }
}
