//! Parser directives: `# syntax=`, `# escape=`, `# check=` at the very top of the file.
//!
//! Anything that is none of these, an empty line and a plain comment included, ends them: a
//! directive further down is a comment. Must not know instructions.

use super::problem::{Problem, ProblemKind};
use super::source::Line;
use super::syntax::Word;
use crate::format::Span;

const KNOWN: [&str; 3] = ["syntax", "escape", "check"];

/// A parser directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// `syntax`, `escape` or `check`, in small letters whatever is written.
    pub name: String,
    /// What stands behind the `=`.
    pub value: Word,
    /// From the `#` to the end of the line.
    pub span: Span,
    /// From 1.
    pub line: u32,
}

/// Reads directives as long as there are any.
pub(super) struct Directives {
    pub(super) found: Vec<Directive>,
    pub(super) escape: char,
    done: bool,
}

impl Directives {
    pub(super) fn new() -> Self {
        Self {
            found: Vec::new(),
            escape: '\\',
            done: false,
        }
    }

    pub(super) fn end(&mut self) {
        self.done = true;
    }

    /// Whether a comment line is a directive; one that is written twice is one, and a problem.
    pub(super) fn take(&mut self, source: u32, line: &Line<'_>) -> Result<bool, Problem> {
        let read = if self.done { None } else { read(source, line) };
        let Some(directive) = read else {
            self.done = true;
            return Ok(false);
        };
        let twice = self.found.iter().any(|seen| seen.name == directive.name);
        if twice {
            let message = format!("the directive `{}` stands here twice", directive.name);
            let problem = Problem::new(directive.span, ProblemKind::DuplicateDirective, message);
            return Err(problem.help("keep one of them"));
        }
        let escape = (directive.name == "escape").then(|| directive.value.clone());
        self.found.push(directive);
        match escape.as_ref().map(|value| &*value.text) {
            Some("\\") => self.escape = '\\',
            Some("`") => self.escape = '`',
            Some(other) => {
                let message = format!("`{other}` cannot be the escape character");
                let span = escape.map(|value| value.span).unwrap_or_default();
                let problem = Problem::new(span, ProblemKind::BadEscape, message);
                return Err(problem.help("write `\\` or a backtick"));
            }
            None => {}
        }
        Ok(true)
    }
}

/// `# name = value`: the name right behind the sign, letters and digits, known.
fn read(source: u32, line: &Line<'_>) -> Option<Directive> {
    let bare = line.bare();
    let sign = bare.len() - bare.trim_start().len();
    let rest = bare[sign..].strip_prefix('#')?.trim_start();
    let (name, value) = rest.split_once('=')?;
    let name = name.trim_end_matches(BLANK).to_ascii_lowercase();
    let value = value.trim_start_matches(BLANK);
    let start = line.end() - value.len();
    let value = value.trim_end_matches(BLANK);
    if value.is_empty() || !KNOWN.contains(&&*name) {
        return None;
    }
    Some(Directive {
        name,
        value: Word {
            text: value.to_owned(),
            span: Span::new(source, start, start + value.len()),
        },
        span: Span::new(source, line.start + sign, line.end()),
        line: line.number,
    })
}

/// Blanks around the `=`.
const BLANK: [char; 5] = [' ', '\t', '\n', '\u{c}', '\r'];
