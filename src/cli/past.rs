//! Recorded runs, read as far as they can be: what cannot be is named, and the rest still tells.

use std::path::Path;

use super::failure::Failure;
use super::output::Terminal;
use super::run::from_store;
use crate::event::History;
use crate::store;

/// What was read.
pub(super) struct Past {
    /// What the runs amount to.
    pub history: History,
    /// Runs that could not be read, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Reads the newest runs of the project with this root, so many at most.
///
/// # Errors
/// When `.prove/runs` is there and cannot be read.
pub(super) fn read(root: &Path, most: usize) -> Result<Past, Failure> {
    let runs = store::list(root).map_err(|error| from_store(&error))?;
    let mut past = Past {
        history: History::default(),
        skipped: Vec::new(),
    };
    for run in runs.into_iter().take(most) {
        match run.events() {
            Ok(recording) if past.history.add(&recording.events) => {}
            Ok(_) => past.skipped.push((run.id, "it has no head".to_owned())),
            Err(error) => past.skipped.push((run.id, error.to_string())),
        }
    }
    Ok(past)
}

impl Past {
    /// Says which runs were left out.
    pub fn warn(&self, terminal: Terminal) {
        for (run, why) in &self.skipped {
            terminal.note(&format!("run {run} is left out: {why}"));
        }
    }
}

/// A commit as people write it; nothing when the run recorded none.
pub(super) fn short(commit: Option<&str>) -> &str {
    commit.map_or("", |commit| commit.get(..12).unwrap_or(commit))
}

/// `2026-11-21 00:25` of `2026-11-21T00:25:00Z`.
pub(super) fn minute(started: &str) -> String {
    started.get(..16).unwrap_or(started).replace('T', " ")
}
