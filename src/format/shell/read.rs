//! Text to commands: operators, reserved words, redirections, here-documents. Must not know what is
//! in a word.

use std::ops::Range;

use super::{Command, Link, Script, Word};

/// Substitutions and parentheses in one another; more is nobody's script.
const DEPTH: usize = 40;

/// Words that stand where a command starts and are none.
const OPENING: [&str; 5] = ["if", "while", "until", "{", "do"];
const BETWEEN: [&str; 6] = ["then", "else", "elif", "!", "time", "coproc"];
const CLOSING: [&str; 3] = ["fi", "done", "}"];

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) script: Script,
    depth: usize,
    /// Words that end here-documents whose bodies are still to come.
    pub(super) awaited: Vec<(String, bool)>,
}

/// What holds between commands of one list.
struct List {
    link: Link,
    /// Blocks that are open.
    blocks: usize,
    /// How many of them are a `case`, and whether a pattern is next.
    cases: Vec<bool>,
    nested: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            end: text.len(),
            script: Script::default(),
            depth: 0,
            awaited: Vec::new(),
        }
    }

    pub(super) fn whole(mut self) -> Script {
        while self.at < self.end {
            self.list(false);
            // A `)` that closes nothing.
            if self.at < self.end {
                self.script.broken = true;
                self.at += 1;
            }
        }
        self.script
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The commands behind a `$(` or a `(`, its `)` with them.
    pub(super) fn substitution(&mut self) {
        self.depth += 1;
        if self.depth > DEPTH {
            self.script.broken = true;
            self.at = self.end;
        } else {
            self.list(true);
            if self.peek() == Some(')') {
                self.at += 1;
            } else {
                self.script.broken = true;
            }
        }
        self.depth -= 1;
    }

    /// The commands of a part of the text: what stands between backticks.
    pub(super) fn inside(&mut self, range: Range<usize>) {
        let (at, end) = (self.at, self.end);
        (self.at, self.end) = (range.start, range.end);
        self.depth += 1;
        if self.depth <= DEPTH {
            self.list(true);
        } else {
            self.script.broken = true;
        }
        self.depth -= 1;
        (self.at, self.end) = (at, end);
    }

    /// Commands up to a `)` that none of them opened, or the end.
    fn list(&mut self, nested: bool) {
        let mut list = List {
            link: Link::Start,
            blocks: 0,
            cases: Vec::new(),
            nested,
        };
        while let Some(c) = self.blanks() {
            if c == ')' {
                break;
            }
            if !self.separator(&mut list) {
                self.command(&mut list);
            }
        }
    }

    /// Steps over blanks and comments; what stands there then.
    pub(super) fn blanks(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("\\\n") {
                self.at += 2;
            } else if trimmed.starts_with('#') {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else {
                return trimmed.chars().next();
            }
        }
    }

    /// Takes an operator between commands.
    fn separator(&mut self, list: &mut List) -> bool {
        const OPERATORS: [(&str, Link); 10] = [
            ("&&", Link::And),
            ("||", Link::Or),
            (";;&", Link::Then),
            (";;", Link::Then),
            (";&", Link::Then),
            (";", Link::Then),
            ("\n", Link::Then),
            ("|&", Link::Pipe),
            ("|", Link::Pipe),
            ("&", Link::Background),
        ];
        let rest = self.rest();
        let found = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
        let Some((text, link)) = found.filter(|_| !rest.starts_with("&>")) else {
            return false;
        };
        self.at += text.len();
        if text.starts_with(';')
            && text.len() > 1
            && let Some(pattern) = list.cases.last_mut()
        {
            *pattern = true;
        }
        if *text == "\n" {
            self.bodies();
        }
        // A line's end behind an operator ends nothing, and behind a command the next is `Then`
        // anyway.
        if *text != "\n" {
            list.link = *link;
        }
        true
    }

    /// One command, or a reserved word in front of it.
    fn command(&mut self, list: &mut List) {
        if list.cases.last() == Some(&true) {
            self.pattern(list);
            return;
        }
        if self.peek() == Some('(') {
            self.at += 1;
            if self.rest().starts_with('(') {
                // `((…))` has no commands.
                let close = self.rest().find("))").map(|at| at + 2);
                self.script.broken |= close.is_none();
                self.at += close.unwrap_or(self.rest().len());
            } else {
                self.substitution();
            }
            list.link = Link::Then;
            return;
        }
        let mut command = Command {
            words: Vec::new(),
            assigns: Vec::new(),
            redirects: Vec::new(),
            link: list.link,
            nested: list.nested || list.blocks > 0,
            range: self.at..self.at,
        };
        while self.part(&mut command) {
            if self.reserved(&mut command, list) {
                return;
            }
        }
        command.range.end = self.at;
        let empty = command.words.is_empty() && command.assigns.is_empty();
        if !(empty && command.redirects.is_empty()) {
            self.script.commands.push(command);
            list.link = Link::Then;
        }
    }

    /// One word or redirection of a command; `false` at its end.
    fn part(&mut self, command: &mut Command) -> bool {
        match self.blanks() {
            None | Some(';' | '|' | ')' | '\n') => return false,
            Some('&') if !self.rest().starts_with("&>") => return false,
            Some('(') => return self.parenthesis(command),
            Some(_) => {}
        }
        if self.redirect(command) {
            return true;
        }
        let Some(word) = self.word() else {
            return false;
        };
        if command.words.is_empty() && assigns(self.text, &word) {
            command.assigns.push(word);
        } else {
            command.words.push(word);
        }
        if command.words.len() == 1 && command.words[0].text == "[[" {
            self.condition();
        }
        true
    }

    /// `name()`, whose body follows as a block; `name=(…)`, which has no commands.
    fn parenthesis(&mut self, command: &mut Command) -> bool {
        let array = self
            .text
            .get(..self.at)
            .is_some_and(|text| text.ends_with('='));
        self.at += 1;
        if array {
            self.until_balanced(1);
            return true;
        }
        if self.rest().trim_start().starts_with(')') {
            command.words.clear();
        }
        self.substitution();
        false
    }

    /// `[[ … ]]`: operators in it join no commands.
    fn condition(&mut self) {
        let rest = self.rest();
        self.at += rest.find("]]").map_or(rest.len(), |at| at + 2);
    }

    /// A reserved word where a command starts: takes it, and says that the command starts anew.
    fn reserved(&mut self, command: &mut Command, list: &mut List) -> bool {
        let [word] = command.words.as_slice() else {
            return false;
        };
        if word.quoted || !command.assigns.is_empty() {
            return false;
        }
        match word.text.as_str() {
            "for" | "select" => {
                list.blocks += 1;
                self.over_list();
            }
            "case" => {
                list.blocks += 1;
                list.cases.push(true);
                while let Some(word) = self.blanks().and_then(|_| self.word()) {
                    if word.text == "in" {
                        break;
                    }
                }
            }
            "esac" => {
                list.cases.pop();
                list.blocks = list.blocks.saturating_sub(1);
            }
            "function" => {
                self.blanks();
                self.word();
            }
            text if OPENING.contains(&text) => list.blocks += usize::from(text != "do"),
            text if CLOSING.contains(&text) => list.blocks = list.blocks.saturating_sub(1),
            text if BETWEEN.contains(&text) => {}
            _ => return false,
        }
        if !matches!(list.link, Link::Pipe) {
            list.link = Link::Then;
        }
        true
    }

    /// Over the list of a `for`, substitutions in it read.
    fn over_list(&mut self) {
        while let Some(c) = self.blanks() {
            if matches!(c, ';' | '\n' | ')') {
                return;
            }
            let before = self.at;
            if self.word().is_none() || self.at == before {
                self.at += c.len_utf8();
            }
        }
    }

    /// `a|b)` of a `case`, or its `esac`.
    fn pattern(&mut self, list: &mut List) {
        if self.peek() == Some('(') {
            self.at += 1;
        }
        let word = self.word();
        if word.is_some_and(|word| word.text == "esac" && !word.quoted) {
            list.cases.pop();
            list.blocks = list.blocks.saturating_sub(1);
            return;
        }
        match self.blanks() {
            Some(')') => {
                self.at += 1;
                if let Some(pattern) = list.cases.last_mut() {
                    *pattern = false;
                }
                list.link = Link::Then;
            }
            Some('|' | ';' | '&' | '<' | '>') => self.at += 1,
            _ => {}
        }
    }
}

/// `NAME=…` or `NAME+=…`, the name and the sign not quoted.
fn assigns(text: &str, word: &Word) -> bool {
    let written = text.get(word.range.clone()).unwrap_or_default();
    let Some((name, _)) = written.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
