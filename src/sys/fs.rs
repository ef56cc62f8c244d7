//! Files: written whole or not at all, read up to a limit, paths as text.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the name of a file begins that is not whole yet.
const PARTIAL: &str = ".prove-";

/// Writes a file whole or not at all: a temporary file beside it, then a rename. Makes the
/// directories above it. The mode is 0644 less the umask.
///
/// # Errors
/// Whatever the file system says; an earlier file is then untouched.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_with(path, 0o644, |file| file.write_all(bytes))
}

/// As [`write_whole`], with a mode (the umask applies) and a writer.
///
/// # Errors
/// Whatever the file system or the writer says; an earlier file is then untouched.
pub fn write_whole_with(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(PARTIAL)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    write(file.as_file_mut())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file whole, where there is none yet: whatever is there stays as it is.
///
/// # Errors
/// `AlreadyExists`, or whatever else the file system says.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(PARTIAL)
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    let kept = file.persist_noclobber(path).map_err(|error| error.error)?;
    drop(kept);
    Ok(())
}

/// Whether a file of this name is one that [`write_whole`] has not finished.
#[must_use]
pub fn is_partial(name: &str) -> bool {
    let random = name.strip_prefix(PARTIAL).unwrap_or_default();
    random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The files in this folder that were never finished and that nobody is still writing: those that
/// are older than this. None when there is no such folder; a link is not followed.
///
/// # Errors
/// Whatever the file system says.
pub fn partials(folder: &Path, older: Duration) -> io::Result<Vec<PathBuf>> {
    match fs::symlink_metadata(folder) {
        Ok(meta) if meta.is_dir() => {}
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(is_partial);
        let Ok(meta) = entry.metadata() else { continue };
        let old = meta
            .modified()
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= older));
        if ours && meta.is_file() && old {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Bytes of a file, or of the files below a folder; links are not followed, and what cannot be
/// read counts nothing.
#[must_use]
pub fn size(path: &Path) -> u64 {
    let mut bytes = 0;
    let mut todo = vec![path.to_owned()];
    while let Some(path) = todo.pop() {
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => {
                let entries = fs::read_dir(&path).into_iter().flatten().flatten();
                todo.extend(entries.map(|entry| entry.path()));
            }
            Ok(meta) => bytes += meta.len(),
            Err(_) => {}
        }
    }
    bytes
}

/// Whether somebody may execute this file.
#[must_use]
pub fn is_executable(path: &Path) -> bool {
    let executable = |meta: fs::Metadata| meta.is_file() && meta.permissions().mode() & 0o111 != 0;
    fs::metadata(path).is_ok_and(executable)
}

/// Reads a file of at most `limit` bytes; `Ok(None)` when it is larger.
///
/// # Errors
/// Whatever the file system says; anything but a regular file is an error (a pipe would hang).
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// A path as text with `/`. Bytes that are not UTF-8 become `\xNN`, so that two names never
/// become one.
#[must_use]
pub fn text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The path `below` (with `/`, `.` for the directory itself) under a directory.
#[must_use]
pub fn join(root: &Path, below: &str) -> PathBuf {
    if matches!(below, "" | ".") {
        root.to_owned()
    } else {
        root.join(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/report.xml");
        write_whole(&path, b"one").unwrap();
        let failed = write_whole_with(&path, 0o644, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o600,
            0o600
        );
    }

    #[test]
    fn reading_stops_at_the_limit_and_at_what_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(
            read_limited(&path, 5).unwrap().as_deref(),
            Some(&b"12345"[..])
        );
        assert_eq!(read_limited(&path, 4).unwrap(), None);
        assert!(read_limited(dir.path(), 4).is_err());
    }

    #[test]
    fn only_what_is_ours_and_old_was_left_unfinished() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in [".prove-a1B2c3", ".prove-abc", ".prove-a1B2c3.txt", "x"] {
            fs::write(at(name), b"12").unwrap();
        }
        fs::create_dir(at(".prove-folder")).unwrap();
        std::os::unix::fs::symlink("x", at(".prove-linked")).unwrap();
        let found = |older| partials(dir.path(), older).unwrap();
        assert_eq!(found(Duration::ZERO), [at(".prove-a1B2c3")]);
        assert!(found(Duration::from_secs(3600)).is_empty());
        assert!(partials(&at("none"), Duration::ZERO).unwrap().is_empty());
        assert_eq!(size(dir.path()), 8 + 1, "a link counts as long as it is");
    }

    #[test]
    fn names_that_are_not_utf8_stay_distinct() {
        use std::ffi::OsStr;
        let name = |bytes: &[u8]| text(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(name(b"a/\xff"), "a/\\xff");
        assert_ne!(name(b"\xfe"), name(b"\xff"));
    }
}
