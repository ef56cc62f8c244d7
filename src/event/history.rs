//! What many runs amount to, gate by gate: how long, how often, since when not. A fold over
//! recorded streams; knows neither where they lie nor what time it is.

use std::collections::BTreeMap;

use super::{Event, Summary};
use crate::model::{GateName, RunVerdict, VerdictWord};

/// How many of the newest durations are held against as many before them, at most.
const TREND: usize = 5;

/// Recorded runs, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The runs.
    pub runs: Vec<PastRun>,
    /// What became of each gate, in the order of the runs.
    pub gates: BTreeMap<GateName, Vec<Outcome>>,
}

/// A run that is over, or was killed.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRun {
    /// Its id.
    pub run: String,
    /// When it started, RFC 3339, UTC.
    pub started: String,
    /// The commit that was checked out.
    pub commit: Option<String>,
    /// Its verdict; `None` when it did not come to its end.
    pub verdict: Option<RunVerdict>,
    /// It took only part of the pipeline.
    pub narrowed: bool,
}

/// What became of a gate in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Where in [`History::runs`] its run stands.
    pub run: usize,
    /// Its verdict.
    pub verdict: VerdictWord,
    /// Why, in one line.
    pub reason: Option<String>,
    /// All attempts with their pauses, in milliseconds.
    pub duration_ms: u64,
    /// Attempts that were started.
    pub attempts: u32,
    /// It passed, but not at the first attempt.
    pub flaky: bool,
}

/// What the runs say of one gate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Runs in which it was judged: passed or failed.
    pub judged: usize,
    /// Runs in which it passed.
    pub passed: usize,
    /// Runs in which it passed, but not at the first attempt.
    pub flaky: usize,
    /// The duration in the newest run that counts, in milliseconds.
    pub last_ms: Option<u64>,
    /// The median of all that count.
    pub median_ms: Option<u64>,
    /// How much longer the newest take than those before them, in percent; `None` for too few.
    pub trend: Option<i64>,
    /// Where in [`History::runs`] it first did not pass after it had passed, when it has not
    /// passed since.
    pub broke: Option<usize>,
}

impl History {
    /// Takes in one more run, which is older than all before. `false` when it has no head.
    pub fn add(&mut self, events: &[Event]) -> bool {
        let summary = Summary::of(events);
        let Some(head) = &summary.head else {
            return false;
        };
        let at = self.runs.len();
        self.runs.push(PastRun {
            run: head.run.clone(),
            started: head.started.clone(),
            commit: head
                .revision
                .as_ref()
                .map(|revision| revision.commit.clone()),
            verdict: summary.finished.map(|(verdict, _)| verdict),
            narrowed: head.narrowed,
        });
        for gate in summary.finished_gates() {
            let outcome = Outcome {
                run: at,
                verdict: gate.verdict,
                reason: gate.reason.as_ref().map(|reason| reason.headline.clone()),
                duration_ms: gate.duration_ms,
                attempts: gate.attempts,
                flaky: gate.flaky,
            };
            self.gates
                .entry(gate.gate.clone())
                .or_default()
                .push(outcome);
        }
        true
    }

    /// What became of a gate, the newest first.
    #[must_use]
    pub fn of(&self, gate: &GateName) -> &[Outcome] {
        self.gates.get(gate).map_or(&[], Vec::as_slice)
    }
}

impl Record {
    /// What these outcomes of one gate, the newest first, amount to.
    #[must_use]
    pub fn of(outcomes: &[Outcome]) -> Self {
        let passed = |outcome: &&Outcome| outcome.verdict == VerdictWord::Passed;
        let judged = |outcome: &&Outcome| {
            matches!(outcome.verdict, VerdictWord::Passed | VerdictWord::Failed)
        };
        let mut times: Vec<u64> = durations(outcomes, passed);
        // One that fails at once says nothing about how long it takes, unless that is all it does.
        if times.is_empty() {
            times = durations(outcomes, judged);
        }
        Self {
            judged: outcomes.iter().filter(judged).count(),
            passed: outcomes.iter().filter(passed).count(),
            flaky: outcomes.iter().filter(|outcome| outcome.flaky).count(),
            last_ms: times.first().copied(),
            median_ms: median(&times),
            trend: trend(&times),
            broke: broke(outcomes),
        }
    }
}

