//! Two canonical trees become one: maps merge, lists append, and what the table says is replaced.
//! Every node keeps the place where it is written. Must not know files.

use std::collections::HashMap;

use super::canon::{OVERRIDE, RESET, Tags};
use super::shape::{Record, Shape, Short};
use crate::format::yaml::{Entry, Node, Value};

/// Lays a tree over another.
pub(super) fn merge(base: Node, over: Node, shape: &'static Shape, tags: &Tags) -> Node {
    let tag = tags.get(&over.span).copied();
    if tag == Some(RESET) || tag == Some(OVERRIDE) || tags.get(&base.span) == Some(&RESET) {
        return over;
    }
    if over.value == Value::Null && base.value != Value::Null {
        return base;
    }
    match shape {
        Shape::Record(record) | Shape::Short(Short::Build, record) => {
            records(base, over, record, tags)
        }
        Shape::Names(record) => maps(base, over, &|b, o| records(b, o, record, tags)),
        Shape::Dict(inner) => maps(base, over, &|b, o| merge(b, o, inner, tags)),
        Shape::Pairs | Shape::Hosts => maps(base, over, &|_, over| over),
        Shape::List(inner) | Shape::Some(inner) => lists(base, over, inner),
        _ => over,
    }
}

/// Lays a record over another.
pub(super) fn records(base: Node, over: Node, record: &'static Record, tags: &Tags) -> Node {
    if over.value == Value::Null {
        return base;
    }
    if record.what == "a logging" && driver_differs(&base, &over) {
        return over;
    }
    maps_with(base, over, &|name, base, over| match record.field(name) {
        Some(field) if !field.replaced => merge(base, over, &field.shape, tags),
        _ => over,
    })
}

/// Options belong to a driver: those of another one are nothing to it.
fn driver_differs(base: &Node, over: &Node) -> bool {
    let driver = |node: &Node| node.get("driver").and_then(Node::scalar).map(str::to_owned);
    matches!((driver(base), driver(over)), (Some(base), Some(over)) if base != over)
}

fn maps(base: Node, over: Node, join: &dyn Fn(Node, Node) -> Node) -> Node {
    maps_with(base, over, &|_, base, over| join(base, over))
}

fn maps_with(base: Node, over: Node, join: &dyn Fn(&str, Node, Node) -> Node) -> Node {
    let (Value::Mapping(mut all), Value::Mapping(fresh)) = (base.value, over.value.clone()) else {
        return over;
    };
    let mut known: HashMap<String, usize> = HashMap::with_capacity(all.len());
    for (index, entry) in all.iter().enumerate() {
        known.insert(entry.key.text.clone(), index);
    }
    for Entry { key, value } in fresh {
        match known.get(&key.text).and_then(|index| all.get_mut(*index)) {
            Some(entry) => {
                let empty = Node {
                    span: entry.value.span,
                    value: Value::Null,
                };
                let base = std::mem::replace(&mut entry.value, empty);
                entry.value = join(&key.text, base, value);
                entry.key = key;
            }
            None => all.push(Entry { key, value }),
        }
    }
    Node {
        span: over.span,
        value: Value::Mapping(all),
    }
}

/// Appends; an item that stands for the same thing as an earlier one takes its place.
fn lists(base: Node, over: Node, item: &'static Shape) -> Node {
    let (Value::Sequence(mut all), Value::Sequence(fresh)) = (base.value, over.value.clone())
    else {
        return over;
    };
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, node) in all.iter().enumerate() {
        known.extend(identity(node, item).map(|id| (id, index)));
    }
    for node in fresh {
        let id = identity(&node, item);
        let place = id.as_ref().and_then(|id| known.get(id)).copied();
        match place.and_then(|index| all.get_mut(index)) {
            Some(earlier) => *earlier = node,
            None => {
                known.extend(id.map(|id| (id, all.len())));
                all.push(node);
            }
        }
    }
    Node {
        span: over.span,
        value: Value::Sequence(all),
    }
}

/// What an item of a list stands for: two items with the same are the same thing said twice.
pub(super) fn identity(node: &Node, shape: &Shape) -> Option<String> {
    let part = |name: &str| node.get(name).and_then(Node::scalar).unwrap_or_default();
    match shape {
        Shape::Text | Shape::TextOrNumber | Shape::Path => node.scalar().map(str::to_owned),
        Shape::Short(Short::Port, _) => {
            let protocol = Some(part("protocol"))
                .filter(|p| !p.is_empty())
                .unwrap_or("tcp");
            let (ip, published, target) = (part("host_ip"), part("published"), part("target"));
            Some(format!("{ip}:{published}:{target}/{protocol}"))
        }
        Shape::Short(Short::Volume | Short::Device, _) => {
            Some(part("target").to_owned()).filter(|target| !target.is_empty())
        }
        Shape::Short(Short::Mount, _) => {
            let target = Some(part("target")).filter(|target| !target.is_empty());
            Some(target.unwrap_or(part("source")).to_owned())
        }
        Shape::Short(Short::EnvFile, _) => Some(part("path").to_owned()),
        _ => None,
    }
}

/// Takes out what `!reset` has left behind.
pub(super) fn strip(node: &mut Node, tags: &Tags) {
    if tags.is_empty() {
        return;
    }
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.retain(|entry| tags.get(&entry.value.span) != Some(&RESET));
            entries
                .iter_mut()
                .for_each(|entry| strip(&mut entry.value, tags));
        }
        Value::Sequence(items) => {
            items.retain(|item| tags.get(&item.span) != Some(&RESET));
            items.iter_mut().for_each(|item| strip(item, tags));
        }
        _ => {}
    }
}
