//! `needs:`: names to full names. A group stands for its required members, but is not spelt out
//! here: many that need a group of many would be as many edges as both multiplied.

use std::collections::BTreeSet;

use super::common::Need;
use super::scope::{Known, Scope};
use super::{Diagnostic, habits};
use crate::format::yaml::Span;
use crate::model::GateName;

/// Resolves what a gate needs; each gate once, at the first place that says so.
pub(super) fn resolve(
    scope: &Scope<'_>,
    gate: &GateName,
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

fn target(scope: &Scope<'_>, own: &GateName, need: &Need) -> Result<GateName, Box<Diagnostic>> {
    let Some((name, known)) = scope.find(&need.name, need.group.as_ref()) else {
        return Err(Box::new(unknown(scope, need)));
    };
    if name == own {
        return Err(Box::new(itself(own, need.span)));
    }
    if !known.group {
        return match known.advisory {
            true => Err(Box::new(needs_advisory(name, known, need.span))),
            false => Ok(name.clone()),
        };
    }
    let inside = format!("{name}/");
    if own.as_str().starts_with(&inside) {
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

fn itself(own: &GateName, span: Span) -> Diagnostic {
    Diagnostic::new(span, format!("`{own}` needs itself"))
}

fn needs_advisory(name: &GateName, known: &Known, span: Span) -> Diagnostic {
    Diagnostic::new(span, format!("`{name}` is advisory: nothing may need it"))
        .also(known.span, "this one")
        .why("an advisory outcome never decides, so nothing can wait for it to pass")
        .help("make it required, or take this need away")
}

fn unknown(scope: &Scope<'_>, need: &Need) -> Diagnostic {
    let diagnostic = Diagnostic::new(need.span, format!("there is no gate `{}`", need.name));
    let full = scope.gates.keys().map(GateName::as_str);
    let member = |name: &'_ GateName| {
        let prefix = format!("{}/", need.group.as_ref()?);
        name.as_str().strip_prefix(&prefix).map(str::to_owned)
    };
    let near: Vec<_> = scope.gates.keys().filter_map(member).collect();
    let all = near.iter().map(String::as_str).chain(full);
    habits::did_you_mean(diagnostic, &need.name, all)
}
