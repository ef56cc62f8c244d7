//! A node against a shape: every mistake, said once, with what would be right.

use globset::GlobBuilder;

use super::Decoder;
use super::shape::{Field, Shape};
use super::{Diagnostic, habits, resolve, units};
use crate::format::yaml::{Entry, Node, Span, Value};

/// Checks a node. `at` is the place to point at when something is missing: the key above.
pub(super) fn node(decoder: &mut Decoder<'_>, node: &Node, shape: Shape, at: Span) {
    if is_scalar(shape) && node.scalar().is_none() {
        decoder.report(wrong_type(node, &expected(shape), at));
        return;
    }
    match shape {
        Shape::Text => drop(
            scalar(decoder, node, "a text", at)
                .map(str::to_owned)
                .and_then(|text| resolve::script(decoder, &text, node.span)),
        ),
        Shape::GateRef => drop(decoder.text(node)),
        Shape::Bool => drop(boolean(decoder, node, at)),
        Shape::Integer { min, max } => drop(integer(decoder, node, (min, max), at)),
        Shape::Number => drop(parsed(decoder, node, at, units::thousandths)),
        Shape::Duration => drop(parsed(decoder, node, at, units::duration)),
        Shape::Size => drop(parsed(decoder, node, at, units::size)),
        Shape::Date => drop(parsed(decoder, node, at, units::date)),
        Shape::Path => drop(path(decoder, node, at)),
        Shape::Glob => drop(glob(decoder, node, at)),
        Shape::Word(words) => word(decoder, node, words, at),
        Shape::List(of) => list(decoder, node, *of, at),
        Shape::OneOrMany(of) => one_or_many(decoder, node, *of, at),
        Shape::Map(of) => map(decoder, node, *of, at),
        Shape::Record(fields) => record(decoder, node, &[fields], at),
        Shape::Open(fields, of) => open(decoder, node, (fields, *of), at),
        Shape::OneOf(shapes) => one_of(decoder, node, shapes, at),
        Shape::Gates => {}
    }
}

/// The text of a scalar.
pub(super) fn scalar<'n>(
    decoder: &mut Decoder<'_>,
    node: &'n Node,
    expected: &str,
    at: Span,
) -> Option<&'n str> {
    let text = node.scalar();
    if text.is_none() {
        decoder.report(wrong_type(node, expected, at));
    }
    text
}

fn wrong_type(node: &Node, expected: &str, at: Span) -> Diagnostic {
    let span = place(node, at);
    let message = format!("expected {expected}, found {}", node.what());
    let diagnostic = Diagnostic::new(span, message).label(format!("{expected} is expected here"));
    match node.value {
        Value::Mapping(_) if decoder_brace(node) => {
            diagnostic.help("to YAML `{` opens a map: put a text with braces in quotes")
        }
        _ => diagnostic,
    }
}

/// `{{ x }}` without quotes comes out as a map with a dropped key.
fn decoder_brace(node: &Node) -> bool {
    node.entries().is_empty()
}

/// The node's own place, or the key's when nothing is written.
fn place(node: &Node, at: Span) -> Span {
    if node.value == Value::Null {
        at
    } else {
        node.span
    }
}

fn is_scalar(shape: Shape) -> bool {
    use Shape::{Gates, List, Map, OneOf, OneOrMany, Open, Record};
    !matches!(
        shape,
        List(_) | OneOrMany(_) | Map(_) | Record(_) | Open(..) | OneOf(_) | Gates
    )
}

/// A value that some reader makes of resolved text.
pub(super) fn parsed<T>(
    decoder: &mut Decoder<'_>,
    node: &Node,
    at: Span,
    read: fn(&str) -> Result<T, String>,
) -> Option<T> {
    let text = resolved(decoder, node, at)?;
    match read(&text) {
        Ok(value) => Some(value),
        Err(why) => {
            decoder.report(Diagnostic::new(node.span, why));
            None
        }
    }
}

fn resolved(decoder: &mut Decoder<'_>, node: &Node, at: Span) -> Option<String> {
    scalar(decoder, node, "a text", at)?;
    decoder.text(node)
}

pub(super) fn boolean(decoder: &mut Decoder<'_>, node: &Node, at: Span) -> Option<bool> {
    let text = scalar(decoder, node, "`true` or `false`", at)?;
    match (text, node.is_plain()) {
        ("true" | "True" | "TRUE", true) => return Some(true),
        ("false" | "False" | "FALSE", true) => return Some(false),
        _ => {}
    }
    decoder.report(habits::not_a_boolean(text, node.is_plain(), node.span));
    None
}

