//! The keys that every gate has, and the kind behind them: from a flat map to a [`Gate`].

use std::time::Duration;

use super::flatten::Flat;
use super::matrix::Place;
use super::scope::GateScope;
use super::{
    Advisory, Applies, Cost, Decoder, Diagnostic, Environment, Field, Gate, Retries, check,
    environment, keys, when,
};
use crate::format::yaml::{Node, Span, Value};
use crate::model::{GateName, Stage, limits};

/// A gate whose `needs` are still as written.
pub(super) struct Decoded {
    /// `None` when something in it is wrong.
    pub gate: Option<Gate>,
    pub needs: Vec<Need>,
}

/// A name under `needs:`.
pub(super) struct Need {
    pub name: String,
    pub span: Span,
    /// The group that it is relative to.
    pub group: Option<GateName>,
}

/// Decodes one gate, and reads everything of it also when something is wrong.
pub(super) fn gate(decoder: &mut Decoder<'_>, flat: &Flat, file: &Node) -> Decoded {
    enter(decoder, flat);
    let before = decoder.diagnostics.len();
    let kind = flat.kind;
    let word = [Field::new(kind.word(), kind.shape(), kind.doc())];
    check::record(
        decoder,
        &flat.map,
        &[keys::COMMON, &word, kind.keys()],
        flat.span,
    );
    let checked = decoder.diagnostics.len();
    let layers: Vec<&Node> = std::iter::once(file)
        .chain(flat.layers.iter().map(|layer| &layer.map))
        .collect();
    let environment = environment::read(decoder, &layers);
    if let Some(scope) = &mut decoder.gate {
        scope.environment = environment;
    }
    let gate = decode(decoder, flat);
    let needs = needs(decoder, flat);
    drop_repeated(&mut decoder.diagnostics, before, checked);
    let sound = decoder.diagnostics.len() == before;
    Decoded {
        gate: gate.filter(|_| sound),
        needs,
    }
}

/// What all layers need.
fn needs(decoder: &mut Decoder<'_>, flat: &Flat) -> Vec<Need> {
    let mut needs = Vec::new();
    for layer in &flat.layers {
        let names = layer.map.get("needs").map_or(&[][..], Node::items);
        for node in names.iter().filter(|node| node.scalar().is_some()) {
            let name = decoder.text(node);
            needs.extend(name.map(|name| Need {
                name,
                span: node.span,
                group: layer.group.clone(),
            }));
        }
    }
    needs
}

/// What the check (from `before` to `checked`) has said about a value is not said again by what
/// reads the value.
fn drop_repeated(diagnostics: &mut Vec<Diagnostic>, before: usize, checked: usize) {
    if checked == before {
        return;
    }
    let said: Vec<Span> = diagnostics[before..checked]
        .iter()
        .map(|d| d.span)
        .collect();
    let later = diagnostics.split_off(checked);
    diagnostics.extend(later.into_iter().filter(|d| !said.contains(&d.span)));
}

/// Makes a gate the one that paths, names and `matrix.*` are relative to.
pub(super) fn enter(decoder: &mut Decoder<'_>, flat: &Flat) {
    decoder.gate = Some(GateScope {
        name: flat.name.clone(),
        place: flat.place.clone(),
        group: flat.group.clone(),
        cwd: ".".to_owned(),
        environment: Environment::default(),
        idle: false,
    });
    move_into(decoder, &flat.map);
}

fn move_into(decoder: &mut Decoder<'_>, map: &Node) {
    let idle = is_idle(decoder, map);
    let cwd = map.get("cwd").and_then(|node| decoder.path(node));
    if let (Some(cwd), Some(scope)) = (cwd, &mut decoder.gate) {
        scope.cwd = tidy(&cwd);
    }
    if let Some(scope) = &mut decoder.gate {
        scope.idle = idle;
    }
}

/// Whether `when` is false. Its mistakes are said where it is read for good.
fn is_idle(decoder: &mut Decoder<'_>, map: &Node) -> bool {
    let before = decoder.diagnostics.len();
    let when = map.get("when").and_then(|node| when::read(decoder, node));
    decoder.diagnostics.truncate(before);
    when.is_some_and(|when| matches!(when.applies, Applies::No(_)))
}

/// `./a//b/` is `a/b`; the root is `.`.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

