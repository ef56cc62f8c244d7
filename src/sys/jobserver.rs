//! GNU make's jobserver: a pipe with a token for each job that may run beside those that run.
//! Whoever starts one more job takes a token and puts it back (GNU make manual, "POSIX Jobserver
//! Interaction").
//!
//! Its pipe is closed for everything that is started; who may have it opens it by its path below
//! `/proc`, which needs no file, no name and no inherited number, and is gone with `prove`. Only
//! GNU make before 4.4 wants numbers: see [`Jobserver::hand_over`].
//! Where prove itself runs under a make, it is that one's (see `outer`): tokens are then lent, one for
//! each slot but the first, which make has given with the recipe.
//! Must not know gates.

mod outer;

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{Mode, OFlags};
use tokio::net::unix::pipe::Receiver;
use tokio::sync::Notify;

pub use outer::outer;

/// More tokens than this are of no use, and every pipe has room for so many.
const MOST: usize = 4096;

/// The tokens of a run, or of one gate.
#[derive(Debug)]
pub struct Jobserver {
    /// Never blocks.
    reader: OwnedFd,
    /// Never blocks: a gate may fill the pipe.
    writer: OwnedFd,
    size: usize,
    /// It is somebody else's: what is taken is lent.
    outer: bool,
    state: Mutex<State>,
    owed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Tokens that are ours while gates run.
    taken: usize,
    /// How many of these are still with jobs that gates have started: the next ones that are put
    /// back are ours.
    debt: usize,
}

/// The ends of the pipe as make before 4.4 wants them: open in everything that is started while
/// this lives.
#[derive(Debug)]
pub struct Handed {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Jobserver {
    /// With so many tokens.
    ///
    /// # Errors
    /// When there is no pipe to be had, or no `/proc`.
    pub fn new(size: usize) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let (reader, writer) = (OwnedFd::from(reader), OwnedFd::from(writer));
        rustix::io::ioctl_fionbio(&reader, true)?;
        rustix::io::ioctl_fionbio(&writer, true)?;
        let jobserver = Self::over(reader, writer, size);
        std::fs::metadata(jobserver.path())?;
        jobserver.put(jobserver.size);
        Ok(jobserver)
    }

    fn over(reader: OwnedFd, writer: OwnedFd, size: usize) -> Self {
        Self {
            reader,
            writer,
            size: size.min(MOST),
            outer: false,
            state: Mutex::default(),
            owed: Notify::new(),
        }
    }

    /// Of somebody else's jobserver: takes what makes so many slots, as far as there are any, and
    /// gives back what is more; how many there are now. Nobody waits. `None` when it is our own.
    pub fn lent(&self, slots: usize) -> Option<usize> {
        if !self.outer {
            return None;
        }
        let mut state = self.state();
        let wanted = slots.clamp(1, self.size) - 1;
        if wanted > state.taken {
            state.taken += self.get(wanted - state.taken);
        } else {
            self.put(state.taken - wanted);
            state.taken = wanted;
        }
        Some(state.taken + 1)
    }

    /// How many slots one gate can have at most by now.
    #[must_use]
    pub fn at_hand(&self) -> usize {
        if self.outer {
            self.state().taken + 1
        } else {
            self.size
        }
    }

    /// Until something was put back, or somebody else was faster than who waits for it.
    pub async fn more(&self) {
        let watched = self
            .reader
            .try_clone()
            .and_then(Receiver::from_owned_fd_unchecked);
        let heard = match &watched {
            Ok(watched) => watched.readable().await,
            Err(_) => Ok(()),
        };
        if watched.is_err() || heard.is_err() {
            // Then what runs goes on alone.
            std::future::pending::<()>().await;
        }
    }

