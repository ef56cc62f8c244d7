//! The composition root: makes the world of a run, lets the engine run, says how it ended.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::adapters::{Monotonic, Tree};
use super::audience::Audience;
use super::forge;
use super::ground::Ground;
use super::keeping::Keeping;
use super::live::{self, Overheard, Show};
use super::outlets::Outlets;
use super::reports::{Look, Report};
use super::slots::Slots;
use super::tracing::{self, Tracing};
use super::{Run, from_store};
use crate::cli::failure::Failure;
use crate::cli::gatefile::Project;
use crate::cli::kept;
use crate::cli::output::Terminal;
use crate::engine::{self, Logs, RunFacts, Settings, TreeWatch, World};
use crate::event::{Listener, Summary};
use crate::exec::Local;
use crate::exec::container::{self, Container};
use crate::exec::process::Process;
use crate::model::{ExitStatus, GateName, Masker, Reason, Secret};
use crate::plan::{Plan, Task};
use crate::store::{self, RunStore};
use crate::sys::{self, Jobserver, Marker, Outlet, Strangers, Warden};

/// Longer than any run.
const FOR_GOOD: Duration = Duration::from_secs(366 * 24 * 3600);
/// How long what is to be noted after an interrupt may wait for whoever reads standard error.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What a run is put together from.
pub(super) struct Parts<'r> {
    pub run: &'r Run,
    pub project: &'r Project,
    pub plan: &'r Plan,
    pub reports: Vec<Report>,
    /// The words that rerun a gate of this file, but for its name.
    pub command: Vec<String>,
    /// The sources, when they are not the work tree as it is.
    pub ground: Option<&'r Ground>,
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
    /// How many gates may run at once; the jobserver is taken by the executor.
    pub slots: Slots,
    /// Who hears it in place of the terminal; taken by the engine.
    pub audience: Vec<Box<dyn Listener>>,
}

/// Runs it.
///
/// # Errors
/// What keeps a run from starting; from then on everything is an event.
pub(super) fn run(mut parts: Parts<'_>) -> Result<ExitStatus, Failure> {
    let store = RunStore::create(&super::home(parts.project, parts.ground), &parts.id);
    let store = store.map_err(|error| from_store(&error))?;
    let runtime = runtime()?;
    let ended = runtime.block_on(in_runtime(&mut parts, &store));
    // Whoever is still blocked in a system call is left behind; all that matters is done.
    runtime.shutdown_background();
    ended.map(|summary| status(&summary))
}

/// The runtime panics where it cannot open its files: so it is tried before. It has no thread but
/// this one, unless an engine is asked over the network: what blocks has a thread of its own
/// (`exec/beside.rs`).
pub(in crate::cli) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    sys::env::has_room_for_files().map_err(|error| {
        Failure::undecided("too few files can be opened")
            .because(error)
            .hint("raise the limit: `ulimit -n 1024`")
    })?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_keep_alive(FOR_GOOD)
        .build()
        .map_err(|error| Failure::undecided("cannot start the runtime").because(error))
}

