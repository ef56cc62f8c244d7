//! A stream with a thread of its own that writes to it, so that a reader who does not read blocks
//! that thread and nobody else. What nobody reads meanwhile (a file, `/dev/null`) needs none.
//!
//! Bytes arrive in their order and whole, or not at all. Must not know what they mean, nor how
//! long a reader deserves to be waited for.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustix::fs::FileType;
use tokio::sync::Notify;

/// Bytes that may wait for the reader before nothing new should be started: there is no room.
pub const ROOM: usize = 4 << 20;
/// Bytes that may wait at most; more is an error. One piece that finds nothing waiting may be as
/// large as it likes.
pub const MOST: usize = 64 << 20;

/// Where bytes are handed in. Clones are the same stream.
#[derive(Clone)]
pub struct Outlet(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Wakes the writing thread.
    more: Condvar,
    /// Wakes who waits for room or for the end.
    less: Notify,
}

struct State {
    /// Until the thread has it.
    stream: Option<Box<dyn Write + Send>>,
    /// There is no reader who could keep it waiting: bytes are written as they are handed in.
    unread: bool,
    waiting: VecDeque<Vec<u8>>,
    /// Bytes that were handed in and not written yet.
    bytes: usize,
    failed: Option<(io::ErrorKind, String)>,
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Outlet").field(&self.waiting()).finish()
    }
}

impl Outlet {
    /// An outlet into this stream. Its thread starts with the first byte and lives as long as the
    /// process.
    #[must_use]
    pub fn new(stream: impl Write + Send + 'static) -> Self {
        let state = State {
            stream: Some(Box::new(stream)),
            unread: false,
            waiting: VecDeque::new(),
            bytes: 0,
            failed: None,
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            more: Condvar::new(),
            less: Notify::new(),
        }))
    }

    /// An outlet into this stream, whose bytes go to `file`: without a thread where that is a
    /// regular file or `/dev/null`.
    #[must_use]
    pub fn to(stream: impl Write + Send + 'static, file: &impl AsFd) -> Self {
        let outlet = Self::new(stream);
        outlet.0.lock().unread = is_unread(file);
        outlet
    }

    /// How many bytes the reader has not taken yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.lock().bytes
    }

    /// Waits until at most [`ROOM`] bytes wait for the reader.
    pub async fn room(&self) {
        self.at_most(ROOM).await;
    }

    /// Waits until everything is written, or cannot be written any more.
    pub async fn drained(&self) {
        self.at_most(0).await;
    }

    async fn at_most(&self, bytes: usize) {
        loop {
            // Made before the look: what happens between the look and the wait is not missed.
            let less = self.0.less.notified();
            if self.waiting() <= bytes {
                return;
            }
            less.await;
        }
    }

    /// Waits no more for the reader: what it has not taken is lost, and from now on an error.
    pub fn give_up(&self) {
        let mut state = self.0.lock();
        if state.bytes > 0 {
            let why = format!("{} bytes were not read", state.bytes);
            state.fail(io::ErrorKind::TimedOut, why);
        }
        drop(state);
        self.0.less.notify_waiters();
    }
}

impl Write for Outlet {
    /// Never blocks.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        state.check()?;
        if state.unread {
            return state.write_now(bytes);
        }
        if state.bytes > 0 && state.bytes.saturating_add(bytes.len()) > MOST {
            let why = format!("more than {} MiB were not read", MOST >> 20);
            state.fail(io::ErrorKind::TimedOut, why);
            return state.check().map(|()| 0);
        }
        state.bytes += bytes.len();
        state.waiting.push_back(bytes.to_vec());
        if let Some(stream) = state.stream.take() {
            let shared = self.0.clone();
            let thread = std::thread::Builder::new().name("prove-writer".to_owned());
            if let Err(error) = thread.spawn(move || shared.write_on(stream)) {
                state.fail(error.kind(), error.to_string());
                return Err(error);
            }
        }
        self.0.more.notify_one();
        Ok(bytes.len())
    }

    /// Says whether it went well so far; waits for nothing.
    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().check()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread's whole life.
    fn write_on(&self, mut stream: Box<dyn Write + Send>) {
        loop {
            let mut state = self.lock();
            let piece = loop {
                if let Some(piece) = state.waiting.pop_front() {
                    break piece;
                }
                state = self
                    .more
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            let written = stream.write_all(&piece).and_then(|()| stream.flush());
            let mut state = self.lock();
            // After giving up nothing is counted any more.
            state.bytes = state.bytes.saturating_sub(piece.len());
            let failed = written
                .map_err(|error| state.fail(error.kind(), error.to_string()))
                .is_err();
            drop(state);
            self.less.notify_waiters();
            if failed {
                return;
            }
        }
    }
}

