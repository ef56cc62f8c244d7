//! How a matrix is written: axes, what is left out of their product, and what is added to it.
//!
//! Must not know whose matrix it is: a group's is read once for all of its members.

use std::collections::BTreeMap;

use super::{Axis, Cell, Matrix, Value, Wanted};
use crate::format::yaml::{Entry, Node, Span};
use crate::model::{limits, name};
use crate::spec::{Decoder, Diagnostic, check, habits, keys};

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

/// Reads a matrix; `None` when something in it is wrong, after all of it was read.
pub(super) fn read(decoder: &mut Decoder<'_>, entry: &Entry) -> Option<Matrix> {
    let before = decoder.diagnostics.len();
    check::node(decoder, &entry.value, keys::OF_MATRIX.shape, entry.key.span);
    if decoder.diagnostics.len() > before {
        return None;
    }
    let mut matrix = Matrix::default();
    let items = |key| entry.value.get(key).map_or(&[][..], Node::items);
    if items(EXCLUDE).len().max(items(INCLUDE).len()) > limits::MATRIX_CELLS {
        return decoder.refuse(too_many(entry.key.span));
    }
    axes(decoder, &entry.value, &mut matrix);
    if matrix.axes.is_empty() {
        axes_of_entries(decoder, items(INCLUDE), &mut matrix);
    } else if decoder.diagnostics.len() == before {
        product(decoder, entry.key.span, &mut matrix);
    }
    for item in items(EXCLUDE) {
        exclude(decoder, item, &mut matrix);
    }
    if decoder.diagnostics.len() > before {
        return None;
    }
    let dropped = std::mem::take(&mut matrix.cells);
    matrix.cells = dropped.into_iter().filter(|cell| !is_out(cell)).collect();
    for item in items(INCLUDE) {
        include(decoder, item, &mut matrix);
    }
    if matrix.cells.is_empty() && decoder.diagnostics.len() == before {
        decoder.report(empty(entry));
    }
    if matrix.cells.len() > limits::MATRIX_CELLS {
        decoder.report(too_many(entry.key.span));
    }
    (decoder.diagnostics.len() == before).then_some(matrix)
}

fn empty(entry: &Entry) -> Diagnostic {
    let span = entry.key.span;
    if entry.value.entries().is_empty() {
        return Diagnostic::new(span, "this matrix has no axes")
            .help("such as `matrix: { node: [20, 22] }`");
    }
    Diagnostic::new(span, "nothing is left of this matrix")
        .why("a gate that is in no cell never runs, and what never ran proves nothing")
        .help("leave less out, or take the gate away")
}

fn too_many(span: Span) -> Diagnostic {
    let message = format!("this matrix has more than {} cells", limits::MATRIX_CELLS);
    Diagnostic::new(span, message)
        .help("take an axis away, or name the cells that matter by `include`")
}

// --- axes ----------------------------------------------------------------------------------------

fn axes(decoder: &mut Decoder<'_>, map: &Node, matrix: &mut Matrix) {
    for Entry { key, value } in map.entries() {
        if [INCLUDE, EXCLUDE].contains(&&*key.text) {
            continue;
        }
        check_name(decoder, &key.text, key.span);
        let mut axis = Axis::new(&key.text);
        let mut seen = BTreeMap::new();
        for item in value.items() {
            let Some(value) = read_value(decoder, item) else {
                continue;
            };
            if let Some(first) = seen.insert(value.text.clone(), item.span) {
                let message = format!("`{}` is here twice", value.text);
                let twice = Diagnostic::new(item.span, message).also(first, "first here");
                decoder.report(twice.why("two cells would be the same"));
            } else {
                add(decoder, &mut axis, value);
            }
        }
        if value.items().is_empty() {
            let message = format!("the axis `{}` has no values", key.text);
            let why = "nothing times anything is no gate at all";
            decoder.report(Diagnostic::new(key.span, message).why(why));
        }
        matrix.axes.push(axis);
    }
}

fn check_name(decoder: &mut Decoder<'_>, written: &str, span: Span) {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let long = written.chars().count() > limits::VALUE_CHARS;
    if written.is_empty() || long || !written.chars().all(good) {
        let message = format!("`{written}` is no name for an axis");
        let help = format!(
            "letters, digits, `_` and `-`; at most {}",
            limits::VALUE_CHARS
        );
        decoder.report(Diagnostic::new(span, message).help(help));
    }
}

