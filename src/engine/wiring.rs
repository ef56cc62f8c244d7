//! The traits of `world.rs` on the real things of the floors below, which cannot know them.
//!
//! Must not decide or buffer anything.

use std::path::PathBuf;

use super::world::{Clock, Log, Logs};
use crate::event::LogRef;
use crate::exec::Stream;
use crate::model::GateName;
use crate::store::{GateLog, RunStore};
use crate::sys;

impl Clock for sys::clock::Clock {
    fn now_ms(&self) -> u64 {
        self.ms()
    }
}

impl Logs for RunStore {
    fn open(&self, gate: &GateName, attempt: u32) -> Result<Box<dyn Log>, String> {
        Ok(Box::new(self.open_log(gate, attempt)))
    }

    fn keep_dir(&self, gate: &GateName, _: u32) -> Option<PathBuf> {
        Some(self.keep_dir(gate))
    }
}

impl Log for GateLog {
    /// Both streams go into one file, in the order in which they came.
    fn write(&mut self, _: Stream, bytes: &[u8]) -> Result<(), String> {
        self.write(bytes).map_err(|error| error.to_string())
    }

    fn finish(&mut self) -> Result<Option<LogRef>, String> {
        self.finish().map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_of_an_attempt_lie_in_one_file_below_the_runs_folder() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), "20261121T002500Z-k3w5qa").unwrap();
        let (logs, gate): (&dyn Logs, _) = (&store, GateName::segment("unit").unwrap());
        let mut log = logs.open(&gate, 1).unwrap();
        log.write(Stream::Stdout, b"out ").unwrap();
        log.write(Stream::Stderr, b"err").unwrap();
        let log = log.finish().unwrap().unwrap();
        assert_eq!(
            std::fs::read(store.folder().join(log.path)).unwrap(),
            b"out err"
        );
        assert!(logs.keep_dir(&gate, 1).unwrap().starts_with(store.folder()));
    }
}
