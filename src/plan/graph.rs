//! The whole pipeline as a graph, structural edges included, before anything is selected.
//!
//! Linear in gates and `needs`: a set that many wait for stands behind one join.
//! Must not know what was selected.

use std::collections::{HashMap, HashSet};

use super::types::EdgeReason;
use crate::model::GateName;
use crate::spec::{self, Span};
use crate::spec::{Gate, Pipeline};

/// What stands at a vertex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The gate with this index in the pipeline; its vertex has the same index.
    Gate(usize),
    /// The tag step of this gate, and the tag.
    Tag(usize, String),
    /// A join, with its (never shown) name.
    Join(GateName),
}

/// Something that a vertex waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// The vertex that is waited for.
    pub on: usize,
    /// Why.
    pub reason: EdgeReason,
    /// Where the gate file says so, for `needs`.
    pub span: Option<Span>,
}

/// A gate that names another which the pipeline does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Who names it.
    pub gate: GateName,
    /// What is named.
    pub named: GateName,
    /// Where.
    pub span: Span,
}

/// The graph: gates first, in the order of the file, then joins and tag steps.
#[derive(Debug)]
pub(super) struct Graph<'p> {
    pub pipeline: &'p Pipeline,
    pub vertices: Vec<What>,
    /// What each vertex waits for; nothing twice.
    pub after: Vec<Vec<Wait>>,
    /// The vertices whose setup edges stand for the whole file, not for a group.
    top_setups: HashSet<usize>,
    index: HashMap<&'p GateName, usize>,
}

impl<'p> Graph<'p> {
    /// The graph of this pipeline; may have cycles.
    pub fn of(pipeline: &'p Pipeline) -> Result<Self, Vec<Unknown>> {
        let count = pipeline.gates.len();
        let names = pipeline.gates.iter().enumerate();
        let mut graph = Self {
            pipeline,
            vertices: (0..count).map(What::Gate).collect(),
            after: vec![Vec::new(); count],
            top_setups: HashSet::new(),
            index: names.map(|(at, gate)| (&gate.name, at)).collect(),
        };
        graph.add_written()?;
        graph.add_setups();
        graph.add_checks_first();
        graph.add_tags();
        Ok(graph)
    }

