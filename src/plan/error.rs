//! Why there is no plan. Data: the command line says it, with the gate file's lines.

use super::cycle::Cycle;
use super::graph::Unknown;
use super::select::BadName;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// The gate file's own mistake: gates that wait for each other. Every knot once, in the order
    /// of the file.
    Cycles(Vec<Cycle>),
    /// The gate file's own mistake: a gate names one that there is not.
    Unknown(Vec<Unknown>),
    /// The arguments' mistake: all names that stand for no gate.
    Names(Vec<BadName>),
    /// Nothing is wrong, but these globs (none: the pipeline itself) bring no gate: rule 2.
    Empty(Vec<String>),
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cycles(cycles) => {
                let paths: Vec<String> = cycles.iter().map(Cycle::path).collect();
                write!(f, "gates wait for each other: {}", paths.join("; "))
            }
            Self::Unknown(unknown) => {
                let says = unknown
                    .iter()
                    .map(|u| format!("{} names {}", u.gate, u.named));
                write!(f, "no such gate: {}", says.collect::<Vec<_>>().join("; "))
            }
            Self::Names(names) => {
                let says: Vec<&str> = names.iter().map(|name| name.what.as_str()).collect();
                write!(f, "{}", says.join("; "))
            }
            Self::Empty(globs) if globs.is_empty() => write!(f, "there is no gate to run"),
            Self::Empty(globs) => write!(f, "nothing matches {}", globs.join(", ")),
        }
    }
}

impl std::error::Error for PlanError {}
