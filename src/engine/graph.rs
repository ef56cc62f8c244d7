//! The plan as the scheduler sees it: who waits for whom, and what each takes. Pure.
//!
//! Must not know kinds, probes or events.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::words;
use crate::model::{GateName, Verdict, VerdictWord};
use crate::plan::{Plan, Task};
use crate::spec::{Applies, Gate, Retries};

/// A node: what the scheduler must know of a gate, a tag step or a join.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub name: GateName,
    /// Indices of the nodes that it waits for; all lower than its own.
    pub after: Vec<usize>,
    /// CPU slots; `None` is all of them.
    pub cpus: Option<u32>,
    /// Memory that it says it uses, in bytes; 0 when it says nothing.
    pub memory: u64,
    pub locks: Vec<String>,
    /// How long it took the last time, in milliseconds.
    pub took: Option<u64>,
    /// Its outcome decides nothing.
    pub advisory: bool,
    pub retries: Retries,
    /// Its verdict when it comes to it, without being started: its `when` is false, or cannot be
    /// decided.
    pub ruling: Option<Verdict>,
    /// Those of `after` whose image it uses.
    pub uses: Vec<usize>,
    /// It only joins edges: it takes nothing, is never started and never shown.
    pub join: bool,
}

/// The nodes and, turned around, who waits for each.
#[derive(Debug)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    pub dependents: Vec<Vec<usize>>,
}

impl Graph {
    /// The graph of a plan; indices are those of [`Plan::nodes`].
    pub(super) fn of(plan: &Plan) -> Self {
        let index = plan
            .nodes()
            .iter()
            .map(|node| (&node.name, node.id.index()));
        let index: HashMap<&GateName, usize> = index.collect();
        let place = |name: &GateName| index.get(name).copied();
        let mut nodes: Vec<Node> = plan.nodes().iter().map(Node::of).collect();
        for (at, node) in plan.nodes().iter().enumerate() {
            match &node.task {
                Task::Gate(gate) => {
                    nodes[at].uses = gate.kind.uses().iter().filter_map(place).collect();
                }
                Task::Tag { build, .. } => {
                    let ruling = place(build).and_then(|build| nodes[build].ruling.as_ref());
                    let none = matches!(ruling, Some(Verdict::NotApplicable(_)));
                    nodes[at].ruling = none.then(|| words::nothing_to_tag(build));
                }
                Task::Join => {}
            }
        }
        Self::new(nodes)
    }

    /// A graph of these nodes, each behind what it waits for.
    pub(super) fn new(nodes: Vec<Node>) -> Self {
        let mut dependents = vec![Vec::new(); nodes.len()];
        for (index, node) in nodes.iter().enumerate() {
            for &on in &node.after {
                dependents[on].push(index);
            }
        }
        Self { nodes, dependents }
    }

    /// Whether a node may go on once one that it waits for has this verdict. What is not applicable
    /// lets everybody go on but those who use the image that it did not build, unless they are
    /// not applicable themselves.
    pub(super) fn lets(&self, node: usize, word: VerdictWord, dependent: usize) -> bool {
        let dependent = &self.nodes[dependent];
        let idle = matches!(dependent.ruling, Some(Verdict::NotApplicable(_)));
        let missing = word == VerdictWord::NotApplicable && dependent.uses.contains(&node);
        word.lets_dependents_run() && (idle || !missing)
    }

    /// How many slots a node takes out of `jobs`: what is above that runs alone.
    pub(super) fn slots(&self, node: usize, jobs: usize) -> usize {
        let node = &self.nodes[node];
        if node.join {
            return 0;
        }
        let wanted = node.cpus.and_then(|cpus| usize::try_from(cpus).ok());
        wanted.map_or(jobs, |cpus| cpus.clamp(1, jobs))
    }

    /// Takes over how long gates took the last time, in milliseconds. One that is not known is
    /// taken for the median of those that are.
    pub(super) fn took(&mut self, took: &BTreeMap<GateName, u64>) {
        let shown = self.nodes.iter().filter(|node| !node.join);
        let known = shown.filter_map(|node| took.get(&node.name).copied());
        let mut known: Vec<u64> = known.collect();
        known.sort_unstable();
        let Some(median) = known.get(known.len() / 2).copied() else {
            return;
        };
        for node in self.nodes.iter_mut().filter(|node| !node.join) {
            let took = took.get(&node.name).copied().unwrap_or(median);
            node.took = Some(took.max(1));
        }
    }

    /// Ranks, the lowest first in the queue: the longest chain to a sink comes first, and among
    /// equals the order of the file holds. A chain is as long as its gates took the last time; when
    /// nothing is known of that, as the slots that they take.
    pub(super) fn ranks(&self, jobs: usize) -> Vec<Rank> {
        let mut chain = vec![0_u64; self.nodes.len()];
        for node in (0..self.nodes.len()).rev() {
            let behind = self.dependents[node].iter().map(|&d| chain[d]).max();
            let slots = || u64::try_from(self.slots(node, jobs)).unwrap_or(u64::MAX);
            let own = self.nodes[node].took.unwrap_or_else(slots);
            chain[node] = own.saturating_add(behind.unwrap_or(0));
        }
        chain
            .into_iter()
            .enumerate()
            .map(|(node, chain)| (Reverse(chain), node))
            .collect()
    }

    /// Every node's locks, as indices, each once; and how many locks there are.
    pub(super) fn locks(&self) -> (Vec<Vec<usize>>, usize) {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut all = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut locks = Vec::with_capacity(node.locks.len());
            for lock in &node.locks {
                let next = known.len();
                locks.push(*known.entry(lock).or_insert(next));
            }
            locks.sort_unstable();
            locks.dedup();
            all.push(locks);
        }
        (all, known.len())
    }
}

fn ruling(gate: &Gate) -> Option<Verdict> {
    match &gate.when.as_ref()?.applies {
        Applies::Yes => None,
        Applies::No(reason) => Some(Verdict::NotApplicable(reason.clone())),
        Applies::Unknown(reason) => Some(Verdict::Errored(reason.clone())),
    }
}

/// A place in the queue: chain weight (heaviest first), then the node itself.
pub(super) type Rank = (Reverse<u64>, usize);

impl Node {
    /// One that takes a slot and says nothing else of itself.
    pub(super) fn plain(name: GateName, after: Vec<usize>) -> Self {
        Self {
            name,
            after,
            cpus: Some(1),
            memory: 0,
            locks: Vec::new(),
            took: None,
            advisory: false,
            retries: Retries::default(),
            ruling: None,
            uses: Vec::new(),
            join: false,
        }
    }

    fn of(node: &crate::plan::Node) -> Self {
        let after = node.after.iter().map(|edge| edge.on.index()).collect();
        let plain = Self::plain(node.name.clone(), after);
        match &node.task {
            Task::Gate(gate) => Self {
                cpus: gate.cost.cpus,
                memory: gate.cost.memory.unwrap_or(0),
                locks: gate.locks.clone(),
                advisory: gate
                    .advisory
                    .as_ref()
                    .is_some_and(|advisory| !advisory.expired),
                retries: gate.retries.clone(),
                ruling: ruling(gate),
                ..plain
            },
            Task::Tag { .. } => plain,
            Task::Join => Self {
                join: true,
                ..plain
            },
        }
    }
}