/// A file, or the one device that takes everything at once. In doubt it is read by somebody.
fn is_unread(file: &impl AsFd) -> bool {
    let Ok(stat) = rustix::fs::fstat(file) else {
        return false;
    };
    let null = || rustix::fs::stat("/dev/null").is_ok_and(|null| null.st_rdev == stat.st_rdev);
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => true,
        FileType::CharacterDevice => null(),
        _ => false,
    }
}

impl State {
    fn check(&self) -> io::Result<()> {
        match &self.failed {
            Some((kind, why)) => Err(io::Error::new(*kind, why.clone())),
            None => Ok(()),
        }
    }

    fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(stream) = &mut self.stream
            && let Err(error) = stream.write_all(bytes).and_then(|()| stream.flush())
        {
            self.fail(error.kind(), error.to_string());
        }
        self.check().map(|()| bytes.len())
    }

    /// The first failure stays; nothing waits any more.
    fn fail(&mut self, kind: io::ErrorKind, why: String) {
        self.failed.get_or_insert((kind, why));
        self.waiting.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::sync::mpsc;

    use super::*;

    /// A stream that takes a piece only when it is let.
    struct Gated(mpsc::Receiver<()>, mpsc::Sender<Vec<u8>>);

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            self.1.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated() -> (Outlet, mpsc::Sender<()>, mpsc::Receiver<Vec<u8>>) {
        let (let_it, may) = mpsc::channel();
        let (said, heard) = mpsc::channel();
        (Outlet::new(Gated(may, said)), let_it, heard)
    }

    #[tokio::test]
    async fn bytes_arrive_whole_and_in_their_order() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut outlet = Outlet::new(writer);
        let pieces: Vec<Vec<u8>> = (0..=255_u8).map(|n| vec![n; 3_000]).collect();
        let all = pieces.concat();
        let read = std::thread::spawn(move || {
            let mut bytes = vec![0; 3_000 * 256];
            reader.read_exact(&mut bytes).map(|()| bytes)
        });
        for piece in &pieces {
            outlet.write_all(piece).unwrap();
        }
        outlet.drained().await;
        outlet.flush().unwrap();
        assert_eq!(read.join().unwrap().unwrap(), all);
    }

    #[test]
    fn what_nobody_reads_is_written_at_once_and_its_errors_too() {
        let mut file = tempfile::tempfile().unwrap();
        let mut outlet = Outlet::to(file.try_clone().unwrap(), &file);
        outlet.write_all(b"now").unwrap();
        assert_eq!(outlet.waiting(), 0);
        let mut text = String::new();
        io::Seek::rewind(&mut file).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "now");
        let null = std::fs::File::create("/dev/null").unwrap();
        let (reader, writer) = io::pipe().unwrap();
        let full = std::fs::File::create("/dev/full").unwrap();
        assert!(is_unread(&null));
        assert!(!is_unread(&writer) && !is_unread(&reader) && !is_unread(&full));
        // A stream that is full behind a file that is none's.
        let mut outlet = Outlet::to(full, &null);
        let failed = outlet.write_all(b"x").unwrap_err().kind();
        assert_eq!(failed, io::ErrorKind::StorageFull);
        assert_eq!(outlet.flush().unwrap_err().kind(), failed);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_reader_that_does_not_read() {
        let (mut outlet, let_it, heard) = gated();
        outlet.write_all(&vec![1; ROOM]).unwrap();
        outlet.write_all(b"x").unwrap();
        assert_eq!(outlet.waiting(), ROOM + 1);
        let_it.send(()).unwrap();
        outlet.room().await;
        assert_eq!(heard.recv().unwrap().len(), ROOM);
        outlet.give_up();
        outlet.drained().await;
        let why = outlet.flush().unwrap_err();
        assert_eq!(why.to_string(), "1 bytes were not read");
        assert!(outlet.write_all(b"y").is_err());
    }

    #[test]
    fn what_waits_is_bounded_but_for_one_large_piece() {
        let (mut outlet, _let_it, _heard) = gated();
        outlet.write_all(&vec![0; MOST + 1]).unwrap();
        let why = outlet.write_all(b"x").unwrap_err();
        assert_eq!(why.to_string(), "more than 64 MiB were not read");
        assert_eq!(outlet.waiting(), 0, "what is lost holds no memory");
    }

    #[tokio::test]
    async fn a_stream_that_fails_says_so_afterwards() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut outlet = Outlet::new(writer);
        outlet.write_all(b"x").unwrap();
        outlet.drained().await;
        assert_eq!(
            outlet.flush().unwrap_err().kind(),
            io::ErrorKind::BrokenPipe
        );
    }
}
