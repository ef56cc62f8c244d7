//! Groups to a flat list: every gate with what its groups hand down, and an index of all names.
//!
//! Structure only: what the keys mean is for `common.rs` and the kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::matrix::Place;
use super::scope::Known;
use super::{Diagnostic, KindSpec, Registry, check, keys};
use crate::format::yaml::{Entry, Key, Node, Span, Value};
use crate::model::GateName;

/// A gate, its map whole.
pub(super) struct Flat {
    pub name: GateName,
    /// Which cell of its matrix it is, once it has been multiplied.
    pub place: Option<Place>,
    pub group: Option<GateName>,
    /// Where its name is written.
    pub span: Span,
    pub kind: &'static dyn KindSpec,
    /// Its own keys, then those handed down; without `env`, `needs` and the like, which add up.
    pub map: Rc<Node>,
    /// Groups from the outside in, then the gate itself.
    pub layers: Vec<Rc<Layer>>,
}

/// A map that adds to what is below it.
pub(super) struct Layer {
    pub map: Node,
    /// The group that names in it are relative to.
    pub group: Option<GateName>,
}

/// Everything below `gates:`.
#[derive(Default)]
pub(super) struct Gates {
    pub flat: Vec<Flat>,
    /// Groups, to be checked as such.
    pub groups: Vec<(GateName, Span, Node)>,
    pub index: BTreeMap<GateName, Known>,
    pub mistakes: Vec<Diagnostic>,
}

/// Keys that add up over the layers instead of overriding each other.
pub(super) const ADDED: [&str; 5] = ["needs", "env", "pass_env", "require_env", "secrets"];

/// What a template may begin with that is no gate.
const NAMESPACES: [&str; 4] = ["env", "git", "matrix", "vars"];

/// Flattens the gates; `defaults` are handed down to all.
pub(super) fn flatten(registry: &dyn Registry, gates: &[Entry], defaults: &[Entry]) -> Gates {
    let mut walk = Walk {
        registry,
        defaults,
        out: Gates::default(),
    };
    walk.members(gates, None, &[]);
    walk.out
}

struct Walk<'a> {
    registry: &'a dyn Registry,
    defaults: &'a [Entry],
    out: Gates,
}

