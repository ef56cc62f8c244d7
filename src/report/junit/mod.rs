//! `--report junit`: JUnit XML for dashboards, one suite for each gate.
//!
//! A proved run has no failure and no error in it; any other has at least one. Whatever a gate
//! printed, the document stays well-formed and no output can forge a case.
//!
//! The document is one of Jenkins's `junit-10.xsd` (its xunit plugin), and every suite in it, but
//! for the attributes `timestamp` and `file`, one of Surefire's `surefire-test-report-3.0.xsd`. So
//! a place is an attribute of the suite and properties, never an attribute of a case, and a run
//! that was tried again is told as Surefire does: `flakyFailure` in a case that passed at last,
//! `rerunFailure` or `rerunError` in one that did not.

#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};
use quick_junit::{
    NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::form::Form;
use super::{gates, text};
use crate::event::{Body, Event, GateFinished, GateHead, RunStarted, Summary};
use crate::model::{Case, CaseStatus, Finding, GateName, Reason, RunVerdict, VerdictWord};
use xml::{case, errored, property, skipped, written, xml};

/// Bytes of a gate's output that are told.
const OUTPUT_BYTES: usize = 64 << 10;

/// The form: what the summary does not hold.
#[derive(Default)]
pub(super) struct Junit {
    /// Attempts that did not pass and were followed by another.
    retried: BTreeMap<GateName, Vec<Reason>>,
    /// When the first attempt started, in milliseconds into the run.
    started: BTreeMap<GateName, u64>,
}

impl Form for Junit {
    fn word(&self) -> &'static str {
        "junit"
    }

    fn take(&mut self, event: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        match &event.body {
            Body::GateStarted { gate, attempt: 1 } => {
                self.started.insert(gate.clone(), event.at_ms);
            }
            Body::Retrying { gate, reason, .. } => {
                self.retried
                    .entry(gate.clone())
                    .or_default()
                    .push(reason.clone());
            }
            _ => {}
        }
        Ok(Vec::new())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let mut report = Report::new(xml(&head.project));
        let mut suite = TestSuite::new("prove");
        let status = errored("this run has not finished", None);
        suite.add_test_case(case("run", "prove", status));
        suite.add_property(property("prove.run", &head.run));
        report.add_test_suite(suite);
        written(&report)
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        match &summary.head {
            Some(head) => written(&self.report(summary, head)),
            None => Err(Reason::new("the stream of events has no head")),
        }
    }
}

impl Junit {
    fn report(&self, summary: &Summary, head: &RunStarted) -> Report {
        let mut report = Report::new(xml(&head.project));
        let start = DateTime::parse_from_rfc3339(&head.started).ok();
        let (verdict, duration_ms) = gates::end(summary);
        report.set_time(Duration::from_millis(duration_ms));
        for (gate, finished) in gates::each(summary) {
            let suite = match finished {
                Some(finished) => self.gate_suite(gate, finished, start),
                None => unjudged_suite(&gate.gate, gate.advisory.is_some()),
            };
            report.add_test_suite(placed(suite, gate, head));
        }
        let red = report.failures + report.errors > 0;
        let mut suite = run_suite(summary, head, verdict, red);
        if let Some(start) = start {
            suite.set_timestamp(start);
        }
        report.add_test_suite(suite);
        report
    }

    fn gate_suite(
        &self,
        head: &GateHead,
        gate: &GateFinished,
        start: Option<DateTime<FixedOffset>>,
    ) -> TestSuite {
        let advisory = head.advisory.as_deref();
        let name = gate.gate.as_str();
        let mut suite = TestSuite::new(name);
        suite.set_time(Duration::from_millis(gate.duration_ms));
        if let (Some(start), Some(ms)) = (start, self.started.get(&gate.gate)) {
            let into = i64::try_from(*ms)
                .ok()
                .and_then(TimeDelta::try_milliseconds);
            if let Some(at) = into.and_then(|into| start.checked_add_signed(into)) {
                suite.set_timestamp(at);
            }
        }
        suite.add_properties(properties(head, gate));
        let mut own = case(name, name, self.own_status(gate, advisory));
        own.set_time(Duration::from_millis(gate.duration_ms));
        if let Some(log) = gate.log.as_ref().filter(|log| !log.tail.is_empty()) {
            own.set_system_out(xml(&capped(&log.tail)));
        }
        suite.add_test_case(own);
        // A case may only be red where its gate is: a proved run has nothing red in it.
        let decides = advisory.is_none() && !gate.verdict.lets_dependents_run();
        suite.add_test_cases(gate.cases.iter().map(|one| brought(one, name, decides)));
        suite
    }

