//! The logs of a run for its reports, out of its folder: the same while it goes on and later.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::rc::Rc;

use crate::model::GateName;
use crate::report::{Ends, LogSource, Logs};
use crate::store::{Recorded, StoreError};

/// The logs of this run.
pub(super) fn logs(run: Recorded) -> Logs {
    Logs::from(Rc::new(Kept(run)))
}

struct Kept(Recorded);

impl LogSource for Kept {
    fn ends(&self, gate: &GateName, head: usize, tail: usize) -> Result<Option<Ends>, String> {
        let log = match self.0.log(gate) {
            Ok(log) => log,
            Err(StoreError::NoSuchLog { .. }) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        ends(log, head as u64, tail as u64)
            .map(Some)
            .map_err(|error| error.to_string())
    }
}

fn ends(mut log: std::fs::File, head: u64, tail: u64) -> io::Result<Ends> {
    let meta = log.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut ends = Ends::default();
    if meta.len() <= head.saturating_add(tail) {
        // As far as it was when it was asked about: whatever grows without end is no log.
        log.take(meta.len()).read_to_end(&mut ends.head)?;
        return Ok(ends);
    }
    ends.cut = meta.len() - head - tail;
    (&log).take(head).read_to_end(&mut ends.head)?;
    log.seek(SeekFrom::Start(head + ends.cut))?;
    log.take(tail).read_to_end(&mut ends.tail)?;
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RunStore;

    #[test]
    fn a_log_is_whole_or_its_two_ends() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), "20261121T002500Z-aaaaaa").unwrap();
        let gate = GateName::parse("unit").unwrap();
        let mut log = store.open_log(&gate, 1);
        log.write(b"0123456789").unwrap();
        drop(log);
        let kept = Kept(store.recorded());
        let read = |head, tail| kept.ends(&gate, head, tail).unwrap().unwrap();
        let ends = |head: &[u8], cut, tail: &[u8]| Ends {
            head: head.to_owned(),
            cut,
            tail: tail.to_owned(),
        };
        assert_eq!(read(4, 6), ends(b"0123456789", 0, b""));
        assert_eq!(read(4, 5), ends(b"0123", 1, b"56789"));
        assert_eq!(read(0, 1), ends(b"", 9, b"9"));
        let other = GateName::parse("lint").unwrap();
        assert_eq!(kept.ends(&other, 1, 1), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), "20261121T002500Z-aaaaaa").unwrap();
        std::fs::create_dir_all(store.folder().join("logs/unit.log")).unwrap();
        let kept = Kept(store.recorded());
        let gate = GateName::parse("unit").unwrap();
        assert!(kept.ends(&gate, 1, 1).unwrap_err().contains("regular"));
    }
}
