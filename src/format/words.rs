//! A command line as text: whether it needs a shell, and its words when it does not.
//!
//! POSIX quoting and nothing else: no expansion happens here. Must not know what a gate is.
//! When in doubt the text needs a shell: a shell reads every command line as its author meant it,
//! a splitter that guesses does not.

mod commands;
mod cut;
#[cfg(test)]
mod tests;

pub use commands::{Item, Joint, Node, commands};

/// Why a text cannot be split into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// A quote is never closed; the offset is that of the opening quote, in bytes.
    #[error("this {quote} is never closed")]
    Unclosed {
        /// `'` or `"`.
        quote: char,
        /// Where it stands, in bytes from the start.
        at: usize,
    },
    /// The text ends in a backslash that escapes nothing.
    #[error("the backslash at the end escapes nothing")]
    Dangling,
    /// No argument of any program can hold this byte.
    #[error("a command line cannot contain a NUL byte")]
    Nul,
}

/// Words that a shell understands by itself; as programs they do nothing useful or do not exist.
/// `true`, `false`, `echo`, `printf`, `test` and `pwd` are missing on purpose: they are programs too.
const SHELL_WORDS: &[&str] = &[
    "!",
    ".",
    ":",
    "[[",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "case",
    "cd",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "coproc",
    "declare",
    "dirs",
    "disown",
    "do",
    "done",
    "elif",
    "else",
    "enable",
    "esac",
    "eval",
    "exec",
    "exit",
    "export",
    "fc",
    "fg",
    "fi",
    "for",
    "function",
    "getopts",
    "hash",
    "help",
    "history",
    "if",
    "in",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "pushd",
    "read",
    "readarray",
    "readonly",
    "return",
    "select",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "then",
    "time",
    "times",
    "trap",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "until",
    "wait",
    "while",
];

/// What a character of the text is, once quoting is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Whitespace between words.
    Gap(char),
    /// An unquoted character.
    Bare(char),
    /// A character behind a backslash or inside single quotes: means itself.
    Quoted(char),
    /// A character inside double quotes, where `$` and the backtick still act.
    Soft(char),
    /// A quote that opens: there is a word here even when nothing follows (`''`).
    Open,
}

/// Splits a command line into words as a POSIX shell would, without any expansion.
///
/// # Errors
/// [`WordsError`] when a quote or a backslash is left open, or there is a NUL byte.
pub fn split(text: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    for mark in marks(text)? {
        match mark {
            Mark::Gap(_) => words.extend(word.take()),
            Mark::Open => drop(word.get_or_insert_default()),
            Mark::Bare(c) | Mark::Quoted(c) | Mark::Soft(c) => {
                word.get_or_insert_default().push(c);
            }
        }
    }
    words.extend(word);
    Ok(words)
}

/// Why this text needs a shell, in words that fit behind "because it has"; `None` when executing
/// its words directly means the same. A text that cannot be split needs none by itself:
/// [`split`] says what is wrong with it.
#[must_use]
pub fn needs_shell(text: &str) -> Option<&'static str> {
    let text = text.trim_matches(BLANK);
    let (marks, whole) = match marks(text) {
        Ok(marks) => (marks, true),
        // What stands before an open quote may be a here-document, where quotes mean nothing.
        Err(WordsError::Unclosed { at, .. }) => (marks(&text[..at]).unwrap_or_default(), false),
        Err(_) => return None,
    };
    syntax(&marks).or_else(|| if whole { shell_word(&marks) } else { None })
}

