//! `prove run`: finds, gathers, plans, and hands it all to the engine. Here everything is put
//! together; nothing is decided.

mod adapters;
mod audience;
mod compose;
mod forge;
mod ground;
mod keeping;
mod live;
mod outlets;
mod places;
pub(super) mod reports;
mod slots;
mod tracing;

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::Terminal;
use super::plan::{self, Chosen};
use crate::event::Listener;
use crate::model::ExitStatus;
use crate::plan::{Plan, Task};
use crate::store::{self, RunLock};
use crate::sys::{self, Marker, Strangers, Warden};
pub(super) use compose::{masker, runtime};
use ground::{Ground, Sources};
use reports::Report;
use slots::Slots;

/// How long `--wait` without a duration waits: in effect, as long as it takes.
const WAIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// Options of `prove run`.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  prove run                          everything, and then the tags
  prove run lint 'unit*'             these, with all that they wait for; nothing is tagged
  prove run --only app-test          this gate alone
  prove run --stage pre-push         the gates of that stage, with all that they wait for
  prove run --failed                 what did not pass the last time
  prove run --from build             this gate and everything downstream of it
  prove run -v                       with what gates print, as it comes
  prove run --report junit=out.xml   and a report for the CI
  prove run --rev v1.2               that commit, whatever the work tree looks like
  prove run --staged                 what `git commit` would commit
  prove run --keep app-test          and its container stays for a look, if it fails
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
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Shows what gates print as it comes, each line behind the name of its gate.
    #[arg(short, long)]
    pub verbose: bool,
    /// Shows in the title of the terminal's window how far the run is.
    #[arg(long, env = "PROVE_TITLE", value_parser = clap::builder::FalseyValueParser::new())]
    pub title: bool,
    /// Rings the terminal's bell when the run is over.
    #[arg(long, env = "PROVE_BELL", value_parser = clap::builder::FalseyValueParser::new())]
    pub bell: bool,
    /// Keeps what a gate that failed ran in: its container, stopped; of `--rev` and `--staged` the
    /// work tree stays anyway. Says at the end where. A gate on the host ran in the project itself.
    #[arg(long)]
    pub keep: bool,
    #[command(flatten)]
    pub sources: Sources,
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
    heard_by(run, common, terminal, Vec::new())
}

/// The same; `audience`, if there is one, hears it in place of whoever looks at the terminal.
pub(super) fn heard_by(
    run: &Run,
    common: &Common,
    terminal: &Terminal,
    audience: Vec<Box<dyn Listener>>,
) -> Result<ExitStatus, Failure> {
    // First of all: whatever comes later is ours.
    let strangers = Strangers::now();
    let started = SystemTime::now();
    let id = store::new_run_id(started);
    let overtaken_asked = |failure| reports::overtake(&run.reports, &id, failure);
    let ground = lay_out(run, common, terminal).map_err(overtaken_asked)?;
    let mut prepared = prepare(run, common, ground.as_ref(), &id)?;
    let time = humantime::format_rfc3339_seconds(started).to_string();
    // The warden is forked, and a fork is safe only as long as there is one thread: now.
    let marker = Marker::new(&id).map_err(unguarded)?;
    let asked = prepared.reports.clone();
    let overtaken = |failure| reports::overtake(&asked, &id, failure);
    let warden = Warden::start(&marker, &strangers).map_err(|error| overtaken(unguarded(error)))?;
    let wait = run.wait.map(|wait| wait.unwrap_or(WAIT));
    let lock = RunLock::acquire(&prepared.project.origin.root, &id, &time, wait);
    let _lock = lock.map_err(|error| match &error {
        // The reports that are there are those of the run that goes on.
        store::StoreError::Held(_) => from_store(&error),
        _ => overtaken(from_store(&error)),
    })?;
    if wait.is_some() {
        // What was read before the wait may be of yesterday by now.
        if let Some(ground) = &ground {
            ground.check().map_err(overtaken)?;
        }
        prepared = prepare(run, common, ground.as_ref(), &id)?;
    }
    let Prepared {
        project,
        reports,
        plan,
    } = prepared;
    // The process ends with this: taking ten thousand gates apart would only cost time.
    let (project, plan) = (ManuallyDrop::new(project), ManuallyDrop::new(plan));
    let makeflags = std::env::var("MAKEFLAGS").unwrap_or_default();
    let ended = compose::run(compose::Parts {
        run,
        project: &project,
        plan: &plan,
        reports,
        command: rerun(common, ground.as_ref()),
        ground: ground.as_ref(),
        id: id.clone(),
        time,
        terminal,
        marker,
        warden: Some(warden),
        strangers,
        slots: Slots::of(run.jobs, project.facts.cpus, &makeflags),
        audience,
    });
    // From the first event on there is no failure any more: this one did not begin.
    let ended = ended.map_err(overtaken)?;
    if let (Some(ground), ExitStatus::Proved) = (&ground, ended) {
        let remembered = ground.remember(&project, &run.chosen, &id);
        // Then it is proved again the next time.
        remembered.unwrap_or_else(|failure| terminal.tell(&failure));
    }
    if run.keep
        && ended != ExitStatus::Proved
        && let Some(tree) = ground.as_ref().and_then(Ground::laid_out)
    {
        let tree = sys::fs::text(tree);
        terminal.note(&format!(
            "kept, until the next commit is proved in it: {tree}; `prove clean --trees --all` removes it"
        ));
    }
    Ok(ended)
}

