//! `--report github`: the plain report for the log of GitHub Actions, failures in groups, and
//! annotations where things are written.
//!
//! What a gate printed cannot issue a workflow command: the runner obeys `::` at the start of a
//! line and `##[` anywhere in one, so both get a backslash.

mod outputs;

use super::forge::Forge;
use super::{gates, text};
use crate::event::{GateHead, Summary};
use crate::model::{Finding, Location, Severity, VerdictWord};
pub(super) use outputs::Outputs;

/// The runner shows so many annotations of each level for a step.
const SHOWN: usize = 10;
/// Characters of an annotation's message.
const MESSAGE_CHARS: usize = 2_000;

/// The system.
pub(super) struct Github;

impl Forge for Github {
    fn word(&self) -> &'static str {
        "github"
    }

    fn open(&self, _: usize, _: i64, title: &str) -> String {
        format!("::group::{}", data(title))
    }

    fn close(&self, _: usize, _: i64) -> Option<String> {
        Some("::endgroup::".to_owned())
    }

    fn tame(&self, line: &str) -> String {
        let line = line.replace("##[", "#\\#[");
        // The runner trims a line before it looks.
        match line.find(|c: char| c.is_ascii_graphic()) {
            Some(at) if line[at..].starts_with("::") => {
                format!("{}\\{}", &line[..at], &line[at..])
            }
            _ => line,
        }
    }

    fn annotations(&self, summary: &Summary) -> Vec<String> {
        let mut notes = Notes::default();
        for (gate, finished) in gates::finished(summary) {
            let soft = gate.advisory.is_some();
            let name = gate.gate.as_str();
            let bad = matches!(finished.verdict, VerdictWord::Failed | VerdictWord::Errored);
            if bad {
                let said = finished.reason.as_ref().map(gates::lines);
                let level = if soft { Level::Warning } else { Level::Error };
                let title = format!("{name} {}", finished.verdict.as_str());
                let said = said.unwrap_or_default().join("\n");
                notes.add(summary, level, gate.place.as_ref(), (&title, &said));
            }
            for finding in &finished.findings {
                notes.finding(summary, gate, finding, bad && !soft);
            }
        }
        notes.finish()
    }
}

/// Findings for which there was no run (`prove lint`), each by whoever found it, behind the lines that
/// people read.
pub(super) fn of_lint(summary: &Summary, found: &[(GateHead, Finding)], lines: &str) -> String {
    let mut notes = Notes::default();
    for (by, finding) in found {
        notes.finding(summary, by, finding, true);
    }
    let lines = lines.lines().map(|line| Github.tame(line));
    let all = lines.chain(notes.finish()).map(|line| line + "\n");
    all.collect()
}

/// The levels of an annotation.
#[derive(Clone, Copy)]
enum Level {
    Error,
    Warning,
    Notice,
}

#[derive(Default)]
struct Notes {
    lines: Vec<String>,
    /// How many there are of each level.
    counts: [usize; 3],
}

impl Notes {
    fn add(
        &mut self,
        summary: &Summary,
        level: Level,
        at: Option<&Location>,
        (title, said): (&str, &str),
    ) {
        let count = &mut self.counts[level as usize];
        *count += 1;
        if *count > SHOWN {
            return;
        }
        let word = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        };
        let mut place = String::new();
        if let (Some(at), Some(head)) = (at, &summary.head) {
            let (path, line) = gates::place(head, Some(at));
            place = format!("file={},line={line},", property(&path));
            if at.column > 0 {
                place.push_str(&format!("col={},", at.column));
            }
        }
        let said = data(&text::fit(said, MESSAGE_CHARS, true));
        self.lines
            .push(format!("::{word} {place}title={}::{said}", property(title)));
    }

    /// Something that was found; an error is shown as one where that is `grave`.
    fn finding(&mut self, summary: &Summary, gate: &GateHead, finding: &Finding, grave: bool) {
        let level = match finding.severity {
            _ if finding.waived.is_some() => Level::Notice,
            Severity::Error if grave => Level::Error,
            Severity::Error | Severity::Warning => Level::Warning,
            Severity::Info => Level::Notice,
        };
        let title = format!("{}: {}", gate.gate, finding.rule);
        let at = finding.location.as_ref().or(gate.place.as_ref());
        self.add(summary, level, at, (&title, &finding.told()));
    }

    fn finish(mut self) -> Vec<String> {
        let more: usize = self.counts.iter().map(|n| n.saturating_sub(SHOWN)).sum();
        if more > 0 {
            let said = text::count(more, "more annotation");
            self.lines
                .push(format!("note: {said}: GitHub shows {SHOWN} of each level"));
        }
        self.lines
    }
}

/// The message of a command: made visible, then quoted as the runner unquotes it.
fn data(said: &str) -> String {
    let shown = text::show(said).replace('%', "%25").replace("##[", "#\\#[");
    shown.replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property.
fn property(said: &str) -> String {
    data(said).replace(':', "%3A").replace(',', "%2C")
}
