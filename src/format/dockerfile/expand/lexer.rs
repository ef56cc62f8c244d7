//! The walk over a word. Must not know instructions, scopes or files.

use std::ops::Range;

use super::{ExpandError, Expanded, Lexer, Lookup, Modifier, Quotes, Split, Use, pattern};
use crate::model::limits;

pub(super) fn expand(lexer: &Lexer, word: &str, env: &dyn Lookup) -> Result<Expanded, ExpandError> {
    let mut walk = Walk {
        lexer,
        env,
        word,
        at: 0,
        keep_escapes: lexer.keep_escapes,
        depth: 0,
        uses: Vec::new(),
    };
    let (text, words) = walk.until(None, lexer.keep_escapes)?;
    Ok(Expanded {
        text,
        words,
        uses: walk.uses,
    })
}

struct Walk<'w> {
    lexer: &'w Lexer,
    env: &'w dyn Lookup,
    word: &'w str,
    at: usize,
    keep_escapes: bool,
    depth: usize,
    uses: Vec<Use>,
}

/// Collects words while text goes by.
#[derive(Default)]
struct Words {
    word: String,
    words: Vec<Split>,
    inside: bool,
    start: usize,
}

impl Words {
    fn soft(&mut self, c: char, range: &Range<usize>) {
        if !c.is_whitespace() {
            self.hard(c.encode_utf8(&mut [0; 4]), range);
        } else if self.inside && !self.word.is_empty() {
            self.close(range.start);
        }
    }

    /// Text in which blanks do not part words.
    fn hard(&mut self, text: &str, range: &Range<usize>) {
        if !self.inside {
            self.start = range.start;
        }
        self.inside = true;
        self.word.push_str(text);
    }

    fn close(&mut self, end: usize) {
        self.inside = false;
        if !self.word.is_empty() {
            self.words.push(Split {
                text: std::mem::take(&mut self.word),
                range: self.start..end.max(self.start),
            });
        }
    }
}

