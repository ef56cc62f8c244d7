//! Floor 5, the plan: selection, DAG and structural edges, each decision with its reason. Pure.

mod types;

pub use types::{Edge, EdgeReason, Node, NodeId, Plan, Task};
