//! The log of one attempt of a gate: its head at once on disk, its tail in a ring until the end.
//!
//! A gigabyte of output costs one copy of each chunk and a few megabytes. Bytes are masked
//! before they come here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::ring::Ring;
use super::tail_lines;
use crate::event::LogRef;
use crate::model::limits::{LOG_HEAD_BYTES, LOG_TAIL_BYTES, TAIL_BYTES};
use crate::sys::fs::open_own;

/// What is held of the head's end, to make the tail out of: escape sequences and overwritten
/// lines fall away, so it is more than [`TAIL_BYTES`].
const RECENT_BYTES: usize = 4 * TAIL_BYTES;

/// The log of one attempt. Dropped without [`GateLog::finish`], it leaves the head on disk.
#[derive(Debug)]
pub struct GateLog {
    path: PathBuf,
    /// Relative to the run's folder.
    shown_path: String,
    attempt: u32,
    file: Option<File>,
    /// The error was handed out: from now on, memory only.
    broken: bool,
    head_left: usize,
    bytes: u64,
    recent: Ring,
    ring: Ring,
}

impl GateLog {
    /// Makes no file yet. `shown_path` is the path relative to the run's folder.
    pub(super) fn new(folder: &Path, shown_path: String, attempt: u32) -> Self {
        Self {
            path: folder.join(&shown_path),
            shown_path,
            attempt,
            file: None,
            broken: false,
            head_left: LOG_HEAD_BYTES,
            bytes: 0,
            recent: Ring::new(RECENT_BYTES),
            ring: Ring::new(LOG_TAIL_BYTES),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What the file system says, once; after that the log lives on in memory, so that the tail
    /// can still be shown.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        let (head, rest) = bytes.split_at(bytes.len().min(self.head_left));
        self.head_left -= head.len();
        self.recent.push(head);
        self.ring.push(rest);
        if head.is_empty() || self.broken {
            return Ok(());
        }
        self.on_disk(|file| file.write_all(head))
    }

    /// Writes the tail, closes the file, and says where it lies. `None`: nothing was printed.
    ///
    /// # Errors
    /// What the file system says, once. Called again after that it gives what is known from
    /// memory.
    pub fn finish(&mut self) -> io::Result<Option<LogRef>> {
        if self.ring.len() > 0 && !self.broken {
            let cut = self.ring.lost();
            let ring = std::mem::replace(&mut self.ring, Ring::new(LOG_TAIL_BYTES));
            let done = self.on_disk(|file| {
                if cut > 0 {
                    writeln!(file, "\n… {cut} bytes were left out here …")?;
                }
                let (older, newer) = ring.pieces();
                file.write_all(older)?;
                file.write_all(newer)
            });
            self.ring = ring;
            done?;
        }
        self.file = None;
        let earlier = self.attempt > 1 && self.path.exists();
        if self.bytes == 0 && !earlier {
            return Ok(None);
        }
        // Behind a finished log nothing is written a second time.
        self.broken = true;
        Ok(Some(LogRef {
            path: self.shown_path.clone(),
            bytes: self.bytes,
            cut: self.ring.lost(),
            tail: self.tail(),
        }))
    }

    /// The last lines, from memory.
    #[must_use]
    pub fn tail(&self) -> Vec<String> {
        let mut end = Vec::new();
        if self.ring.len() < RECENT_BYTES {
            let (older, newer) = self.recent.pieces();
            end.extend_from_slice(older);
            end.extend_from_slice(newer);
        }
        let (older, newer) = self.ring.pieces();
        end.extend_from_slice(last(older, RECENT_BYTES.saturating_sub(newer.len())));
        end.extend_from_slice(last(newer, RECENT_BYTES));
        tail_lines(&end, (end.len() as u64) < self.bytes)
    }

    fn on_disk(&mut self, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let done = match &mut self.file {
            Some(file) => write(file),
            None => open(&self.path, self.attempt).and_then(|file| write(self.file.insert(file))),
        };
        self.broken |= done.is_err();
        done
    }
}

/// The last `most` bytes.
fn last(bytes: &[u8], most: usize) -> &[u8] {
    &bytes[bytes.len().saturating_sub(most)..]
}

/// Opens it; the first log of a run makes the folder.
fn opened(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    match (open_own(path, how), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            match fs::create_dir(folder) {
                // Another log may have made it meanwhile.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                _ => open_own(path, how),
            }
        }
        (done, _) => done,
    }
}