/// The sources that were asked for.
fn lay_out(run: &Run, common: &Common, terminal: &Terminal) -> Result<Option<Ground>, Failure> {
    if let Some(pid) = run.sources.with {
        sys::process::end_with(pid)
            .map_err(|error| Failure::undecided("whoever started this is gone").because(error))?;
    }
    let ground = Ground::of(&run.sources, common, terminal)?;
    if ground.is_some() && run.chosen.failed {
        return Err(
            Failure::usage("`--failed` is about the work tree, not about a commit")
                .hint("name the gates, or run without `--rev` and `--staged`"),
        );
    }
    Ok(ground)
}

/// What is known before anything is touched.
struct Prepared {
    project: Project,
    reports: Vec<Report>,
    plan: Plan,
}

fn prepare(
    run: &Run,
    common: &Common,
    ground: Option<&Ground>,
    id: &str,
) -> Result<Prepared, Failure> {
    let overtake = |reports: &[Report], failure| reports::overtake(reports, id, failure);
    let common = ground.map_or(common, |ground| &ground.common);
    let project = gatefile::load(common).map_err(|failure| overtake(&run.reports, failure))?;
    if let Some(ground) = ground {
        let owned = ground.owns(&project);
        owned.map_err(|failure| overtake(&run.reports, failure))?;
    }
    let of_file = reports::of_file(&project, &home(&project, ground));
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

/// The words that rerun a gate of this file on these sources, but for its name.
fn rerun(common: &Common, ground: Option<&Ground>) -> Vec<String> {
    let sources = ground.map(Ground::words).unwrap_or_default();
    common.rerun().into_iter().chain(sources).collect()
}

/// Where the user is: there it is recorded, and there are the reports.
fn home(project: &Project, ground: Option<&Ground>) -> PathBuf {
    ground.map_or_else(
        || project.origin.root.clone(),
        |ground| ground.home(project),
    )
}

/// Nothing may be started that nobody would end.
pub(super) fn unguarded(error: std::io::Error) -> Failure {
    Failure::undecided("the warden, which ends everything should prove be killed, cannot start")
        .because(error)
}

/// Variables and secrets that the gates of the plan require are there.
///
/// # Errors
/// By name and place, those that are not.
pub(super) fn have_environment(project: &Project, plan: &Plan) -> Result<(), Failure> {
    let runs = |name: &crate::model::GateName| {
        let of_gate = |node: &crate::plan::Node| match &node.task {
            Task::Gate(gate) => gate.name == *name && gate.not_applicable().is_none(),
            Task::Tag { .. } | Task::Join => false,
        };
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
