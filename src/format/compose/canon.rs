//! One file's tree against the table: every mistake is said, every short form becomes the long one,
//! every path starts at the project's root. What is wrong is left out. Must not know other files.

use std::collections::HashMap;

use super::path;
use super::problem::{Problem, ProblemKind};
use super::shape::{Record, Shape};
use super::value;
use crate::format::near::nearest;
use crate::format::source::Sources;
use crate::format::words;
use crate::format::yaml::{Entry, Key, Node, Span, Style, Value};

/// What `!reset` and `!override` do when files are merged, by the place of the node that bears it.
pub(super) type Tags = HashMap<Span, &'static str>;

/// The tag that takes a value away.
pub(super) const RESET: &str = "!reset";
/// The tag that replaces instead of merging.
pub(super) const OVERRIDE: &str = "!override";

/// Makes one file canonical.
pub(super) struct Canon<'c> {
    pub(super) sources: &'c Sources,
    pub(super) tags: &'c Tags,
    pub(super) problems: &'c mut Vec<Problem>,
    /// The folder that the file's paths start in.
    pub(super) base: String,
}

/// What YAML takes a scalar for.
#[derive(PartialEq, Clone, Copy)]
pub(super) enum Kind {
    Nothing,
    Text,
    Number,
    Bool,
    List,
    Map,
}

pub(super) fn kind(node: &Node) -> Kind {
    match &node.value {
        Value::Null => Kind::Nothing,
        Value::Sequence(_) => Kind::List,
        Value::Mapping(_) => Kind::Map,
        Value::Scalar {
            style: Style::Plain,
            text,
        } => match text.as_str() {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
            text if is_number(text) => Kind::Number,
            _ => Kind::Text,
        },
        Value::Scalar { .. } => Kind::Text,
    }
}

fn is_number(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-']);
    if let Some(digits) = bare.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(digits) = bare.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|b| (b'0'..b'8').contains(&b));
    }
    bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') && value::number(text).is_some()
}

/// A text that was made of another, at the same place.
pub(super) fn text_at(span: Span, text: impl Into<String>) -> Node {
    let value = Value::Scalar {
        text: text.into(),
        style: Style::Quoted,
    };
    Node { span, value }
}

/// An entry of a record that a short form becomes.
pub(super) fn entry(name: &str, value: Node) -> Entry {
    let key = Key {
        span: value.span,
        text: name.to_owned(),
    };
    Entry { key, value }
}

