//! Answers: what an executor observed when it was asked a probe. Observations only, no verdicts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, ImageIdentity};

/// The answer to one probe.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Probe::Run`: a process or container was started and ended.
    Ran(Box<Ran>),
    /// To `Probe::List`: the entries that match, one list per pattern, in the patterns' order.
    Listed(Vec<Vec<Entry>>),
    /// To `Probe::Tracked`: the paths that git tracks and that match, sorted.
    Tracked(Vec<String>),
    /// To `Probe::Files`.
    Matched(Matched),
    /// To `Probe::Read`: the files that match, one list per pattern, in the patterns' order. A list
    /// is empty when nothing is there.
    Contents(Vec<Vec<Content>>),
    /// To `Probe::Snapshot`.
    Snapshot(Snapshot),
    /// To `Probe::Build`.
    Built(Built),
    /// To `Probe::Tag`: the reference now stands on the image.
    Tagged,
    /// There is no answer.
    Unanswered(Unanswered),
}

/// Files of the work tree, relative to the directory that was asked about, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// All that match.
    pub paths: Vec<String>,
    /// Those that changed since the base branch, when that was asked; or why it cannot be known.
    pub changed: Option<Result<Vec<String>, String>>,
}

/// A process or container that was started and ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub ending: Ending,
    /// Captured stdout when the request asked for it; `None` when it did not.
    pub stdout: Option<Vec<u8>>,
    /// Captured stderr when the request asked for it.
    pub stderr: Option<Vec<u8>>,
    /// A captured stream was longer than the limit and was cut.
    pub capture_cut: bool,
    /// Report files that match `collect.results`, by path relative to the gate's directory.
    pub results: Vec<Collected>,
    /// Things worth saying ("2 processes were left behind and were stopped").
    pub notes: Vec<String>,
}

impl Ran {
    /// A run with this ending that brought nothing else.
    #[must_use]
    pub fn ended(ending: Ending) -> Self {
        Self {
            ending,
            stdout: None,
            stderr: None,
            capture_cut: false,
            results: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// How a process or container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With this exit code.
    Exited(i32),
    /// Killed by this signal, not by `prove`.
    Signaled(i32),
    /// Killed because the memory ran out.
    OutOfMemory,
    /// `prove` stopped it.
    Stopped(StopCause),
}

/// Why `prove` stops something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// The gate's own timeout: the gate failed.
    Timeout,
    /// The run's timeout: errored.
    RunTimeout,
    /// A signal: cancelled.
    Interrupted,
    /// Another gate failed and `--fail-fast` is on: cancelled.
    FailFast,
}

/// A file that a gate brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// Relative to the gate's directory, with `/`.
    pub path: String,
    /// Its bytes; `None` when it is larger than `limits::RESULT_BYTES` or could not be read.
    pub bytes: Option<Vec<u8>>,
    /// Its stamp before this attempt; `None` when it was not there.
    pub before: Option<Stamp>,
    /// Its stamp after this attempt.
    pub after: Stamp,
}

/// A fingerprint of a file that any write changes: inode, size, mtime, ctime, or a container's
/// own account of what changed. Opaque: only equality means anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp(pub String);

/// An entry of the file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the directory that was asked about, with `/`.
    pub path: String,
    /// What it is, links not followed.
    pub kind: EntryKind,
    /// Size in bytes; 0 for what is no file.
    pub size: u64,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link whose target exists.
    Link,
    /// A symbolic link to nothing.
    BrokenLink,
    /// A socket, device or pipe.
    Other,
}

/// One file that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Relative to the directory that was asked about, with `/`.
    pub path: String,
    /// Its bytes, or why they cannot be had (a directory, too long, not readable).
    pub bytes: Result<Vec<u8>, String>,
}

/// Contents of files by digest: equal snapshots mean equal bytes, modes and names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Path (with `/`, relative to the directory asked about) to the digest of mode and content.
    pub files: BTreeMap<String, Digest>,
}

/// How an image build ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built {
    /// There is an image, and this is it.
    Image {
        /// What it is.
        image: ImageIdentity,
        /// Who built it (`buildx`, `engine buildkit`, `classic`), for the report.
        builder: String,
    },
    /// The build ran and a step of it failed, or the Dockerfile was refused.
    Failed {
        /// The builder's own words.
        message: String,
        /// Who built it.
        builder: String,
    },
}

/// There is no answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The class of the cause.
    pub why: NoAnswer,
    /// One line for people.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Unanswered {
    /// No answer, without a hint.
    #[must_use]
    pub fn new(why: NoAnswer, message: impl Into<String>) -> Self {
        Self {
            why,
            message: message.into(),
            hint: None,
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Classes of causes for which there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswer {
    /// ENOENT on exec, or no such program in the image.
    CommandNotFound,
    /// EACCES, ENOEXEC.
    NotExecutable,
    /// The process or container could not be started for another reason.
    CannotStart,
    /// The image (or the base image of a build) cannot be had.
    ImageMissing,
    /// There is no engine, or it refuses.
    EngineAbsent,
    /// The engine went away or hangs.
    EngineGone,
    /// A program that `prove` itself needs (git, docker buildx) is not there.
    ToolMissing,
    /// The builder cannot do what the build asks for.
    Unsupported,
    /// `prove` stopped it before it could answer.
    Stopped(StopCause),
    /// The work tree changed between the checks and this step.
    InputChanged,
    /// Reading or writing files failed.
    Io,
}
