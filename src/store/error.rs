//! What can go wrong with `.prove`, by name.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::event::wire::WireError;
use crate::model::Reason;

/// Who holds the run lock. A field is `None` when the holder has not written it down yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Its process id.
    pub pid: Option<u32>,
    /// The run's id.
    pub run: Option<String>,
    /// When it started, RFC 3339.
    pub since: Option<String>,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another run is going on in this project")?;
        if let Some(run) = &self.run {
            write!(f, ": {run}")?;
        }
        if let Some(pid) = self.pid {
            write!(f, ", process {pid}")?;
        }
        match &self.since {
            Some(since) => write!(f, ", since {since}"),
            None => Ok(()),
        }
    }
}

/// What went wrong in `.prove`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something of ours is there, but it is a file where a folder must be, or the like.
    #[error("{} is {found}, and must be {wanted}", path.display())]
    WrongKind {
        /// What is there.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// The file system said no.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// The verb ("create", "write", "read").
        doing: &'static str,
        /// What.
        path: PathBuf,
        /// Its words.
        source: io::Error,
    },
    /// Another run holds the lock.
    #[error("{0}")]
    Held(Held),
    /// Not the shape of a run id.
    #[error("{0:?} is no run id")]
    BadId(String),
    /// No such run.
    #[error("there is no run {which:?} in {}", runs.display())]
    NoSuchRun {
        /// What was asked for.
        which: String,
        /// Where it was looked for.
        runs: PathBuf,
        /// The newest run that there is.
        newest: Option<String>,
    },
    /// The run has no log of that gate.
    #[error("run {run} has no log of {gate}")]
    NoSuchLog {
        /// The run.
        run: String,
        /// The gate.
        gate: String,
    },
    /// A line of the recording cannot be read.
    #[error("{}:{line}: {source}", path.display())]
    BadLine {
        /// The recording.
        path: PathBuf,
        /// 1-based.
        line: u64,
        /// Why.
        source: WireError,
    },
    /// The recording is not one stream from its start without gaps.
    #[error("{}:{line}: event {found} stands where event {expected} must stand", path.display())]
    Gap {
        /// The recording.
        path: PathBuf,
        /// 1-based.
        line: u64,
        /// The number that had to come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// The recording does not begin with the head of a run, goes on behind its end, or does not
    /// agree with itself.
    #[error("{}:{line}: {what}", path.display())]
    OutOfOrder {
        /// The recording.
        path: PathBuf,
        /// 1-based.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
}

impl StoreError {
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Io {
            doing,
            path: path.into(),
            source,
        }
    }

    /// What to do next, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::WrongKind { path, .. } => {
                Some(format!("move {} away; prove makes it anew", path.display()))
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                    Some("prove records each run in .prove/ of the project: it must be able to write there".to_owned())
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("make room on that disk and run again".to_owned())
                }
                io::ErrorKind::InvalidInput => Some("move it away, and run again".to_owned()),
                io::ErrorKind::Unsupported => Some(
                    "this file system has no file locks; put the project on one that has".to_owned(),
                ),
                _ => None,
            },
            Self::Held(_) => Some("wait for it, or stop it".to_owned()),
            Self::NoSuchRun { newest: Some(newest), .. } => {
                Some(format!("the newest run is {newest}; `last` stands for it"))
            }
            Self::NoSuchRun { newest: None, .. } => {
                Some("nothing has run here yet: `prove run`".to_owned())
            }
            Self::BadLine { source: WireError::Damaged(_), .. }
            | Self::Gap { .. }
            | Self::OutOfOrder { .. } => {
                Some("the recording was changed or damaged and proves nothing: run again".to_owned())
            }
            Self::BadLine { .. } => {
                Some("it was recorded by a newer prove: read it with that one".to_owned())
            }
            Self::BadId(_) | Self::NoSuchLog { .. } => None,
        }
    }
}

impl From<&StoreError> for Reason {
    fn from(error: &StoreError) -> Self {
        Self {
            headline: error.to_string(),
            details: Vec::new(),
            hint: error.hint(),
        }
    }
}
