//! What every report has in common: when it writes, what stands in its file meanwhile, and what
//! a sink that fails means. The forms themselves only turn events into bytes.

use std::io;

use super::Sink;
use crate::event::{Body, Event, Listener, RunStarted, Summary};
use crate::model::Reason;

/// A form of report: a pure fold of events into bytes.
pub(super) trait Form {
    /// The word that the user writes.
    fn word(&self) -> &'static str;

    /// Takes one event, already folded into `summary`; gives what a stream shows of it.
    fn take(&mut self, event: &Event, summary: &Summary) -> Result<Vec<u8>, Reason>;

    /// What stands in the file until the run has finished.
    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason>;

    /// Whether it can only be written at the end, as one document.
    fn is_document(&self) -> bool {
        false
    }

    /// That document.
    fn document(&self, _: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }
}

/// A form and its sink.
pub(super) struct Reporter<F> {
    form: F,
    sink: Sink,
    summary: Summary,
    /// What a stream would have shown so far, for a file; without the end.
    so_far: Vec<u8>,
    /// The number that the next event has.
    next: u64,
    /// The bytes that were sealed, with the end that was foreseen.
    sealed: Option<Vec<u8>>,
}

impl<F: Form> Reporter<F> {
    pub(super) fn new(form: F, sink: Sink) -> Self {
        Self {
            form,
            sink,
            summary: Summary::default(),
            so_far: Vec::new(),
            next: 0,
            sealed: None,
        }
    }

    fn reason(&self, error: &io::Error) -> Reason {
        let headline = format!(
            "the {} report could not be written: {error}",
            self.form.word()
        );
        let reason = Reason::new(headline);
        match (&self.sink, error.kind()) {
            (Sink::Stream(_), io::ErrorKind::BrokenPipe) => {
                reason.hint("whoever read the output went away; let it read to the end")
            }
            (_, io::ErrorKind::TimedOut) => {
                reason.hint("whoever should have read it did not; let it read to the end")
            }
            (Sink::File(_), _) => reason.hint("make its place writable and run again"),
            _ => reason,
        }
    }

    /// Puts these bytes where the report goes: behind the others, or in place of all.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        let done = match &mut self.sink {
            Sink::Stream(_) if bytes.is_empty() => Ok(()),
            Sink::Stream(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Sink::File(file) => file.replace(bytes),
        };
        done.map_err(|error| self.reason(&error))
    }

    /// What was shown so far and the end that the summary foresees: whether that can be written is
    /// known before the verdict is final.
    fn put_foreseen(&mut self, summary: &Summary) -> Result<(), Reason> {
        let mut bytes = self.so_far.clone();
        if let Some((verdict, duration_ms)) = summary.finished {
            let end = Event {
                seq: self.next,
                at_ms: duration_ms,
                body: Body::RunFinished {
                    verdict,
                    duration_ms,
                },
            };
            bytes.extend(self.form.take(&end, summary)?);
        }
        self.put(&bytes)?;
        self.sealed = Some(bytes);
        Ok(())
    }

    /// The end, unless it stands there already.
    fn put_end(&mut self, end: &[u8]) -> Result<(), Reason> {
        let sealed = self.sealed.take();
        if sealed.is_some_and(|sealed| sealed.strip_prefix(&*self.so_far) == Some(end)) {
            return Ok(());
        }
        self.put(&[&self.so_far, end].concat())
    }

    /// What a stream shows of these events. It has shown an end already, so they come behind it.
    fn taken(&mut self, events: &[Event], summary: &Summary) -> Result<Vec<u8>, Reason> {
        let mut bytes = Vec::new();
        for event in events {
            let mut event = event.clone();
            if matches!(self.sink, Sink::Stream(_)) {
                event.seq = self.next;
                self.next += 1;
            }
            bytes.extend(self.form.take(&event, summary)?);
        }
        Ok(bytes)
    }
}

impl<F: Form> Listener for Reporter<F> {
    fn name(&self) -> String {
        format!("report {}", self.form.word())
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        self.summary.add(event);
        self.next = event.seq + 1;
        let bytes = self.form.take(event, &self.summary)?;
        let last = matches!(event.body, Body::RunFinished { .. });
        match (&self.sink, &event.body) {
            (Sink::Stream(_), _) if last && self.form.is_document() => {
                let document = self.form.document(&self.summary)?;
                self.put(&document)
            }
            (Sink::Stream(_), _) => self.put(&bytes),
            (Sink::File(_), Body::RunStarted(head)) => {
                let unfinished = self.form.unfinished(head)?;
                self.so_far.extend_from_slice(&bytes);
                self.put(&unfinished)
            }
            (Sink::File(_), _) if last && self.form.is_document() => Ok(()),
            (Sink::File(_), _) if last => self.put_end(&bytes),
            (Sink::File(_), _) => {
                self.so_far.extend_from_slice(&bytes);
                Ok(())
            }
        }
    }

    fn seal(&mut self, summary: &Summary) -> Result<(), Reason> {
        match &self.sink {
            Sink::Stream(_) => Ok(()),
            Sink::File(_) if self.form.is_document() => {
                let document = self.form.document(summary)?;
                self.put(&document)
            }
            Sink::File(_) => self.put_foreseen(summary),
        }
    }

    fn arrived(&mut self) -> Result<(), Reason> {
        let arrived = match &mut self.sink {
            Sink::Stream(stream) => stream.flush(),
            Sink::File(file) => file.arrived(),
        };
        arrived.map_err(|error| self.reason(&error))
    }

    /// A file is replaced. What a stream has shown cannot be taken back: what holds comes behind it.
    fn amend(&mut self, events: &[Event], summary: &Summary) -> Result<(), Reason> {
        let taken = self.taken(events, summary)?;
        let bytes = match (&self.sink, self.form.is_document()) {
            (_, true) => self.form.document(summary)?,
            (Sink::Stream(_), false) => taken,
            (Sink::File(_), false) => [&*self.so_far, &taken].concat(),
        };
        self.put(&bytes)
    }
}
