//! Which files of the work tree match, and which of them changed since the base branch.
//!
//! What git ignores is left out, as it is nobody's source; without a repository every file counts.
//! Links are left out: what they point to is a file of its own, or none of the project's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Patterns, io, parse, relative};
use crate::model::{Matched, NoAnswer, Unanswered};
use crate::sys::git::{Git, GitError};
use crate::sys::walk::{self, Budget};

/// The files that match, sorted, relative to `cwd`.
pub(super) fn matched(
    root: &Path,
    (cwd, patterns): (&str, &[String]),
    since_base: bool,
    budget: &Budget,
) -> Result<Matched, Unanswered> {
    let patterns = parse(cwd, patterns)?;
    let paths = names(root, &patterns, budget)?;
    let changed = since_base.then(|| changed(root, &patterns, cwd));
    Ok(Matched {
        paths: paths.iter().map(|path| relative(cwd, path)).collect(),
        changed,
    })
}

/// The names of the files that match, from the root, sorted.
pub(super) fn names(
    root: &Path,
    patterns: &Patterns,
    budget: &Budget,
) -> Result<Vec<String>, Unanswered> {
    let mut paths = BTreeSet::new();
    for path in all(root, budget)? {
        budget.check(paths.len()).map_err(io)?;
        let name = crate::sys::fs::text(&path);
        if !patterns.is_match(&name) || !is_file(root, &path)? {
            continue;
        }
        if path.to_str().is_none() {
            let message = format!("{name} is not UTF-8 and cannot be named");
            return Err(io(message));
        }
        paths.insert(name);
    }
    Ok(paths.into_iter().collect())
}

/// All files of the work tree, from the root, sorted.
pub(super) fn sources(root: &Path, budget: &Budget) -> Result<Vec<PathBuf>, Unanswered> {
    let mut files = Vec::new();
    for path in all(root, budget)? {
        budget.check(files.len()).map_err(io)?;
        if is_file(root, &path)? {
            files.push(path);
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn is_file(root: &Path, path: &Path) -> Result<bool, Unanswered> {
    match std::fs::symlink_metadata(root.join(path)) {
        Ok(meta) => Ok(meta.is_file()),
        Err(error) if walk::is_gone(&error) => Ok(false),
        Err(error) => Err(io(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn all(root: &Path, budget: &Budget) -> Result<Vec<PathBuf>, Unanswered> {
    let error = match Git::at(root).work_files() {
        Ok(files) => return Ok(files),
        Err(error) => error,
    };
    let in_repository = root.ancestors().any(|above| above.join(".git").exists());
    match error {
        GitError::NoRepository(_) => {}
        GitError::ToolMissing if !in_repository => {}
        GitError::ToolMissing => {
            return Err(Unanswered::new(NoAnswer::ToolMissing, error.to_string()));
        }
        error => return Err(io(error.to_string())),
    }
    let enter = |path: &Path, _| !walk::is_private(path);
    let met = walk::below(root, Path::new(""), budget, enter).map_err(io)?;
    Ok(met.into_iter().map(|met| met.path).collect())
}

fn changed(root: &Path, patterns: &Patterns, cwd: &str) -> Result<Vec<String>, String> {
    let names = Git::at(root)
        .changed()
        .map_err(|error| error.to_string())??;
    let names = names.iter().map(|path| crate::sys::fs::text(path));
    let names = names.filter(|name| patterns.is_match(name));
    Ok(names.map(|name| relative(cwd, &name)).collect())
}
