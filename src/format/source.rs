//! The texts that spans point into, so that a place can be shown. Must not know what they mean.

use super::yaml::Span;

/// All texts that were read, in order: `Span.source` counts them. Of a gate file it is the first.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    /// Adds a source and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.files.push((name.into(), text.into()));
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    /// How many there are: `Span.source` counts from 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What a source is called; for a file its path.
    #[must_use]
    pub fn name(&self, source: u32) -> &str {
        self.files.get(source as usize).map_or("", |(name, _)| name)
    }

    /// The text of a source.
    #[must_use]
    pub fn text(&self, source: u32) -> &str {
        self.files.get(source as usize).map_or("", |(_, text)| text)
    }

    /// What is written at a place.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.slice(self.text(span.source))
    }

    /// Line and column (in characters) of a place, both from 1.
    #[must_use]
    pub fn position(&self, span: Span) -> (usize, usize) {
        let text = self.text(span.source);
        let before = text.get(..span.start as usize).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |n| n + 1);
        let column = before.get(start..).map_or(0, |part| part.chars().count());
        (line, column + 1)
    }

    /// The place of a part within a place, when it is written there once and in so many letters;
    /// else the whole place.
    #[must_use]
    pub fn narrow(&self, span: Span, part: &str) -> Span {
        let written = self.slice(span);
        let Some(at) = written.find(part).filter(|_| !part.is_empty()) else {
            return span;
        };
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = span.start + narrow(at);
        Span {
            source: span.source,
            start,
            end: start + narrow(part.len()),
        }
    }
}
