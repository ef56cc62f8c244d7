//! Old runs go when a new one starts. Only what is surely a run of ours is ever deleted.

use std::fs;
use std::path::Path;

use super::read::open_read;
use super::{Recorded, StoreError, list};
use crate::model::limits::KEEP_RUNS;

/// Deletes all but the [`KEEP_RUNS`] newest runs; those that are going on stay. Looks only at what
/// may have to go. Gives the ids of what was deleted.
///
/// # Errors
/// When a run cannot be deleted. That spoils no proof: to be said, not to stop for.
pub fn prune(root: &Path) -> Result<Vec<String>, StoreError> {
    prune_to(root, KEEP_RUNS)
}

fn prune_to(root: &Path, keep: usize) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    for run in list(root)?.into_iter().skip(keep) {
        if is_over(&run) && is_only_ours(&run) {
            fs::remove_dir_all(&run.folder)
                .map_err(|error| StoreError::io("delete", &run.folder, error))?;
            gone.push(run.id);
        }
    }
    Ok(gone)
}

/// A run that is going on holds the lock on its recording.
fn is_over(run: &Recorded) -> bool {
    match open_read(&run.folder.join("events.jsonl")) {
        Ok(events) => events.try_lock_shared().is_ok(),
        // Killed before its recording was made, or none of ours: `is_only_ours` will tell.
        Err(StoreError::Io { source, .. }) => source.kind() == std::io::ErrorKind::NotFound,
        Err(_) => false,
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
        assert_eq!(prune_to(root.path(), 3).unwrap().len(), 3);
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
        assert_eq!(prune_to(root.path(), 0).unwrap(), Vec::<String>::new());
        assert_eq!(fs::read_dir(&runs).unwrap().count(), 3);
        assert!(outside.path().join("events.jsonl").exists());
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
        assert_eq!(prune_to(root.path(), 0).unwrap().len(), 1);
        assert!(outside.path().join("file").exists());
    }
}
