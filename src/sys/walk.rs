//! Walks a directory: everything below it, links not followed, no ignore files read.
//!
//! Must not know why somebody walks; what to enter is the caller's decision.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long and how far a walk may go. Cheap to clone; clones share the stop.
#[derive(Clone, Debug)]
pub struct Budget {
    /// `None`: without an end.
    until: Option<Instant>,
    entries: usize,
    stopped: Arc<AtomicBool>,
}

impl Default for Budget {
    /// One minute, two million entries: far beyond any project, short of a hang.
    fn default() -> Self {
        let until = Instant::now() + Duration::from_secs(60);
        Self {
            until: Some(until),
            entries: 2_000_000,
            stopped: Arc::default(),
        }
    }
}

impl Budget {
    /// As long and as far as it takes, until somebody stops it.
    #[must_use]
    pub fn until_stopped() -> Self {
        Self::default().without_end()
    }

    /// The same without its limits; it is stopped together with this one.
    #[must_use]
    pub fn without_end(&self) -> Self {
        Self {
            until: None,
            entries: usize::MAX,
            stopped: Arc::clone(&self.stopped),
        }
    }

    /// Nobody waits any more: the work ends with an error at its next step.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the work may go on after so many entries.
    ///
    /// # Errors
    /// In words for people, when it may not.
    pub fn check(&self, entries: usize) -> Result<(), String> {
        if entries >= self.entries {
            return Err(format!("there are more than {} files", self.entries));
        }
        if self.stopped.load(Ordering::Relaxed) {
            return Err("stopped".to_owned());
        }
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return Err("reading the files takes longer than a minute".to_owned());
        }
        Ok(())
    }
}

/// Something that a walk met.
#[derive(Clone, Debug)]
pub struct Met {
    /// Relative to the root that was given.
    pub path: PathBuf,
    /// What it is, links not followed.
    pub kind: FileType,
}

/// Everything below `base` (relative to `root`, empty for the root; not `base` itself). A
/// directory is entered when `enter` says so of its path and its level (1 for what lies directly
/// in `base`); it is met in any case. A base that is not there has nothing in it.
///
/// # Errors
/// In words for people: a directory that cannot be read, or no budget left. What vanishes while
/// it is being read is no error.
pub fn below(
    root: &Path,
    base: &Path,
    budget: &Budget,
    enter: impl Fn(&Path, usize) -> bool,
) -> Result<Vec<Met>, String> {
    let mut met = Vec::new();
    let mut folders = vec![(base.to_owned(), 0)];
    while let Some((folder, level)) = folders.pop() {
        let told = |error| format!("{} cannot be read: {error}", root.join(&folder).display());
        let entries = match fs::read_dir(root.join(&folder)) {
            Err(error) if is_gone(&error) => continue,
            entries => entries.map_err(told)?,
        };
        for entry in entries {
            budget.check(met.len())?;
            let entry = entry.map_err(told)?;
            let kind = entry.file_type().map_err(told)?;
            let path = folder.join(entry.file_name());
            if kind.is_dir() && enter(&path, level + 1) {
                folders.push((path.clone(), level + 1));
            }
            met.push(Met { path, kind });
        }
    }
    Ok(met)
}

/// Nothing is there, or what is above it is no directory.
#[must_use]
pub fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Whether this is a directory that no walk enters unasked: git's, and our own.
#[must_use]
pub fn is_private(path: &Path) -> bool {
    path.iter().any(|name| name == ".git" || name == ".prove")
}
