//! `vars:`: a text, a variable of the caller, or a value out of a file of the project.

use std::collections::BTreeMap;

use super::scope::Var;
use super::{Decoder, Diagnostic, habits, resolve};
use crate::format::yaml::{self, Entry, Node, Span, Value};
use crate::format::{json, toml};

/// Reads all variables; one that is wrong is there without a value, so that its use is no second
/// mistake.
pub(super) fn read<'n>(
    decoder: &mut Decoder<'_>,
    entries: impl Iterator<Item = &'n Entry>,
) -> BTreeMap<String, Var> {
    let mut vars = BTreeMap::new();
    for entry in entries {
        let name = &entry.key.text;
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(good) {
            let message = format!("`{name}` is no name for a variable");
            decoder.report(
                Diagnostic::new(entry.key.span, message).help("letters, digits, `_` and `-`"),
            );
        }
        let var = one(decoder, entry);
        if let Some(value) = &var.value {
            held(decoder, entry, value, entry.value.span);
        }
        vars.insert(name.clone(), var);
    }
    vars
}

/// Holds a value against the `one_of:` of its variable.
pub(super) fn held(decoder: &mut Decoder<'_>, var: &Entry, value: &str, span: Span) {
    let Some(words) = var.value.get("one_of") else {
        return;
    };
    let words: Vec<_> = words.items().iter().filter_map(Node::scalar).collect();
    if words.contains(&value) {
        return;
    }
    let message = format!("`{}` cannot be `{value}`", var.key.text);
    let diagnostic = Diagnostic::new(span, message);
    let diagnostic = habits::did_you_mean(diagnostic, value, words.iter().copied());
    decoder.report(diagnostic.why(format!("it is one of: {}", words.join(", "))));
}

fn one(decoder: &mut Decoder<'_>, entry: &Entry) -> Var {
    let node = &entry.value;
    if !matches!(node.value, Value::Mapping(_)) {
        let script = decoder.script(node);
        let strange = script
            .as_ref()
            .is_some_and(|script| script.strange().is_some());
        let value = script.and_then(|_| decoder.text(node));
        return Var { value, strange };
    }
    let strange = node.entry("env").is_some();
    let value = match (node.get("env"), node.get("file")) {
        (Some(name), None) => from_env(decoder, node, name),
        (None, Some(file)) => from_file(decoder, entry, file),
        (None, None) if node.get("default").is_some() => {
            decoder.optional(node, "default", Decoder::text).flatten()
        }
        _ => {
            let message = "a variable comes from `env` or from `file`: exactly one of them";
            decoder.report(Diagnostic::new(entry.key.span, message));
            None
        }
    };
    Var { value, strange }
}

fn from_env(decoder: &mut Decoder<'_>, map: &Node, name: &Node) -> Option<String> {
    if let Some(path) = map.entry("path") {
        decoder.report(Diagnostic::new(
            path.key.span,
            "`path` goes with `file`, not with `env`",
        ));
    }
    let default = decoder.optional(map, "default", Decoder::text)?;
    let name_text = decoder.text(name)?;
    if decoder.scope.secrets.contains(&name_text) {
        return decoder.refuse(resolve::secret_in_text(&name_text, name.span));
    }
    let set = decoder.facts().env.get(&name_text).cloned();
    let value = set.or(default);
    if value.is_none() {
        let message = format!("`{name_text}` is not set and has no default");
        decoder.report(Diagnostic::new(name.span, message).help(format!(
            "set it: `{name_text}=… prove …`, or add `default: …`"
        )));
    }
    value
}

fn from_file(decoder: &mut Decoder<'_>, entry: &Entry, file: &Node) -> Option<String> {
    let map = &entry.value;
    if let Some(default) = map.entry("default") {
        let message = "`default` goes with `env`: a value that is missing in a file is a mistake";
        decoder.report(Diagnostic::new(default.key.span, message));
    }
    let Some(path) = map.get("path") else {
        let message = "`path` is missing: where in the file is the value?";
        decoder.report(Diagnostic::new(entry.key.span, message).help("such as `path: version`"));
        return None;
    };
    let name = decoder.path(file)?;
    let steps = decoder.text(path)?;
    let content = match decoder.facts().files.get(&name) {
        Some(Ok(content)) => content,
        Some(Err(why)) => {
            decoder.report(Diagnostic::new(
                file.span,
                format!("`{name}` cannot be read: {why}"),
            ));
            return None;
        }
        None => {
            decoder.report(Diagnostic::new(file.span, format!("`{name}` was not read")));
            return None;
        }
    };
    let parsed = match parse(&name, content) {
        Ok(parsed) => parsed,
        Err(why) => {
            decoder.report(Diagnostic::new(file.span, format!("`{name}`: {why}")));
            return None;
        }
    };
    match find(&parsed, &steps) {
        Ok(value) => Some(value),
        Err(why) => {
            decoder.report(Diagnostic::new(path.span, format!("`{name}`: {why}")));
            None
        }
    }
}

/// Every format as a YAML tree, whose scalars keep their source text (`1.10` stays `1.10`).
fn parse(name: &str, content: &str) -> Result<Node, String> {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => {
            let document = json::parse(u32::MAX, content).map_err(|error| error.to_string())?;
            sound(document)
        }
        Some("yml" | "yaml") => {
            let document = yaml::parse(u32::MAX, content.as_bytes());
            sound(document.map_err(|mistakes| first(&mistakes))?)
        }
        Some("toml") => toml::tree(u32::MAX, content).map_err(|error| error.message),
        _ => Err("the name must end in .json, .toml, .yaml or .yml".to_owned()),
    }
}

/// The tree of a document without mistakes.
fn sound(document: yaml::Document) -> Result<Node, String> {
    if document.mistakes.is_empty() {
        Ok(document.root)
    } else {
        Err(first(&document.mistakes))
    }
}

fn first(mistakes: &[yaml::YamlError]) -> String {
    let first = mistakes.first();
    first.map_or_else(String::new, |mistake| mistake.message.clone())
}

/// Walks names and list positions.
fn find(root: &Node, steps: &str) -> Result<String, String> {
    let mut node = root;
    for step in steps.split('.') {
        let next = match &node.value {
            Value::Sequence(items) => step.parse::<usize>().ok().and_then(|n| items.get(n)),
            _ => node.get(step),
        };
        node = next.ok_or_else(|| {
            if step == steps {
                format!("there is no `{step}`")
            } else {
                format!("there is no `{step}` on the way to `{steps}`")
            }
        })?;
    }
    let text = node
        .scalar()
        .ok_or_else(|| format!("`{steps}` is {}, not a text", node.what()))?;
    Ok(text.to_owned())
}
