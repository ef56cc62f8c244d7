//! `--report markdown`: for a comment on a pull request or the summary of a CI job.
//!
//! The verdict first, then what did not pass, then what must be said (rule 7), then the stories of
//! the failures, then what passed, folded. Stays below what a comment may hold and says what was
//! left out. Text from outside is code, in a fence or in references, and never markup.

mod page;
mod story;
#[cfg(test)]
mod tests;

use super::form::Form;
use super::{gates, text};
use crate::event::{Event, GateFinished, GateHead, RunStarted, Summary};
use crate::model::{Reason, VerdictWord};
use page::{Page, code};

/// The form.
pub(super) struct Markdown;

impl Form for Markdown {
    fn word(&self) -> &'static str {
        "markdown"
    }

    fn take(&mut self, _: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let run = code(&head.run);
        Ok(format!("## prove: not finished\n\nRun {run} has not finished.\n").into_bytes())
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let Some(head) = &summary.head else {
            return Err(Reason::new("the stream of events has no head"));
        };
        let mut page = Page::default();
        page.add(&title(head, summary));
        for doubt in &summary.doubts {
            page.add(&format!("- doubt: {}\n", reason(doubt)));
        }
        table(&mut page, summary);
        said(&mut page, head, summary);
        for (gate, finished) in gates::finished(summary) {
            if matches!(finished.verdict, VerdictWord::Failed | VerdictWord::Errored) {
                page.add(&story::of(gate, finished, head));
            }
        }
        passed(&mut page, summary);
        page.add(&foot(head));
        let rest = "The run's own reports and logs have all of it.";
        Ok(page.finish(rest).into_bytes())
    }
}

fn title(head: &RunStarted, summary: &Summary) -> String {
    let (verdict, duration_ms) = gates::end(summary);
    let mut counts = Vec::new();
    let words = [
        VerdictWord::Failed,
        VerdictWord::Errored,
        VerdictWord::Passed,
        VerdictWord::Cancelled,
        VerdictWord::Skipped,
        VerdictWord::NotApplicable,
    ];
    for word in words {
        match summary.count(word) {
            0 => {}
            n => counts.push(format!("{n} {}", word.as_str())),
        }
    }
    let soft = gates::finished(summary)
        .filter(|(gate, _)| gate.advisory.is_some())
        .count();
    let unjudged = gates::each(summary)
        .filter(|(_, end)| end.is_none())
        .count();
    for (n, word) in [(soft, "advisory"), (unjudged, "without a verdict")] {
        counts.extend((n > 0).then(|| format!("{n} {word}")));
    }
    if counts.is_empty() {
        counts.push("no gate".to_owned());
    }
    let mut title = format!(
        "## prove: {}\n\n{}: {} in {}",
        verdict.as_str(),
        code(&head.project),
        counts.join(", "),
        text::duration(duration_ms)
    );
    if let Some(signal) = summary.interrupted {
        title.push_str(&format!(", interrupted by {}", text::signal(signal)));
    }
    if head.narrowed {
        title.push_str("; only a part of the pipeline");
    }
    title + "\n\n"
}

/// What did not pass, a row each.
fn table(page: &mut Page, summary: &Summary) {
    let good =
        |gate: &Option<&GateFinished>| gate.is_some_and(|gate| gate.verdict.lets_dependents_run());
    let bad: Vec<_> = gates::each(summary)
        .filter(|(_, gate)| !good(gate))
        .collect();
    if bad.is_empty() {
        return;
    }
    page.add("| gate | verdict | why | time |\n|---|---|---|---|\n");
    for (gate, finished) in bad {
        page.add(&row(gate, finished));
    }
    page.add("\n");
}

fn row(head: &GateHead, gate: Option<&GateFinished>) -> String {
    let name = code(head.gate.as_str());
    let Some(gate) = gate else {
        return format!("| {name} | no verdict | | |\n");
    };
    let advisory = if head.advisory.is_some() {
        " (advisory)"
    } else {
        ""
    };
    let why = gate.reason.as_ref().map(|reason| code(&reason.headline));
    let time = match gate.attempts {
        0 => String::new(),
        _ => text::duration(gate.duration_ms),
    };
    let (word, why) = (gate.verdict.as_str(), why.unwrap_or_default());
    format!("| {name} | {word}{advisory} | {why} | {time} |\n")
}

/// Rule 7: nothing soft is silent.
fn said(page: &mut Page, head: &RunStarted, summary: &Summary) {
    let mut lines = Vec::new();
    for (gate, finished) in gates::finished(summary) {
        let name = code(gate.gate.as_str());
        if let Some(why) = &gate.advisory {
            lines.push(format!(
                "{name} is advisory, does not decide: {}",
                code(why)
            ));
        }
        if finished.flaky {
            let attempts = finished.attempts;
            lines.push(format!("{name} is flaky: passed at attempt {attempts}"));
        }
        let notes = finished.notes.iter();
        lines.extend(notes.map(|note| format!("{name}: {}", code(note))));
        if finished.verdict == VerdictWord::NotApplicable {
            let why = finished.reason.as_ref().map(|why| code(&why.headline));
            lines.push(format!(
                "{name} is not applicable: {}",
                why.unwrap_or_default()
            ));
        }
    }
    let left = head.left_out.iter();
    lines.extend(left.map(|left| {
        let name = code(left.gate.as_str());
        format!("{name} is left out: {}", code(&left.reason))
    }));
    lines.extend(summary.notices.iter().map(|notice| code(notice)));
    for line in &lines {
        page.add(&format!("- {line}\n"));
    }
    if !lines.is_empty() {
        page.add("\n");
    }
}

/// What passed, folded.
fn passed(page: &mut Page, summary: &Summary) {
    let good: Vec<String> = gates::finished(summary)
        .filter(|(_, gate)| gate.verdict == VerdictWord::Passed)
        .map(|(head, gate)| {
            let name = code(head.gate.as_str());
            format!("- {name}, {}\n", text::duration(gate.duration_ms))
        })
        .collect();
    if good.is_empty() {
        return;
    }
    let open = format!("<details><summary>{} passed</summary>\n\n", good.len());
    // Whole or not at all: an open tag would swallow what is behind it.
    page.add(&format!("{open}{}\n</details>\n\n", good.concat()));
}

fn foot(head: &RunStarted) -> String {
    let mut foot = format!("prove {}, run {}", code(&head.version), code(&head.run));
    if let Some(from) = &head.revision {
        foot.push_str(&format!(", commit {}", code(&from.commit)));
    }
    foot + "\n"
}

/// A reason on one line.
fn reason(reason: &Reason) -> String {
    let lines = gates::lines(reason);
    let lines: Vec<String> = lines.iter().map(|line| code(line)).collect();
    lines.join(" ")
}
