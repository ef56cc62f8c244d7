//! Why there is no plan. Data: the command line says it, with the gate file's lines.

use super::cycle::Cycle;
use super::graph::Unknown;
use super::select::BadName;
use crate::model::Stage;
use crate::spec::Diagnostic;

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
    /// Nothing is wrong, but no gate that was asked for has this stage: rule 2.
    Stage(Stage),
}

impl PlanError {
    /// The gate file's own mistakes, each with its place; empty when it is not the file's fault.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Cycles(cycles) => cycles.iter().filter_map(knot).collect(),
            Self::Unknown(unknown) => unknown
                .iter()
                .map(|unknown| {
                    Diagnostic::new(
                        unknown.span,
                        format!("there is no gate `{}`", unknown.named),
                    )
                })
                .collect(),
            Self::Names(_) | Self::Empty(_) | Self::Stage(_) => Vec::new(),
        }
    }
}

fn knot(cycle: &Cycle) -> Option<Diagnostic> {
    let first = cycle.steps.first()?;
    let place = |step: &super::CycleStep| step.span.unwrap_or(step.gate_span);
    let edges: Vec<String> = cycle
        .edges()
        .map(|(step, on)| format!("`{}` waits for `{on}`: {}", step.gate, step.reason.text()))
        .collect();
    let message = format!("a cycle, these gates wait for each other: {}", cycle.path());
    let label = format!("`{}` is part of it", first.gate);
    let diagnostic = Diagnostic::new(place(first), message)
        .label(label)
        .why(edges.join("; "))
        .help(cycle.help());
    Some(match cycle.steps.get(1) {
        Some(second) => diagnostic.also(place(second), format!("and so is `{}`", second.gate)),
        None => diagnostic,
    })
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
            Self::Stage(stage) => write!(f, "no gate that was asked for is of stage {stage}"),
            Self::Empty(globs) => write!(f, "nothing matches {}", globs.join(", ")),
        }
    }
}

impl std::error::Error for PlanError {}