fn read_value(decoder: &mut Decoder<'_>, node: &Node) -> Option<Value> {
    let strange = decoder.script(node)?.strange().is_some();
    let text = decoder.text(node)?;
    if text.chars().count() > limits::VALUE_CHARS {
        let message = format!(
            "a value of a matrix has at most {} characters",
            limits::VALUE_CHARS
        );
        let why = "it is part of the name of its gate";
        return decoder.refuse(Diagnostic::new(node.span, message).why(why));
    }
    Some(Value {
        plain: name::plain(&text),
        text,
        strange,
        span: node.span,
    })
}

/// The number of a value; a new one is added when its name is not taken.
fn add(decoder: &mut Decoder<'_>, axis: &mut Axis, value: Value) -> Option<usize> {
    if let Some(known) = axis.number(&value.text) {
        return Some(known);
    }
    if let Some(other) = axis.plain(&value.plain).map(|at| &axis.values[at]) {
        let message = format!(
            "`{}` and `{}` are both `{}` in the name of a gate",
            other.text, value.text, value.plain
        );
        return decoder.refuse(
            Diagnostic::new(value.span, message)
                .also(other.span, "the other one")
                .why("names have letters, digits, `_`, `-` and `.`; anything else becomes a `-`")
                .help("give them names of their own on an axis, and these as more values by `include`"),
        );
    }
    Some(axis.push(value))
}

/// Without axes of its own, those of a matrix are the keys that all its entries have.
fn axes_of_entries(decoder: &mut Decoder<'_>, items: &[Node], matrix: &mut Matrix) {
    let Some(first) = items.first() else { return };
    let keys = first.entries().iter().map(|entry| &entry.key);
    let everywhere = keys.filter(|key| items.iter().all(|item| item.entry(&key.text).is_some()));
    for key in everywhere {
        check_name(decoder, &key.text, key.span);
        matrix.axes.push(Axis::new(&key.text));
    }
    if matrix.axes.is_empty() {
        let message = "these cells have no key in common";
        let help = "what tells cells apart stands in each of them: that is their axis";
        decoder.report(Diagnostic::new(first.span, message).help(help));
    }
}

/// Every combination, the last axis first to change.
fn product(decoder: &mut Decoder<'_>, span: Span, matrix: &mut Matrix) {
    let sizes = || matrix.axes.iter().map(|axis| axis.values.len());
    let count = sizes().try_fold(1_usize, usize::checked_mul);
    if count.is_none_or(|count| count > limits::MATRIX_CELLS) {
        decoder.report(too_many(span));
        return;
    }
    let mut combinations: Vec<Vec<usize>> = vec![Vec::new()];
    for size in sizes() {
        let longer = |values: Vec<usize>| {
            (0..size).map(move |value| values.iter().copied().chain([value]).collect())
        };
        combinations = combinations.into_iter().flat_map(longer).collect();
    }
    let cell = |values| Cell {
        values,
        more: BTreeMap::new(),
    };
    matrix.cells = combinations.into_iter().map(cell).collect();
}

// --- exclude -------------------------------------------------------------------------------------

/// A cell that is left out has no values, until all were looked at: an `exclude` may name cells
/// that another one names.
fn is_out(cell: &Cell) -> bool {
    cell.values.is_empty()
}

fn exclude(decoder: &mut Decoder<'_>, item: &Node, matrix: &mut Matrix) {
    let mut wanted: Wanted = vec![None; matrix.axes.len()];
    if item.entries().is_empty() {
        let message = "this names no axis, so it would leave out everything";
        decoder.report(Diagnostic::new(item.span, message));
        return;
    }
    for Entry { key, value } in item.entries() {
        let Some((number, axis)) = matrix.axis(&key.text) else {
            let diagnostic = Diagnostic::new(key.span, format!("there is no axis `{}`", key.text));
            let names = matrix.axes.iter().map(|axis| axis.name.as_str());
            decoder.report(habits::did_you_mean(diagnostic, &key.text, names));
            return;
        };
        let Some(value) = read_value(decoder, value) else {
            return;
        };
        let same = axis.number(&value.text);
        if same.is_none() {
            let message = format!("the axis `{}` has no value `{}`", key.text, value.text);
            let diagnostic = Diagnostic::new(value.span, message);
            let values = axis.values.iter().map(|value| value.text.as_str());
            decoder.report(habits::did_you_mean(diagnostic, &value.text, values));
            return;
        }
        wanted[number] = same;
    }
    let mut some = false;
    for cell in &mut matrix.cells {
        if !is_out(cell) && cell.agrees(&wanted) {
            cell.values.clear();
            some = true;
        }
    }
    // Without a cell an axis is wrong, which has been said.
    if !some && !matrix.cells.is_empty() {
        let message = "this leaves out nothing that is not left out already";
        decoder.report(Diagnostic::new(item.span, message));
    }
}

