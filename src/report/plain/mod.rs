//! `--report plain`: for people, at a desk and in the log of a CI job.
//!
//! One line for each gate as it finishes, what did not pass at the end, where the eye is, and the
//! verdict last. Words say everything; marks and colours only repeat them.

mod closing;
mod failure;
pub(super) mod paint;

use super::Options;
use super::form::Form;
use super::text;
use crate::event::{Body, Event, GateFinished, RunStarted, Summary};
use crate::model::{CaseTotals, GateName, Reason, VerdictWord};
use paint::Paint;

/// The widest column of names; longer names push their line to the right.
const NAME_COLUMNS: usize = 32;

/// The form.
pub(super) struct Plain {
    word: &'static str,
    options: Options,
    paint: Paint,
    /// Width of the column of names.
    names: usize,
}

impl Form for Plain {
    fn word(&self) -> &'static str {
        self.word
    }

    fn take(&mut self, event: &Event, summary: &Summary) -> Result<Vec<u8>, Reason> {
        if let Body::RunStarted(head) = &event.body {
            let lengths = head.gates.iter().map(|gate| gate.gate.as_str().len());
            self.names = lengths.max().unwrap_or(0).min(NAME_COLUMNS);
        }
        let lines = match &event.body {
            Body::RunFinished {
                verdict,
                duration_ms,
            } => self.closing(summary, *verdict, *duration_ms),
            _ if self.options.quiet => Vec::new(),
            body => self.during(body, summary),
        };
        Ok(lines
            .into_iter()
            .flat_map(|line| line.into_bytes().into_iter().chain([b'\n']))
            .collect())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        Ok(format!("run {} has not finished\n", text::show_line(&head.run)).into_bytes())
    }
}

impl Plain {
    pub(super) fn new(options: Options) -> Self {
        let paint = Paint {
            colour: options.colour,
            unicode: options.unicode,
        };
        Self {
            word: "plain",
            options,
            paint,
            names: 0,
        }
    }

    /// The same by another name: what `live` is where there is nothing to paint over.
    pub(super) fn called(self, word: &'static str) -> Self {
        Self { word, ..self }
    }

    /// The lines of an event while the run is going on.
    fn during(&self, body: &Body, summary: &Summary) -> Vec<String> {
        match body {
            Body::RunStarted(head) => self.header(head),
            Body::GateSlow { gate, elapsed_ms } => {
                let said = format!("running for {}", text::duration(*elapsed_ms));
                vec![self.aside("slow", gate, &said)]
            }
            Body::Progress { gate, text } => vec![self.aside("", gate, text)],
            Body::Retrying {
                gate,
                attempt,
                reason,
                backoff_ms,
            } => {
                let pause = match backoff_ms {
                    0 => "now".to_owned(),
                    ms => format!("in {}", text::duration(*ms)),
                };
                let said = format!("attempt {attempt}: {}; again {pause}", reason.headline);
                vec![self.aside("retry", gate, &said)]
            }
            Body::GateFinished(gate) => self.finished(gate, summary),
            Body::Interrupted { signal, forced } => {
                let how = if *forced {
                    "killing what runs"
                } else {
                    "stopping what runs; once more kills"
                };
                vec![
                    self.paint
                        .yellow(&format!("interrupted by {}: {how}", text::signal(*signal))),
                ]
            }
            Body::Notice { text } => vec![format!("note: {}", text::show_line(text))],
            // Told at the end, with what to do about it.
            Body::Doubt { .. } | Body::GateStarted { .. } | Body::RunFinished { .. } => Vec::new(),
        }
    }

    fn header(&self, head: &RunStarted) -> Vec<String> {
        let gates = text::count(head.gates.len(), "gate");
        let name = self.paint.bold(&text::show_line(&head.project));
        let jobs = head.jobs;
        let run = text::show_line(&head.run);
        let mut lines = vec![format!(
            "prove {}: {name}, {gates}, {jobs} at once, run {run}",
            text::show_line(&head.version)
        )];
        if head.narrowed {
            lines.push("note: only a part of the pipeline runs: nothing is tagged".to_owned());
        }
        lines.extend(
            left_out(head)
                .into_iter()
                .map(|line| format!("note: {line}")),
        );
        lines.push(String::new());
        lines
    }

