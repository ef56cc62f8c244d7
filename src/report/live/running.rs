//! The gates that run: since when, which step, and the last that they printed.

use std::collections::BTreeMap;

use crate::event::{Body, Event};
use crate::model::GateName;
use crate::report::text;

/// Bytes of a gate's output that are held: its last line is in there.
const HELD: usize = 1024;

/// A gate that runs.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Milliseconds into the run.
    pub since_ms: u64,
    attempt: u32,
    /// Between two attempts.
    paused: bool,
    /// Where an image build is.
    step: Option<String>,
    /// Steps that were there already.
    cached: usize,
    /// The end of its output since the last step.
    tail: Vec<u8>,
}

/// All of them, and the rows in which some are shown.
#[derive(Debug, Default)]
pub(super) struct AllRunning {
    gates: BTreeMap<GateName, Running>,
    /// A gate stays in its row until it ends, so that no row moves.
    rows: Vec<Option<GateName>>,
}

impl AllRunning {
    pub fn take(&mut self, event: &Event) {
        match &event.body {
            Body::GateStarted { gate, attempt } => {
                let running = self.gates.entry(gate.clone()).or_insert_with(|| Running {
                    since_ms: event.at_ms,
                    ..Running::default()
                });
                running.begins(*attempt);
            }
            Body::Progress { gate, text } => {
                if let Some(running) = self.gates.get_mut(gate) {
                    running.steps(text);
                }
            }
            Body::Retrying { gate, .. } => {
                if let Some(running) = self.gates.get_mut(gate) {
                    running.paused = true;
                }
            }
            Body::GateFinished(gate) => drop(self.gates.remove(&gate.gate)),
            _ => {}
        }
    }

    pub fn output(&mut self, gate: &GateName, bytes: &[u8]) {
        if let Some(running) = self.gates.get_mut(gate) {
            running.prints(bytes);
        }
    }

    pub fn count(&self) -> usize {
        self.gates.len()
    }

    /// At most so many of them, each where it was; the one that has run longest comes first where
    /// there is room. With `keep` rows that are empty now stay: soon somebody needs them.
    pub fn shown(&mut self, most: usize, keep: bool) -> Vec<Option<(&GateName, &Running)>> {
        for row in &mut self.rows {
            if row
                .as_ref()
                .is_some_and(|gate| !self.gates.contains_key(gate))
            {
                *row = None;
            }
        }
        if !keep {
            self.rows.retain(Option::is_some);
        }
        self.rows.truncate(most);
        let mut waiting: Vec<(u64, &GateName)> = self
            .gates
            .iter()
            .filter(|(gate, _)| !self.rows.iter().flatten().any(|shown| shown == *gate))
            .map(|(gate, running)| (running.since_ms, gate))
            .collect();
        waiting.sort_unstable();
        let mut waiting = waiting.into_iter().map(|(_, gate)| gate.clone());
        for row in self.rows.iter_mut().filter(|row| row.is_none()) {
            *row = waiting.next();
        }
        let free = most - self.rows.len();
        self.rows.extend(waiting.take(free).map(Some));
        let row = |row: &Option<GateName>| self.gates.get_key_value(row.as_ref()?);
        self.rows.iter().map(row).collect()
    }
}

impl Running {
    fn begins(&mut self, attempt: u32) {
        let since_ms = self.since_ms;
        *self = Self {
            since_ms,
            attempt,
            ..Self::default()
        };
    }

    fn steps(&mut self, said: &str) {
        if said.ends_with("CACHED") {
            self.cached += 1;
        }
        if said != "CACHED" {
            self.step = Some(said.trim_end_matches(" CACHED").to_owned());
        }
        self.tail.clear();
    }

    fn prints(&mut self, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(HELD)..];
        let over = (self.tail.len() + kept.len()).saturating_sub(HELD);
        self.tail.drain(..over.min(self.tail.len()));
        self.tail.extend_from_slice(kept);
    }

    /// What it is at, in one line; empty when nothing is known.
    pub fn said(&self) -> String {
        let mut said = Vec::new();
        if self.paused {
            said.push(format!("attempt {} did not pass, again soon", self.attempt));
        } else if self.attempt > 1 {
            said.push(format!("attempt {}", self.attempt));
        }
        if let Some(step) = &self.step {
            let cached = match self.cached {
                0 => String::new(),
                n => format!(" ({n} cached)"),
            };
            said.push(format!("{}{cached}", text::show_line(step)));
        }
        let printed = String::from_utf8_lossy(&self.tail);
        let mut lines = printed.rsplit('\n').map(text::printed);
        said.extend(
            lines
                .find(|line| !line.trim().is_empty())
                .map(|line| line.trim().to_owned()),
        );
        said.join(": ")
    }
}