async fn in_runtime(parts: &mut Parts<'_>, store: &RunStore) -> Result<Summary, Failure> {
    let mut signals = sys::signals::listen()
        .map_err(|error| Failure::undecided("cannot listen for signals").because(error))?;
    let jobs = parts.slots.server.take();
    let tracing = Tracing::from_environment(&parts.id, parts.terminal);
    let keeping = Keeping::of(parts);
    let executor = executor(parts, jobs.clone(), keeping.as_ref())?;
    let executor = tracing::executor(executor, tracing.as_ref());
    let clock = Monotonic(sys::clock::Clock::start());
    let reports: Vec<PathBuf> = parts
        .reports
        .iter()
        .filter_map(|r| r.path.clone())
        .collect();
    let tree = if watches(parts.plan) {
        let take = tree(parts.project, &reports);
        Some(tokio::select! {
            biased;
            Some(signal) = signals.recv() => return Err(too_early(signal)),
            tree = take => tree?,
        })
    } else {
        None
    };
    let outlets = Outlets::new();
    let stderr = outlets.stderr.clone();
    let look = Look {
        quiet: parts.run.quiet,
        command: parts.command.clone(),
        logs: kept::logs(store.recorded()),
        home: Some(super::home(parts.project, parts.ground)),
        outlets: Some(outlets),
    };
    let Audience {
        mut listeners,
        show,
        ear,
    } = Audience::of(parts, store, &look)?;
    listeners.extend(tracing.as_ref().map(Tracing::listener));
    listeners.extend(keeping.as_ref().map(Keeping::listener));
    let overheard = ear.map(|ear| Overheard { store, ear });
    let outlets = look.outlets.as_ref().map(Outlets::all);
    let world = World {
        run: facts(parts),
        executor: &*executor,
        listeners,
        clock: &clock,
        signals,
        logs: overheard
            .as_ref()
            .map_or(store, |overheard| overheard as &dyn Logs),
        masker: masker(parts.project),
        tree: tree.as_ref().map(|tree| tree as &dyn TreeWatch),
        outlets: outlets.unwrap_or_default(),
    };
    let running = engine::run(parts.plan, settings(parts), world);
    let summary = beside(running, jobs, show, &clock).await;
    last_words(&unheard(&summary), stderr, &summary, *parts.terminal).await;
    if let Some(tracing) = tracing
        && let Err(lost) = tracing.post().await
    {
        parts.terminal.note(&lost);
    }
    Ok(summary)
}

/// The run, and what goes on beside it: slots are paid back, frames are painted.
async fn beside(
    running: impl Future<Output = Summary>,
    jobs: Option<Arc<Jobserver>>,
    show: Option<Show>,
    clock: &Monotonic,
) -> Summary {
    let repaying = async {
        match &jobs {
            Some(jobs) => jobs.repay().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        summary = running => summary,
        never = repaying => match never {},
        never = live::go_on(show.as_ref(), clock) => match never {},
    }
}

/// What hides the secrets of this project.
pub(in crate::cli) fn masker(project: &Project) -> Masker {
    let secrets = project.pipeline.secrets.values();
    Masker::new(secrets.map(|secret| secret.0.as_str()))
}

/// The work tree as it is, which must be the one that the gate file was read in.
async fn tree(project: &Project, own: &[PathBuf]) -> Result<Tree, Failure> {
    let tree = Tree::take(project, own).await;
    match tree.overtook(project).await {
        // What cannot be known is said by the gate that asks for it.
        Ok(None) | Err(_) => Ok(tree),
        Ok(Some(file)) => Err(
            Failure::undecided(format!("{file} changed while prove read it"))
                .hint("run again, and leave the files alone meanwhile"),
        ),
    }
}

/// It was interrupted before the first event.
fn too_early(signal: i32) -> Failure {
    Failure::interrupted(
        signal,
        "interrupted while the work tree was read; nothing ran",
    )
}

/// Says these to standard error. Nothing of the run is left by now, so a signal may do what it does
/// to any program; and who was interrupted waits no longer for a reader.
async fn last_words(notes: &[String], mut stderr: Outlet, summary: &Summary, terminal: Terminal) {
    sys::signals::let_go();
    // When nobody can hear, the exit code still tells.
    if notes
        .iter()
        .try_for_each(|note| stderr.write_all(terminal.noted(note).as_bytes()))
        .is_err()
    {
        return;
    }
    let patience = if summary.interrupted.is_some() {
        LAST_WORDS
    } else {
        FOR_GOOD
    };
    tokio::select! {
        () = stderr.drained() => {}
        () = tokio::time::sleep(patience) => {}
    }
}

/// What the plain report could not say because it was itself what failed.
fn unheard(summary: &Summary) -> Vec<String> {
    let of_log = |headline: &str| {
        let word = headline.strip_prefix("report ")?.split(':').next()?;
        Some(forge::is_log(word))
    };
    let deaf = |doubt: &&Reason| of_log(&doubt.headline) == Some(true);
    match summary.doubts.iter().find(deaf) {
        Some(doubt) => {
            let verdict = summary.verdict().as_str();
            vec![doubt.headline.clone(), format!("the run is {verdict}")]
        }
        None => Vec::new(),
    }
}

fn executor(
    parts: &mut Parts<'_>,
    jobs: Option<Arc<Jobserver>>,
    keeping: Option<&Keeping>,
) -> Result<Local, Failure> {
    let root = &parts.project.origin.root;
    let process = Process::new(root, parts.marker.clone(), parts.warden.take());
    let process = process.map_err(super::unguarded)?;
    let process = process.beside(parts.strangers.clone()).sharing(jobs);
    let process = Rc::new(process);
    let container = Container::new(
        container::Settings {
            root: root.clone(),
            env: parts.project.facts.env.clone(),
            run: parts.id.clone(),
            keep: keeping.map(Keeping::keep),
        },
        Rc::clone(&process),
    );
    Ok(Local::new(root, process, container))
}

/// Somebody has to watch the work tree only when something is built to be shipped.
fn watches(plan: &Plan) -> bool {
    let product = |task: &Task| match task {
        Task::Gate(gate) => {
            let builds = gate.kind.builds().is_some_and(|builds| !builds.tool);
            builds && gate.not_applicable().is_none()
        }
        Task::Tag { .. } => true,
        Task::Join => false,
    };
    plan.nodes().iter().any(|node| product(&node.task))
}

fn settings(parts: &Parts<'_>) -> Settings {
    Settings {
        jobs: parts.slots.jobs,
        memory: says_memory(parts.plan).then(sys::env::memory).flatten(),
        fail_fast: parts.run.fail_fast,
        timeout: parts.run.timeout,
    }
}

/// Whether some gate says how much memory it uses: else nobody asks how much there is.
fn says_memory(plan: &Plan) -> bool {
    let says = |task: &Task| matches!(task, Task::Gate(gate) if gate.cost.memory.is_some());
    plan.nodes().iter().any(|node| says(&node.task))
}

fn facts(parts: &Parts<'_>) -> RunFacts {
    let arguments = std::env::args_os().skip(1);
    // Before old runs go: the last one may be among them.
    let took = took(parts);
    let home = super::home(parts.project, parts.ground);
    let pruned = store::prune(&home, parts.project.pipeline.keep_runs).err();
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
        revision: sys::revision::of(&parts.project.origin.root),
        places: super::places::of(parts.project),
        took,
        notices: expired
            .into_iter()
            .chain(parts.ground.map(Ground::notice))
            .chain(pruned)
            .chain(promises)
            .chain(parts.slots.notice.clone())
            .chain(unmasked(&parts.project.pipeline.secrets))
            .collect(),
        doubts: hollow(parts.plan).into_iter().collect(),
    }
}

