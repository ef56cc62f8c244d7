//! What of the world a gate file asks for, so that only that is gathered before it is loaded.

use std::collections::BTreeSet;

use super::{Registry, environment, packs, template};
use crate::format::yaml::{self, Document, Node, Value};

/// What a gate file asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Names of the caller's variables, and patterns with `*` (from `pass_env`).
    pub env: BTreeSet<String>,
    /// Those of [`Survey::env`] on which it depends what the file means: `vars`, `when`, templates.
    pub weighed: BTreeSet<String>,
    /// Files of `vars: {x: {file: …}}`, as written.
    pub files: BTreeSet<String>,
    /// Those of [`Survey::files`] that are packs: what they ask for is known once they are read.
    pub packs: BTreeSet<String>,
    /// Some text has `${{ git.* }}`, some `when` asks for the branch or the tag, or there are `tags`.
    pub needs_git: bool,
    /// Some text has `${{ git.base }}`, some `files` has `since`, or there are `tags`.
    pub needs_base: bool,
}

/// Looks through a gate file and the packs that come with prove. Mistakes are not said here: `load`
/// says them, and what is wrong is not asked for.
#[must_use]
pub fn survey(document: &Document, registry: &dyn Registry) -> Survey {
    let mut survey = Survey::default();
    survey.file(&document.root);
    for node in document.root.get("use").map_or(&[][..], Node::items) {
        let name = node.scalar().or_else(|| node.get("pack")?.scalar());
        if let Some(text) = name.and_then(|name| registry.pack(name)) {
            survey.add_pack(text);
        }
    }
    let packs = packs::files(&document.root).map(str::to_owned);
    survey.packs = packs.collect();
    survey.files.extend(survey.packs.iter().cloned());
    survey
}

impl Survey {
    /// Adds what the text of a pack asks for.
    pub fn add_pack(&mut self, text: &str) {
        if let Ok(pack) = yaml::parse(0, text.as_bytes()) {
            self.file(&pack.root);
        }
    }

    fn file(&mut self, root: &Node) {
        for entry in root.get("vars").map_or(&[][..], Node::entries) {
            let text = |key| {
                entry
                    .value
                    .get(key)
                    .and_then(Node::scalar)
                    .map(str::to_owned)
            };
            self.weigh(text("env"));
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
                for entry in entries {
                    if entry.key.text == "when" {
                        entry.value.items().iter().for_each(|map| self.when(map));
                    }
                    if entry.key.text == "tags" {
                        // Which is the default branch can change without a commit.
                        self.needs_git = true;
                        self.needs_base = true;
                    }
                    if entry.key.text == "files" {
                        self.needs_base |= entry.value.entry("since").is_some();
                    }
                    self.node(&entry.value);
                }
            }
        }
    }

    fn when(&mut self, map: &Node) {
        self.needs_git |= map.entry("branch").is_some() || map.entry("tag").is_some();
        let Some(env) = map.get("env") else {
            return;
        };
        let keys = env.entries().iter().map(|entry| entry.key.text.as_str());
        let names = env.items().iter().filter_map(Node::scalar);
        self.weigh(keys.chain(names).map(str::to_owned));
    }

    fn weigh(&mut self, names: impl IntoIterator<Item = String>) {
        for name in names {
            self.env.insert(name.clone());
            self.weighed.insert(name);
        }
    }

    fn text(&mut self, text: &str) {
        if !text.contains("${{") {
            return;
        }
        for expression in template::expressions(text) {
            match expression.split_once('.') {
                Some(("env", name)) => self.weigh([name.to_owned()]),
                Some(("git", fact)) => {
                    self.needs_git = true;
                    self.needs_base |= fact == "base";
                }
                _ => {}
            }
        }
    }
}
