//! The folder of the run that is going on.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::{GateLog, Recorded, Recorder, StoreError, folder, is_run_id};
use crate::model::{Digest, GateName};

/// Bytes of a file name below which nothing has to be shortened: file systems take 255.
const STEM_BYTES: usize = 200;

/// The folder of a run that is being written. As long as it or its [`Recorder`] lives, its
/// `events.jsonl` is locked: that is how others see that the run is going on.
#[derive(Debug)]
pub struct RunStore {
    id: String,
    folder: PathBuf,
    events: File,
}

impl RunStore {
    /// Makes `.prove/runs/<id>` in the project with this root.
    ///
    /// # Errors
    /// When `.prove` is no folder of its own or cannot be written, the id has not the shape of
    /// one ([`super::new_run_id`]), or such a run is there already.
    pub fn create(root: &Path, id: &str) -> Result<Self, StoreError> {
        if !is_run_id(id) {
            return Err(StoreError::BadId(id.to_owned()));
        }
        let runs = folder::ensure(root)?.join("runs");
        folder::ensure_directory(&runs)?;
        let _making = folder::making(&runs);
        let folder = runs.join(id);
        // `logs` and `keep` are made by who first has something to put there.
        // For nobody else's eyes: a gate may print, or keep, what is none of theirs.
        let made = fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| StoreError::io("create", &folder, error))?;
        let path = folder.join("events.jsonl");
        let events = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| StoreError::io("create", &path, error))?;
        events
            .lock()
            .map_err(|error| StoreError::io("lock", &path, error))?;
        Ok(Self {
            id: id.to_owned(),
            folder,
            events,
        })
    }

    /// A recorded run: by its id, as `last`, or by the path of its folder or its `events.jsonl`.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn open(root: &Path, which: &str) -> Result<Recorded, StoreError> {
        Recorded::open(root, which)
    }

    /// This run as a recorded one: what is written so far can be read.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        Recorded {
            id: self.id.clone(),
            folder: self.folder.clone(),
        }
    }

    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The run's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The listener that writes down every event. One per run.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub fn recorder(&self) -> Result<Recorder, StoreError> {
        let path = self.folder.join("events.jsonl");
        let file = self
            .events
            .try_clone()
            .map_err(|error| StoreError::io("open", &path, error))?;
        Ok(Recorder::new(file, path))
    }

    /// The log of an attempt of a gate; 1 is the first. Makes no file before the first byte.
    #[must_use]
    pub fn open_log(&self, gate: &GateName, attempt: u32) -> GateLog {
        GateLog::new(&self.folder, log_path(gate), attempt)
    }

    /// Where files that a gate wants kept are to be copied. Not made yet.
    #[must_use]
    pub fn keep_dir(&self, gate: &GateName) -> PathBuf {
        self.folder.join("keep").join(stem(gate))
    }
}

/// Where the log of this gate lies, relative to the run's folder.
pub(super) fn log_path(gate: &GateName) -> String {
    format!("logs/{}.log", stem(gate))
}

/// A file name for this gate, short enough for every file system: groups may nest deep.
fn stem(gate: &GateName) -> String {
    let stem = gate.file_stem();
    if stem.len() <= STEM_BYTES {
        return stem;
    }
    let digest = Digest::of(stem.as_bytes()).hex();
    let head: String = stem.chars().take(STEM_BYTES - 20).collect();
    format!("{head}~{}", digest.chars().take(16).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "20261121T002500Z-k3w5qa";

    #[test]
    fn a_run_has_a_folder_for_events_logs_and_what_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), ID).unwrap();
        let gate = GateName::parse("ui/types").unwrap();
        let mut log = store.open_log(&gate, 1);
        log.write(b"hello").unwrap();
        let log = log.finish().unwrap().unwrap();
        assert_eq!(log.path, "logs/ui+types.log");
        assert_eq!(fs::read(store.folder().join(log.path)).unwrap(), b"hello");
        assert!(store.keep_dir(&gate).ends_with("keep/ui+types"));
        assert!(store.folder().ends_with(Path::new(".prove/runs").join(ID)));
    }

    #[test]
    fn no_run_is_written_over_and_no_id_leads_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let _first = RunStore::create(root.path(), ID).unwrap();
        assert!(matches!(
            RunStore::create(root.path(), ID),
            Err(StoreError::Io { .. })
        ));
        assert!(matches!(
            RunStore::create(root.path(), "../x"),
            Err(StoreError::BadId(_))
        ));
    }

    #[test]
    fn a_very_long_name_still_has_a_file_and_one_of_its_own() {
        let deep = |last: &str| {
            let name = format!("{}/{}/{last}", "a".repeat(100), "b".repeat(100));
            stem(&GateName::parse(&name).unwrap())
        };
        assert!(deep("x").len() <= STEM_BYTES);
        assert_ne!(deep("x"), deep("y"));
    }
}
