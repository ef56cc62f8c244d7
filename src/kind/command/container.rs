//! `in:` and `container:`: where a command runs, and what it may do there.
//!
//! Reads only; the hardening that always holds (cap_drop ALL, no-new-privileges) is the executor's.

use crate::format::words;
use crate::format::yaml::{Node, Value};
use crate::model::{ContainerOptions, GateName, Mount, Network, Workspace};
use crate::spec::{Decoder, Diagnostic, Field, Part, Shape, Text};

/// Where, as written.
#[derive(Debug, Clone)]
pub(super) enum Where {
    /// On this machine.
    Host,
    /// In the image that this gate builds.
    Built(GateName),
    /// In somebody else's image.
    Named(Text),
}

pub(super) const IN: Shape = Shape::OneOf(&[
    Shape::GateRef,
    Shape::Record(&[Field::new("image", Shape::Text, "An image by reference.").required()]),
]);

const MOUNT: &[Field] = &[
    Field::new(
        "source",
        Shape::Text,
        "On the host; relative to the project's root, or absolute.",
    )
    .required(),
    Field::new("target", Shape::Text, "In the container, absolute.").required(),
    Field::new("read_only", Shape::Bool, "Whether it cannot be written to.").default("true"),
];

pub(super) const CONTAINER: Shape = Shape::Record(&[
    Field::new(
        "workspace",
        Shape::Word(&["none", "ro", "rw"]),
        "How the project is seen from inside, at /work.",
    )
    .default("none in a built image, rw in another"),
    Field::new(
        "network",
        Shape::Text,
        "`none`, `bridge`, `host`, or a network's name.",
    )
    .default("none"),
    Field::new(
        "mounts",
        Shape::List(&Shape::OneOf(&[Shape::Text, Shape::Record(MOUNT)])),
        "More bind mounts: `source:target[:ro|rw]` or a map. Read-only unless `rw`.",
    ),
    Field::new(
        "user",
        Shape::Text,
        "`user[:group]` in place of the image's.",
    ),
    Field::new(
        "entrypoint",
        Shape::TEXTS,
        "In place of the image's ENTRYPOINT; an empty list takes it away.",
    ),
    Field::new(
        "read_only",
        Shape::Bool,
        "Whether the root file system cannot be written to.",
    )
    .default("false"),
    Field::new(
        "tmpfs",
        Shape::TEXTS,
        "Paths that get a file system in memory.",
    ),
    Field::new(
        "cap_add",
        Shape::TEXTS,
        "Capabilities to give back after all were dropped.",
    ),
    Field::new("memory", Shape::Size, "At most so much memory."),
    Field::new("cpus", Shape::Number, "At most so many CPUs (`1.5`)."),
    Field::new(
        "pids",
        Shape::Integer {
            min: 1,
            max: u32::MAX as i64,
        },
        "At most so many processes.",
    ),
]);

/// Reads `in:`.
pub(super) fn place(gate: &Node, decoder: &mut Decoder<'_>) -> Option<Where> {
    let Some(node) = gate.get("in") else {
        return Some(Where::Host);
    };
    if !matches!(node.value, Value::Mapping(_)) {
        return decoder.image_gate(node).map(Where::Built);
    }
    let image = node.get("image")?;
    let text = decoder.template(image)?;
    if text
        .as_literal()
        .is_some_and(|text| text.trim().is_empty() || text.contains(char::is_whitespace))
    {
        decoder.report(Diagnostic::new(image.span, "this is no image reference"));
        return None;
    }
    Some(match text.parts.as_slice() {
        // Nothing but an image of this run: the same as naming its gate.
        [Part::ImageRef { gate, .. }] => Where::Built(gate.clone()),
        _ => Where::Named(text),
    })
}

/// Reads `container:`, defaults applied.
pub(super) fn options(
    gate: &Node,
    place: Option<&Where>,
    decoder: &mut Decoder<'_>,
) -> Option<ContainerOptions> {
    let workspace = match place {
        Some(Where::Named(_)) => Workspace::ReadWrite,
        _ => Workspace::None,
    };
    let mut options = ContainerOptions {
        workspace,
        ..ContainerOptions::default()
    };
    let Some(entry) = gate.entry("container") else {
        return Some(options);
    };
    if matches!(place, Some(Where::Host)) {
        decoder.report(
            Diagnostic::new(
                entry.key.span,
                "`container` without `in`: this gate runs on the host",
            )
            .help("say where with `in: GATE` or `in: {image: …}`, or take `container` away"),
        );
        return None;
    }
    let node = &entry.value;
    let isolation = isolation(node, &mut options, decoder);
    let process = process(node, &mut options, decoder);
    let limits = limits(node, &mut options, decoder);
    (isolation.is_some() && process.is_some() && limits.is_some()).then_some(options)
}

fn isolation(node: &Node, options: &mut ContainerOptions, decoder: &mut Decoder<'_>) -> Option<()> {
    let workspace = decoder.optional(node, "workspace", Decoder::text);
    let network = decoder.optional(node, "network", network);
    let mounts = decoder.optional(node, "mounts", |d, list| d.each(list, mount));
    let read_only = decoder.optional(node, "read_only", Decoder::boolean);
    let tmpfs = decoder.optional(node, "tmpfs", |d, list| d.each(list, tmpfs));
    match workspace?.as_deref() {
        Some("none") => options.workspace = Workspace::None,
        Some("ro") => options.workspace = Workspace::ReadOnly,
        Some("rw") => options.workspace = Workspace::ReadWrite,
        Some(_) => return None,
        None => {}
    }
    options.network = network?.unwrap_or(Network::None);
    options.mounts = mounts?.unwrap_or_default();
    options.read_only = read_only?.unwrap_or(false);
    options.tmpfs = tmpfs?.unwrap_or_default();
    Some(())
}

