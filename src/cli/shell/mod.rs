//! `prove shell`: somebody stands where a gate runs, and sees what it sees. Nothing is judged,
//! recorded or tagged.

mod images;
mod programs;
mod told;
mod visit;

use std::collections::BTreeMap;
use std::time::SystemTime;

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::args::Common;
use super::explain::find;
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::Terminal;
use super::plan::{self, refused};
use super::run::{have_environment, runtime, unguarded};
use crate::model::{ExitStatus, Reason, Unanswered};
use crate::plan::{Node, Plan, Selection, Task};
use crate::report::text::some;
use crate::spec::Gate;
use crate::store;
use crate::sys::{Marker, Strangers, Tty, Warden};
use visit::Visit;

/// Options of `prove shell`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove shell lint                   a shell with the directory and the environment of lint
  prove shell app-test               in a container like the one that app-test gets
  prove shell app                    in the image that app builds
  prove shell app-test -- node -v    one command there; needs no terminal

The images that the gate uses are built first, by what their gates say; nothing else runs, nothing
is tagged. A shell reads none of your start-up files, and stands in place of an image's ENTRYPOINT;
a command goes through it, as the gate's own does. A container is removed at the end. What is
printed in there is not masked.

Exit codes: that of the shell or the command, 128+n when signal n ended it. Of prove's own: 2 the
gate file or the arguments are wrong, 3 it could not be entered, said as an error.")]
pub(super) struct Shell {
    /// The gate's full name.
    #[arg(value_name = "GATE", add = ArgValueCompleter::new(super::completions::gates))]
    pub gate: String,
    /// Runs this in place of a shell.
    #[arg(value_name = "COMMAND", last = true)]
    pub command: Vec<String>,
}

pub(super) fn shell(
    shell: &Shell,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    // First of all: whatever comes later is ours.
    let strangers = Strangers::now();
    let project = gatefile::load(common)?;
    let whole = plan::whole(&project)?;
    let gate = enterable(&project, find(&project, &whole, &shell.gate)?)?;
    let builds = images::needed(&whole, gate);
    let names = std::iter::once(gate).chain(builds.iter().copied());
    let names = names.map(|gate| gate.name.to_string()).collect();
    let narrowed = Plan::new(&project.pipeline, &Selection::Exactly(names));
    have_environment(
        &project,
        &narrowed.map_err(|error| refused(&project, error))?,
    )?;
    let tty = Tty::of_streams();
    if shell.command.is_empty() && tty.is_none() {
        return Err(Failure::usage("there is no terminal to have a shell in")
            .detail("standard input and standard output must both be one")
            .hint(format!(
                "run one command without: `prove shell {} -- COMMAND`",
                shell.gate
            )));
    }
    let id = store::new_run_id(SystemTime::now());
    // The warden is forked, and a fork is safe only as long as there is one thread: now.
    let marker = Marker::new(&id).map_err(unguarded)?;
    let copy = tty.as_ref().and_then(Tty::copy);
    let warden = Warden::start_at(&marker, &strangers, copy).map_err(unguarded)?;
    let runtime = runtime()?;
    let visit = Visit {
        project: &project,
        gate,
        builds,
        command: &shell.command,
        tty: tty.as_ref(),
        terminal,
    };
    let ended = runtime.block_on(visit.pay(id, (marker, warden, strangers)));
    // Whoever is still blocked in reading keys is left behind; all that matters is done.
    runtime.shutdown_background();
    ended
}

/// The gate of this node, if somebody can stand where it runs.
fn enterable<'p>(project: &Project, node: &'p Node) -> Result<&'p Gate, Failure> {
    let can = |gate: &Gate| gate.kind.enters(&gate.turn(&BTreeMap::new())).is_some();
    let what = match &node.task {
        Task::Gate(gate) if can(gate) => return Ok(gate),
        Task::Gate(gate) => format!(
            "`{}` runs no command that a shell could stand in for: it is a `{}`",
            gate.name,
            gate.kind.word()
        ),
        Task::Tag { .. } | Task::Join => format!("`{}` is a step, not a gate", node.name),
    };
    let others = project.pipeline.gates.iter().filter(|gate| can(gate));
    let others: Vec<&str> = others.map(|gate| gate.name.as_str()).collect();
    let failure = Failure::usage(what);
    Err(match others[..] {
        [] => failure.hint("no gate of this file runs a command or builds an image"),
        _ => failure.hint(format!("gates that can be entered: {}", some(&others, 6))),
    })
}

/// What could not be done, out of an executor's words.
fn unanswered(no: Unanswered) -> Failure {
    let failure = Failure::undecided(no.message);
    no.hint.into_iter().fold(failure, Failure::hint)
}

/// This, for this reason.
fn because(headline: String, reason: Reason) -> Failure {
    let mut failure = failure(reason);
    let why = std::mem::replace(&mut failure.headline, headline);
    failure.details.insert(0, why);
    failure
}

fn failure(reason: Reason) -> Failure {
    let failure = Failure::undecided(reason.headline);
    let failure = reason.details.into_iter().fold(failure, Failure::detail);
    reason.hint.into_iter().fold(failure, Failure::hint)
}