pub(super) fn integer(
    decoder: &mut Decoder<'_>,
    node: &Node,
    (min, max): (i64, i64),
    at: Span,
) -> Option<i64> {
    let text = resolved(decoder, node, at)?;
    let canonical = text == "0" || !text.trim_start_matches('-').starts_with('0');
    let parsed = text
        .parse::<i64>()
        .ok()
        .filter(|_| canonical && !text.starts_with('+'));
    let message = match parsed {
        Some(number) if (min..=max).contains(&number) => return Some(number),
        Some(_) if min == max => format!("expected {min}, found {text}"),
        Some(_) if max == i64::from(u32::MAX) || max == i64::MAX => {
            format!("expected a whole number from {min}, found {text}")
        }
        Some(_) => format!("expected a whole number from {min} to {max}, found {text}"),
        None => format!("expected a whole number, found {}", node.what()),
    };
    decoder.report(Diagnostic::new(node.span, message));
    None
}

pub(super) fn path(decoder: &mut Decoder<'_>, node: &Node, at: Span) -> Option<String> {
    let text = resolved(decoder, node, at)?;
    let cwd = decoder.gate.as_ref().map_or(".", |gate| &gate.cwd);
    let problem = match text.as_str() {
        "" => Some("a path cannot be empty".to_owned()),
        text if text.contains('\0') => Some("a path cannot contain a NUL".to_owned()),
        text if escapes(cwd, text) => Some(format!("`{text}` leads out of the project")),
        _ => None,
    };
    let Some(problem) = problem else {
        return Some(text);
    };
    let help = "paths are relative to the gate's `cwd`; `/x` is from the project's root";
    decoder.report(Diagnostic::new(node.span, problem).help(help));
    None
}