    /// The status of the gate's own case.
    fn own_status(&self, gate: &GateFinished, advisory: Option<&str>) -> TestCaseStatus {
        let said = |word: &str| message(word, gate.reason.as_ref());
        let retried = self
            .retried
            .get(&gate.gate)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut status = match (gate.verdict, advisory) {
            (VerdictWord::Passed, _) => TestCaseStatus::success(),
            (VerdictWord::Failed | VerdictWord::Errored, Some(why)) => {
                let word = format!("advisory ({why}), {}", gate.verdict.as_str());
                return skipped(&said(&word), gate.reason.as_ref());
            }
            (VerdictWord::Failed, None) => TestCaseStatus::non_success(NonSuccessKind::Failure),
            (VerdictWord::Errored, None) => TestCaseStatus::non_success(NonSuccessKind::Error),
            (word, _) => return skipped(&said(word.as_str()), gate.reason.as_ref()),
        };
        let passed = gate.verdict == VerdictWord::Passed;
        if !passed {
            status.set_type(gate.verdict.as_str());
        }
        if let Some(reason) = gate.reason.as_ref().filter(|_| !passed) {
            status.set_message(xml(&reason.headline));
            let findings = gate.findings.iter().map(Finding::line);
            let lines: Vec<String> = gates::lines(reason).into_iter().chain(findings).collect();
            status.set_description(xml(&lines.join("\n")));
        }
        // Surefire's order of elements: a rerun is of the kind of the last attempt.
        let kind = match gate.verdict {
            VerdictWord::Errored => NonSuccessKind::Error,
            _ => NonSuccessKind::Failure,
        };
        for reason in retried {
            let mut rerun = TestRerun::new(kind);
            rerun
                .set_message(xml(&reason.headline))
                .set_type("retried")
                .set_stack_trace(xml(&gates::lines(reason).join("\n")));
            status.add_rerun(rerun);
        }
        status
    }
}

/// The suite with the place of its gate: the attribute that Jenkins knows.
fn placed(mut suite: TestSuite, gate: &GateHead, head: &RunStarted) -> TestSuite {
    let prefix = head.revision.as_ref().map_or("", |from| &from.prefix);
    if let Some(place) = &gate.place {
        let path = format!("{prefix}{}", place.path);
        suite.extra.insert("file".into(), xml(&path).into());
        suite.add_property(property("prove.file", &path));
        suite.add_property(property("prove.line", &place.line.to_string()));
    }
    suite
}

/// The last lines, and what is left of a line without end.
fn capped(tail: &[String]) -> String {
    let text = tail.join("\n");
    match text::last_bytes(&text, OUTPUT_BYTES) {
        kept if kept.len() == text.len() => text,
        kept => {
            let cut = text.len() - kept.len();
            format!("({cut} bytes left out)\n{kept}")
        }
    }
}

fn properties(head: &GateHead, gate: &GateFinished) -> Vec<Property> {
    let mut all = vec![
        property("prove.verdict", gate.verdict.as_str()),
        property("prove.kind", &head.kind),
        property("prove.summary", &head.summary),
        property("prove.attempts", &gate.attempts.to_string()),
    ];
    let described = head.description.as_deref();
    all.extend(described.map(|text| property("prove.description", text)));
    if gate.flaky {
        all.push(property("prove.flaky", "true"));
    }
    let advisory = head.advisory.as_deref();
    all.extend(advisory.map(|why| property("prove.advisory", why)));
    all.extend(
        gate.image
            .as_ref()
            .map(|image| property("prove.image", &image.id)),
    );
    all.extend(gate.notes.iter().map(|note| property("prove.note", note)));
    all.extend(
        gate.log
            .as_ref()
            .map(|log| property("prove.log", &log.path)),
    );
    all
}

