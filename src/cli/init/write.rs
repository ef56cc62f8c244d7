//! The text of the gate file: commented, in the order in which people think. Pure.

use super::found::Found;
use super::suggest::{Gate, Part, Value, list};

const HEAD: &str = "\
# What must hold before an image is made of this project, and before it is tagged or pushed.
# Suggested by `prove init`; it is yours now. `prove run` runs it, `prove plan` shows the order,
# `prove check` reads it, and `prove schema` is for your editor.
version: 1
";

pub(super) fn gate_file(found: &Found, parts: &[Part]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(&format!("project: {}\n", scalar(&found.name)));
    if found.git {
        text.push_str(
            "\n# No conflict markers, no big files, no secrets: `prove packs git` tells more.\n\
             use: [{ pack: git, without: [git-clean] }]\n",
        );
    }
    let mut pass: Vec<&str> = parts
        .iter()
        .flat_map(|part| part.pass_env)
        .copied()
        .collect();
    pass.sort_unstable();
    pass.dedup();
    if !pass.is_empty() {
        let names = list(pass);
        text.push_str(&format!(
            "\n# Of the caller's environment a gate sees only PATH, HOME and the like, and these.\n\
             pass_env: {names}\n"
        ));
    }
    text.push_str("\ngates:\n");
    let flat = are_distinct(parts);
    let mut first = true;
    for part in parts.iter().filter(|part| !part.gates.is_empty()) {
        if !first {
            text.push('\n');
        }
        first = false;
        text.push_str(&format!("  # {}\n", part.title));
        for note in &part.notes {
            text.push_str(&format!("  # {note}\n"));
        }
        if part.top || (flat && part.dir.is_empty()) {
            part.gates.iter().for_each(|gate| push(&mut text, gate, 2));
            continue;
        }
        text.push_str(&format!("  {}:\n", part.group));
        if !part.dir.is_empty() {
            text.push_str(&format!("    cwd: {}\n", scalar(&part.dir)));
        }
        text.push_str("    gates:\n");
        part.gates.iter().for_each(|gate| push(&mut text, gate, 6));
    }
    text
}

/// Whether the gates of all parts at the root can stand side by side without a group.
fn are_distinct(parts: &[Part]) -> bool {
    let at_root = |part: &&Part| part.top || part.dir.is_empty();
    let gates = parts.iter().filter(at_root).flat_map(|part| &part.gates);
    let mut names: Vec<&str> = gates.map(|gate| gate.name.as_str()).collect();
    let groups = parts.iter().filter(|part| !at_root(part));
    names.extend(groups.map(|part| part.group.as_str()));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() == count
}

/// A gate: in one line when it is a command and nothing else.
fn push(text: &mut String, gate: &Gate, indent: usize) {
    let pad = " ".repeat(indent);
    match &gate.keys[..] {
        [("run", Value::Text(command))] => {
            text.push_str(&format!(
                "{pad}{}: {}  # {}\n",
                gate.name,
                scalar(command),
                gate.why
            ));
        }
        keys => {
            text.push_str(&format!("{pad}{}:  # {}\n", gate.name, gate.why));
            for (key, value) in keys {
                let value = match value {
                    Value::Text(text) => scalar(text),
                    Value::Yaml(yaml) => yaml.clone(),
                };
                text.push_str(&format!("{pad}  {key}: {value}\n"));
            }
        }
    }
}

/// A text as YAML: plain where every reader takes it for a text, in quotes elsewhere.
pub(super) fn scalar(text: &str) -> String {
    let starts = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '.');
    let inside = |c: char| c.is_ascii_alphanumeric() || " /._-=+@()".contains(c);
    let plain = text.starts_with(starts)
        && text.chars().all(inside)
        && !text.ends_with(' ')
        && ![
            "true", "false", "yes", "no", "on", "off", "null", ".", ".inf", ".nan",
        ]
        .contains(&text.to_lowercase().as_str());
    if plain { text.to_owned() } else { quoted(text) }
}

/// The same inside `[…]` and `{…}`.
pub(super) fn scalar_in_flow(text: &str) -> String {
    if text == "." {
        text.to_owned()
    } else {
        scalar(text)
    }
}

/// Double quotes as JSON has them are YAML's, too; around double quotes single ones read better.
fn quoted(text: &str) -> String {
    let has_double = text.contains('"') && !text.contains(['\'', '\\']);
    if has_double && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    serde_json::Value::from(text).to_string()
}
