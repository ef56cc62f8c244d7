//! Starts the leader of a process group, and waits for it.
//!
//! On Linux by `vfork.rs`, which is quicker than the standard library; elsewhere, and on kernels
//! before 5.3, by `portable.rs`. Must not know gates.

mod portable;
#[cfg(target_os = "linux")]
mod vfork;

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::ExitStatus;

/// What is to be started. Its standard input is empty, its signals are as a shell would have them.
#[derive(Debug)]
pub struct Order {
    program: CString,
    words: Vec<CString>,
    environment: Vec<CString>,
    directory: CString,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

impl Order {
    /// `program` is a path, taken from `directory` when it is relative; `words` are its arguments,
    /// its own name first; `environment` is all that it gets.
    ///
    /// # Errors
    /// When there is a NUL in one of them.
    pub fn new(
        program: &Path,
        words: &[String],
        environment: &BTreeMap<&str, &str>,
        directory: &Path,
        (stdout, stderr): (OwnedFd, OwnedFd),
    ) -> io::Result<Self> {
        let words = words.iter().map(|word| Ok(CString::new(word.as_str())?));
        let environment = environment
            .iter()
            .map(|(name, value)| Ok(CString::new(format!("{name}={value}"))?));
        Ok(Self {
            program: CString::new(program.as_os_str().as_bytes())?,
            words: words.collect::<io::Result<_>>()?,
            environment: environment.collect::<io::Result<_>>()?,
            directory: CString::new(directory.as_os_str().as_bytes())?,
            stdout,
            stderr,
        })
    }
}

/// Starts processes.
#[derive(Debug)]
pub struct Spawner {
    /// `/dev/null`, their standard input.
    null: File,
    #[cfg(target_os = "linux")]
    fast: Option<vfork::Stack>,
}

/// A process that was started, and leads a group of its own. Whoever drops it before it was waited
/// for has killed it before, and leaves its remains to the end of the run.
#[derive(Debug)]
pub struct Leader(Kind);

#[derive(Debug)]
enum Kind {
    Portable(i32, Box<tokio::process::Child>),
    #[cfg(target_os = "linux")]
    Fast(vfork::Process),
}

impl Spawner {
    /// # Errors
    /// When `/dev/null` cannot be opened.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            null: File::open("/dev/null")?,
            #[cfg(target_os = "linux")]
            fast: vfork::Stack::new(),
        })
    }

    /// Starts this in a process group of its own. To be called inside a runtime.
    ///
    /// # Errors
    /// What the kernel says of the program, the directory or itself; then there is no process.
    pub fn start(&mut self, order: Order) -> io::Result<Leader> {
        #[cfg(target_os = "linux")]
        if let Some(stack) = &mut self.fast {
            return vfork::start(stack, &order, &self.null)
                .map(|process| Leader(Kind::Fast(process)));
        }
        portable::start(order, &self.null).map(|(pid, child)| Leader(Kind::Portable(pid, child)))
    }
}

impl Leader {
    /// Its number, and its group's.
    #[must_use]
    pub fn pid(&self) -> i32 {
        match &self.0 {
            Kind::Portable(pid, _) => *pid,
            #[cfg(target_os = "linux")]
            Kind::Fast(process) => process.pid(),
        }
    }

    /// Waits for its end. To be called until it gives an ending, and not again.
    ///
    /// # Errors
    /// When the kernel does not say how it ended.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        match &mut self.0 {
            Kind::Portable(_, child) => child.wait().await,
            #[cfg(target_os = "linux")]
            Kind::Fast(process) => process.wait().await,
        }
    }
}

#[cfg(test)]
mod tests;
