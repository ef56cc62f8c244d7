//! The globs of the gate file: which paths does a pattern mean?
//!
//! `*` and `?` stay inside one name, `**` crosses `/`, `{a,b}` and `[a-z]` work, dotfiles match,
//! a leading `/` is the project's root. Pure text: it must not know what is on the disk.

use globset::{GlobBuilder, GlobMatcher};

/// One pattern, resolved against the directory of its gate. Paths that it is asked about are
/// relative to the project's root, with `/`, without `./`.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    base: String,
    glob: Option<GlobMatcher>,
    depth: Option<usize>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// Nothing was written.
    #[error("an empty pattern matches nothing")]
    Empty,
    /// `!src/**`.
    #[error("`{0}`: a pattern cannot be negated; list what is meant instead")]
    Negated(String),
    /// `src/**.rs`.
    #[error("`{0}`: `**` stands alone between slashes, as in `src/**/*.rs`")]
    GluedStars(String),
    /// `src/*/../x`.
    #[error("`{0}`: `..` cannot follow a glob")]
    DotsBehindGlob(String),
    /// Brackets or braces that do not close, and the like.
    #[error("`{0}` is no glob: {1}")]
    Syntax(String, String),
}

/// Whether a text has characters that make it more than a plain path.
#[must_use]
pub fn is_glob(text: &str) -> bool {
    text.contains(is_glob_char)
}

/// Whether this character makes a text more than a plain path.
#[must_use]
pub fn is_glob_char(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\')
}

impl Pattern {
    /// Reads a pattern of a gate whose directory is `cwd` (relative to the project's root).
    ///
    /// # Errors
    /// [`GlobError`] when the text is empty, negated, or not a glob.
    pub fn parse(cwd: &str, text: &str) -> Result<Self, GlobError> {
        if text.is_empty() {
            return Err(GlobError::Empty);
        }
        if text.starts_with('!') {
            return Err(GlobError::Negated(text.to_owned()));
        }
        let (cwd, rest) = match text.strip_prefix('/') {
            Some(rest) => ("", rest),
            None => (cwd, text),
        };
        let rest = rest.trim_end_matches('/');
        let names: Vec<&str> = rest.split('/').collect();
        let head = names
            .iter()
            .position(|name| is_glob(name))
            .unwrap_or(names.len());
        let base = resolve(cwd.split('/').chain(names[..head].iter().copied()));
        let tail = names[head..].join("/");
        let glob = if tail.is_empty() {
            None
        } else {
            Some(compile(text, &base, &tail)?)
        };
        let depth = glob.as_ref().and_then(|_| depth(&tail));
        Ok(Self {
            text: text.to_owned(),
            base,
            glob,
            depth,
        })
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The path, when there is nothing to expand; `.` is the root.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.glob.is_none().then_some(self.base.as_str())
    }

    /// The directory below which everything lies that can match; `.` is the root.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// How many levels below [`Pattern::base`] a match can lie; `None` is any number.
    #[must_use]
    pub fn depth(&self) -> Option<usize> {
        self.depth
    }

    /// Whether the pattern means this path.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        match &self.glob {
            None => self.base == path,
            Some(glob) => glob.is_match(path),
        }
    }

    /// Whether the pattern means this path or a directory that it lies in.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        if self.literal() == Some(".") {
            return !path.starts_with("../");
        }
        self.is_match(path)
            || path
                .match_indices('/')
                .any(|(at, _)| self.is_match(&path[..at]))
    }
}

/// Several patterns of one directory.
#[derive(Debug, Clone, Default)]
pub struct Patterns(Vec<Pattern>);

impl Patterns {
    /// Reads all of them.
    ///
    /// # Errors
    /// The first [`GlobError`].
    pub fn parse<S: AsRef<str>>(cwd: &str, texts: &[S]) -> Result<Self, GlobError> {
        texts
            .iter()
            .map(|text| Pattern::parse(cwd, text.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Takes in the patterns of another directory.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// In the order in which they were written.
    pub fn iter(&self) -> std::slice::Iter<'_, Pattern> {
        self.0.iter()
    }

    /// Whether one of them means this path.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(path))
    }

    /// Whether one of them means this path or a directory that it lies in.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| pattern.covers(path))
    }
}

/// A path relative to `from`, both relative to the project's root (`.` is the root).
#[must_use]
pub fn relative(from: &str, path: &str) -> String {
    let resolved = (resolve(from.split('/')), resolve(path.split('/')));
    let names = |text: &'_ str| -> Vec<String> {
        text.split('/')
            .filter(|name| *name != ".")
            .map(str::to_owned)
            .collect()
    };
    let (from, path) = (names(&resolved.0), names(&resolved.1));
    let shared = from.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let all: Vec<String> = up.chain(path[shared..].iter().cloned()).collect();
    if all.is_empty() {
        ".".to_owned()
    } else {
        all.join("/")
    }
}

/// Joins names, `.` and `..` worked out; a `..` that leads out of the root stays.
fn resolve<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut out: Vec<&str> = Vec::new();
    for name in names {
        match name {
            "" | "." => {}
            ".." if out.last().is_some_and(|last| *last != "..") => {
                out.pop();
            }
            name => out.push(name),
        }
    }
    if out.is_empty() {
        ".".to_owned()
    } else {
        out.join("/")
    }
}