/// A case that the gate brought.
fn brought(one: &Case, gate: &str, decides: bool) -> TestCase {
    let first = one.message.lines().next().unwrap_or_default();
    let mut status = match (one.status, decides) {
        (CaseStatus::Passed, _) => TestCaseStatus::success(),
        (CaseStatus::Failed, true) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (CaseStatus::Errored, true) => TestCaseStatus::non_success(NonSuccessKind::Error),
        (CaseStatus::Skipped, _) => TestCaseStatus::skipped(),
        (CaseStatus::Failed | CaseStatus::Errored, false) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(xml(&format!("did not pass, and does not decide: {first}")));
            status
        }
    };
    let silent = matches!(
        status,
        TestCaseStatus::Skipped {
            message: Some(_),
            ..
        }
    ) || one.status == CaseStatus::Passed;
    if !silent {
        status.set_message(xml(first));
    }
    if matches!(one.status, CaseStatus::Failed | CaseStatus::Errored) && decides {
        status.set_type(if one.status == CaseStatus::Failed {
            "failed"
        } else {
            "errored"
        });
    }
    if one.status != CaseStatus::Passed && !one.message.is_empty() {
        status.set_description(xml(&one.message));
    }
    let suite = if one.suite.is_empty() {
        gate
    } else {
        &one.suite
    };
    let mut made = case(&one.name, suite, status);
    made.set_time(Duration::from_millis(one.duration_ms.unwrap_or(0)));
    made
}

/// A gate without a verdict: the stream ended too early.
fn unjudged_suite(gate: &GateName, advisory: bool) -> TestSuite {
    let mut suite = TestSuite::new(gate.as_str());
    let said = "this gate got no verdict";
    let status = if advisory {
        skipped(said, None)
    } else {
        errored(said, None)
    };
    suite.add_test_case(case(gate.as_str(), gate.as_str(), status));
    suite
}

/// The suite of the run itself: its verdict, and the doubts that no gate tells of.
fn run_suite(summary: &Summary, head: &RunStarted, verdict: RunVerdict, red: bool) -> TestSuite {
    let mut suite = TestSuite::new("prove");
    let mut say = |name: &str, value: &str| {
        suite.add_property(property(name, value));
    };
    say("prove.verdict", verdict.as_str());
    say("prove.run", &head.run);
    say("prove.version", &head.version);
    say("prove.started", &head.started);
    say("prove.narrowed", &head.narrowed.to_string());
    if let Some(from) = &head.revision {
        say("prove.commit", &from.commit);
        let of = [
            ("prove.branch", &from.branch),
            ("prove.repository", &from.repository),
        ];
        for (name, value) in of {
            value.iter().for_each(|value| say(name, value));
        }
    }
    for left in &head.left_out {
        say("prove.left_out", &format!("{}: {}", left.gate, left.reason));
    }
    for notice in &summary.notices {
        say("prove.notice", notice);
    }
    let mut red = red;
    for doubt in &summary.doubts {
        suite.add_test_case(case(
            "doubt",
            "prove",
            errored(&doubt.headline, Some(doubt)),
        ));
        red = true;
    }
    if let Some(signal) = summary.interrupted {
        let said = format!("interrupted by {}", text::signal(signal));
        suite.add_test_case(case("interrupted", "prove", errored(&said, None)));
        red = true;
    }
    let status = match verdict {
        RunVerdict::Proved => TestCaseStatus::success(),
        _ if red => skipped(&format!("{}: see the other cases", verdict.as_str()), None),
        _ => errored(
            &format!("{}: nothing that decides was judged good", verdict.as_str()),
            None,
        ),
    };
    suite.add_test_case(case("verdict", "prove", status));
    suite
}

fn message(word: &str, reason: Option<&Reason>) -> String {
    reason.map_or_else(
        || word.to_owned(),
        |reason| format!("{word}: {}", reason.headline),
    )
}
