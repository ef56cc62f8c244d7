//! From `env`, `pass_env`, `require_env` and `secrets` of file, groups and gate to an
//! [`Environment`], and what of it the caller does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{ALWAYS, Decoder, Diagnostic, Environment, MissingEnv, Registry};
use crate::format::yaml::{Node, Span};
use crate::model::{Facts, GateName, Secret};

/// Merges the layers, outermost first.
pub(super) fn read(decoder: &mut Decoder<'_>, layers: &[&Node]) -> Environment {
    let facts = decoder.facts();
    let secrets = names(layers, "secrets");
    let mut environment = Environment {
        base: Arc::clone(&decoder.scope.base),
        passed: passed(decoder, layers),
        secrets: BTreeMap::new(),
        vars: BTreeMap::new(),
    };
    for layer in layers {
        for entry in layer.get("env").map_or(&[][..], Node::entries) {
            let name = &entry.key.text;
            check_name(decoder, name, entry.key.span, false);
            if let Some((_, secret)) = secrets.iter().find(|(secret, _)| secret == name) {
                let message = format!("`{name}` is set by `env` and named in `secrets`");
                let diagnostic = Diagnostic::new(entry.key.span, message);
                decoder.report(
                    diagnostic
                        .also(*secret, "named as a secret here")
                        .why("a secret comes from the caller; a value in the file is none")
                        .help("take one of the two away"),
                );
            }
            if let Some(text) = decoder.template(&entry.value) {
                environment.vars.insert(name.clone(), text);
            }
        }
    }
    for (name, _) in secrets {
        if let Some(secret) = secret(facts, &name) {
            environment.secrets.insert(name, secret);
        }
    }
    environment
}

/// The value of a secret. An empty one is none: it is what a CI gives for a secret that it lacks.
pub(super) fn secret(facts: &Facts, name: &str) -> Option<Secret> {
    let value = facts.env.get(name).filter(|value| !value.is_empty());
    value.map(|value| Secret(value.clone()))
}

/// What every gate gets.
pub(super) fn base(facts: &Facts) -> BTreeMap<String, String> {
    let set = |name: &str| {
        facts
            .env
            .get(name)
            .map(|value| (name.to_owned(), value.clone()))
    };
    ALWAYS.iter().copied().filter_map(set).collect()
}

/// Neither a name nor a pattern lets a secret through: it must be named under `secrets`.
fn passed(decoder: &mut Decoder<'_>, layers: &[&Node]) -> BTreeMap<String, String> {
    let facts = decoder.facts();
    let secrets = &decoder.scope.secrets;
    let mut passed = BTreeMap::new();
    for (pattern, span) in names(layers, "pass_env") {
        check_name(decoder, &pattern, span, true);
        refuse_secret(decoder, &pattern, span);
        let matching = facts.env.iter().filter(|(name, _)| matches(&pattern, name));
        let open = matching.filter(|(name, _)| !secrets.contains(*name));
        passed.extend(open.map(|(name, value)| (name.clone(), value.clone())));
    }
    for (name, span) in names(layers, "require_env") {
        check_name(decoder, &name, span, false);
        if refuse_secret(decoder, &name, span) {
            continue;
        }
        if let Some(value) = facts.env.get(&name) {
            passed.insert(name, value.clone());
        }
    }
    for (name, span) in names(layers, "secrets") {
        check_name(decoder, &name, span, false);
    }
    passed
}

/// `true` when it is a secret, which has been said then.
fn refuse_secret(decoder: &mut Decoder<'_>, name: &str, span: Span) -> bool {
    let is_secret = decoder.scope.secrets.contains(name);
    if is_secret {
        let message = format!("`{name}` is a secret in this file");
        let diagnostic = Diagnostic::new(span, message);
        decoder.report(diagnostic.help("name it under `secrets` of the gates that need it"));
    }
    is_secret
}

/// Says that a text is no name for a variable.
pub(super) fn check_name(decoder: &mut Decoder<'_>, name: &str, span: Span, pattern: bool) {
    let bad = |c: char| "=\0${}".contains(c) || c.is_whitespace() || (c == '*' && !pattern);
    if name.is_empty() || name.contains(bad) {
        let diagnostic = Diagnostic::new(span, format!("`{name}` is no name for a variable"));
        decoder.report(match name.split_once('=') {
            Some((name, _)) => {
                diagnostic.help(format!("only the name: `{name}`; values go under `env`"))
            }
            None if name.contains('*') => diagnostic.help("only `pass_env` takes patterns"),
            None => diagnostic,
        });
    }
}

/// All texts below a key, with their places.
pub(super) fn names(layers: &[&Node], key: &str) -> Vec<(String, Span)> {
    let nodes = layers
        .iter()
        .filter_map(|layer| layer.get(key))
        .flat_map(Node::items);
    nodes
        .filter_map(|node| Some((node.scalar()?.to_owned(), node.span)))
        .collect()
}

/// `*` is any text; nothing else is special.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut rest) = name.strip_prefix(head) else {
        return false;
    };
    let mut parts = tail.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// What a layer requires and the caller does not have.
pub(super) fn missing(facts: &Facts, layer: &Node, gate: Option<&GateName>) -> Vec<MissingEnv> {
    let required = names(&[layer], "require_env")
        .into_iter()
        .filter(|(name, _)| !facts.env.contains_key(name));
    let secrets = names(&[layer], "secrets")
        .into_iter()
        .filter(|(name, _)| secret(facts, name).is_none());
    required
        .chain(secrets)
        .map(|(name, span)| MissingEnv {
            name,
            gate: gate.cloned(),
            span,
        })
        .collect()
}

/// Every name below any `secrets:` of a tree: of the file, of groups and gates, and of what a kind
/// takes under its own word (a build's).
pub(super) fn all_secrets(root: &Node, registry: &dyn Registry, into: &mut BTreeSet<String>) {
    let words = registry.kinds().iter().map(|kind| kind.word());
    let bodies = words.filter_map(|word| root.get(word));
    for layer in std::iter::once(root).chain(bodies) {
        into.extend(names(&[layer], "secrets").into_iter().map(|(name, _)| name));
        let by_id = layer.get("secrets").map_or(&[][..], Node::entries);
        let sources = by_id.iter().filter_map(|entry| entry.value.get("env"));
        into.extend(sources.filter_map(Node::scalar).map(str::to_owned));
    }
    for entry in root.get("gates").map_or(&[][..], Node::entries) {
        all_secrets(&entry.value, registry, into);
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, name, is) in [
            ("npm_config_*", "npm_config_x", true),
            ("*", "A", true),
            ("A*B*C", "AxBBC", true),
            ("A*B", "A", false),
            ("A*A", "A", false),
            ("A", "AB", false),
            ("*_URL", "DB_URL", true),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }
}
