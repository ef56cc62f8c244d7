//! GitLab's Code Quality report: a JSON list of what is wrong, each with its place.

use serde_json::{Value, json};

use crate::event::{Event, GateFinished, GateHead, RunStarted, Summary};
use crate::model::{CaseStatus, Finding, Location, Reason, RunVerdict, Severity, VerdictWord};
use crate::report::form::Form;
use crate::report::gates::{self, Marks};
use crate::report::text;

/// The form.
pub(crate) struct Quality;

impl Form for Quality {
    fn word(&self) -> &'static str {
        "gitlab"
    }

    fn take(&mut self, _: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let mut list = List::new(head);
        list.of_run("not-finished", "this run has not finished");
        list.finish()
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let Some(head) = &summary.head else {
            return Err(Reason::new("the stream of events has no head"));
        };
        let mut list = List::new(head);
        for (gate, finished) in gates::finished(summary) {
            list.of_gate(gate, finished);
        }
        for doubt in &summary.doubts {
            list.of_run("doubt", &doubt.headline);
        }
        let (verdict, _) = gates::end(summary);
        if verdict != RunVerdict::Proved && list.issues.is_empty() {
            list.of_run("undecided", verdict.as_str());
        }
        list.finish()
    }
}

/// Findings for which there was no run (`prove lint`), each by whoever found it.
pub(crate) fn of_lint(summary: &Summary, found: &[(GateHead, Finding)]) -> Result<Vec<u8>, Reason> {
    let Some(head) = &summary.head else {
        return Err(Reason::new("nobody said what was linted"));
    };
    let mut list = List::new(head);
    for (by, finding) in found {
        list.finding(by, finding, (false, ""));
    }
    if gates::end(summary).0 != RunVerdict::Proved && list.issues.is_empty() {
        list.of_run("undecided", "no file was judged");
    }
    list.finish()
}

struct List<'h> {
    head: &'h RunStarted,
    issues: Vec<Value>,
    marks: Marks,
}

/// One issue before it is written.
struct Issue<'i> {
    check: &'i str,
    severity: &'static str,
    said: String,
    at: Option<&'i Location>,
    mark: Vec<&'i str>,
}

impl<'h> List<'h> {
    fn new(head: &'h RunStarted) -> Self {
        let (issues, marks) = (Vec::new(), Marks::default());
        Self {
            head,
            issues,
            marks,
        }
    }

    fn of_run(&mut self, check: &str, said: &str) {
        self.add(&Issue {
            check: &format!("prove/{check}"),
            severity: "blocker",
            said: said.to_owned(),
            at: None,
            mark: vec![said],
        });
    }

    fn of_gate(&mut self, head: &GateHead, gate: &GateFinished) {
        let lets = gate.verdict.lets_dependents_run() || head.advisory.is_some();
        let soft = match &head.advisory {
            Some(why) => format!(" (advisory, does not decide: {why})"),
            None => String::new(),
        };
        let name = gate.gate.as_str();
        let check = match gate.verdict {
            VerdictWord::Failed => Some("prove/failed"),
            VerdictWord::Errored => Some("prove/errored"),
            _ => None,
        };
        if let Some(check) = check {
            let why = gate.reason.as_ref().map_or("", |why| &why.headline);
            self.add(&Issue {
                check,
                severity: if lets { "info" } else { "critical" },
                said: format!("{name} {}: {why}{soft}", gate.verdict.as_str()),
                at: head.place.as_ref(),
                mark: vec![name],
            });
        }
        let bad = |status| matches!(status, CaseStatus::Failed | CaseStatus::Errored);
        for case in gate.cases.iter().filter(|case| bad(case.status)) {
            self.add(&Issue {
                check: "prove/case-failed",
                severity: if lets { "info" } else { "major" },
                said: format!("{name}: {} {}{soft}", case.suite, case.name),
                at: head.place.as_ref(),
                mark: vec![name, &case.suite, &case.name],
            });
        }
        for finding in &gate.findings {
            self.finding(head, finding, (lets, &soft));
        }
    }

    /// Something that was found. What a gate lets pass weighs less; `soft` says why.
    fn finding(&mut self, head: &GateHead, finding: &Finding, (lets, soft): (bool, &str)) {
        let at = finding.location.as_ref().or(head.place.as_ref());
        let path = at.map_or("", |at| &at.path);
        self.add(&Issue {
            check: &finding.rule,
            severity: match finding.severity {
                _ if finding.waived.is_some() => "info",
                Severity::Error if !lets => "major",
                Severity::Error | Severity::Warning => "minor",
                Severity::Info => "info",
            },
            said: format!("{}{soft}", finding.told()),
            at,
            mark: vec![head.gate.as_str(), path, &finding.message],
        });
    }

    fn add(&mut self, issue: &Issue<'_>) {
        let words = [issue.check].into_iter().chain(issue.mark.iter().copied());
        let (path, line) = gates::place(self.head, issue.at);
        self.issues.push(json!({
            "description": text::show(&issue.said),
            "check_name": text::show(issue.check),
            "fingerprint": self.marks.of(words),
            "severity": issue.severity,
            "location": { "path": text::show_line(&path), "lines": { "begin": line } },
        }));
    }

    fn finish(self) -> Result<Vec<u8>, Reason> {
        let text = serde_json::to_string_pretty(&self.issues);
        let text = text.map_err(|error| Reason::new(format!("the gitlab report: {error}")))?;
        Ok((text + "\n").into_bytes())
    }
}
