//! A file as a tree, whatever its format is: values with their places, and what is to be said of
//! the file beside them. Must not know what is asked for.

use crate::format::dotenv::{self, DotenvErrorKind};
use crate::format::source::Sources;
use crate::format::yaml::{self, Entry, Key, Node, Span, Style, Value, YamlErrorKind};
use crate::format::{Settings, ini, json, postgresql, redis, toml};

use super::quantity::Units;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    Toml,
    Yaml,
    Json,
    Ini,
    Env,
    Postgresql,
    Redis,
}

/// Their words in the gate file, in the order of [`ALL`].
pub(super) const WORDS: &[&str] = &["toml", "yaml", "json", "ini", "env", "postgresql", "redis"];

const ALL: [Format; 7] = [
    Format::Toml,
    Format::Yaml,
    Format::Json,
    Format::Ini,
    Format::Env,
    Format::Postgresql,
    Format::Redis,
];

impl Format {
    /// By its word.
    pub fn of_word(word: &str) -> Option<Self> {
        let at = WORDS.iter().position(|known| *known == word)?;
        ALL.get(at).copied()
    }

    /// By the name of a file.
    pub fn of_name(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        if name == ".env" || name.starts_with(".env.") || name.ends_with(".env") {
            return Some(Self::Env);
        }
        let (stem, extension) = name.rsplit_once('.')?;
        Some(match extension {
            "toml" => Self::Toml,
            "yaml" | "yml" => Self::Yaml,
            "json" => Self::Json,
            "ini" | "cfg" | "properties" => Self::Ini,
            "conf" if stem.starts_with("postgres") => Self::Postgresql,
            "conf" if stem.starts_with("redis") => Self::Redis,
            _ => return None,
        })
    }

    /// Whose units its numbers have.
    pub fn units(self) -> Units {
        match self {
            Self::Postgresql => Units::Postgresql,
            Self::Redis => Units::Redis,
            _ => Units::Common,
        }
    }

    /// Whether a number and a text are two things in it.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Toml | Self::Yaml | Self::Json)
    }

    /// Whether capitals do not count in its names.
    pub fn folds(self) -> bool {
        matches!(self, Self::Postgresql | Self::Redis)
    }
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Document {
    pub format: Format,
    pub root: Node,
    /// Names that are there twice where one is enough: a mistake in this format.
    pub duplicates: Vec<Key>,
    /// Names that are set again, which this format lets them.
    pub repeated: Vec<Key>,
    /// Where other files are brought in.
    pub includes: Vec<Span>,
    /// Values that cannot be known from the file alone, and why.
    pub unknown: Vec<(Span, String)>,
    sources: Sources,
}

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub line: u32,
    pub column: u32,
    /// Never shows what is written there: it may be a secret.
    pub why: String,
}

impl Document {
    /// Reads a file.
    pub fn read(format: Format, bytes: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let text = String::from_utf8_lossy(before);
            let at = Span::new(0, text.len(), text.len());
            refused(&sources(&text), at, "it is not UTF-8".to_owned())
        })?;
        let sources = sources(text);
        let mut document = Self {
            format,
            root: Node {
                span: Span::default(),
                value: Value::Null,
            },
            duplicates: Vec::new(),
            repeated: Vec::new(),
            includes: Vec::new(),
            unknown: Vec::new(),
            sources,
        };
        let read = match format {
            Format::Toml => toml::tree(0, text)
                .map(|root| document.root = root)
                .map_err(|error| (error.span, error.message)),
            Format::Json => json::parse(0, text)
                .map_err(|error| (error.span, error.message))
                .and_then(|parsed| document.tree(parsed)),
            Format::Yaml => yaml::parse(0, bytes)
                .map_err(|mistakes| mistakes.first().map_or_else(unsaid, told))
                .and_then(|parsed| document.tree(parsed)),
            Format::Env => document.env(bytes),
            Format::Ini => {
                let mut settings = ini::parse(0, text);
                document.duplicates = std::mem::take(&mut settings.repeated);
                document.settings(settings)
            }
            Format::Postgresql => document.settings(postgresql::parse(0, text)),
            Format::Redis => document.settings(redis::parse(0, text)),
        };
        match read {
            Ok(()) => Ok(document),
            Err((span, why)) => Err(refused(&document.sources, span, why)),
        }
    }

    /// Line and column of a place.
    pub fn place(&self, span: Span) -> (u32, u32) {
        place(&self.sources, span)
    }

    fn tree(&mut self, parsed: yaml::Document) -> Result<(), (Span, String)> {
        for mistake in &parsed.mistakes {
            if !matches!(mistake.kind, YamlErrorKind::DuplicateKey { .. }) {
                return Err(told(mistake));
            }
            self.duplicates.push(Key {
                span: mistake.span,
                text: self
                    .sources
                    .slice(mistake.span)
                    .trim_matches('"')
                    .to_owned(),
            });
        }
        self.root = parsed.root;
        Ok(())
    }

    fn env(&mut self, bytes: &[u8]) -> Result<(), (Span, String)> {
        let parsed = dotenv::parse(0, bytes, &|_| None);
        for error in parsed.errors {
            match error.kind {
                DotenvErrorKind::Duplicate { name, .. } => self.duplicates.push(Key {
                    span: error.span,
                    text: name,
                }),
                DotenvErrorKind::Variable(_) => {
                    let why = "has a variable in it that is not set in this file";
                    self.unknown.push((error.span, why.to_owned()));
                }
                DotenvErrorKind::Name(_) => {
                    return Err((error.span, "a line that is no NAME=value".to_owned()));
                }
                other => return Err((error.span, other.to_string())),
            }
        }
        let entry = |variable: dotenv::Variable| Entry {
            key: Key {
                span: variable.name_span,
                text: variable.name,
            },
            value: Node {
                span: variable.span,
                value: variable.value.map_or(Value::Null, |text| Value::Scalar {
                    text,
                    style: Style::Plain,
                }),
            },
        };
        self.root.value = Value::Mapping(parsed.variables.into_iter().map(entry).collect());
        Ok(())
    }

    fn settings(&mut self, settings: Settings) -> Result<(), (Span, String)> {
        if let Some(error) = settings.errors.first() {
            return Err((error.span, error.message.to_owned()));
        }
        self.root = settings.root;
        self.repeated = settings.repeated;
        self.includes = settings.includes;
        Ok(())
    }
}

