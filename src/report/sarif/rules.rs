//! The rules that results name, each once, with words that help.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::result::{message, safe};
use crate::model::Finding;

/// The rules of prove itself: id, what it means, what to do.
const OWN: &[(&str, &str, &str)] = &[
    (
        "prove/failed",
        "A gate failed.",
        "The gate ran and said no. Read what it printed with `prove logs GATE`, mend it, and run it \
         again with `prove run GATE`.",
    ),
    (
        "prove/errored",
        "A gate gave no answer that can be judged.",
        "A tool or an image could not be had, or a report was missing, stale or empty. Nothing is \
         proved by that: mend what is missing and run again.",
    ),
    (
        "prove/case-failed",
        "A test case failed.",
        "The gate brought a report in which this case did not pass.",
    ),
    (
        "prove/unjudged",
        "A gate got no verdict.",
        "The run ended before it was judged. Run again.",
    ),
    (
        "prove/doubt",
        "The run cannot be proved, though no gate says so.",
        "What is said here must be mended before the run can be believed.",
    ),
    (
        "prove/undecided",
        "The run is not proved.",
        "At least one gate that decides must pass, and none may be left unjudged.",
    ),
    (
        "prove/not-finished",
        "The run has not finished.",
        "This file is replaced when it ends. If it stays, prove was killed: run again.",
    ),
];

/// Whether this is an address that a viewer may open, and nothing else.
fn is_address(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    text.starts_with("https://") && text.chars().all(allowed)
}

/// Rules in the order in which they were met.
#[derive(Default)]
pub(super) struct Rules {
    known: BTreeMap<String, usize>,
    list: Vec<Value>,
}

impl Rules {
    /// The place of one of prove's own rules.
    pub(super) fn own(&mut self, id: &str) -> usize {
        let found = OWN.iter().find(|(own, ..)| *own == id);
        let (_, what, help) = found.copied().unwrap_or((id, id, id));
        self.place(id, || {
            json!({
                "id": id,
                "shortDescription": { "text": what },
                "help": { "text": help },
                "defaultConfiguration": { "level": "error" },
            })
        })
    }

    /// The place of a rule that a finding names.
    pub(super) fn found(&mut self, id: &str, finding: &Finding, by: &str) -> usize {
        self.place(id, || {
            let help = finding.help.clone();
            let help = help.unwrap_or_else(|| format!("Found by the gate {by}."));
            let mut rule = json!({
                "id": safe(id),
                "shortDescription": message(id),
                "help": message(&help),
            });
            if let Some(why) = &finding.why {
                rule["fullDescription"] = message(why);
            }
            if let Some(source) = finding
                .source
                .as_deref()
                .filter(|source| is_address(source))
            {
                rule["helpUri"] = json!(source);
            }
            rule
        })
    }

    fn place(&mut self, id: &str, make: impl FnOnce() -> Value) -> usize {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        self.list.push(make());
        let place = self.list.len() - 1;
        self.known.insert(id.to_owned(), place);
        place
    }

    pub(super) fn finish(self) -> Vec<Value> {
        self.list
    }
}
