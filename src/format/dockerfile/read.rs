//! Lines to instructions: directives, comments, continuations, here-documents.
//!
//! Goes on after a mistake, so that all are found. Must not know what an instruction means.

use super::directive::Directives;
use super::heredoc::{self, Marker};
use super::instruction;
use super::problem::{Problem, ProblemKind};
use super::source::{Line, Lines, Logical, Source};
use super::syntax::{Args, Comment, Heredoc, LineRange, Syntax};
use crate::format::Span;
use crate::model::limits;

/// Everything that layer 1 says.
pub(super) struct Read {
    pub(super) directives: Directives,
    pub(super) comments: Vec<Comment>,
    pub(super) instructions: Vec<Syntax>,
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

pub(super) fn read(source: &Source) -> Read {
    let mut reader = Reader {
        source,
        lines: Lines::new(&source.text),
        last: 0,
        pending: Vec::new(),
        read: Read {
            directives: Directives::new(),
            comments: Vec::new(),
            instructions: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        },
    };
    while let Some(line) = reader.line() {
        reader.start(line);
    }
    reader.read
}

struct Reader<'s> {
    source: &'s Source,
    lines: Lines<'s>,
    /// The number of the line that was read last.
    last: u32,
    /// Comments that stand right before what comes next: indices into `read.comments`.
    pending: Vec<usize>,
    read: Read,
}

