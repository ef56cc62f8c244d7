//! `{{…}}` in a line of `tags:`: read before anything runs, filled in when the facts are there. Must
//! not know where the facts come from.

use super::line::Wrong;
use super::version::Version;

/// A text with places to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filling(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name(&'static str),
    /// Today, by a pattern of `YYYY`, `MM` and `DD`.
    Date(String),
}

/// Which names may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    General,
    Version,
}

const GENERAL: &[&str] = &[
    "branch",
    "tag",
    "sha",
    "is_default_branch",
    "is_not_default_branch",
    "date",
];
const VERSION: &[&str] = &["version", "major", "minor", "patch", "raw"];
/// Known to docker/metadata-action; what they need is not known to prove.
const ELSEWHERE: &[&str] = &["base_ref", "commit_date"];

/// What is filled in. Each may fail: a fact that cannot be had.
pub(super) trait Source {
    /// The value of one of [`GENERAL`].
    fn value(&self, name: &str) -> Result<String, String>;
    /// Today, `YYYY-MM-DD`.
    fn today(&self) -> &str;
}

/// Reads a text.
pub(super) fn parse(text: &str, names: Names) -> Result<Filling, Wrong> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let lacks = || Wrong::new(format!("`{{{{` is not closed in `{text}`"));
        let (inside, after) = behind.split_once("}}").ok_or_else(lacks)?;
        pieces.extend((!before.is_empty()).then(|| Piece::Text(before.to_owned())));
        pieces.push(piece(inside.trim(), names)?);
        rest = after;
    }
    pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.to_owned())));
    Ok(Filling(pieces))
}

fn piece(inside: &str, names: Names) -> Result<Piece, Wrong> {
    let (word, argument) = inside
        .split_once(char::is_whitespace)
        .unwrap_or((inside, ""));
    let known = match names {
        Names::General => GENERAL,
        Names::Version => VERSION,
    };
    if ELSEWHERE.contains(&word) {
        return Err(Wrong::new(format!("`{{{{{word}}}}}` is not computed here")));
    }
    let Some(name) = known.iter().find(|name| **name == word) else {
        let message = format!("there is no `{{{{{word}}}}}` here");
        return Err(Wrong::near(message, word, known));
    };
    match (*name, argument.trim()) {
        ("date", argument) => date(argument),
        (name, "") => Ok(Piece::Name(name)),
        (name, _) => Err(Wrong::new(format!("`{{{{{name}}}}}` takes no argument"))),
    }
}

/// `'YYYYMMDD'`: the day, in UTC. Whoever wants hours wants a tag that no one can foresee.
fn date(argument: &str) -> Result<Piece, Wrong> {
    let (quoted, zone) = argument.split_once(" tz=").unwrap_or((argument, "'UTC'"));
    let inner = |text: &str| {
        let text = text.trim();
        ['\'', '"'].into_iter().find_map(|quote| {
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            Some(inner.to_owned())
        })
    };
    let form = || {
        Wrong::new("a date is written `{{date 'YYYYMMDD'}}`, with `YYYY`, `MM` and `DD`, in UTC")
    };
    let pattern = inner(quoted).ok_or_else(form)?;
    let left = pattern
        .replace("YYYY", "")
        .replace("MM", "")
        .replace("DD", "");
    if left.contains(|c: char| c.is_ascii_alphabetic()) || inner(zone).as_deref() != Some("UTC") {
        return Err(form());
    }
    Ok(Piece::Date(pattern))
}

impl Filling {
    /// Filled in.
    pub fn general(&self, source: &dyn Source) -> Result<String, String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Name(name) => out.push_str(&source.value(name)?),
                Piece::Date(pattern) => out.push_str(&day(pattern, source.today())),
            }
        }
        Ok(out)
    }

    /// Filled in from a version and the git tag that it was read from.
    pub fn version(&self, version: &Version, raw: &str) -> String {
        let name = |name: &str| match name {
            "major" => version.major.clone(),
            "minor" => version.minor.clone(),
            "patch" => version.patch.clone(),
            "raw" => raw.to_owned(),
            _ => version.text(),
        };
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Date(text) => text.clone(),
            Piece::Name(word) => name(word),
        };
        self.0.iter().map(piece).collect()
    }

    /// Whether it is the whole git tag, and nothing of the version.
    pub fn is_raw(&self) -> bool {
        self.0 == [Piece::Name("raw")]
    }

    /// Whether it names one of these.
    pub fn names(&self, names: &[&str]) -> bool {
        let is = |piece: &Piece| matches!(piece, Piece::Name(name) if names.contains(name));
        self.0.iter().any(is)
    }

    /// Whether it has the day in it, down to `DD`.
    pub fn has_day(&self) -> bool {
        let is = |piece: &Piece| matches!(piece, Piece::Date(pattern) if pattern.contains("DD"));
        self.0.iter().any(is)
    }
}

fn day(pattern: &str, today: &str) -> String {
    let mut parts = today.split('-');
    let mut next = || parts.next().unwrap_or_default();
    let (year, month, day) = (next(), next(), next());
    pattern
        .replace("YYYY", year)
        .replace("MM", month)
        .replace("DD", day)
}
