//! A terminal to run prove in: what is shown is read, keys are typed, and its state looked at.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// A pair of ends of a terminal of 80 columns: ours, and that of whoever runs in it.
pub fn terminal() -> (File, OwnedFd) {
    let (mut ours, mut theirs) = (0, 0);
    let size = libc::winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the two numbers and the size outlive the call, and nothing else is handed in.
    let done = unsafe {
        libc::openpty(
            &raw mut ours,
            &raw mut theirs,
            std::ptr::null_mut(),
            std::ptr::null(),
            &raw const size,
        )
    };
    assert_eq!(done, 0);
    // SAFETY: both were opened just now, and nobody else has them.
    unsafe { (File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) }
}

/// Reads until this was shown, or to the end.
pub fn read_until(terminal: &mut File, wanted: &str) -> String {
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        // The end of a terminal is an error.
        let read = terminal.read(&mut buffer).unwrap_or(0);
        shown.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&shown);
        if read == 0 || (!wanted.is_empty() && text.contains(wanted)) {
            return text.into_owned();
        }
    }
}

/// A program that has a terminal to itself, as in a window.
pub struct Session {
    pub child: Child,
    pub shown: String,
    /// How much of it was waited for.
    seen: usize,
    terminal: File,
    /// Open, so that the terminal is still there when the program is not.
    theirs: OwnedFd,
}

impl Session {
    pub fn start(mut command: Command) -> Self {
        let (terminal, theirs) = terminal();
        let end = || Stdio::from(theirs.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        // SAFETY: both calls are safe between fork and exec, and touch nothing but the child.
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                match libc::ioctl(0, libc::TIOCSCTTY, 0) {
                    0 => Ok(()),
                    _ => Err(std::io::Error::last_os_error()),
                }
            });
        }
        Self {
            child: command.spawn().unwrap(),
            shown: String::new(),
            seen: 0,
            terminal,
            theirs,
        }
    }

    /// Waits until this is shown, behind all that was waited for before.
    #[track_caller]
    pub fn wait_for(&mut self, wanted: &str) -> &mut Self {
        let mut fds = [libc::pollfd {
            fd: self.terminal.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        }];
        let mut buffer = [0; 4096];
        let found = loop {
            let fresh = &self.shown[self.seen..];
            if let Some(at) = fresh.find(wanted) {
                break at + wanted.len();
            }
            // SAFETY: one valid entry, which outlives the call.
            let ready = unsafe { libc::poll(fds.as_mut_ptr(), 1, 60_000) };
            let read = match ready {
                1 => self.terminal.read(&mut buffer).unwrap_or(0),
                _ => 0,
            };
            assert!(
                read > 0,
                "no {wanted:?} in {fresh:?}; all: {:?}",
                self.shown
            );
            self.shown
                .push_str(&String::from_utf8_lossy(&buffer[..read]));
        };
        self.seen += found;
        self
    }

    /// Types this.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.terminal.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Whether a line is edited and shown as it is typed, as in any fresh terminal.
    pub fn is_cooked(&self) -> bool {
        let mut settings = std::mem::MaybeUninit::<libc::termios>::uninit();
        // SAFETY: it fills in the settings, which are looked at only when it succeeds.
        let flags = unsafe {
            assert_eq!(
                libc::tcgetattr(self.theirs.as_raw_fd(), settings.as_mut_ptr()),
                0
            );
            settings.assume_init().c_lflag
        };
        let wanted = libc::ECHO | libc::ICANON | libc::ISIG;
        flags & wanted == wanted
    }

    /// Waits for its end: the exit code, or the end of the test.
    #[track_caller]
    pub fn ended(&mut self) -> i32 {
        super::wait_until_gone(&self.child.id().to_string());
        let code = self.child.wait().unwrap().code();
        // What it said last.
        let mut buffer = [0; 16 << 10];
        let mut fds = [libc::pollfd {
            fd: self.terminal.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        }];
        // SAFETY: one valid entry, which outlives the call.
        while unsafe { libc::poll(fds.as_mut_ptr(), 1, 0) } == 1 {
            let Ok(read @ 1..) = self.terminal.read(&mut buffer) else {
                break;
            };
            self.shown
                .push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        code.unwrap_or(1000)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
