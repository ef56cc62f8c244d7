//! Diagnostics for eyes and for machines.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics};
use crate::format::yaml::Span;

/// More than this nobody reads at once.
const SHOWN: usize = 50;

impl Diagnostics {
    /// For people: each with file:line:column, the snippet, why, and what to do.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let shown = self.list.iter().take(SHOWN);
        let mut blocks: Vec<String> = shown
            .map(|diagnostic| renderer.render(&[self.group(diagnostic)]))
            .collect();
        let count = self.list.len();
        if count > SHOWN {
            blocks.push(format!("and {} more", count - SHOWN));
        }
        let mistakes = if count == 1 {
            "1 mistake".to_owned()
        } else {
            format!("{count} mistakes")
        };
        blocks.push(format!("{mistakes}; nothing ran"));
        blocks.join("\n\n") + "\n"
    }

    fn group<'s>(&'s self, diagnostic: &'s Diagnostic) -> Group<'s> {
        let span = diagnostic.span;
        let annotation = AnnotationKind::Primary.span(self.range(span));
        let mut snippet = self.snippet(span).annotation(match &diagnostic.label {
            Some(label) => annotation.label(clean(label)),
            None => annotation,
        });
        let mut elsewhere = None;
        if let Some((also, label)) = &diagnostic.also {
            let context = AnnotationKind::Context
                .span(self.range(*also))
                .label(clean(label));
            if also.source == span.source {
                snippet = snippet.annotation(context);
            } else {
                elsewhere = Some(self.snippet(*also).annotation(context));
            }
        }
        let title = Level::ERROR.primary_title(clean(&diagnostic.message));
        let mut group = title.element(snippet);
        if let Some(elsewhere) = elsewhere {
            group = group.element(elsewhere);
        }
        if let Some(why) = &diagnostic.why {
            group = group.element(Level::NOTE.message(clean(why)));
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(clean(help)));
        }
        group
    }

    fn snippet(&self, span: Span) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        Snippet::source(self.sources.text(span.source)).path(self.sources.name(span.source))
    }

    /// The bytes to underline: within the text, at character borders, on one line.
    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let text = self.sources.text(span.source);
        let start = floor(text, (span.start as usize).min(text.len()));
        let end = floor(text, (span.end as usize).clamp(start, text.len()));
        let line = text[start..end].find('\n').map_or(end, |n| start + n);
        start..line
    }

    /// For machines: a list of `{file, line, column, end_line, end_column, message, why, help,
    /// suggestion}`.
    #[must_use]
    pub fn json(&self) -> Value {
        self.list
            .iter()
            .map(|diagnostic| self.one(diagnostic))
            .collect()
    }

    fn one(&self, diagnostic: &Diagnostic) -> Value {
        let span = diagnostic.span;
        let (line, column) = self.sources.position(span);
        let (end_line, end_column) = self.sources.position(Span {
            start: span.end,
            ..span
        });
        json!({
            "file": self.sources.name(span.source),
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
            "message": diagnostic.message,
            "label": diagnostic.label,
            "why": diagnostic.why,
            "help": diagnostic.help,
            "suggestion": diagnostic.suggestion,
        })
    }
}

/// The character border at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Words of the file may hold anything; a terminal must not obey them.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
