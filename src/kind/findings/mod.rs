//! `findings:`, the report of any tool, judged: what it found, or how much of the code tests reach.
//!
//! The tool itself runs elsewhere: in a gate that this one needs, or before prove. Its report is read
//! as it lies there; one that is missing, half or empty is never taken for a good one.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::reports::{self, Format, Sheet, Wanted};
use super::{judge, paths};
use crate::format::glob::is_glob;
use crate::format::yaml::Node;
use crate::model::{Answer, Content, Entry, EntryKind, Judged, Judgement, Probe, Reason, Step};
use crate::spec::{Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Turn};

const FIELDS: &[Field] = &[
    reports::SARIF,
    reports::CHECKSTYLE,
    reports::LCOV,
    reports::COBERTURA,
    reports::FAIL_ON,
    reports::MIN_LINES,
    reports::MIN_BRANCHES,
];

/// The word `findings`.
pub(super) struct FindingsSpec;

/// Which reports, and what is good.
#[derive(Debug)]
struct Findings {
    wanted: Wanted,
}

impl KindSpec for FindingsSpec {
    fn word(&self) -> &'static str {
        "findings"
    }

    fn doc(&self) -> &'static str {
        "Reports that another tool has written, judged. Let it `needs` the gate that writes them."
    }

    fn shape(&self) -> Shape {
        Shape::Record(FIELDS)
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        &[&["findings"]]
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("findings")?;
        let wanted = Wanted::decode(decoder, node)?;
        if wanted.patterns.is_empty() {
            let help = "name one: `sarif`, `checkstyle`, `lcov` or `cobertura`";
            let diagnostic = Diagnostic::new(node.span, "this names no report");
            return decoder.refuse(diagnostic.help(help));
        }
        Some(Arc::new(Findings { wanted }))
    }
}

impl Kind for Findings {
    fn word(&self) -> &'static str {
        "findings"
    }

    fn summary(&self) -> String {
        let globs: Vec<&str> = self.wanted.globs().map(String::as_str).collect();
        globs.join(", ")
    }

    fn reads_reports(&self) -> Vec<String> {
        self.wanted.globs().cloned().collect()
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let cwd = turn.cwd.to_owned();
        let Some(listed) = answers.first() else {
            let patterns = self.wanted.globs().cloned().collect();
            return Step::Ask(vec![Probe::List { cwd, patterns }]);
        };
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        let found = match listed {
            Answer::Listed(lists) if lists.len() == self.wanted.patterns.len() => {
                self.found(turn, lists)
            }
            _ => return Step::judge(judge::misplaced("findings")),
        };
        let found = match found {
            Ok(found) => found,
            Err(reason) => return Step::judge(Judged::Errored(reason)),
        };
        match &answers[1..] {
            [] => {
                let patterns = found
                    .into_iter()
                    .map(|(_, path)| format!("/{path}"))
                    .collect();
                Step::Ask(vec![Probe::Read { cwd, patterns }])
            }
            [Answer::Contents(lists)] if lists.len() == found.len() => {
                self.judge(turn, (&found, lists), answers)
            }
            _ => Step::judge(judge::misplaced("findings")),
        }
    }
}

impl Findings {
    /// The reports that are there, by their path from the root, each once.
    fn found(
        &self,
        turn: &Turn<'_>,
        lists: &[Vec<Entry>],
    ) -> Result<Vec<(Format, String)>, Reason> {
        let mut found: Vec<(Format, String)> = Vec::new();
        for ((format, pattern), entries) in self.wanted.patterns.iter().zip(lists) {
            if entries.is_empty() {
                return Err(missing(&paths::from_root(turn.cwd, pattern)));
            }
            for entry in entries {
                let path = paths::from_root(turn.cwd, &entry.path);
                let file = matches!(entry.kind, EntryKind::File | EntryKind::Link);
                if !file || is_glob(&path) {
                    let why = if file {
                        "has a name that is a pattern"
                    } else {
                        "is no file"
                    };
                    return Err(Reason::new(format!("the report {path} {why}")));
                }
                if !found.contains(&(*format, path.clone())) {
                    found.push((*format, path));
                }
            }
        }
        Ok(found)
    }

    fn judge(
        &self,
        turn: &Turn<'_>,
        (found, lists): (&[(Format, String)], &[Vec<Content>]),
        answers: &[Answer],
    ) -> Step {
        let mut sheets = Vec::new();
        let mut unread = Vec::new();
        for ((format, path), list) in found.iter().zip(lists) {
            match list.first().map(|content| &content.bytes) {
                Some(Ok(bytes)) => sheets.push(Sheet {
                    format: *format,
                    path,
                    bytes,
                }),
                Some(Err(why)) => {
                    unread.push(Judged::Errored(Reason::new(format!(
                        "the report {path} {why}"
                    ))));
                }
                None => unread.push(Judged::Errored(missing(path))),
            }
        }
        let weighed = reports::weigh(&self.wanted, &sheets, turn);
        let wrong = weighed
            .failed
            .into_iter()
            .chain(unread)
            .chain(weighed.errored);
        let verdict = judge::worst(wrong.collect()).err();
        let mut judgement = Judgement::new(verdict.unwrap_or_else(|| judge::pass(answers)));
        (judgement.findings, judgement.notes) = (weighed.findings, weighed.notes);
        judge::done(judgement)
    }
}

fn missing(pattern: &str) -> Reason {
    Reason::new(format!("the report {pattern} is missing")).hint(
        "let this gate `needs` the one that writes it; paths are relative to the gate's `cwd`",
    )
}
