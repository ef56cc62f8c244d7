//! What can be wrong with a YAML document, in words for people. Must not know the builder.

use granit_parser::{ErrorKind, ScanError};

use super::Span;
use crate::model::limits;

/// A mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: YamlErrorKind,
    /// What happened, one line.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// Which mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YamlErrorKind {
    /// A byte that is no UTF-8.
    NotUtf8,
    /// Longer than [`limits::GATE_FILE_BYTES`].
    TooLong,
    /// Nothing but white space and comments.
    Empty,
    /// A second document.
    SecondDocument,
    /// More than [`limits::YAML_NODES`], or copies of anchored nodes beyond all measure.
    TooManyNodes,
    /// Deeper than [`limits::YAML_DEPTH`].
    TooDeep,
    /// An alias (`*x`) without an anchor (`&x`).
    UnknownAlias,
    /// An alias inside the node that it stands for.
    AliasCycle,
    /// A tag (`!x`).
    Tag,
    /// A key for the second time; the first is here.
    DuplicateKey {
        /// Where the key stands first.
        first: Span,
    },
    /// A key that is a list or a map.
    KeyNotText,
    /// A merge key (`<<`) whose value is no map and no list of maps.
    Merge,
    /// `${{` without quotes inside `{…}` or `[…]`.
    BareTemplate,
    /// Anything else that is no YAML.
    Syntax,
}

impl YamlError {
    pub(super) fn new(span: Span, kind: YamlErrorKind, message: impl Into<String>) -> Self {
        Self {
            span,
            kind,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

pub(super) fn too_long(source: u32) -> YamlError {
    let span = Span {
        source,
        start: 0,
        end: 0,
    };
    let limit = limits::GATE_FILE_BYTES >> 20;
    YamlError::new(
        span,
        YamlErrorKind::TooLong,
        format!("the file is longer than {limit} MiB"),
    )
    .help("nobody writes this much by hand: split it, or look at what wrote it")
}

pub(super) fn not_utf8(source: u32, error: std::str::Utf8Error) -> YamlError {
    let at = error.valid_up_to();
    let span = Span::new(source, at, at);
    let message = format!("the file is not UTF-8 (first bad byte at offset {at})");
    YamlError::new(span, YamlErrorKind::NotUtf8, message).help("save the file as UTF-8")
}

pub(super) fn empty(source: u32) -> YamlError {
    let span = Span {
        source,
        start: 0,
        end: 0,
    };
    YamlError::new(span, YamlErrorKind::Empty, "the file is empty")
}

/// Translates the scanner's error; knows the traps that end up as syntax errors.
pub(super) fn syntax(source: u32, text: &str, error: &ScanError) -> YamlError {
    let at = error
        .marker()
        .byte_offset()
        .unwrap_or(text.len())
        .min(text.len());
    let span = Span::new(source, at, next_char(text, at));
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(span);
    }
    if let Some(template) = bare_template(source, text, at) {
        return template;
    }
    let message = format!("this is not YAML: {error}", error = plain_words(error));
    let syntax = YamlError::new(span, YamlErrorKind::Syntax, message);
    match remedy(error.kind()) {
        Some(help) => syntax.help(help),
        None => syntax,
    }
}

pub(super) fn too_deep(span: Span) -> YamlError {
    let message = format!("nested deeper than {} levels", limits::YAML_DEPTH);
    YamlError::new(span, YamlErrorKind::TooDeep, message)
}

/// Where a `${{` stands without quotes in a flow collection, YAML sees a map in a map. The scanner
/// may stop a little behind it, so the lines up to its stop are looked at.
fn bare_template(source: u32, text: &str, at: usize) -> Option<YamlError> {
    let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let until = text[at..].find('\n').map_or(text.len(), |n| at + n);
    let open = line + text.get(line..until)?.find("${{")?;
    let close = text[open..].find("}}").map_or(until, |n| open + n + 2);
    if close < at.saturating_sub(1) && !text[close..at].trim().is_empty() {
        return None;
    }
    let written = &text[open..close];
    let before = text[line..open].trim_end();
    if before.ends_with('"') || before.ends_with('\'') {
        return None;
    }
    let message = "inside `{…}` and `[…]` YAML reads an unquoted `${{` as the start of a map";
    let error = YamlError::new(
        Span::new(source, open, close),
        YamlErrorKind::BareTemplate,
        message,
    );
    Some(error.help(format!("put it in quotes: \"{written}\"")))
}

fn plain_words(error: &ScanError) -> String {
    error
        .info()
        .replace("unexpected EOF", "the file ends")
        .replace("unexpected eof", "the file ends")
}

fn remedy(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => "YAML is indented with spaces: replace the tab",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "a text with `: ` in it must be in quotes"
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => "close the bracket",
        ErrorKind::UnclosedQuotedScalar => "close the quote",
        ErrorKind::UnknownQuotedScalarEscape => {
            "in double quotes a backslash starts an escape: use single quotes, or write `\\\\`"
        }
        _ => return None,
    })
}

fn next_char(text: &str, at: usize) -> usize {
    text[at..]
        .chars()
        .next()
        .filter(|c| *c != '\n')
        .map_or(at, |c| at + c.len_utf8())
}
