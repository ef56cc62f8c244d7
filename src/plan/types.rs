//! What a plan is. Only `Plan::new` (through the acyclic DAG) makes node ids.

use crate::event::{GateHead, LeftOut};
use crate::model::GateName;
use crate::spec::Gate;

/// A node of a plan. Minted only by the acyclic DAG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The index into [`Plan::nodes`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A pipeline as it will run: acyclic, selected, each decision with its reason.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In an order in which every node comes behind what it waits for.
    pub(super) nodes: Vec<Node>,
    /// Gates of the file that do not run.
    pub(super) left_out: Vec<LeftOut>,
    /// Only part of the pipeline runs: nothing is tagged. Also when only its tags are left out.
    pub(super) narrowed: bool,
    /// Why each requested name was taken, for `prove plan`.
    pub(super) selection: Vec<String>,
}

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// What it is called.
    pub name: GateName,
    /// What it does.
    pub task: Task,
    /// What it waits for, each with the reason; no node twice.
    pub after: Vec<Edge>,
    /// It is here because …
    pub because: String,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Task {
    /// Runs a gate.
    Gate(Box<Gate>),
    /// Puts the user's tag on the image that this gate built.
    Tag {
        /// The build gate.
        build: GateName,
        /// The user's tag.
        reference: String,
    },
    /// Joins edges: done as soon as everything it waits for passed. Not shown as a gate.
    Join,
}

/// An edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// What is waited for.
    pub on: NodeId,
    /// Why.
    pub reason: EdgeReason,
}

/// Why a node waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeReason {
    /// `needs:` says so.
    Needs,
    /// It uses its image (`in:`, `${{ app.ref }}`).
    Image,
    /// A setup precedes its siblings.
    Setup,
    /// Rule 4: checks come before product builds.
    ChecksFirst,
    /// Rule 5: the tag waits for everything downstream of its build.
    TagLast,
}

impl EdgeReason {
    /// The reason for people, to be put behind "waits for x: ".
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Needs => "`needs` says so",
            Self::Image => "it uses its image",
            Self::Setup => "a setup precedes its siblings",
            Self::ChecksFirst => "checks come before product builds",
            Self::TagLast => "a tag comes after everything downstream of its build",
        }
    }

    /// The reason in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::Image => "image",
            Self::Setup => "setup",
            Self::ChecksFirst => "checks-first",
            Self::TagLast => "tag-last",
        }
    }
}

impl Plan {
    /// All nodes, each behind what it waits for.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Gates of the file that do not run, with the reason.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Whether only part of the pipeline runs.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.narrowed
    }

    /// Why each requested name was taken.
    #[must_use]
    pub fn selection(&self) -> &[String] {
        &self.selection
    }

    /// The heads of all gates and steps, joins left out and seen through; where they are written
    /// is known to whoever has the sources.
    #[must_use]
    pub fn heads(&self) -> Vec<GateHead> {
        self.nodes
            .iter()
            .filter_map(|node| {
                let mut head = self.title(node)?;
                head.after = self.seen_through(node);
                Some(head)
            })
            .collect()
    }

    /// The head of a node but for what it waits for: with many builds behind many checks that is
    /// most of the work.
    pub(super) fn title(&self, node: &Node) -> Option<GateHead> {
        let (kind, summary, description, advisory) = match &node.task {
            Task::Gate(gate) => {
                let advisory = gate.advisory.as_ref().filter(|a| !a.expired);
                let advisory = advisory.map(|a| a.reason.clone());
                (
                    gate.kind.word(),
                    gate.kind.summary(),
                    gate.description.clone(),
                    advisory,
                )
            }
            Task::Tag { build, reference } => (
                "tag",
                format!("put {reference} on the image of {build}"),
                None,
                None,
            ),
            Task::Join => return None,
        };
        Some(GateHead {
            gate: node.name.clone(),
            kind: kind.to_owned(),
            summary,
            place: None,
            description,
            advisory,
            after: Vec::new(),
        })
    }

    /// The names that a node waits for, joins replaced by what they wait for.
    fn seen_through(&self, node: &Node) -> Vec<GateName> {
        let mut names: Vec<GateName> = self
            .waits(node)
            .into_iter()
            .map(|(on, _)| on.name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// What a node waits for and why, joins replaced by what they wait for; no node twice, the
    /// reason that the file gives itself before structural ones.
    #[must_use]
    pub fn waits(&self, node: &Node) -> Vec<(&Node, EdgeReason)> {
        let is_join = |edge: &Edge| matches!(self.nodes[edge.on.index()].task, Task::Join);
        if !node.after.iter().any(is_join) {
            let after = node.after.iter();
            return after
                .map(|edge| (&self.nodes[edge.on.index()], edge.reason))
                .collect();
        }
        let mut seen = vec![false; self.nodes.len()];
        let mut waits = Vec::new();
        let mut todo: Vec<&Edge> = node.after.iter().rev().collect();
        while let Some(edge) = todo.pop() {
            let on = &self.nodes[edge.on.index()];
            if matches!(on.task, Task::Join) {
                todo.extend(on.after.iter().rev());
            } else if !std::mem::replace(&mut seen[on.id.index()], true) {
                waits.push((on, edge.reason));
            }
        }
        waits
    }
}