fn process(node: &Node, options: &mut ContainerOptions, decoder: &mut Decoder<'_>) -> Option<()> {
    let user = decoder.optional(node, "user", user);
    let entrypoint = decoder.optional(node, "entrypoint", entrypoint);
    let cap_add = decoder.optional(node, "cap_add", |d, list| d.each(list, capability));
    options.user = user?;
    options.entrypoint = entrypoint?;
    options.cap_add = cap_add?.unwrap_or_default();
    Some(())
}

fn limits(node: &Node, options: &mut ContainerOptions, decoder: &mut Decoder<'_>) -> Option<()> {
    let memory = decoder.optional(node, "memory", |d, n| {
        let size = d.size(n)?;
        positive(size, n, d)
    });
    let cpus = decoder.optional(node, "cpus", |d, n| {
        let cpus = d.thousandths(n)?;
        positive(cpus, n, d)
    });
    let pids = decoder.optional(node, "pids", Decoder::count);
    options.memory = memory?;
    options.millicpus = cpus?;
    options.pids = pids?;
    Some(())
}

/// To an engine 0 means "no limit": the opposite of what is written.
fn positive(value: u64, node: &Node, decoder: &mut Decoder<'_>) -> Option<u64> {
    if value == 0 {
        let help = "to have no limit, take the key away";
        decoder.report(Diagnostic::new(node.span, "a limit must be above 0").help(help));
    }
    (value > 0).then_some(value)
}

/// A text that must pass a test, or a mistake in these words.
fn text_that(
    decoder: &mut Decoder<'_>,
    node: &Node,
    is_good: impl FnOnce(&str) -> bool,
    wrong: &str,
) -> Option<String> {
    let text = decoder.text(node)?;
    if is_good(&text) {
        return Some(text);
    }
    decoder.report(Diagnostic::new(node.span, format!("`{text}` {wrong}")));
    None
}

fn network(decoder: &mut Decoder<'_>, node: &Node) -> Option<Network> {
    let name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
    };
    let wrong = "is no network: write `none`, `bridge`, `host`, or a network's name";
    let text = text_that(decoder, node, name, wrong)?;
    Some(match text.as_str() {
        "none" => Network::None,
        "bridge" => Network::Bridge,
        "host" => Network::Host,
        _ => Network::Named(text),
    })
}

fn user(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let good = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    text_that(decoder, node, good, "is no user: write `user[:group]`")
}

fn tmpfs(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    text_that(
        decoder,
        node,
        |text| text.starts_with('/'),
        "is no absolute path",
    )
}

fn capability(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let good =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    text_that(
        decoder,
        node,
        good,
        "is no capability: write `NET_ADMIN` and the like",
    )
}

/// A text is split as compose does; a list is taken as it is.
fn entrypoint(decoder: &mut Decoder<'_>, node: &Node) -> Option<Vec<String>> {
    if matches!(node.value, Value::Sequence(_)) {
        return decoder.each(node, entrypoint_word);
    }
    // The text is split after it was filled in, so a value could become options.
    let script = decoder.script(node)?;
    decoder.refuse_strange(&script).then_some(())?;
    let text = decoder.text(node)?;
    match words::split(&text) {
        Ok(words) => Some(words),
        Err(error) => {
            let message = format!("this entrypoint cannot be split into words: {error}");
            decoder.report(Diagnostic::new(node.span, message));
            None
        }
    }
}

/// Whatever stands in an entrypoint is run: a stranger's text would be a stranger's command.
fn entrypoint_word(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let script = decoder.script(node)?;
    decoder.refuse_strange(&script).then_some(())?;
    let word = decoder.text(node)?;
    if word.contains('\0') {
        decoder.report(Diagnostic::new(
            node.span,
            "an entrypoint cannot contain a NUL",
        ));
        return None;
    }
    Some(word)
}

fn mount(decoder: &mut Decoder<'_>, node: &Node) -> Option<Mount> {
    let mount = if matches!(node.value, Value::Mapping(_)) {
        let read_only = decoder.optional(node, "read_only", Decoder::boolean);
        let source = node.get("source").and_then(|n| decoder.text(n));
        let target = node.get("target").and_then(|n| decoder.text(n));
        Mount {
            source: source?,
            target: target?,
            read_only: read_only?.unwrap_or(true),
        }
    } else {
        let text = decoder.text(node)?;
        let Some(mount) = short_mount(&text) else {
            decoder.report(
                Diagnostic::new(node.span, format!("`{text}` is no mount"))
                    .help("write `source:target`, `source:target:ro` or `source:target:rw`"),
            );
            return None;
        };
        mount
    };
    let problem = if mount.source.is_empty() || mount.source.starts_with('~') {
        "the source of a mount is a path: relative to the project's root, or absolute"
    } else if !mount.target.starts_with('/') {
        "the target of a mount is an absolute path in the container"
    } else {
        return Some(mount);
    };
    decoder.report(Diagnostic::new(node.span, problem));
    None
}

fn short_mount(text: &str) -> Option<Mount> {
    let (source, target, read_only) = match *text.split(':').collect::<Vec<_>>() {
        [source, target] | [source, target, "ro"] => (source, target, true),
        [source, target, "rw"] => (source, target, false),
        _ => return None,
    };
    Some(Mount {
        source: source.to_owned(),
        target: target.to_owned(),
        read_only,
    })
}
