//! `allow_empty` where it can mean something: a permission that nothing ever asks for would look
//! like one that holds.
//!
//! Reads the gates as written, so that it is said beside all other mistakes; what a gate can find
//! empty, its kind says.

use super::flatten::{Flat, Gates};
use super::{Diagnostic, check};
use crate::format::yaml::{Entry, Node, Span};

const KEY: &str = "allow_empty";

/// Says every `allow_empty` that no gate has a use for.
pub(super) fn check(gates: &Gates) -> Vec<Diagnostic> {
    let own = gates.flat.iter().filter_map(|flat| {
        let layer = flat.layers.last()?;
        let entry = layer.map.entry(KEY)?;
        (!can_be_empty(flat)).then(|| of_a_gate(flat, entry))
    });
    let groups = gates.groups.iter().filter_map(|(name, _, map)| {
        let entry = map.entry(KEY)?;
        let reached = |flat: &&Flat| takes_it_from(flat, entry.key.span);
        let used = gates.flat.iter().filter(reached).any(can_be_empty);
        (!used).then(|| of_a_group(name.as_str(), entry))
    });
    own.chain(groups).collect()
}

/// Whether the gate has this very `allow_empty`, and not one from nearer by.
fn takes_it_from(flat: &Flat, span: Span) -> bool {
    flat.map
        .entry(KEY)
        .is_some_and(|entry| entry.key.span == span)
}

fn can_be_empty(flat: &Flat) -> bool {
    let paths = flat.kind.may_find_nothing().iter();
    paths.into_iter().any(|path| has(&flat.map, path))
}

/// Whether there is something at this path of keys.
fn has(map: &Node, path: &[&str]) -> bool {
    let found = path.iter().try_fold(map, |node, key| node.get(key));
    found.is_some()
}

fn of_a_gate(flat: &Flat, entry: &Entry) -> Diagnostic {
    let (name, word) = (&flat.name, flat.kind.word());
    let keys: Vec<String> = flat
        .kind
        .may_find_nothing()
        .iter()
        .map(|path| path.join(": "))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let help = match keys.is_empty() {
        true => "take it away".to_owned(),
        false => format!(
            "take it away, or say what may be empty: {}",
            check::or(&keys)
        ),
    };
    let message = match keys.is_empty() {
        true => format!("`{KEY}` means nothing here: no `{word}` gate finds nothing and passes"),
        false => {
            format!("`{KEY}` means nothing here: `{name}` looks for nothing that may be empty")
        }
    };
    Diagnostic::new(entry.key.span, message).why(WHY).help(help)
}

fn of_a_group(name: &str, entry: &Entry) -> Diagnostic {
    let message =
        format!("`{KEY}` means nothing here: no gate of the group `{name}` has a use for it");
    let help = "take it away, or write it at the gate that it is meant for";
    Diagnostic::new(entry.key.span, message).why(WHY).help(help)
}

const WHY: &str = "it would read as a permission that holds, and allow nothing";