// --- include -------------------------------------------------------------------------------------

/// An entry as read: what it says of axes, and what it adds.
struct Included {
    wanted: Wanted,
    more: Vec<(String, Value)>,
}

fn include(decoder: &mut Decoder<'_>, item: &Node, matrix: &mut Matrix) {
    let Some(Included { wanted, more }) = included(decoder, item, matrix) else {
        return;
    };
    if wanted.iter().all(Option::is_none) {
        let message = "this names no axis";
        let help = "values for every cell need no matrix: write them into `vars` or `env`";
        decoder.report(Diagnostic::new(item.span, message).help(help));
        return;
    }
    for (name, value) in &more {
        if matrix.more.iter().all(|(known, _)| known != name) {
            matrix.more.push((name.clone(), value.span));
        }
    }
    let mut some = false;
    for cell in matrix.cells.iter_mut().filter(|cell| cell.agrees(&wanted)) {
        some = true;
        merge(decoder, cell, &more);
    }
    if some && more.is_empty() {
        decoder.report(Diagnostic::new(item.span, "these cells are there already"));
    } else if !some {
        new_cell(decoder, item, matrix, Included { wanted, more });
    }
}

fn included(decoder: &mut Decoder<'_>, item: &Node, matrix: &mut Matrix) -> Option<Included> {
    let mut wanted: Wanted = vec![None; matrix.axes.len()];
    let mut more = Vec::new();
    let mut sound = true;
    for Entry { key, value } in item.entries() {
        let Some(value) = read_value(decoder, value) else {
            sound = false;
            continue;
        };
        match matrix.axes.iter().position(|axis| axis.name == key.text) {
            Some(number) => {
                wanted[number] = add(decoder, &mut matrix.axes[number], value);
                sound &= wanted[number].is_some();
            }
            None => {
                check_name(decoder, &key.text, key.span);
                let value = Value {
                    span: key.span,
                    ..value
                };
                more.push((key.text.clone(), value));
            }
        }
    }
    sound.then_some(Included { wanted, more })
}

fn merge(decoder: &mut Decoder<'_>, cell: &mut Cell, more: &[(String, Value)]) {
    for (name, value) in more {
        let Some(before) = cell.more.insert(name.clone(), value.clone()) else {
            continue;
        };
        let message = format!("`{name}` is given to one cell twice");
        let twice = Diagnostic::new(value.span, message).also(before.span, "first here");
        decoder.report(twice);
    }
}

fn new_cell(decoder: &mut Decoder<'_>, item: &Node, matrix: &mut Matrix, included: Included) {
    let values: Option<Vec<usize>> = included.wanted.iter().copied().collect();
    let Some(values) = values else {
        let axes = matrix.axes.iter().zip(&included.wanted);
        let missing = axes.filter(|(_, value)| value.is_none());
        let missing: Vec<&str> = missing.map(|(axis, _)| axis.name.as_str()).collect();
        let message = "no cell agrees with this, and it is no whole cell itself";
        let help = format!("to add a cell, name its {}, too", check::or(&missing));
        decoder.report(Diagnostic::new(item.span, message).help(help));
        return;
    };
    let more = included.more.into_iter().collect();
    matrix.cells.push(Cell { values, more });
}

/// Says what `include` adds and nothing asks for: an axis that is spelt wrong looks just so.
pub(in crate::spec) fn unused(matrix: &Matrix, mistakes: &mut Vec<Diagnostic>) {
    let used = matrix.used.borrow();
    for (name, span) in matrix.more.iter().filter(|(name, _)| !used.contains(name)) {
        let message = format!("nothing uses `${{{{ matrix.{name} }}}}`");
        let diagnostic = Diagnostic::new(*span, message)
            .why("a key that is no axis is one more value, for templates");
        let axes = matrix.axes.iter().map(|axis| axis.name.as_str());
        mistakes.push(habits::did_you_mean(diagnostic, name, axes));
    }
}
