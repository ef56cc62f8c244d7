//! From the graph of the whole pipeline and a selection to the plan.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::cycle;
use super::error::PlanError;
use super::graph::{Graph, What, is_required, tag_of};
use super::select::{self, Chosen, Selection, choose};
use super::stage;
use super::types::{Edge, EdgeReason, Node, NodeId, Plan, Task};
use crate::event::LeftOut;
use crate::model::Stage;
use crate::spec::Pipeline;

/// Vertices that are taken, each with the reason.
pub(super) type Taken = BTreeMap<usize, String>;

impl Plan {
    /// Plans this selection of this pipeline.
    ///
    /// # Errors
    /// [`PlanError`]; mistakes of the file before mistakes of the selection.
    pub fn new(pipeline: &Pipeline, selection: &Selection) -> Result<Self, PlanError> {
        Self::of_stage(pipeline, selection, None)
    }

    /// Plans what of this selection runs in this stage; without one, all of it.
    ///
    /// # Errors
    /// As [`Plan::new`], and when nothing of it is of this stage.
    pub fn of_stage(
        pipeline: &Pipeline,
        selection: &Selection,
        stage: Option<Stage>,
    ) -> Result<Self, PlanError> {
        let graph = Graph::of(pipeline).map_err(PlanError::Unknown)?;
        let order = cycle::order(&graph).map_err(PlanError::Cycles)?;
        let mut chosen = choose(pipeline, selection.requests()).map_err(PlanError::Names)?;
        if !chosen.barren.is_empty() {
            return Err(PlanError::Empty(chosen.barren));
        }
        let mut asked = asked(&graph, selection, &chosen, stage);
        if matches!(selection, Selection::From(_)) {
            downstream(&graph, &mut asked);
        }
        if let Some(stage) = stage {
            if asked.is_empty() {
                return Err(PlanError::Stage(stage));
            }
            let taken = asked.keys().copied().collect();
            let label = format!("stage {stage}");
            chosen.lines.push(select::line(pipeline, &label, &taken));
        }
        let mut taken = match selection {
            Selection::All if stage.is_none() => all(&graph),
            Selection::All | Selection::Closed(_) | Selection::From(_) => closed(&graph, asked),
            Selection::Exactly(_) => asked,
        };
        let gates = taken.keys().filter(|at| graph.gate(**at).is_some()).count();
        if gates == 0 {
            return Err(PlanError::Empty(Vec::new()));
        }
        let part = gates < pipeline.gates.len() || matches!(selection, Selection::Exactly(_));
        let untagged = part || stage.is_some_and(|stage| !stage.tags());
        let narrowed = part || (untagged && graph.has_tags());
        if untagged {
            taken.retain(|at, _| !is_tag(&graph, *at));
        } else {
            let tags = (0..graph.vertices.len()).filter(|at| is_tag(&graph, *at));
            taken.extend(tags.map(|at| (at, "its build is in the plan".to_owned())));
        }
        let left_out = left_out(&graph, &taken, selection, stage);
        let relays = relays(&graph, &order, &taken);
        Ok(Self {
            nodes: nodes(&graph, &order, &taken, &relays),
            left_out,
            narrowed,
            selection: chosen.lines,
        })
    }
}

fn is_tag(graph: &Graph<'_>, vertex: usize) -> bool {
    matches!(graph.vertices[vertex], What::Tag(..))
}

fn all(graph: &Graph<'_>) -> Taken {
    (0..graph.vertices.len())
        .map(|at| (at, "the whole pipeline runs".to_owned()))
        .collect()
}

/// The gates that were asked for, before anything comes along.
fn asked(graph: &Graph<'_>, selection: &Selection, chosen: &Chosen, stage: Option<Stage>) -> Taken {
    match (selection, stage) {
        (Selection::All, Some(stage)) => stage::all(graph, stage),
        (_, Some(stage)) => stage::of(graph, selected(chosen), stage),
        (_, None) => selected(chosen),
    }
}

/// Adds every gate that waits for one that was asked for, directly or not.
fn downstream(graph: &Graph<'_>, asked: &mut Taken) {
    let followers = graph.followers(|_| true);
    let mut todo: VecDeque<(usize, String)> = asked
        .keys()
        .map(|at| (*at, graph.name(*at).to_string()))
        .collect();
    let mut seen: HashSet<usize> = asked.keys().copied().collect();
    while let Some((at, from)) = todo.pop_front() {
        for next in followers[at].iter().copied() {
            if !seen.insert(next) {
                continue;
            }
            if graph.gate(next).is_some() {
                asked.insert(next, format!("it is downstream of {from}"));
            }
            todo.push_back((next, from.clone()));
        }
    }
}

/// The gates that were asked for and all that they wait for. A join hands on who waits behind it.
fn closed(graph: &Graph<'_>, mut taken: Taken) -> Taken {
    let mut todo: VecDeque<(usize, usize)> = taken.keys().map(|at| (*at, *at)).collect();
    while let Some((at, waiter)) = todo.pop_front() {
        for wait in &graph.after[at] {
            if taken.contains_key(&wait.on) {
                continue;
            }
            taken.insert(wait.on, because(graph, waiter, wait.reason));
            let is_join = matches!(graph.vertices[wait.on], What::Join(_));
            todo.push_back((wait.on, if is_join { waiter } else { wait.on }));
        }
    }
    taken
}

