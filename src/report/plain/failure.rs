//! One gate that did not pass, told whole: why, what to do, its last words, how to rerun it.

use std::cmp::Reverse;

use super::Plain;
use super::text;
use crate::event::{GateFinished, GateHead, Summary};
use crate::model::{Case, CaseStatus, Finding, GateName, VerdictWord};

/// Failed cases and findings that are told one by one; the rest is counted.
const TOLD: usize = 20;
/// Lines of a failed case's message.
const MESSAGE_LINES: usize = 8;

impl Plain {
    /// The whole story of a gate that did not pass.
    pub(super) fn failure(&self, gate: &GateFinished, summary: &Summary) -> Vec<String> {
        let word = gate.verdict.as_str();
        let title = format!("{} {} {word}", self.paint.mark(gate.verdict), gate.gate);
        let title = self.paint.verdict(gate.verdict, &title);
        let headline = gate
            .reason
            .as_ref()
            .map(|reason| text::show_line(&reason.headline));
        let mut lines = match headline {
            Some(headline) => vec![format!("{title}: {headline}")],
            None => vec![title],
        };
        lines.extend(
            summary
                .gate_head(&gate.gate)
                .map(|head| self.what_it_does(head)),
        );
        if let Some(reason) = &gate.reason {
            let details = reason.details.iter().flat_map(|detail| shown_lines(detail));
            lines.extend(details.map(|line| format!("    {line}")));
        }
        lines.extend(self.cases(&gate.cases));
        lines.extend(findings(&gate.findings));
        lines.extend(self.output(gate));
        if let Some(hint) = gate.reason.as_ref().and_then(|reason| reason.hint.as_ref()) {
            lines.push(format!("    hint    {}", text::show_line(hint)));
        }
        lines.extend(self.where_to_look(gate, summary));
        lines.push(String::new());
        lines
    }

    fn what_it_does(&self, head: &GateHead) -> String {
        let mut line = format!(
            "    {}: {}",
            text::show_line(&head.kind),
            text::show_line(&head.summary)
        );
        if let Some(description) = &head.description {
            line.push_str(&format!(" ({})", text::show_line(description)));
        }
        self.paint.dim(&line)
    }

    /// Failed cases, each with the first lines of what it said.
    fn cases(&self, cases: &[Case]) -> Vec<String> {
        let bad = |case: &&Case| matches!(case.status, CaseStatus::Failed | CaseStatus::Errored);
        let all: Vec<&Case> = cases.iter().filter(bad).collect();
        let mut lines = Vec::new();
        for case in all.iter().take(TOLD) {
            let word = match case.status {
                CaseStatus::Errored => VerdictWord::Errored,
                _ => VerdictWord::Failed,
            };
            let suite = if case.suite.is_empty() {
                String::new()
            } else {
                format!("{}: ", case.suite)
            };
            let name = text::show_line(&format!("{suite}{}", case.name));
            let mark = format!("{} {}", self.paint.mark(word), word.as_str());
            lines.push(format!("    {} {name}", self.paint.verdict(word, &mark)));
            let message = shown_lines(&case.message);
            let said = message.iter().take(MESSAGE_LINES);
            lines.extend(said.map(|line| format!("        {line}")));
            if message.len() > MESSAGE_LINES {
                let more = text::count(message.len() - MESSAGE_LINES, "more line");
                lines.push(format!("        ({more})"));
            }
        }
        if all.len() > TOLD {
            lines.push(format!(
                "    and {}",
                text::count(all.len() - TOLD, "more failed case")
            ));
        }
        lines
    }

    /// The last lines that the gate printed.
    fn output(&self, gate: &GateFinished) -> Vec<String> {
        let Some(log) = gate.log.as_ref().filter(|log| !log.tail.is_empty()) else {
            return Vec::new();
        };
        let bar = self.paint.dim(self.paint.bar());
        let line = |line: &String| {
            format!("    {bar} {}", text::show_line(line))
                .trim_end()
                .to_owned()
        };
        log.tail.iter().map(line).collect()
    }

    /// Where the log lies and how to run this gate again.
    pub(super) fn where_to_look(&self, gate: &GateFinished, summary: &Summary) -> Vec<String> {
        let mut lines = Vec::new();
        if let (Some(log), Some(head)) = (&gate.log, &summary.head) {
            let path = format!(".prove/runs/{}/{}", head.run, log.path);
            let cut = match log.cut {
                0 => String::new(),
                cut => format!(" ({cut} of {} bytes left out)", log.bytes),
            };
            let shown = text::show_line(&path);
            let shown = match &self.options.links {
                Some((host, root)) => text::link(host, &format!("{root}/{path}"), &shown),
                None => shown,
            };
            lines.push(self.paint.dim(&format!("    log     {shown}{cut}")));
        }
        lines.push(
            self.paint
                .dim(&format!("    rerun   {}", self.rerun(&gate.gate))),
        );
        lines
    }

    /// The command that runs this gate again. A step that `prove` added runs with its gate.
    fn rerun(&self, gate: &GateName) -> String {
        let name = gate.as_str().split(':').next().unwrap_or_default();
        let command = self.options.command.iter().map(String::as_str);
        text::shell(command.chain([name]))
    }
}

fn findings(all: &[Finding]) -> Vec<String> {
    let mut sorted: Vec<&Finding> = all.iter().collect();
    sorted.sort_by_key(|finding| (finding.waived.is_some(), Reverse(finding.severity)));
    let mut lines = Vec::new();
    for finding in sorted.iter().take(TOLD) {
        let said = finding.line();
        lines.push(format!("    {}", text::show_line(&said)));
        lines.extend(
            finding
                .help
                .iter()
                .map(|help| format!("        {}", text::show_line(help))),
        );
    }
    if all.len() > TOLD {
        lines.push(format!(
            "    and {}",
            text::count(all.len() - TOLD, "more finding")
        ));
    }
    lines
}

/// A text from outside, line by line.
pub(super) fn shown_lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(text::show_line).collect()
}
