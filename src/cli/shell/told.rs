//! What prove itself hears and shows while somebody is elsewhere: signals, keys, output.
//!
//! Must not know where they are.

use std::cell::Cell;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::pin::pin;

use tokio::sync::{mpsc, watch};

use crate::exec::{Desk, Sink, Stop, Stream};
use crate::model::StopCause;
use crate::spec::Gate;

/// Bytes that are typed, or come out of a pipe, at once.
const PIECE: usize = 8 << 10;

/// Signals, by number.
pub(super) type Signals = mpsc::UnboundedReceiver<i32>;

/// What prove is told meanwhile, and what it tells on.
pub(super) struct Told {
    stop: watch::Sender<Option<Stop>>,
    /// The last signal.
    pub signal: Cell<Option<i32>>,
    /// The first signal kills: somebody's shell heeds no SIGTERM.
    pub hasty: Cell<bool>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            stop: watch::Sender::new(None),
            signal: Cell::new(None),
            hasty: Cell::new(false),
        }
    }
}

impl Told {
    pub fn desk<'a>(&'a self, gate: &'a Gate, sink: &'a dyn Sink) -> Desk<'a> {
        Desk {
            gate: &gate.name,
            attempt: 1,
            cpus: None,
            sink,
            stop: self.stop.subscribe(),
        }
    }

    /// Does this, and hands on signals.
    pub async fn during<T>(&self, signals: &mut Signals, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(signal) = signals.recv() => self.tell(signal),
            }
        }
    }

    fn tell(&self, signal: i32) {
        let again = self.signal.replace(Some(signal)).is_some();
        self.stop.send_replace(Some(Stop {
            cause: StopCause::Interrupted,
            kill: again || self.hasty.get(),
        }));
    }
}

/// Shows what comes, as it comes.
pub(super) struct Screen<'v> {
    pub told: &'v Told,
}

impl Sink for Screen<'_> {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        let shown = match stream {
            Stream::Stdout => put(io::stdout().lock(), bytes),
            Stream::Stderr => put(io::stderr().lock(), bytes),
        };
        if shown.is_err() {
            // As it would be for the program itself: nobody reads it any more.
            self.told.hasty.set(true);
            self.told.tell(libc::SIGPIPE);
        }
    }

    fn progress(&self, line: &str) {
        let _ = put(io::stderr().lock(), format!("{line}\n").as_bytes());
    }

    fn keep_dir(&self) -> Option<PathBuf> {
        None
    }
}

fn put(mut stream: impl io::Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// What comes from standard input, read on a thread that nobody waits for.
pub(super) fn typed() -> io::Result<mpsc::Receiver<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel(4);
    std::thread::Builder::new().spawn(move || {
        let mut piece = vec![0; PIECE];
        loop {
            match io::stdin().lock().read(&mut piece) {
                Ok(0) => return,
                Ok(count) => {
                    if sender.blocking_send(piece[..count].to_vec()).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    })?;
    Ok(receiver)
}
