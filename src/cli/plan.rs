//! `prove plan`: what would run, in which order, and why.

use std::mem::ManuallyDrop;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::ArgValueCompleter;

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::Terminal;
use super::run::from_store;
use crate::event::{GateState, Summary};
use crate::model::{ExitStatus, GateName, Stage};
use crate::plan::{Plan, PlanError, Selection, show};
use crate::store::RunStore;

/// Which gates.
#[derive(Debug, Default, Args)]
pub(super) struct Chosen {
    /// Gates, groups or globs, with all that they wait for [default: everything]
    #[arg(value_name = "GATE", add = ArgValueCompleter::new(super::completions::gates))]
    pub gates: Vec<String>,
    /// Takes nothing along that was not named. Such a run never tags.
    #[arg(long, requires = "gates")]
    pub only: bool,
    /// Leaves out the gates that are not of this stage (`stages:` in the gate file), but for what
    /// the others wait for. A run in which something is left out never tags.
    #[arg(long, value_name = "STAGE", value_parser = stage())]
    pub stage: Option<Stage>,
    /// Takes the gates that did not pass in the newest recorded run, with all that they wait for.
    #[arg(long, conflicts_with_all = ["gates", "only", "stage"])]
    pub failed: bool,
    /// Takes this gate and every gate downstream of it, with all that those wait for. May be
    /// repeated.
    #[arg(long, value_name = "GATE", conflicts_with_all = ["gates", "only", "stage", "failed"],
          add = ArgValueCompleter::new(super::completions::gates))]
    pub from: Vec<String>,
}

/// The words of [`Stage`], so that the help lists them and a slip of the pen gets a tip.
fn stage() -> impl TypedValueParser<Value = Stage> {
    PossibleValuesParser::new(Stage::WORDS)
        .try_map(|word| Stage::parse(&word).ok_or("this is no stage"))
}

/// Options of `prove plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove plan                      the whole pipeline
  prove plan app-test 'ui/*'      what `prove run app-test 'ui/*'` would take
  prove plan --stage pre-push     what `prove run --stage pre-push` would take
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
    let selection = if chosen.failed {
        Selection::Closed(failed(project)?)
    } else if chosen.from.is_empty() {
        Selection::new(chosen.gates.clone(), chosen.only)
    } else {
        Selection::From(chosen.from.clone())
    };
    Plan::of_stage(&project.pipeline, &selection, chosen.stage)
        .map_err(|error| refused(project, error))
}

/// Makes sure that the whole pipeline can be planned.
///
/// # Errors
/// Mistakes of the file: exit 2.
pub(super) fn whole(project: &Project) -> Result<Plan, Failure> {
    Plan::new(&project.pipeline, &Selection::All).map_err(|error| refused(project, error))
}

/// The gates of the file that did not pass in the newest recorded run. One that was not judged, or
/// not even started before prove was killed, did not pass either.
fn failed(project: &Project) -> Result<Vec<String>, Failure> {
    let recorded = RunStore::open(&project.origin.root, "last");
    let recorded = recorded.map_err(|error| from_store(&error))?;
    let recording = recorded.events().map_err(|error| from_store(&error))?;
    let summary = Summary::of(&recording.events);
    let id = &recorded.id;
    let passed = |state: &GateState| match state {
        GateState::Finished(gate) => gate.verdict.lets_dependents_run(),
        GateState::Waiting | GateState::Running { .. } => false,
    };
    let open = summary.gates.iter().filter(|(_, state)| !passed(state));
    let open: Vec<&GateName> = open.map(|(name, _)| name).collect();
    if open.is_empty() {
        let failure = Failure::undecided(format!("every gate of run {id} passed"));
        return Err(failure.hint("`prove run` runs everything"));
    }
    let known = |name: &&&GateName| {
        let mut gates = project.pipeline.gates.iter();
        gates.any(|gate| gate.name == ***name)
    };
    let names: Vec<String> = open.iter().filter(known).map(ToString::to_string).collect();
    if names.is_empty() {
        let gone = crate::report::text::some(&open, 6);
        let what = format!("what did not pass in run {id} is no gate of the file");
        let failure = Failure::undecided(what).detail(gone);
        return Err(failure.hint("`prove run` runs everything, and tags come only with that"));
    }
    Ok(names)
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
        PlanError::Stage(stage) => {
            let message = format!("no gate that was asked for is of stage {stage}");
            Failure::undecided(message).hint(format!(
                "give gates this stage (`stages: [{stage}]`), or ask for another one"
            ))
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
