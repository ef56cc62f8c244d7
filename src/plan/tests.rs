//! The plan, as sentences.

mod chosen;
mod waits;

use super::sample::{G, plan};
use super::{Plan, PlanError};

/// `name: a(reason) b(reason)` for each gate and step, in the plan's order.
fn shown(plan: &Plan) -> Vec<String> {
    let nodes = plan
        .nodes()
        .iter()
        .filter(|node| !matches!(node.task, super::Task::Join));
    let line = |node| {
        let waits = plan.waits(node).into_iter();
        let waits = waits.map(|(on, why)| format!(" {}({})", on.name, why.word()));
        format!("{}:{}", node.name, waits.collect::<String>())
    };
    nodes.map(line).collect()
}

fn names(plan: &Plan) -> Vec<&str> {
    let nodes = plan
        .nodes()
        .iter()
        .filter(|node| !matches!(node.task, super::Task::Join));
    nodes.map(|node| node.name.as_str()).collect()
}

fn paths(gates: &[G]) -> Vec<String> {
    match plan(gates) {
        Err(PlanError::Cycles(cycles)) => cycles.iter().map(super::Cycle::path).collect(),
        other => panic!("no cycle: {other:?}"),
    }
}
