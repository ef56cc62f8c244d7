//! Why a hook cannot be put up, or why sources cannot be laid out, by name and with a remedy.

use std::io;
use std::path::PathBuf;

use crate::sys::git::GitError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Git did not answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There are no sources on the disk.
    #[error("{} is a bare repository: it has no work tree and no gate file, and nothing is pushed from it as a rule", .0.display())]
    Bare(PathBuf),
    /// Inside `.git`.
    #[error("{} is not in a work tree", .0.display())]
    NoWorkTree(PathBuf),
    /// `core.hooksPath` is of the user or the machine.
    #[error("core.hooksPath is {} for every repository ({scope} configuration), and a hook there would stand in the way of them all", path.display())]
    Shared {
        /// Where it points.
        path: PathBuf,
        /// Git's word for whose configuration it is.
        scope: String,
    },
    /// A hook of somebody else is there, and one that is already kept.
    #[error("{} is not prove's, and {} is kept from before already", hook.display(), kept.display())]
    Both {
        /// The hook.
        hook: PathBuf,
        /// The one that is kept.
        kept: PathBuf,
    },
    /// The file system said no.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// The verb.
        doing: &'static str,
        /// What.
        path: PathBuf,
        /// Its words.
        source: io::Error,
    },
    /// What git says that is pushed cannot be read.
    #[error("line {line} of what git hands to a pre-push hook is not four words: {text:?}")]
    BadLine {
        /// 1-based.
        line: usize,
        /// As it came.
        text: String,
    },
    /// It stands for no commit.
    #[error("{0:?} stands for no commit, so there is nothing that gates could look at")]
    NoCommit(String),
    /// The index has conflicts, or cannot be written as a tree.
    #[error("what is staged cannot be written down: {0}")]
    Index(String),
    /// There is no place for a tree of its own.
    #[error(
        "neither XDG_CACHE_HOME nor HOME is set: there is no place for the tree in which commits are proved"
    )]
    NoCache,
    /// The commit's submodules cannot be had.
    #[error("the submodules of the commit cannot be checked out: {0}")]
    Submodules(String),
}

impl HookError {
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
            Self::Bare(_) => Some("install the hook in the clone that people work in; on a server, run `prove` in the CI".to_owned()),
            Self::NoWorkTree(_) => Some("go to the directory of the project".to_owned()),
            Self::Shared { .. } => Some(
                "give this repository hooks of its own: `git config core.hooksPath \"$(git rev-parse --git-common-dir)/hooks\"`, or call `prove hook run pre-push` from the shared hook".to_owned(),
            ),
            Self::Both { kept, .. } => Some(format!(
                "look at both; delete {} if it is no longer needed, and install again",
                kept.display()
            )),
            Self::Io { source, path, .. } => io_hint(source, path),
            Self::BadLine { .. } => {
                Some("hand over the hook's standard input as git gives it".to_owned())
            }
            Self::Index(_) => Some("`git status` says which paths are in conflict".to_owned()),
            Self::NoCache => Some("set HOME or XDG_CACHE_HOME".to_owned()),
            Self::Submodules(_) => {
                Some("see whether `git submodule update --init --recursive` gets them in a fresh clone".to_owned())
            }
            Self::NoCommit(_) | Self::Git(_) => None,
        }
    }
}

fn io_hint(source: &io::Error, path: &std::path::Path) -> Option<String> {
    let path = path.display();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Some(format!(
            "make it writable for you; `ls -ld {path}` shows whose it is"
        )),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Some(
            "it must be a directory; `git config core.hooksPath` says whether git looks for hooks there"
                .to_owned(),
        ),
        io::ErrorKind::InvalidInput => Some(format!("move {path} away; prove makes it anew")),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("make room on that disk".to_owned())
        }
        _ => None,
    }
}
