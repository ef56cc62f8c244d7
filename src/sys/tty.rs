//! The terminal that somebody types into: its state is taken down before anybody changes it, and put
//! back when this is dropped, and by the warden should prove be killed.
//!
//! Must not know who types, or into what.

use std::io::{self, IsTerminal as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// A terminal, and how it was.
pub struct Tty {
    fd: OwnedFd,
    settings: libc::termios,
    /// The process group in front, when it was this process's own.
    front: Option<libc::pid_t>,
    /// It is put back when this is dropped.
    ours: bool,
}

impl Tty {
    /// The terminal at standard input, when standard output is one, too.
    #[must_use]
    pub fn of_streams() -> Option<Self> {
        let stdin = io::stdin();
        if !stdin.is_terminal() || !io::stdout().is_terminal() {
            return None;
        }
        Self::of(stdin.as_fd().try_clone_to_owned().ok()?)
    }

    fn of(fd: OwnedFd) -> Option<Self> {
        let mut settings = MaybeUninit::<libc::termios>::uninit();
        // SAFETY: the call fills in the settings of an open file, and only when it succeeds are
        // they looked at.
        let settings = unsafe {
            if libc::tcgetattr(fd.as_raw_fd(), settings.as_mut_ptr()) != 0 {
                return None;
            }
            settings.assume_init()
        };
        // SAFETY: both only ask the kernel, for an open file and for this process.
        let (front, own) = unsafe { (libc::tcgetpgrp(fd.as_raw_fd()), libc::getpgrp()) };
        Some(Self {
            fd,
            settings,
            front: (front == own).then_some(own),
            ours: true,
        })
    }

    /// The same once more, for whoever puts it back when this process cannot.
    #[must_use]
    pub fn copy(&self) -> Option<Self> {
        Some(Self {
            fd: self.fd.try_clone().ok()?,
            settings: self.settings,
            front: None,
            ours: false,
        })
    }

    /// From now on every key goes through as it is, Ctrl-C too.
    ///
    /// # Errors
    /// The terminal is gone, or refuses.
    pub fn make_raw(&self) -> io::Result<()> {
        let mut raw = self.settings;
        // SAFETY: the settings are whole, and this only changes bits in them.
        unsafe { libc::cfmakeraw(&raw mut raw) };
        self.set(&raw)
    }

    /// As it was, with this process's group in front if it was so.
    pub fn put_back(&self) {
        without_being_stopped(|| {
            if let Some(front) = self.front {
                // SAFETY: it only tells the kernel numbers, of an open file and of a group.
                unsafe { libc::tcsetpgrp(self.fd.as_raw_fd(), front) };
            }
            // A terminal that is gone needs no state.
            let _ = self.set(&self.settings);
        });
    }

    /// Rows and columns, when it says so.
    #[must_use]
    pub fn size(&self) -> Option<(u16, u16)> {
        let mut size = MaybeUninit::<libc::winsize>::zeroed();
        // SAFETY: the call fills in a size, which is valid when it is all zeroes, too.
        let size = unsafe {
            let done = libc::ioctl(self.fd.as_raw_fd(), libc::TIOCGWINSZ, size.as_mut_ptr());
            (done == 0).then(|| size.assume_init())?
        };
        (size.ws_row > 0 && size.ws_col > 0).then_some((size.ws_row, size.ws_col))
    }

    pub(super) fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    fn set(&self, settings: &libc::termios) -> io::Result<()> {
        // SAFETY: the settings are whole, and outlive the call.
        let done = unsafe { libc::tcsetattr(self.fd.as_raw_fd(), libc::TCSANOW, settings) };
        match done {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Whoever has a copy says when its time has come.
        if self.ours {
            self.put_back();
        }
    }
}

/// Whoever is not in front and changes the terminal is stopped (SIGTTOU), unless the signal is
/// blocked meanwhile.
fn without_being_stopped(act: impl FnOnce()) {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the sets are filled in before they are read, and the mask is this thread's own.
    let blocked = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGTTOU);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), before.as_mut_ptr()) == 0
    };
    act();
    if blocked {
        // SAFETY: the call above filled it in.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    }
}

/// Hears that the terminal got another size.
pub struct Resizes(Signal);

impl Resizes {
    /// Listens from now on.
    ///
    /// # Errors
    /// When a handler cannot be set.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        signal(SignalKind::window_change()).map(Self)
    }

    /// Done at the next one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::FromRawFd as _;

    use super::*;

    fn pair() -> (OwnedFd, OwnedFd) {
        let (mut ours, mut theirs) = (0, 0);
        let null = std::ptr::null_mut();
        // SAFETY: the two numbers outlive the call; nothing else is handed in.
        let done = unsafe {
            libc::openpty(
                &raw mut ours,
                &raw mut theirs,
                null,
                std::ptr::null(),
                std::ptr::null(),
            )
        };
        assert_eq!(done, 0);
        // SAFETY: both were opened just now, and nobody else has them.
        unsafe { (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) }
    }

    #[test]
    fn what_was_made_raw_is_put_back() {
        let (_ours, theirs) = pair();
        let look = || Tty::of(theirs.try_clone().unwrap()).unwrap();
        let tty = look();
        assert_ne!(tty.settings.c_lflag & libc::ECHO, 0);
        tty.make_raw().unwrap();
        let raw = look();
        assert_eq!(raw.settings.c_lflag & (libc::ECHO | libc::ISIG), 0);
        let copy = tty.copy().unwrap();
        drop(tty);
        copy.put_back();
        assert_ne!(look().settings.c_lflag & libc::ECHO, 0);
    }

    #[test]
    fn what_is_no_terminal_has_no_state() {
        let (reader, _writer) = io::pipe().unwrap();
        assert!(Tty::of(reader.into()).is_none());
    }
}
