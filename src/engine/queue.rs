//! Who may start next: slots, locks and turns. Pure, and logarithmic in what waits.
//!
//! Two rules keep everyone moving. *Slots* (and memory): the first in line is never overtaken; when
//! it needs more than is free, what is free is left to drain for it. *Locks*: a node takes all its locks
//! at once, and only when it is first in line for each of them; the first of all waiting nodes is
//! first everywhere, so there is no deadlock, and nobody can be passed by for ever. Where slots are
//! lent by somebody else, whoever is first starts without them when nobody runs: one may always.

use std::collections::BTreeSet;

use super::graph::{Graph, Rank};

/// The nodes that may start as soon as there is room.
#[derive(Debug)]
pub(super) struct Queue {
    capacity: usize,
    used: usize,
    /// How many of them are lent by now; `None` when they are all our own.
    lent: Option<usize>,
    /// Memory of the machine and what of it the running nodes said they use, in bytes.
    memory: u64,
    memory_used: u64,
    /// Per node.
    ranks: Vec<Rank>,
    slots: Vec<usize>,
    /// Per node; never more than there is, so that what is too large runs when no other uses any.
    memories: Vec<u64>,
    wants: Vec<Vec<usize>>,
    /// Needs nothing but slots, in turn.
    ready: BTreeSet<Rank>,
    locks: Vec<Lock>,
}

#[derive(Clone, Debug, Default)]
struct Lock {
    held: bool,
    waiting: BTreeSet<Rank>,
}

impl Queue {
    /// `memory` is what there is, in bytes; without it nobody waits for memory.
    pub(super) fn new(graph: &Graph, jobs: usize, memory: Option<u64>) -> Self {
        let capacity = jobs.max(1);
        let memory = memory.unwrap_or(u64::MAX);
        let (wants, count) = graph.locks();
        Self {
            capacity,
            used: 0,
            lent: None,
            memory,
            memory_used: 0,
            memories: graph.nodes.iter().map(|n| n.memory.min(memory)).collect(),
            ranks: graph.ranks(capacity),
            slots: (0..graph.nodes.len())
                .map(|node| graph.slots(node, capacity))
                .collect(),
            wants,
            ready: BTreeSet::new(),
            locks: vec![Lock::default(); count],
        }
    }

    /// Puts a node in line.
    pub(super) fn push(&mut self, node: usize) {
        let rank = self.ranks[node];
        for &lock in &self.wants[node] {
            let waiting = &mut self.locks[lock].waiting;
            if let Some(first) = waiting.first().filter(|first| rank < **first) {
                self.ready.remove(first);
            }
            waiting.insert(rank);
        }
        if self.is_its_turn(node) {
            self.ready.insert(rank);
        }
    }

    /// From now on no more than these may be taken.
    pub(super) fn lent(&mut self, slots: usize) {
        self.lent = Some(slots);
    }

    /// What is taken, and what the next one needs, if nothing but that is missing.
    pub(super) fn wanted(&self) -> usize {
        let next = self.ready.first().map_or(0, |first| {
            let memory = self.memory_used.saturating_add(self.memories[first.1]);
            let with = self.used + self.slots[first.1];
            let fits = with <= self.capacity && memory <= self.memory;
            if fits { self.slots[first.1] } else { 0 }
        });
        self.used + next
    }

    /// Takes the next node out of the line, with its slots and locks.
    pub(super) fn pop(&mut self) -> Option<usize> {
        let rank = *self.ready.first()?;
        let node = rank.1;
        let memory = self.memory_used.saturating_add(self.memories[node]);
        let alone = self.lent.is_some() && self.used == 0;
        let room = self.lent.unwrap_or(usize::MAX).min(self.capacity);
        if (!alone && self.used + self.slots[node] > room) || memory > self.memory {
            return None;
        }
        self.ready.remove(&rank);
        self.used += self.slots[node];
        self.memory_used = memory;
        for &lock in &self.wants[node] {
            self.locks[lock].held = true;
            self.locks[lock].waiting.remove(&rank);
        }
        Some(node)
    }

    /// Gives back what a node that was popped holds.
    pub(super) fn release(&mut self, node: usize) {
        self.used -= self.slots[node];
        self.memory_used -= self.memories[node];
        for &lock in &self.wants[node] {
            self.locks[lock].held = false;
        }
        for &lock in &self.wants[node] {
            if let Some(&rank) = self.locks[lock].waiting.first()
                && self.is_its_turn(rank.1)
            {
                self.ready.insert(rank);
            }
        }
    }

    /// Sends everyone in line away.
    pub(super) fn clear(&mut self) {
        self.ready.clear();
        for lock in &mut self.locks {
            lock.waiting.clear();
        }
    }

    fn is_its_turn(&self, node: usize) -> bool {
        let rank = self.ranks[node];
        self.wants[node].iter().all(|&lock| {
            let lock = &self.locks[lock];
            !lock.held && lock.waiting.first() == Some(&rank)
        })
    }
}
