//! Shell text as the commands that it may run: `apt-get update && apt-get install -y x` is two.
//!
//! No interpreter: variables stay as they are written, and of `if` and its like all branches count,
//! because any of them may run. Total on any text; what cannot be read says so. Must not know
//! Dockerfiles or what any program does.

mod read;
mod redirect;
#[cfg(test)]
mod tests;
mod word;

use std::ops::Range;

/// A text, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Its commands in order; those of a substitution stand before the command that has it.
    pub commands: Vec<Command>,
    /// A quote or a bracket is never closed, or it nests beyond all measure: there may be more.
    pub broken: bool,
}

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments; none for `A=b` alone.
    pub words: Vec<Word>,
    /// `A=b` in front of them.
    pub assigns: Vec<Word>,
    /// What its input and output are bound to.
    pub redirects: Vec<Redirect>,
    /// How it hangs on the command before.
    pub link: Link,
    /// Stands in a substitution, in parentheses, or between `if` and `fi` and their like.
    pub nested: bool,
    /// Where it stands.
    pub range: Range<usize>,
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Without its quotes and escapes; `$x` and `$(y)` stay as they are written.
    pub text: String,
    /// Where it stands.
    pub range: Range<usize>,
    /// Nothing is put in where it runs: no variable, no substitution.
    pub literal: bool,
    /// Some of it is quoted.
    pub quoted: bool,
}

/// `> file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// `>`, `>>`, `<`, `>&`, `<<`, …
    pub operator: String,
    /// The file, or the word that ends a here-document.
    pub target: Word,
}

/// How a command hangs on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// It is the first.
    Start,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;`, a line's end, or a word like `then`.
    Then,
    /// `|`
    Pipe,
    /// `&`: the one before runs on.
    Background,
}

/// Reads a text as a POSIX shell or bash cuts it.
#[must_use]
pub fn read(text: &str) -> Script {
    read::Reader::new(text).whole()
}
