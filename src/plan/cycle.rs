//! Order and cycles: Kahn's algorithm, and for what it leaves a path round each knot.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::graph::{Graph, Wait, What};
use super::types::EdgeReason;
use crate::model::GateName;
use crate::spec::Span;

/// A way round from a gate back to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// The steps, in order; the last leads back to the first. Never empty.
    pub steps: Vec<CycleStep>,
}

/// One gate of a cycle and why it waits for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleStep {
    /// The gate that waits.
    pub gate: GateName,
    /// Where its name is written.
    pub gate_span: Span,
    /// Why it waits for the next one.
    pub reason: EdgeReason,
    /// Where the file says so, for `needs`.
    pub span: Option<Span>,
}

impl Cycle {
    /// `a → b → a`.
    #[must_use]
    pub fn path(&self) -> String {
        let first = self.steps.first().map(|step| &step.gate);
        let names = self.steps.iter().map(|step| &step.gate).chain(first);
        names.map(GateName::as_str).collect::<Vec<_>>().join(" → ")
    }

    /// Each step with its target: who waits for whom.
    pub fn edges(&self) -> impl Iterator<Item = (&CycleStep, &GateName)> {
        let targets = self.steps.iter().cycle().skip(1).map(|step| &step.gate);
        self.steps.iter().zip(targets)
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        let has = |reason| self.steps.iter().any(|step| step.reason == reason);
        if has(EdgeReason::Setup) {
            "a setup precedes everything in its group: put it and the gates that it prepares into \
             a group of their own, or into `needs:` of the setup what has to come before it"
        } else if has(EdgeReason::ChecksFirst) {
            "every gate that does not depend on a product build comes before all of them: a build \
             that only checks run in is a tool build (`tool: true`)"
        } else {
            "take one of these edges away"
        }
    }
}

/// The vertices, each behind what it waits for and otherwise in the order of the file.
///
/// # Errors
/// Every knot of the graph, once, in the order of the file.
pub(super) fn order(graph: &Graph<'_>) -> Result<Vec<usize>, Vec<Cycle>> {
    let count = graph.vertices.len();
    let mut followers = vec![Vec::new(); count];
    let mut missing: Vec<usize> = graph.after.iter().map(Vec::len).collect();
    for (at, waits) in graph.after.iter().enumerate() {
        for wait in waits {
            followers[wait.on].push(at);
        }
    }
    let free = (0..count).filter(|at| missing[*at] == 0);
    let mut ready: BinaryHeap<_> = free.map(|at| Reverse(rank(graph, at))).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((_, at))) = ready.pop() {
        order.push(at);
        for follower in &followers[at] {
            missing[*follower] -= 1;
            if missing[*follower] == 0 {
                ready.push(Reverse(rank(graph, *follower)));
            }
        }
    }
    if order.len() == count {
        return Ok(order);
    }
    let left: Vec<usize> = (0..count).filter(|at| missing[*at] > 0).collect();
    Err(cycles(graph, &left))
}

/// A tag comes right behind its build where it can, a join as soon as it can.
fn rank(graph: &Graph<'_>, vertex: usize) -> (usize, usize) {
    match graph.vertices[vertex] {
        What::Gate(at) | What::Tag(at, _) => (at, vertex),
        What::Join(_) => (0, vertex),
    }
}

fn cycles(graph: &Graph<'_>, left: &[usize]) -> Vec<Cycle> {
    let knots = Knots::of(graph, left);
    let mut done = vec![false; left.len()];
    let mut cycles = Vec::new();
    for at in left {
        // Vertices come in the order of the file, and a knot has at least one gate.
        let Some(knot) = knots.of.get(at).filter(|_| graph.gate(*at).is_some()) else {
            continue;
        };
        if !std::mem::replace(&mut done[*knot], true) {
            cycles.extend(way_round(graph, &knots, *at));
        }
    }
    cycles
}

/// The shortest way from this gate back to itself inside its knot; none when it is no knot.
fn way_round(graph: &Graph<'_>, knots: &Knots, start: usize) -> Option<Cycle> {
    let knot = knots.of.get(&start)?;
    let mut came: HashMap<usize, (usize, Wait)> = HashMap::new();
    let mut todo = VecDeque::from([start]);
    while let Some(at) = todo.pop_front() {
        for wait in &graph.after[at] {
            if knots.of.get(&wait.on) == Some(knot) && !came.contains_key(&wait.on) {
                came.insert(wait.on, (at, *wait));
                todo.push_back(wait.on);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = start;
    loop {
        let (from, wait) = came.get(&at)?;
        if let Some(gate) = graph.gate(*from) {
            steps.push(CycleStep {
                gate: gate.name.clone(),
                gate_span: gate.span,
                reason: wait.reason,
                span: wait.span,
            });
        }
        at = *from;
        if at == start {
            break;
        }
    }
    steps.reverse();
    Some(Cycle { steps })
}

/// The strongly connected parts of what is left: Tarjan's algorithm without recursion.
struct Knots {
    /// Vertex to the number of its part; a part of one without an edge to itself is no knot, and
    /// [`way_round`] finds none there.
    of: HashMap<usize, usize>,
}

#[derive(Default)]
struct Search {
    entered: HashMap<usize, usize>,
    low: HashMap<usize, usize>,
    stack: Vec<usize>,
    parts: usize,
    of: HashMap<usize, usize>,
}

impl Knots {
    fn of(graph: &Graph<'_>, left: &[usize]) -> Self {
        let inside: HashMap<usize, ()> = left.iter().map(|at| (*at, ())).collect();
        let mut search = Search::default();
        for root in left {
            if !search.entered.contains_key(root) {
                search.walk(graph, &inside, *root);
            }
        }
        Self { of: search.of }
    }
}

impl Search {
    fn walk(&mut self, graph: &Graph<'_>, inside: &HashMap<usize, ()>, root: usize) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((at, next)) = path.pop() {
            let Some(wait) = graph.after[at].get(next) else {
                self.leave(at);
                if let Some((parent, _)) = path.last() {
                    self.lower(*parent, self.low[&at]);
                }
                continue;
            };
            path.push((at, next + 1));
            let on = wait.on;
            if !inside.contains_key(&on) || self.of.contains_key(&on) {
                continue;
            }
            if let Some(number) = self.entered.get(&on) {
                self.lower(at, *number);
            } else {
                self.enter(on);
                path.push((on, 0));
            }
        }
    }

    fn enter(&mut self, at: usize) {
        let number = self.entered.len();
        self.entered.insert(at, number);
        self.low.insert(at, number);
        self.stack.push(at);
    }

    fn lower(&mut self, at: usize, number: usize) {
        self.low.entry(at).and_modify(|low| *low = number.min(*low));
    }

    /// All that `at` leads to has been seen: when nothing led further up, a part is whole.
    fn leave(&mut self, at: usize) {
        if self.low[&at] != self.entered[&at] {
            return;
        }
        while let Some(member) = self.stack.pop() {
            self.of.insert(member, self.parts);
            if member == at {
                break;
            }
        }
        self.parts += 1;
    }
}
