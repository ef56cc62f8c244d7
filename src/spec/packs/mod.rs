//! `use:`: packs are gate files that come with prove, or lie in the project or beside it; the
//! project's own gates stand over theirs.
//!
//! Reads which packs are meant and what is handed to them. Does no I/O: a pack that is a file is
//! among the facts, as `survey.rs` asked for it.

mod about;
mod merge;
mod params;

use super::{Decoder, Diagnostic, Registry, Sources, check, habits, keys};
use crate::format::yaml::{self, Entry, Node, Span, Value};
use crate::model::{Digest, Facts};

pub use about::{PackAbout, PackGate, Variable};
pub(super) use merge::merge;
pub(super) use params::variables;

/// A pack as one file uses it.
#[derive(Debug)]
pub(super) struct Pack {
    /// Its name, or its path: what diagnostics call it.
    pub name: String,
    /// The number of its source: templates with this source see its variables.
    pub source: u32,
    /// Where it is used.
    pub span: Span,
    /// Its text as a tree.
    pub root: Node,
    /// Values for its variables.
    pub with: Vec<Entry>,
    /// Names of its gates that are left out, and where that is written.
    pub without: Vec<(String, Span)>,
}

/// Reads the packs that a file uses, each once. What has a wrong shape is passed over here: the
/// check of the file's own keys says it.
pub(super) fn read(
    root: &Node,
    (registry, facts): (&dyn Registry, &Facts),
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Pack> {
    let mut packs: Vec<Pack> = Vec::new();
    for node in root.get("use").map_or(&[][..], Node::items) {
        let Some((name, place)) = named(node, mistakes) else {
            continue;
        };
        if packs.iter().any(|pack| pack.name == name) {
            let message = format!("the pack `{name}` is here twice");
            mistakes.push(Diagnostic::new(place.span(), message));
            continue;
        }
        let text = match place {
            Place::BuiltIn(node) => match registry.pack(name) {
                Some(text) => Ok(text.to_owned()),
                None => Err(Box::new(unknown(node, name, registry))),
            },
            Place::File(path) => file(path, name, node.get("digest"), facts),
        };
        let shown = match place {
            Place::BuiltIn(_) => format!("gates/{name}.yml"),
            Place::File(_) => name.to_owned(),
        };
        let tree = text.map_err(|mistake| vec![*mistake]).and_then(|text| {
            let source = sources.add(shown, text.as_str());
            tree(source, &text, mistakes)
        });
        match tree {
            Ok(root) => packs.push(pack(name, place.span(), root, node)),
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    packs
}

/// Holds a pack against its shape: one that is a file may have any.
pub(super) fn check(decoder: &mut Decoder<'_>, pack: &Pack) {
    let root = &pack.root;
    let start = Span {
        end: root.span.start,
        ..root.span
    };
    if !matches!(root.value, Value::Mapping(_)) {
        let message = format!("a pack is a map, this is {}", root.what());
        return decoder.report(Diagnostic::new(start, message));
    }
    check::record(decoder, root, &[keys::PACK], start);
    let gates = root.get("gates");
    if gates.is_some_and(|gates| gates.entries().is_empty()) {
        let message = format!("the pack `{}` has no gates", pack.name);
        decoder.report(Diagnostic::new(start, message).label("`gates` maps names to gates"));
    }
}

/// The files that packs are read from, as written: what [`read`] will look for among the facts.
pub(super) fn files(root: &Node) -> impl Iterator<Item = &str> {
    let used = root.get("use").map_or(&[][..], Node::items);
    used.iter()
        .filter_map(|node| node.get("path").and_then(Node::scalar))
}

/// Where a pack comes from.
#[derive(Clone, Copy)]
enum Place<'n> {
    /// With prove.
    BuiltIn(&'n Node),
    /// A file.
    File(&'n Node),
}

impl Place<'_> {
    fn span(self) -> Span {
        match self {
            Self::BuiltIn(node) | Self::File(node) => node.span,
        }
    }
}

/// `docker`, `{ pack: docker, … }` or `{ path: ci/gates.yml, … }`.
fn named<'n>(node: &'n Node, mistakes: &mut Vec<Diagnostic>) -> Option<(&'n str, Place<'n>)> {
    if let Some(name) = node.scalar() {
        return Some((name, Place::BuiltIn(node)));
    }
    match (node.get("pack"), node.get("path")) {
        (Some(pack), None) => Some((pack.scalar()?, Place::BuiltIn(pack))),
        (None, Some(path)) => Some((path.scalar()?, Place::File(path))),
        _ if node.entries().is_empty() => None,
        _ => {
            let message = "a pack is named by `pack` or by `path`: exactly one of them";
            let help = "`{ pack: node }` comes with prove, `{ path: ci/gates.yml }` is a file";
            mistakes.push(Diagnostic::new(node.span, message).help(help));
            None
        }
    }
}

fn pack(name: &str, span: Span, root: Node, node: &Node) -> Pack {
    let without = node.get("without").map_or(&[][..], Node::items);
    let without = without
        .iter()
        .filter_map(|name| Some((name.scalar()?.to_owned(), name.span)));
    Pack {
        name: name.to_owned(),
        source: root.span.source,
        span,
        with: node.get("with").map_or(&[][..], Node::entries).to_vec(),
        without: without.collect(),
        root,
    }
}

fn tree(source: u32, text: &str, mistakes: &mut Vec<Diagnostic>) -> Result<Node, Vec<Diagnostic>> {
    match yaml::parse(source, text.as_bytes()) {
        Ok(pack) => {
            mistakes.extend(pack.mistakes.into_iter().map(Diagnostic::from));
            Ok(pack.root)
        }
        Err(errors) => Err(errors.into_iter().map(Diagnostic::from).collect()),
    }
}

/// The text of a pack that is a file. One from outside the project is not under the project's
/// control, so it is named by its content too; a digest that is there is held in any case.
fn file(
    path: &Node,
    name: &str,
    digest: Option<&Node>,
    facts: &Facts,
) -> Result<String, Box<Diagnostic>> {
    let text = match facts.files.get(name) {
        Some(Ok(text)) => text,
        Some(Err(why)) => {
            let message = format!("the pack `{name}` cannot be read: {why}");
            return Err(Box::new(Diagnostic::new(path.span, message)));
        }
        None => {
            let message = format!("the pack `{name}` was not read");
            return Err(Box::new(Diagnostic::new(path.span, message)));
        }
    };
    let actual = Digest::of(text.as_bytes()).to_string();
    match digest.and_then(|digest| Some((digest, digest.scalar()?))) {
        Some((digest, expected)) if expected != actual => {
            let message = format!("`{name}` is not the pack that this file means");
            let diagnostic = Diagnostic::new(digest.span, message)
                .label("its content has another digest")
                .why("what it would run is not what was looked at when this was written")
                .help(format!(
                    "look at the pack; if it is right, write `{actual}`"
                ));
            Err(Box::new(diagnostic))
        }
        None if is_outside(name) => {
            let message = format!("`{name}` is outside of the project, so it needs a digest");
            let diagnostic = Diagnostic::new(path.span, message)
                .why("nobody who reads this project sees what changes there")
                .help(format!("look at the pack and add `digest: {actual}`"));
            Err(Box::new(diagnostic))
        }
        _ => Ok(text.clone()),
    }
}

/// Whether a path leaves the project; `/x` is from its root.
fn is_outside(path: &str) -> bool {
    let mut depth = 0_i64;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

fn unknown(node: &Node, name: &str, registry: &dyn Registry) -> Diagnostic {
    let names = registry.packs();
    let diagnostic = Diagnostic::new(node.span, format!("there is no pack `{name}`"));
    let guess = habits::did_you_mean(diagnostic.clone(), name, names.iter().copied());
    if guess.help.is_some() {
        return guess;
    }
    let names = names.join(", ");
    diagnostic.help(format!(
        "packs that come with prove: {names}; a pack of your own is `{{ path: … }}`"
    ))
}
