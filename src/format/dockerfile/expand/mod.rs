//! `${…}` as BuildKit expands it in the words of a Dockerfile: variables with their modifiers, quotes
//! and escapes, and the splitting of what comes out into words.
//!
//! Pure text work on one word. Which variables there are, and which words are expanded at all, is
//! for the scope to say.

mod lexer;
mod pattern;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

/// How a word is taken apart. [`Lexer::new`] is what the engine does with words of instructions.
#[derive(Clone, Copy, Debug)]
pub struct Lexer {
    /// The escape character of the file.
    pub escape: char,
    /// What happens to quotes.
    pub quotes: Quotes,
    /// Whether escapes stay in the result.
    pub keep_escapes: bool,
    /// Whether a variable that is not set stays as it is written.
    pub keep_unset: bool,
}

/// What happens to quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// They hold together what is between them, and go.
    Strip,
    /// They hold together what is between them, and stay.
    Keep,
    /// They are characters like others: in here-documents.
    Literal,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The word with everything put in.
    pub text: String,
    /// The same split at blanks that are neither quoted nor escaped, those that came out of a
    /// variable included.
    pub words: Vec<Split>,
    /// Every variable that was asked for, in order.
    pub uses: Vec<Use>,
}

/// A word out of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What it says.
    pub text: String,
    /// Which part of the input it comes from.
    pub range: Range<usize>,
}

/// A variable that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Its name.
    pub name: String,
    /// From the `$` to the end of it, in the input.
    pub range: Range<usize>,
    /// Whether it is set.
    pub set: bool,
    /// What was asked.
    pub modifier: Modifier,
}

/// What is asked of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `$x`, `${x}`: its value.
    Plain,
    /// `${x-y}`, `${x:-y}`: its value or another.
    Default,
    /// `${x+y}`, `${x:+y}`: another value, if it has one.
    Alternate,
    /// `${x?y}`, `${x:?y}`: its value or an error.
    Required,
    /// `${x#y}`, `${x##y}`, `${x%y}`, `${x%%y}`: its value without a start or an end.
    Trim,
    /// `${x/y/z}`, `${x//y/z}`: its value with something replaced.
    Replace,
}

/// Why a word cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpandError {
    /// In words that fit behind "cannot expand this: ".
    pub message: String,
    /// The part of the input that is meant.
    pub range: Range<usize>,
}

/// Where the values come from.
pub trait Lookup {
    /// The value of a variable; `None` when it is not set.
    fn get(&self, name: &str) -> Option<&str>;
}

impl Lexer {
    /// For words of instructions in a file with this escape character.
    #[must_use]
    pub fn new(escape: char) -> Self {
        Self {
            escape,
            quotes: Quotes::Strip,
            keep_escapes: false,
            keep_unset: false,
        }
    }

    /// Expands one word.
    ///
    /// # Errors
    /// An open quote or brace, a modifier that there is not, a `${x?}` without a value, a result or a
    /// nesting beyond all measure.
    pub fn expand(&self, word: &str, env: &dyn Lookup) -> Result<Expanded, ExpandError> {
        lexer::expand(self, word, env)
    }
}

impl Lookup for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        Self::get(self, name).map(String::as_str)
    }
}

/// No variable is set.
impl Lookup for () {
    fn get(&self, _: &str) -> Option<&str> {
        None
    }
}
