//! The warden: a process of its own that outlives a killed `prove` and ends what it had started.
//!
//! It must not run gates, report, or do anything while `prove` lives. It is forked, not executed:
//! that costs one fork a run instead of a helper a gate.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions};

use super::{Marker, process};

/// Bytes of one record: what happened, then a process group.
const RECORD: usize = 8;
const STARTED: i32 = 1;
const ENDED: i32 = 2;
const BYE: i32 = 3;
/// Scans for marked processes after `prove` died, 20 ms apart, at most.
const SCANS: usize = 250;

/// The line to the warden. When it is dropped, `prove` says bye and waits for the warden to go.
#[derive(Debug)]
pub struct Warden {
    pipe: File,
    pid: Pid,
}

impl Warden {
    /// Forks the warden. To be called first thing in `prove run`, before any thread exists.
    ///
    /// # Errors
    /// When there can be no pipe or no process.
    pub fn start(marker: &Marker) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let marker = marker.clone();
        // SAFETY: the caller has no other thread, so the child has the whole process's state in
        // order; it never returns from `watch_over` and ends without running destructors.
        let pid = unsafe { libc::fork() };
        if pid < 0 {
            return Err(io::Error::last_os_error());
        }
        match Pid::from_raw(pid) {
            None => {
                drop(writer);
                watch_over(OwnedFd::from(reader).into(), &marker);
                // SAFETY: `_exit` has no preconditions; atexit handlers belong to `prove`.
                unsafe { libc::_exit(0) }
            }
            Some(pid) => {
                let pipe = OwnedFd::from(writer);
                rustix::io::ioctl_fionbio(&pipe, true)?;
                Ok(Self {
                    pipe: pipe.into(),
                    pid,
                })
            }
        }
    }

    /// The warden's process number.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// A process group was started.
    ///
    /// # Errors
    /// When the warden is gone or hangs: the group is then unguarded.
    pub fn started(&self, group: i32) -> io::Result<()> {
        self.tell(STARTED, group)
    }

    /// A process group is gone.
    ///
    /// # Errors
    /// As [`Warden::started`].
    pub fn ended(&self, group: i32) -> io::Result<()> {
        self.tell(ENDED, group)
    }

    /// One write of a record is whole or not at all (below `PIPE_BUF`).
    fn tell(&self, what: i32, group: i32) -> io::Result<()> {
        let mut record = [0; RECORD];
        record[..4].copy_from_slice(&what.to_ne_bytes());
        record[4..].copy_from_slice(&group.to_ne_bytes());
        (&self.pipe).write_all(&record)
    }
}

impl Drop for Warden {
    fn drop(&mut self) {
        if self.tell(BYE, 0).is_err() {
            // It is gone already, or stopped and its pipe full: it would never read the bye.
            process::signal(self.pid(), Signal::KILL);
        }
        // A gate may have stopped it; it must hear the bye, or this would wait for ever.
        process::signal(self.pid(), Signal::CONT);
        let _ = rustix::process::waitpid(Some(self.pid), WaitOptions::empty());
    }
}

/// The warden's whole life.
fn watch_over(mut pipe: File, marker: &Marker) {
    settle(pipe.as_raw_fd());
    let mut groups = BTreeSet::new();
    let mut record = [0; RECORD];
    while pipe.read_exact(&mut record).is_ok() {
        let word = |at: usize| {
            i32::from_ne_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
        };
        match word(0) {
            STARTED => _ = groups.insert(word(4)),
            ENDED => _ = groups.remove(&word(4)),
            _ => return,
        }
    }
    end_all(&groups, marker);
}

/// `prove` is gone without a bye: nothing that it started may live on.
fn end_all(groups: &BTreeSet<i32>, marker: &Marker) {
    for group in groups {
        process::signal_group(*group, Signal::KILL);
    }
    let me = rustix::process::getpid().as_raw_nonzero().get();
    let mut clean = 0;
    for _ in 0..SCANS {
        let mut found = false;
        for process in process::all() {
            if process.pid != me
                && !process.zombie
                && process::marked(process.pid, marker).is_some()
            {
                found = true;
                process::signal(process.pid, Signal::KILL);
            }
        }
        // A process between fork and exec has no mark yet: one clean scan proves nothing.
        clean = if found { 0 } else { clean + 1 };
        if clean == 3 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Leaves the session, lets go of every file but the pipe, ignores what would end it.
fn settle(pipe: RawFd) {
    let _ = rustix::process::setsid();
    for signal in [
        libc::SIGINT,
        libc::SIGTERM,
        libc::SIGHUP,
        libc::SIGQUIT,
        libc::SIGPIPE,
    ] {
        // SAFETY: SIG_IGN is a valid disposition and runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::set_name(c"prove-warden");
    quiet();
    close_others(pipe);
    let _ = std::env::set_current_dir("/");
}

/// Lets go of the terminal, or of the pipe that the caller reads to its end.
fn quiet() {
    let Ok(null) = File::options().read(true).write(true).open("/dev/null") else {
        return;
    };
    for fd in 0..=2 {
        if fd != null.as_raw_fd() {
            // SAFETY: both are open descriptors of this process, which writes to neither.
            unsafe { libc::dup2(null.as_raw_fd(), fd) };
        }
    }
}

/// Closes everything above stderr but the pipe.
fn close_others(pipe: RawFd) {
    let listed = if cfg!(target_os = "linux") {
        "/proc/self/fd"
    } else {
        "/dev/fd"
    };
    let open: Vec<RawFd> = std::fs::read_dir(listed)
        .map(|fds| {
            fds.flatten()
                .filter_map(|fd| fd.file_name().to_str()?.parse().ok())
                .collect()
        })
        .unwrap_or_default();
    for fd in open {
        if fd > 2 && fd != pipe {
            // SAFETY: nothing in this process uses these descriptors any more; the one that the
            // listing itself had is closed already, and closing it again is an ignored EBADF.
            unsafe { libc::close(fd) };
        }
    }
}

#[cfg(test)]
mod tests;
