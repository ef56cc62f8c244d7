//! The warden: a process of its own that outlives a killed `prove` and ends what it had started.
//!
//! It must not run gates or report; while `prove` lives it only looks now and then who its children
//! are. It is forked, not executed: that costs one fork a run instead of a helper a gate.

mod groups;
mod kin;

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions};

use self::groups::Groups;
use self::kin::Kin;
use super::{Marker, Strangers, Tty, process};

/// What `prove` says when it ends by itself; an end of the pipe without it means that it was killed.
const BYE: u8 = b'.';
/// How often it looks at the children of `prove`. What is orphaned without a mark and is younger
/// than this when `prove` is killed may live on.
const LOOKS: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};
/// Scans for marked processes after `prove` died, 20 ms apart, at most.
const SCANS: usize = 250;

/// The line to the warden. When it is dropped, `prove` says bye and waits for the warden to go.
#[derive(Debug)]
pub struct Warden {
    pipe: File,
    pid: Pid,
    groups: Groups,
}

impl Warden {
    /// Forks the warden. `strangers` were below this process before. To be called first thing in `prove run`, before any thread exists.
    ///
    /// # Errors
    /// When there can be no pipe or no process.
    pub fn start(marker: &Marker, strangers: &Strangers) -> io::Result<Self> {
        Self::start_at(marker, strangers, None)
    }

    /// The same, where somebody types into this terminal: it is put back as well.
    ///
    /// # Errors
    /// As [`Warden::start`].
    pub fn start_at(
        marker: &Marker,
        strangers: &Strangers,
        terminal: Option<Tty>,
    ) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let groups = Groups::new()?;
        let marker = marker.clone();
        let prove = rustix::process::getpid().as_raw_nonzero().get();
        let kin = Kin::of(prove, strangers);
        // SAFETY: the caller has no other thread, so the child has the whole process's state in
        // order; it never returns from `watch_over` and ends without running destructors.
        let pid = unsafe { libc::fork() };
        if pid < 0 {
            return Err(io::Error::last_os_error());
        }
        match Pid::from_raw(pid) {
            None => {
                drop(writer);
                let pipe = File::from(OwnedFd::from(reader));
                settle([Some(pipe.as_raw_fd()), terminal.as_ref().map(Tty::fd)]);
                if watch_over(pipe, groups, &marker, kin) == End::Killed
                    && let Some(terminal) = terminal
                {
                    terminal.put_back();
                }
                // SAFETY: `_exit` has no preconditions; atexit handlers belong to `prove`.
                unsafe { libc::_exit(0) }
            }
            Some(pid) => {
                let pipe = OwnedFd::from(writer);
                rustix::io::ioctl_fionbio(&pipe, true)?;
                Ok(Self {
                    pipe: pipe.into(),
                    pid,
                    groups,
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
    /// When the warden is gone, or more groups run than it can remember: the group is unguarded.
    pub fn started(&self, group: i32) -> io::Result<()> {
        let mut pipe = [PollFd::new(&self.pipe, PollFlags::empty())];
        // Nobody is woken by this: only whether the reading end is closed is looked at.
        poll(&mut pipe, Some(&Timespec::default()))?;
        if pipe[0].revents().contains(PollFlags::ERR) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.groups.put(group) {
            Ok(())
        } else {
            Err(io::Error::other("too many process groups at once"))
        }
    }

    /// A process group is gone.
    pub fn ended(&self, group: i32) {
        self.groups.take(group);
    }
}

impl Drop for Warden {
    fn drop(&mut self) {
        if (&self.pipe).write_all(&[BYE]).is_err() {
            // It is gone already.
            process::signal(self.pid(), Signal::KILL);
        }
        // A gate may have stopped it; it must hear the bye, or this would wait for ever.
        process::signal(self.pid(), Signal::CONT);
        let _ = rustix::process::waitpid(Some(self.pid), WaitOptions::empty());
    }
}

/// How `prove` ended.
#[derive(PartialEq, Eq)]
enum End {
    /// By itself.
    Bye,
    /// It was killed.
    Killed,
}

/// From the start to the end of `prove`, and what is to be done then.
fn watch_over(mut pipe: File, groups: Groups, marker: &Marker, mut kin: Kin) -> End {
    loop {
        let mut end = [PollFd::new(&pipe, PollFlags::IN)];
        match poll(&mut end, Some(&LOOKS)) {
            Ok(0) => kin.look(),
            Err(rustix::io::Errno::INTR) => {}
            Ok(_) | Err(_) => break,
        }
    }
    let mut word = [0];
    if pipe.read_exact(&mut word).is_ok() && word == [BYE] {
        return End::Bye;
    }
    end_all(groups, marker, kin);
    End::Killed
}

/// `prove` is gone without a bye: nothing that it started may live on.
fn end_all(groups: Groups, marker: &Marker, mut kin: Kin) {
    let me = rustix::process::getpid().as_raw_nonzero().get();
    let live: Vec<i32> = groups.live().collect();
    let ours = |process: &process::Proc| {
        live.contains(&process.group) || process::marked(process.pid, marker).is_some()
    };
    // Before anything dies: the children of what is dead have another parent.
    kin.add(&process::all(), |process| {
        process.pid != me && ours(process)
    });
    for group in &live {
        process::signal_group(*group, Signal::KILL);
    }
    let mut clean = 0;
    for _ in 0..SCANS {
        let mut found = false;
        let all = process::all();
        kin.add(&all, |process| {
            process.pid != me && process::marked(process.pid, marker).is_some()
        });
        for process in all {
            if process.pid != me && !process.zombie && kin.have(&process) {
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

/// Leaves the session, lets go of every file but these, ignores what would end it.
fn settle(keep: [Option<RawFd>; 2]) {
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
    let mut keep: Vec<RawFd> = keep.into_iter().flatten().collect();
    keep.sort_unstable();
    close_others(&keep);
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

/// Closes everything above stderr but these, which are in order.
fn close_others(keep: &[RawFd]) {
    #[cfg(target_os = "linux")]
    {
        let mut first = 3;
        let between = keep.iter().all(|fd| {
            let closed = close_range(first, fd - 1);
            first = fd + 1;
            closed
        });
        if between && close_range(first, RawFd::MAX) {
            return;
        }
    }
    close_listed(keep);
}

/// Closes descriptors from the first to the last; false on a kernel before 5.9.
#[cfg(target_os = "linux")]
fn close_range(first: RawFd, last: RawFd) -> bool {
    // SAFETY: nothing in this process uses these descriptors any more.
    first > last || unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0
}

/// The same, one by one.
fn close_listed(keep: &[RawFd]) {
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
        if fd > 2 && !keep.contains(&fd) {
            // SAFETY: nothing in this process uses these descriptors any more; the one that the
            // listing itself had is closed already, and closing it again is an ignored EBADF.
            unsafe { libc::close(fd) };
        }
    }
}

#[cfg(test)]
mod tests;
