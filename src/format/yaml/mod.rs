//! YAML: bytes to a tree with spans, total on any input, every mistake with a name and a place.
//!
//! Sits on an event parser, so that a scalar keeps its source text (`1.20`, `0777`) and its style;
//! what a scalar *means* is for the reader to say. Must not know gate files: compose files come
//! through here too.

mod build;
mod error;
mod parts;
#[cfg(test)]
mod tests;

pub use error::{YamlError, YamlErrorKind};

pub use super::Span;
use crate::model::limits;

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The tree. Never null: an empty document is an error.
    pub root: Node,
    /// Nodes that bear a tag which the reader asked for ([`parse_with_tags`]), by their span.
    pub tags: Vec<(Span, &'static str)>,
    /// Mistakes that leave a tree to go on with: duplicate keys, unknown tags, unknown aliases.
    /// A reader that ignores these is wrong.
    pub mistakes: Vec<YamlError>,
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it is written; for an alias or a merged key, where the anchored node is written.
    pub span: Span,
    /// What is written.
    pub value: Value,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`, unquoted.
    Null,
    /// A scalar.
    Scalar {
        /// Its text after escapes and folding.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A map, in the order of the file. A key that is written twice is here twice.
    Mapping(Vec<Entry>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: may mean a number or a boolean.
    Plain,
    /// In single or double quotes, or tagged `!!str`: text.
    Quoted,
    /// `|` or `>`: text.
    Block,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// The key of a map: always text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where it is written.
    pub span: Span,
    /// Its text.
    pub text: String,
}

/// Reads one document.
///
/// # Errors
/// Every mistake after which there is no tree to go on with; those that leave one are in
/// [`Document::mistakes`].
pub fn parse(source: u32, bytes: &[u8]) -> Result<Document, Vec<YamlError>> {
    parse_with_tags(source, bytes, &[])
}

/// Reads one document in which some tags (`!reset`) mean something; all others are mistakes.
///
/// # Errors
/// See [`parse`].
pub fn parse_with_tags(
    source: u32,
    bytes: &[u8],
    tags: &[&'static str],
) -> Result<Document, Vec<YamlError>> {
    if bytes.len() > limits::GATE_FILE_BYTES {
        return Err(vec![error::too_long(source)]);
    }
    let text = std::str::from_utf8(bytes).map_err(|e| vec![error::not_utf8(source, e)])?;
    build::document(source, text, tags)
}

impl PartialEq for Node {
    /// Trees are equal when they say the same, wherever it is written.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// The value of a key; `None` when this is no map or has no such key. Of two equal keys the
    /// first.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, see [`Node::get`].
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.text == key)
    }

    /// The entries of a map; of anything else none.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; of anything but a list and null the node itself (`a` for `[a]`).
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether this is a scalar without quotes.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(
            self.value,
            Value::Scalar {
                style: Style::Plain,
                ..
            }
        )
    }

    /// What is written here, for people: "a list", "a map", "nothing", or the text in quotes.
    #[must_use]
    pub fn what(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Sequence(_) => "a list".to_owned(),
            Value::Mapping(_) => "a map".to_owned(),
            Value::Scalar { text, .. } => {
                let line = text.lines().next().unwrap_or_default();
                let short: String = line.chars().take(40).collect();
                let more = if short.len() < text.trim_end().len() {
                    "…"
                } else {
                    ""
                };
                format!("`{short}{more}`")
            }
        }
    }
}
