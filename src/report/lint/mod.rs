//! What `prove lint` says, in each of its forms. There is no run and there are no events: files were
//! judged, and this is what it came to.
//!
//! Must not know who found it or how files are searched for.

mod json;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use crate::event::{Body, Event, GateHead, RunStarted, SCHEMA, Summary};
use crate::model::{Finding, GateName, Location, Reason, RunVerdict, Severity};

use super::{github, gitlab, sarif};

/// Files that were judged, and what it came to.
#[derive(Clone, Debug)]
pub struct Lint {
    /// Version of prove.
    pub version: String,
    /// The arguments of prove, as typed.
    pub arguments: Vec<String>,
    /// RFC 3339, UTC.
    pub started: String,
    /// From this weight on a finding counts.
    pub threshold: Severity,
    /// Rules that were left out, by their ids.
    pub ignored: Vec<String>,
    /// Rules that got another weight, by their ids, and its word.
    pub overridden: Vec<(String, &'static str)>,
    /// Files that were judged, and by which kind; a file that two kinds judge is there twice.
    pub judged: Vec<(String, &'static str)>,
    /// What was found, file by file.
    pub remarks: Vec<Remark>,
    /// What could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// Worth saying.
    pub notes: Vec<String>,
    /// A kind judged that its file fails.
    pub failed: bool,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Remark {
    /// The kind that found it.
    pub kind: &'static str,
    /// What; its path as a user sees it from here.
    pub finding: Finding,
    /// Its path from the root of the repository, as forges name files.
    pub from_root: String,
    /// The line of the file that it is about, when that is short enough to be shown.
    pub line: Option<String>,
}

/// Something that could not be judged.
#[derive(Clone, Debug)]
pub struct Unjudged {
    /// The file, as a user sees it from here.
    pub file: String,
    /// Its path from the root of the repository.
    pub from_root: String,
    /// Why, and what to do.
    pub reason: Reason,
}

/// The forms that are for forges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// Annotations in the log of GitHub Actions, behind what people read.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
}

impl Lint {
    /// What it amounts to: as with a run, what fails outranks what could not be judged, and nothing
    /// is no pass.
    #[must_use]
    pub fn verdict(&self) -> RunVerdict {
        if self.failed {
            RunVerdict::Refuted
        } else if !self.unjudged.is_empty() || self.judged.is_empty() {
            RunVerdict::Undecided
        } else {
            RunVerdict::Proved
        }
    }

    /// For people. With `quiet` a line for what counts and for what could not be judged, and nothing
    /// else.
    #[must_use]
    pub fn text(&self, quiet: bool) -> String {
        if quiet {
            text::lines(self)
        } else {
            text::whole(self)
        }
    }

    /// For machines.
    #[must_use]
    pub fn json(&self) -> String {
        json::document(self)
    }

    /// For forges.
    ///
    /// # Errors
    /// When the document cannot be made.
    pub fn forged(&self, form: Forged) -> Result<Vec<u8>, Reason> {
        let found = self.found();
        let summary = self.summary();
        match form {
            Forged::Sarif => sarif::of_lint(&summary, &found),
            Forged::Gitlab => gitlab::of_lint(&summary, &found),
            Forged::Github => {
                let lines = text::lines(self) + &text::summary(self);
                Ok(github::of_lint(&summary, &found, &lines).into_bytes())
            }
        }
    }

    /// Whether this finding is one that fails its file.
    fn counts(&self, finding: &Finding) -> bool {
        finding.waived.is_none() && finding.severity >= self.threshold
    }

    /// What was found and what could not be judged, each by who says it, with paths for forges.
    fn found(&self) -> Vec<(GateHead, Finding)> {
        let mut heads = BTreeMap::new();
        let mut by = |word: &str| -> Option<GateHead> {
            if !heads.contains_key(word) {
                heads.insert(word.to_owned(), head(word)?);
            }
            heads.get(word).cloned()
        };
        let mut found = Vec::new();
        for remark in &self.remarks {
            let mut finding = remark.finding.clone();
            let nowhere = || Location {
                path: String::new(),
                line: 0,
                column: 0,
            };
            let at = finding.location.get_or_insert_with(nowhere);
            at.path.clone_from(&remark.from_root);
            found.extend(by(remark.kind).map(|head| (head, finding)));
        }
        for unjudged in &self.unjudged {
            let reason = &unjudged.reason;
            let said = std::iter::once(&reason.headline).chain(&reason.details);
            let said: Vec<&str> = said.map(String::as_str).collect();
            let message = format!("{} could not be judged: {}", unjudged.file, said.join("\n"));
            let finding = Finding::new("prove/not-judged", Severity::Error, message)
                .at(Some(Location {
                    path: unjudged.from_root.clone(),
                    line: 0,
                    column: 0,
                }))
                .help(reason.hint.clone().unwrap_or_else(|| {
                    "Nothing is known of this file: mend what is in the way and lint it again."
                        .to_owned()
                }));
            found.extend(by("lint").map(|head| (head, finding)));
        }
        found
    }

    /// As if it had been a run, for the parts of a report that tell of one.
    fn summary(&self) -> Summary {
        let head = RunStarted {
            schema: SCHEMA,
            run: self.started.clone(),
            project: "lint".to_owned(),
            version: self.version.clone(),
            started: self.started.clone(),
            arguments: self.arguments.clone(),
            revision: None,
            jobs: 1,
            narrowed: false,
            gates: Vec::new(),
            left_out: Vec::new(),
        };
        let mut summary = Summary::of([&Event {
            seq: 0,
            at_ms: 0,
            body: Body::RunStarted(Box::new(head)),
        }]);
        summary.finished = Some((self.verdict(), 0));
        summary.notices = text::soft(self);
        summary
    }
}

/// The kind, or lint itself, in place of a gate. Their words are names that a gate may have.
fn head(word: &str) -> Option<GateHead> {
    Some(GateHead {
        gate: GateName::segment(word).ok()?,
        kind: word.to_owned(),
        summary: String::new(),
        place: None,
        description: None,
        advisory: None,
        after: Vec::new(),
    })
}