    /// The gate at a vertex, when it is one.
    pub fn gate(&self, vertex: usize) -> Option<&'p Gate> {
        match self.vertices.get(vertex)? {
            What::Gate(at) => self.pipeline.gates.get(*at),
            What::Tag(..) | What::Join(_) => None,
        }
    }

    /// Whether there is a tag step.
    pub fn has_tags(&self) -> bool {
        let mut vertices = self.vertices.iter();
        vertices.any(|what| matches!(what, What::Tag(..)))
    }

    /// What a vertex is called.
    pub fn name(&self, vertex: usize) -> GateName {
        match &self.vertices[vertex] {
            What::Gate(at) => self.pipeline.gates[*at].name.clone(),
            What::Tag(build, _) => self.pipeline.gates[*build].name.step("tag"),
            What::Join(name) => name.clone(),
        }
    }

    /// The vertex of the gate with this name.
    pub fn find(&self, name: &GateName) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// `needs:` and images: what the file itself says.
    fn add_written(&mut self) -> Result<(), Vec<Unknown>> {
        let mut unknown = Vec::new();
        let joins = self.join_groups();
        for (at, gate) in self.pipeline.gates.iter().enumerate() {
            let needs = gate
                .needs
                .iter()
                .map(|(on, span)| (on.clone(), Some(*span)));
            let uses = gate.kind.uses().into_iter().map(|on| (on, None));
            let mut seen = HashSet::new();
            for (named, span) in needs.chain(uses) {
                let reason = if span.is_some() {
                    EdgeReason::Needs
                } else {
                    EdgeReason::Image
                };
                match self
                    .find(&named)
                    .or_else(|| joins.get(named.as_str()).copied())
                {
                    Some(on) if seen.insert(on) => self.after[at].push(Wait { on, reason, span }),
                    Some(_) => {}
                    None => unknown.push(Unknown {
                        gate: gate.name.clone(),
                        named,
                        span: span.unwrap_or(gate.span),
                    }),
                }
            }
        }
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(unknown)
        }
    }

    /// One join for each group that is needed.
    fn join_groups(&mut self) -> HashMap<&'p str, usize> {
        let gates = &self.pipeline.gates;
        let mut joins = HashMap::new();
        for (group, members) in spec::members(gates, &spec::needed(gates)) {
            let name = gates[members[0]].name.step("group");
            joins.insert(group, self.join(name, members, EdgeReason::Needs));
        }
        joins
    }

    /// A setup precedes everything in its group and below, but for other setups, tool builds
    /// (they need nothing by construction) and what the setup itself stands on.
    fn add_setups(&mut self) {
        let gates = &self.pipeline.gates;
        let mut by_group: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, gate) in gates.iter().enumerate() {
            if gate.kind.is_setup() && is_required(gate) {
                by_group.entry(group_of(gate)).or_default().push(at);
            }
        }
        if by_group.is_empty() {
            return;
        }
        let stands_on = self.what_setups_stand_on(by_group.values().flatten().copied());
        let joins = self.join_setups(&by_group);
        for (at, gate) in gates.iter().enumerate() {
            if gate.kind.is_setup() || is_tool(gate) {
                continue;
            }
            let mut new = Vec::new();
            for level in levels(group_of(gate)) {
                let Some(setups) = by_group.get(level) else {
                    continue;
                };
                match joins.get(level) {
                    Some(join) if !stands_on.contains_key(&at) => new.push(*join),
                    _ => new.extend(setups.iter().copied()),
                }
            }
            if let Some(exempt) = stands_on.get(&at) {
                new.retain(|setup| !exempt.contains(setup));
            }
            self.wait_for(at, new, EdgeReason::Setup);
        }
        let top = by_group.get("").into_iter().flatten().chain(joins.get(""));
        self.top_setups = top.copied().collect();
    }

    /// Which gates each setup reaches by what the file says, the other way round.
    fn what_setups_stand_on(
        &self,
        setups: impl Iterator<Item = usize>,
    ) -> HashMap<usize, HashSet<usize>> {
        let mut reached: HashMap<usize, HashSet<usize>> = HashMap::new();
        for setup in setups {
            let mut todo = vec![setup];
            let mut seen = HashSet::from([setup]);
            while let Some(at) = todo.pop() {
                for wait in &self.after[at] {
                    if seen.insert(wait.on) {
                        reached.entry(wait.on).or_default().insert(setup);
                        todo.push(wait.on);
                    }
                }
            }
        }
        reached
    }

    /// One join for each group that has several setups.
    fn join_setups<'g>(
        &mut self,
        by_group: &HashMap<&'g str, Vec<usize>>,
    ) -> HashMap<&'g str, usize> {
        let mut groups: Vec<_> = by_group
            .iter()
            .filter(|(_, setups)| setups.len() > 1)
            .collect();
        groups.sort_by_key(|(_, setups)| setups.first().copied());
        let mut joins = HashMap::new();
        for (group, setups) in groups {
            let name = self.pipeline.gates[setups[0]].name.step("setups");
            joins.insert(*group, self.join(name, setups.clone(), EdgeReason::Setup));
        }
        joins
    }

    /// Rule 4: every product build waits for every required gate that is not downstream of one.
    ///
    /// A setup at the top of the file stands before every check, so it cannot itself make them
    /// downstream of a product build: that would turn rule 4 round without a word. It is refused
    /// as a cycle instead.
    fn add_checks_first(&mut self) {
        let gates = &self.pipeline.gates;
        let products: Vec<usize> = (0..gates.len())
            .filter(|at| is_product(&gates[*at]))
            .collect();
        let Some(first) = products.first() else {
            return;
        };
        let top =
            |wait: &Wait| wait.reason == EdgeReason::Setup && self.top_setups.contains(&wait.on);
        let downstream = reach(&self.followers(|wait| !top(wait)), &products);
        let checks: Vec<usize> = (0..gates.len())
            .filter(|at| !downstream[*at] && is_required(&gates[*at]))
            .collect();
        if checks.is_empty() {
            return;
        }
        let name = gates[*first].name.step("checks");
        let join = self.join(name, checks, EdgeReason::ChecksFirst);
        for product in products {
            self.wait_for(product, vec![join], EdgeReason::ChecksFirst);
        }
    }

    /// Rule 5: a tag waits for its build and for every required gate downstream of it.
    /// What an advisory build makes is not proved by it, so it is never tagged.
    fn add_tags(&mut self) {
        let followers = self.followers(|_| true);
        let mut walk = Walk::over(&followers);
        for (build, gate) in self.pipeline.gates.iter().enumerate() {
            let Some(tag) = tag_of(gate).filter(|_| is_required(gate)) else {
                continue;
            };
            let mut waits = walk.from(build);
            waits.retain(|at| self.gate(*at).is_some_and(is_required));
            let vertex = self.add(What::Tag(build, tag));
            self.wait_for(vertex, waits, EdgeReason::TagLast);
        }
    }

    /// Who waits for each vertex, by the edges that count.
    pub fn followers(&self, counts: impl Fn(&Wait) -> bool) -> Vec<Vec<usize>> {
        let mut followers = vec![Vec::new(); self.vertices.len()];
        for (at, waits) in self.after.iter().enumerate() {
            for wait in waits.iter().filter(|wait| counts(wait)) {
                followers[wait.on].push(at);
            }
        }
        followers
    }

    fn add(&mut self, what: What) -> usize {
        self.vertices.push(what);
        self.after.push(Vec::new());
        self.vertices.len() - 1
    }

    fn join(&mut self, name: GateName, on: Vec<usize>, reason: EdgeReason) -> usize {
        let join = self.add(What::Join(name));
        self.wait_for(join, on, reason);
        join
    }

    fn wait_for(&mut self, vertex: usize, on: Vec<usize>, reason: EdgeReason) {
        let waits = &mut self.after[vertex];
        let known: HashSet<usize> = waits.iter().map(|wait| wait.on).collect();
        let new = on.into_iter().filter(|on| !known.contains(on));
        waits.extend(new.map(|on| Wait {
            on,
            reason,
            span: None,
        }));
    }
}

