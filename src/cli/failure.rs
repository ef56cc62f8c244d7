//! Why the command line could not do what it was asked: what happened, where, what to do next.
//!
//! Verdicts of gates are not failures; those are events.

use std::fmt::Display;

use crate::model::ExitStatus;

/// A failure of the command line itself.
#[derive(Debug)]
pub(super) struct Failure {
    status: ExitStatus,
    /// What happened, one line.
    pub headline: String,
    /// More lines, shown as they are.
    pub details: Vec<String>,
    /// The error behind it, with the errors behind that.
    pub cause: Option<anyhow::Error>,
    /// What to do next.
    pub hints: Vec<String>,
    /// In place of all this: a text that is whole and coloured already.
    pub rendered: Option<String>,
}

impl Failure {
    /// The gate file or the arguments are wrong; nothing ran.
    pub fn usage(headline: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, headline)
    }

    /// Something could not be known or done, so nothing is proved.
    pub fn undecided(headline: impl Into<String>) -> Self {
        Self::new(ExitStatus::Undecided, headline)
    }

    /// A signal came before anything ran.
    pub fn interrupted(signal: i32, headline: impl Into<String>) -> Self {
        let status = u8::try_from(signal).map_or(ExitStatus::Undecided, ExitStatus::Signal);
        Self::new(status, headline)
    }

    /// Mistakes of the gate file, with their lines, rendered.
    pub fn mistakes(rendered: String) -> Self {
        Self {
            rendered: Some(rendered),
            ..Self::usage("the gate file has mistakes")
        }
    }

    fn new(status: ExitStatus, headline: impl Into<String>) -> Self {
        Self {
            status,
            headline: headline.into(),
            details: Vec::new(),
            cause: None,
            hints: Vec::new(),
            rendered: None,
        }
    }

    /// Says which error is behind it.
    pub fn because(mut self, error: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(error.into());
        self
    }

    /// The errors behind it, nearest first, one line each.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let chain = self.cause.iter().flat_map(anyhow::Error::chain);
        chain.map(ToString::to_string)
    }

    /// Adds a place or a circumstance.
    pub fn detail(mut self, line: impl Display) -> Self {
        self.details.push(line.to_string());
        self
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// How the process ends.
    pub fn status(&self) -> ExitStatus {
        self.status
    }
}
