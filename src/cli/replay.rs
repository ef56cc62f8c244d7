//! `prove replay`: the reports of a recorded run, byte for byte as the run itself writes them.

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::gatefile;
use super::kept;
use super::output::Terminal;
use super::run::from_store;
use super::run::reports::{self, Look, Report};
use crate::event::{Listener, Summary};
use crate::model::{ExitStatus, Reason, RunVerdict};
use crate::report;
use crate::store::{Recorded, Recording, RunStore};

/// Options of `prove replay`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove replay last                        the newest run, as it was shown
  prove replay last --report junit=out.xml its JUnit report
  prove replay path/to/run --report json   a run that was copied from elsewhere

The exit code is that of the run's verdict: a replay never makes a run better than it was.
For report files alone, there is `prove report`.")]
pub(super) struct Replay {
    /// The run: its id, `last`, or the path of its folder.
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Writes a report, such as `junit=PATH`; without PATH to standard output. May be repeated.
    #[arg(long = "report", value_name = "KIND[=PATH]", value_parser = reports::parse)]
    pub reports: Vec<Report>,
    /// Says only what did not pass, and the end.
    #[arg(short, long)]
    pub quiet: bool,
}

pub(super) fn replay(
    replay: &Replay,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let (recorded, look) = opened(&replay.run, replay.quiet, common)?;
    let asked = reports::distinct(&replay.reports, &[])?;
    let mut listeners = reports::asked(&asked, &look, *terminal)?;
    if asked.is_empty() {
        listeners.push(reports::plain(&look, *terminal)?);
    }
    let recording = tell(&recorded, listeners, *terminal)?;
    Ok(verdict(&Summary::of(&recording.events)).into())
}

/// A recorded run (its id, `last`, or the path of its folder), and what its reports are shown with: its
/// own logs, and no streams of a run that goes on.
///
/// # Errors
/// There is no such run.
pub(super) fn opened(run: &str, quiet: bool, common: &Common) -> Result<(Recorded, Look), Failure> {
    let root = gatefile::root(common)?;
    let recorded = RunStore::open(&root, run).map_err(|error| from_store(&error))?;
    let look = Look {
        quiet,
        command: common.rerun(),
        logs: kept::logs(recorded.clone()),
        home: None,
        outlets: None,
    };
    Ok((recorded, look))
}

/// Tells a recorded run to reports, as if it went on now.
///
/// # Errors
/// The recording cannot be read, or a report cannot be written.
pub(super) fn tell(
    recorded: &Recorded,
    mut listeners: Vec<Box<dyn Listener>>,
    terminal: Terminal,
) -> Result<Recording, Failure> {
    let recording = recorded.events().map_err(|error| from_store(&error))?;
    let failed = report::replay(&recording.events, &mut listeners);
    if recording.cut {
        terminal.note("the recording ends in half a line: prove was killed while it wrote it");
    }
    if failed.is_empty() {
        return Ok(recording);
    }
    let failure = Failure::undecided("not every report could be written");
    let line = |(name, why): (String, Reason)| format!("{name}: {}", why.headline);
    Err(failed.into_iter().map(line).fold(failure, Failure::detail))
}

/// The verdict that the recording itself comes to; one without its end is undecided at best.
fn verdict(summary: &Summary) -> RunVerdict {
    match (summary.verdict(), summary.finished) {
        (RunVerdict::Proved, Some((RunVerdict::Proved, _))) => RunVerdict::Proved,
        (RunVerdict::Refuted, _) | (_, Some((RunVerdict::Refuted, _))) => RunVerdict::Refuted,
        _ => RunVerdict::Undecided,
    }
}