/// What is reached from one vertex and then from another, without a look at what is not reached: a
/// thousand builds have a thousand small sets downstream of them.
struct Walk<'f> {
    followers: &'f [Vec<usize>],
    /// The number of the walk that came by last.
    last: Vec<usize>,
    number: usize,
}

impl<'f> Walk<'f> {
    fn over(followers: &'f [Vec<usize>]) -> Self {
        Self {
            followers,
            last: vec![0; followers.len()],
            number: 0,
        }
    }

    /// Everything that is reached from here, itself included, in order.
    fn from(&mut self, start: usize) -> Vec<usize> {
        self.number += 1;
        let mut found = Vec::new();
        let mut todo = vec![start];
        while let Some(at) = todo.pop() {
            if std::mem::replace(&mut self.last[at], self.number) != self.number {
                found.push(at);
                todo.extend(self.followers[at].iter().copied());
            }
        }
        found.sort_unstable();
        found
    }
}

/// Everything that is reached from these, themselves included.
fn reach(followers: &[Vec<usize>], from: &[usize]) -> Vec<bool> {
    let mut reached = vec![false; followers.len()];
    let mut todo = from.to_vec();
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            todo.extend(followers[at].iter().copied());
        }
    }
    reached
}

/// Whether its outcome decides: an advisory that has expired holds no more.
pub(super) fn is_required(gate: &Gate) -> bool {
    gate.advisory
        .as_ref()
        .is_none_or(|advisory| advisory.expired)
}

/// The tag that a product build asks for.
pub(super) fn tag_of(gate: &Gate) -> Option<String> {
    gate.kind.builds().filter(|builds| !builds.tool)?.tag
}

fn is_tool(gate: &Gate) -> bool {
    gate.kind.builds().is_some_and(|builds| builds.tool)
}

fn is_product(gate: &Gate) -> bool {
    gate.kind.builds().is_some_and(|builds| !builds.tool)
}

/// The group's name; empty at the top.
fn group_of(gate: &Gate) -> &str {
    gate.group.as_ref().map_or("", GateName::as_str)
}

/// The top and every group on the way down to this one.
fn levels(group: &str) -> impl Iterator<Item = &str> {
    let nested = group.match_indices('/').map(|(at, _)| &group[..at]);
    let own = (!group.is_empty()).then_some(group);
    std::iter::once("").chain(nested).chain(own)
}
