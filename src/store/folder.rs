//! The folder `.prove` itself: made when it is missing, ignored by git, never a way out of the tree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;

/// `.prove` of the project with this root; made, checked, and ignoring itself.
pub(super) fn ensure(root: &Path) -> Result<PathBuf, StoreError> {
    let prove = root.join(".prove");
    ensure_directory(&prove)?;
    let ignore = prove.join(".gitignore");
    match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&ignore)
    {
        Ok(mut file) => io::Write::write_all(&mut file, b"*\n")
            .map_err(|error| StoreError::io("write", &ignore, error))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StoreError::io("create", &ignore, error)),
    }
    Ok(prove)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_itself_and_may_be_there_already() {
        let root = tempfile::tempdir().unwrap();
        let prove = ensure(root.path()).unwrap();
        assert_eq!(fs::read_to_string(prove.join(".gitignore")).unwrap(), "*\n");
        fs::write(prove.join(".gitignore"), "mine").unwrap();
        ensure(root.path()).unwrap();
        assert_eq!(
            fs::read_to_string(prove.join(".gitignore")).unwrap(),
            "mine"
        );
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