impl Walk<'_> {
    fn peek(&self) -> Option<char> {
        self.word[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn error<T>(&self, start: usize, message: impl Into<String>) -> Result<T, ExpandError> {
        Err(ExpandError {
            message: message.into(),
            range: start..self.at,
        })
    }

    /// Expands up to a character, which is taken, or up to the end.
    fn until(
        &mut self,
        stop: Option<char>,
        keep_escapes: bool,
    ) -> Result<(String, Vec<Split>), ExpandError> {
        let start = self.at;
        self.depth += 1;
        if self.depth > limits::EXPANSION_DEPTH {
            let limit = limits::EXPANSION_DEPTH;
            return self.error(start, format!("it is nested deeper than {limit} levels"));
        }
        let outer = std::mem::replace(&mut self.keep_escapes, keep_escapes);
        let (mut text, mut words) = (String::new(), Words::default());
        while let Some(c) = self.peek() {
            if stop == Some(c) {
                words.close(self.at);
                self.at += c.len_utf8();
                self.keep_escapes = outer;
                self.depth -= 1;
                return Ok((text, words.words));
            }
            self.step(c, &mut text, &mut words)?;
            if text.len() > limits::EXPANDED_BYTES {
                let limit = limits::EXPANDED_BYTES >> 10;
                return self.error(start, format!("the result is longer than {limit} KiB"));
            }
        }
        self.depth -= 1;
        if let Some(stop) = stop {
            return self.error(start, format!("a `{stop}` is missing"));
        }
        words.close(self.at);
        Ok((text, words.words))
    }

    /// Takes one character, or what it starts.
    fn step(&mut self, c: char, text: &mut String, words: &mut Words) -> Result<(), ExpandError> {
        let start = self.at;
        let quotes = self.lexer.quotes != Quotes::Literal;
        let (piece, soft) = match c {
            '$' => (self.dollar()?, true),
            '\'' if quotes => (self.single()?, false),
            '"' if quotes => (self.double()?, false),
            '<' => (self.less(), false),
            _ if c == self.lexer.escape => (self.escaped(), false),
            _ => (self.next().into_iter().collect(), true),
        };
        text.push_str(&piece);
        let range = start..self.at;
        if soft {
            piece.chars().for_each(|c| words.soft(c, &range));
        } else if c != self.lexer.escape || !piece.is_empty() {
            words.hard(&piece, &range);
        }
        Ok(())
    }

    /// An escape and what it protects; at the end of the word it protects nothing.
    fn escaped(&mut self) -> String {
        let escape = self.next().filter(|_| self.keep_escapes);
        escape.into_iter().chain(self.next()).collect()
    }

    /// `<`, or `<<` with the blanks behind it: the word of a here-document may stand apart.
    fn less(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        if self.peek() == Some('<') {
            self.at += 1;
            while matches!(self.peek(), Some(' ' | '\t')) {
                self.at += 1;
            }
        }
        self.word[start..self.at].to_owned()
    }

    fn single(&mut self) -> Result<String, ExpandError> {
        let start = self.at;
        let Some(length) = self.word[start + 1..].find('\'') else {
            self.at = self.word.len();
            return self.error(start, "the single quote is never closed");
        };
        self.at = start + 1 + length + 1;
        let inner = start + 1..self.at - 1;
        Ok(self.word[self.kept(inner)].to_owned())
    }

    /// Takes the quotes around a part in, when they stay.
    fn kept(&self, inner: Range<usize>) -> Range<usize> {
        match self.lexer.quotes {
            Quotes::Keep => inner.start - 1..inner.end + 1,
            _ => inner,
        }
    }

    fn double(&mut self) -> Result<String, ExpandError> {
        let start = self.at;
        self.at += 1;
        let keep = self.lexer.quotes == Quotes::Keep;
        let mut text = String::from(if keep { "\"" } else { "" });
        loop {
            match self.peek() {
                None => return self.error(start, "the double quote is never closed"),
                Some('"') => {
                    self.at += 1;
                    text.push_str(if keep { "\"" } else { "" });
                    return Ok(text);
                }
                Some('$') => text.push_str(&self.dollar()?),
                Some(c) => {
                    self.at += c.len_utf8();
                    if c == self.lexer.escape {
                        self.escaped_in_quotes(c, &mut text);
                    } else {
                        text.push(c);
                    }
                }
            }
        }
    }

    /// Between double quotes an escape protects `"`, `$` and itself; before anything else it stays.
    fn escaped_in_quotes(&mut self, escape: char, text: &mut String) {
        text.extend(Some(escape).filter(|_| self.keep_escapes));
        match self.peek() {
            None => {}
            Some(next) if matches!(next, '"' | '$') || next == escape => text.extend(self.next()),
            Some(_) => text.push(escape),
        }
    }

    fn dollar(&mut self) -> Result<String, ExpandError> {
        let start = self.at;
        self.at += 1;
        if self.peek() == Some('{') {
            self.at += 1;
            return self.braces(start);
        }
        let name = self.name();
        if name.is_empty() {
            return Ok("$".to_owned());
        }
        match self.ask(&name, start, Modifier::Plain) {
            None if self.lexer.keep_unset => Ok(self.word[start..self.at].to_owned()),
            value => Ok(value.unwrap_or_default()),
        }
    }

    fn braces(&mut self, start: usize) -> Result<String, ExpandError> {
        match self.peek() {
            None => return self.error(start, "a `}` is missing"),
            Some('{' | '}' | ':') => return self.error(start, "there is no name in it"),
            _ => {}
        }
        let name = self.name();
        let operator = self.at;
        match self.next() {
            Some('}') => match self.ask(&name, start, Modifier::Plain) {
                None if self.lexer.keep_unset => Ok(format!("${{{name}}}")),
                value => Ok(value.unwrap_or_default()),
            },
            Some(':') => {
                let c = self.next();
                self.modified(&name, start, operator, c)
            }
            Some(c @ ('+' | '-' | '?' | '#' | '%')) => {
                self.modified(&name, start, operator, Some(c))
            }
            Some('/') => self.replaced(&name, start),
            Some(c) => self.error(start, format!("there is no modifier `{c}`")),
            None => self.error(start, "a `}` is missing"),
        }
    }

    fn modified(
        &mut self,
        name: &str,
        start: usize,
        operator: usize,
        c: Option<char>,
    ) -> Result<String, ExpandError> {
        let signs = self.word[operator..self.at].to_owned();
        let word = self.operand('}', matches!(c, Some('#' | '%')), start)?;
        let modifier = match c {
            Some('-') => Modifier::Default,
            Some('+') => Modifier::Alternate,
            Some('?') => Modifier::Required,
            Some('#' | '%') => Modifier::Trim,
            _ => return self.error(start, format!("there is no modifier `{signs}`")),
        };
        let value = self.ask(name, start, modifier);
        if value.is_none() && self.lexer.keep_unset {
            return Ok(format!("${{{name}{signs}{word}}}"));
        }
        let empty_counts = !signs.starts_with(':');
        let given = value
            .clone()
            .filter(|text| empty_counts || !text.is_empty());
        match modifier {
            Modifier::Default => Ok(given.unwrap_or(word)),
            Modifier::Alternate => Ok(given.map_or(String::new(), |_| word)),
            Modifier::Required => match given {
                Some(text) => Ok(text),
                None if !word.is_empty() => self.error(start, format!("{name}: {word}")),
                None if value.is_some() => self.error(start, format!("`{name}` is empty")),
                None => self.error(start, format!("`{name}` is not set")),
            },
            _ => {
                let value = value.unwrap_or_default();
                let trimmed = pattern::trim(&word, &value, c == Some('%'));
                trimmed.or_else(|message| self.error(start, message))
            }
        }
    }

    fn replaced(&mut self, name: &str, start: usize) -> Result<String, ExpandError> {
        let all = self.peek() == Some('/');
        self.at += usize::from(all);
        let pattern = self.operand('/', true, start)?;
        let replacement = self.operand('}', true, start)?;
        let value = self.ask(name, start, Modifier::Replace);
        if value.is_none() && self.lexer.keep_unset {
            return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
        }
        let value = value.unwrap_or_default();
        let replaced = pattern::replace(&pattern, &value, &replacement, all);
        replaced.or_else(|message| self.error(start, message))
    }

    /// What stands behind an operator. An open brace is told as such, wherever the end was met.
    fn operand(
        &mut self,
        stop: char,
        keep_escapes: bool,
        start: usize,
    ) -> Result<String, ExpandError> {
        match self.until(Some(stop), keep_escapes) {
            Ok((text, _)) => Ok(text),
            Err(_) if self.at == self.word.len() && self.depth < limits::EXPANSION_DEPTH => {
                self.error(start, format!("a `{stop}` is missing"))
            }
            Err(error) => Err(error),
        }
    }

    /// A name: letters, digits and `_`; digits alone; or one of the shell's special parameters.
    fn name(&mut self) -> String {
        let rest = &self.word[self.at..];
        let Some(first) = rest.chars().next() else {
            return String::new();
        };
        let length = if first.is_numeric() {
            rest.find(|c: char| !c.is_numeric())
        } else if matches!(first, '@' | '*' | '#' | '?' | '-' | '$' | '!') {
            Some(1)
        } else {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
        };
        let name = &rest[..length.unwrap_or(rest.len())];
        self.at += name.len();
        name.to_owned()
    }

    fn ask(&mut self, name: &str, start: usize, modifier: Modifier) -> Option<String> {
        let value = self.env.get(name).map(str::to_owned);
        self.uses.push(Use {
            name: name.to_owned(),
            range: start..self.at,
            set: value.is_some(),
            modifier,
        });
        value
    }
}
