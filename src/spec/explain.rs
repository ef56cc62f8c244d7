//! Every key of one gate as meant: its own, what its pack, its groups, `defaults` and the file hand
//! down, and what holds where nothing is written. For `prove explain`; a run needs none of it.

use serde_json::{Map, Value as Json};

use super::load::GateFile;
use super::{Registry, Sources, flatten, keys, packs};
use crate::format::yaml::{self, Entry, Node, Span, Value};
use crate::model::{Facts, GateName};

/// A key of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Meant {
    /// The key.
    pub key: &'static str,
    /// What is written, every scalar by its text; for a default the words of the reference.
    pub value: Json,
    /// Where it is written; `None` is a default.
    pub span: Option<Span>,
}

/// The keys of this gate, in the order of the reference. A cell has those of its gate, with
/// `${{ matrix.AXIS }}` as written. Empty for a name that the file does not have.
#[must_use]
pub fn explain(
    file: GateFile<'_>,
    facts: &Facts,
    registry: &dyn Registry,
    gate: &GateName,
) -> Vec<Meant> {
    let Ok(document) = yaml::parse(0, file.bytes) else {
        return Vec::new();
    };
    let root = document.root;
    // Whoever asks has loaded the file: its mistakes were said.
    let (mut sources, mut said) = (Sources::default(), Vec::new());
    sources.add(file.name, "");
    let packs = packs::read(&root, (registry, facts), &mut sources, &mut said);
    let merged = packs::merge(&packs, &root, registry, &mut said);
    let defaults = root.get("defaults").map_or(&[][..], Node::entries);
    let gates = flatten::flatten(registry, &merged, defaults);
    let named = |flat: &&flatten::Flat| flat.name.as_str() == gate.base();
    let Some(flat) = gates.flat.iter().find(named) else {
        return Vec::new();
    };
    let layers = flat.layers.iter().map(|layer| &layer.map);
    let layers: Vec<&Node> = std::iter::once(&root).chain(layers).collect();
    let word = super::Field::new(flat.kind.word(), flat.kind.shape(), flat.kind.doc());
    let fields = std::iter::once(&word).chain(flat.kind.keys());
    let meant = fields.chain(keys::COMMON).filter_map(|field| {
        let added = flatten::ADDED.contains(&field.name);
        if added {
            if let Some(meant) = gathered(field.name, &layers) {
                return Some(meant);
            }
        } else if let Some(entry) = flat.map.entry(field.name) {
            return Some(Meant {
                key: field.name,
                value: json(&entry.value),
                span: Some(entry.key.span),
            });
        }
        let default = Meant {
            key: field.name,
            value: Json::String(field.default.to_owned()),
            span: None,
        };
        (!field.default.is_empty() && field.default != "[]").then_some(default)
    });
    meant.collect()
}

/// A key that adds up over file, groups and gate; of variables the innermost holds.
fn gathered(key: &'static str, layers: &[&Node]) -> Option<Meant> {
    let entries = layers.iter().filter_map(|layer| layer.entry(key));
    let entries: Vec<&Entry> = entries.collect();
    let nearest = entries.last()?;
    let value = if key == "env" {
        let mut variables = Map::new();
        for entry in entries.iter().flat_map(|entry| entry.value.entries()) {
            variables.insert(entry.key.text.clone(), json(&entry.value));
        }
        Json::Object(variables)
    } else {
        let mut names: Vec<Json> = Vec::new();
        for name in entries.iter().flat_map(|entry| entry.value.items()) {
            let name = json(name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Json::Array(names)
    };
    Some(Meant {
        key,
        value,
        span: Some(nearest.key.span),
    })
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Scalar { text, .. } => Json::String(text.clone()),
        Value::Sequence(items) => items.iter().map(json).collect(),
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.text.clone(), json(&entry.value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
version: 1
env: { A: file, B: file }
defaults: { timeout: 3m }
gates:
  ui:
    retries: 2
    env: { B: group }
    pass_env: [X]
    gates:
      lint: { run: npm run lint, env: { C: own }, pass_env: [Y, X] }
";

    fn meant(name: &str) -> Vec<Meant> {
        let file = GateFile {
            name: "prove.yml",
            bytes: FILE.as_bytes(),
        };
        let gate = GateName::parse(name).unwrap();
        explain(file, &Facts::default(), &crate::spec::tests::Kinds, &gate)
    }

    fn value(key: &str) -> (String, bool) {
        let all = meant("ui/lint");
        let found = all.iter().find(|meant| meant.key == key).unwrap();
        (found.value.to_string(), found.span.is_some())
    }

    #[test]
    fn own_keys_stand_over_groups_and_defaults() {
        assert_eq!(value("timeout"), ("\"3m\"".to_owned(), true));
        assert_eq!(value("retries"), ("\"2\"".to_owned(), true));
        assert_eq!(value("cwd"), ("\".\"".to_owned(), false));
        assert_eq!(value("run"), ("\"npm run lint\"".to_owned(), true));
        assert!(meant("nope").is_empty());
    }

    #[test]
    fn what_adds_up_is_added_up() {
        let env = r#"{"A":"file","B":"group","C":"own"}"#;
        assert_eq!(value("env"), (env.to_owned(), true));
        assert_eq!(value("pass_env").0, r#"["X","Y"]"#);
    }
}