/// Quotes a word so that [`split`] and every POSIX shell read it back as it is.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    let assigns = word.contains('=') && !word.starts_with('-');
    if !word.is_empty() && word.chars().all(plain) && !assigns {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Blanks that a shell drops around a command.
const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

fn marks(text: &str) -> Result<Vec<Mark>, WordsError> {
    if text.contains('\0') {
        return Err(WordsError::Nul);
    }
    let mut marks = Vec::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => marks.push(Mark::Gap(c)),
            '\'' | '"' => {
                marks.push(Mark::Open);
                let closed = if c == '"' {
                    soft_quoted(&mut chars, &mut marks)
                } else {
                    hard_quoted(&mut chars, &mut marks)
                };
                closed.ok_or(WordsError::Unclosed { quote: c, at })?;
            }
            '\\' => match chars.next() {
                // A backslash before a line's end joins the lines.
                Some((_, '\n')) => {}
                Some((_, next)) => marks.push(Mark::Quoted(next)),
                None => return Err(WordsError::Dangling),
            },
            _ => marks.push(Mark::Bare(c)),
        }
    }
    Ok(marks)
}

/// Reads up to the closing single quote; `None` when there is none.
fn hard_quoted(chars: &mut std::str::CharIndices<'_>, marks: &mut Vec<Mark>) -> Option<()> {
    for (_, c) in chars {
        if c == '\'' {
            return Some(());
        }
        marks.push(Mark::Quoted(c));
    }
    None
}

/// Reads up to the closing double quote; `None` when there is none.
fn soft_quoted(chars: &mut std::str::CharIndices<'_>, marks: &mut Vec<Mark>) -> Option<()> {
    while let Some((_, c)) = chars.next() {
        match c {
            '"' => return Some(()),
            '\\' => match chars.next()?.1 {
                '\n' => {}
                next @ ('$' | '`' | '"' | '\\') => marks.push(Mark::Quoted(next)),
                next => marks.extend([Mark::Quoted('\\'), Mark::Soft(next)]),
            },
            _ => marks.push(Mark::Soft(c)),
        }
    }
    None
}

fn syntax(marks: &[Mark]) -> Option<&'static str> {
    let mut before = Mark::Gap(' ');
    for &mark in marks {
        let found = match mark {
            Mark::Gap('\n') => Some("more than one line"),
            Mark::Soft('$') | Mark::Bare('$') => Some("a `$`"),
            Mark::Soft('`') | Mark::Bare('`') => Some("a backtick"),
            Mark::Bare(c) => bare_syntax(c, before),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        before = mark;
    }
    None
}

fn bare_syntax(c: char, before: Mark) -> Option<&'static str> {
    let starts_word = matches!(before, Mark::Gap(_));
    match c {
        '|' => Some("a pipe"),
        '&' => Some("an `&`"),
        ';' => Some("a `;`"),
        '<' | '>' => Some("a redirection"),
        '(' | ')' => Some("parentheses"),
        '*' | '?' | '[' | ']' => Some("a file name pattern"),
        '{' | '}' => Some("braces"),
        '#' if starts_word => Some("a comment"),
        '!' if starts_word => Some("a `!`"),
        '~' if starts_word || matches!(before, Mark::Bare('=' | ':')) => Some("a `~`"),
        // Shells do not agree on other blanks and control characters.
        _ if c.is_whitespace() || c.is_control() => Some("an unusual blank"),
        _ => None,
    }
}

/// Looks at the first word: an assignment, a keyword or a builtin is the shell's business.
fn shell_word(marks: &[Mark]) -> Option<&'static str> {
    let first: Vec<Mark> = marks
        .iter()
        .copied()
        .take_while(|mark| !matches!(mark, Mark::Gap(_)))
        .collect();
    if assigns(&first) {
        return Some("an assignment in front");
    }
    let word: String = first
        .iter()
        .filter_map(|mark| match mark {
            Mark::Bare(c) | Mark::Quoted(c) | Mark::Soft(c) => Some(*c),
            Mark::Gap(_) | Mark::Open => None,
        })
        .collect();
    SHELL_WORDS
        .contains(&word.as_str())
        .then_some("a command of the shell's own")
}

/// `NAME=…`, `NAME+=…`: an unquoted name and an unquoted sign.
fn assigns(word: &[Mark]) -> bool {
    let bare = |mark: &Mark| match mark {
        Mark::Bare(c) => Some(*c),
        _ => None,
    };
    let head: String = word.iter().map_while(bare).collect();
    let Some((name, _)) = head.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
