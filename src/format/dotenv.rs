//! `.env` and `env_file`: `NAME=value` lines, by the rules of compose. Every variable has its place.
//!
//! Where compose reads on after a slip (text behind a closing quote is a new variable to it, of two
//! equal names the last wins), here is an error. Must not know compose files.

use std::collections::HashMap;

use super::interpolate::{self, FaultKind, Lookup};
use super::yaml::Span;
use crate::model::limits;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dotenv {
    /// In order.
    pub variables: Vec<Variable>,
    /// All that is wrong. A reader that ignores these is wrong.
    pub errors: Vec<DotenvError>,
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub name_span: Span,
    /// Its value, variables filled in. `None`: only the name is written, and the surroundings have
    /// no value for it.
    pub value: Option<String>,
    /// Where the value is written, quotes included.
    pub span: Span,
}

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DotenvError {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: DotenvErrorKind,
}

/// Which mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DotenvErrorKind {
    /// A byte that is no UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// Longer than [`limits::COMPOSE_FILE_BYTES`].
    #[error("the file is longer than {} MiB", limits::COMPOSE_FILE_BYTES >> 20)]
    TooLong,
    /// What stands before `=` is no name.
    #[error("`{0}` is no name of a variable: letters, digits, `_`, `.` and `-`")]
    Name(String),
    /// A quote without its end.
    #[error("this {0} is never closed")]
    Unclosed(char),
    /// Text behind the closing quote.
    #[error("behind the closing quote only a comment can follow")]
    AfterQuote,
    /// A name for the second time; the first is here.
    #[error("`{name}` is here twice")]
    Duplicate {
        /// The name.
        name: String,
        /// Where it stands first.
        first: Span,
    },
    /// A `${…}` in a value.
    #[error("{}", variable_words(.0))]
    Variable(FaultKind),
}

/// What is wrong with a variable, one line.
#[must_use]
pub fn variable_words(fault: &FaultKind) -> String {
    match fault {
        FaultKind::Unset(name) => format!("the variable `{name}` is not set and has no default"),
        FaultKind::Required { name, message } if message.is_empty() => {
            format!("the variable `{name}` is required and has no value")
        }
        FaultKind::Required { name, message } => {
            format!("the variable `{name}` is required: {message}")
        }
        FaultKind::Syntax(why) => format!("this is no variable: {why}"),
        FaultKind::TooDeep => format!(
            "variables in defaults deeper than {} levels",
            limits::VARIABLE_DEPTH
        ),
        FaultKind::TooLong => format!(
            "with its variables filled in this is longer than {} KiB",
            limits::EXPANDED_BYTES >> 10
        ),
    }
}

/// Reads a file. `lookup` is asked for variables that the file itself has not set before.
#[must_use]
pub fn parse(source: u32, bytes: &[u8], lookup: Lookup<'_>) -> Dotenv {
    let mut reader = Reader::new(source, lookup);
    match std::str::from_utf8(bytes) {
        _ if bytes.len() > limits::COMPOSE_FILE_BYTES => {
            reader.error(0..0, DotenvErrorKind::TooLong);
        }
        Err(error) => {
            let at = error.valid_up_to();
            reader.error(at..at, DotenvErrorKind::NotUtf8);
        }
        Ok(text) => {
            reader.text = text;
            reader.at = if text.starts_with('\u{feff}') { 3 } else { 0 };
            reader.all();
        }
    }
    reader.out
}

struct Reader<'r> {
    source: u32,
    text: &'r str,
    at: usize,
    lookup: Lookup<'r>,
    known: HashMap<String, (Span, Option<String>)>,
    expanded: usize,
    out: Dotenv,
}

