//! `prove history`: what the recorded runs say of the gates. Reads recordings and nothing else, so
//! it needs no gate file that is right.

use clap::Args;
use clap_complete::ArgValueCompleter;
use serde_json::{Value, json};

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile;
use super::output::{Terminal, visible};
use super::past::{self, Past, minute, short};
use crate::event::{Outcome, PastRun, Record};
use crate::model::{ExitStatus, GateName, RunVerdict};
use crate::report::text::{count, duration};

/// Version of the JSON form.
const SCHEMA: u32 = 1;
/// Columns of a name before the rest of its line moves.
const NAME: usize = 40;

/// Options of `prove history`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove history                   every gate, the slowest first
  prove history unit              one gate, run by run
  prove history --last 10         what the last ten runs say
  prove history --format json | jq '.gates[] | select(.flaky > 0).gate'

median, last: of the runs in which it passed (of a gate that never did: failed).
trend: the newest of these, five at most, against as many before them.
flaky: passed, but not at the first attempt. No other instability is claimed: between two runs of
the same commit the work tree may have changed.
since: the first run in which it did not pass after it had passed, when it has not passed again.")]
pub(super) struct History {
    /// A gate's full name [default: all of them]
    #[arg(value_name = "GATE", add = ArgValueCompleter::new(super::completions::gates))]
    pub gate: Option<String>,
    /// Looks at so many of the newest runs [default: all that are kept]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub last: Option<u16>,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

pub(super) fn history(
    history: &History,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let root = gatefile::root(common)?;
    let most = history.last.map_or(usize::MAX, usize::from);
    let past = past::read(&root, most)?;
    past.warn(*terminal);
    if past.history.runs.is_empty() {
        let failure = Failure::undecided("there is no recorded run that can be read");
        return Err(failure.hint("`prove run` records what it does in .prove/runs"));
    }
    let rows = match &history.gate {
        Some(typed) => vec![one(&past, typed)?],
        None => all(&past),
    };
    let shown = match (history.format, &history.gate, &rows[..]) {
        (Format::Json, _, _) => format!("{:#}\n", document(&past, &rows)),
        (Format::Text, Some(_), [row]) => story(&past, row),
        (Format::Text, _, _) => table(&past, &rows),
    };
    terminal.print(&visible(&shown))?;
    Ok(ExitStatus::Proved)
}

/// A gate and what its runs amount to.
struct Row<'p> {
    gate: &'p GateName,
    outcomes: &'p [Outcome],
    record: Record,
}

/// The slowest first; those that never ran behind all others.
fn all(past: &Past) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = past
        .history
        .gates
        .keys()
        .map(|gate| row(past, gate))
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.record.median_ms), row.gate));
    rows
}

fn one<'p>(past: &'p Past, typed: &str) -> Result<Row<'p>, Failure> {
    let mut gates = past.history.gates.keys();
    if let Some(gate) = gates.find(|gate| gate.as_str() == typed) {
        return Ok(row(past, gate));
    }
    let failure = Failure::usage(format!("no recorded run has a gate `{typed}`"));
    let distance = |gate: &&GateName| strsim::damerau_levenshtein(gate.as_str(), typed);
    let near = past.history.gates.keys().min_by_key(distance);
    let near = near.filter(|gate| distance(gate) <= typed.len().div_ceil(3));
    Err(match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`prove history` lists the gates that have run"),
    })
}

fn row<'p>(past: &'p Past, gate: &'p GateName) -> Row<'p> {
    let outcomes = past.history.of(gate);
    Row {
        gate,
        outcomes,
        record: Record::of(outcomes),
    }
}

fn heading(past: &Past) -> String {
    let runs = &past.history.runs;
    let with = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
    let mut parts: Vec<String> = Vec::new();
    let words = [
        RunVerdict::Proved,
        RunVerdict::Refuted,
        RunVerdict::Undecided,
    ];
    for verdict in words {
        match with(Some(verdict)) {
            0 => {}
            n => parts.push(format!("{n} {}", verdict.as_str())),
        }
    }
    match with(None) {
        0 => {}
        n => parts.push(format!("{n} not finished")),
    }
    let started = |run: Option<&PastRun>| run.map_or_else(String::new, |run| minute(&run.started));
    format!(
        "{}, {} to {} UTC: {}\n",
        count(runs.len(), "run"),
        started(runs.last()),
        started(runs.first()),
        parts.join(", ")
    )
}

