//! A finding: one thing that a static gate has to say about one place.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely wrong.
    Warning,
    /// Wrong.
    Error,
}

impl Severity {
    /// All of them, lightest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a file of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// 1-based; 0 when the whole file is meant.
    pub line: u32,
    /// 1-based, in characters; 0 when the whole line is meant.
    pub column: u32,
}

impl Location {
    /// `Dockerfile:3:1`, as far as it is known.
    #[must_use]
    pub fn told(&self) -> String {
        match (self.line, self.column) {
            (0, _) => self.path.clone(),
            (line, 0) => format!("{}:{line}", self.path),
            (line, column) => format!("{}:{line}:{column}", self.path),
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id (`missing-file`, `DL3006`, …).
    pub rule: String,
    /// Its weight.
    pub severity: Severity,
    /// Where, when it is somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What is wrong.
    pub message: String,
    /// Why it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where the rule comes from: an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The reason for which it does not count: a waiver that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

impl Finding {
    /// A finding that stands nowhere yet, with nothing but what is wrong.
    #[must_use]
    pub fn new(rule: impl Into<String>, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            severity,
            location: None,
            message: message.into(),
            why: None,
            help: None,
            source: None,
            waived: None,
        }
    }

    /// Its weight in a word, for people: what is waived has none.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.waived {
            Some(_) => "waived",
            None => self.severity.as_str(),
        }
    }

    /// What is wrong, and why it does not count where it is waived.
    #[must_use]
    pub fn told(&self) -> String {
        match &self.waived {
            Some(reason) => format!("{} (waived: {reason})", self.message),
            None => self.message.clone(),
        }
    }

    /// Place, weight, rule and what is wrong, in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let place = self.location.as_ref().map(|at| at.told() + ": ");
        let place = place.unwrap_or_default();
        format!("{place}{} [{}] {}", self.word(), self.rule, self.told())
    }

    /// Where.
    #[must_use]
    pub fn at(mut self, location: Option<Location>) -> Self {
        self.location = location;
        self
    }

    /// How to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
