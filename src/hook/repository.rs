//! The repository that a hook stands in: its work tree, what its work trees share, its hooks.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::HookError;
use crate::sys::git::Git;

/// A repository with a work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The root of the work tree.
    pub top: PathBuf,
    /// What all work trees of the repository share (`.git` in a plain clone).
    pub common: PathBuf,
}

impl Repository {
    /// The one that this directory (absolute, without links in it) is in.
    ///
    /// # Errors
    /// There is none, it is bare, or git does not answer.
    pub fn find(here: &Path) -> Result<Self, HookError> {
        // One question, as every push waits for it. Only what comes last may have newlines.
        let answer = Git::at(here).path(&[
            "rev-parse",
            "--is-inside-work-tree",
            "--is-bare-repository",
            "--show-cdup",
            "--path-format=absolute",
            "--git-common-dir",
        ])?;
        let mut lines = answer
            .as_os_str()
            .as_bytes()
            .splitn(4, |byte| *byte == b'\n');
        let mut line = || lines.next().unwrap_or_default();
        match (line(), line()) {
            (b"true", b"false") => {}
            (_, b"true") => return Err(HookError::Bare(here.to_owned())),
            _ => return Err(HookError::NoWorkTree(here.to_owned())),
        }
        let up = line().iter().filter(|byte| **byte == b'/').count();
        let top = here.ancestors().nth(up);
        Ok(Self {
            top: top.unwrap_or(here).to_owned(),
            common: PathBuf::from(OsStr::from_bytes(line())),
        })
    }

    /// Git, asked from the work tree.
    #[must_use]
    pub fn git(&self) -> Git {
        Git::at(&self.top)
    }

    /// Where git looks for hooks.
    ///
    /// # Errors
    /// `core.hooksPath` is not this repository's own, or git does not answer.
    pub fn hooks(&self) -> Result<PathBuf, HookError> {
        let git = self.git();
        let words = ["config", "--show-scope", "--get", "core.hooksPath"];
        let set = git.maybe(&words)?;
        let path = git.path(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
        match set.as_deref().and_then(|set| set.split_once('\t')) {
            Some((scope @ ("global" | "system"), _)) => Err(HookError::Shared {
                path,
                scope: scope.to_owned(),
            }),
            _ => Ok(path),
        }
    }

    /// The folder of prove's own files.
    #[must_use]
    pub fn own(&self) -> PathBuf {
        self.common.join("prove")
    }
}
