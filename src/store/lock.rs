//! The run lock: one run at a time in a project, as two would write the same files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use super::{Held, StoreError, folder};
use crate::sys::fs::open_own;

/// Holds `.prove/lock`. The kernel lets go of it when the process is gone, however it ends; the
/// file stays, as deleting it would let two runs hold two different files.
#[derive(Debug)]
pub struct RunLock {
    file: File,
}

impl RunLock {
    /// Takes the lock for the run with this id that starts at `started` (RFC 3339). `wait`: how
    /// long to wait for another run; `None` is not at all.
    ///
    /// # Errors
    /// [`StoreError::Held`] says who holds it; else why `.prove/lock` cannot be had.
    pub fn acquire(
        root: &Path,
        run: &str,
        started: &str,
        wait: Option<Duration>,
    ) -> Result<Self, StoreError> {
        let path = folder::ensure(root)?.join("lock");
        let mut how = OpenOptions::new();
        how.read(true).write(true).create(true).truncate(false);
        let file =
            open_own(&path, &mut how).map_err(|error| StoreError::io("open", &path, error))?;
        let mut file = match (file.try_lock(), wait) {
            (Ok(()), _) => file,
            (Err(TryLockError::WouldBlock), Some(wait)) => wait_for(file, &path, wait)?,
            (Err(TryLockError::WouldBlock), None) => return Err(held(file)),
            (Err(TryLockError::Error(error)), _) => {
                return Err(StoreError::io("lock", path, error));
            }
        };
        write_holder(&mut file, run, started)
            .map_err(|error| StoreError::io("write", path, error))?;
        Ok(Self { file })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Best effort: a line that stays behind says nothing, as the lock itself is free.
        let _ = self.file.set_len(0);
    }
}

/// Waits in a thread of its own, as a lock has no timeout. When the time is over the thread is
/// left behind; should it get the lock later, nobody takes it and it is free again.
fn wait_for(file: File, path: &PathBuf, wait: Duration) -> Result<File, StoreError> {
    let reader = file
        .try_clone()
        .map_err(|error| StoreError::io("open", path, error))?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let locked = file.lock();
        let _ = sender.send(locked.map(|()| file));
    });
    match receiver.recv_timeout(wait) {
        Ok(locked) => locked.map_err(|error| StoreError::io("lock", path, error)),
        Err(_) => Err(held(reader)),
    }
}

fn write_holder(file: &mut File, run: &str, started: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("{} {run} {started}\n", std::process::id()).as_bytes())
}

/// Who holds it, as far as it is written down: a line is whole or not there yet.
fn held(mut file: File) -> StoreError {
    let mut text = String::new();
    let read = file
        .rewind()
        .and_then(|()| (&file).take(1024).read_to_string(&mut text));
    let line = match read {
        Ok(_) => text.strip_suffix('\n').unwrap_or_default(),
        Err(_) => "",
    };
    let mut words = line.split(' ').map(str::to_owned);
    StoreError::Held(Held {
        pid: words.next().and_then(|pid| pid.parse().ok()),
        run: words.next(),
        since: words.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: &str = "2026-11-21T00:25:00Z";

    #[test]
    fn the_second_run_is_told_who_holds_it() {
        let root = tempfile::tempdir().unwrap();
        let first = RunLock::acquire(root.path(), "first", SINCE, None).unwrap();
        let soon = Some(Duration::from_millis(1));
        for wait in [None, soon] {
            let error = RunLock::acquire(root.path(), "second", SINCE, wait).unwrap_err();
            let StoreError::Held(held) = error else {
                panic!("{error}")
            };
            assert_eq!(held.pid, Some(std::process::id()));
            assert_eq!(held.run.as_deref(), Some("first"));
            assert_eq!(held.since.as_deref(), Some(SINCE));
        }
        drop(first);
        let forever = Some(Duration::from_secs(600));
        RunLock::acquire(root.path(), "third", SINCE, forever).unwrap();
    }

    #[test]
    fn one_that_waits_gets_it_as_soon_as_it_is_free() {
        let root = tempfile::tempdir().unwrap();
        let first = RunLock::acquire(root.path(), "first", SINCE, None).unwrap();
        let path = root.path().to_owned();
        let forever = Some(Duration::from_secs(600));
        let second =
            std::thread::spawn(move || RunLock::acquire(&path, "second", SINCE, forever).map(drop));
        drop(first);
        second.join().unwrap().unwrap();
    }

    #[test]
    fn what_a_killed_run_left_behind_is_no_lock() {
        let root = tempfile::tempdir().unwrap();
        folder::ensure(root.path()).unwrap();
        std::fs::write(root.path().join(".prove/lock"), "1 dead 2026\n").unwrap();
        let _lock = RunLock::acquire(root.path(), "next", SINCE, None).unwrap();
        let text = std::fs::read_to_string(root.path().join(".prove/lock")).unwrap();
        assert_eq!(text, format!("{} next {SINCE}\n", std::process::id()));
    }

    #[test]
    fn a_link_in_its_place_is_not_written_through() {
        let root = tempfile::tempdir().unwrap();
        folder::ensure(root.path()).unwrap();
        let target = root.path().join("precious");
        std::fs::write(&target, "x").unwrap();
        std::os::unix::fs::symlink(&target, root.path().join(".prove/lock")).unwrap();
        let error = RunLock::acquire(root.path(), "r", SINCE, None).unwrap_err();
        assert!(error.to_string().starts_with("cannot open"), "{error}");
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "x");
    }
}
