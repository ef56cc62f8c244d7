//! The plan as the scheduler sees it: who waits for whom, and what each takes. Pure.
//!
//! Must not know kinds, probes or events.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::GateName;
use crate::plan::{Plan, Task};
use crate::spec::Retries;

/// A node: what the scheduler must know of a gate, a tag step or a join.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub name: GateName,
    /// Indices of the nodes that it waits for; all lower than its own.
    pub after: Vec<usize>,
    /// CPU slots; `None` is all of them.
    pub cpus: Option<u32>,
    pub locks: Vec<String>,
    /// Its outcome decides nothing.
    pub advisory: bool,
    pub retries: Retries,
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
        Self::new(plan.nodes().iter().map(Node::of).collect())
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

    /// How many slots a node takes out of `jobs`: what is above that runs alone.
    pub(super) fn slots(&self, node: usize, jobs: usize) -> usize {
        let node = &self.nodes[node];
        if node.join {
            return 0;
        }
        let wanted = node.cpus.and_then(|cpus| usize::try_from(cpus).ok());
        wanted.map_or(jobs, |cpus| cpus.clamp(1, jobs))
    }

    /// Ranks, the lowest first in the queue: the longest chain to a sink, weighted by cost, comes
    /// first, and among equals the order of the file holds.
    pub(super) fn ranks(&self, jobs: usize) -> Vec<Rank> {
        let mut chain = vec![0_u64; self.nodes.len()];
        for node in (0..self.nodes.len()).rev() {
            let behind = self.dependents[node].iter().map(|&d| chain[d]).max();
            let own = u64::try_from(self.slots(node, jobs)).unwrap_or(u64::MAX);
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

/// A place in the queue: chain weight (heaviest first), then the node itself.
pub(super) type Rank = (Reverse<u64>, usize);

impl Node {
    fn of(node: &crate::plan::Node) -> Self {
        let plain = Self {
            name: node.name.clone(),
            after: node.after.iter().map(|edge| edge.on.index()).collect(),
            cpus: Some(1),
            locks: Vec::new(),
            advisory: false,
            retries: Retries::default(),
            join: false,
        };
        match &node.task {
            Task::Gate(gate) => Self {
                cpus: gate.cost.cpus,
                locks: gate.locks.clone(),
                advisory: gate
                    .advisory
                    .as_ref()
                    .is_some_and(|advisory| !advisory.expired),
                retries: gate.retries.clone(),
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
