//! `prove logs`: what a gate printed in a recorded run, its bytes as recorded.

use std::io::{self, Write as _};

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::gatefile;
use super::output::{Stdout, Terminal};
use super::run::from_store;
use crate::event::Body;
use crate::model::{ExitStatus, GateName};
use crate::store::{Recorded, RunStore, StoreError};

/// Options of `prove logs`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove logs unit                 of the newest run
  prove logs unit --run 20261121T002500Z-k3w5qa")]
pub(super) struct Logs {
    /// The gate's full name.
    #[arg(value_name = "GATE")]
    pub gate: String,
    /// The run: its id, `last`, or the path of its folder.
    #[arg(long, value_name = "RUN", default_value = "last")]
    pub run: String,
}

pub(super) fn logs(
    logs: &Logs,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let gate = GateName::try_from(logs.gate.clone()).map_err(|error| {
        Failure::usage(format!("`{}` is no gate name", logs.gate)).because(error)
    })?;
    let root = gatefile::root(common)?;
    let recorded = RunStore::open(&root, &logs.run).map_err(|error| from_store(&error))?;
    let mut log = match recorded.log(&gate) {
        Ok(log) => log,
        Err(error @ StoreError::NoSuchLog { .. }) => {
            return nothing_printed(&recorded, &gate, &error, *terminal);
        }
        Err(error) => return Err(from_store(&error)),
    };
    let mut out = Stdout;
    io::copy(&mut log, &mut out)
        .and_then(|_| out.flush())
        .map_err(|error| Failure::undecided("cannot show the log").because(error))?;
    Ok(ExitStatus::Proved)
}

/// A gate without a log printed nothing, did not run, or is none.
fn nothing_printed(
    recorded: &Recorded,
    gate: &GateName,
    error: &StoreError,
    terminal: Terminal,
) -> Result<ExitStatus, Failure> {
    let recording = recorded.events().map_err(|error| from_store(&error))?;
    let Some(Body::RunStarted(head)) = recording.events.first().map(|event| &event.body) else {
        return Err(from_store(error));
    };
    if head.gates.iter().any(|head| head.gate == *gate) {
        terminal.note(&format!("{gate} printed nothing in run {}", recorded.id));
        return Ok(ExitStatus::Proved);
    }
    let failure = Failure::usage(format!("run {} has no gate `{gate}`", recorded.id));
    let names: Vec<&str> = head
        .gates
        .iter()
        .map(|head| head.gate.as_str())
        .take(20)
        .collect();
    Err(failure.hint(format!("it had {}", names.join(", "))))
}