impl<'r> Reader<'r> {
    fn new(source: u32, lookup: Lookup<'r>) -> Self {
        Self {
            source,
            text: "",
            at: 0,
            lookup,
            known: HashMap::new(),
            expanded: 0,
            out: Dotenv::default(),
        }
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            source: self.source,
            start: narrow(range.start),
            end: narrow(range.end),
        }
    }

    fn error(&mut self, range: std::ops::Range<usize>, kind: DotenvErrorKind) {
        let span = self.span(range);
        self.out.errors.push(DotenvError { span, kind });
    }

    fn rest(&self) -> &'r str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The rest of the line, without its end.
    fn line(&self) -> &'r str {
        let rest = self.rest();
        rest.split('\n')
            .next()
            .unwrap_or(rest)
            .trim_end_matches('\r')
    }

    fn next_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    fn all(&mut self) {
        while !self.rest().is_empty() {
            let line = self.line();
            let bare = line.trim_start();
            if bare.is_empty() || bare.starts_with('#') {
                self.next_line();
                continue;
            }
            self.at += line.len() - bare.len();
            self.statement();
        }
    }

    fn statement(&mut self) {
        if let Some(after) = self.line().strip_prefix("export")
            && after.starts_with([' ', '\t'])
        {
            self.at += self.line().len() - after.trim_start().len();
        }
        let line = self.line();
        let cut = line.find(['=', ':', '#']).unwrap_or(line.len());
        let name = line.get(..cut).unwrap_or_default().trim_end();
        let from = self.at;
        let range = from..from + name.len();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-[]".contains(c);
        if name.is_empty() || !name.chars().all(allowed) {
            let shown = line.chars().take(40).collect();
            self.error(from..from + line.len(), DotenvErrorKind::Name(shown));
            self.next_line();
            return;
        }
        let name_span = self.span(range);
        let assigned = line.get(cut..).is_some_and(|r| r.starts_with(['=', ':']));
        if !assigned {
            let value = self.find(name);
            self.next_line();
            return self.define(name, name_span, (value, name_span));
        }
        self.at += cut + 1;
        let line = self.line();
        self.at += line.len() - line.trim_start_matches([' ', '\t']).len();
        let (value, span) = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => self.unquoted(),
        };
        self.define(name, name_span, (Some(value), span));
    }

    fn define(&mut self, name: &str, name_span: Span, (value, span): (Option<String>, Span)) {
        if let Some((first, _)) = self.known.get(name) {
            let (first, name) = (*first, name.to_owned());
            let kind = DotenvErrorKind::Duplicate { name, first };
            self.out.errors.push(DotenvError {
                span: name_span,
                kind,
            });
        }
        self.known
            .insert(name.to_owned(), (name_span, value.clone()));
        self.out.variables.push(Variable {
            name: name.to_owned(),
            name_span,
            value,
            span,
        });
    }

    fn find(&self, name: &str) -> Option<String> {
        let outer = || (self.lookup)(name);
        match self.known.get(name) {
            Some((_, Some(value))) => Some(value.clone()),
            _ => outer(),
        }
    }

    /// To the end of the line, or to a `#` behind a blank.
    fn unquoted(&mut self) -> (String, Span) {
        let line = self.line();
        let cut = if line.starts_with('#')
            && self.text.as_bytes().get(self.at.wrapping_sub(1)) != Some(&b'=')
        {
            0
        } else {
            line.find(" #").unwrap_or(line.len())
        };
        let text = line.get(..cut).unwrap_or_default().trim_end();
        let (from, range) = (self.at, self.at..self.at + text.len());
        let value = self.expand(text, from);
        self.next_line();
        (value, self.span(range))
    }

    fn quoted(&mut self, quote: char) -> (String, Span) {
        let from = self.at;
        let body = from + 1;
        let rest = self.text.get(body..).unwrap_or_default();
        let Some(length) = closing(rest, quote) else {
            self.error(
                from..from + self.line().len(),
                DotenvErrorKind::Unclosed(quote),
            );
            self.at = self.text.len();
            return (String::new(), self.span(from..from));
        };
        let raw = rest.get(..length).unwrap_or_default().replace("\r\n", "\n");
        self.at = body + length + 1;
        let span = self.span(from..self.at);
        let behind = self.line().trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            self.error(
                self.at..self.at + self.line().len(),
                DotenvErrorKind::AfterQuote,
            );
        }
        self.next_line();
        if quote == '\'' {
            return (raw.replace("\\'", "'"), span);
        }
        let text = unescape(&raw);
        (self.expand(&text, body), span)
    }

    /// Fills variables in. The place of a fault is exact when no escape stands before it.
    fn expand(&mut self, text: &str, from: usize) -> String {
        let out = interpolate::expand(text, &|name| self.find(name));
        self.expanded += out.text.len();
        for fault in out.faults {
            let range = (from + fault.at.start).min(self.text.len())
                ..(from + fault.at.end).min(self.text.len());
            self.error(range, DotenvErrorKind::Variable(fault.kind));
        }
        if self.expanded > limits::ALL_EXPANDED_BYTES {
            self.error(from..from, DotenvErrorKind::Variable(FaultKind::TooLong));
            self.at = self.text.len();
            return String::new();
        }
        out.text
    }
}

