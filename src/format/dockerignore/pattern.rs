//! One pattern: `*`, `?`, `[…]`, `\`, and `**`, which crosses directories. Knows no lists of rules.

/// A pattern, read.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
    /// The text between the slashes, for [`Pattern::may_match_inside`].
    segments: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`: one character that is no slash.
    One,
    /// `*`: any number of characters, none a slash.
    Star,
    /// `**` or `**/` before more: any number of whole directories.
    Directories,
    /// `**` at the start of a pattern that has no other wildcard: the rest may stand behind any
    /// text (moby's suffix match), which a slash in the pattern then bounds.
    Suffix,
    /// `**` at the end: everything.
    Rest,
    /// `[…]`.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    /// Reads a cleaned pattern.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let chars: Vec<char> = text.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let (token, next) = token(&chars, at).map_err(|why| format!("`{text}`: {why}"))?;
            tokens.push(token);
            at = next;
        }
        let plain = |token: &Token| matches!(token, Token::Char(_));
        let escaped = chars.contains(&'\\');
        // moby: a leading `**` before plain text is a suffix match, not a match of directories.
        if !escaped && tokens.len() > 1 && tokens[0] == Token::Directories {
            let slash = chars.get(2) == Some(&'/');
            if !slash && tokens[1..].iter().all(plain) {
                tokens[0] = Token::Suffix;
            }
        }
        let segments = text.split('/').map(str::to_owned).collect();
        Ok(Self { tokens, segments })
    }

    /// Whether the pattern matches this whole path.
    pub(super) fn matches(&self, path: &[char]) -> bool {
        // `reach[i]`: the tokens so far can have eaten exactly the first `i` characters.
        let mut reach = vec![false; path.len() + 1];
        reach[0] = true;
        for token in &self.tokens {
            reach = token.advance(&reach, path);
        }
        reach[path.len()]
    }

    /// Whether the pattern may match something strictly inside this directory. May say yes too
    /// often, never no wrongly.
    pub(super) fn may_match_inside(&self, directory: &str) -> bool {
        let odd = |segment: &String| segment.contains("**") || segment.contains(['[', '\\']);
        let depth = directory.split('/').count();
        if let Some(first_odd) = self.segments.iter().position(odd) {
            return self.agrees(directory, first_odd);
        }
        self.segments.len() > depth && self.agrees(directory, depth)
    }

    /// Whether the first `count` segments agree with those of the directory, one by one.
    fn agrees(&self, directory: &str, count: usize) -> bool {
        let pairs = self.segments.iter().take(count).zip(directory.split('/'));
        pairs.into_iter().all(|(segment, name)| {
            let name: Vec<char> = name.chars().collect();
            Self::new(segment).map_or(true, |pattern| pattern.matches(&name))
        })
    }
}

impl Token {
    fn advance(&self, reach: &[bool], path: &[char]) -> Vec<bool> {
        let mut next = vec![false; reach.len()];
        match self {
            Self::Star => spread(reach, &mut next, |at| path[at] != '/'),
            Self::Rest | Self::Suffix => spread(reach, &mut next, |at| path[at] != '\n'),
            Self::Directories => {
                let mut eaten = vec![false; reach.len()];
                spread(reach, &mut eaten, |at| path[at] != '\n');
                for at in 0..next.len() {
                    let behind_slash = at > 0 && path[at - 1] == '/' && eaten[at - 1];
                    next[at] = reach[at] || behind_slash;
                }
            }
            single => {
                for at in 0..path.len() {
                    next[at + 1] = reach[at] && single.takes(path[at]);
                }
            }
        }
        next
    }

    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(wanted) => c == *wanted,
            Self::One => c != '/',
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
            Self::Star | Self::Directories | Self::Suffix | Self::Rest => false,
        }
    }
}

/// From every place that can be reached, on over every character that may be eaten.
fn spread(reach: &[bool], next: &mut [bool], eats: impl Fn(usize) -> bool) {
    let mut open = false;
    for at in 0..reach.len() {
        open = reach[at] || (open && eats(at - 1));
        next[at] = open;
    }
}

/// The token that starts at `at`, and where the next one starts.
fn token(chars: &[char], at: usize) -> Result<(Token, usize), &'static str> {
    match chars[at] {
        '*' if chars.get(at + 1) == Some(&'*') => {
            let slash = chars.get(at + 2) == Some(&'/');
            let next = at + 2 + usize::from(slash);
            let token = if next == chars.len() {
                Token::Rest
            } else {
                Token::Directories
            };
            Ok((token, next))
        }
        '*' => Ok((Token::Star, at + 1)),
        '?' => Ok((Token::One, at + 1)),
        '[' => class(chars, at + 1),
        '\\' => match chars.get(at + 1) {
            Some(c) => Ok((Token::Char(*c), at + 2)),
            None => Err("a `\\` at the end escapes nothing"),
        },
        c => Ok((Token::Char(c), at + 1)),
    }
}

/// Reads `^a-z]` by the grammar of Go's `filepath.Match`.
fn class(chars: &[char], mut at: usize) -> Result<(Token, usize), &'static str> {
    let negated = chars.get(at) == Some(&'^');
    at += usize::from(negated);
    let mut ranges = Vec::new();
    loop {
        if chars.get(at) == Some(&']') && !ranges.is_empty() {
            return Ok((Token::Class { negated, ranges }, at + 1));
        }
        let (low, next) = class_char(chars, at)?;
        at = next;
        let mut high = low;
        if chars.get(at) == Some(&'-') {
            (high, at) = class_char(chars, at + 1)?;
        }
        if high < low {
            return Err("a range in `[…]` runs backwards");
        }
        ranges.push((low, high));
    }
}

fn class_char(chars: &[char], at: usize) -> Result<(char, usize), &'static str> {
    match chars.get(at) {
        None => Err("`[` without its `]`"),
        Some('-' | ']') => Err("`[…]` is empty or has a stray `-`; write `\\-` or `\\]`"),
        Some('\\') => match chars.get(at + 1) {
            Some(c) => Ok((*c, at + 2)),
            None => Err("a `\\` at the end escapes nothing"),
        },
        Some(c) => Ok((*c, at + 1)),
    }
}
