//! The results: what is wrong, where, how much it weighs, and whether it is let be.

use serde_json::{Value, json};

use super::rules::Rules;
use crate::event::{GateFinished, GateHead, RunStarted};
use crate::model::{Case, CaseStatus, Finding, Location, Severity, VerdictWord};
use crate::report::gates::{self, Marks};
use crate::report::text;

/// What paths are relative to.
pub(super) const BASE: &str = "SRCROOT";
/// Lines of a case's message that are told.
const CASE_LINES: usize = 40;

/// Results that are being collected.
pub(super) struct Results<'h> {
    head: &'h RunStarted,
    rules: Rules,
    list: Vec<Value>,
    marks: Marks,
    /// Whether a result of level `error` is there.
    pub red: bool,
}

/// A result before it is written.
struct Said<'s> {
    rule: (usize, &'s str),
    level: &'static str,
    message: String,
    at: Option<Location>,
    /// What it is recognised by in the next run, whatever moved meanwhile.
    mark: Vec<&'s str>,
    gate: Option<&'s GateHead>,
    /// Why it does not count, where the gate file or the file itself says so.
    waived: Option<&'s str>,
}

impl<'h> Results<'h> {
    pub(super) fn new(head: &'h RunStarted) -> Self {
        Self {
            head,
            rules: Rules::default(),
            list: Vec::new(),
            marks: Marks::default(),
            red: false,
        }
    }

    /// Something about the run as a whole.
    pub(super) fn of_run(&mut self, word: &str, said: &str) {
        let id = format!("prove/{word}");
        let rule = self.rules.own(&id);
        self.add(&Said {
            rule: (rule, &id),
            level: "error",
            message: said.to_owned(),
            at: None,
            mark: vec![said.lines().next().unwrap_or_default()],
            gate: None,
            waived: None,
        });
    }

    /// A gate of the plan that has no verdict.
    pub(super) fn unjudged(&mut self, gate: &GateHead) {
        self.own(
            "prove/unjudged",
            gate,
            "this gate got no verdict".to_owned(),
        );
    }

    /// A gate with its cases and findings.
    pub(super) fn of_gate(&mut self, gate: &GateHead, finished: &GateFinished) {
        let id = match finished.verdict {
            VerdictWord::Failed => Some("prove/failed"),
            VerdictWord::Errored => Some("prove/errored"),
            _ => None,
        };
        if let Some(id) = id {
            let said = finished.reason.as_ref().map(gates::lines);
            let said = said.unwrap_or_default().join("\n");
            let word = finished.verdict.as_str();
            self.own(id, gate, format!("{} {word}: {said}", gate.gate));
        }
        // What a gate lets pass weighs no more than a warning.
        let lets = finished.verdict.lets_dependents_run();
        for case in &finished.cases {
            if matches!(case.status, CaseStatus::Failed | CaseStatus::Errored) {
                self.case(gate, case, lets);
            }
        }
        for finding in &finished.findings {
            self.finding(gate, finding, lets);
        }
    }

    fn own(&mut self, id: &'static str, gate: &GateHead, message: String) {
        let rule = self.rules.own(id);
        self.add(&Said {
            rule: (rule, id),
            level: "error",
            message,
            at: gate.place.clone(),
            mark: Vec::new(),
            gate: Some(gate),
            waived: None,
        });
    }

    fn case(&mut self, gate: &GateHead, case: &Case, lets: bool) {
        let suite = match case.suite.as_str() {
            "" => String::new(),
            suite => format!("{suite}: "),
        };
        let told: Vec<&str> = case.message.lines().take(CASE_LINES).collect();
        let id = "prove/case-failed";
        let rule = self.rules.own(id);
        self.add(&Said {
            rule: (rule, id),
            level: if lets { "warning" } else { "error" },
            message: format!("{}: {suite}{}\n{}", gate.gate, case.name, told.join("\n")),
            at: gate.place.clone(),
            mark: vec![&case.suite, &case.name],
            gate: Some(gate),
            waived: None,
        });
    }

    /// Something that was found. What a gate lets pass weighs no more than a warning.
    pub(super) fn finding(&mut self, gate: &GateHead, finding: &Finding, lets: bool) {
        let id = match finding.rule.as_str() {
            "" => "finding",
            id => id,
        };
        let rule = self.rules.found(id, finding, gate.gate.as_str());
        let level = match finding.severity {
            // Some viewers count what is suppressed.
            _ if finding.waived.is_some() => "note",
            Severity::Info => "note",
            Severity::Error if !lets => "error",
            Severity::Warning | Severity::Error => "warning",
        };
        let path = finding.location.as_ref().map_or("", |at| &at.path);
        self.add(&Said {
            rule: (rule, id),
            level,
            message: finding.message.clone(),
            at: finding.location.clone().or_else(|| gate.place.clone()),
            mark: vec![path, &finding.message],
            gate: Some(gate),
            waived: finding.waived.as_deref(),
        });
    }

    fn add(&mut self, said: &Said<'_>) {
        let advisory = said.gate.and_then(|gate| gate.advisory.as_deref());
        // Some viewers count what is suppressed.
        let level = match advisory {
            Some(_) if said.level == "error" => "warning",
            _ => said.level,
        };
        let mut result = json!({
            "ruleId": safe(said.rule.1),
            "ruleIndex": said.rule.0,
            "level": level,
            "message": message(said.message.trim_end()),
            "locations": [self.location(said.at.as_ref())],
            "partialFingerprints": { "prove/v1": self.fingerprint(said) },
        });
        if let Some(gate) = said.gate {
            result["properties"] = json!({ "gate": gate.gate, "kind": safe(&gate.kind) });
        }
        let advisory = advisory.map(|why| format!("advisory, does not decide: {why}"));
        let waived = said.waived.map(|why| format!("waived: {why}"));
        match advisory.or(waived) {
            Some(why) => {
                result["suppressions"] = json!([
                    { "kind": "external", "status": "accepted", "justification": safe(&why) }
                ]);
            }
            None => self.red |= level == "error",
        }
        self.list.push(result);
    }

    /// The same thing gets the same one in every run, although lines moved above it.
    fn fingerprint(&mut self, said: &Said<'_>) -> String {
        let gate = said.gate.map_or("", |gate| gate.gate.as_str());
        let words = [gate, said.rule.1].into_iter();
        self.marks.of(words.chain(said.mark.iter().copied()))
    }

    /// A place below the root of the repository; what has none is the gate file's.
    fn location(&self, at: Option<&Location>) -> Value {
        let (path, line) = gates::place(self.head, at);
        let mut place = json!({ "artifactLocation": { "uri": uri(&path), "uriBaseId": BASE } });
        // Without a line a viewer has nothing to point at.
        let column = at.map_or(0, |at| at.column);
        place["region"] = json!({ "startLine": line });
        if column > 0 {
            place["region"]["startColumn"] = json!(column);
        }
        json!({ "physicalLocation": place })
    }

    pub(super) fn finish(self) -> (Vec<Value>, Vec<Value>) {
        (self.list, self.rules.finish())
    }
}

/// A text from outside without what a viewer would obey.
pub(super) fn safe(text: &str) -> String {
    text::show(text)
}

/// A message; what looks like one of the standard's links is none (section 3.11.6).
pub(super) fn message(text: &str) -> Value {
    let text = match safe(text) {
        text if text.is_empty() => "(nothing was said)".to_owned(),
        text => text.replace("](", "\\]("),
    };
    json!({ "text": text })
}

/// A path as a reference (RFC 3986): everything but unreserved characters and `/` is encoded.
pub(super) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
