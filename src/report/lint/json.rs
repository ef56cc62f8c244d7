//! For machines: one document, versioned by `schema`. What is promised of it is in `docs/lint.md`.

use serde_json::{Value, json};

use super::{Lint, Remark, Unjudged};
use crate::model::RunVerdict;
use crate::report::text::tame_json;

/// Version of the document.
const SCHEMA: u32 = 1;

pub(super) fn document(lint: &Lint) -> String {
    let verdict = match lint.verdict() {
        RunVerdict::Proved => "passed",
        RunVerdict::Refuted => "failed",
        RunVerdict::Undecided => "undecided",
    };
    let judged = lint.judged.iter();
    let judged = judged.map(|(file, kind)| json!({ "file": file, "kind": kind }));
    let overridden = lint.overridden.iter();
    let overridden = overridden.map(|(rule, level)| (rule.clone(), json!(level)));
    let document = json!({
        "schema": SCHEMA,
        "verdict": verdict,
        "failure_threshold": lint.threshold.as_str(),
        "ignored": lint.ignored,
        "overridden": overridden.collect::<serde_json::Map<_, _>>(),
        "judged": judged.collect::<Vec<_>>(),
        "findings": lint.remarks.iter().map(|remark| finding(lint, remark)).collect::<Vec<_>>(),
        "not_judged": lint.unjudged.iter().map(unjudged).collect::<Vec<_>>(),
        "notes": lint.notes,
    });
    tame_json(format!("{document:#}\n"))
}

/// A line or column that is not known is `null`.
fn finding(lint: &Lint, remark: &Remark) -> Value {
    let finding = &remark.finding;
    let at = finding.location.as_ref();
    let known = |n: Option<u32>| n.filter(|n| *n > 0);
    json!({
        "file": at.map(|at| &at.path),
        "line": known(at.map(|at| at.line)),
        "column": known(at.map(|at| at.column)),
        "kind": remark.kind,
        "rule": finding.rule,
        "severity": finding.severity.as_str(),
        "counts": lint.counts(finding),
        "message": finding.message,
        "why": finding.why,
        "fix": finding.help,
        "source": finding.source,
        "waived": finding.waived,
    })
}

fn unjudged(unjudged: &Unjudged) -> Value {
    let reason = &unjudged.reason;
    json!({
        "file": unjudged.file,
        "why": reason.headline,
        "details": reason.details,
        "hint": reason.hint,
    })
}
