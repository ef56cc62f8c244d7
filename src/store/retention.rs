//! Old runs go when a new one starts, or when somebody cleans up. Only what is surely a run of ours
//! is ever deleted.

use std::fs;
use std::path::Path;

use super::read::open_read;
use super::{Recorded, StoreError, folder, list};
use crate::sys::fs::is_partial;

/// A run beyond those to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surplus {
    /// Which.
    pub run: Recorded,
    /// Why it is left alone all the same.
    pub stays: Option<&'static str>,
}

/// Deletes all but the `keep` newest runs; those that are going on stay. Looks only at what may
/// have to go. Gives the ids of what was deleted.
///
/// # Errors
/// When a run cannot be deleted. That spoils no proof: to be said, not to stop for.
pub fn prune(root: &Path, keep: usize) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    let Some(_alone) = folder::alone(&root.join(".prove/runs"))? else {
        // Somebody else is starting or cleaning up: the next run looks again.
        return Ok(gone);
    };
    for old in surplus(root, keep)? {
        if old.stays.is_none() {
            old.run.delete()?;
            gone.push(old.run.id);
        }
    }
    Ok(gone)
}

/// All but the `keep` newest runs, the newest of them first.
///
/// # Errors
/// When `.prove/runs` is there and cannot be read, or is not a folder of its own.
pub fn surplus(root: &Path, keep: usize) -> Result<Vec<Surplus>, StoreError> {
    for folder in [root.join(".prove"), root.join(".prove/runs")] {
        if !folder::is_there(&folder)? {
            return Ok(Vec::new());
        }
    }
    let old = list(root)?.into_iter().skip(keep);
    let weighed = old.map(|run| {
        let stays = match () {
            () if !run.is_over() => Some("it is going on"),
            () if !is_only_ours(&run) => Some("it holds what prove did not put there"),
            () => None,
        };
        Surplus { run, stays }
    });
    Ok(weighed.collect())
}

/// Deletes a run of [`surplus`]; `false` when somebody is making one just now, and nobody can tell
/// whether it is this.
///
/// # Errors
/// When it cannot be deleted; some of it may be gone by then.
pub fn delete(root: &Path, run: &Recorded) -> Result<bool, StoreError> {
    let Some(_alone) = folder::alone(&root.join(".prove/runs"))? else {
        return Ok(false);
    };
    if !run.is_over() {
        return Ok(false);
    }
    run.delete().map(|()| true)
}

impl Recorded {
    /// Links in it are deleted, and not followed.
    fn delete(&self) -> Result<(), StoreError> {
        fs::remove_dir_all(&self.folder)
            .map_err(|error| StoreError::io("delete", &self.folder, error))
    }

    /// Whether nobody writes it any more: a run that is going on holds the lock on its recording.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match open_read(&self.folder.join("events.jsonl")) {
            Ok(events) => events.try_lock_shared().is_ok(),
            // Killed before its recording was made, or none of ours: `is_only_ours` will tell.
            Err(StoreError::Io { source, .. }) => source.kind() == std::io::ErrorKind::NotFound,
            Err(_) => false,
        }
    }
}

/// Whether there is nothing in it but what `prove` puts there.
fn is_only_ours(run: &Recorded) -> bool {
    let Ok(entries) = fs::read_dir(&run.folder) else {
        return false;
    };
    entries.into_iter().all(|entry| {
        entry.is_ok_and(
            |entry| match (entry.file_name().to_str(), entry.file_type()) {
                (Some("events.jsonl" | "report.html"), Ok(kind)) => kind.is_file(),
                (Some("logs" | "keep"), Ok(kind)) => kind.is_dir(),
                // Half a page: whoever wrote it was killed.
                (Some(name), Ok(kind)) => kind.is_file() && is_partial(name),
                _ => false,
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RunStore;

    fn run(root: &Path, year: u32) -> RunStore {
        RunStore::create(root, &format!("{year}1121T002500Z-aaaaaa")).unwrap()
    }

    fn years(root: &Path) -> Vec<String> {
        list(root)
            .unwrap()
            .into_iter()
            .map(|run| run.id[..4].to_owned())
            .collect()
    }

    #[test]
    fn the_newest_and_the_running_stay() {
        let root = tempfile::tempdir().unwrap();
        let running = run(root.path(), 2020);
        for year in 2021..2026 {
            run(root.path(), year);
        }
        let current = run(root.path(), 2026);
        assert_eq!(prune(root.path(), 3).unwrap().len(), 3);
        assert_eq!(years(root.path()), ["2026", "2025", "2024", "2020"]);
        drop((running, current));
    }

    #[test]
    fn what_is_not_surely_ours_is_never_deleted() {
        let root = tempfile::tempdir().unwrap();
        let mine = run(root.path(), 2020);
        fs::write(mine.folder().join("notes.txt"), "mine").unwrap();
        let runs = root.path().join(".prove/runs");
        fs::create_dir(runs.join("precious")).unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("events.jsonl"), "").unwrap();
        let link = runs.join("20191121T002500Z-aaaaaa");
        std::os::unix::fs::symlink(outside.path(), &link).unwrap();
        drop(mine);
        assert_eq!(prune(root.path(), 0).unwrap(), Vec::<String>::new());
        assert_eq!(fs::read_dir(&runs).unwrap().count(), 3);
        assert!(outside.path().join("events.jsonl").exists());
    }

    #[test]
    fn nothing_goes_while_a_run_is_being_made_or_behind_a_link() {
        let root = tempfile::tempdir().unwrap();
        drop(run(root.path(), 2020));
        let runs = root.path().join(".prove/runs");
        let making = folder::making(&runs);
        assert_eq!(prune(root.path(), 0).unwrap(), Vec::<String>::new());
        drop(making);
        let linked = tempfile::tempdir().unwrap();
        fs::create_dir(linked.path().join(".prove")).unwrap();
        std::os::unix::fs::symlink(&runs, linked.path().join(".prove/runs")).unwrap();
        assert!(matches!(
            surplus(linked.path(), 0),
            Err(StoreError::WrongKind { .. })
        ));
        assert_eq!(surplus(root.path(), 0).unwrap().len(), 1);
    }

    #[test]
    fn half_a_page_of_a_killed_prove_keeps_no_run() {
        let root = tempfile::tempdir().unwrap();
        let old = run(root.path(), 2020);
        fs::write(old.folder().join(".prove-a1B2c3"), "<htm").unwrap();
        drop(old);
        assert_eq!(prune(root.path(), 0).unwrap().len(), 1);
    }

    #[test]
    fn a_link_inside_a_run_is_deleted_and_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("file"), "").unwrap();
        let old = run(root.path(), 2020);
        fs::create_dir(old.folder().join("keep")).unwrap();
        std::os::unix::fs::symlink(outside.path(), old.folder().join("keep/link")).unwrap();
        drop(old);
        assert_eq!(prune(root.path(), 0).unwrap().len(), 1);
        assert!(outside.path().join("file").exists());
    }
}
