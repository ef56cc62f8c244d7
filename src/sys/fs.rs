//! Files: written whole or not at all, read up to a limit, paths as text.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, PermissionsExt};
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
    let mut read = OpenOptions::new();
    let file = regular(path, read.read(true).custom_flags(libc::O_NONBLOCK))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Opens a file of prove's own as `how` says. Anybody may have put something else in its place: no
/// link is followed, nobody is waited for (a pipe would hang), and only a regular file is taken.
///
/// # Errors
/// Whatever the file system says; what is there, when that is no regular file (`InvalidInput`).
pub fn open_own(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    regular(path, how.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK))
}

fn regular(path: &Path, how: &OpenOptions) -> io::Result<File> {
    let (kind, error) = match how.open(path) {
        Ok(file) => match file.metadata()?.file_type() {
            kind if kind.is_file() => return Ok(file),
            kind => (kind, None),
        },
        // The words for a pipe that nobody reads and for a link tell nobody what is there.
        Err(error) => match fs::symlink_metadata(path).map(|meta| meta.file_type()) {
            Ok(kind) if !kind.is_file() => (kind, Some(error)),
            _ => return Err(error),
        },
    };
    let what = match kind {
        kind if kind.is_dir() => "a directory",
        // A link that is followed may just lead nowhere.
        kind if kind.is_symlink() => match error.map(|error| (error.raw_os_error(), error)) {
            Some((raw, error)) if raw != Some(libc::ELOOP) => return Err(error),
            _ => "a symbolic link",
        },
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {what}, and not a regular file"),
    ))
}

/// Bytes that are free for whoever runs this, on the file system of this path.
///
/// # Errors
/// The kernel does not say.
pub fn room(path: &Path) -> io::Result<u64> {
    let said = rustix::fs::statvfs(path)?;
    Ok(said.f_bavail.saturating_mul(said.f_frsize))
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

    #[test]
    fn what_is_no_file_is_named_and_nobody_waits_for_it() {
        use std::os::unix::net::UnixListener;
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("a directory")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("a pipe"), 0o600.into()).unwrap();
        std::os::unix::fs::symlink("file", at("a symbolic link")).unwrap();
        let _socket = UnixListener::bind(at("a socket")).unwrap();
        for name in ["a directory", "a pipe", "a symbolic link", "a socket"] {
            for how in [
                OpenOptions::new().read(true),
                OpenOptions::new().write(true).create(true),
                OpenOptions::new().read(true).append(true).create(true),
            ] {
                let error = open_own(&at(name), how).unwrap_err();
                let want = format!("it is {name}, and not a regular file");
                assert_eq!(error.to_string(), want);
            }
        }
        assert!(open_own(Path::new("/dev/null"), OpenOptions::new().read(true)).is_err());
        assert!(read_limited(&at("a pipe"), 9).is_err());
        fs::write(at("file"), "x").unwrap();
        assert!(read_limited(&at("a symbolic link"), 9).is_ok());
        let gone = open_own(&at("gone"), OpenOptions::new().read(true)).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn the_room_of_a_path_is_known_and_that_of_no_path_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert!(room(dir.path()).unwrap() > 0);
        assert!(room(&dir.path().join("nowhere")).is_err());
    }
}
