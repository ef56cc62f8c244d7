//! Where the time of a run went, in two lines: the slowest gates, and the critical path.

use std::collections::BTreeMap;

use crate::event::{Body, Event, Summary};
use crate::model::GateName;
use crate::report::{critical, gates, text};

/// Runs that are shorter waste nobody's time, in milliseconds.
const SHORT: u64 = 1_000;
/// Gates that are named in a line.
const NAMED: usize = 5;

/// When gates ended.
#[derive(Debug, Default)]
pub(super) struct Spent {
    ends: BTreeMap<GateName, u64>,
}

impl Spent {
    pub fn take(&mut self, event: &Event) {
        if let Body::GateFinished(gate) = &event.body
            && gate.attempts > 0
        {
            self.ends.insert(gate.gate.clone(), event.at_ms);
        }
    }

    /// The lines; none for a run that is short or has less than two gates.
    pub fn lines(&self, summary: &Summary, duration_ms: u64, width: usize) -> Vec<String> {
        let all: Vec<_> = gates::each(summary).collect();
        let time = |at: usize| all[at].1.map_or(0, |gate| gate.duration_ms);
        let said = |at: &usize| format!("{} {}", all[*at].0.gate, text::duration(time(*at)));
        if duration_ms < SHORT || self.ends.len() < 2 {
            return Vec::new();
        }
        let places: BTreeMap<&GateName, usize> = all
            .iter()
            .enumerate()
            .map(|(at, (head, _))| (&head.gate, at))
            .collect();
        let ends: Vec<Option<u64>> = all
            .iter()
            .map(|(head, _)| self.ends.get(&head.gate).copied())
            .collect();
        let after: Vec<Vec<usize>> = all
            .iter()
            .map(|(head, _)| {
                head.after
                    .iter()
                    .filter_map(|need| places.get(need).copied())
                    .collect()
            })
            .collect();
        let work: u64 = (0..all.len()).map(time).sum();
        let mut slowest: Vec<usize> = (0..all.len()).filter(|at| time(*at) > 0).collect();
        slowest.sort_by_key(|at| std::cmp::Reverse(time(*at)));
        let slow = |most: usize| {
            let named: Vec<String> = slowest.iter().take(most).map(said).collect();
            format!(
                "slowest        {} ({} of work in {})",
                named.join(", "),
                text::duration(work),
                text::duration(duration_ms)
            )
        };
        let mut lines = vec![fitting(width, slow)];
        let path = critical::path(&ends, &after);
        if path.len() > 1 {
            let busy: u64 = path.iter().copied().map(time).sum();
            let way = |most: usize| {
                format!(
                    "critical path  {}: {} of {}",
                    chain(&path, most, time, said),
                    text::duration(busy),
                    text::duration(duration_ms)
                )
            };
            lines.push(fitting(width, way));
        }
        lines
    }
}

/// The line that names as many gates as there is room for, but one.
fn fitting(width: usize, line: impl Fn(usize) -> String) -> String {
    let mut most = NAMED;
    while most > 1 && text::columns(&line(most)) > width {
        most -= 1;
    }
    line(most)
}

/// The gates of a path; of a long one those that took longest, and that some are left out.
fn chain(
    path: &[usize],
    most: usize,
    time: impl Fn(usize) -> u64,
    said: impl Fn(&usize) -> String,
) -> String {
    let mut longest: Vec<usize> = path.to_vec();
    longest.sort_by_key(|at| std::cmp::Reverse(time(*at)));
    longest.truncate(most);
    let named: Vec<String> = path
        .iter()
        .filter(|at| longest.contains(at))
        .map(said)
        .collect();
    let left_out = match path.len() - named.len() {
        0 => String::new(),
        n => format!(" and {n} shorter"),
    };
    format!("{}{left_out}", named.join(" > "))
}
