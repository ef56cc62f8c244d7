//! The `git` program, asked from one directory: what it says, or why it said nothing.
//! Asked with nothing of the user's configuration that could run something.

mod project;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Why git did not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git`.
    #[error("git is not installed, or not in PATH")]
    ToolMissing,
    /// The project is in no repository.
    #[error("{0} is not in a git repository")]
    NoRepository(PathBuf),
    /// The repository belongs to somebody else and git refuses it.
    #[error(
        "git refuses the repository because it belongs to another user; \
         `git config --global --add safe.directory {0}` lets it in"
    )]
    DubiousOwnership(PathBuf),
    /// There is a repository without a commit.
    #[error("the repository has no commit yet")]
    NoCommit,
    /// Anything else, in git's own words.
    #[error("`git {0}` failed: {1}")]
    Failed(String, String),
}

/// Git, asked from one directory.
#[derive(Clone, Debug)]
pub struct Git {
    root: PathBuf,
    env: Vec<(&'static str, OsString)>,
}

/// Set by git for hooks and aliases; a repository is found from the directory, not from these.
/// Whoever starts something for another directory takes them out of its environment.
pub const LOCAL_ENV: [&str; 14] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
];

impl Git {
    /// Asks from this directory; paths are relative to it.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            env: Vec::new(),
        }
    }

    /// Asks with this variable set.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Runs git with these words and gives what it printed.
    ///
    /// # Errors
    /// [`GitError`]; any exit code but 0.
    pub fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, GitError> {
        self.run(args)
    }

    /// The same for words whose answer is one line of text.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn text<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String, GitError> {
        self.line(args)
    }

    /// The same for words whose answer is one path: its own newlines are part of it.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn path<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<PathBuf, GitError> {
        let mut bytes = self.run(args)?;
        bytes.pop_if(|last| *last == b'\n');
        Ok(PathBuf::from(OsString::from_vec(bytes)))
    }

    /// Runs git with these words, feeds it these bytes, and gives what it printed.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn fed(&self, args: &[&str], stdin: Vec<u8>) -> Result<Vec<u8>, GitError> {
        let failed = |error: io::Error| GitError::Failed(args.join(" "), error.to_string());
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.cannot(args, &error))?;
        let pipe = child.stdin.take();
        // Beside the reading: git answers before it has heard all.
        let writer = std::thread::spawn(move || pipe.map_or(Ok(()), |mut p| p.write_all(&stdin)));
        let out = child.wait_with_output().map_err(failed)?;
        let written = writer.join();
        if !out.status.success() {
            return Err(self.failure(args, &out.stderr));
        }
        match written {
            Ok(written) => written.map_err(failed)?,
            Err(_) => return Err(failed(io::Error::other("it could not be written to"))),
        }
        Ok(out.stdout)
    }

    /// One answer, its last newline taken off.
    fn line<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.run(args)?)
            .trim_end()
            .to_owned())
    }

    /// One answer of a command that says "there is none" by failing with code 1.
    ///
    /// # Errors
    /// [`GitError`]; any other exit code.
    pub fn maybe<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Option<String>, GitError> {
        let out = self.ask(args)?;
        match out.status.code() {
            Some(0) => Ok(Some(
                String::from_utf8_lossy(&out.stdout).trim_end().to_owned(),
            )),
            Some(1) => Ok(None),
            _ => Err(self.failure(args, &out.stderr)),
        }
    }

    fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, GitError> {
        let out = self.ask(args)?;
        if out.status.success() {
            Ok(out.stdout)
        } else {
            Err(self.failure(args, &out.stderr))
        }
    }

    fn ask<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, GitError> {
        let mut command = self.command(args);
        command.stdin(Stdio::null());
        command.output().map_err(|error| self.cannot(args, &error))
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new("git");
        command
            .args(["-c", "core.fsmonitor=", "-c", "core.quotepath=off"])
            .args(args)
            .current_dir(&self.root)
            .env("GIT_OPTIONAL_LOCKS", "0")
            // `git replace` shows other files here than a push sends.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("LC_ALL", "C");
        for name in LOCAL_ENV {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    fn cannot<S: AsRef<OsStr>>(&self, args: &[S], error: &io::Error) -> GitError {
        match error.kind() {
            io::ErrorKind::NotFound if self.root.is_dir() => GitError::ToolMissing,
            _ => GitError::Failed(words(args), error.to_string()),
        }
    }

    fn failure<S: AsRef<OsStr>>(&self, args: &[S], stderr: &[u8]) -> GitError {
        let text = String::from_utf8_lossy(stderr);
        if text.contains("dubious ownership") {
            GitError::DubiousOwnership(self.root.clone())
        } else if text.contains("not a git repository") {
            GitError::NoRepository(self.root.clone())
        } else {
            GitError::Failed(words(args), text.trim().to_owned())
        }
    }
}

fn words<S: AsRef<OsStr>>(args: &[S]) -> String {
    let words = args.iter().map(|word| word.as_ref().to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}