    /// How many tokens there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    fn path(&self) -> String {
        format!(
            "/proc/{}/fd/{}",
            std::process::id(),
            self.reader.as_raw_fd()
        )
    }

    /// What `CARGO_MAKEFLAGS` says, for everybody who knows the form of make 4.4: cargo, rustc and
    /// the crates that builds use. Who does not know it goes without.
    #[must_use]
    pub fn flags(&self) -> String {
        format!("-j --jobserver-auth=fifo:{}", self.path())
    }

    /// Opens the pipe for what is started next.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn hand_over(&self) -> io::Result<Handed> {
        // Anew, not again: whether a read of make's waits is then nobody else's business.
        let open = |flags| rustix::fs::open(self.path(), flags, Mode::empty());
        Ok(Handed {
            reader: open(OFlags::RDONLY)?,
            writer: open(OFlags::WRONLY)?,
        })
    }

    /// From now on so many are ours. Those that jobs of gates have are not waited for; they are
    /// ours when they are put back ([`Jobserver::repay`]).
    pub fn take(&self, all: usize) {
        if self.outer {
            return;
        }
        let mut state = self.state();
        let all = all.min(self.size);
        let settled = self.get(state.debt);
        state.debt -= settled;
        if all > state.taken {
            let wanted = all - state.taken;
            state.debt += wanted - self.get(wanted);
        } else {
            let free = state.taken - all;
            let paid = free.min(state.debt);
            state.debt -= paid;
            self.put(free - paid);
        }
        state.taken = all;
        if all == 0 {
            self.restore();
        } else if state.debt > 0 {
            self.owed.notify_one();
        }
    }

    /// Nobody is left who could have a token: those of a gate that was killed come back, and what
    /// somebody put in too much goes.
    fn restore(&self) {
        let there = rustix::io::ioctl_fionread(&self.reader).ok();
        if there.and_then(|there| usize::try_from(there).ok()) != Some(self.size) {
            while self.get(MOST) > 0 {}
            self.put(self.size);
        }
    }

    /// Takes what is owed as soon as it is put back. For as long as the run lasts.
    pub async fn repay(&self) -> std::convert::Infallible {
        loop {
            self.owed.notified().await;
            // Watched only while something is owed: else every job of every gate would wake us.
            // Where it cannot be watched, the next gate that starts or ends settles it.
            let watched = self
                .reader
                .try_clone()
                .and_then(Receiver::from_owned_fd_unchecked);
            let Ok(watched) = watched else { continue };
            while self.owes() {
                if watched.readable().await.is_err() {
                    break;
                }
                let mut state = self.state();
                let mut buffer = [0; MOST];
                let owed = state.debt.min(MOST);
                match watched.try_read(&mut buffer[..owed]) {
                    Ok(settled) => state.debt -= settled,
                    // Somebody else was faster.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(_) => break,
                }
            }
        }
    }

    fn owes(&self) -> bool {
        self.state().debt > 0
    }

    /// How many of what is asked for could be had.
    fn get(&self, wanted: usize) -> usize {
        let mut buffer = [0; MOST];
        let mut got = 0;
        while got < wanted {
            match rustix::io::read(&self.reader, &mut buffer[..(wanted - got).min(MOST)]) {
                Ok(0) => break,
                Ok(read) => got += read,
                Err(rustix::io::Errno::INTR) => {}
                // Empty.
                Err(_) => break,
            }
        }
        got
    }

    fn put(&self, tokens: usize) {
        let mut left = tokens;
        while left > 0 {
            match rustix::io::write(&self.writer, &[b'+'; MOST][..left.min(MOST)]) {
                Ok(written) => left -= written,
                Err(rustix::io::Errno::INTR) => {}
                // Full: there are more than enough.
                Err(_) => break,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Jobserver {
    /// What was lent comes back, however the run ended.
    fn drop(&mut self) {
        self.lent(1);
    }
}

impl Handed {
    /// What `MAKEFLAGS` says, for every make since 4.2.
    #[must_use]
    pub fn flags(&self) -> String {
        let (reader, writer) = (self.reader.as_raw_fd(), self.writer.as_raw_fd());
        format!("-j --jobserver-auth={reader},{writer}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(jobserver: &Jobserver) -> u64 {
        rustix::io::ioctl_fionread(&jobserver.reader).unwrap()
    }

    #[test]
    fn what_gates_take_is_not_there_for_their_jobs() {
        let jobserver = Jobserver::new(4).unwrap();
        assert_eq!(there(&jobserver), 4);
        jobserver.take(3);
        assert_eq!(there(&jobserver), 1);
        jobserver.take(1);
        assert_eq!(there(&jobserver), 3);
        jobserver.take(9);
        assert_eq!(there(&jobserver), 0);
        jobserver.take(0);
        assert_eq!(there(&jobserver), 4);
    }

    #[test]
    fn tokens_of_the_killed_come_back_and_false_ones_go() {
        let jobserver = Jobserver::new(2).unwrap();
        jobserver.take(1);
        assert_eq!(jobserver.get(1), 1, "a job that never puts it back");
        jobserver.take(0);
        assert_eq!(there(&jobserver), 2);
        jobserver.take(1);
        jobserver.put(70_000);
        jobserver.take(0);
        assert_eq!(there(&jobserver), 2);
    }

    #[tokio::test]
    async fn what_is_owed_is_taken_when_it_is_put_back() {
        let jobserver = Jobserver::new(2).unwrap();
        jobserver.take(1);
        assert_eq!(jobserver.get(1), 1, "a job of the first gate");
        jobserver.take(2);
        assert_eq!(jobserver.state().debt, 1);
        jobserver.put(1);
        tokio::select! {
            biased;
            never = jobserver.repay() => match never {},
            () = async { while jobserver.state().debt > 0 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(there(&jobserver), 0);
        jobserver.take(1);
        assert_eq!(there(&jobserver), 1);
    }

    #[test]
    fn the_pipe_can_be_opened_by_its_path_and_by_number() {
        let jobserver = Jobserver::new(1).unwrap();
        let flags = jobserver.flags();
        let path = flags.rsplit_once("fifo:").unwrap().1;
        let mut file = std::fs::OpenOptions::new();
        let file = file.read(true).write(true).open(path).unwrap();
        let mut byte = [0];
        io::Read::read_exact(&mut &file, &mut byte).unwrap();
        assert_eq!(there(&jobserver), 0);
        let handed = jobserver.hand_over().unwrap();
        let kept = rustix::io::fcntl_getfd(&handed.reader).unwrap();
        assert!(!kept.contains(rustix::io::FdFlags::CLOEXEC));
        rustix::io::write(&handed.writer, &byte).unwrap();
        assert_eq!(there(&jobserver), 1);
    }
}
