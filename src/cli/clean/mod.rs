//! `prove clean`: removes what prove keeps and nobody needs any more, and nothing else.

mod find;
mod text;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::gatefile;
use super::output::{Terminal, visible};
use super::run::{from_store, runtime};
use crate::exec::container::{self, Tidy};
use crate::hook::{HookError, Repository};
use crate::model::ExitStatus;
use crate::store::{self, RunLock, StoreError};
use crate::sys;
use find::{Found, Thing};

/// Options of `prove clean`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove clean                  what nobody needs any more
  prove clean --dry-run        shows that, and removes nothing
  prove clean --runs --trees   these alone; no engine is asked
  prove clean --all            all that prove keeps of this project
  prove clean --all --runs     every recorded run of it

Without --all it removes
  runs    those recorded beyond the newest `keep_runs` of the gate file (20 by default)
  trees   the work tree that hooks and `prove run --rev` prove commits in, when no hook of prove's
          stands in this repository; and those of repositories that are no longer there
  temp    files of prove's own that were never finished, in .prove and in .git/prove
  engine  containers and temporary tags that killed runs of this machine left, and what
          `prove run --keep` kept of this project
With --all also the newest runs, the work tree with hooks, and the proofs that hooks remember: the
next push proves again. What a live run uses is never touched, nor what prove did not make; while
a run is under way in this project nothing is removed. Bytes are those of files.

Exit codes: 0 all of it is gone, 2 the gate file or the arguments are wrong, 3 something could not
be removed, or the engine could not be asked.")]
pub(super) struct Clean {
    /// Removes also what is still of use: see below.
    #[arg(long)]
    pub all: bool,
    /// Shows what would go, and removes nothing.
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Recorded runs [default, without another of these options: all of them]
    #[arg(long)]
    pub runs: bool,
    /// Work trees in which commits were proved.
    #[arg(long)]
    pub trees: bool,
    /// Files that were never finished.
    #[arg(long)]
    pub temp: bool,
    /// What killed runs left on the engine, and what `prove run --keep` kept.
    #[arg(long)]
    pub engine: bool,
    /// The proofs that hooks remember; when named, also without `--all`.
    #[arg(long)]
    pub proofs: bool,
}

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
struct Parts {
    runs: bool,
    trees: bool,
    temp: bool,
    engine: bool,
    proofs: bool,
}

impl Parts {
    fn of(clean: &Clean) -> Self {
        let none = !(clean.runs || clean.trees || clean.temp || clean.engine || clean.proofs);
        Self {
            runs: none || clean.runs,
            trees: none || clean.trees,
            temp: none || clean.temp,
            engine: none || clean.engine,
            proofs: (none && clean.all) || clean.proofs,
        }
    }
}

pub(super) fn clean(
    clean: &Clean,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let parts = Parts::of(clean);
    let (root, keep) = project(clean, parts, common)?;
    let id = store::new_run_id(SystemTime::now());
    let _lock = lock(&root, &id)?;
    let repository = repository(&root)?;
    let found = Found {
        root: &root,
        repository: repository.as_ref(),
        keep,
        all: clean.all,
    };
    let mut things = found.things(parts)?;
    if !clean.dry_run {
        things.iter_mut().for_each(Thing::remove);
    }
    let tidy = match parts.engine {
        true => tidy(&id, &root, clean.dry_run)?,
        false => Tidy::default(),
    };
    things.extend(tidy.found.into_iter().map(Thing::from));
    terminal.print(&visible(&text::text(&things, clean.dry_run)))?;
    if let Some(why) = tidy.unknown {
        let failure = Failure::undecided("the engine could not be asked what runs left there");
        let failure = failure.detail(why.message);
        let failure = why.hint.into_iter().fold(failure, Failure::hint);
        return Err(failure.hint("`--runs --trees --temp` leaves the engine out"));
    }
    let stuck = things.iter().any(|thing| thing.trouble.is_some());
    Ok(match stuck {
        true => ExitStatus::Undecided,
        false => ExitStatus::Proved,
    })
}

/// Its root, and how many of its runs stay. With `--all` no gate file is needed: none stays.
fn project(clean: &Clean, parts: Parts, common: &Common) -> Result<(PathBuf, usize), Failure> {
    if clean.all || !parts.runs {
        let root = gatefile::root(common)?;
        return Ok((root.canonicalize().unwrap_or(root), 0));
    }
    let project = gatefile::load(common)?;
    Ok((project.origin.root, project.pipeline.keep_runs))
}

/// Holds the run lock where runs can be; where nothing was kept there is nothing to hold.
fn lock(root: &Path, id: &str) -> Result<Option<RunLock>, Failure> {
    if std::fs::symlink_metadata(root.join(".prove")).is_err() {
        return Ok(None);
    }
    let lock = RunLock::acquire(root, id, &sys::clock::now_rfc3339(), None);
    match lock {
        Ok(lock) => Ok(Some(lock)),
        Err(StoreError::Held(held)) => Err(Failure::undecided("nothing was removed")
            .detail(held)
            .hint("clean up when it is over")),
        Err(error) => Err(from_store(&error)),
    }
}

/// The repository of the project; without one there are no trees and no proofs of it.
fn repository(root: &Path) -> Result<Option<Repository>, Failure> {
    use crate::sys::git::GitError;
    match Repository::find(root) {
        Ok(repository) => Ok(Some(repository)),
        Err(
            HookError::Git(GitError::NoRepository(_) | GitError::ToolMissing)
            | HookError::Bare(_)
            | HookError::NoWorkTree(_),
        ) => Ok(None),
        Err(error) => Err(super::hook::from_hook(&error)),
    }
}

fn tidy(id: &str, root: &Path, look_only: bool) -> Result<Tidy, Failure> {
    let runtime = runtime()?;
    let tidy = runtime.block_on(container::tidy(&sys::env::vars(), (id, root), look_only));
    runtime.shutdown_background();
    Ok(tidy)
}
