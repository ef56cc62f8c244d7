//! `prove list`: the gates of the file, in its order.

use clap::Args;
use serde_json::{Value, json};

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile;
use super::output::{Terminal, visible};
use super::plan::{Chosen, make};
use crate::model::{ExitStatus, GateName, Stage};
use crate::plan::{Plan, Task};
use crate::spec::Gate;

/// Version of the JSON form.
const SCHEMA: u32 = 1;

/// Options of `prove list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove list                      all gates and what they are for
  prove list --stage pre-push     those that `prove run --stage pre-push` takes
  prove list --names 'ui/*'       names alone, one a line, for scripts
  prove list --format json | jq '.gates[] | select(.kind == \"build\")'")]
pub(super) struct List {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Prints names and nothing else, one a line.
    #[arg(long, conflicts_with = "format")]
    pub names: bool,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

pub(super) fn list(
    list: &List,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let project = gatefile::load(common)?;
    let plan = make(&project, &list.chosen)?;
    let gates = gates(&plan);
    let shown = match (list.names, list.format) {
        (true, _) => gates
            .iter()
            .map(|gate| format!("{}\n", gate.name))
            .collect(),
        (false, Format::Text) => table(&gates),
        (false, Format::Json) => format!("{:#}\n", document(&project.pipeline.project, &gates)),
    };
    terminal.print(&visible(&shown))?;
    Ok(ExitStatus::Proved)
}

/// The gates that were chosen, in the order of the file.
fn gates(plan: &Plan) -> Vec<&Gate> {
    let mut gates = Vec::new();
    for node in plan.nodes() {
        if let Task::Gate(gate) = &node.task {
            gates.push(&**gate);
        }
    }
    gates.sort_by_key(|gate| (gate.span.source, gate.span.start));
    gates
}

fn table(gates: &[&Gate]) -> String {
    let wide = gates
        .iter()
        .map(|gate| gate.name.as_str().chars().count())
        .max();
    let wide = wide.unwrap_or(0).min(40);
    let kinds = gates
        .iter()
        .map(|gate| gate.kind.word().len())
        .max()
        .unwrap_or(0);
    let mut shown = String::new();
    for gate in gates {
        let what = gate
            .description
            .clone()
            .unwrap_or_else(|| gate.kind.summary());
        let mut line = format!("{:wide$}  {:kinds$}  {what}", gate.name, gate.kind.word());
        let soft = soft(gate);
        if !soft.is_empty() {
            line.push_str(&format!("  ({})", soft.join("; ")));
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// What keeps a gate from deciding every run.
fn soft(gate: &Gate) -> Vec<String> {
    let mut soft = Vec::new();
    if gate.stages.len() < Stage::ALL.len() {
        let words: Vec<_> = gate.stages.iter().map(|stage| stage.as_str()).collect();
        soft.push(format!("stages {}", words.join(", ")));
    }
    if gate
        .advisory
        .as_ref()
        .is_some_and(|advisory| !advisory.expired)
    {
        soft.push("advisory".to_owned());
    }
    if gate.not_applicable().is_some() {
        soft.push("not applicable here".to_owned());
    }
    soft
}

fn document(project: &str, gates: &[&Gate]) -> Value {
    let gate = |gate: &&Gate| {
        let advisory = gate.advisory.as_ref().filter(|advisory| !advisory.expired);
        json!({
            "gate": gate.name.as_str(),
            "kind": gate.kind.word(),
            "group": gate.group.as_ref().map(GateName::as_str),
            "summary": gate.kind.summary(),
            "description": gate.description,
            "stages": gate.stages.iter().map(|stage| stage.as_str()).collect::<Vec<_>>(),
            "advisory": advisory.map(|advisory| &advisory.reason),
        })
    };
    json!({
        "schema": SCHEMA,
        "project": project,
        "gates": gates.iter().map(gate).collect::<Vec<_>>(),
    })
}
