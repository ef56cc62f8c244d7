//! Where the output of one attempt goes: through the masker, into its log.
//!
//! Must not know who prints, or what a log looks like on disk.

use std::cell::RefCell;
use std::path::PathBuf;

use super::voice::Voice;
use super::world::{Log, Logs};
use crate::event::{Body, LogRef};
use crate::exec::{Sink, Stream};
use crate::model::{GateName, Masker};

/// The sink of one attempt. Its log is opened with the first byte, so that a thousand silent gates
/// make no thousand files.
pub(super) struct GateSink<'a, 'w> {
    voice: &'a Voice<'w>,
    logs: &'a dyn Logs,
    gate: &'a GateName,
    attempt: u32,
    tap: RefCell<Tap>,
}

#[derive(Default)]
struct Tap {
    log: State,
    stdout: Option<Masker>,
    stderr: Option<Masker>,
}

#[derive(Default)]
enum State {
    #[default]
    Unopened,
    Open(Box<dyn Log>),
    /// It could not be opened, and that was said; what comes now is dropped.
    Absent,
}

impl<'a, 'w> GateSink<'a, 'w> {
    pub(super) fn new(
        voice: &'a Voice<'w>,
        logs: &'a dyn Logs,
        gate: &'a GateName,
        attempt: u32,
    ) -> Self {
        Self {
            voice,
            logs,
            gate,
            attempt,
            tap: RefCell::default(),
        }
    }

    /// Lets go of what the maskers held back and makes the log whole.
    pub(super) fn finish(&self) -> Option<LogRef> {
        let mut tap = self.tap.take();
        for (stream, masker) in [
            (Stream::Stdout, &mut tap.stdout),
            (Stream::Stderr, &mut tap.stderr),
        ] {
            let rest = masker.as_mut().map(Masker::finish).unwrap_or_default();
            self.write(&mut tap.log, stream, &rest);
        }
        let State::Open(mut log) = tap.log else {
            return None;
        };
        log.finish().unwrap_or_else(|why| {
            self.voice.doubt_log(self.gate, &why);
            log.finish().ok().flatten()
        })
    }

    fn write(&self, state: &mut State, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if matches!(state, State::Unopened) {
            *state = match self.logs.open(self.gate, self.attempt) {
                Ok(log) => State::Open(log),
                Err(why) => {
                    self.voice.doubt_log(self.gate, &why);
                    State::Absent
                }
            };
        }
        if let State::Open(log) = state
            && let Err(why) = log.write(stream, bytes)
        {
            self.voice.doubt_log(self.gate, &why);
        }
    }
}

impl Sink for GateSink<'_, '_> {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        let mut tap = self.tap.borrow_mut();
        let tap = &mut *tap;
        if self.voice.masker().is_idle() {
            self.write(&mut tap.log, stream, bytes);
            return;
        }
        let masker = match stream {
            Stream::Stdout => &mut tap.stdout,
            Stream::Stderr => &mut tap.stderr,
        };
        let masker = masker.get_or_insert_with(|| self.voice.masker().clone());
        let shown = masker.push(bytes);
        self.write(&mut tap.log, stream, &shown);
    }

    fn progress(&self, line: &str) {
        self.voice.say(Body::Progress {
            gate: self.gate.clone(),
            text: line.to_owned(),
        });
    }

    fn keep_dir(&self) -> Option<PathBuf> {
        self.logs.keep_dir(self.gate, self.attempt)
    }
}
