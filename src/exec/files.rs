//! Answers questions about files: which entries match, which does git track, what is in them.
//!
//! Looks, never writes. Must not know what the answer is judged against.

mod expand;
mod matched;
mod read;

use std::path::{Path, PathBuf};

pub(super) use expand::{Found, expand};

use super::{Desk, Stop};
use crate::format::glob::{Patterns, relative};
use crate::model::{Answer, Entry, EntryKind, NoAnswer, Probe, Snapshot, Unanswered};
use crate::sys::git::{Git, GitError};
use crate::sys::walk::Budget;
use crate::sys::{Tree, tree};

/// Answers the questions about files below one project.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Answers below this root.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Answers one probe at once: for whoever has no run to go on with meanwhile.
    #[must_use]
    pub fn answer_now(&self, probe: &Probe) -> Answer {
        answer(&self.root, probe, &Budget::default())
    }

    /// The files below the root, by their paths from there, sorted: what git ignores is left out, as
    /// are links and repositories inside.
    ///
    /// # Errors
    /// What cannot be read, and git that does not answer.
    pub fn sources(&self) -> Result<Vec<PathBuf>, Unanswered> {
        matched::sources(&self.root, &Budget::default())
    }

    /// Answers one probe; the reading is done beside the run's own thread.
    pub async fn answer(&self, probe: &Probe, desk: &Desk<'_>) -> Answer {
        let (root, probe) = (self.root.clone(), probe.clone());
        beside(desk, move |budget| answer(&root, &probe, budget)).await
    }
}

/// Does blocking work on another thread; when the driver wants to stop, it is left behind and
/// ends at its next step.
async fn beside(desk: &Desk<'_>, work: impl FnOnce(&Budget) -> Answer + Send + 'static) -> Answer {
    let budget = Budget::default();
    let working = super::beside::beside({
        let budget = budget.clone();
        move || work(&budget)
    });
    tokio::select! {
        done = working => done.unwrap_or_else(|error| {
            Answer::Unanswered(Unanswered::new(NoAnswer::Io, format!("reading files broke: {error}")))
        }),
        Stop { cause, .. } = desk.stopped() => {
            budget.stop();
            Answer::Unanswered(Unanswered::new(NoAnswer::Stopped(cause), "stopped while reading files"))
        }
    }
}

fn answer(root: &Path, probe: &Probe, budget: &Budget) -> Answer {
    let answered = match probe {
        Probe::List { cwd, patterns } => list(root, cwd, patterns, budget).map(Answer::Listed),
        Probe::Tracked { cwd, patterns } => tracked(root, cwd, patterns).map(Answer::Tracked),
        Probe::Files {
            cwd,
            patterns,
            since_base,
        } => matched::matched(root, (cwd, patterns), *since_base, budget).map(Answer::Matched),
        Probe::Read { cwd, patterns } => {
            read::read(root, (cwd, patterns), budget).map(Answer::Contents)
        }
        Probe::Snapshot { cwd, patterns } => {
            snapshot(root, cwd, patterns, budget).map(Answer::Snapshot)
        }
        Probe::Run(_) | Probe::Build(_) | Probe::Tag { .. } => Err(Unanswered::new(
            NoAnswer::Unsupported,
            "this is no question about files",
        )),
    };
    answered.unwrap_or_else(Answer::Unanswered)
}

fn list(
    root: &Path,
    cwd: &str,
    patterns: &[String],
    budget: &Budget,
) -> Result<Vec<Vec<Entry>>, Unanswered> {
    let patterns = parse(cwd, patterns)?;
    let each = patterns.iter().map(|pattern| {
        let found = expand(root, pattern, false, budget).map_err(io)?;
        found
            .iter()
            .map(|found| entry(cwd, found))
            .collect::<Result<_, _>>()
    });
    each.collect()
}

fn entry(cwd: &str, found: &Found) -> Result<Entry, Unanswered> {
    let kind = found.meta.file_type();
    let kind = if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_symlink() {
        match found.full.try_exists() {
            Ok(true) => EntryKind::Link,
            Ok(false) => EntryKind::BrokenLink,
            // A link in a circle leads nowhere; anything else cannot be known.
            Err(error) if error.raw_os_error() == Some(libc::ELOOP) => EntryKind::BrokenLink,
            Err(error) => return Err(io(format!("{}: {error}", found.full.display()))),
        }
    } else {
        EntryKind::Other
    };
    let size = if kind == EntryKind::File {
        found.meta.len()
    } else {
        0
    };
    Ok(Entry {
        path: relative(cwd, &found.path),
        kind,
        size,
    })
}

/// A pattern that means a directory also means what is in it: `forbid_tracked: [secrets]`.
fn tracked(root: &Path, cwd: &str, patterns: &[String]) -> Result<Vec<String>, Unanswered> {
    let patterns = parse(cwd, patterns)?;
    let names = Git::at(root).tracked().map_err(|error| {
        let why = match error {
            GitError::ToolMissing => NoAnswer::ToolMissing,
            _ => NoAnswer::Io,
        };
        Unanswered::new(why, format!("it cannot be known what git tracks: {error}"))
    })?;
    let mut paths: Vec<String> = names
        .iter()
        .filter(|name| patterns.covers(name))
        .map(|name| relative(cwd, name))
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// A pattern that means a directory also means what is in it.
fn snapshot(
    root: &Path,
    cwd: &str,
    patterns: &[String],
    budget: &Budget,
) -> Result<Snapshot, Unanswered> {
    let mut snapshot = Snapshot::default();
    for pattern in parse(cwd, patterns)?.iter() {
        for found in expand(root, pattern, true, budget).map_err(io)? {
            if found.meta.is_dir() {
                continue;
            }
            budget.check(snapshot.files.len()).map_err(io)?;
            let digest = tree::digest_entry(&found.full, budget)
                .map_err(|error| io(format!("{} cannot be read: {error}", found.full.display())))?;
            snapshot.files.insert(relative(cwd, &found.path), digest);
        }
    }
    Ok(snapshot)
}

/// Fingerprints the work tree (rule 5). `excluded` are globs relative to the root: what gates
/// write by declaration, reports; a directory stands for what is in it.
///
/// # Errors
/// In words for people: a glob that is none, a file that cannot be read, git that refuses.
pub fn work_tree(root: &Path, excluded: &[String]) -> Result<Tree, String> {
    let excluded = Patterns::parse(".", excluded).map_err(|error| error.to_string())?;
    Tree::take(root, Box::new(move |path| excluded.covers(path)))
}

fn parse(cwd: &str, patterns: &[String]) -> Result<Patterns, Unanswered> {
    Patterns::parse(cwd, patterns).map_err(|error| io(error.to_string()))
}

fn io(message: String) -> Unanswered {
    Unanswered::new(NoAnswer::Io, message)
}

#[cfg(test)]
mod tests;
