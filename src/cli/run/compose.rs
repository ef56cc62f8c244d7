//! The composition root: makes the world of a run, lets the engine run, says how it ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::adapters::{Monotonic, Tree};
use super::reports::{self, Look, Report};
use super::{Run, from_store};
use crate::cli::failure::Failure;
use crate::cli::gatefile::Project;
use crate::cli::output::Terminal;
use crate::engine::{self, RunFacts, Settings, TreeWatch, World};
use crate::event::{Listener, Summary};
use crate::exec::Local;
use crate::exec::container::{self, Container};
use crate::exec::process::Process;
use crate::model::{ExitStatus, Masker, Reason, Secret};
use crate::plan::{Plan, Task};
use crate::store::{self, RunStore};
use crate::sys::{self, Marker, Strangers, Warden};

/// Longer than any run.
const FOR_GOOD: Duration = Duration::from_secs(366 * 24 * 3600);

/// What a run is put together from.
pub(super) struct Parts<'r> {
    pub run: &'r Run,
    pub project: &'r Project,
    pub plan: &'r Plan,
    pub reports: Vec<Report>,
    /// What reruns a gate of this file, but for `run NAME`.
    pub command: Vec<String>,
    /// The run's id.
    pub id: String,
    /// When it started, RFC 3339.
    pub time: String,
    pub terminal: &'r Terminal,
    /// What everything that the run starts is marked with.
    pub marker: Marker,
    /// Taken by the executor.
    pub warden: Option<Warden>,
    /// Children from before the run.
    pub strangers: Strangers,
}

/// Runs it.
///
/// # Errors
/// What keeps a run from starting; from then on everything is an event.
pub(super) fn run(mut parts: Parts<'_>) -> Result<ExitStatus, Failure> {
    let store = RunStore::create(&parts.project.origin.root, &parts.id);
    let store = store.map_err(|error| from_store(&error))?;
    let runtime = runtime()?;
    let summary = runtime.block_on(in_runtime(&mut parts, &store))?;
    // Whoever is still blocked in a system call is left behind; all that matters is done.
    runtime.shutdown_background();
    Ok(status(&summary))
}

