//! The source of a Dockerfile: its text, its lines, and logical lines that remember where each of
//! their characters stands. Must not know instructions.

use std::ops::Range;

use super::problem::{Problem, ProblemKind};
use crate::format::Span;

/// What stands for a byte that is no UTF-8. One byte for one byte: offsets stay what they are.
const SUBSTITUTE: char = '\u{1a}';
const BOM: &str = "\u{feff}";

/// The text and what was wrong with its bytes.
pub(super) struct Source {
    pub(super) id: u32,
    pub(super) text: String,
    /// Runs of bytes that are no UTF-8.
    pub(super) bad: Vec<Span>,
}

impl Source {
    pub(super) fn new(id: u32, bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        let mut bad: Vec<Span> = Vec::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            let start = text.len();
            text.extend(chunk.invalid().iter().map(|_| SUBSTITUTE));
            let end = text.len();
            match bad.last_mut() {
                Some(last) if last.end as usize == start && start < end => {
                    *last = Span::new(id, last.start as usize, end);
                }
                _ if start < end => bad.push(Span::new(id, start, end)),
                _ => {}
            }
        }
        Self { id, text, bad }
    }
}

/// A line of the file.
#[derive(Clone, Copy)]
pub(super) struct Line<'s> {
    /// From 1.
    pub(super) number: u32,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// With its line break.
    pub(super) whole: &'s str,
}

impl<'s> Line<'s> {
    /// Without its line break (and carriage returns before it).
    pub(super) fn bare(&self) -> &'s str {
        self.whole.trim_end_matches(['\r', '\n'])
    }

    /// Offset of the end of what is written on it.
    pub(super) fn end(&self) -> usize {
        self.start + self.bare().len()
    }

    pub(super) fn is_comment(&self) -> bool {
        self.whole.trim_start().starts_with('#')
    }
}

/// Hands out lines, one after the other.
pub(super) struct Lines<'s> {
    text: &'s str,
    at: usize,
    number: u32,
}

impl<'s> Lines<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        let at = if text.starts_with(BOM) { BOM.len() } else { 0 };
        Self {
            text,
            at,
            number: 0,
        }
    }

    /// Where the next line starts.
    pub(super) fn offset(&self) -> usize {
        self.at
    }
}

impl<'s> Iterator for Lines<'s> {
    type Item = Line<'s>;

    fn next(&mut self) -> Option<Line<'s>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let start = self.at;
        self.at += length;
        self.number += 1;
        Some(Line {
            number: self.number,
            start,
            whole: &rest[..length],
        })
    }
}

/// Lines joined by continuations, without the escapes, the comments and the empty lines between.
pub(super) struct Logical {
    source: u32,
    pub(super) text: String,
    /// Where in `text` a piece starts, and where in the source it comes from.
    pieces: Vec<(u32, u32)>,
}

impl Logical {
    pub(super) fn new(source: u32) -> Self {
        Self {
            source,
            text: String::new(),
            pieces: Vec::new(),
        }
    }

    /// Adds what stands at an offset of the source.
    pub(super) fn push(&mut self, text: &str, offset: usize) {
        let piece = Span::new(0, self.text.len(), offset.max(self.text.len()));
        // Joining only ever leaves out, so a piece stands at or behind its place in the source.
        if !text.is_empty() {
            self.pieces.push((piece.start, piece.end));
            self.text.push_str(text);
        }
    }

    /// Where a part of this line stands in the source. A part that reaches over a continuation
    /// covers what is left out in between.
    pub(super) fn span(&self, part: Range<usize>) -> Span {
        let start = self.offset(part.start);
        let end = if part.end > part.start {
            self.offset(part.end - 1) + 1
        } else {
            start
        };
        Span::new(self.source, start, end)
    }

    fn offset(&self, at: usize) -> usize {
        let later = self
            .pieces
            .partition_point(|(start, _)| *start as usize <= at);
        let piece = later
            .checked_sub(1)
            .and_then(|piece| self.pieces.get(piece));
        piece.map_or(0, |(start, source)| {
            *source as usize + (at - *start as usize)
        })
    }
}

/// Bytes that are no UTF-8 are a mistake, unless only a comment holds them: the engine's parser does
/// not look at comments either.
pub(super) fn bad_bytes(bad: &[Span], comments: &[Span]) -> (Vec<Problem>, Vec<Problem>) {
    let in_comment = |span: &Span| {
        let later = comments.partition_point(|comment| comment.start <= span.start);
        later
            .checked_sub(1)
            .is_some_and(|at| span.end <= comments[at].end)
    };
    let problem = |span: &Span| {
        let message = format!(
            "this is not UTF-8 (first bad byte at offset {})",
            span.start
        );
        Problem::new(*span, ProblemKind::NotUtf8, message).help("save the file as UTF-8")
    };
    let (soft, hard): (Vec<_>, Vec<_>) = bad.iter().partition(|span| in_comment(span));
    (
        hard.into_iter().map(problem).collect(),
        soft.into_iter().map(problem).collect(),
    )
}