/// What the last run says of how long gates take; where nobody has to wait for anybody, nobody asks.
fn took(parts: &Parts<'_>) -> BTreeMap<GateName, u64> {
    if parts.plan.nodes().len() <= settings(parts).jobs {
        return BTreeMap::new();
    }
    store::durations(&super::home(parts.project, parts.ground), &parts.id)
}

/// Secrets that the reports show as they are.
fn unmasked(secrets: &BTreeMap<String, Secret>) -> impl Iterator<Item = String> {
    let short = secrets.iter().filter(|(_, value)| Masker::spares(&value.0));
    short.map(|(name, _)| {
        let least = Masker::MIN_BYTES;
        format!("the secret `{name}` is not masked: it is shorter than {least} bytes")
    })
}

/// Setups are evidence for nothing, advisories decide nothing, and what is not applicable does not
/// run: a run of these proves nothing.
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
    let idle = |task: &Task| matches!(task, Task::Gate(gate) if gate.not_applicable().is_some());
    let mut proving = plan
        .nodes()
        .iter()
        .filter(|node| proves(&node.task))
        .peekable();
    if proving.peek().is_none() {
        let what = "nothing but setups and advisory gates runs, and these prove nothing";
        return Some(Reason::new(what).hint("select a gate that checks something"));
    }
    proving.all(|node| idle(&node.task)).then(|| {
        Reason::new("no gate that would prove something is applicable, and nothing proves nothing")
            .hint("correct `when`, or add a gate that is always required")
    })
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
