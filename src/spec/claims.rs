//! What two gates must not both claim: the name of an image, a report. And the image of an
//! advisory build, which nothing that decides may use.

use std::collections::BTreeMap;

use super::meet::meet;
use super::outputs::Edges;
use super::{Diagnostic, Gate};
use crate::format::glob::Pattern;

/// The cells of one gate claim the same thing: `clash` says which.
pub(super) fn cells(gate: &Gate, clash: &str, why: &str) -> Diagnostic {
    let message = format!("the cells of `{}` {clash}", gate.name.base());
    let apart = "put what tells the cells apart into it, such as `${{ matrix.AXIS }}`";
    Diagnostic::new(gate.span, message).why(why).help(apart)
}

/// Says every clash.
pub(super) fn check(gates: &[Gate], mistakes: &mut Vec<Diagnostic>) {
    tags(gates, mistakes);
    images_by_tag(gates, mistakes);
    advisory_images(gates, mistakes);
    reports(gates, mistakes);
}

/// A name stands on one image: with two, the last would win, and the first would be "proved" too.
fn tags(gates: &[Gate], mistakes: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<String, &Gate> = BTreeMap::new();
    for gate in gates {
        let Some(tag) = gate.kind.builds().and_then(|builds| builds.tag) else {
            continue;
        };
        let Some(other) = known.insert(whole(&tag), gate) else {
            continue;
        };
        let why = "a tag stands on one image, so it would be chance which one it names";
        if gate.name.base() == other.name.base() {
            mistakes.push(cells(gate, &format!("put the same tag on: {tag}"), why));
            continue;
        }
        let message = format!(
            "`{}` and `{}` put the same tag on: {tag}",
            other.name, gate.name
        );
        mistakes.push(
            Diagnostic::new(gate.span, message)
                .also(other.span, "the other one")
                .why(why)
                .help("give each a tag of its own"),
        );
    }
}

/// A tag is put on last (rule 5), so a gate that runs in one runs in the image of an earlier run.
fn images_by_tag(gates: &[Gate], mistakes: &mut Vec<Diagnostic>) {
    let mut builds: BTreeMap<String, &Gate> = BTreeMap::new();
    for gate in gates {
        if let Some(tag) = gate.kind.builds().and_then(|builds| builds.tag) {
            builds.entry(whole(&tag)).or_insert(gate);
        }
    }
    for gate in gates {
        let Some(named) = gate.kind.names_image() else {
            continue;
        };
        let Some(build) = builds.get(&whole(named.trim())) else {
            continue;
        };
        let message = format!(
            "`{}` runs in `{named}`, the tag that `{}` puts on its image",
            gate.name, build.name
        );
        mistakes.push(
            Diagnostic::new(gate.span, message)
                .also(build.span, "this one")
                .why("the tag comes last, so this would test the image of an earlier run")
                .help(format!("write `in: {}`", build.name)),
        );
    }
}

/// The name as the engine completes it.
fn whole(tag: &str) -> String {
    let name = tag.strip_prefix("index.").unwrap_or(tag);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.contains(':') {
        true => name.to_owned(),
        false => format!("{name}:latest"),
    }
}

fn advisory_images(gates: &[Gate], mistakes: &mut Vec<Diagnostic>) {
    let advisory = gates.iter().filter(|gate| gate.advisory.is_some());
    let advisory: BTreeMap<_, _> = advisory.map(|gate| (&gate.name, gate)).collect();
    for gate in gates.iter().filter(|gate| gate.advisory.is_none()) {
        for used in gate.kind.uses() {
            let Some(build) = advisory.get(&used) else {
                continue;
            };
            let message = format!(
                "`{}` uses the image of `{used}`, which is advisory",
                gate.name
            );
            mistakes.push(
                Diagnostic::new(gate.span, message)
                    .also(build.span, "this one")
                    .why("an advisory outcome never decides, so nothing that decides stands on it")
                    .help(format!("make `{used}` required, or this one advisory, too")),
            );
        }
    }
}

/// Two gates that read the same report at the same time take each other's cases for their own: one
/// that tested nothing would pass by what the other wrote.
fn reports(gates: &[Gate], mistakes: &mut Vec<Diagnostic>) {
    let mut claims: Vec<(Pattern, &Gate)> = Vec::new();
    for gate in gates {
        let patterns = gate.kind.reads_reports();
        let patterns = patterns
            .iter()
            .filter_map(|text| Pattern::parse(&gate.cwd, text).ok());
        claims.extend(patterns.map(|pattern| (pattern, gate)));
    }
    let edges = Edges::new(gates);
    let mut said = std::collections::BTreeSet::new();
    for (at, (pattern, gate)) in claims.iter().enumerate() {
        for (other_pattern, other) in &claims[..at] {
            let bases = (other.name.base(), gate.name.base());
            let apart = gate.name == other.name
                || !meet(pattern, other_pattern)
                || said.contains(&bases)
                || gate.locks.iter().any(|lock| other.locks.contains(lock))
                || edges.joined(gate, other);
            if !apart && said.insert(bases) {
                mistakes.push(both((other_pattern, other), gate));
            }
        }
    }
}

fn both((pattern, other): (&Pattern, &Gate), gate: &Gate) -> Diagnostic {
    let why =
        "they may run at the same time: what one writes would be taken for the other's result";
    if gate.name.base() == other.name.base() {
        return cells(
            gate,
            &format!("read the same report: {}", pattern.text()),
            why,
        );
    }
    let message = format!(
        "`{}` and `{}` read the same report: {}",
        other.name,
        gate.name,
        pattern.text()
    );
    Diagnostic::new(gate.span, message)
        .also(other.span, "the other one")
        .why(why)
        .help(format!(
            "give each a report of its own, or `needs: {}`, or a lock in common",
            other.name
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_completed_as_the_engine_does_it() {
        for same in ["app", "app:latest", "docker.io/library/app", "library/app"] {
            assert_eq!(whole(same), "app:latest");
        }
        assert_eq!(whole("localhost:5000/app"), "localhost:5000/app:latest");
        assert_ne!(whole("app:1"), whole("app:2"));
    }
}