impl<'s> Reader<'s> {
    fn line(&mut self) -> Option<Line<'s>> {
        let line = self.lines.next()?;
        self.last = line.number;
        if line.whole.trim_end_matches('\n').len() > limits::DOCKERFILE_LINE_BYTES {
            let span = Span::new(self.source.id, line.start, line.end());
            let limit = limits::DOCKERFILE_LINE_BYTES;
            let message =
                format!("the line is longer than the {limit} bytes that the engine reads");
            let problem = Problem::new(span, ProblemKind::LineTooLong, message);
            let help = "break it with a continuation, or copy the data in as a file";
            self.read.errors.push(problem.help(help));
        }
        Some(line)
    }

    /// A line that is no continuation of another.
    fn start(&mut self, line: Line<'s>) {
        if line.is_comment() {
            match self.read.directives.take(self.source.id, &line) {
                Ok(true) => {}
                Ok(false) => self.comment(&line, false),
                Err(problem) => self.read.errors.push(problem),
            }
            return;
        }
        self.read.directives.end();
        let bare = line.bare().trim_start();
        if !bare.is_empty() {
            self.instruction(line, bare);
        }
    }

    fn comment(&mut self, line: &Line<'_>, inside: bool) {
        let bare = line.bare();
        let start = line.start + (bare.len() - bare.trim_start().len());
        let text = bare.trim_start().trim_start_matches('#').trim();
        if !inside && text.is_empty() {
            self.pending.clear();
        } else if !inside {
            self.pending.push(self.read.comments.len());
        }
        self.read.comments.push(Comment {
            span: Span::new(self.source.id, start, line.end()),
            text: text.to_owned(),
            line: line.number,
            inside,
        });
    }

    fn instruction(&mut self, first: Line<'s>, bare: &'s str) {
        let pending = std::mem::take(&mut self.pending);
        let comments = pending
            .into_iter()
            .map(|at| self.read.comments[at].clone())
            .collect();
        let logical = self.logical(&first, bare);
        let mut builder = instruction::Builder {
            line: &logical,
            escape: self.read.directives.escape,
            errors: &mut self.read.errors,
        };
        let mut syntax = builder.whole();
        syntax.head.comments = comments;
        if logical.text.is_empty() {
            syntax.head.span = Span::new(self.source.id, first.start, first.end());
            syntax.head.keyword.span = syntax.head.span;
        }
        self.heredocs(&logical, &mut syntax);
        let lines = LineRange {
            first: first.number,
            last: self.last,
        };
        set_lines(&mut syntax, lines);
        self.read.instructions.push(syntax);
    }

    /// Joins a line with what continues it.
    fn logical(&mut self, first: &Line<'s>, bare: &'s str) -> Logical {
        let escape = self.read.directives.escape;
        let mut logical = Logical::new(self.source.id);
        let mut offset = first.end() - bare.len();
        let mut text = bare;
        let mut empty = None;
        while let Some(before) = continued(text, escape) {
            logical.push(before, offset);
            (offset, text) = loop {
                let Some(line) = self.line() else {
                    self.empty_lines(empty);
                    return logical;
                };
                if line.is_comment() {
                    self.comment(&line, true);
                } else if line.bare().trim_start().is_empty() {
                    empty = empty.or(Some(line));
                } else {
                    break (line.start, line.bare());
                }
            };
        }
        logical.push(text, offset);
        self.empty_lines(empty);
        logical
    }

    fn empty_lines(&mut self, first: Option<Line<'_>>) {
        let Some(line) = first else { return };
        let span = Span::new(self.source.id, line.start, line.end());
        let message = "an empty line stands inside of an instruction that is continued";
        let problem = Problem::new(span, ProblemKind::EmptyContinuation, message);
        let help = "remove it, or the escape on the line before: this will become an error";
        self.read.warnings.push(problem.help(help));
    }

    fn heredocs(&mut self, logical: &Logical, syntax: &mut Syntax) {
        let inner = match &mut syntax.args {
            Args::Nested(inner) => inner,
            _ => syntax,
        };
        let takes = ["run", "copy", "add"]
            .iter()
            .any(|word| inner.head.keyword.text.eq_ignore_ascii_case(word));
        if !takes || matches!(inner.args, Args::Json { .. }) {
            return;
        }
        match heredoc::markers(&logical.text) {
            Ok(markers) => {
                for marker in markers {
                    let heredoc = self.body(logical.span(marker.range.clone()), marker);
                    inner.head.heredocs.push(heredoc);
                }
            }
            Err(range) => {
                let message = "the word of this here-document cannot be read";
                let span = logical.span(range);
                let problem = Problem::new(span, ProblemKind::BadHeredoc, message);
                self.read.errors.push(problem.help("close its quotes"));
            }
        }
    }

    /// Reads lines up to the one that ends a here-document.
    fn body(&mut self, span: Span, marker: Marker) -> Heredoc {
        let source = self.source.id;
        let mut body: Option<(usize, usize)> = None;
        let mut terminator = None;
        let mut here = self.lines.offset();
        while let Some(line) = self.line() {
            let bare = line.bare();
            let word = if marker.chomp {
                bare.trim_start_matches('\t')
            } else {
                bare
            };
            if word == marker.name {
                terminator = Some(Span::new(source, line.end() - word.len(), line.end()));
                break;
            }
            here = line.start + line.whole.len();
            body = Some((body.map_or(line.start, |(start, _)| start), here));
        }
        if terminator.is_none() {
            let message = format!("the here-document `{}` is never closed", marker.name);
            let problem = Problem::new(span, ProblemKind::UnterminatedHeredoc, message);
            let help = format!("write `{}` alone on a line behind it", marker.name);
            self.read.errors.push(problem.help(help));
        }
        let (start, end) = body.unwrap_or((here, here));
        Heredoc {
            name: marker.name,
            marker: span,
            descriptor: marker.descriptor,
            expand: marker.expand,
            chomp: marker.chomp,
            content: self.source.text[start..end].to_owned(),
            body: Span::new(source, start, end),
            terminator,
        }
    }
}

fn set_lines(syntax: &mut Syntax, lines: LineRange) {
    syntax.head.lines = lines;
    if let Args::Nested(inner) = &mut syntax.args {
        set_lines(inner, lines);
    }
}

/// What stands before the escape that continues a line; `None` when the line ends here. An escaped
/// escape continues nothing.
fn continued(text: &str, escape: char) -> Option<&str> {
    let before = text.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!before.ends_with(escape)).then_some(before)
}
