//! `--report sarif`: SARIF 2.1.0, so that what was found shows up where code is reviewed.
//!
//! A proved run has no result of level `error`; any other has at least one.
//! Member names and their meanings are those of the OASIS standard, sections 3.14 to 3.58.

mod result;
mod rules;
#[cfg(test)]
mod tests;
mod tool;

use serde_json::{Value, json};

use super::form::Form;
use super::gates;
use crate::event::{Event, GateHead, RunStarted, Summary};
use crate::model::{Finding, Reason, RunVerdict};
use result::Results;

/// The schema that the document names.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The form.
pub(super) struct Sarif;

impl Form for Sarif {
    fn word(&self) -> &'static str {
        "sarif"
    }

    fn take(&mut self, _: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let mut results = Results::new(head);
        results.of_run("not-finished", "this run has not finished");
        let invocation = json!({
            "executionSuccessful": false,
            "exitCodeDescription": "not finished",
        });
        document(head, results, invocation)
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let Some(head) = &summary.head else {
            return Err(Reason::new("the stream of events has no head"));
        };
        let (verdict, _) = gates::end(summary);
        let mut results = Results::new(head);
        for (gate, finished) in gates::each(summary) {
            match finished {
                Some(finished) => results.of_gate(gate, finished),
                None => results.unjudged(gate),
            }
        }
        for doubt in &summary.doubts {
            results.of_run("doubt", &gates::lines(doubt).join("\n"));
        }
        if verdict != RunVerdict::Proved && !results.red {
            let said = format!("{}: not every gate was judged good", verdict.as_str());
            results.of_run("undecided", &said);
        }
        let invocation = tool::invocation(head, summary);
        document(head, results, invocation)
    }
}

/// Findings for which there was no run (`prove lint`), each by whoever found it.
pub(super) fn of_lint(summary: &Summary, found: &[(GateHead, Finding)]) -> Result<Vec<u8>, Reason> {
    let Some(head) = &summary.head else {
        return Err(Reason::new("nobody said what was linted"));
    };
    let mut results = Results::new(head);
    for (by, finding) in found {
        results.finding(by, finding, false);
    }
    let (verdict, _) = gates::end(summary);
    if verdict != RunVerdict::Proved && found.is_empty() {
        results.of_run("undecided", "no file was judged");
    }
    let mut invocation = tool::invocation(head, summary);
    // Nothing is proved by looking at a file.
    invocation["exitCodeDescription"] = json!(match verdict {
        RunVerdict::Proved => "passed",
        RunVerdict::Refuted => "failed",
        RunVerdict::Undecided => "undecided",
    });
    document(head, results, invocation)
}

fn document(head: &RunStarted, results: Results<'_>, invocation: Value) -> Result<Vec<u8>, Reason> {
    let (results, rules) = results.finish();
    let mut run = json!({
        "tool": tool::tool(head, rules),
        "automationDetails": tool::automation(head),
        "invocations": [invocation],
        "originalUriBaseIds": {
            result::BASE: { "description": { "text": "The root of the repository." } },
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    if let Some(provenance) = tool::provenance(head) {
        run["versionControlProvenance"] = json!([provenance]);
    }
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    let text = serde_json::to_string_pretty(&log);
    let text = text.map_err(|error| Reason::new(format!("the sarif report: {error}")))?;
    Ok((text + "\n").into_bytes())
}
