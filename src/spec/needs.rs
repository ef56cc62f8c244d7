//! `needs:`: names to full names. A group stands for its required members, but is not spelt out
//! here: many that need a group of many would be as many edges as both multiplied.

use std::collections::BTreeSet;

use super::common::Need;
use super::flatten::Flat;
use super::matrix::{self, Reference};
use super::scope::{Known, Scope};
use super::{Diagnostic, habits};
use crate::format::yaml::Span;
use crate::model::GateName;

/// Resolves what a gate needs; each gate once, at the first place that says so.
pub(super) fn resolve(
    scope: &Scope<'_>,
    gate: &Flat,
    needs: &[Need],
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<(GateName, Span)> {
    let mut resolved: Vec<(GateName, Span)> = Vec::new();
    let mut seen = BTreeSet::new();
    for need in needs {
        match target(scope, gate, need) {
            Ok(name) if seen.insert(name.clone()) => resolved.push((name, need.span)),
            Ok(_) => {}
            Err(diagnostic) => mistakes.push(*diagnostic),
        }
    }
    resolved
}

fn target(scope: &Scope<'_>, flat: &Flat, need: &Need) -> Result<GateName, Box<Diagnostic>> {
    let own = flat.name.base();
    let (written, cell) = matrix::split(&need.name);
    let Some((name, known)) = scope.find(written, need.group.as_ref()) else {
        return Err(Box::new(unknown(scope, need, written)));
    };
    if name.as_str() == own {
        return Err(Box::new(itself(own, need.span)));
    }
    if !known.group {
        if known.advisory {
            return Err(Box::new(needs_advisory(name, known, need.span)));
        }
        let reference = Reference {
            gate: name,
            cell,
            span: need.span,
            own: &flat.name,
            place: flat.place.as_ref(),
        };
        let joined = matrix::join(&reference, known.matrix.as_ref())?;
        return Ok(joined.map_or_else(|| name.clone(), |joined| joined.name));
    }
    if cell.is_some() {
        let message = format!("`{name}` is a group, which has no cells");
        let diagnostic = Diagnostic::new(need.span, message);
        let help = "a group stands for all cells of its members; name the member to have some";
        return Err(Box::new(diagnostic.also(known.span, "this one").help(help)));
    }
    let inside = format!("{name}/");
    if own.starts_with(&inside) {
        let diagnostic = itself(own, need.span);
        return Err(Box::new(
            diagnostic.why(format!("`{own}` is a member of `{name}`")),
        ));
    }
    let required = |(_, known): (&GateName, &Known)| !known.group && !known.advisory;
    let mut members = scope
        .gates
        .range(name..)
        .filter(|(member, _)| member.as_str().starts_with(&inside));
    if !members.any(required) {
        return Err(Box::new(needs_advisory(name, known, need.span)));
    }
    Ok(name.clone())
}

fn itself(own: &str, span: Span) -> Diagnostic {
    Diagnostic::new(span, format!("`{own}` needs itself"))
}

fn needs_advisory(name: &GateName, known: &Known, span: Span) -> Diagnostic {
    Diagnostic::new(span, format!("`{name}` is advisory: nothing may need it"))
        .also(known.span, "this one")
        .why("an advisory outcome never decides, so nothing can wait for it to pass")
        .help("make it required, or take this need away")
}

fn unknown(scope: &Scope<'_>, need: &Need, written: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(need.span, format!("there is no gate `{written}`"));
    let full = scope.gates.keys().map(GateName::as_str);
    let member = |name: &'_ GateName| {
        let prefix = format!("{}/", need.group.as_ref()?);
        name.as_str().strip_prefix(&prefix).map(str::to_owned)
    };
    let near: Vec<_> = scope.gates.keys().filter_map(member).collect();
    let all = near.iter().map(String::as_str).chain(full);
    habits::did_you_mean(diagnostic, written, all)
}
