//! Floor 5, the plan: selection, DAG and structural edges, each decision with its reason. Pure.

mod build;
mod cells;
mod cycle;
pub mod draw;
mod error;
mod graph;
mod select;
pub mod show;
mod stage;
mod types;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use cycle::{Cycle, CycleStep};
pub use error::PlanError;
pub use graph::Unknown;
pub use select::{BadName, Selection};
pub use types::{Edge, EdgeReason, Node, NodeId, Plan, Task};
