//! Diagnostics: what is wrong with a gate file, where, why, and what to do. Data only;
//! `render.rs` shows them.

pub use crate::format::source::Sources;
use crate::format::yaml::{Span, YamlError, YamlErrorKind};

/// A mistake in a gate file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// What is wrong, one line.
    pub message: String,
    /// A few words at the place itself.
    pub label: Option<String>,
    /// Why that is wrong.
    pub why: Option<String>,
    /// What to do next.
    pub help: Option<String>,
    /// A second place that belongs to it ("first here").
    pub also: Option<(Span, String)>,
    /// A text that would be right in place of what is at `span`.
    pub suggestion: Option<String>,
}

impl Diagnostic {
    /// A mistake at a place.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            label: None,
            why: None,
            help: None,
            also: None,
            suggestion: None,
        }
    }

    /// A few words at the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Why it is wrong.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Names the nearest of the words that are known, when one is near.
    #[must_use]
    pub fn did_you_mean<'w>(self, written: &str, known: impl Iterator<Item = &'w str>) -> Self {
        super::habits::did_you_mean(self, written, known)
    }

    /// What to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A second place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }

    /// A text that would be right instead.
    #[must_use]
    pub fn suggest(mut self, text: impl Into<String>) -> Self {
        self.suggestion = Some(text.into());
        self
    }
}

impl From<YamlError> for Diagnostic {
    fn from(error: YamlError) -> Self {
        let mut diagnostic = Self::new(error.span, error.message);
        diagnostic.help = error.help;
        if let YamlErrorKind::DuplicateKey { first } = error.kind {
            diagnostic = diagnostic.label("again here").also(first, "first here");
        }
        diagnostic
    }
}

/// All that is wrong with a gate file, sorted by position.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    pub(super) sources: Sources,
    pub(super) list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts by position; the same mistake at the same place is said once.
    #[must_use]
    pub fn new(sources: Sources, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| {
            (a.span.source, a.span.start, &a.message).cmp(&(
                b.span.source,
                b.span.start,
                &b.message,
            ))
        });
        list.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        Self { sources, list }
    }

    /// In the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// What they point into.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}