/// Opens the file of an attempt; later ones go behind earlier ones, with a line that says so.
fn open(path: &Path, attempt: u32) -> io::Result<File> {
    if attempt <= 1 {
        return opened(path, OpenOptions::new().write(true).create_new(true));
    }
    let mut file = opened(path, OpenOptions::new().append(true).create(true))?;
    let gap = if file.metadata()?.len() == 0 {
        ""
    } else {
        "\n"
    };
    writeln!(file, "{gap}--- attempt {attempt} ---")?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &Path, attempt: u32) -> GateLog {
        GateLog::new(folder, "unit.log".to_owned(), attempt)
    }

    #[test]
    fn silence_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(log(folder.path(), 1).finish().unwrap(), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn bytes_come_back_as_they_were_and_are_on_disk_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(folder.path(), 1);
        log.write(b"\x1b[31mred\xff\n").unwrap();
        let path = folder.path().join("unit.log");
        assert_eq!(std::fs::read(&path).unwrap(), b"\x1b[31mred\xff\n");
        let log = log.finish().unwrap().unwrap();
        assert_eq!((log.path.as_str(), log.bytes, log.cut), ("unit.log", 10, 0));
        assert_eq!(log.tail, ["red\u{fffd}"]);
    }

    #[test]
    fn the_middle_of_a_long_log_is_left_out_and_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(folder.path(), 1);
        let chunk = [b'x'; 1 << 16];
        let chunks = (LOG_HEAD_BYTES + LOG_TAIL_BYTES) / chunk.len();
        for _ in 0..chunks {
            log.write(&chunk).unwrap();
        }
        log.write(b"\nlast words\n").unwrap();
        let log = log.finish().unwrap().unwrap();
        assert_eq!(log.cut, 12);
        assert_eq!(log.tail, ["last words"]);
        let written = std::fs::read(folder.path().join("unit.log")).unwrap();
        let note = "\n… 12 bytes were left out here …\n";
        assert_eq!(
            &written[LOG_HEAD_BYTES..LOG_HEAD_BYTES + note.len()],
            note.as_bytes()
        );
        assert!(written.ends_with(b"x\nlast words\n"));
        assert_eq!(written.len(), LOG_HEAD_BYTES + note.len() + LOG_TAIL_BYTES);
    }

    #[test]
    fn a_log_a_little_longer_than_its_head_is_whole_and_so_is_its_tail() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(folder.path(), 1);
        log.write(&[b'x'; LOG_HEAD_BYTES - 5]).unwrap();
        log.write(b"\nfirst half, second half\n").unwrap();
        let log = log.finish().unwrap().unwrap();
        assert_eq!(
            (log.cut, log.tail.as_slice()),
            (0, &["first half, second half".to_owned()][..])
        );
        let length = std::fs::metadata(folder.path().join("unit.log"))
            .unwrap()
            .len();
        assert_eq!(length, log.bytes);
    }

    #[test]
    fn another_attempt_goes_behind_the_first() {
        let folder = tempfile::tempdir().unwrap();
        for attempt in 1..=3 {
            let mut log = log(folder.path(), attempt);
            if attempt != 3 {
                log.write(format!("try {attempt}\n").as_bytes()).unwrap();
            }
            let log = log.finish().unwrap().unwrap();
            assert_eq!(log.bytes, if attempt == 3 { 0 } else { 6 });
        }
        let written = std::fs::read_to_string(folder.path().join("unit.log")).unwrap();
        assert_eq!(written, "try 1\n\n--- attempt 2 ---\ntry 2\n");
    }

    #[test]
    fn a_full_disk_is_said_once_and_the_tail_is_still_there() {
        let mut log = GateLog::new(Path::new("/dev/full/"), "x.log".to_owned(), 1);
        assert!(log.write(b"hello\n").is_err());
        log.write(b"world\n").unwrap();
        let log = log.finish().unwrap().unwrap();
        assert_eq!(log.tail, ["hello", "world"]);
        assert_eq!(log.bytes, 12);
    }

    #[test]
    fn an_error_at_the_end_is_said_once_too() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(folder.path(), 1);
        log.write(&[b'x'; LOG_HEAD_BYTES]).unwrap();
        log.write(b"\nend\n").unwrap();
        log.file = Some(File::open("/dev/null").unwrap());
        assert!(log.finish().is_err());
        assert_eq!(log.finish().unwrap().unwrap().tail, ["end"]);
    }
}
