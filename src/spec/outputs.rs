//! `outputs:` of two gates must not overlap, unless one of the two waits for the other: else it is
//! chance which one's file stays.

use std::collections::{BTreeMap, BTreeSet};

use super::gate::{members, needed};
use super::{Diagnostic, Gate};
use crate::model::GateName;

/// Says every overlap of literal paths.
pub(super) fn check(gates: &[Gate], mistakes: &mut Vec<Diagnostic>) {
    let mut claims: Vec<(String, &Gate)> = Vec::new();
    for gate in gates {
        let literal = gate
            .outputs
            .iter()
            .filter(|path| !path.contains(['*', '?', '[', '{', '!']));
        claims.extend(literal.map(|path| (full(&gate.cwd, path), gate)));
    }
    claims.sort_by(|a, b| a.0.cmp(&b.0));
    // In this order what is inside a directory comes behind it: `open` are the directories around.
    let mut open: Vec<(&str, &Gate)> = Vec::new();
    let edges = Edges::new(gates);
    let mut said = BTreeSet::new();
    for (path, gate) in &claims {
        open.retain(|(outer, _)| path.starts_with(outer));
        for (outer, other) in &open {
            // Of cells one pair says it all.
            let cells = [other, gate]
                .iter()
                .any(|gate| gate.name.place().next().is_some());
            let bases = (other.name.base(), gate.name.base());
            let apart = other.name == gate.name || cells && said.contains(&bases);
            if !apart && !edges.joined(other, gate) {
                said.insert(bases);
                mistakes.push(overlap((outer, other), (path, gate)));
            }
        }
        open.push((path, gate));
    }
}

/// From the root, with a `/` at the end: `a/` is no prefix of `ab/`.
fn full(cwd: &str, path: &str) -> String {
    let base = if path.starts_with('/') { "" } else { cwd };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/") + "/"
}

fn overlap((outer, other): (&str, &Gate), (path, gate): (&str, &Gate)) -> Diagnostic {
    let (outer, path) = (outer.trim_end_matches('/'), path.trim_end_matches('/'));
    let why = "neither waits for the other, so it is chance whose file stays";
    if gate.name.base() == other.name.base() {
        return super::claims::cells(gate, &format!("make the same: `{path}`"), why);
    }
    let what = if outer == path {
        format!("`{}` and `{}` both make `{path}`", other.name, gate.name)
    } else {
        format!(
            "`{}` makes `{outer}`, `{}` makes `{path}` inside it",
            other.name, gate.name
        )
    };
    Diagnostic::new(gate.span, what)
        .also(other.span, "the other one")
        .why(why)
        .help(format!(
            "`needs: {}` if that order is meant, or another path",
            other.name
        ))
}

/// Who waits for whom, as far as the language knows it.
pub(super) struct Edges<'g> {
    after: BTreeMap<&'g str, Vec<GateName>>,
}

impl<'g> Edges<'g> {
    pub(super) fn new(gates: &'g [Gate]) -> Self {
        let after = gates.iter().map(|gate| {
            let needs = gate.needs.iter().map(|(name, _)| name.clone());
            (gate.name.as_str(), needs.chain(gate.kind.uses()).collect())
        });
        let groups = members(gates, &needed(gates)).into_iter();
        let names = |at: Vec<usize>| at.into_iter().map(|at| gates[at].name.clone()).collect();
        let groups = groups.map(|(group, at)| (group, names(at)));
        Self {
            after: after.chain(groups).collect(),
        }
    }

    pub(super) fn joined(&self, a: &Gate, b: &Gate) -> bool {
        precedes(a, b)
            || precedes(b, a)
            || self.reaches(&a.name, &b.name)
            || self.reaches(&b.name, &a.name)
    }

    fn reaches(&self, from: &GateName, to: &GateName) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(gate) = next.pop() {
            if gate == to {
                return true;
            }
            if seen.insert(gate) {
                next.extend(self.after.get(gate.as_str()).into_iter().flatten());
            }
        }
        false
    }
}

/// A setup precedes its siblings and what is below them.
fn precedes(setup: &Gate, other: &Gate) -> bool {
    let inside = |group: &GateName| other.name.as_str().starts_with(&format!("{group}/"));
    setup.kind.is_setup() && setup.group.as_ref().is_none_or(inside)
}
