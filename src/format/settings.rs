//! What the parsers of settings files share: lines of names and values, as the same kind of tree as
//! YAML, and what is said of them beside that. Must not know which file it is.

use std::collections::HashMap;

use super::yaml::{Entry, Key, Node, Span, Style, Value};

/// A settings file.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A map. Of a name that stands here twice it has what the program would take.
    pub root: Node,
    /// Lines that the program would not read. A reader that ignores these is wrong.
    pub errors: Vec<SettingsError>,
    /// Names that are set again, where one value takes the place of another: the later places.
    pub repeated: Vec<Key>,
    /// Lines that bring in other files. What those say may take the place of anything here.
    pub includes: Vec<Span>,
}

/// A line that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// Where.
    pub span: Span,
    /// What is wrong. Never shows the line: it may hold a secret.
    pub message: &'static str,
}

/// A line with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// The offset of its first byte.
    pub start: usize,
    /// Without its end.
    pub text: &'t str,
}

impl Settings {
    pub(super) fn empty() -> Self {
        Self {
            root: Node {
                span: Span::default(),
                value: Value::Mapping(Vec::new()),
            },
            errors: Vec::new(),
            repeated: Vec::new(),
            includes: Vec::new(),
        }
    }

    pub(super) fn error(&mut self, span: Span, message: &'static str) {
        self.errors.push(SettingsError { span, message });
    }

    /// With these names at its root.
    pub(super) fn with(mut self, source: u32, text: &str, entries: Vec<Entry>) -> Self {
        self.root = Node {
            span: Span::new(source, 0, text.len()),
            value: Value::Mapping(entries),
        };
        self
    }
}

/// Names that are being collected.
#[derive(Debug, Default)]
pub(super) struct Names {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

impl Names {
    /// Sets a name; of two values the last one stands. Whether it was there before.
    pub fn put(&mut self, key: Key, value: Node) -> bool {
        let there = self.places.get(&key.text).copied();
        match there.and_then(|at| self.entries.get_mut(at)) {
            Some(entry) => {
                *entry = Entry { key, value };
                true
            }
            None => {
                self.places.insert(key.text.clone(), self.entries.len());
                self.entries.push(Entry { key, value });
                false
            }
        }
    }

    /// The value of a name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        let at = self.places.get(name).copied()?;
        self.entries.get_mut(at).map(|entry| &mut entry.value)
    }

    /// All of them, in order.
    pub fn done(self) -> Vec<Entry> {
        self.entries
    }
}

/// The lines of a text; a byte order mark at its start is none of the first.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |whole| {
        let start = at;
        at += whole.len();
        let text = whole.trim_end_matches(['\n', '\r']);
        match text.strip_prefix('\u{feff}') {
            Some(text) if start == 0 => Line { start: 3, text },
            _ => Line { start, text },
        }
    })
}

/// A scalar at a place.
pub(super) fn scalar(span: Span, text: impl Into<String>, quoted: bool) -> Node {
    let style = if quoted { Style::Quoted } else { Style::Plain };
    Node {
        span,
        value: Value::Scalar {
            text: text.into(),
            style,
        },
    }
}
