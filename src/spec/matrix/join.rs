//! Who refers to a gate with a matrix means some of its cells: those that are named, and of these
//! the ones that agree with the cell that refers, on every axis that both have.

use std::rc::Rc;

use super::{Hits, Matrix, Place, Wanted};
use crate::format::yaml::Span;
use crate::model::GateName;
use crate::model::name;
use crate::spec::{Diagnostic, habits};

/// A reference as written, its gate found.
pub(in crate::spec) struct Reference<'r> {
    /// The gate that is referred to.
    pub gate: &'r GateName,
    /// What is written behind its name, `node=20`.
    pub cell: Option<&'r str>,
    pub span: Span,
    /// Who refers.
    pub own: &'r GateName,
    pub place: Option<&'r Place>,
}

/// What a reference to a gate with a matrix means.
pub(in crate::spec) struct Joined {
    /// A cell, or what stands for those that agree.
    pub name: GateName,
    pub hits: Hits,
    matrix: Rc<Matrix>,
    wanted: Wanted,
}

/// `build[node=20]` is `build` and `node=20`.
pub(in crate::spec) fn split(text: &str) -> (&str, Option<&str>) {
    match name::split_cell(text) {
        Some((gate, cell)) => (gate, Some(cell)),
        None => (text, None),
    }
}

/// The cells that are meant: `None` when the gate has no matrix and none is asked for, or when a
/// matrix is wrong, which has been said.
pub(in crate::spec) fn join(
    reference: &Reference<'_>,
    matrix: Option<&Rc<Matrix>>,
) -> Result<Option<Joined>, Box<Diagnostic>> {
    let Some(matrix) = matrix else {
        return match reference.cell {
            None => Ok(None),
            Some(_) => Err(Box::new(no_matrix(reference))),
        };
    };
    let place = reference.place.filter(|place| !place.matrix.is_unknown());
    if matrix.is_unknown() || reference.place.is_some() && place.is_none() {
        return Ok(None);
    }
    let mut wanted = match reference.cell {
        None => vec![None; matrix.axes.len()],
        Some(cell) => named(reference, matrix, cell)?,
    };
    if let Some((place, at)) = place.and_then(|place| Some((place, place.at?))) {
        shared(reference, matrix, &mut wanted, (&place.matrix, at))?;
    }
    let hits = matrix.agreeing(&wanted);
    let hits = hits.ok_or_else(|| Box::new(none_agrees(reference, matrix)))?;
    Ok(Some(Joined {
        name: matrix.name(reference.gate, &wanted),
        hits,
        matrix: Rc::clone(matrix),
        wanted,
    }))
}

/// What stands in the brackets.
fn named(
    reference: &Reference<'_>,
    matrix: &Matrix,
    cell: &str,
) -> Result<Wanted, Box<Diagnostic>> {
    let gate = reference.gate;
    let mistake = |message: String| Diagnostic::new(reference.span, message);
    let Some(pairs) = name::pairs(cell) else {
        let example = matrix.cell_name(gate, 0);
        let message = format!("`[{cell}]` names no cell");
        return Err(Box::new(
            mistake(message).help(format!("cells are called like `{example}`")),
        ));
    };
    let mut wanted: Wanted = vec![None; matrix.axes.len()];
    for (axis, value) in pairs {
        let Some((number, known)) = matrix.axis(axis.trim()) else {
            let diagnostic = mistake(format!("`{gate}` has no axis `{axis}`"));
            let names = matrix.axes.iter().map(|axis| axis.name.as_str());
            return Err(Box::new(near(diagnostic, axis, names)));
        };
        let Some(value) = known
            .number(value.trim())
            .or_else(|| known.plain(value.trim()))
        else {
            let message = format!("the axis `{axis}` of `{gate}` has no value `{value}`");
            let values = known.values.iter().map(|value| value.text.as_str());
            return Err(Box::new(near(mistake(message), value, values)));
        };
        if wanted[number].replace(value).is_some() {
            return Err(Box::new(mistake(format!("`{axis}` is here twice"))));
        }
    }
    Ok(wanted)
}

/// Without `suggest`: what would be right stands inside of a longer text.
fn near<'w>(
    diagnostic: Diagnostic,
    written: &str,
    known: impl Iterator<Item = &'w str> + Clone,
) -> Diagnostic {
    let all: Vec<&str> = known.clone().take(10).collect();
    match habits::nearest(written, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("there are: {}", all.join(", "))),
    }
}

/// The axes that both have and that are not named.
fn shared(
    reference: &Reference<'_>,
    matrix: &Matrix,
    wanted: &mut Wanted,
    (own, at): (&Matrix, usize),
) -> Result<(), Box<Diagnostic>> {
    for (number, axis) in matrix.axes.iter().enumerate() {
        let Some((own_number, own_axis)) =
            own.axis(&axis.name).filter(|_| wanted[number].is_none())
        else {
            continue;
        };
        let value = &own_axis.values[own.cells[at].values[own_number]];
        wanted[number] = match axis.number(&value.text) {
            Some(same) => Some(same),
            None => return Err(Box::new(none_agrees(reference, matrix))),
        };
    }
    Ok(())
}

fn none_agrees(reference: &Reference<'_>, matrix: &Matrix) -> Diagnostic {
    let Reference { gate, own, .. } = reference;
    let message = format!("no cell of `{gate}` agrees with `{own}`");
    let example = matrix.cell_name(gate, 0);
    Diagnostic::new(reference.span, message)
        .why("cells are joined on every axis that both have, and on the axes that are named")
        .help(format!(
            "give `{gate}` such a cell, leave it out here by `exclude`, or name the cells that \
             are meant, such as `{example}`"
        ))
}

fn no_matrix(reference: &Reference<'_>) -> Diagnostic {
    let message = format!("`{}` has no matrix, so it has no cells", reference.gate);
    Diagnostic::new(reference.span, message).help(format!("write `{}`", reference.gate))
}

impl Joined {
    /// The one cell that is meant, or what to say where there must be one.
    pub(in crate::spec) fn one(
        &self,
        reference: &Reference<'_>,
    ) -> Result<GateName, Box<Diagnostic>> {
        const SHOWN: usize = 4;
        let gate = reference.gate;
        if self.hits.count == 1 {
            return Ok(self.matrix.cell_name(gate, self.hits.first));
        }
        let cells = self.matrix.cells.iter().enumerate();
        let cells = cells.filter(|(_, cell)| cell.agrees(&self.wanted));
        let shown: Vec<String> = cells
            .take(SHOWN)
            .map(|(at, _)| self.matrix.cell_name(gate, at).to_string())
            .collect();
        let more = match self.hits.count.saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let count = self.hits.count;
        let message = format!(
            "`{gate}` is {count} images here: {}{more}",
            shown.join(", ")
        );
        Err(Box::new(
            Diagnostic::new(reference.span, message)
                .why("cells are joined on the axes that both have; exactly one must be left")
                .help(format!(
                    "name it, such as `{}`, or give this gate the axes, too: `matrix: {gate}`",
                    shown.first().map_or("", String::as_str)
                )),
        ))
    }
}