impl Walk<'_> {
    /// Gives the keys that a kind of some member has.
    fn members(
        &mut self,
        gates: &[Entry],
        group: Option<&GateName>,
        layers: &[Rc<Layer>],
    ) -> BTreeSet<&'static str> {
        let mut known = BTreeSet::new();
        for entry in gates {
            let Some(name) = self.name(&entry.key, group) else {
                continue;
            };
            let Some(map) = self.long_form(entry) else {
                continue;
            };
            let mut layers = layers.to_vec();
            layers.push(Rc::new(Layer {
                map: map.clone(),
                group: group.cloned(),
            }));
            if map.entry("gates").is_some() {
                known.extend(self.group(name, entry.key.span, map, &layers));
            } else if let Some(kind) = self.kind(&name, entry.key.span, &map) {
                known.extend(kind.keys().iter().map(|field| field.name));
                self.gate(name, group.cloned(), entry.key.span, (kind, layers));
            }
        }
        known
    }

    fn name(&mut self, key: &Key, group: Option<&GateName>) -> Option<GateName> {
        let segment = match GateName::segment(&key.text) {
            Ok(segment) => segment,
            Err(error) => {
                let help = "letters, digits, `_`, `-` and `.`; groups join names with `/`";
                let diagnostic = Diagnostic::new(key.span, error.to_string());
                self.out.mistakes.push(diagnostic.help(help));
                return None;
            }
        };
        let full = group.map_or_else(|| segment.clone(), |group| group.join(&segment));
        // The reader has said the duplicate.
        (!self.out.index.contains_key(&full)).then_some(full)
    }

    /// `lint: npm run lint` is short for `lint: { run: npm run lint }`.
    fn long_form(&mut self, entry: &Entry) -> Option<Node> {
        let node = &entry.value;
        let name = &entry.key.text;
        let mistake = match &node.value {
            Value::Mapping(_) => return Some(node.clone()),
            Value::Scalar { .. } => return Some(run_of(node)),
            Value::Sequence(_) => Diagnostic::new(
                entry.key.span,
                format!("the gate `{name}` is a list"),
            )
            .why("it could be arguments or several commands, so neither is assumed")
            .help(
                "arguments are written `run: [cmd, arg]`; several commands are lines of `run: |`",
            ),
            Value::Null => Diagnostic::new(entry.key.span, format!("the gate `{name}` is empty"))
                .help(format!(
                    "say what it does: `{name}: <command>`, or one of {}",
                    check::or(&self.words())
                )),
        };
        self.out.mistakes.push(mistake);
        None
    }

    fn words(&self) -> Vec<&'static str> {
        let kinds = self.registry.kinds().iter();
        kinds.map(|kind| kind.word()).collect()
    }

    /// The one kind of a gate.
    fn kind(&mut self, name: &GateName, span: Span, map: &Node) -> Option<&'static dyn KindSpec> {
        let kinds = self.registry.kinds().iter().copied();
        let here: Vec<_> = kinds
            .filter_map(|kind| map.entry(kind.word()).map(|entry| (kind, entry.key.span)))
            .collect();
        match here.as_slice() {
            [(kind, _)] => Some(*kind),
            [(first, one), (second, two), ..] => {
                let message = format!(
                    "`{name}` is two kinds of gate: `{}` and `{}`",
                    first.word(),
                    second.word()
                );
                let diagnostic = Diagnostic::new(*two, message).label("and this");
                self.out.mistakes.push(
                    diagnostic
                        .also(*one, "this")
                        .help("make two gates of it, the second with `needs`"),
                );
                None
            }
            [] => {
                self.kindless(name, span, map);
                None
            }
        }
    }

    /// A gate without a kind: often the kind is only misspelt, and then that is all to say.
    fn kindless(&mut self, name: &GateName, span: Span, map: &Node) {
        let tables = self.all_tables();
        let words = self.words();
        let unknown = check::unknown_keys(map, &[&tables]);
        let misspelt = unknown.iter().any(|d| {
            d.suggestion
                .as_deref()
                .is_some_and(|word| words.contains(&word))
        });
        self.out.mistakes.extend(unknown);
        if !misspelt {
            let diagnostic = Diagnostic::new(span, format!("`{name}` does nothing"));
            let help = format!(
                "a gate has exactly one of {}, or `gates`",
                check::or(&words)
            );
            self.out
                .mistakes
                .push(diagnostic.label("no kind of gate is named here").help(help));
        }
    }

    /// The keys of all gates, of groups, of all kinds.
    fn all_tables(&self) -> Vec<super::Field> {
        all_fields(self.registry)
    }

    fn group(
        &mut self,
        name: GateName,
        span: Span,
        map: Node,
        layers: &[Rc<Layer>],
    ) -> BTreeSet<&'static str> {
        let advisory = layers
            .iter()
            .any(|layer| layer.map.entry("advisory").is_some());
        self.out.index.insert(
            name.clone(),
            Known {
                span,
                builds: false,
                group: true,
                advisory,
                matrix: None,
            },
        );
        for kind in self.registry.kinds() {
            if let Some(entry) = map.entry(kind.word()) {
                let message = format!("`{name}` is a group and a `{}` gate at once", kind.word());
                let diagnostic = Diagnostic::new(entry.key.span, message);
                self.out
                    .mistakes
                    .push(diagnostic.help("make the command a member of the group"));
            }
        }
        let known = match map.get("gates").map(|gates| &gates.value) {
            Some(Value::Mapping(members)) if !members.is_empty() => {
                self.members(members, Some(&name), layers)
            }
            _ => {
                let diagnostic = Diagnostic::new(span, format!("the group `{name}` has no gates"));
                self.out.mistakes.push(diagnostic);
                BTreeSet::new()
            }
        };
        self.idle_keys(&name, &map, &known);
        self.out.groups.push((name, span, map));
        known
    }

    /// A key that a group hands down and no member takes would be an ignored key.
    fn idle_keys(&mut self, name: &GateName, map: &Node, known: &BTreeSet<&'static str>) {
        let common = |key: &str| {
            keys::COMMON
                .iter()
                .chain(keys::GROUP)
                .any(|f| f.name == key)
        };
        for Entry { key, .. } in map.entries() {
            let kinds = self.registry.kinds().iter();
            let of_a_kind = kinds
                .flat_map(|kind| kind.keys())
                .any(|field| field.name == key.text);
            if of_a_kind && !common(&key.text) && !known.contains(&*key.text) {
                let message = format!("no gate of the group `{name}` has a key `{}`", key.text);
                self.out.mistakes.push(Diagnostic::new(key.span, message));
            }
        }
    }

    fn gate(
        &mut self,
        name: GateName,
        group: Option<GateName>,
        span: Span,
        (kind, layers): (&'static dyn KindSpec, Vec<Rc<Layer>>),
    ) {
        if kind.builds() {
            self.check_referable(&name, span);
        }
        let map = self.whole(kind, &layers);
        let advisory = map.entry("advisory").is_some();
        let known = Known {
            span,
            builds: kind.builds(),
            group: false,
            advisory,
            matrix: None,
        };
        self.out.index.insert(name.clone(), known);
        self.out.flat.push(Flat {
            name,
            place: None,
            group,
            span,
            kind,
            map: Rc::new(map),
            layers,
        });
    }

    /// An image is referenced as `${{ NAME.ref }}`, where these words mean something else.
    fn check_referable(&mut self, name: &GateName, span: Span) {
        let head = name.as_str().split('.').next().unwrap_or_default();
        if NAMESPACES.contains(&head) {
            let message = format!("no gate that builds an image can be called `{name}`");
            let why = format!(
                "`${{{{ {head}.… }}}}` has a meaning of its own, so nothing could refer to this image"
            );
            let diagnostic = Diagnostic::new(span, message).why(why);
            self.out
                .mistakes
                .push(diagnostic.help("give it another name"));
        }
    }

    /// The gate's own keys, then what its groups hand down, nearest first, then the defaults.
    fn whole(&self, kind: &'static dyn KindSpec, layers: &[Rc<Layer>]) -> Node {
        let Some((own, groups)) = layers.split_last() else {
            return Node {
                span: Span::default(),
                value: Value::Mapping(Vec::new()),
            };
        };
        let mut entries = own.map.entries().to_vec();
        let takes = |key: &str| {
            let common = keys::COMMON
                .iter()
                .any(|f| f.name == key && key != "description");
            let added = ADDED.contains(&key);
            !added && (common || kind.keys().iter().any(|field| field.name == key))
        };
        let above = groups.iter().rev().flat_map(|layer| layer.map.entries());
        for entry in above.chain(self.defaults) {
            let taken = entries.iter().any(|own| own.key.text == entry.key.text);
            if !taken && takes(&entry.key.text) {
                entries.push(entry.clone());
            }
        }
        Node {
            span: own.map.span,
            value: Value::Mapping(entries),
        }
    }
}

/// The keys of all gates, of groups, of all kinds; each name once.
pub(super) fn all_fields(registry: &dyn Registry) -> Vec<super::Field> {
    let kinds = registry.kinds().iter();
    let words = kinds
        .clone()
        .map(|kind| super::Field::new(kind.word(), kind.shape(), kind.doc()));
    let own = kinds.flat_map(|kind| kind.keys().iter().copied());
    let common = keys::COMMON.iter().chain(keys::GROUP).copied();
    let mut fields: Vec<super::Field> = Vec::new();
    for field in common.chain(words).chain(own) {
        if fields.iter().all(|known| known.name != field.name) {
            fields.push(field);
        }
    }
    fields
}

pub(super) fn run_of(node: &Node) -> Node {
    let key = Key {
        span: node.span,
        text: "run".to_owned(),
    };
    let entry = Entry {
        key,
        value: node.clone(),
    };
    Node {
        span: node.span,
        value: Value::Mapping(vec![entry]),
    }
}