fn sources(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("", text);
    sources
}

fn unsaid() -> (Span, String) {
    (Span::default(), "it cannot be read".to_owned())
}

/// A mistake of YAML without what is written there.
fn told(mistake: &yaml::YamlError) -> (Span, String) {
    let why = match mistake.kind {
        YamlErrorKind::Tag => "a tag (`!…`): what it makes of the value is not known here",
        YamlErrorKind::UnknownAlias => "an alias (`*…`) without its anchor",
        _ => return (mistake.span, mistake.message.clone()),
    };
    (mistake.span, why.to_owned())
}

fn refused(sources: &Sources, span: Span, why: String) -> Unreadable {
    let (line, column) = place(sources, span);
    Unreadable { line, column, why }
}

fn place(sources: &Sources, span: Span) -> (u32, u32) {
    let (line, column) = sources.position(span);
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (narrow(line), narrow(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_known_by_the_name() {
        for (name, format) in [
            ("fly.toml", Some(Format::Toml)),
            ("a/b.YML", Some(Format::Yaml)),
            ("package.json", Some(Format::Json)),
            ("setup.cfg", Some(Format::Ini)),
            (".env", Some(Format::Env)),
            ("x/.env.example", Some(Format::Env)),
            ("prod.env", Some(Format::Env)),
            ("db/postgresql.prod.conf", Some(Format::Postgresql)),
            ("redis.conf", Some(Format::Redis)),
            ("nginx.conf", None),
            ("README", None),
        ] {
            assert_eq!(Format::of_name(name), format, "{name}");
        }
        for word in WORDS {
            assert!(Format::of_word(word).is_some(), "{word}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place_and_not_shown() {
        for (format, text, line) in [
            (Format::Toml, "a = 1\nb = hush\n", 2),
            (Format::Yaml, "a: 1\nb: [hush\n", 3),
            (Format::Yaml, "a: !hush x\n", 1),
            (Format::Json, "{\"a\": hush}", 1),
            (Format::Ini, "[a]\n= hush\n", 2),
            (Format::Env, "A=1\nhush hush\n", 2),
            (Format::Postgresql, "a = 1\nb = 'hush\n", 2),
            (Format::Redis, "a 1\nb \"hush\n", 2),
            (Format::Yaml, "a: 1\n---\nb: hush\n", 2),
            (Format::Yaml, "", 1),
        ] {
            let refused = Document::read(format, text.as_bytes()).unwrap_err();
            assert!(
                (1..=line).contains(&refused.line),
                "{format:?}: {refused:?}"
            );
            assert!(!refused.why.contains("hush"), "{format:?}: {refused:?}");
        }
        assert!(
            Document::read(Format::Toml, b"a = \"\xff\"")
                .unwrap_err()
                .why
                .contains("UTF-8")
        );
    }
}
