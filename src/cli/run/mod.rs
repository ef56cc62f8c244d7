//! `prove run`: finds, gathers, plans, and hands it all to the engine. Here everything is put
//! together; nothing is decided.

mod adapters;
mod compose;
pub(super) mod reports;

use std::mem::ManuallyDrop;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::Terminal;
use super::plan::{self, Chosen};
use crate::model::ExitStatus;
use crate::plan::{Plan, Task};
use crate::store::{self, RunLock};
use crate::sys::{Marker, Strangers, Warden};
use reports::Report;

/// How long `--wait` without a duration waits: in effect, as long as it takes.
const WAIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// Options of `prove run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove run                          everything, and then the tags
  prove run lint 'unit*'             these, with all that they wait for; nothing is tagged
  prove run --only app-test          this gate alone
  prove run --report junit=out.xml   and a report for the CI
  prove run --wait=10m               behind another run in this project, for ten minutes at most

Exit codes: 0 proved, 1 refuted, 2 the gate file or the arguments are wrong, 3 undecided,
128+n interrupted by signal n.")]
pub(super) struct Run {
    #[command(flatten)]
    pub chosen: Chosen,
    /// How many gates may run at once [default: the number of CPUs]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Stops everything at the first required gate that does not pass.
    #[arg(long)]
    pub fail_fast: bool,
    /// Stops everything after this time (`90s`, `1h 30m`): what is not judged by then is undecided.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Writes a report, such as `junit=PATH`; without PATH to standard output. May be repeated.
    #[arg(long = "report", value_name = "KIND[=PATH]", value_parser = reports::parse)]
    pub reports: Vec<Report>,
    /// Waits for another run in this project instead of being refused, for DURATION at most.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true,
          value_parser = duration)]
    pub wait: Option<Option<Duration>>,
    /// Says only what did not pass, and the end.
    #[arg(short, long)]
    pub quiet: bool,
}

/// `90s`, `10m`, `1h 30m`; not nothing.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration.is_zero() {
        Err("must be more than nothing".to_owned())
    } else {
        Ok(duration)
    }
}

pub(super) fn run(run: &Run, common: &Common, terminal: &Terminal) -> Result<ExitStatus, Failure> {
    // First of all: whatever comes later is ours.
    let strangers = Strangers::now();
    let started = SystemTime::now();
    let id = store::new_run_id(started);
    let mut prepared = prepare(run, common, &id)?;
    let time = humantime::format_rfc3339_seconds(started).to_string();
    // The warden is forked, and a fork is safe only as long as there is one thread: now.
    let marker = Marker::new(&id).map_err(unguarded)?;
    let asked = prepared.reports.clone();
    let overtaken = |failure| reports::overtake(&asked, &id, failure);
    let warden = Warden::start(&marker).map_err(|error| overtaken(unguarded(error)))?;
    let wait = run.wait.map(|wait| wait.unwrap_or(WAIT));
    let lock = RunLock::acquire(&prepared.project.origin.root, &id, &time, wait);
    let _lock = lock.map_err(|error| match &error {
        // The reports that are there are those of the run that goes on.
        store::StoreError::Held(_) => from_store(&error),
        _ => overtaken(from_store(&error)),
    })?;
    if wait.is_some() {
        // What was read before the wait may be of yesterday by now.
        prepared = prepare(run, common, &id)?;
    }
    let Prepared {
        project,
        reports,
        plan,
    } = prepared;
    // The process ends with this: taking ten thousand gates apart would only cost time.
    let (project, plan) = (ManuallyDrop::new(project), ManuallyDrop::new(plan));
    let ended = compose::run(compose::Parts {
        run,
        project: &project,
        plan: &plan,
        reports,
        command: common.command(),
        id: id.clone(),
        time,
        terminal,
        marker,
        warden: Some(warden),
        strangers,
    });
    // From the first event on there is no failure any more: this one did not begin.
    ended.map_err(overtaken)
}

/// What is known before anything is touched.
struct Prepared {
    project: Project,
    reports: Vec<Report>,
    plan: Plan,
}

fn prepare(run: &Run, common: &Common, id: &str) -> Result<Prepared, Failure> {
    let overtake = |reports: &[Report], failure| reports::overtake(reports, id, failure);
    let project = gatefile::load(common).map_err(|failure| overtake(&run.reports, failure))?;
    let of_file = reports::of_file(&project);
    let reports = reports::distinct(&run.reports, &of_file)
        .map_err(|failure| overtake(&of_file, overtake(&run.reports, failure)))?;
    let plan = plan::make(&project, &run.chosen)
        .and_then(|plan| have_environment(&project, &plan).map(|()| plan))
        .map_err(|failure| overtake(&reports, failure))?;
    Ok(Prepared {
        project,
        reports,
        plan,
    })
}

fn unguarded(error: std::io::Error) -> Failure {
    Failure::undecided("the warden, which ends everything should prove be killed, cannot start")
        .because(error)
}

/// Variables and secrets that the gates of the plan require are there.
fn have_environment(project: &Project, plan: &Plan) -> Result<(), Failure> {
    let runs = |name: &crate::model::GateName| {
        let of_gate =
            |node: &crate::plan::Node| matches!(node.task, Task::Gate(_)) && node.name == *name;
        plan.nodes().iter().any(of_gate)
    };
    let missing = &project.pipeline.missing_env;
    let missing = missing
        .iter()
        .filter(|missing| missing.gate.as_ref().is_none_or(runs));
    let lines: Vec<String> = missing.map(|missing| line(project, missing)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let failure = Failure::undecided("variables that the gates require are not set; nothing ran");
    let failure = lines.into_iter().fold(failure, Failure::detail);
    Err(failure.hint("set them (a secret that is empty is not set), or take the gates that ask for them out of the selection"))
}

fn line(project: &Project, missing: &crate::spec::MissingEnv) -> String {
    let (line, column) = project.sources.position(missing.span);
    let file = project.sources.name(missing.span.source);
    let who = missing
        .gate
        .as_ref()
        .map_or_else(|| "every gate".to_owned(), ToString::to_string);
    format!("{} ({who}, {file}:{line}:{column})", missing.name)
}

pub(super) fn from_store(error: &store::StoreError) -> Failure {
    let failure = Failure::undecided(error.to_string());
    match (error, error.hint()) {
        (store::StoreError::Held(_), _) => failure.hint("wait for it with `--wait`, or stop it"),
        (_, Some(hint)) => failure.hint(hint),
        (_, None) => failure,
    }
}
