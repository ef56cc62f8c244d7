//! What is proved: a commit, or a tree that is about to become one; and whether a work tree is
//! exactly that.
//!
//! Must not know where it is laid out when the work tree is not.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::{HookError, Repository};
use crate::sys::git::{Git, GitError};

/// Sources that git has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The object that has the files: a commit or a tree.
    pub object: String,
    /// The commit that HEAD is on; `None` before the first.
    pub head: Option<String>,
    /// The full ref that it stands for (`refs/heads/main`), as far as it is known.
    pub stands_for: Option<String>,
    /// For people.
    pub label: String,
}

/// A path in which a work tree is not the subject, relative to its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As git writes it.
    pub path: String,
    /// Git does not track it, and does not ignore it either.
    pub untracked: bool,
}

impl Subject {
    /// What was asked for by a name of git's: a commit, a tag, a tree.
    ///
    /// # Errors
    /// It stands for nothing that has files.
    pub fn named(repository: &Repository, name: &str) -> Result<Self, HookError> {
        let git = repository.git();
        let peeled = |kind: &str| {
            let name = format!("{name}^{{{kind}}}");
            let words = ["rev-parse", "--verify", "-q", "--end-of-options", &name];
            git.maybe(&words)
                .map(|object| object.filter(|text| !text.is_empty()))
        };
        let full = [
            "rev-parse",
            "--symbolic-full-name",
            "--verify",
            "-q",
            "--end-of-options",
            name,
        ];
        if let Some(commit) = peeled("commit")? {
            let stands_for = git.maybe(&full)?;
            return Ok(Self {
                label: format!("commit {}", short(&commit)),
                head: Some(commit.clone()),
                object: commit,
                stands_for: stands_for.filter(|full| full.starts_with("refs/")),
            });
        }
        match peeled("tree")? {
            Some(tree) => Self::tree(repository, tree),
            None => Err(HookError::NoCommit(name.to_owned())),
        }
    }

    /// What is staged; `index` is the file that git names in `GIT_INDEX_FILE`.
    ///
    /// # Errors
    /// It has conflicts, or cannot be read.
    pub fn staged(repository: &Repository, index: Option<&Path>) -> Result<Self, HookError> {
        let tree = write_tree(repository, index)?;
        Self::tree(repository, tree)
    }

    fn tree(repository: &Repository, tree: String) -> Result<Self, HookError> {
        let git = repository.git();
        Ok(Self {
            label: format!("what is staged ({})", short(&tree)),
            object: tree,
            head: git.maybe(&["rev-parse", "--verify", "-q", "HEAD^{commit}"])?,
            stands_for: git.maybe(&["symbolic-ref", "-q", "HEAD"])?,
        })
    }

    /// Whether this is a commit, and not what may become one.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        self.head.as_ref() == Some(&self.object)
    }

    /// By what it is remembered: the same files on top of the same commit.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.head {
            Some(head) if *head == self.object => head.clone(),
            Some(head) => format!("{}+{head}", self.object),
            None => format!("{}+", self.object),
        }
    }

    /// In what the repository's work tree is not exactly this; `None` when it is on another
    /// commit, has other things staged, or hides changes from git's eyes.
    ///
    /// # Errors
    /// Git does not answer.
    pub fn differences(
        &self,
        repository: &Repository,
    ) -> Result<Option<Vec<Difference>>, HookError> {
        let git = repository.git();
        if git.maybe(&["rev-parse", "--verify", "-q", "HEAD^{commit}"])? != self.head {
            return Ok(None);
        }
        if !self.is_commit() && write_tree(repository, None)? != self.object {
            return Ok(None);
        }
        if hides(&git)? {
            return Ok(None);
        }
        let status = git.output(&[
            "-c",
            BITS_COUNT,
            "status",
            "--porcelain",
            "-z",
            "--no-renames",
            "--untracked-files=all",
            "--ignore-submodules=none",
        ])?;
        let entries = status.split(|byte| *byte == 0).filter(|e| e.len() > 3);
        let differs = entries.filter(|entry| self.is_commit() || entry[1] != b' ');
        let difference = |entry: &[u8]| Difference {
            path: String::from_utf8_lossy(&entry[3..]).into_owned(),
            untracked: entry.starts_with(b"??"),
        };
        Ok(Some(differs.map(difference).collect()))
    }
}

/// Those of these files (absolute) that git does not track in this work tree, its submodules
/// included; of a link that counts to which it leads.
///
/// # Errors
/// Git does not answer.
pub fn foreign(tree: &Path, files: &[PathBuf]) -> Result<Vec<PathBuf>, HookError> {
    let tree = tree
        .canonicalize()
        .map_err(|error| HookError::io("read", tree, error))?;
    let inside = |file: &PathBuf| {
        let real = file.canonicalize().ok()?;
        Some(real.strip_prefix(&tree).ok()?.to_owned())
    };
    let asked: BTreeSet<PathBuf> = files.iter().filter_map(inside).collect();
    let words = ["ls-files", "-z", "--cached", "--recurse-submodules", "--"].map(OsStr::new);
    let paths = asked.iter().map(|path| path.as_os_str());
    let words: Vec<&OsStr> = words.into_iter().chain(paths).collect();
    let git = Git::at(&tree).with("GIT_LITERAL_PATHSPECS", "1");
    let listed = git.output(&words)?;
    let tracked: BTreeSet<&[u8]> = listed.split(|byte| *byte == 0).collect();
    let is_foreign = |file: &&PathBuf| {
        inside(file).is_none_or(|path| !tracked.contains(path.as_os_str().as_bytes()))
    };
    Ok(files.iter().filter(is_foreign).cloned().collect())
}

/// A repository may have git overlook which files can be executed; those who run them do not.
pub(super) const BITS_COUNT: &str = "core.fileMode=true";

/// The first characters of an object's name.
fn short(object: &str) -> &str {
    object.get(..10).unwrap_or(object)
}

/// Whether git was told not to look at some files (`--assume-unchanged`, `--skip-worktree`, a
/// sparse checkout): then it does not know what is on the disk.
fn hides(git: &Git) -> Result<bool, GitError> {
    let listed = git.output(&["ls-files", "-v", "-z"])?;
    let mut tags = listed
        .split(|byte| *byte == 0)
        .filter_map(|entry| entry.first());
    Ok(tags.any(|tag| *tag == b'S' || tag.is_ascii_lowercase()))
}

/// The index as a tree. A copy is asked: git holds the lock of the real one during a commit.
fn write_tree(repository: &Repository, index: Option<&Path>) -> Result<String, HookError> {
    let git = repository.git();
    let real = match index {
        Some(path) => repository.top.join(path),
        None => git.path(&["rev-parse", "--path-format=absolute", "--git-path", "index"])?,
    };
    let folder = repository.own();
    fs::create_dir_all(&folder).map_err(|error| HookError::io("create", &folder, error))?;
    let copy = tempfile::Builder::new()
        .prefix("index-")
        .tempdir_in(&folder);
    let copy = copy.map_err(|error| HookError::io("create", &folder, error))?;
    let path = copy.path().join("index");
    match fs::copy(&real, &path) {
        Ok(_) => {}
        // Nothing was ever staged.
        Err(error) if error.kind() == io::ErrorKind::NotFound && index.is_none() => {}
        Err(error) => return Err(HookError::io("read", real, error)),
    }
    let written = git.with("GIT_INDEX_FILE", path).text(&["write-tree"]);
    written.map_err(|error| match error {
        GitError::Failed(_, why) => HookError::Index(why),
        other => other.into(),
    })
}
