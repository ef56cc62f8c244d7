//! One gate that did not pass, folded: why, its cases and findings, its last lines.

use super::page::{code, fence};
use crate::event::{GateFinished, GateHead, RunStarted};
use crate::model::{Case, CaseStatus, Finding};
use crate::report::{gates, text};

/// Cases and findings that are told one by one; the rest is counted.
const TOLD: usize = 20;
/// Last lines of the output that are told.
const LINES: usize = 40;
/// Characters of such a line.
const LINE_CHARS: usize = 300;

/// The story, whole, with its tags closed.
pub(super) fn of(head: &GateHead, gate: &GateFinished, run: &RunStarted) -> String {
    let word = gate.verdict.as_str();
    let name = code(gate.gate.as_str());
    let what = format!("{}: {}", head.kind, head.summary);
    let mut told = format!(
        "<details><summary>{name} {word}</summary>\n\n{}",
        code(&what)
    );
    if let Some(description) = &head.description {
        told.push_str(&format!(" ({})", code(description)));
    }
    if let Some(place) = &head.place {
        let prefix = run.revision.as_ref().map_or("", |from| &from.prefix);
        let at = format!("{prefix}{}:{}", place.path, place.line);
        told.push_str(&format!(", {}", code(&at)));
    }
    told.push_str("\n\n");
    if let Some(reason) = &gate.reason {
        told.push_str(&list(
            gates::lines(reason).iter().map(|line| code(line)).collect(),
        ));
    }
    told.push_str(&list(gate.cases.iter().filter_map(case).collect()));
    told.push_str(&list(gate.findings.iter().map(finding).collect()));
    if let Some(log) = gate.log.as_ref().filter(|log| !log.tail.is_empty()) {
        let from = log.tail.len().saturating_sub(LINES);
        let tail = log.tail.iter().skip(from);
        let tail: Vec<String> = tail.map(|line| text::fit(line, LINE_CHARS, true)).collect();
        told.push_str(&format!("{}\n", fence(&tail)));
    }
    told + "</details>\n\n"
}

/// Lines of a list, the first of many.
fn list(lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(TOLD);
    let told = lines.into_iter().take(TOLD);
    let mut list: String = told.map(|line| format!("- {line}\n")).collect();
    if more > 0 {
        list.push_str(&format!("- and {more} more\n"));
    }
    if !list.is_empty() {
        list.push('\n');
    }
    list
}

fn case(case: &Case) -> Option<String> {
    let word = match case.status {
        CaseStatus::Failed => "failed",
        CaseStatus::Errored => "errored",
        CaseStatus::Passed | CaseStatus::Skipped => return None,
    };
    let name = match case.suite.as_str() {
        "" => case.name.clone(),
        suite => format!("{suite}: {}", case.name),
    };
    let first = case.message.lines().find(|line| !line.trim().is_empty());
    let first = first.map(|line| format!(": {}", code(line)));
    Some(format!(
        "{word} {}{}",
        code(&name),
        first.unwrap_or_default()
    ))
}

fn finding(finding: &Finding) -> String {
    let place = finding.location.as_ref().map(|at| match at.line {
        0 => format!("{} ", code(&at.path)),
        line => format!("{} ", code(&format!("{}:{line}", at.path))),
    });
    format!(
        "{}{} {} {}",
        place.unwrap_or_default(),
        finding.word(),
        code(&finding.rule),
        code(&finding.told())
    )
}
