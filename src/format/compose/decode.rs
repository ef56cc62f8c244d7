//! A canonical tree to the types of the model. What was wrong was said before and is left out, so
//! nothing is reported here. Must not know files.

use std::time::Duration;

use super::model::{
    Build, Command, Deploy, Logging, Pair, Resources, RestartPolicy, SecretUse, Spanned, Text,
    UpdateConfig,
};
use super::value;
use crate::format::words;
use crate::format::yaml::{Entry, Node, Span, Value};

pub(super) fn spanned<T>(value: T, span: Span) -> Spanned<T> {
    Spanned { value, span }
}

pub(super) fn key(entry: &Entry) -> Text {
    spanned(entry.key.text.clone(), entry.key.span)
}

pub(super) fn own_text(node: &Node) -> Option<Text> {
    Some(spanned(node.scalar()?.to_owned(), node.span))
}

pub(super) fn text(node: &Node, key: &str) -> Option<Text> {
    own_text(node.get(key)?)
}

fn with<T>(node: &Node, key: &str, read: impl Fn(&str) -> Option<T>) -> Option<Spanned<T>> {
    let node = node.get(key)?;
    Some(spanned(read(node.scalar()?)?, node.span))
}

pub(super) fn boolean(node: &Node, key: &str) -> Option<Spanned<bool>> {
    with(node, key, |text| {
        value::boolean(text).map(|(truth, _)| truth)
    })
}

pub(super) fn integer(node: &Node, key: &str) -> Option<Spanned<i64>> {
    with(node, key, value::integer)
}

pub(super) fn number(node: &Node, key: &str) -> Option<Spanned<f64>> {
    with(node, key, value::number)
}

pub(super) fn bytes(node: &Node, key: &str) -> Option<Spanned<i64>> {
    with(node, key, value::bytes)
}

pub(super) fn duration(node: &Node, key: &str) -> Option<Spanned<Duration>> {
    with(node, key, value::duration)
}

pub(super) fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

pub(super) fn texts(node: &Node, key: &str) -> Vec<Text> {
    items(node, key).iter().filter_map(own_text).collect()
}

pub(super) fn entries<'n>(node: &'n Node, key: &str) -> &'n [Entry] {
    node.get(key).map(Node::entries).unwrap_or_default()
}

pub(super) fn pairs(node: &Node, name: &str) -> Vec<Pair> {
    let pair = |entry: &Entry| Pair {
        name: key(entry),
        value: own_text(&entry.value),
    };
    entries(node, name).iter().map(pair).collect()
}

/// Hosts, each address by itself.
pub(super) fn hosts(node: &Node, name: &str) -> Vec<Pair> {
    let each = |entry: &Entry| {
        let name = key(entry);
        let pair = move |address: &Node| Pair {
            name: name.clone(),
            value: own_text(address),
        };
        entry.value.items().iter().map(pair).collect::<Vec<_>>()
    };
    entries(node, name).iter().flat_map(each).collect()
}

pub(super) fn command(node: &Node, key: &str) -> Option<Command> {
    let node = node.get(key)?;
    let (words, listed) = match &node.value {
        Value::Sequence(items) => (items.iter().filter_map(own_text).collect(), true),
        Value::Scalar { text, .. } => {
            let words = words::split(text).unwrap_or_else(|_| vec![text.clone()]);
            let at = |word| spanned(word, node.span);
            (words.into_iter().map(at).collect(), false)
        }
        _ => return None,
    };
    let span = node.span;
    Some(Command {
        span,
        words,
        listed,
    })
}

pub(super) fn build(service: &Node) -> Option<Build> {
    let node = service.get("build")?;
    Some(Build {
        span: node.span,
        context: text(node, "context"),
        dockerfile: text(node, "dockerfile"),
        dockerfile_inline: text(node, "dockerfile_inline"),
        target: text(node, "target"),
        args: pairs(node, "args"),
        secrets: secret_uses(node, "secrets"),
        platforms: texts(node, "platforms"),
        tags: texts(node, "tags"),
        cache_from: texts(node, "cache_from"),
        labels: pairs(node, "labels"),
        additional_contexts: pairs(node, "additional_contexts"),
        network: text(node, "network"),
        privileged: boolean(node, "privileged"),
    })
}

pub(super) fn secret_uses(node: &Node, key: &str) -> Vec<SecretUse> {
    let one = |node: &Node| {
        Some(SecretUse {
            span: node.span,
            source: text(node, "source")?,
            target: text(node, "target"),
            mode: text(node, "mode"),
        })
    };
    items(node, key).iter().filter_map(one).collect()
}

pub(super) fn logging(service: &Node) -> Option<Logging> {
    let node = service.get("logging")?;
    Some(Logging {
        span: node.span,
        driver: text(node, "driver"),
        options: pairs(node, "options"),
    })
}

pub(super) fn deploy(service: &Node) -> Option<Deploy> {
    let node = service.get("deploy")?;
    let resources = |key: &str| {
        let node = node.get("resources")?.get(key)?;
        Some(Resources {
            span: node.span,
            cpus: number(node, "cpus"),
            memory: bytes(node, "memory"),
            pids: integer(node, "pids"),
        })
    };
    let update = |key: &str| {
        let node = node.get(key)?;
        Some(UpdateConfig {
            span: node.span,
            parallelism: integer(node, "parallelism"),
            delay: duration(node, "delay"),
            failure_action: text(node, "failure_action"),
            order: text(node, "order"),
        })
    };
    let restart = |node: &Node| RestartPolicy {
        span: node.span,
        condition: text(node, "condition"),
        delay: duration(node, "delay"),
        max_attempts: integer(node, "max_attempts"),
    };
    Some(Deploy {
        span: node.span,
        mode: text(node, "mode"),
        replicas: integer(node, "replicas"),
        limits: resources("limits"),
        reservations: resources("reservations"),
        update_config: update("update_config"),
        rollback_config: update("rollback_config"),
        restart_policy: node.get("restart_policy").map(restart),
    })
}