/// Whether a path, seen from `cwd`, climbs above the project's root on its way.
fn escapes(cwd: &str, path: &str) -> bool {
    let base = if path.starts_with('/') { "" } else { cwd };
    let mut depth = 0_usize;
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

pub(super) fn glob(decoder: &mut Decoder<'_>, node: &Node, at: Span) -> Option<String> {
    let text = path(decoder, node, at)?;
    let built = GlobBuilder::new(text.trim_start_matches('/'))
        .literal_separator(true)
        .build();
    if let Err(error) = built {
        let message = format!("`{text}` is no glob: {}", error.kind());
        let help = "a glob has `*`, `**`, `?`, `[a-z]` and `{a,b}`; `\\[` is a plain bracket";
        decoder.report(Diagnostic::new(node.span, message).help(help));
        return None;
    }
    Some(text)
}

fn word(decoder: &mut Decoder<'_>, node: &Node, words: &[&str], at: Span) {
    let Some(text) = resolved(decoder, node, at) else {
        return;
    };
    if words.contains(&text.as_str()) {
        return;
    }
    let message = format!("expected {}, found `{text}`", or(words));
    let diagnostic = Diagnostic::new(node.span, message);
    decoder.report(habits::did_you_mean(
        diagnostic,
        &text,
        words.iter().copied(),
    ));
}

/// "`a`, `b` or `c`".
pub(super) fn or(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

fn list(decoder: &mut Decoder<'_>, list: &Node, of: Shape, at: Span) {
    let Value::Sequence(items) = &list.value else {
        let diagnostic = wrong_type(list, "a list", at);
        decoder.report(match list.scalar() {
            Some(text) => diagnostic.help(format!("write `[{text}]`")),
            None => diagnostic,
        });
        return;
    };
    for item in items {
        node(decoder, item, of, item.span);
    }
}

fn one_or_many(decoder: &mut Decoder<'_>, many: &Node, of: Shape, at: Span) {
    if !matches!(many.value, Value::Sequence(_)) && !fits(many, of) {
        decoder.report(wrong_type(many, &format!("{} or a list", expected(of)), at));
        return;
    }
    let is_list = matches!(many.value, Value::Sequence(_));
    for item in many.items() {
        node(decoder, item, of, if is_list { item.span } else { at });
    }
}

fn map(decoder: &mut Decoder<'_>, map: &Node, of: Shape, at: Span) {
    if !matches!(map.value, Value::Mapping(_)) {
        decoder.report(wrong_type(map, "a map", at));
    }
    for Entry { key, value } in map.entries() {
        node(decoder, value, of, key.span);
    }
}

fn open(decoder: &mut Decoder<'_>, map: &Node, (fields, of): (&[Field], Shape), at: Span) {
    if !matches!(map.value, Value::Mapping(_)) {
        decoder.report(wrong_type(map, "a map", at));
    }
    for Entry { key, value } in map.entries() {
        let known = fields.iter().find(|field| field.name == key.text);
        node(
            decoder,
            value,
            known.map_or(of, |field| field.shape),
            key.span,
        );
    }
}

/// Checks a map against tables of keys: unknown ones, missing ones, wrong ones.
pub(super) fn record(decoder: &mut Decoder<'_>, map: &Node, tables: &[&[Field]], at: Span) {
    if !matches!(map.value, Value::Mapping(_)) {
        decoder.report(wrong_type(map, "a map", at));
        return;
    }
    let fields = || tables.iter().flat_map(|table| table.iter());
    let misspelt = unknown_keys(map, tables);
    for Entry { key, value } in map.entries() {
        if let Some(field) = fields().find(|field| field.name == key.text) {
            node(decoder, value, field.shape, key.span);
        }
    }
    decoder.diagnostics.extend(misspelt.iter().cloned());
    let meant = |name| {
        misspelt
            .iter()
            .any(|d| d.suggestion.as_deref() == Some(name))
    };
    let missing = |field: &&Field| field.required && map.entry(field.name).is_none();
    for field in fields().filter(missing).filter(|field| !meant(field.name)) {
        let message = format!("`{}` is missing here", field.name);
        decoder.report(Diagnostic::new(at, message).why(field.doc));
    }
}

/// The unknown keys of a map alone.
pub(super) fn unknown_keys(map: &Node, tables: &[&[Field]]) -> Vec<Diagnostic> {
    let names = || {
        tables
            .iter()
            .flat_map(|table| table.iter())
            .map(|field| field.name)
    };
    let unknown = map
        .entries()
        .iter()
        .filter(|e| names().all(|name| name != e.key.text));
    unknown
        .map(|entry| habits::unknown_key(&entry.key, names()))
        .collect()
}

/// Which of the shapes is meant is told by what is written; so the mistakes are those of that one.
fn one_of(decoder: &mut Decoder<'_>, one: &Node, shapes: &[Shape], at: Span) {
    let fitting: Vec<_> = shapes
        .iter()
        .copied()
        .filter(|shape| fits(one, *shape))
        .collect();
    match *fitting {
        [] => {
            let names: Vec<_> = shapes.iter().map(|shape| expected(*shape)).collect();
            decoder.report(wrong_type(one, &names.join(" or "), at));
        }
        [only] => node(decoder, one, only, at),
        _ => several(decoder, one, &fitting, at),
    }
}

/// Two scalar shapes (a number or `all`): right when one of them takes it.
fn several(decoder: &mut Decoder<'_>, one: &Node, shapes: &[Shape], at: Span) {
    let before = decoder.diagnostics.len();
    for shape in shapes {
        node(decoder, one, *shape, at);
        if decoder.diagnostics.len() == before {
            return;
        }
        decoder.diagnostics.truncate(before);
    }
    let names: Vec<_> = shapes.iter().map(|shape| expected(*shape)).collect();
    decoder.report(wrong_type(one, &names.join(" or "), at));
}

fn fits(node: &Node, shape: Shape) -> bool {
    match (&node.value, shape) {
        (_, Shape::OneOf(shapes)) => shapes.iter().any(|shape| fits(node, *shape)),
        (Value::Null, _) => false,
        (Value::Sequence(_), shape) => matches!(shape, Shape::List(_) | Shape::OneOrMany(_)),
        (Value::Mapping(_), Shape::OneOrMany(of)) => fits(node, *of),
        (Value::Mapping(_), shape) => {
            matches!(
                shape,
                Shape::Map(_) | Shape::Record(_) | Shape::Open(..) | Shape::Gates
            )
        }
        (Value::Scalar { .. }, Shape::OneOrMany(of)) => fits(node, *of),
        (Value::Scalar { .. }, shape) => !matches!(
            shape,
            Shape::List(_) | Shape::Map(_) | Shape::Record(_) | Shape::Open(..) | Shape::Gates
        ),
    }
}

/// A shape in words.
pub(super) fn expected(shape: Shape) -> String {
    match shape {
        Shape::Text => "a text".to_owned(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Integer { .. } => "a whole number".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Duration => "a duration".to_owned(),
        Shape::Size => "a size".to_owned(),
        Shape::Path => "a path".to_owned(),
        Shape::Glob => "a glob".to_owned(),
        Shape::Date => "a day".to_owned(),
        Shape::GateRef => "the name of a gate".to_owned(),
        Shape::Word(words) => or(words),
        Shape::List(_) => "a list".to_owned(),
        Shape::OneOrMany(of) => format!("{} or a list", expected(*of)),
        Shape::Map(_) | Shape::Record(_) | Shape::Open(..) | Shape::Gates => "a map".to_owned(),
        Shape::OneOf(shapes) => shapes
            .iter()
            .map(|shape| expected(*shape))
            .collect::<Vec<_>>()
            .join(" or "),
    }
}
