//! A YAML file with its places, and shell texts within it.

use super::walk::place_in;
use crate::format::yaml::{self, Node, Span, Style, Value};
use crate::model::Location;

/// A YAML file.
pub(super) struct Doc<'t> {
    /// From the root.
    pub path: String,
    pub text: &'t str,
    pub root: Node,
}

impl<'t> Doc<'t> {
    /// Reads a file, in which `!reference` may stand.
    ///
    /// # Errors
    /// Why it cannot be read, in words that fit behind its name.
    pub fn read(path: &str, text: &'t str) -> Result<Self, String> {
        let document = yaml::parse_with_tags(0, text.as_bytes(), &["!reference"]);
        let told = |error: &yaml::YamlError| {
            let at = place_in(path.to_owned(), text)(error.span.start as usize);
            format!("cannot be read: line {}: {}", at.line, error.message)
        };
        let document = document.map_err(|errors| {
            errors
                .first()
                .map_or_else(|| "cannot be read".to_owned(), told)
        })?;
        match document.mistakes.first() {
            Some(error) => Err(told(error)),
            None => Ok(Self {
                path: path.to_owned(),
                text,
                root: document.root,
            }),
        }
    }

    /// Where something is written.
    pub fn at(&self, span: Span) -> Location {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        place_in(self.path.clone(), text)(span.start as usize)
    }

    /// Where a byte of a scalar's text is written: exactly in a block, else about there.
    pub fn within(&self, node: &Node) -> impl Fn(usize) -> Location {
        let text = node.scalar().unwrap_or_default().to_owned();
        let start = self.at(node.span);
        let block = matches!(
            node.value,
            Value::Scalar {
                style: Style::Block,
                ..
            }
        );
        let lines = if block {
            self.lines(&text, &start)
        } else {
            Vec::new()
        };
        move |offset| {
            let before = text.get(..offset).unwrap_or(&text);
            let row = before.matches('\n').count();
            let inner = before
                .rsplit('\n')
                .next()
                .unwrap_or_default()
                .chars()
                .count();
            let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            match lines.get(row) {
                Some((line, column)) => Location {
                    path: start.path.clone(),
                    line: *line,
                    column: column.saturating_add(narrow(inner)),
                },
                None if block || row > 0 => start.clone(),
                None => Location {
                    column: start.column.saturating_add(narrow(inner)),
                    ..start.clone()
                },
            }
        }
    }

    /// Line and column at which each line of a block is written: each is looked for in turn.
    fn lines(&self, text: &str, start: &Location) -> Vec<(u32, u32)> {
        let skip = (start.line as usize).saturating_sub(1);
        let mut written = (start.line..).zip(self.text.lines().skip(skip));
        let mut found = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() {
                found.push(found.last().copied().unwrap_or((start.line, start.column)));
                continue;
            }
            let hit = written.by_ref().find_map(|(number, source)| {
                let at = source.find(line)?;
                let column = source[..at].chars().count() + 1;
                Some((number, u32::try_from(column).unwrap_or(u32::MAX)))
            });
            match hit {
                Some(hit) => found.push(hit),
                None => return Vec::new(),
            }
        }
        found
    }
}

/// The texts of a node: a scalar, or a list of them (lists in lists are taken apart).
pub(super) fn texts(node: Option<&Node>) -> Vec<&Node> {
    let mut out = Vec::new();
    let mut open: Vec<&Node> = node.into_iter().collect();
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Scalar { .. } => out.push(node),
            Value::Sequence(items) => open.extend(items.iter().rev()),
            Value::Null | Value::Mapping(_) => {}
        }
    }
    out
}

/// Whether a node says `true`.
pub(super) fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::scalar) == Some("true")
}

/// What is written in a node, on one line, for comparing and for people.
pub(super) fn flat(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Scalar { text, .. } => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Sequence(items) => {
            let items: Vec<String> = items.iter().map(flat).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Mapping(entries) => {
            let one = |entry: &yaml::Entry| format!("{}: {}", entry.key.text, flat(&entry.value));
            let entries: Vec<String> = entries.iter().map(one).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// At most so many characters of a text, for people.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