fn decode(decoder: &mut Decoder<'_>, flat: &Flat) -> Option<Gate> {
    let map: &Node = &flat.map;
    let description = decoder.optional(map, "description", Decoder::text);
    let when = decoder.optional(map, "when", when::read);
    let stages = decoder.optional(map, "stages", stages);
    let advisory = decoder.optional(map, "advisory", advisory);
    let timeout = decoder.optional(map, "timeout", positive);
    let retries = decoder.optional(map, "retries", retries);
    let locks = decoder.optional(map, "locks", Decoder::texts);
    let cost = decoder.optional(map, "cost", cost);
    let inputs = decoder.optional(map, "inputs", Decoder::globs);
    let outputs = decoder.optional(map, "outputs", Decoder::globs);
    let allow_empty = decoder.optional(map, "allow_empty", |d, node| reason(d, node));
    let kind = flat.kind.decode(map, decoder);
    Some(Gate {
        name: flat.name.clone(),
        group: flat.group.clone(),
        span: flat.span,
        kind: kind?,
        description: description?,
        needs: Vec::new(),
        when: when?,
        stages: stages?.unwrap_or_else(|| Stage::ALL.to_vec()),
        advisory: advisory?,
        timeout: timeout?.unwrap_or(limits::DEFAULT_TIMEOUT),
        retries: retries?.unwrap_or_default(),
        locks: locks?.unwrap_or_default(),
        cost: cost?.unwrap_or_default(),
        cwd: decoder
            .gate
            .as_ref()
            .map_or_else(|| ".".to_owned(), |scope| scope.cwd.clone()),
        inputs: inputs?.unwrap_or_default(),
        outputs: outputs?.unwrap_or_default(),
        allow_empty: allow_empty?,
    })
}

/// An empty list would leave the gate out of every stage, and nobody would notice.
fn stages(decoder: &mut Decoder<'_>, node: &Node) -> Option<Vec<Stage>> {
    let stages = decoder.each(node, |decoder, node| Stage::parse(&decoder.text(node)?))?;
    if stages.is_empty() {
        let message = "with no stage it would run in none of them";
        decoder.report(
            Diagnostic::new(node.span, message)
                .help("name its stages, or take `stages` away: then it runs in all of them"),
        );
        return None;
    }
    Some(stages)
}

fn positive(decoder: &mut Decoder<'_>, node: &Node) -> Option<Duration> {
    let duration = decoder.duration(node)?;
    if duration.is_zero() {
        let message = "with a timeout of zero nothing can pass";
        decoder.report(Diagnostic::new(node.span, message));
        return None;
    }
    Some(duration)
}

/// `reason:` of a map, which must say something.
fn reason(decoder: &mut Decoder<'_>, map: &Node) -> Option<String> {
    let node = map.get("reason")?;
    let text = decoder.text(node)?;
    if text.trim().is_empty() {
        decoder.report(Diagnostic::new(node.span, "the reason says nothing"));
        return None;
    }
    Some(text)
}

fn advisory(decoder: &mut Decoder<'_>, map: &Node) -> Option<Advisory> {
    let reason = reason(decoder, map);
    let until = decoder.optional(map, "until", Decoder::date)?;
    let expired = until
        .as_ref()
        .is_some_and(|until| *until < decoder.facts().today);
    Some(Advisory {
        reason: reason?,
        until,
        expired,
    })
}

fn retries(decoder: &mut Decoder<'_>, node: &Node) -> Option<Retries> {
    if !matches!(node.value, Value::Mapping(_)) {
        let times = decoder.count(node)?;
        return Some(Retries {
            times,
            ..Retries::default()
        });
    }
    let times = decoder.optional(node, "times", Decoder::count);
    let backoff = decoder.optional(node, "backoff", Decoder::duration);
    let on_exit = decoder.optional(node, "on_exit", on_exit);
    Some(Retries {
        times: times?.unwrap_or_default(),
        backoff: backoff?.unwrap_or_default(),
        on_exit: on_exit?.unwrap_or_default(),
    })
}

/// An empty list would be read as "after any", which is the opposite of what it says.
fn on_exit(decoder: &mut Decoder<'_>, node: &Node) -> Option<Vec<i32>> {
    let codes = decoder.each(node, exit_code)?;
    if codes.is_empty() {
        let message = "no exit code would be tried again";
        decoder.report(
            Diagnostic::new(node.span, message)
                .help("name the codes, or take `on_exit` away to try again after any failure"),
        );
        return None;
    }
    Some(codes)
}

fn exit_code(decoder: &mut Decoder<'_>, node: &Node) -> Option<i32> {
    i32::try_from(decoder.integer(node)?).ok()
}

fn cost(decoder: &mut Decoder<'_>, node: &Node) -> Option<Cost> {
    let memory = decoder.optional(node, "memory", Decoder::size);
    let cpus = match node.get("cpus") {
        None => Some(1),
        Some(all) if all.scalar() == Some("all") => None,
        Some(number) => Some(decoder.count(number)?),
    };
    Some(Cost {
        cpus,
        memory: memory?,
    })
}

/// Checks the map of a group: its keys are those of all gates.
pub(super) fn group(
    decoder: &mut Decoder<'_>,
    (name, span, map): &(GateName, Span, Node),
    fields: &[Field],
) {
    let parent = name
        .as_str()
        .rsplit_once('/')
        .and_then(|(up, _)| GateName::parse(up).ok());
    decoder.gate = Some(GateScope {
        name: name.clone(),
        // Its members may have cells; what they make of its keys is checked there.
        place: Some(Place::unknown()),
        group: parent,
        cwd: ".".to_owned(),
        environment: Environment::default(),
        idle: false,
    });
    move_into(decoder, map);
    check::record(decoder, map, &[fields], *span);
    decoder.gate = None;
}
