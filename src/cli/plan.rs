//! `prove plan`: what would run, in which order, and why.

use std::mem::ManuallyDrop;

use clap::Args;

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::Terminal;
use crate::model::ExitStatus;
use crate::plan::{Plan, PlanError, Selection, show};

/// Which gates.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// Gates, groups or globs, with all that they wait for [default: everything]
    #[arg(value_name = "GATE")]
    pub gates: Vec<String>,
    /// Takes nothing along that was not named. Such a run never tags.
    #[arg(long, requires = "gates")]
    pub only: bool,
}

/// Options of `prove plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove plan                      the whole pipeline
  prove plan app-test 'ui/*'      what `prove run app-test 'ui/*'` would take
  prove plan --format json | jq '.gates[].gate'")]
pub(super) struct Show {
    #[command(flatten)]
    pub chosen: Chosen,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

pub(super) fn plan(
    show: &Show,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let project = gatefile::load(common)?;
    let plan = make(&project, &show.chosen)?;
    // The process ends with this: taking ten thousand gates apart would only cost time.
    let (project, plan) = (ManuallyDrop::new(project), ManuallyDrop::new(plan));
    let name = &project.pipeline.project;
    let text = match show.format {
        Format::Json => format!("{:#}\n", show::json(&plan, name)),
        Format::Text => {
            let mut text = String::new();
            show::text(&plan, name, &mut text)
                .map_err(|error| Failure::undecided("cannot show the plan").because(error))?;
            super::output::visible(&text)
        }
    };
    terminal.print(&text)?;
    Ok(ExitStatus::Proved)
}

/// The plan of what was chosen.
///
/// # Errors
/// Mistakes of the file and of the selection are exit 2, a selection that comes out empty is 3.
pub(super) fn make(project: &Project, chosen: &Chosen) -> Result<Plan, Failure> {
    let selection = Selection::new(chosen.gates.clone(), chosen.only);
    Plan::new(&project.pipeline, &selection).map_err(|error| refused(project, error))
}

/// Why there is no plan, with the lines of the gate file where it is the file's mistake.
pub(super) fn refused(project: &Project, error: PlanError) -> Failure {
    match error {
        PlanError::Cycles(_) | PlanError::Unknown(_) => project.mistakes(error.diagnostics()),
        PlanError::Names(names) => {
            let mut failure = match names.len() {
                1 => Failure::usage("a name stands for no gate"),
                n => Failure::usage(format!("{n} names stand for no gate")),
            };
            for name in names {
                let hint = name
                    .hint
                    .map(|hint| format!(" ({hint})"))
                    .unwrap_or_default();
                failure = failure.detail(format!("{}{hint}", name.what));
            }
            failure
        }
        PlanError::Empty(globs) if globs.is_empty() => {
            Failure::undecided("there is no gate to run, and nothing is proved by nothing")
        }
        PlanError::Empty(globs) => {
            let mut failure = Failure::undecided("the selection comes out empty");
            for glob in globs {
                failure = failure.detail(format!("no gate matches `{glob}`"));
            }
            failure.hint("`prove plan` lists the gates")
        }
    }
}