/// The runtime panics where it cannot open its files or start its first thread: so it is tried
/// before, and that thread stays.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    sys::env::has_room_for_files().map_err(|error| {
        Failure::undecided("too few files can be opened")
            .because(error)
            .hint("raise the limit: `ulimit -n 1024`")
    })?;
    sys::env::has_room_for_threads().map_err(|error| {
        Failure::undecided("no thread can be started")
            .because(error)
            .hint("raise the limit on processes: `ulimit -u`")
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_keep_alive(FOR_GOOD)
        .build()
        .map_err(|error| Failure::undecided("cannot start the runtime").because(error))?;
    drop(runtime.spawn_blocking(|| ()));
    Ok(runtime)
}

async fn in_runtime(parts: &mut Parts<'_>, store: &RunStore) -> Result<Summary, Failure> {
    let signals = sys::signals::listen()
        .map_err(|error| Failure::undecided("cannot listen for signals").because(error))?;
    let root = &parts.project.origin.root;
    let executor = executor(parts)?;
    let clock = Monotonic(sys::clock::Clock::start());
    let reports: Vec<PathBuf> = parts
        .reports
        .iter()
        .filter_map(|r| r.path.clone())
        .collect();
    let watch = || Tree::take(root, &parts.project.pipeline, &reports);
    let tree = watches(parts.plan).then(watch);
    let world = World {
        run: facts(parts),
        executor: &executor,
        listeners: listeners(parts, store)?,
        clock: &clock,
        signals,
        logs: store,
        masker: Masker::new(
            parts
                .project
                .pipeline
                .secrets
                .values()
                .map(|s| s.0.as_str()),
        ),
        tree: tree.as_ref().map(|tree| tree as &dyn TreeWatch),
    };
    let summary = engine::run(parts.plan, settings(parts), world).await;
    for note in executor.close().await {
        parts.terminal.note(&note);
    }
    for doubt in unheard(&summary) {
        parts.terminal.note(&doubt);
    }
    Ok(summary)
}

/// What the plain report could not say because it was itself what failed.
fn unheard(summary: &Summary) -> Vec<String> {
    let deaf = |doubt: &&Reason| doubt.headline.starts_with("report plain");
    match summary.doubts.iter().find(deaf) {
        Some(doubt) => {
            let verdict = summary.verdict().as_str();
            vec![doubt.headline.clone(), format!("the run is {verdict}")]
        }
        None => Vec::new(),
    }
}

fn executor(parts: &mut Parts<'_>) -> Result<Local, Failure> {
    let root = &parts.project.origin.root;
    let process = Process::new(root, parts.marker.clone(), parts.warden.take());
    let process = process.map_err(super::unguarded)?;
    let process = process.beside(parts.strangers.clone());
    let container = Container::new(container::Settings {
        root: root.clone(),
        env: parts.project.facts.env.clone(),
        run: parts.id.clone(),
    });
    Ok(Local::new(root, process, container))
}

/// Somebody has to watch the work tree only when something is built to be shipped.
fn watches(plan: &Plan) -> bool {
    let product = |task: &Task| match task {
        Task::Gate(gate) => gate.kind.builds().is_some_and(|builds| !builds.tool),
        Task::Tag { .. } => true,
        Task::Join => false,
    };
    plan.nodes().iter().any(|node| product(&node.task))
}

fn settings(parts: &Parts<'_>) -> Settings {
    Settings {
        jobs: parts.run.jobs.map_or(parts.project.facts.cpus, usize::from),
        fail_fast: parts.run.fail_fast,
        timeout: parts.run.timeout,
    }
}

fn facts(parts: &Parts<'_>) -> RunFacts {
    let arguments = std::env::args_os().skip(1);
    let pruned = store::prune(&parts.project.origin.root).err();
    let pruned = pruned.map(|error| format!("old runs could not be deleted: {error}"));
    let promises = sys::promises().map(str::to_owned);
    let gates = parts
        .plan
        .nodes()
        .iter()
        .filter_map(|node| match &node.task {
            Task::Gate(gate) => Some(&**gate),
            Task::Tag { .. } | Task::Join => None,
        });
    let expired = crate::cli::check::expired(gates);
    RunFacts {
        id: parts.id.clone(),
        project: parts.project.pipeline.project.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: parts.time.clone(),
        arguments: arguments
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        notices: expired
            .into_iter()
            .chain(pruned)
            .chain(promises)
            .chain(unmasked(&parts.project.pipeline.secrets))
            .collect(),
        doubts: hollow(parts.plan).into_iter().collect(),
    }
}

/// Secrets that the reports show as they are.
fn unmasked(secrets: &BTreeMap<String, Secret>) -> impl Iterator<Item = String> {
    let short = secrets.iter().filter(|(_, value)| Masker::spares(&value.0));
    short.map(|(name, _)| {
        let least = Masker::MIN_BYTES;
        format!("the secret `{name}` is not masked: it is shorter than {least} bytes")
    })
}

/// Setups are evidence for nothing, and advisories decide nothing: a run of these proves nothing.
fn hollow(plan: &Plan) -> Option<Reason> {
    let proves = |task: &Task| match task {
        Task::Gate(gate) => {
            let decides = gate
                .advisory
                .as_ref()
                .is_none_or(|advisory| advisory.expired);
            decides && !gate.kind.is_setup()
        }
        Task::Tag { .. } | Task::Join => false,
    };
    let none = !plan.nodes().iter().any(|node| proves(&node.task));
    none.then(|| {
        Reason::new("nothing but setups and advisory gates runs, and these prove nothing")
            .hint("select a gate that checks something")
    })
}

fn listeners(parts: &Parts<'_>, store: &RunStore) -> Result<Vec<Box<dyn Listener>>, Failure> {
    let recorder = store.recorder().map_err(|error| from_store(&error))?;
    let look = Look {
        quiet: parts.run.quiet,
        command: parts.command.clone(),
    };
    let mut listeners: Vec<Box<dyn Listener>> = vec![Box::new(recorder)];
    let stdout_is_taken = parts.reports.iter().any(|report| report.path.is_none());
    listeners.push(if stdout_is_taken {
        reports::plain_beside(&look, *parts.terminal)?
    } else {
        reports::plain(&look, *parts.terminal)?
    });
    listeners.extend(reports::asked(&parts.reports, &look, *parts.terminal)?);
    Ok(listeners)
}

/// Interrupted outranks all in the exit code (DESIGN section 4).
fn status(summary: &Summary) -> ExitStatus {
    match summary.interrupted.map(u8::try_from) {
        Some(Ok(signal)) => ExitStatus::Signal(signal),
        Some(Err(_)) => ExitStatus::Undecided,
        None => summary.verdict().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_too_short_to_be_masked_is_named() {
        let secret = |name: &str, value: &str| (name.to_owned(), Secret(value.to_owned()));
        let secrets = BTreeMap::from([secret("PIN", "42"), secret("KEY", "long enough")]);
        let said: Vec<String> = unmasked(&secrets).collect();
        assert_eq!(said.len(), 1);
        assert!(
            said[0].contains("`PIN`") && !said[0].contains("42"),
            "{said:?}"
        );
    }
}