fn table(past: &Past, rows: &[Row<'_>]) -> String {
    let lengths = rows.iter().map(|row| row.gate.as_str().chars().count());
    let wide = lengths.max().unwrap_or(0).clamp(4, NAME);
    let mut shown = heading(past);
    shown.push_str(&format!(
        "\n{:wide$}  {:>7}  {:>5}  {:>10}  {:>10}  {:>6}  since\n",
        "gate", "passed", "flaky", "median", "last", "trend"
    ));
    for row in rows {
        let record = &row.record;
        let line = format!(
            "{:wide$}  {:>7}  {:>5}  {:>10}  {:>10}  {:>6}  {}",
            row.gate,
            format!("{}/{}", record.passed, record.judged),
            percent_of(record.flaky, record.passed),
            time(record.median_ms),
            time(record.last_ms),
            trend(record.trend),
            since(past, record).unwrap_or_default(),
        );
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

fn story(past: &Past, row: &Row<'_>) -> String {
    let record = &row.record;
    let mut shown = format!("{}\n  ", row.gate);
    shown.push_str(&format!(
        "passed in {} of {}, flaky in {}\n",
        record.passed,
        count(record.judged, "judged run"),
        record.flaky
    ));
    if record.median_ms.is_some() {
        let trend = record
            .trend
            .map(|_| format!(", trend {}", trend(record.trend)));
        shown.push_str(&format!(
            "  median {}, last {}{}\n",
            time(record.median_ms),
            time(record.last_ms),
            trend.unwrap_or_default()
        ));
    }
    if let Some(since) = since(past, record) {
        shown.push_str(&format!("  it has not passed since {since}\n"));
    }
    shown.push('\n');
    for outcome in row.outcomes {
        let Some(run) = past.history.runs.get(outcome.run) else {
            continue;
        };
        let mut parts = vec![
            format!("{:14}", outcome.verdict.as_str()),
            format!("{:>10}", duration(outcome.duration_ms)),
        ];
        if outcome.attempts > 1 {
            parts.push(count(outcome.attempts as usize, "attempt"));
        }
        let words = [
            short(run.commit.as_deref()),
            outcome.reason.as_deref().unwrap_or(""),
        ];
        let words = words.into_iter().filter(|word| !word.is_empty());
        parts.extend(words.map(str::to_owned));
        shown.push_str(&format!("{}  {}\n", run.run, parts.join("  ").trim_end()));
    }
    shown
}

/// The run that broke it, with its commit.
fn since(past: &Past, record: &Record) -> Option<String> {
    let run = past.history.runs.get(record.broke?)?;
    Some(match short(run.commit.as_deref()) {
        "" => run.run.clone(),
        commit => format!("{} (commit {commit})", run.run),
    })
}

fn time(ms: Option<u64>) -> String {
    ms.map_or_else(|| "-".to_owned(), duration)
}

fn trend(percent: Option<i64>) -> String {
    percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent:+} %"))
}

fn percent_of(part: usize, whole: usize) -> String {
    match (part, whole) {
        (0, _) | (_, 0) => "-".to_owned(),
        (part, whole) => format!("{} %", (part * 100).div_ceil(whole)),
    }
}

fn document(past: &Past, rows: &[Row<'_>]) -> Value {
    let run = |run: &PastRun| {
        json!({
            "run": run.run,
            "started": run.started,
            "commit": run.commit,
            "narrowed": run.narrowed,
            "verdict": run.verdict.map(RunVerdict::as_str),
        })
    };
    let id = |at: usize| past.history.runs.get(at).map(|run| run.run.clone());
    let outcome = |outcome: &Outcome| {
        json!({
            "run": id(outcome.run),
            "verdict": outcome.verdict.as_str(),
            "duration_ms": outcome.duration_ms,
            "attempts": outcome.attempts,
            "flaky": outcome.flaky,
            "reason": outcome.reason,
        })
    };
    let gate = |row: &Row<'_>| {
        json!({
            "gate": row.gate.as_str(),
            "judged": row.record.judged,
            "passed": row.record.passed,
            "flaky": row.record.flaky,
            "median_ms": row.record.median_ms,
            "last_ms": row.record.last_ms,
            "trend_percent": row.record.trend,
            "broken_since": row.record.broke.and_then(id),
            "runs": row.outcomes.iter().map(outcome).collect::<Vec<_>>(),
        })
    };
    let skipped = |(run, why): &(String, String)| json!({ "run": run, "reason": why });
    json!({
        "schema": SCHEMA,
        "runs": past.history.runs.iter().map(run).collect::<Vec<_>>(),
        "skipped": past.skipped.iter().map(skipped).collect::<Vec<_>>(),
        "gates": rows.iter().map(gate).collect::<Vec<_>>(),
    })
}
