//! What of the world a gate file asks for, so that only that is gathered before it is loaded.

use std::collections::BTreeSet;

use super::{Registry, environment, template};
use crate::format::yaml::{self, Document, Node, Value};

/// What a gate file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Names of the caller's variables, and patterns with `*` (from `pass_env`).
    pub env: BTreeSet<String>,
    /// Files of `vars: {x: {file: …}}`, as written.
    pub files: BTreeSet<String>,
    /// Some text has `${{ git.* }}`.
    pub needs_git: bool,
}

/// Looks through a gate file and the packs that it uses. Mistakes are not said here: `load` says
/// them, and what is wrong is not asked for.
#[must_use]
pub fn survey(document: &Document, registry: &dyn Registry) -> Survey {
    let mut survey = Survey::default();
    survey.file(&document.root);
    for name in document.root.get("use").map_or(&[][..], Node::items) {
        let text = name.scalar().and_then(|name| registry.pack(name));
        if let Some(Ok(pack)) = text.map(|text| yaml::parse(0, text.as_bytes())) {
            survey.file(&pack.root);
        }
    }
    survey
}

impl Survey {
    fn file(&mut self, root: &Node) {
        for entry in root.get("vars").map_or(&[][..], Node::entries) {
            let text = |key| {
                entry
                    .value
                    .get(key)
                    .and_then(Node::scalar)
                    .map(str::to_owned)
            };
            self.env.extend(text("env"));
            self.files.extend(text("file"));
        }
        self.node(root);
    }

    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Null => {}
            Value::Scalar { text, .. } => self.text(text),
            Value::Sequence(items) => items.iter().for_each(|item| self.node(item)),
            Value::Mapping(entries) => {
                for key in ["pass_env", "require_env", "secrets"] {
                    let names = environment::names(&[node], key);
                    self.env.extend(names.into_iter().map(|(name, _)| name));
                }
                entries.iter().for_each(|entry| self.node(&entry.value));
            }
        }
    }

    fn text(&mut self, text: &str) {
        if !text.contains("${{") {
            return;
        }
        for expression in template::expressions(text) {
            match expression.split_once('.') {
                Some(("env", name)) => drop(self.env.insert(name.to_owned())),
                Some(("git", _)) => self.needs_git = true,
                _ => {}
            }
        }
    }
}
