//! `volumes:` of a service, from `./data:/var/lib/data:ro` to its parts. Must not know other keys.

use super::canon::{Canon, entry, text_at};
use super::problem::{Problem, ProblemKind};
use super::shape::Record;
use crate::format::yaml::{Entry, Node, Value};

const PROPAGATION: &[&str] = &[
    "private", "rprivate", "shared", "rshared", "slave", "rslave",
];
const IGNORED: &[&str] = &["rw", "cached", "delegated", "consistent"];

/// The short form to a record.
pub(super) fn short(canon: &mut Canon<'_>, node: &Node) -> Option<Node> {
    let text = node.scalar().unwrap_or_default();
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, modes) = match *parts.as_slice() {
        [target] => (None, target, ""),
        [source, target] => (Some(source), target, ""),
        [source, target, modes] => (Some(source), target, modes),
        _ => {
            let form = "SOURCE:TARGET:MODE has at most three parts";
            canon.bad(node.span, format!("{} is no volume: {form}", node.what()));
            return None;
        }
    };
    if target.is_empty() || source == Some("") {
        canon.bad(
            node.span,
            format!("{} is no volume: a part of it is empty", node.what()),
        );
        return None;
    }
    drive(canon, node, source);
    let span = node.span;
    let is_path = source.is_some_and(|source| source.starts_with(['.', '/', '~']));
    let kind = if is_path { "bind" } else { "volume" };
    let mut entries = vec![entry("type", text_at(span, kind))];
    if let Some(source) = source {
        let at = canon.sources.narrow(span, source);
        let node = if is_path {
            canon.resolved(at, source)
        } else {
            text_at(at, source)
        };
        entries.push(entry("source", node));
    }
    entries.push(entry("target", text_at(span, target)));
    modes_of(canon, node, (modes, is_path), &mut entries);
    let value = Value::Mapping(entries);
    Some(Node { span, value })
}

/// One letter before the colon is a drive to compose, on every system: the volume is lost.
fn drive(canon: &mut Canon<'_>, node: &Node, source: Option<&str>) {
    let letter = |name: &str| name.len() == 1 && name.bytes().all(|b| b.is_ascii_alphabetic());
    let Some(name) = source.filter(|name| letter(name)) else {
        return;
    };
    let message = format!("compose reads `{name}:` as a drive, and mounts no volume `{name}`");
    let problem = Problem::new(node.span, ProblemKind::BadValue, message);
    let help = "give the volume a name of two letters or more, or use the long form";
    canon.report(problem.help(help).lax());
}

fn modes_of(
    canon: &mut Canon<'_>,
    node: &Node,
    (modes, bind): (&str, bool),
    entries: &mut Vec<Entry>,
) {
    let span = node.span;
    let mut options = Vec::new();
    if bind {
        options.push(entry("create_host_path", text_at(span, "true")));
    }
    for mode in modes.split(',').filter(|mode| !mode.is_empty()) {
        let at = |text: &str| text_at(span, text);
        match mode {
            "ro" => entries.push(entry("read_only", at("true"))),
            "z" | "Z" if bind => options.push(entry("selinux", at(mode))),
            "nocopy" if !bind => options.push(entry("nocopy", at("true"))),
            mode if bind && PROPAGATION.contains(&mode) => {
                options.push(entry("propagation", at(mode)));
            }
            mode if IGNORED.contains(&mode) => {}
            _ => {
                let message = format!(
                    "`{mode}` is no mode of a {}",
                    if bind { "bind mount" } else { "volume" }
                );
                let problem = Problem::new(span, ProblemKind::BadValue, message);
                let help = "modes are ro, rw, z, Z, nocopy and the propagations";
                canon.report(problem.help(help).lax());
            }
        }
    }
    if !options.is_empty() {
        let value = Value::Mapping(options);
        entries.push(entry(
            if bind { "bind" } else { "volume" },
            Node { span, value },
        ));
    }
}

/// The long form: the source of a bind mount is a path.
pub(super) fn long(canon: &mut Canon<'_>, node: Node, record: &'static Record) -> Option<Node> {
    let mut node = canon.record(node, record)?;
    let bind = node.get("type").and_then(Node::scalar) == Some("bind");
    if !bind {
        return Some(node);
    }
    if let Value::Mapping(entries) = &mut node.value
        && let Some(source) = entries.iter_mut().find(|entry| entry.key.text == "source")
    {
        let text = source.value.scalar().unwrap_or_default().to_owned();
        source.value = canon.resolved(source.value.span, &text);
    }
    Some(node)
}
