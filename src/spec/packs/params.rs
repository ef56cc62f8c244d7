//! The variables of a pack: its own, with the values that `with:` hands to it.
//!
//! They are the pack's alone: neither the project's file nor another pack sees them, and a variable
//! of the project changes nothing in a pack unless it is handed over.

use std::collections::BTreeMap;

use super::Pack;
use crate::format::yaml::{Entry, Node};
use crate::spec::scope::Var;
use crate::spec::{Decoder, Diagnostic, habits, vars};

/// The variables of one pack. Values of `with:` are read in the file that uses it, whose variables
/// `decoder` knows.
pub(crate) fn variables(decoder: &mut Decoder<'_>, pack: &Pack) -> BTreeMap<String, Var> {
    let defined = pack.root.get("vars").map_or(&[][..], Node::entries);
    for entry in &pack.with {
        if !defined.iter().any(|var| var.key.text == entry.key.text) {
            decoder.report(unknown(entry, pack, defined));
        }
    }
    let given = |var: &Entry| pack.with.iter().find(|with| with.key.text == var.key.text);
    let meant = defined.iter().map(|var| given(var).unwrap_or(var));
    let read = vars::read(decoder, meant);
    for var in defined {
        let value = read.get(&var.key.text).and_then(|var| var.value.as_deref());
        if let (Some(given), Some(value)) = (given(var), value) {
            vars::held(decoder, var, value, given.value.span);
        }
    }
    read
}

fn unknown(entry: &Entry, pack: &Pack, defined: &[Entry]) -> Diagnostic {
    let (name, pack) = (&entry.key.text, &pack.name);
    let names: Vec<_> = defined.iter().map(|var| var.key.text.as_str()).collect();
    let message = format!("the pack `{pack}` has no variable `{name}`");
    let diagnostic = Diagnostic::new(entry.key.span, message);
    let guess = habits::did_you_mean(diagnostic.clone(), name, names.iter().copied());
    match (guess.help.is_some(), names.is_empty()) {
        (true, _) => guess,
        (_, true) => diagnostic.help("it takes none"),
        _ => diagnostic.help(format!("it has: {}", names.join(", "))),
    }
}
