//! Keeps what a gate that worked in the project itself wants kept, whatever its outcome: after a
//! timeout or an interrupt too, but then not for longer than the grace.
//!
//! What cannot be kept is said, and changes no answer.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::collect::{beside, files};
use crate::exec::Desk;
use crate::exec::files::Found;
use crate::format::glob::relative;
use crate::model::{RunRequest, Unanswered, limits};
use crate::sys::fs::write_whole_with;
use crate::sys::walk::Budget;

/// The mode of a kept file: nobody's but the caller's.
const KEPT: u32 = 0o600;
/// Bytes after which a copy looks whether anybody still waits for it.
const STRIDE: u64 = 8 << 20;

/// Copies what the gate wants kept; gives what could not be. A stop leaves it `grace` from then, a
/// kill nothing.
pub(in crate::exec) async fn keep(
    root: &Path,
    request: &RunRequest,
    desk: &Desk<'_>,
    grace: Duration,
) -> Vec<String> {
    if request.collect.keep.is_empty() {
        return Vec::new();
    }
    let Some(target) = desk.sink.keep_dir() else {
        return vec!["nothing was kept: there is no folder for it".to_owned()];
    };
    let budget = Budget::default();
    let mut room = Room {
        root: root.to_owned(),
        cwd: request.cwd.clone(),
        target,
        left: limits::KEEP_BYTES,
        budget: budget.clone(),
    };
    let patterns = request.collect.keep.clone();
    let copied = beside(move || {
        let files = files(&room.root, (&room.cwd, &patterns), true, &room.budget)?;
        room.budget = room.budget.without_end();
        Ok(room.take_in(&files))
    });
    let out_of_time = async {
        tokio::select! {
            _ = desk.killed() => {}
            () = async { desk.stopped().await; tokio::time::sleep(grace).await } => {}
        }
    };
    tokio::select! {
        biased;
        () = out_of_time => {
            budget.stop();
            vec!["not all was kept: prove was told to stop".to_owned()]
        }
        copied = copied => copied
            .unwrap_or_else(|error: Unanswered| vec![format!("not kept: {}", error.message)]),
    }
}

/// Where kept files go, and what there is room for.
struct Room {
    root: PathBuf,
    /// The gate's directory.
    cwd: String,
    target: PathBuf,
    /// Bytes.
    left: u64,
    budget: Budget,
}

impl Room {
    /// Copies them all; gives what could not be. One that is too large leaves room for others.
    fn take_in(&mut self, files: &[(Found, Metadata)]) -> Vec<String> {
        let mut notes = Vec::new();
        let mut large = Vec::new();
        for (found, meta) in files {
            // Nobody waits any more, and what is told here nobody hears.
            if self.budget.check(0).is_err() {
                break;
            }
            if meta.len() > self.left {
                large.push(&found.path);
                continue;
            }
            let copied = inside_of(&self.root, found).and_then(|()| self.copy(found, meta));
            notes.extend(copied.err());
        }
        if let [first, more @ ..] = &large[..] {
            notes.push(too_large(first, more.len()));
        }
        notes
    }

    /// What could be executed still can.
    fn copy(&mut self, found: &Found, meta: &Metadata) -> Result<(), String> {
        let inside = relative(&self.cwd, &found.path);
        let place = if inside.starts_with("../") {
            // Out of the gate's directory: by its path from the root, where nothing else can be.
            let path = found.path.replace("../", "_/");
            self.target.join("_root").join(path)
        } else {
            self.target.join(&inside)
        };
        let copied = File::open(&found.full).and_then(|source| {
            write_whole_with(&place, KEPT | meta.mode() & 0o100, |file| {
                self.pour(&source, file)
            })
        });
        copied.map_err(|error| format!("{inside} could not be kept: {error}"))
    }

    /// A file may grow while it is copied.
    fn pour(&mut self, source: &File, file: &mut File) -> io::Result<()> {
        let mut left = self.left;
        loop {
            self.budget.check(0).map_err(io::Error::other)?;
            let count = io::copy(&mut source.take(STRIDE), file)?;
            left = left
                .checked_sub(count)
                .ok_or_else(|| io::Error::other("it grew while it was copied"))?;
            if count == 0 {
                self.left = left;
                return Ok(());
            }
        }
    }
}

/// There is no room for this file, nor for so many more.
pub(in crate::exec) fn too_large(path: &str, more: usize) -> String {
    let limit = limits::KEEP_BYTES >> 20;
    let were = match more {
        0 => "was".to_owned(),
        more => format!("and {more} more were"),
    };
    format!("{path} {were} not kept: a gate may keep {limit} MiB in all")
}

/// A link may lead to what is none of the project's: keys in the home of whoever runs this.
fn inside_of(root: &Path, found: &Found) -> Result<(), String> {
    let real = fs::canonicalize(&found.full).and_then(|to| Ok((to, fs::canonicalize(root)?)));
    let (to, root) = real.map_err(|error| format!("{} was not kept: {error}", found.path))?;
    if to.starts_with(root) {
        return Ok(());
    }
    Err(format!(
        "{} was not kept: it leads out of the project",
        found.path
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(dir: &Path, left: u64) -> Room {
        Room {
            root: dir.to_owned(),
            cwd: ".".to_owned(),
            target: dir.join("kept"),
            left,
            budget: Budget::default(),
        }
    }

    fn found(dir: &Path) -> Vec<(Found, Metadata)> {
        let patterns = ["*.log".to_owned()];
        files(dir, (".", &patterns), true, &Budget::default()).unwrap()
    }

    #[test]
    fn what_there_is_no_room_for_is_said_and_the_rest_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in [("a.log", 6), ("b.log", 6), ("c.log", 4), ("d.log", 1)] {
            fs::write(dir.path().join(name), vec![b'x'; bytes]).unwrap();
        }
        let mut room = room(dir.path(), 10);
        let notes = room.take_in(&found(dir.path()));
        assert_eq!(
            notes,
            ["b.log and 1 more were not kept: a gate may keep 1024 MiB in all"]
        );
        assert_eq!(room.left, 0);
        let mut kept: Vec<_> = fs::read_dir(dir.path().join("kept")).unwrap().collect();
        kept.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
        let names = kept.into_iter().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["a.log", "c.log"]);
    }

    #[test]
    fn a_file_that_grows_beyond_the_room_is_not_kept_in_part() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.log"), "x").unwrap();
        let files = found(dir.path());
        fs::write(dir.path().join("a.log"), [b'x'; 20]).unwrap();
        let notes = room(dir.path(), 10).take_in(&files);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains("it grew"), "{notes:?}");
        assert!(!dir.path().join("kept/a.log").exists());
    }

    #[test]
    fn nothing_is_begun_when_nobody_waits() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.log"), "x").unwrap();
        let mut room = room(dir.path(), 10);
        room.budget.stop();
        assert!(room.take_in(&found(dir.path())).is_empty());
        assert!(!dir.path().join("kept").exists());
    }
}
