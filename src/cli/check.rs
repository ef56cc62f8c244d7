//! `prove check`: every mistake of the gate file, or that there is none. Runs nothing.

use clap::Args;
use serde_json::json;

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::Terminal;
use crate::model::ExitStatus;
use crate::plan::{Plan, PlanError, Selection};
use crate::spec::{Diagnostics, Gate};

/// Version of the JSON form.
const SCHEMA: u32 = 1;

/// Options of `prove check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove check                     exit 0: no mistakes; exit 2: all of them, each with its line
  prove check --format json       the same for an editor or a bot")]
pub(super) struct Check {
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

pub(super) fn check(
    check: &Check,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let file = gatefile::read(common.file.as_deref())?;
    let found = match file.load() {
        Ok(project) => match Plan::new(&project.pipeline, &Selection::All) {
            Ok(_) => Ok(project),
            Err(error @ (PlanError::Cycles(_) | PlanError::Unknown(_))) => Err(Diagnostics::new(
                project.sources.clone(),
                error.diagnostics(),
            )),
            Err(error) => return Err(super::plan::refused(&project, error)),
        },
        Err(diagnostics) => Err(diagnostics),
    };
    match check.format {
        Format::Json => terminal.print(&format!("{:#}\n", document(&file.name, &found)))?,
        Format::Text => match &found {
            Ok(project) => terminal.print(&all_well(&file.name, project))?,
            Err(diagnostics) => terminal.warn(&diagnostics.render(true)),
        },
    }
    Ok(if found.is_ok() {
        ExitStatus::Proved
    } else {
        ExitStatus::Usage
    })
}

fn all_well(name: &str, project: &Project) -> String {
    let count = project.pipeline.gates.len();
    let gates = if count == 1 {
        "1 gate".to_owned()
    } else {
        format!("{count} gates")
    };
    let mut text = format!("{name}: {gates}, no mistakes\n");
    for note in expired(&project.pipeline.gates) {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

/// Advisories that hold no more (rule 7: that is said).
pub(super) fn expired<'g>(gates: impl IntoIterator<Item = &'g Gate>) -> Vec<String> {
    let note = |gate: &Gate| {
        let advisory = gate.advisory.as_ref().filter(|advisory| advisory.expired)?;
        let until = advisory.until.as_deref().unwrap_or("a day that is over");
        Some(format!(
            "{} was advisory until {until} ({}): it is required now",
            gate.name, advisory.reason
        ))
    };
    gates.into_iter().filter_map(note).collect()
}

fn document(name: &str, found: &Result<Project, Diagnostics>) -> serde_json::Value {
    let mistakes = found
        .as_ref()
        .err()
        .map_or_else(|| json!([]), Diagnostics::json);
    let (gates, notes) = match found {
        Ok(project) => (
            Some(project.pipeline.gates.len()),
            expired(&project.pipeline.gates),
        ),
        Err(_) => (None, Vec::new()),
    };
    json!({
        "schema": SCHEMA,
        "file": name,
        "gates": gates,
        "mistakes": mistakes,
        "notes": notes,
    })
}
