//! One word: quotes, escapes, variables and substitutions in it. Must not know commands.

use super::Word;
use super::read::Reader;

/// What ends a word that stands outside of quotes.
const META: [char; 10] = [' ', '\t', '\n', '\r', ';', '&', '|', '<', '>', ')'];

/// A word while it is read.
struct Open {
    word: Word,
    /// The quote that is open.
    double: bool,
}

impl Reader<'_> {
    /// Reads the word that starts here; at least one character, or `None`.
    pub(super) fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut open = Open {
            word: Word {
                literal: true,
                ..Word::default()
            },
            double: false,
        };
        while let Some(c) = self.peek() {
            if !open.double && (META.contains(&c) || c == '(') {
                break;
            }
            self.at += c.len_utf8();
            self.one(c, &mut open);
        }
        if open.double {
            self.script.broken = true;
        }
        open.word.range = start..self.at;
        (self.at > start).then_some(open.word)
    }

    /// One character of a word; it is already behind.
    fn one(&mut self, c: char, open: &mut Open) {
        match c {
            '"' => {
                open.double = !open.double;
                open.word.quoted = true;
            }
            '\'' if !open.double => self.single(open),
            '\\' => self.escape(open),
            '$' => self.dollar(open),
            '`' => self.backtick(open),
            c => open.word.text.push(c),
        }
    }

    fn single(&mut self, open: &mut Open) {
        open.word.quoted = true;
        let rest = self.rest();
        let end = rest.find('\'');
        if end.is_none() {
            self.script.broken = true;
        }
        let length = end.unwrap_or(rest.len());
        open.word.text.push_str(&rest[..length]);
        self.at += length + usize::from(end.is_some());
    }

    fn escape(&mut self, open: &mut Open) {
        let Some(next) = self.peek() else {
            open.word.text.push('\\');
            return;
        };
        self.at += next.len_utf8();
        match next {
            '\n' => {}
            '$' | '`' | '"' | '\\' => {
                open.word.quoted = true;
                open.word.text.push(next);
            }
            _ if open.double => open.word.text.extend(['\\', next]),
            _ => {
                open.word.quoted = true;
                open.word.text.push(next);
            }
        }
    }

    /// `$x`, `${x}`, `$(…)`, `$((…))`: written as it is, and its commands read.
    fn dollar(&mut self, open: &mut Open) {
        let start = self.at - 1;
        let rest = self.rest();
        if rest.starts_with("((") {
            self.at += 2;
            self.until_balanced(2);
        } else if rest.starts_with('(') {
            self.at += 1;
            self.substitution();
        } else if rest.starts_with('{') {
            self.at += 1;
            self.until_brace();
        } else if rest.starts_with('\'') && !open.double {
            // `$'…'`: its escapes are not worth knowing here.
            return;
        } else {
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = rest.find(|c: char| !name(c)).unwrap_or(rest.len());
            let special = rest.starts_with(['@', '*', '#', '?', '!', '$', '-']);
            self.at += if length == 0 {
                usize::from(special)
            } else {
                length
            };
            if self.at == start + 1 {
                open.word.text.push('$');
                return;
            }
        }
        open.word.literal = false;
        let written = self.text.get(start..self.at).unwrap_or_default();
        open.word.text.push_str(written);
    }

    fn backtick(&mut self, open: &mut Open) {
        open.word.literal = false;
        let start = self.at;
        let mut escaped = false;
        let end = self.rest().char_indices().find_map(|(at, c)| {
            let ends = c == '`' && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(start + at)
        });
        let Some(end) = end else {
            self.script.broken = true;
            self.at = self.end;
            return;
        };
        self.inside(start..end);
        self.at = end + 1;
        let written = self.text.get(start - 1..end + 1).unwrap_or_default();
        open.word.text.push_str(written);
    }

    /// `${…}`: up to its closing brace; quotes count, substitutions are read.
    fn until_brace(&mut self) {
        let mut depth = 1_usize;
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '\\' => self.skip(),
                '\'' => self.over_single(),
                '{' => depth += 1,
                '}' => depth -= 1,
                '$' if self.rest().starts_with('(') => {
                    self.at += 1;
                    self.substitution();
                }
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
        self.script.broken = true;
    }

    /// `$((…))`: up to where as many parentheses are closed as are open.
    pub(super) fn until_balanced(&mut self, mut depth: usize) {
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
        self.script.broken = true;
    }

    fn skip(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// In `${x:-it's}` inside of double quotes a single quote is a character: only a closed one is
    /// stepped over.
    fn over_single(&mut self) {
        let rest = self.rest();
        let brace = rest.find('}').unwrap_or(rest.len());
        if let Some(end) = rest[..brace].find('\'') {
            self.at += end + 1;
        }
    }
}
