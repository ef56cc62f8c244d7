//! Reads what a gate prints. A gigabyte passes through one buffer.

use std::cell::RefCell;
use std::io::ErrorKind;

use tokio::net::unix::pipe::Receiver;

use crate::exec::{Sink, Stream};
use crate::model::limits;

/// Bytes of the shared buffer: a few reads empty a grown pipe, and it stays in the cache.
pub(super) const BUFFER: usize = 256 << 10;
/// What a pipe holds when nobody asks for more.
const PIPE: usize = 64 << 10;
/// What a pipe of a chatty gate is grown to; the most that an unprivileged user may ask for.
#[cfg(target_os = "linux")]
const GROWN: usize = 1 << 20;

/// One stream of a gate.
pub(super) struct Tap {
    stream: Stream,
    receiver: Receiver,
    /// The head of the stream, when it was asked for.
    pub captured: Option<Vec<u8>>,
    /// More came than is held.
    pub cut: bool,
    /// Reading failed; in words.
    pub broken: Option<String>,
    /// The end of the stream was seen.
    ended: bool,
    grown: bool,
}

impl Tap {
    pub(super) fn new(stream: Stream, receiver: Receiver, capture: bool) -> Self {
        let captured = capture.then(Vec::new);
        Self {
            stream,
            receiver,
            captured,
            cut: false,
            broken: None,
            ended: false,
            grown: false,
        }
    }

    /// Reads once what is there. False at the end of the stream.
    fn read(&mut self, buffer: &RefCell<Vec<u8>>, sink: &dyn Sink) -> bool {
        let mut buffer = buffer.borrow_mut();
        match self.receiver.try_read(&mut buffer) {
            Ok(0) => {
                self.ended = true;
                return false;
            }
            Ok(n) => self.take(&buffer[..n], sink),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return self.breaks(&error),
        }
        true
    }

    /// Whether it was asked for, and not all of it is held: cut, broken, or closed before its end.
    pub(super) fn lacks(&self) -> bool {
        self.captured.is_some() && (self.cut || !self.ended)
    }

    fn breaks(&mut self, error: &std::io::Error) -> bool {
        self.broken = Some(format!("its output cannot be read: {error}"));
        false
    }

    fn take(&mut self, bytes: &[u8], sink: &dyn Sink) {
        sink.output(self.stream, bytes);
        if let Some(held) = &mut self.captured {
            let room = limits::CAPTURE_BYTES.saturating_sub(held.len());
            held.extend_from_slice(&bytes[..room.min(bytes.len())]);
            self.cut |= bytes.len() > room;
        }
        if bytes.len() >= PIPE && !self.grown {
            self.grow();
        }
    }

    /// Only for a pipe that was found full: a trivial gate does not pay for it.
    fn grow(&mut self) {
        self.grown = true;
        #[cfg(target_os = "linux")]
        // A refusal (the user's share of pipe pages is used up) only costs speed.
        let _ = rustix::pipe::fcntl_setpipe_size(&self.receiver, GROWN);
    }
}

/// Reads until the end of the stream.
pub(super) async fn drain(tap: &mut Tap, buffer: &RefCell<Vec<u8>>, sink: &dyn Sink) {
    loop {
        let more = match tap.receiver.readable().await {
            Ok(()) => tap.read(buffer, sink),
            Err(error) => tap.breaks(&error),
        };
        if !more {
            return;
        }
        // A gate that never stops printing must not keep the others waiting.
        tokio::task::consume_budget().await;
    }
}
