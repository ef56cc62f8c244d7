//! The gates of packs and those of the file as one list.

use super::Pack;
use crate::format::yaml::{Entry, Node, Value};
use crate::spec::{Diagnostic, Registry, flatten, habits};

/// The gates of all packs, overridden by those of the file, then the file's own.
pub(crate) fn merge(
    packs: &[Pack],
    root: &Node,
    registry: &dyn Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let own = root.get("gates").map_or(&[][..], Node::entries);
    let mut merged: Vec<Entry> = Vec::new();
    for entry in packs
        .iter()
        .flat_map(|pack| brought(pack, mistakes))
        .collect::<Vec<_>>()
    {
        if let Some(first) = merged.iter().find(|known| known.key.text == entry.key.text) {
            let message = format!("two packs bring a gate `{}`", entry.key.text);
            let diagnostic = Diagnostic::new(entry.key.span, message);
            mistakes.push(diagnostic.also(first.key.span, "first here"));
            continue;
        }
        let over = own.iter().find(|own| own.key.text == entry.key.text);
        merged.push(over.map_or_else(|| entry.clone(), |over| overridden(entry, over, registry)));
    }
    let brought = merged.len();
    let fresh = own
        .iter()
        .filter(|own| merged[..brought].iter().all(|m| m.key.text != own.key.text));
    let fresh: Vec<_> = fresh.cloned().collect();
    merged.extend(fresh);
    merged
}

/// Key by key; but a gate that names another kind stands alone, for the pack's keys are those of
/// its own kind.
fn overridden(pack: &Entry, own: &Entry, registry: &dyn Registry) -> Entry {
    let words = || registry.kinds().iter().map(|kind| kind.word());
    let run = |node: &Node| matches!(node.value, Value::Scalar { .. }).then_some("run");
    let kind = |node: &Node| run(node).or_else(|| words().find(|word| node.entry(word).is_some()));
    let other = kind(&own.value).is_some_and(|own| kind(&pack.value) != Some(own));
    let short = run(&own.value).is_some();
    if other || !(short || matches!(own.value.value, Value::Mapping(_))) {
        return own.clone();
    }
    let mut entries = match run(&own.value) {
        Some(_) => flatten::run_of(&own.value).entries().to_vec(),
        None => own.value.entries().to_vec(),
    };
    let rest = pack.value.entries().iter();
    let rest: Vec<_> = rest
        .filter(|entry| own.value.entry(&entry.key.text).is_none())
        .cloned()
        .collect();
    let is_new = |entry: &Entry| entries.iter().all(|own| own.key.text != entry.key.text);
    let rest: Vec<_> = rest.into_iter().filter(is_new).collect();
    entries.extend(rest);
    let value = Node {
        span: own.value.span,
        value: Value::Mapping(entries),
    };
    Entry {
        key: own.key.clone(),
        value,
    }
}

/// The gates of a pack but those that the file does without.
fn brought<'p>(pack: &'p Pack, mistakes: &mut Vec<Diagnostic>) -> Vec<&'p Entry> {
    let gates = pack.root.get("gates").map_or(&[][..], Node::entries);
    for (name, span) in &pack.without {
        if gates.iter().all(|gate| gate.key.text != *name) {
            let message = format!("the pack `{}` has no gate `{name}`", pack.name);
            let names = gates.iter().map(|gate| gate.key.text.as_str());
            let diagnostic = Diagnostic::new(*span, message);
            mistakes.push(habits::did_you_mean(diagnostic, name, names));
        }
    }
    let left_out = |gate: &&Entry| pack.without.iter().any(|(name, _)| *name == gate.key.text);
    let kept: Vec<_> = gates.iter().filter(|gate| !left_out(gate)).collect();
    if kept.is_empty() && !gates.is_empty() {
        let message = format!("nothing is left of the pack `{}`", pack.name);
        mistakes.push(Diagnostic::new(pack.span, message).help("do not use it, then"));
    }
    kept
}
