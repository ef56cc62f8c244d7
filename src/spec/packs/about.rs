//! What a pack brings, for whoever chooses one: its variables and its gates.

use crate::format::yaml::{self, Node};
use crate::model::{Digest, Facts, GateName};
use crate::spec::{Diagnostics, GateFile, Registry, load};

/// A pack, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackAbout {
    /// What it is for.
    pub description: Option<String>,
    /// What can be handed to it by `with:`.
    pub variables: Vec<Variable>,
    /// What it brings.
    pub gates: Vec<PackGate>,
}

/// A variable of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value when nothing is handed over; `None` when it comes out of a file or a variable of
    /// the caller.
    pub default: Option<String>,
    /// The values that it may have; empty when it may have any.
    pub one_of: Vec<String>,
    /// What it is for.
    pub description: Option<String>,
}

/// A gate of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackGate {
    /// Its name.
    pub name: GateName,
    /// The kind's word.
    pub kind: &'static str,
    /// One line: what it does, the variables having their defaults.
    pub summary: String,
    /// What it is for.
    pub description: Option<String>,
}

impl PackAbout {
    /// Reads the text of a pack as a project would that hands nothing to it.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn read(name: &str, text: &str, registry: &dyn Registry) -> Result<Self, Diagnostics> {
        let facts = Facts {
            files: [(name.to_owned(), Ok(text.to_owned()))].into(),
            today: "0000-01-01".to_owned(),
            cpus: 1,
            ..Facts::default()
        };
        let quoted = serde_json::Value::from(name);
        let digest = Digest::of(text.as_bytes());
        let user = format!("version: 1\nuse: {{ path: {quoted}, digest: \"{digest}\" }}\n");
        let file = GateFile {
            name: "prove.yml",
            bytes: user.as_bytes(),
        };
        let loaded = load(file, &facts, registry, "project")?;
        let tree = yaml::parse(0, text.as_bytes()).map(|document| document.root);
        let root = tree.as_ref().ok();
        let gates = loaded.pipeline.gates.into_iter().map(|gate| PackGate {
            kind: gate.kind.word(),
            summary: gate.kind.summary(),
            name: gate.name,
            description: gate.description,
        });
        Ok(Self {
            description: root.and_then(|root| text_of(root, "description")),
            variables: root.map(variables).unwrap_or_default(),
            gates: gates.collect(),
        })
    }
}

fn text_of(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::scalar).map(str::to_owned)
}

fn variables(root: &Node) -> Vec<Variable> {
    let entries = root.get("vars").map_or(&[][..], Node::entries);
    let variable = |entry: &yaml::Entry| {
        let words = entry.value.get("one_of").map_or(&[][..], Node::items);
        let words = words.iter().filter_map(Node::scalar);
        let short = entry.value.scalar().map(str::to_owned);
        Variable {
            name: entry.key.text.clone(),
            default: short.or_else(|| text_of(&entry.value, "default")),
            one_of: words.map(str::to_owned).collect(),
            description: text_of(&entry.value, "description"),
        }
    };
    entries.iter().map(variable).collect()
}