impl Canon<'_> {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn bad(&mut self, span: Span, message: impl Into<String>) {
        self.report(Problem::new(span, ProblemKind::BadValue, message));
    }

    pub(super) fn wrong_type(&mut self, node: &Node, expected: &str) {
        let message = format!("expected {expected}, found {}", node.what());
        let mut problem = Problem::new(node.span, ProblemKind::WrongType, message);
        if expected.starts_with("a text") && matches!(kind(node), Kind::Number | Kind::Bool) {
            let quoted = format!("\"{}\"", node.scalar().unwrap_or_default());
            problem = problem
                .help(format!("for the text, put it in quotes: {quoted}"))
                .suggest(quoted);
        }
        self.report(problem);
    }

    /// The canonical form of a node; `None` when it is wrong.
    pub(super) fn node(&mut self, node: Node, shape: &'static Shape) -> Option<Node> {
        if self.tags.get(&node.span) == Some(&RESET) {
            return Some(node);
        }
        match shape {
            Shape::Any => Some(node),
            Shape::Record(record) => self.record(node, record),
            Shape::Short(short, record) => self.short(node, *short, record),
            Shape::Names(record) => self.names(node, record),
            Shape::Pairs => self.pairs(node),
            Shape::Hosts => self.hosts(node),
            Shape::Dict(shape) => self.dict(node, shape),
            Shape::List(shape) => self.list(node, shape),
            Shape::Some(shape) => match kind(&node) {
                Kind::List | Kind::Nothing => self.list(node, shape),
                _ => {
                    let span = node.span;
                    let value = Value::Sequence(self.node(node, shape).into_iter().collect());
                    Some(Node { span, value })
                }
            },
            Shape::Command | Shape::Test => self.command(node, shape),
            _ => self.scalar(node, shape),
        }
    }

    fn scalar(&mut self, node: Node, shape: &'static Shape) -> Option<Node> {
        let expected = match (shape, kind(&node)) {
            (Shape::Scalar, Kind::List | Kind::Map) => "a text, a number or a boolean",
            (Shape::Scalar, _) => return Some(node),
            (
                Shape::TextOrNumber | Shape::Bytes | Shape::Integer | Shape::Number,
                Kind::Text | Kind::Number,
            ) => {
                return self.counted(node, shape);
            }
            (Shape::TextOrNumber, _) => "a text or a number",
            (Shape::Integer | Shape::Number, _) => "a number",
            (Shape::Bytes, _) => "a size such as 512m",
            (Shape::Bool, Kind::Text | Kind::Bool | Kind::Number) => return self.boolean(node),
            (Shape::Bool, _) => "`true` or `false`",
            (Shape::External, Kind::Map) => return Some(self.external(&node)),
            (Shape::External, Kind::Text | Kind::Bool) => return self.boolean(node),
            (Shape::External, _) => "`true` or `false`",
            (_, Kind::Text) => return self.text(node, shape),
            _ => "a text",
        };
        self.wrong_type(&node, expected);
        None
    }

    fn external(&mut self, node: &Node) -> Node {
        let message = "`external: {name: …}` is a form of long ago";
        let help = "write `external: true`, and `name:` beside it";
        self.report(
            Problem::new(node.span, ProblemKind::Obsolete, message)
                .help(help)
                .lax(),
        );
        text_at(node.span, "true")
    }

    fn counted(&mut self, node: Node, shape: &Shape) -> Option<Node> {
        let text = node.scalar().unwrap_or_default();
        let (good, form) = match shape {
            Shape::Integer => (value::integer(text).is_some(), "a whole number"),
            Shape::Number => (value::number(text).is_some(), "a number"),
            Shape::Bytes => (value::bytes(text).is_some(), "a size such as 512m or 1g"),
            _ => (true, ""),
        };
        if good {
            return Some(node);
        }
        self.bad(node.span, format!("expected {form}, found {}", node.what()));
        None
    }

    fn boolean(&mut self, node: Node) -> Option<Node> {
        let text = node.scalar().unwrap_or_default();
        let Some((truth, modern)) = value::boolean(text) else {
            self.bad(
                node.span,
                format!("expected `true` or `false`, found {}", node.what()),
            );
            return None;
        };
        let word = if truth { "true" } else { "false" };
        if !modern {
            let message = format!("expected `true` or `false`, found {}", node.what());
            let problem = Problem::new(node.span, ProblemKind::BadValue, message);
            self.report(problem.help(format!("write `{word}`")).suggest(word).lax());
        }
        Some(text_at(node.span, word))
    }

    fn text(&mut self, node: Node, shape: &Shape) -> Option<Node> {
        let text = node.scalar().unwrap_or_default();
        match shape {
            Shape::Duration if value::duration(text).is_none() => {
                let message = format!(
                    "expected a duration such as 30s or 1m30s, found {}",
                    node.what()
                );
                self.bad(node.span, message);
                None
            }
            Shape::OneOf(words) if !words.contains(&text) => {
                let message = format!(
                    "expected one of {}, found {}",
                    words.join(", "),
                    node.what()
                );
                let mut problem = Problem::new(node.span, ProblemKind::BadValue, message);
                if let Some(word) = nearest(text, words.iter().copied()) {
                    problem = problem
                        .help(format!("did you mean `{word}`?"))
                        .suggest(word);
                }
                self.report(problem);
                None
            }
            Shape::Path => Some(text_at(node.span, path::join(&self.base, text))),
            Shape::Context if is_address(text) => Some(node),
            Shape::Context => Some(text_at(node.span, path::join(&self.base, text))),
            _ => Some(node),
        }
    }

    fn command(&mut self, node: Node, shape: &Shape) -> Option<Node> {
        let test = matches!(shape, Shape::Test);
        match kind(&node) {
            Kind::Nothing if !test => Some(node),
            Kind::List => self.list(node, &Shape::Text),
            Kind::Text if test => {
                let shell = text_at(node.span, "CMD-SHELL");
                let span = node.span;
                let value = Value::Sequence(vec![shell, node]);
                Some(Node { span, value })
            }
            Kind::Text => self.line(node),
            _ => {
                self.wrong_type(&node, "a text or a list of texts");
                None
            }
        }
    }

    /// A command line in one text: compose takes it apart as a shell would.
    fn line(&mut self, node: Node) -> Option<Node> {
        let Err(error) = words::split(node.scalar().unwrap_or_default()) else {
            return Some(node);
        };
        let message = format!("this is no command line: {error}");
        let problem = Problem::new(node.span, ProblemKind::BadValue, message);
        self.report(problem.help("write it as a list: `[program, argument]`"));
        None
    }

    fn list(&mut self, node: Node, shape: &'static Shape) -> Option<Node> {
        let Value::Sequence(items) = node.value else {
            self.wrong_type(&node, "a list");
            return None;
        };
        let items = items.into_iter().filter_map(|item| self.node(item, shape));
        let value = Value::Sequence(items.collect());
        Some(Node {
            span: node.span,
            value,
        })
    }

    fn dict(&mut self, node: Node, shape: &'static Shape) -> Option<Node> {
        let Value::Mapping(entries) = node.value else {
            self.wrong_type(&node, "a map");
            return None;
        };
        let keep = |Entry { key, value }| {
            if key.text.starts_with("x-") {
                return None;
            }
            let value = self.node(value, shape)?;
            Some(Entry { key, value })
        };
        let value = Value::Mapping(entries.into_iter().filter_map(keep).collect());
        Some(Node {
            span: node.span,
            value,
        })
    }

    pub(super) fn record(&mut self, node: Node, record: &'static Record) -> Option<Node> {
        if node.value == Value::Null && record.nullable {
            return Some(node);
        }
        let Value::Mapping(entries) = node.value else {
            self.wrong_type(&node, &format!("{} (a map)", record.what));
            return None;
        };
        let mut kept = Vec::with_capacity(entries.len());
        for Entry { key, value } in entries {
            let Some(field) = record.field(&key.text) else {
                self.unknown(&key, record);
                continue;
            };
            if let Some(value) = self.node(value, &field.shape) {
                kept.push(Entry { key, value });
            }
        }
        Some(Node {
            span: node.span,
            value: Value::Mapping(kept),
        })
    }

    fn unknown(&mut self, key: &Key, record: &'static Record) {
        if key.text.starts_with("x-") {
            return;
        }
        let message = format!("{} has no key `{}`", record.what, key.text);
        let mut problem = Problem::new(key.span, ProblemKind::UnknownKey, message);
        let known = record.fields.iter().map(|field| field.name);
        if let Some(word) = nearest(&key.text, known) {
            problem = problem
                .help(format!("did you mean `{word}`?"))
                .suggest(word);
        }
        self.report(problem);
    }
}

/// A build context that is fetched: compose leaves these as they are.
pub(super) fn is_address(text: &str) -> bool {
    text.contains("://")
        || [
            "git@",
            "github.com/",
            "service:",
            "docker-image:",
            "target:",
            "oci-layout:",
        ]
        .iter()
        .any(|head| text.starts_with(head))
}
