//! Kept trees whose repository is no longer where it was: nobody proves anything in them any more.
//!
//! Must not know what was proved there.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::HookError;
use super::kept;
use crate::sys::fs::read_limited;

/// More than a path takes.
const LINK_BYTES: u64 = 16 << 10;

/// All of this user. None where there is no cache.
///
/// # Errors
/// The cache is there and cannot be read.
pub fn lost() -> Result<Vec<PathBuf>, HookError> {
    match kept::all() {
        Ok(trees) => lost_in(&trees),
        Err(_) => Ok(Vec::new()),
    }
}

/// Removes one of them, with the folders above it that are prove's and empty.
///
/// # Errors
/// By name.
pub fn remove_lost(tree: &Path) -> Result<(), HookError> {
    fs::remove_dir_all(tree).map_err(|error| HookError::io("delete", tree, error))?;
    kept::leave_no_folder(tree)
}

fn lost_in(trees: &Path) -> Result<Vec<PathBuf>, HookError> {
    let mut found = Vec::new();
    for folder in folders(trees)? {
        let name = folder.file_name().unwrap_or_default().to_owned();
        let trees = folders(&folder)?.into_iter();
        found.extend(trees.filter(|tree| {
            repository(tree).is_some_and(|common| {
                // It is a tree of prove's only where prove puts the one of that very repository.
                *kept::folder_name(&common) == *name && is_gone(&common)
            })
        }));
    }
    Ok(found)
}

/// Folders in this one, in order; links to folders are none.
fn folders(path: &Path) -> Result<Vec<PathBuf>, HookError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(HookError::io("read", path, error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| HookError::io("read", path, error))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// What the work trees of its repository share, as git wrote it down in the tree.
fn repository(tree: &Path) -> Option<PathBuf> {
    let text = read_limited(&tree.join(".git"), LINK_BYTES).ok()??;
    let link = text.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    let folder = Path::new(OsStr::from_bytes(link));
    let trees = folder.parent()?;
    (trees.file_name()? == "worktrees").then_some(trees.parent()?.to_owned())
}

fn is_gone(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_trees_of_repositories_that_are_gone_are_lost() {
        let dir = tempfile::tempdir().unwrap();
        let trees = dir.path().join("trees");
        let tree = |common: &Path, folder: &str| {
            let tree = trees.join(folder).join("project");
            fs::create_dir_all(&tree).unwrap();
            let link = format!("gitdir: {}/worktrees/project\n", common.display());
            fs::write(tree.join(".git"), link).unwrap();
            tree
        };
        let there = dir.path().join("there/.git");
        fs::create_dir_all(&there).unwrap();
        let gone = dir.path().join("gone/.git");
        tree(&there, &kept::folder_name(&there));
        tree(&gone, "0123456789abcdef");
        let lost = tree(&gone, &kept::folder_name(&gone));
        fs::create_dir_all(trees.join("mine/project")).unwrap();
        assert_eq!(lost_in(&trees).unwrap(), std::slice::from_ref(&lost));
        remove_lost(&lost).unwrap();
        assert!(lost_in(&trees).unwrap().is_empty());
        assert_eq!(fs::read_dir(&trees).unwrap().count(), 3);
    }
}
