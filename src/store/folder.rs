//! The folder `.prove` itself: made when it is missing, ignored by git, never a way out of the tree.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::sys::fs::{read_limited, write_whole};

/// `.prove` of the project with this root; made, checked, and ignoring itself.
pub(super) fn ensure(root: &Path) -> Result<PathBuf, StoreError> {
    let prove = root.join(".prove");
    ensure_directory(&prove)?;
    let ignore = prove.join(".gitignore");
    // Any other content could put what a run records into a commit, or into a build context.
    if !ignores_all(&ignore) {
        write_whole(&ignore, b"*\n").map_err(|error| StoreError::io("write", &ignore, error))?;
    }
    Ok(prove)
}

/// Whether this file is one of its own and says `*` and nothing else. What cannot be read does not.
fn ignores_all(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    is_file
        && read_limited(path, 16)
            .is_ok_and(|bytes| bytes.is_some_and(|bytes| bytes.trim_ascii() == b"*"))
}

/// Makes this directory unless it is there; a link is refused, as it would let us write and
/// delete somewhere else.
pub(super) fn ensure_directory(path: &Path) -> Result<(), StoreError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_directory(path),
        Err(error) => Err(StoreError::io("create", path, error)),
    }
}

/// Whether this is a directory and no link to one.
pub(super) fn check_directory(path: &Path) -> Result<(), StoreError> {
    let kind = fs::symlink_metadata(path)
        .map_err(|error| StoreError::io("look at", path, error))?
        .file_type();
    if kind.is_dir() {
        return Ok(());
    }
    let found = if kind.is_symlink() {
        "a symbolic link"
    } else {
        "a file"
    };
    Err(StoreError::WrongKind {
        path: path.to_owned(),
        found,
        wanted: "a folder of its own",
    })
}

/// Whether it is there; a link or a file in its place is refused.
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    match check_directory(path) {
        Ok(()) => Ok(true),
        Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Held while a run is made: until its recording is locked nobody can see that it is going on.
/// Where a folder cannot be locked there is nothing to hold.
pub(super) fn making(runs: &Path) -> Option<File> {
    let file = File::open(runs).ok()?;
    file.lock_shared().is_ok().then_some(file)
}

/// Held while old runs go; `None` when one is being made, or somebody else holds it.
///
/// # Errors
/// When the folder cannot be opened.
pub(super) fn alone(runs: &Path) -> Result<Option<Option<File>>, StoreError> {
    let file = match File::open(runs) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(None)),
        Err(error) => return Err(StoreError::io("open", runs, error)),
    };
    Ok(match file.try_lock() {
        Ok(()) => Some(Some(file)),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(_)) => Some(None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_itself_and_may_be_there_already() {
        let root = tempfile::tempdir().unwrap();
        let prove = ensure(root.path()).unwrap();
        assert_eq!(fs::read_to_string(prove.join(".gitignore")).unwrap(), "*\n");
        for other in ["mine", "", "*\n!runs\n"] {
            fs::write(prove.join(".gitignore"), other).unwrap();
            ensure(root.path()).unwrap();
            assert_eq!(fs::read_to_string(prove.join(".gitignore")).unwrap(), "*\n");
        }
    }

    #[test]
    fn a_file_or_a_link_in_its_place_is_named() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(".prove"), "").unwrap();
        let said = ensure(root.path()).unwrap_err().to_string();
        assert!(
            said.ends_with(".prove is a file, and must be a folder of its own"),
            "{said}"
        );
        fs::remove_file(root.path().join(".prove")).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join(".prove")).unwrap();
        let said = ensure(root.path()).unwrap_err().to_string();
        assert!(said.contains("is a symbolic link"), "{said}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
