//! Short forms become long ones: lists of names, `KEY=value`, and everything that is a word where a
//! map could stand. Ports and volumes have files of their own. Must not know other files.

use super::canon::{Canon, Kind, entry, kind, text_at};
use super::path;
use super::problem::{Problem, ProblemKind};
use super::shape::{Record, Short};
use super::{port, volume};
use crate::format::yaml::{Entry, Key, Node, Span, Value};

fn map(span: Span, entries: Vec<Entry>) -> Node {
    let value = Value::Mapping(entries);
    Node { span, value }
}

impl Canon<'_> {
    pub(super) fn short(
        &mut self,
        node: Node,
        short: Short,
        record: &'static Record,
    ) -> Option<Node> {
        let found = kind(&node);
        let long = match (short, found) {
            (Short::Gpus, Kind::List) => return self.gpus(node, record),
            (Short::Port, Kind::Map) => return port::long(self, node, record),
            (Short::Volume, Kind::Map) => return volume::long(self, node, record),
            (Short::Mount, Kind::Map) => return self.record(node, record),
            (_, Kind::Map) => return self.record(node, record),
            (Short::Port, Kind::Text | Kind::Number) => return port::short(self, &node),
            (Short::Volume, Kind::Text) => return volume::short(self, &node),
            (Short::Ulimit, Kind::Text | Kind::Number) => return self.ulimit(&node),
            (Short::Device, Kind::Text) => return Some(Self::device(&node)),
            (Short::Gpus, Kind::Text) => return self.all_gpus(&node),
            (Short::Build, Kind::Text) => map(node.span, vec![entry("context", node)]),
            (Short::EnvFile | Short::Include, Kind::Text) => {
                map(node.span, vec![entry("path", node)])
            }
            (Short::Mount, Kind::Text) => map(node.span, vec![entry("source", node)]),
            (Short::Extends, Kind::Text) => map(node.span, vec![entry("service", node)]),
            _ => {
                let expected = match short {
                    Short::Ulimit => "a number or a map",
                    _ => "a text or a map",
                };
                self.wrong_type(&node, expected);
                return None;
            }
        };
        self.record(long, record)
    }

    fn gpus(&mut self, node: Node, record: &'static Record) -> Option<Node> {
        let Value::Sequence(items) = node.value else {
            return None;
        };
        let items = items
            .into_iter()
            .filter_map(|item| self.record(item, record));
        let value = Value::Sequence(items.collect());
        Some(Node {
            span: node.span,
            value,
        })
    }

    fn all_gpus(&mut self, node: &Node) -> Option<Node> {
        if node.scalar() != Some("all") {
            self.bad(
                node.span,
                format!("expected `all` or a list, found {}", node.what()),
            );
            return None;
        }
        let all = map(node.span, vec![entry("count", text_at(node.span, "-1"))]);
        let value = Value::Sequence(vec![all]);
        Some(Node {
            span: node.span,
            value,
        })
    }

    fn ulimit(&mut self, node: &Node) -> Option<Node> {
        let text = node.scalar().unwrap_or_default();
        if super::value::integer(text).is_none() {
            self.bad(
                node.span,
                format!("expected a whole number, found {}", node.what()),
            );
            return None;
        }
        let entries = ["soft", "hard"].map(|name| entry(name, node.clone()));
        Some(map(node.span, entries.into()))
    }

    fn device(node: &Node) -> Node {
        let text = node.scalar().unwrap_or_default();
        let mut parts = text.splitn(3, ':');
        let source = parts.next().unwrap_or_default();
        let target = parts.next().unwrap_or(source);
        let permissions = parts.next().unwrap_or("rwm");
        let pairs = [
            ("source", source),
            ("target", target),
            ("permissions", permissions),
        ];
        let entries = pairs.map(|(name, text)| entry(name, text_at(node.span, text)));
        map(node.span, entries.into())
    }

    /// A list of names, or a map of names to records.
    pub(super) fn names(&mut self, node: Node, record: &'static Record) -> Option<Node> {
        let span = node.span;
        let mut kept: Vec<Entry> = Vec::new();
        match node.value {
            Value::Mapping(entries) => {
                for Entry { key, value } in entries {
                    if let Some(value) = self.record(value, record) {
                        kept.push(Entry { key, value });
                    }
                }
            }
            Value::Sequence(items) => {
                for item in items {
                    let Some(text) = item.scalar().filter(|_| kind(&item) == Kind::Text) else {
                        self.wrong_type(&item, "a text");
                        continue;
                    };
                    let key = Key {
                        span: item.span,
                        text: text.to_owned(),
                    };
                    let value = listed(item.span, record);
                    self.once(&mut kept, Entry { key, value });
                }
            }
            _ => {
                self.wrong_type(&node, "a list or a map");
                return None;
            }
        }
        Some(map(span, kept))
    }

    fn once(&mut self, kept: &mut Vec<Entry>, entry: Entry) {
        let Some(first) = kept.iter().find(|other| other.key.text == entry.key.text) else {
            kept.push(entry);
            return;
        };
        let message = format!("`{}` is here twice", entry.key.text);
        let problem = Problem::new(entry.key.span, ProblemKind::Duplicate, message);
        self.problems
            .push(problem.also(first.key.span, "first here").lax());
        kept.retain(|other| other.key.text != entry.key.text);
        kept.push(entry);
    }

    /// `KEY: value`, or `[KEY=value, KEY]`. A key without a value is null.
    pub(super) fn pairs(&mut self, node: Node) -> Option<Node> {
        let span = node.span;
        let mut kept = Vec::new();
        match node.value {
            Value::Mapping(entries) => {
                for Entry { key, value } in entries {
                    match kind(&value) {
                        Kind::List | Kind::Map => {
                            self.wrong_type(&value, "a text, a number or a boolean");
                        }
                        _ => kept.push(Entry { key, value }),
                    }
                }
            }
            Value::Sequence(items) => {
                for item in items {
                    let Some(text) = item.scalar().filter(|_| kind(&item) == Kind::Text) else {
                        self.wrong_type(&item, "a text such as KEY=value");
                        continue;
                    };
                    let (name, value) = match text.split_once('=') {
                        Some((name, value)) => (name, Some(value)),
                        None => (text, None),
                    };
                    let key_span = self.sources.narrow(item.span, name);
                    let key = Key {
                        span: key_span,
                        text: name.to_owned(),
                    };
                    let value = match value {
                        Some(value) => text_at(item.span, value),
                        None => Node {
                            span: item.span,
                            value: Value::Null,
                        },
                    };
                    self.once(&mut kept, Entry { key, value });
                }
            }
            _ => {
                self.wrong_type(&node, "a map or a list of KEY=value");
                return None;
            }
        }
        Some(map(span, kept))
    }

    /// `host: address`, `host: [address]`, or a list of `host=address` and `host:address`.
    pub(super) fn hosts(&mut self, node: Node) -> Option<Node> {
        let span = node.span;
        let mut kept: Vec<Entry> = Vec::new();
        let mut add = |key: Key, address: Node| match kept
            .iter_mut()
            .find(|entry| entry.key.text == key.text)
        {
            Some(Entry {
                value:
                    Node {
                        value: Value::Sequence(all),
                        ..
                    },
                ..
            }) => all.push(address),
            _ => {
                let value = Node {
                    span: address.span,
                    value: Value::Sequence(vec![address]),
                };
                kept.push(Entry { key, value });
            }
        };
        match node.value {
            Value::Mapping(entries) => {
                for Entry { key, value } in entries {
                    for address in value.items() {
                        match kind(address) {
                            Kind::Text => add(key.clone(), address.clone()),
                            _ => self.wrong_type(address, "a text"),
                        }
                    }
                }
            }
            Value::Sequence(items) => {
                for item in items {
                    let split = |text: &'_ str| {
                        text.split_once('=')
                            .or_else(|| text.split_once(':'))
                            .map(|(h, a)| (h.to_owned(), a.to_owned()))
                    };
                    let Some((host, address)) = item.scalar().and_then(split) else {
                        let message = format!("expected host=address, found {}", item.what());
                        self.bad(item.span, message);
                        continue;
                    };
                    let address = address
                        .trim_start_matches('[')
                        .trim_end_matches(']')
                        .to_owned();
                    add(
                        Key {
                            span: item.span,
                            text: host,
                        },
                        text_at(item.span, address),
                    );
                }
            }
            _ => {
                self.wrong_type(&node, "a map or a list of host=address");
                return None;
            }
        }
        Some(map(span, kept))
    }

    /// A path in a short form.
    pub(super) fn resolved(&self, span: Span, text: &str) -> Node {
        text_at(span, path::join(&self.base, text))
    }
}

/// What a name in a list stands for.
fn listed(span: Span, record: &Record) -> Node {
    if record.required.contains(&"condition") {
        let started = entry("condition", text_at(span, "service_started"));
        return map(span, vec![started]);
    }
    Node {
        span,
        value: Value::Null,
    }
}