fn durations(outcomes: &[Outcome], counts: impl Fn(&&Outcome) -> bool) -> Vec<u64> {
    let counted = outcomes.iter().filter(counts);
    counted.map(|outcome| outcome.duration_ms).collect()
}

/// The middle one; of an even number the lower of the two, which at least did occur.
fn median(times: &[u64]) -> Option<u64> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// The newest against as many before them, at least two each.
fn trend(times: &[u64]) -> Option<i64> {
    let half = (times.len() / 2).min(TREND);
    if half < 2 {
        return None;
    }
    let new = i64::try_from(median(&times[..half])?).ok()?;
    let old = i64::try_from(median(&times[half..2 * half])?).ok()?;
    (old > 0).then(|| (new - old).saturating_mul(100) / old)
}

/// Skipped, cancelled and not applicable say nothing about the gate itself.
fn broke(outcomes: &[Outcome]) -> Option<usize> {
    let mut first_bad = None;
    for outcome in outcomes {
        match outcome.verdict {
            VerdictWord::Passed => return first_bad,
            VerdictWord::Failed | VerdictWord::Errored => first_bad = Some(outcome.run),
            VerdictWord::Skipped | VerdictWord::Cancelled | VerdictWord::NotApplicable => {}
        }
    }
    // It never passed in what is recorded, so nothing here broke it.
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use VerdictWord::{Errored, Failed, Passed, Skipped};

    fn outcomes(runs: &[(VerdictWord, u64)]) -> Vec<Outcome> {
        let outcome = |(run, (verdict, duration_ms)): (usize, &(VerdictWord, u64))| Outcome {
            run,
            verdict: *verdict,
            reason: None,
            duration_ms: *duration_ms,
            attempts: 1,
            flaky: false,
        };
        runs.iter().enumerate().map(outcome).collect()
    }

    fn record(runs: &[(VerdictWord, u64)]) -> Record {
        Record::of(&outcomes(runs))
    }

    #[test]
    fn only_passes_say_how_long_it_takes_if_there_are_any() {
        let record = record(&[(Failed, 1), (Passed, 30), (Passed, 10), (Passed, 20)]);
        assert_eq!((record.last_ms, record.median_ms), (Some(30), Some(20)));
        assert_eq!((record.judged, record.passed), (4, 3));
        let failing = super::Record::of(&outcomes(&[(Failed, 7), (Skipped, 0)]));
        assert_eq!(failing.median_ms, Some(7));
        assert_eq!(super::Record::of(&[]), Record::default());
    }

    #[test]
    fn the_trend_holds_the_newest_against_those_before() {
        let slower = record(&[(Passed, 30), (Passed, 30), (Passed, 20), (Passed, 20)]);
        assert_eq!(slower.trend, Some(50));
        assert_eq!(record(&[(Passed, 30), (Passed, 20)]).trend, None);
        let from_nothing = [(Passed, 3), (Passed, 3), (Passed, 0), (Passed, 0)];
        assert_eq!(record(&from_nothing).trend, None);
    }

    #[test]
    fn what_broke_it_is_the_first_run_after_its_last_pass() {
        let broken = record(&[
            (Failed, 1),
            (Skipped, 0),
            (Errored, 1),
            (Passed, 1),
            (Failed, 1),
        ]);
        assert_eq!(broken.broke, Some(2));
        assert_eq!(record(&[(Passed, 1), (Failed, 1)]).broke, None);
        assert_eq!(record(&[(Failed, 1), (Failed, 1)]).broke, None);
        assert_eq!(record(&[(Skipped, 0), (Passed, 1)]).broke, None);
    }
}