/// Where the quote that closes stands; a backslash hides the next character.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut hidden = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// The escapes of double quotes. `\$` stands for itself, so that no variable starts there.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('$') => out.push_str("$$"),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{DotenvErrorKind as Kind, parse};
    use crate::format::interpolate::FaultKind;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        let out = parse(0, text.as_bytes(), &|name| {
            (name == "OUT").then(|| "out".to_owned())
        });
        assert_eq!(out.errors, [], "{text}");
        out.variables
            .into_iter()
            .map(|v| (v.name, v.value))
            .collect()
    }

    fn wrong(text: &str) -> Vec<Kind> {
        parse(0, text.as_bytes(), &|_| None)
            .errors
            .into_iter()
            .map(|e| e.kind)
            .collect()
    }

    #[test]
    fn every_form_is_read() {
        for (text, value) in [
            ("A=b", "b"),
            ("\u{feff}A=b\r\n", "b"),
            ("export A=b # c", "b"),
            ("A: b", "b"),
            ("A = b ", "b"),
            ("A=b#c", "b#c"),
            ("A='$x # y'", "$x # y"),
            ("A=\"a\\nb ${OUT}\" # c", "a\nb out"),
            ("A=\"a\r\nb\"", "a\nb"),
            ("A=\"\\$x\"", "$x"),
            ("A='it\\'s'", "it's"),
            ("A=", ""),
            ("A=${OUT}-${NO:-d}", "out-d"),
        ] {
            assert_eq!(
                read(text),
                [("A".to_owned(), Some(value.to_owned()))],
                "{text}"
            );
        }
        assert_eq!(
            read("# c\n\nOUT\nNO\n"),
            [
                ("OUT".to_owned(), Some("out".to_owned())),
                ("NO".to_owned(), None)
            ]
        );
        assert_eq!(read("A=1\nB=${A}2")[1].1.as_deref(), Some("12"));
    }

    #[test]
    fn every_slip_has_a_name() {
        assert_eq!(wrong("A=\"b"), [Kind::Unclosed('"')]);
        assert_eq!(wrong("A=\"b\"c"), [Kind::AfterQuote]);
        assert_eq!(wrong("=b"), [Kind::Name("=b".to_owned())]);
        assert_eq!(wrong("A B=c"), [Kind::Name("A B=c".to_owned())]);
        assert_eq!(
            wrong("A=$B"),
            [Kind::Variable(FaultKind::Unset("B".to_owned()))]
        );
        assert!(matches!(wrong("A=1\nA=2")[..], [Kind::Duplicate { .. }]));
        let out = parse(0, b"A=\xff", &|_| None);
        assert_eq!(out.errors[0].kind, Kind::NotUtf8);
    }
}
