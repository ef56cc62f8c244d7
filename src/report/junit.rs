//! `--report junit`: JUnit XML for dashboards, one suite for each gate.
//!
//! A proved run has no failure and no error in it; any other has at least one. Whatever a gate
//! printed, the document stays well-formed and no output can forge a case.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};
use quick_junit::{
    NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::form::Form;
use super::text;
use crate::event::{Body, Event, GateFinished, GateState, RunStarted, Summary};
use crate::model::{Case, CaseStatus, GateName, Reason, RunVerdict, VerdictWord};

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
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message("this run has not finished");
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
        if let Some(start) = start {
            report.set_timestamp(start);
        }
        let (verdict, duration_ms) = summary.finished.unwrap_or((RunVerdict::Undecided, 0));
        report.set_time(Duration::from_millis(duration_ms));
        for gate in &head.gates {
            let suite = match summary.gates.get(&gate.gate) {
                Some(GateState::Finished(finished)) => {
                    self.gate_suite(finished, gate.advisory.as_deref(), start)
                }
                _ => unjudged_suite(&gate.gate, gate.advisory.is_some()),
            };
            report.add_test_suite(suite);
        }
        let red = report.failures + report.errors > 0;
        report.add_test_suite(run_suite(summary, head, verdict, red));
        report
    }

    fn gate_suite(
        &self,
        gate: &GateFinished,
        advisory: Option<&str>,
        start: Option<DateTime<FixedOffset>>,
    ) -> TestSuite {
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
        suite.add_properties(properties(gate, advisory));
        let mut own = case(name, name, self.own_status(gate, advisory));
        own.set_time(Duration::from_millis(gate.duration_ms));
        if let Some(log) = gate.log.as_ref().filter(|log| !log.tail.is_empty()) {
            own.set_system_out(xml(&log.tail.join("\n")));
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
        if let Some(reason) = gate
            .reason
            .as_ref()
            .filter(|_| gate.verdict != VerdictWord::Passed)
        {
            status.set_message(xml(&reason.headline));
            status.set_type(gate.verdict.as_str());
            status.set_description(xml(&described(reason)));
        }
        for reason in retried {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun
                .set_message(xml(&reason.headline))
                .set_description(xml(&described(reason)));
            status.add_rerun(rerun);
        }
        status
    }
}

fn properties(gate: &GateFinished, advisory: Option<&str>) -> Vec<Property> {
    let mut all = vec![
        property("prove.verdict", gate.verdict.as_str()),
        property("prove.attempts", &gate.attempts.to_string()),
    ];
    if gate.flaky {
        all.push(property("prove.flaky", "true"));
    }
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
    if one.status != CaseStatus::Passed && !one.message.is_empty() {
        status.set_description(xml(&one.message));
    }
    let suite = if one.suite.is_empty() {
        gate
    } else {
        &one.suite
    };
    let mut made = case(&one.name, suite, status);
    if let Some(ms) = one.duration_ms {
        made.set_time(Duration::from_millis(ms));
    }
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
    say("prove.narrowed", &head.narrowed.to_string());
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

fn errored(said: &str, reason: Option<&Reason>) -> TestCaseStatus {
    told(
        TestCaseStatus::non_success(NonSuccessKind::Error),
        said,
        reason,
    )
}

fn skipped(said: &str, reason: Option<&Reason>) -> TestCaseStatus {
    told(TestCaseStatus::skipped(), said, reason)
}

fn told(mut status: TestCaseStatus, said: &str, reason: Option<&Reason>) -> TestCaseStatus {
    status.set_message(xml(said));
    if let Some(reason) = reason {
        status.set_description(xml(&described(reason)));
    }
    status
}

fn message(word: &str, reason: Option<&Reason>) -> String {
    reason.map_or_else(
        || word.to_owned(),
        |reason| format!("{word}: {}", reason.headline),
    )
}

/// A reason as lines.
fn described(reason: &Reason) -> String {
    let mut lines = vec![reason.headline.clone()];
    lines.extend(reason.details.iter().cloned());
    lines.extend(reason.hint.iter().map(|hint| format!("hint: {hint}")));
    lines.join("\n")
}

fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(xml(name), status);
    case.set_classname(xml(class));
    case
}

fn property(name: &str, value: &str) -> Property {
    Property::new(name.to_owned(), xml(value))
}

/// Text that XML can hold: control characters made visible, and what is no character left out
/// (quick-junit lets U+FFFE and U+FFFF through, which no parser accepts).
fn xml(text: &str) -> String {
    text::show(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn written(report: &Report) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    match report.serialize(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(Reason::new(format!(
            "the junit report could not be made: {error}"
        ))),
    }
}