    /// A line about a gate that is not finished.
    fn aside(&self, word: &str, gate: &GateName, said: &str) -> String {
        let names = self.names;
        let mark = if word.is_empty() {
            self.paint.bar()
        } else {
            " "
        };
        let line = format!("{mark} {word:<9} {gate:<names$}  {}", text::show_line(said));
        self.paint.dim(&self.fit(&line))
    }

    /// How it marks and colours.
    pub(super) fn paint(&self) -> Paint {
        self.paint
    }

    /// Columns that a line may take.
    pub(super) fn width(&self) -> usize {
        self.options.width.unwrap_or(usize::MAX)
    }

    /// The terminal has become this wide.
    pub(super) fn set_width(&mut self, columns: usize) {
        self.options.width = Some(columns);
    }

    /// The lines of a gate that is finished. What never started is told at the end, together.
    pub(super) fn finished(&self, gate: &GateFinished, summary: &Summary) -> Vec<String> {
        let never_started = gate.attempts == 0
            && matches!(gate.verdict, VerdictWord::Skipped | VerdictWord::Cancelled);
        if never_started {
            return Vec::new();
        }
        let names = self.names;
        let word = if gate.verdict == VerdictWord::NotApplicable {
            "n/a"
        } else {
            gate.verdict.as_str()
        };
        let state = format!("{} {word:<9}", self.paint.mark(gate.verdict));
        let time = if gate.attempts == 0 {
            String::new()
        } else {
            text::duration(gate.duration_ms)
        };
        let name = format!("{:<names$}", gate.gate);
        let said = said(gate, summary);
        let plain = format!("{state} {name}  {time:>11}  {said}");
        let fitted = self.fit(plain.trim_end());
        // Fitted first, painted then: escape sequences have no width.
        let rest = fitted.get(state.len()..).unwrap_or_default();
        let mut lines = vec![format!(
            "{}{rest}",
            self.paint.verdict(gate.verdict, &state)
        )];
        let notes = gate.notes.iter();
        lines.extend(notes.map(|note| format!("            note: {}", text::show_line(note))));
        lines
    }

    /// Shortened to the terminal, when there is one.
    pub(super) fn fit(&self, line: &str) -> String {
        match self.options.width {
            Some(width) => text::fit(line, width.max(40), self.paint.unicode),
            None => line.to_owned(),
        }
    }
}

/// What is to be said of a finished gate in one line.
fn said(gate: &GateFinished, summary: &Summary) -> String {
    let mut parts = Vec::new();
    if gate.flaky {
        parts.push(format!("flaky: passed at attempt {}", gate.attempts));
    }
    if summary.is_advisory(&gate.gate) && !gate.verdict.lets_dependents_run() {
        parts.push("advisory, does not decide".to_owned());
    }
    if let Some(reason) = &gate.reason {
        parts.push(text::show_line(&reason.headline));
    }
    if !gate.cases.is_empty() {
        parts.push(cases(CaseTotals::of(&gate.cases)));
    }
    if let Some(image) = &gate.image {
        parts.push(format!("image {}", text::show_line(image.short())));
    }
    parts.join("; ")
}

/// Counted cases.
fn cases(totals: CaseTotals) -> String {
    let mut parts = vec![text::count(
        usize::try_from(totals.total()).unwrap_or(usize::MAX),
        "case",
    )];
    let named = [
        (totals.failed, "failed"),
        (totals.errored, "errored"),
        (totals.skipped, "skipped"),
    ];
    parts.extend(
        named
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}")),
    );
    parts.join(", ")
}

/// Gates that are not in the plan, by reason.
fn left_out(head: &RunStarted) -> Vec<String> {
    let mut by_reason: Vec<(&str, Vec<&GateName>)> = Vec::new();
    for left in &head.left_out {
        match by_reason
            .iter_mut()
            .find(|(reason, _)| *reason == left.reason)
        {
            Some((_, gates)) => gates.push(&left.gate),
            None => by_reason.push((&left.reason, vec![&left.gate])),
        }
    }
    let line = |(reason, gates): (&str, Vec<&GateName>)| {
        let count = text::count(gates.len(), "gate");
        format!(
            "{count} left out ({}): {}",
            text::show_line(reason),
            text::some(&gates, 8)
        )
    };
    by_reason.into_iter().map(line).collect()
}

#[cfg(test)]
mod golden;
