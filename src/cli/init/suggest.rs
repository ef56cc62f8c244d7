//! What is suggested for a project: parts, each with its gates, and why. Pure.

use super::found::Found;
use super::{container, go, make, nix, node, python, rust, shell};

/// What whoever typed the command wants.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Options {
    /// Gates that need an engine run at every stage.
    pub all_stages: bool,
}

/// A part of a project: a package, the container files, the repository itself.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// What was found, for people.
    pub title: String,
    /// The name of its group when there are several.
    pub group: String,
    /// Its directory; the root is `""`.
    pub dir: String,
    /// Its gates stay at the top, also when there are several parts.
    pub top: bool,
    pub gates: Vec<Gate>,
    /// Variables of the caller that its tools are set up by; none that holds a token.
    pub pass_env: &'static [&'static str],
    /// What is worth saying and no gate.
    pub notes: Vec<String>,
}

/// A gate that is suggested.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub name: String,
    /// Why it is there, one line.
    pub why: String,
    /// Its keys, in order.
    pub keys: Vec<(&'static str, Value)>,
}

/// A value in the gate file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text, to be quoted when YAML needs it.
    Text(String),
    /// YAML as it stands.
    Yaml(String),
}

impl Gate {
    /// A check by a command.
    pub fn run(name: &str, why: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            why: why.into(),
            keys: vec![("run", Value::Text(command.into()))],
        }
    }

    /// A preparation by a command.
    pub fn setup(name: &str, why: impl Into<String>, command: impl Into<String>) -> Self {
        let mut gate = Self::run(name, why, command);
        gate.keys[0].0 = "setup";
        gate
    }

    /// One more key, as YAML.
    pub fn with(mut self, key: &'static str, yaml: impl Into<String>) -> Self {
        self.keys.push((key, Value::Yaml(yaml.into())));
        self
    }
}

impl Part {
    pub fn new(title: impl Into<String>, group: &str, dir: &str) -> Self {
        let base = dir.rsplit('/').next().filter(|base| !base.is_empty());
        Self {
            title: title.into(),
            group: segment(base.unwrap_or(group)),
            dir: dir.to_owned(),
            top: false,
            gates: Vec::new(),
            pass_env: &[],
            notes: Vec::new(),
        }
    }
}

/// A name that a gate may have.
pub(super) fn segment(name: &str) -> String {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let clean: String = name
        .chars()
        .map(|c| if good(c) { c } else { '-' })
        .collect();
    let clean = clean.trim_matches(['-', '.']);
    if clean.is_empty() {
        "part".to_owned()
    } else {
        clean.to_owned()
    }
}

/// A list of texts in YAML's flow style.
pub(super) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let quoted: Vec<_> = texts
        .into_iter()
        .map(super::write::scalar_in_flow)
        .collect();
    format!("[{}]", quoted.join(", "))
}

/// All parts, the repository first, the image last. Parts of one name are numbered.
pub(super) fn parts(found: &Found, options: &Options) -> Vec<Part> {
    let mut parts = Vec::new();
    parts.extend(rust::parts(found));
    parts.extend(node::parts(found));
    parts.extend(python::parts(found));
    parts.extend(go::parts(found));
    parts.extend(shell::part(found));
    let covered: Vec<&str> = parts
        .iter()
        .flat_map(|part| part.gates.iter().map(|gate| gate.name.as_str()))
        .collect();
    let more = make::part(found, &covered);
    parts.extend(more);
    parts.extend(nix::part(found));
    parts.extend(container::part(found, options));
    distinct(&mut parts);
    parts
}

/// Groups get names of their own, and do not take that of a gate that stays at the top.
fn distinct(parts: &mut [Part]) {
    let mut taken: Vec<String> = parts
        .iter()
        .filter(|part| part.top)
        .flat_map(|part| part.gates.iter().map(|gate| gate.name.clone()))
        .collect();
    for part in parts.iter_mut().filter(|part| !part.top) {
        let mut name = part.group.clone();
        let mut number = 2;
        while taken.contains(&name) {
            name = format!("{}-{number}", part.group);
            number += 1;
        }
        taken.push(name.clone());
        part.group = name;
    }
}
