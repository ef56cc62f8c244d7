//! Layer 1: what is written, before anybody asks what it means. One [`Syntax`] for each
//! instruction, with the words as BuildKit's parser cuts them: quotes and escapes are still in them.
//!
//! Must not know which arguments an instruction needs.

use crate::format::Span;

/// A piece of text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As written: quotes, escapes and variables are still in it. Continuations are not.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// First and last line, from 1. A here-document counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// The line with the keyword.
    pub first: u32,
    /// The last line of the instruction.
    pub last: u32,
}

/// A flag: `--name=value` or `--name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The whole of it.
    pub span: Span,
    /// Its name, without the dashes.
    pub name: String,
    /// What stands behind the `=`, quotes and escapes taken off (as the engine does for flags);
    /// none without a `=`.
    pub value: Option<Word>,
}

/// A comment line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// Behind the `#`, blanks at both ends taken off.
    pub text: String,
    /// From 1.
    pub line: u32,
    /// Whether it stands between the lines of an instruction.
    pub inside: bool,
}

/// A here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it, without quotes.
    pub name: String,
    /// The marker in the instruction: `<<EOF`, `3<<-"EOF"`.
    pub marker: Span,
    /// The file descriptor before the `<<`, where there is one.
    pub descriptor: Option<u32>,
    /// Whether variables in it are expanded: no part of its word is quoted.
    pub expand: bool,
    /// `<<-`: leading tabs do not count.
    pub chomp: bool,
    /// All lines of its body, with their line breaks; leading tabs are still there.
    pub content: String,
    /// Where the body stands.
    pub body: Span,
    /// The line that ends it; none when the file ends first, which is an error.
    pub terminator: Option<Span>,
}

/// What all instructions have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The keyword as written.
    pub keyword: Word,
    /// The instruction without its here-documents: all of its lines, continuations included.
    pub span: Span,
    /// Its lines, here-documents included.
    pub lines: LineRange,
    /// Its flags, in order.
    pub flags: Vec<Flag>,
    /// Its here-documents, in order.
    pub heredocs: Vec<Heredoc>,
    /// The comments right before it (an empty `#` starts anew; directives are none).
    pub comments: Vec<Comment>,
}

/// An instruction as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// Keyword, flags, places.
    pub head: Head,
    /// What stands behind the flags.
    pub args: Args,
}

/// The arguments of an instruction, in the form that its keyword asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Args {
    /// None at all.
    None,
    /// A JSON array of texts: the exec form.
    Json {
        /// The texts, unescaped.
        words: Vec<Word>,
        /// The array.
        span: Span,
    },
    /// Everything up to the end: the shell form, a path, a name.
    Text(Word),
    /// Words between blanks.
    Words(Vec<Word>),
    /// `name=value` or `name value`.
    Pairs(Vec<Pair>),
    /// `ONBUILD`: another instruction.
    Nested(Box<Syntax>),
    /// `HEALTHCHECK`: `NONE` or `CMD` with its command.
    Health {
        /// The first word.
        kind: Word,
        /// What follows it.
        command: Box<Args>,
    },
    /// The keyword is not known: what stands behind it.
    Unknown(Word),
    /// What stands there cannot be read; a problem says why.
    Broken,
}

/// A name with its value, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: Word,
    /// The value.
    pub value: Word,
    /// `name value` without `=`: the old form, one pair for each instruction.
    pub legacy: bool,
}

impl Heredoc {
    /// The body as the instruction gets it: without leading tabs for `<<-`.
    #[must_use]
    pub fn text(&self) -> String {
        if !self.chomp {
            return self.content.clone();
        }
        let lines = self.content.split_inclusive('\n');
        lines.map(|line| line.trim_start_matches('\t')).collect()
    }
}
