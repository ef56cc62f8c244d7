//! `matrix:`: a gate multiplied over axes. Here: what a matrix is, and which of its cells agree
//! with a place.
//!
//! Must not know how a matrix is written (`read.rs`), which gates have one (`multiply.rs`) or who
//! refers to its cells (`join.rs`).

mod join;
mod multiply;
mod read;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

pub(super) use join::{Reference, join, split};
pub(super) use multiply::multiply;
pub(super) use read::unused;

use crate::format::yaml::Span;
use crate::model::GateName;

/// A gate's axes and the cells that are left of them. Without a cell it is the matrix of a gate
/// whose `matrix:` is wrong, which has been said.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    pub axes: Vec<Axis>,
    /// In the order of the file, the last axis first to change; those that `include` adds last.
    pub cells: Vec<Cell>,
    /// What `include` adds besides the axes, each name once, at the first place that says it.
    pub more: Vec<(String, Span)>,
    /// The names of those that some template asks for.
    pub used: RefCell<BTreeSet<String>>,
    /// For each set of axes that somebody joins on: which cells there are for each combination of
    /// values. So that a join looks up instead of searching.
    joins: RefCell<HashMap<Vec<usize>, Combinations>>,
}

/// Values of some axes to the cells that have them.
type Combinations = HashMap<Vec<usize>, Hits>;

/// An axis.
#[derive(Debug)]
pub(super) struct Axis {
    pub name: String,
    /// Each text once, and each plain form once.
    pub values: Vec<Value>,
    by_text: HashMap<String, usize>,
    by_plain: HashMap<String, usize>,
}

/// A value of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// As the templates get it.
    pub text: String,
    /// As it stands in the name of a cell.
    pub plain: String,
    /// A stranger may have chosen it.
    pub strange: bool,
    pub span: Span,
}

/// A cell.
#[derive(Debug, Default)]
pub(super) struct Cell {
    /// For each axis the number of its value.
    pub values: Vec<usize>,
    /// What `include` adds.
    pub more: BTreeMap<String, Value>,
}

/// The cells that agree with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hits {
    pub count: usize,
    pub first: usize,
}

/// For each axis the number of a value, where one is asked for.
pub(super) type Wanted = Vec<Option<usize>>;

/// The cell that a gate is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    matrix: Rc<Matrix>,
    /// `None` when the matrix is wrong, or this is a group.
    at: Option<usize>,
}

/// What a template gets for `matrix.NAME`.
pub(super) enum Found<'p> {
    Value(&'p Value),
    /// Which cell it is is not known, and that is no mistake of the template.
    Unknown,
    /// This cell has none of that name; others may.
    None,
}

impl Matrix {
    fn axis(&self, name: &str) -> Option<(usize, &Axis)> {
        let mut axes = self.axes.iter().enumerate();
        axes.find(|(_, axis)| axis.name == name)
    }

    /// Whether what its cells are could not be found out.
    pub(super) fn is_unknown(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells that agree; `None` when there is none.
    pub(super) fn agreeing(&self, wanted: &Wanted) -> Option<Hits> {
        let on = |(axis, value): (usize, &Option<usize>)| value.map(|value| (axis, value));
        let (axes, values): (Vec<usize>, Vec<usize>) =
            wanted.iter().enumerate().filter_map(on).unzip();
        let mut joins = self.joins.borrow_mut();
        let combinations = joins.entry(axes).or_insert_with_key(|axes| self.by(axes));
        combinations.get(&values).copied()
    }

    fn by(&self, axes: &[usize]) -> Combinations {
        let mut combinations = Combinations::new();
        for (at, cell) in self.cells.iter().enumerate() {
            let values = axes.iter().map(|axis| cell.values[*axis]).collect();
            let first = Hits {
                count: 0,
                first: at,
            };
            combinations.entry(values).or_insert(first).count += 1;
        }
        combinations
    }

    /// What the cells of a gate are called that agree: one cell when every axis is there, the gate
    /// itself when none is.
    pub(super) fn name(&self, gate: &GateName, wanted: &Wanted) -> GateName {
        if wanted.iter().all(Option::is_none) {
            return gate.clone();
        }
        let pairs = self.axes.iter().zip(wanted).filter_map(|(axis, value)| {
            Some((axis.name.as_str(), axis.values[(*value)?].plain.as_str()))
        });
        gate.cell(pairs)
    }

    /// What a cell of this gate is called.
    pub(super) fn cell_name(&self, gate: &GateName, at: usize) -> GateName {
        let place = self.cells[at].values.iter().copied().map(Some).collect();
        self.name(gate, &place)
    }
}

impl Axis {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            values: Vec::new(),
            by_text: HashMap::new(),
            by_plain: HashMap::new(),
        }
    }

    /// The number of the value with this text.
    fn number(&self, text: &str) -> Option<usize> {
        self.by_text.get(text).copied()
    }

    /// The number of the value that stands so in the name of a cell.
    fn plain(&self, plain: &str) -> Option<usize> {
        self.by_plain.get(plain).copied()
    }

    /// Adds a value that is not there; gives its number.
    fn push(&mut self, value: Value) -> usize {
        let number = self.values.len();
        self.by_text.insert(value.text.clone(), number);
        self.by_plain.insert(value.plain.clone(), number);
        self.values.push(value);
        number
    }
}

impl Cell {
    fn agrees(&self, wanted: &Wanted) -> bool {
        let agrees = |(own, wanted): (&usize, &Option<usize>)| wanted.is_none_or(|w| w == *own);
        self.values.iter().zip(wanted).all(agrees)
    }
}

impl Place {
    /// A cell of this matrix.
    pub(super) fn new(matrix: &Rc<Matrix>, at: usize) -> Self {
        Self {
            matrix: Rc::clone(matrix),
            at: Some(at),
        }
    }

    /// Some cell.
    pub(super) fn unknown() -> Self {
        Self {
            matrix: Rc::default(),
            at: None,
        }
    }

    /// The value of an axis or of what `include` adds.
    pub(super) fn find(&self, name: &str) -> Found<'_> {
        let Some(at) = self.at else {
            return Found::Unknown;
        };
        let cell = &self.matrix.cells[at];
        if let Some((number, axis)) = self.matrix.axis(name) {
            return Found::Value(&axis.values[cell.values[number]]);
        }
        if self.matrix.more.iter().any(|(more, _)| more == name) {
            self.matrix.used.borrow_mut().insert(name.to_owned());
        }
        cell.more.get(name).map_or(Found::None, Found::Value)
    }

    /// All that a template may ask for in some cell of this matrix.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let axes = self.matrix.axes.iter().map(|axis| axis.name.as_str());
        axes.chain(self.matrix.more.iter().map(|(name, _)| name.as_str()))
    }
}
