//! Stages: which gates a run of one stage begins with, and why the others are left out.
//!
//! A stage says what is asked for, never what may be left unproved: whatever a gate of the stage
//! waits for (by `needs`, by its image, by structure) comes along, whatever its own stages are.
//! So a product build brings every check that stands before it. Must not know the rest of a plan.

use std::collections::HashSet;

use super::build::Taken;
use super::graph::Graph;
use crate::model::Stage;
use crate::spec::Gate;

/// Whether a gate has this stage.
pub(super) fn has(gate: &Gate, stage: Stage) -> bool {
    gate.stages.contains(&stage)
}

/// All gates of a stage. A setup is asked for by those that wait for it: without them it would
/// prepare nothing.
pub(super) fn all(graph: &Graph<'_>, stage: Stage) -> Taken {
    let waited: HashSet<usize> = graph.after.iter().flatten().map(|wait| wait.on).collect();
    let gates = graph.pipeline.gates.iter().enumerate();
    let asked = gates.filter(|(at, gate)| {
        let comes_along = gate.kind.is_setup() && waited.contains(at);
        has(gate, stage) && !comes_along
    });
    let because = |(at, _)| (at, format!("it is of stage {stage}"));
    asked.map(because).collect()
}

/// Of what was asked for by name, what has this stage.
pub(super) fn of(graph: &Graph<'_>, mut asked: Taken, stage: Stage) -> Taken {
    asked.retain(|at, _| graph.gate(*at).is_some_and(|gate| has(gate, stage)));
    asked
}

/// Why a gate is not in the plan of a stage, when that is because of the stage.
pub(super) fn why_not(gate: &Gate, stage: Stage, named: bool) -> Option<String> {
    if !has(gate, stage) {
        return Some(format!("not of stage {stage}"));
    }
    let idle = !named && gate.kind.is_setup();
    idle.then(|| format!("nothing that is of stage {stage} waits for it"))
}

#[cfg(test)]
mod tests;
