//! What a builder asks of a single node: as a key, how high it is, how much it weighs. Must not know
//! events.

use super::{Key, Node, Value, YamlError, YamlErrorKind};

/// A node as a key; `false` when it cannot be one and its value must be dropped.
pub(super) fn key(node: Node, mistakes: &mut Vec<YamlError>) -> (Key, bool) {
    let span = node.span;
    match node.value {
        Value::Scalar { text, .. } => (Key { span, text }, true),
        Value::Null => (
            Key {
                span,
                text: "null".to_owned(),
            },
            true,
        ),
        Value::Sequence(_) | Value::Mapping(_) => {
            let message = "a key must be text, here it is a list or a map";
            let help = "to YAML `{` opens a map: put a text with braces in quotes";
            let error = YamlError::new(span, YamlErrorKind::KeyNotText, message);
            mistakes.push(error.help(help));
            (
                Key {
                    span,
                    text: String::new(),
                },
                false,
            )
        }
    }
}

/// Levels of collections in a node.
pub(super) fn height(node: &Node) -> usize {
    match &node.value {
        Value::Sequence(items) => 1 + items.iter().map(height).max().unwrap_or(0),
        Value::Mapping(entries) => 1 + entries.iter().map(|e| height(&e.value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// Nodes and bytes of a node.
pub(super) fn weight(node: &Node) -> (usize, usize) {
    let add = |(n, b): (usize, usize), (m, c): (usize, usize)| (n + m, b + c);
    match &node.value {
        Value::Null => (1, 0),
        Value::Scalar { text, .. } => (1, text.len()),
        Value::Sequence(items) => items.iter().map(weight).fold((1, 0), add),
        Value::Mapping(entries) => entries
            .iter()
            .map(|e| add(weight(&e.value), (1, e.key.text.len())))
            .fold((1, 0), add),
    }
}
