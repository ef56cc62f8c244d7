//! The streams that a run writes to, each with a thread of its own: a reader that does not read
//! must not make `prove` deaf.

use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::cli::output::Stdout;
use crate::report::Whole;
use crate::sys::{self, Outlet};

/// The streams of one run.
#[derive(Debug)]
pub(in crate::cli) struct Outlets {
    pub stdout: Outlet,
    pub stderr: Outlet,
    /// Pipes and devices that reports go to by path.
    named: RefCell<Vec<Outlet>>,
}

impl Outlets {
    /// Those of this process.
    pub fn new() -> Self {
        Self {
            stdout: Outlet::to(Stdout, &io::stdout()),
            stderr: Outlet::to(io::stderr(), &io::stderr()),
            named: RefCell::default(),
        }
    }

    /// All of them.
    pub fn all(&self) -> Vec<Outlet> {
        let own = [&self.stdout, &self.stderr].map(Clone::clone);
        own.into_iter().chain(self.named.borrow().clone()).collect()
    }

    /// One to this pipe or device.
    pub fn to(&self, path: &Path) -> Pipe {
        let outlet = Outlet::new(Opened(path.to_owned()));
        self.named.borrow_mut().push(outlet.clone());
        Pipe {
            outlet,
            path: path.to_owned(),
        }
    }
}

/// Whether a report there is written into something, and not put in the place of a file.
pub(super) fn is_pipe(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// Writes into a pipe or a device (`/dev/stdout`, a process substitution).
pub(super) fn write_into(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = OpenOptions::new();
    // A pipe that nobody reads is an error now, and not a hang.
    let mut file = open.write(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    rustix::io::ioctl_fionbio(&file, false)?;
    file.write_all(bytes)
}

/// Opened for each piece that is written, so that its reader sees an end behind each.
struct Opened(PathBuf);

impl Write for Opened {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_into(&self.0, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A report that goes into a pipe.
pub(in crate::cli) struct Pipe {
    outlet: Outlet,
    path: PathBuf,
}

impl Pipe {
    fn named(&self, error: &io::Error) -> io::Error {
        let path = sys::fs::text(&self.path);
        io::Error::new(error.kind(), format!("{path}: {error}"))
    }
}

impl Whole for Pipe {
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.outlet.write_all(bytes);
        written.map_err(|error| self.named(&error))
    }

    fn arrived(&mut self) -> io::Result<()> {
        let arrived = self.outlet.flush();
        arrived.map_err(|error| self.named(&error))
    }
}
