//! The recorder: a listener that writes every event of a run into its `events.jsonl`.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::StoreError;
use crate::event::{Body, Event, Listener, Summary, wire};
use crate::model::Reason;

/// Writes one line for each event. Buffered; what matters after a crash (the head, each verdict,
/// a signal) is handed to the kernel at once. No fsync: a power cut may take the last lines, and
/// a recording without its end proves nothing.
#[derive(Debug)]
pub struct Recorder {
    lines: BufWriter<File>,
    path: PathBuf,
    bytes: u64,
    /// Where the line of the end that was told first begins.
    end: Option<u64>,
}

impl Recorder {
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self {
            lines: BufWriter::with_capacity(1 << 16, file),
            path,
            bytes: 0,
            end: None,
        }
    }

    /// What lies there is this very file, with as many bytes as were written.
    fn is_as_written(&self) -> std::io::Result<bool> {
        let (ours, there) = (
            self.lines.get_ref().metadata()?,
            self.path.symlink_metadata()?,
        );
        let same = (ours.dev(), ours.ino()) == (there.dev(), there.ino());
        Ok(same && there.len() == self.bytes)
    }

    /// Takes back what was written from here on.
    fn cut_back(&mut self, to: u64) -> std::io::Result<()> {
        self.lines.seek(SeekFrom::Start(to))?;
        self.lines.get_ref().set_len(to)?;
        self.bytes = to;
        Ok(())
    }

    fn reason(&self, error: std::io::Error) -> Reason {
        let error = StoreError::io("write", &self.path, error);
        let mut reason = Reason::from(&error);
        reason.headline = format!("the run could not be recorded: {}", reason.headline);
        reason
    }
}

impl Listener for Recorder {
    fn name(&self) -> String {
        "the recorder".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        if matches!(event.body, Body::RunFinished { .. }) {
            self.end.get_or_insert(self.bytes);
        }
        let mut line = wire::to_line(event).map_err(|error| Reason::new(error.to_string()))?;
        line.push('\n');
        let mut written = self.lines.write_all(line.as_bytes());
        self.bytes += line.len() as u64;
        if !matches!(event.body, Body::Progress { .. } | Body::GateStarted { .. }) {
            written = written.and_then(|()| self.lines.flush());
        }
        written.map_err(|error| self.reason(error))
    }

    fn seal(&mut self, _: &Summary) -> Result<(), Reason> {
        self.lines.flush().map_err(|error| self.reason(error))?;
        match self.is_as_written() {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.reason(std::io::Error::other("somebody else changed it"))),
            Err(error) => Err(self.reason(error)),
        }
    }

    fn amend(&mut self, events: &[Event], summary: &Summary) -> Result<(), Reason> {
        if let Some(end) = self.end {
            self.cut_back(end).map_err(|error| self.reason(error))?;
        }
        events.iter().try_for_each(|event| self.hear(event))?;
        self.seal(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunVerdict;
    use crate::store::RunStore;

    #[test]
    fn a_full_disk_is_a_reason_and_no_panic() {
        let file = File::options().write(true).open("/dev/full").unwrap();
        let mut recorder = Recorder::new(file, "events.jsonl".into());
        let body = Body::Notice {
            text: "x".to_owned(),
        };
        let reason = recorder
            .hear(&Event {
                seq: 0,
                at_ms: 0,
                body,
            })
            .unwrap_err();
        assert!(
            reason
                .headline
                .starts_with("the run could not be recorded: cannot write")
        );
        assert!(reason.hint.is_some());
    }

    #[test]
    fn what_matters_is_on_disk_at_once() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), "20261121T002500Z-aaaaaa").unwrap();
        let mut recorder = store.recorder().unwrap();
        let body = Body::Notice {
            text: "x".to_owned(),
        };
        recorder
            .hear(&Event {
                seq: 0,
                at_ms: 0,
                body,
            })
            .unwrap();
        let written = std::fs::read_to_string(store.folder().join("events.jsonl")).unwrap();
        assert_eq!(
            written,
            "{\"seq\":0,\"at_ms\":0,\"event\":\"notice\",\"text\":\"x\"}\n"
        );
    }

    #[test]
    fn an_end_that_does_not_hold_is_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), "20261121T002500Z-aaaaaa").unwrap();
        let mut recorder = store.recorder().unwrap();
        let event = |seq, body| Event {
            seq,
            at_ms: 0,
            body,
        };
        let end = |verdict| Body::RunFinished {
            verdict,
            duration_ms: 0,
        };
        let reason = Reason::new("r");
        let notice = event(0, Body::Notice { text: "x".into() });
        let events = [
            event(1, Body::Doubt { reason }),
            event(2, end(RunVerdict::Undecided)),
        ];
        recorder.hear(&notice).unwrap();
        recorder.hear(&event(1, end(RunVerdict::Proved))).unwrap();
        for _ in 0..2 {
            recorder.amend(&events, &Summary::default()).unwrap();
            let written = std::fs::read_to_string(store.folder().join("events.jsonl")).unwrap();
            let lines = std::iter::once(&notice).chain(&events);
            let wanted: String = lines.map(|e| wire::to_line(e).unwrap() + "\n").collect();
            assert_eq!(written, wanted);
        }
    }
}
