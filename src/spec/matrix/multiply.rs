//! Every gate with a matrix becomes its cells.
//!
//! `matrix: OTHER` takes the very matrix of that gate. Must not know how one is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::read::read;
use super::{Matrix, Place};
use crate::format::yaml::{Entry, Node, Span, Value};
use crate::model::{GateName, limits};
use crate::spec::flatten::Flat;
use crate::spec::scope::Scope;
use crate::spec::{Decoder, Diagnostic, habits};

/// The matrices, by the names of their gates.
pub(in crate::spec) type Matrices = BTreeMap<GateName, Rc<Matrix>>;

/// Puts in the place of each gate with a matrix its cells. A gate whose matrix is wrong stays one,
/// so that the rest of it is read.
pub(in crate::spec) fn multiply(
    scope: &Scope<'_>,
    flat: Vec<Flat>,
    mistakes: &mut Vec<Diagnostic>,
) -> (Vec<Flat>, Matrices) {
    let has = |flat: &Flat| flat.map.entry("matrix").is_some();
    if !flat.iter().any(has) {
        return (flat, Matrices::new());
    }
    let mut search = Search {
        decoder: Decoder::new(scope),
        flats: flat.iter().map(|flat| (&flat.name, flat)).collect(),
        own: HashMap::new(),
        known: Matrices::new(),
    };
    for flat in flat.iter().filter(|flat| has(flat)) {
        search.follow(flat);
    }
    let matrices = search.known;
    mistakes.append(&mut search.decoder.diagnostics);
    let mut cells = Vec::with_capacity(flat.len());
    let mut count = 0;
    for flat in flat {
        let Some(matrix) = matrices.get(&flat.name) else {
            cells.push(flat);
            continue;
        };
        count += matrix.cells.len();
        if count > limits::ALL_CELLS {
            mistakes.push(too_many(&flat));
            return (Vec::new(), matrices);
        }
        apart(&flat, matrix, &mut cells, mistakes);
    }
    (cells, matrices)
}

struct Search<'s, 'f> {
    decoder: Decoder<'s>,
    flats: HashMap<&'f GateName, &'f Flat>,
    /// By where it is written: a group's is that of all its members.
    own: HashMap<Span, Rc<Matrix>>,
    known: Matrices,
}

impl<'f> Search<'_, 'f> {
    /// Finds the matrix of a gate and of all on the way to it.
    fn follow(&mut self, start: &'f Flat) {
        let mut way: Vec<&'f Flat> = Vec::new();
        let mut seen = HashSet::new();
        let mut at = start;
        let matrix = loop {
            if let Some(known) = self.known.get(&at.name) {
                break Rc::clone(known);
            }
            let Some(entry) = at.map.entry("matrix") else {
                // The search goes on only to gates that have one.
                break Rc::default();
            };
            if !seen.insert(&at.name) {
                self.decoder.report(round(at, entry.value.span));
                break Rc::default();
            }
            way.push(at);
            if entry.value.scalar().is_none() {
                break self.own(entry);
            }
            match self.other(at, &entry.value) {
                Some(next) => at = next,
                None => break Rc::default(),
            }
        };
        for flat in way {
            self.known.insert(flat.name.clone(), Rc::clone(&matrix));
        }
    }

    fn own(&mut self, entry: &Entry) -> Rc<Matrix> {
        if let Some(read) = self.own.get(&entry.value.span) {
            return Rc::clone(read);
        }
        let matrix: Rc<Matrix> = Rc::new(read(&mut self.decoder, entry).unwrap_or_default());
        self.own.insert(entry.value.span, Rc::clone(&matrix));
        matrix
    }

    /// The gate whose matrix this one takes.
    fn other(&mut self, flat: &Flat, node: &Node) -> Option<&'f Flat> {
        let written = self.decoder.text(node)?;
        let mut layers = flat.layers.iter().rev();
        let layer = layers.find(|layer| layer.map.entry("matrix").is_some());
        let group = layer.and_then(|layer| layer.group.as_ref());
        let scope = self.decoder.scope;
        let Some((name, known)) = scope.find(&written, group) else {
            let message = format!("there is no gate `{written}`");
            let diagnostic = Diagnostic::new(node.span, message);
            let names = scope.gates.keys().map(GateName::as_str);
            let guess = habits::did_you_mean(diagnostic, &written, names);
            let axes = "axes are written `matrix: { node: [20, 22] }`";
            return self.decoder.refuse(match guess.help {
                Some(_) => guess,
                None => guess.help(axes),
            });
        };
        // A gate that is wrong itself is in the index alone.
        let next = match self.flats.get(name) {
            Some(next) => *next,
            None if known.group => {
                let message =
                    format!("`{name}` is a group, whose gates have matrices of their own");
                let diagnostic = Diagnostic::new(node.span, message);
                return self.decoder.refuse(diagnostic.help("name one of them"));
            }
            None => return None,
        };
        if next.map.entry("matrix").is_none() {
            let diagnostic = Diagnostic::new(node.span, format!("`{name}` has no matrix"));
            return self
                .decoder
                .refuse(diagnostic.also(known.span, "this gate"));
        }
        Some(next)
    }
}

fn round(flat: &Flat, span: Span) -> Diagnostic {
    let message = format!("the matrix of `{}` leads back to itself", flat.name);
    Diagnostic::new(span, message).help("one of these gates must say the axes")
}

fn too_many(flat: &Flat) -> Diagnostic {
    let message = format!(
        "the matrices of this file make more than {} gates",
        limits::ALL_CELLS
    );
    Diagnostic::new(flat.span, message)
        .label("here it is passed")
        .help("leave cells out, or take an axis away")
}

/// The cells of one gate.
fn apart(flat: &Flat, matrix: &Rc<Matrix>, cells: &mut Vec<Flat>, mistakes: &mut Vec<Diagnostic>) {
    // Not checked again in each cell: that would be as much work as both multiplied.
    let entries = flat.map.entries().iter();
    let rest = entries.filter(|entry| entry.key.text != "matrix").cloned();
    let map = Rc::new(Node {
        span: flat.map.span,
        value: Value::Mapping(rest.collect()),
    });
    let cell = |name: GateName, place: Place| Flat {
        name,
        place: Some(place),
        group: flat.group.clone(),
        span: flat.span,
        kind: flat.kind,
        map: Rc::clone(&map),
        layers: flat.layers.clone(),
    };
    if matrix.is_unknown() {
        cells.push(cell(flat.name.clone(), Place::unknown()));
        return;
    }
    for at in 0..matrix.cells.len() {
        let name = matrix.cell_name(&flat.name, at);
        if let Err(error) = GateName::parse(name.as_str()) {
            let message = format!("a cell of `{}` cannot be named: {error}", flat.name);
            mistakes.push(Diagnostic::new(flat.span, message).help(format!(
                "its name would be longer than {} characters",
                limits::CELL_NAME_CHARS
            )));
            return;
        }
        cells.push(cell(name, Place::new(matrix, at)));
    }
}