fn compile(text: &str, base: &str, tail: &str) -> Result<GlobMatcher, GlobError> {
    if tail.split('/').any(|name| name == "..") {
        return Err(GlobError::DotsBehindGlob(text.to_owned()));
    }
    if has_glued_stars(tail) {
        return Err(GlobError::GluedStars(text.to_owned()));
    }
    let tail: Vec<&str> = tail
        .split('/')
        .filter(|name| !matches!(*name, "" | "."))
        .collect();
    let tail = tail.join("/");
    let whole = if base == "." {
        tail
    } else {
        format!("{}/{tail}", globset::escape(base))
    };
    let built = GlobBuilder::new(&whole)
        .literal_separator(true)
        .backslash_escape(true)
        .empty_alternates(true)
        .build();
    let syntax = |e: globset::Error| GlobError::Syntax(text.to_owned(), e.kind().to_string());
    Ok(built.map_err(syntax)?.compile_matcher())
}

/// `**` next to anything but a border would silently mean `*`.
fn has_glued_stars(tail: &str) -> bool {
    let border = |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | '{' | '}' | ','));
    tail.match_indices("**").any(|(at, stars)| {
        !border(tail[..at].chars().next_back()) || !border(tail[at + stars.len()..].chars().next())
    })
}

fn depth(tail: &str) -> Option<usize> {
    (!tail.contains("**")).then(|| tail.matches('/').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(cwd: &str, pattern: &str, path: &str) -> bool {
        Pattern::parse(cwd, pattern).unwrap().is_match(path)
    }

    #[test]
    fn a_star_stays_inside_one_name() {
        assert!(matches(".", "src/*.rs", "src/main.rs"));
        assert!(!matches(".", "src/*.rs", "src/a/b.rs"));
        assert!(matches(".", "src/**", "src/a/b.rs"));
        assert!(matches(".", "src/**/*.rs", "src/b.rs"));
        assert!(matches(".", "**/*.rs", "b.rs"));
        assert!(matches(".", "*.{js,ts}", "a.ts"));
        assert!(matches(".", "[ab].x", "b.x"));
        assert!(matches(".", "*", ".env"));
    }

    #[test]
    fn a_pattern_is_of_its_directory_unless_it_starts_at_the_root() {
        assert!(matches("packages/ui", "*.json", "packages/ui/a.json"));
        assert!(matches("packages/ui", "../*.json", "packages/a.json"));
        assert!(matches("packages/ui", "/*.json", "a.json"));
        assert!(!matches("packages/ui", "/*.json", "packages/ui/a.json"));
        assert!(matches("a[b]", "*.x", "a[b]/c.x"));
        assert!(matches("./ui/", "./x", "ui/x"));
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        assert_eq!(Pattern::parse(".", "").unwrap_err(), GlobError::Empty);
        assert_eq!(
            Pattern::parse(".", "!a").unwrap_err(),
            GlobError::Negated("!a".into())
        );
        for glued in ["src/**.rs", "a**/b", "{a**,b}"] {
            let error = Pattern::parse(".", glued).unwrap_err();
            assert_eq!(error, GlobError::GluedStars(glued.into()));
        }
        assert!(matches!(
            Pattern::parse(".", "a{b").unwrap_err(),
            GlobError::Syntax(..)
        ));
        assert!(matches!(
            Pattern::parse(".", "*/../b").unwrap_err(),
            GlobError::DotsBehindGlob(_)
        ));
    }

    #[test]
    fn a_directory_covers_what_is_in_it() {
        let covers = |pattern, path| Pattern::parse(".", pattern).unwrap().covers(path);
        assert!(covers("node_modules", "node_modules/a/b.js"));
        assert!(covers("node_modules/", "node_modules/a/b.js"));
        assert!(covers("**/dist", "packages/ui/dist/x.js"));
        assert!(covers(".", "a/b"));
        assert!(!covers("dist", "distant/a"));
    }

    #[test]
    fn a_walk_knows_where_to_start_and_how_deep_to_go() {
        let pattern = Pattern::parse("ui", "src/*/x.{a,b}").unwrap();
        assert_eq!(
            (pattern.base(), pattern.depth(), pattern.literal()),
            ("ui/src", Some(2), None)
        );
        assert_eq!(
            Pattern::parse("ui", "a/b").unwrap().literal(),
            Some("ui/a/b")
        );
        assert_eq!(Pattern::parse("ui", ".").unwrap().literal(), Some("ui"));
        assert_eq!(Pattern::parse(".", "**").unwrap().depth(), None);
    }

    #[test]
    fn paths_are_told_relative_to_a_directory() {
        assert_eq!(relative("packages/ui", "packages/ui/a"), "a");
        assert_eq!(relative("packages/ui", "x/a"), "../../x/a");
        assert_eq!(relative(".", "x/a"), "x/a");
        assert_eq!(relative("ui", "ui"), ".");
    }
}