/// What is left out between two taken vertices: it stands in the plan as a join, so that a gate
/// still waits for its nearest taken ancestors (rule 3 holds for `--only`, too).
fn relays(graph: &Graph<'_>, order: &[usize], taken: &Taken) -> Taken {
    let mut behind = vec![false; graph.vertices.len()];
    for at in order {
        let mut waits = graph.after[*at].iter();
        behind[*at] = waits.any(|wait| behind[wait.on] || taken.contains_key(&wait.on));
    }
    let mut before = vec![false; graph.vertices.len()];
    for at in order.iter().rev() {
        if before[*at] || taken.contains_key(at) {
            for wait in &graph.after[*at] {
                before[wait.on] = true;
            }
        }
    }
    let between = |at: &&usize| behind[**at] && before[**at] && !taken.contains_key(at);
    let relays = order.iter().filter(between);
    relays
        .map(|at| (*at, "it stands between two that are taken".to_owned()))
        .collect()
}

fn selected(chosen: &Chosen) -> Taken {
    chosen
        .by
        .iter()
        .map(|(at, typed)| (*at, format!("selected by `{typed}`")))
        .collect()
}

fn because(graph: &Graph<'_>, waiter: usize, reason: EdgeReason) -> String {
    let waiter = graph.name(waiter);
    match reason {
        EdgeReason::Needs => format!("{waiter} needs it"),
        EdgeReason::Image => format!("{waiter} uses its image"),
        EdgeReason::Setup | EdgeReason::ChecksFirst | EdgeReason::TagLast => {
            format!("{waiter} needs it (structural: {})", reason.text())
        }
    }
}

fn nodes(graph: &Graph<'_>, order: &[usize], taken: &Taken, relays: &Taken) -> Vec<Node> {
    let why = |at: &usize| taken.get(at).or_else(|| relays.get(at));
    let included = order.iter().copied().filter(|at| why(at).is_some());
    let included: Vec<usize> = included.collect();
    let id = |position: usize| NodeId(u32::try_from(position).unwrap_or(u32::MAX));
    let ids = included
        .iter()
        .enumerate()
        .map(|(position, at)| (*at, id(position)));
    let ids: HashMap<usize, NodeId> = ids.collect();
    let node = |at: &usize| {
        let waits = graph.after[*at].iter();
        Some(Node {
            id: *ids.get(at)?,
            name: graph.name(*at),
            task: match relays.contains_key(at) {
                true => Task::Join,
                false => task(graph, *at)?,
            },
            after: waits
                .filter_map(|wait| {
                    ids.get(&wait.on).map(|on| Edge {
                        on: *on,
                        reason: wait.reason,
                    })
                })
                .collect(),
            because: why(at)?.clone(),
        })
    };
    included.iter().filter_map(node).collect()
}

fn task(graph: &Graph<'_>, vertex: usize) -> Option<Task> {
    Some(match &graph.vertices[vertex] {
        What::Gate(_) => Task::Gate(Box::new(graph.gate(vertex)?.clone())),
        What::Tag(build, reference) => Task::Tag {
            build: graph.gate(*build)?.name.clone(),
            reference: reference.clone(),
        },
        What::Join(_) => Task::Join,
    })
}

fn left_out(
    graph: &Graph<'_>,
    taken: &Taken,
    selection: &Selection,
    stage: Option<Stage>,
) -> Vec<LeftOut> {
    let named = !matches!(selection, Selection::All);
    let gate_reason = match selection {
        Selection::Exactly(_) => "not selected, and `--only` takes nothing along",
        Selection::From(_) => "not downstream of what was selected, and nothing there waits for it",
        Selection::All | Selection::Closed(_) => "not selected, and nothing selected waits for it",
    };
    let tag_reason = match (selection, stage) {
        (Selection::Exactly(_), _) => "a run with `--only` never tags".to_owned(),
        (_, Some(stage)) if !stage.tags() => format!("a run of stage {stage} never tags"),
        (Selection::All | Selection::Closed(_) | Selection::From(_), _) => {
            "this run takes only part of the pipeline, and such a run never tags".to_owned()
        }
    };
    let mut left = Vec::new();
    for (at, what) in graph.vertices.iter().enumerate() {
        let reason = match what {
            What::Gate(gate) => {
                let gate = &graph.pipeline.gates[*gate];
                let of_stage = stage.and_then(|stage| stage::why_not(gate, stage, named));
                of_stage.unwrap_or_else(|| gate_reason.to_owned())
            }
            What::Tag(..) => tag_reason.clone(),
            What::Join(_) => continue,
        };
        if !taken.contains_key(&at) {
            left.push(LeftOut {
                gate: graph.name(at),
                reason,
            });
        }
    }
    for gate in &graph.pipeline.gates {
        if tag_of(gate).is_some() && !is_required(gate) {
            let reason = format!(
                "{} is advisory, and what does not decide is never tagged",
                gate.name
            );
            left.push(LeftOut {
                gate: gate.name.step("tag"),
                reason,
            });
        }
    }
    left
}
