//! `use:`: packs are gate files that come with prove; the project's own gates stand over theirs.

use super::{Diagnostic, Registry, Sources, check, habits, keys};
use crate::format::yaml::{self, Entry, Node, Value};

/// Reads the packs that a file uses, each once.
pub(super) fn read(
    root: &Node,
    registry: &dyn Registry,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    let mut packs = Vec::new();
    let mut seen = Vec::new();
    for node in root.get("use").map_or(&[][..], Node::items) {
        let Some(name) = node.scalar() else { continue };
        if seen.contains(&name) {
            mistakes.push(Diagnostic::new(
                node.span,
                format!("the pack `{name}` is here twice"),
            ));
            continue;
        }
        seen.push(name);
        let Some(text) = registry.pack(name) else {
            mistakes.push(unknown(node, name, registry));
            continue;
        };
        let source = sources.add(format!("gates/{name}.yml"), text);
        match yaml::parse(source, text.as_bytes()) {
            Ok(pack) => {
                mistakes.extend(pack.mistakes.into_iter().map(Diagnostic::from));
                mistakes.extend(check::unknown_keys(&pack.root, &[keys::PACK]));
                packs.push(pack.root);
            }
            Err(errors) => mistakes.extend(errors.into_iter().map(Diagnostic::from)),
        }
    }
    packs
}

fn unknown(node: &Node, name: &str, registry: &dyn Registry) -> Diagnostic {
    let names = registry.packs();
    let diagnostic = Diagnostic::new(node.span, format!("there is no pack `{name}`"));
    let guess = habits::did_you_mean(diagnostic.clone(), name, names.iter().copied());
    if guess.help.is_some() {
        return guess;
    }
    diagnostic.help(format!("packs that come with prove: {}", names.join(", ")))
}

/// The gates of all packs, overridden by those of the file, then the file's own.
pub(super) fn merge(
    packs: &[Node],
    root: &Node,
    registry: &dyn Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    let own = root.get("gates").map_or(&[][..], Node::entries);
    let mut merged: Vec<Entry> = Vec::new();
    for entry in packs
        .iter()
        .filter_map(|pack| pack.get("gates"))
        .flat_map(Node::entries)
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
        Some(_) => super::flatten::run_of(&own.value).entries().to_vec(),
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
