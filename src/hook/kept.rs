//! The tree in which a commit is proved when the work tree is something else: one for each
//! repository, kept from time to time, so that what git ignores (`node_modules`, `target`) stays.
//!
//! It lies in the user's cache and not below the project: tools look for configuration and
//! packages in the directories above, and would find those of the work tree there.
//! Must not know what runs in it.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::subject::BITS_COUNT;
use super::{HookError, Repository, Subject};
use crate::model::Digest;
use crate::sys::fs::open_own;
use crate::sys::git::{Git, GitError};

/// Shown by `git worktree list --verbose`, and why `git worktree prune` lets it be.
const REASON: &str = "prove keeps it to prove commits in; `prove hook uninstall` removes it";

/// The kept tree, held: nobody else lays anything out in it meanwhile.
#[derive(Debug)]
pub struct Kept {
    /// Its root.
    pub path: PathBuf,
    _lock: File,
}

/// Where the kept tree of this repository is, or would be. Its last name is the project's own:
/// tools name things after it.
///
/// # Errors
/// There is no cache.
pub fn place(repository: &Repository) -> Result<PathBuf, HookError> {
    // As git writes it down: without links in it.
    let folder = all()?.join(folder_name(&repository.common));
    let name = main_name(&repository.common).unwrap_or(OsStr::new("tree"));
    Ok(folder.join(name))
}

fn cache() -> Result<PathBuf, HookError> {
    let set = |name| std::env::var_os(name).filter(|v| Path::new(v).is_absolute());
    let cache = set("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")));
    cache.ok_or(HookError::NoCache)
}

fn make_folder(folder: &Path) -> Result<(), HookError> {
    let mut make = fs::DirBuilder::new();
    let made = make.recursive(true).mode(0o700).create(folder);
    made.map_err(|error| HookError::io("create", folder, error))
}

/// The name of the directory that the repository lies in.
fn main_name(common: &Path) -> Option<&OsStr> {
    match common.file_name() {
        Some(name) if name == ".git" => common.parent()?.file_name(),
        name => name,
    }
}

impl Kept {
    /// Lays the subject out. `waits` is called when somebody else must end first.
    ///
    /// # Errors
    /// By name; the tree is then not to be used.
    pub fn lay_out(
        repository: &Repository,
        subject: &Subject,
        waits: impl FnOnce(&Path),
    ) -> Result<Self, HookError> {
        make_folder(&cache()?)?;
        let path = place(repository)?;
        let lock = lock(repository, || waits(&path))?;
        let filled = if is_whole(repository, &path) {
            fill(subject, &path)
        } else {
            make(repository, subject, &path).and_then(|()| fill(subject, &path))
        };
        match filled {
            // Whatever is wrong with it, it can be made anew.
            Err(HookError::Git(GitError::Failed(..))) => {
                make(repository, subject, &path)?;
                fill(subject, &path)?;
            }
            filled => filled?,
        }
        populate(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Removes the kept tree of a repository, and what prove remembers of it. Whether there was one.
    ///
    /// # Errors
    /// By name.
    pub fn remove(repository: &Repository) -> Result<bool, HookError> {
        let path = place(repository)?;
        let there = path.exists();
        if there || repository.own().exists() {
            let lock = lock(repository, || ())?;
            clear(repository, &path)?;
            let own = repository.own();
            fs::remove_dir_all(&own).map_err(|error| HookError::io("delete", own, error))?;
            drop(lock);
        }
        leave_no_folder(&path)?;
        Ok(there)
    }
}

/// Removes the kept tree of a repository and nothing else of it; `false` when a commit is being
/// proved in it.
///
/// # Errors
/// By name.
pub fn remove_tree(repository: &Repository) -> Result<bool, HookError> {
    let path = place(repository)?;
    let (_, file) = lock_file(repository)?;
    if file.try_lock().is_err() {
        return Ok(false);
    }
    clear(repository, &path)?;
    leave_no_folder(&path)?;
    Ok(true)
}

/// Whether a commit is being proved in the kept tree of this repository.
#[must_use]
pub fn is_held(repository: &Repository) -> bool {
    let path = repository.own().join("lock");
    match open_own(&path, OpenOptions::new().read(true)) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

/// The folder of all kept trees of this user, without links in it.
pub(super) fn all() -> Result<PathBuf, HookError> {
    let cache = cache()?;
    Ok(cache.canonicalize().unwrap_or(cache).join("prove/trees"))
}

/// The name of the folder below [`all`] that the kept tree of this repository lies in.
pub(super) fn folder_name(common: &Path) -> String {
    let digest = Digest::of(common.as_os_str().as_bytes()).hex();
    digest.get(..16).unwrap_or(&digest).to_owned()
}

/// Deletes the folder of the kept tree, and those above it that are prove's, where they are empty.
pub(super) fn leave_no_folder(tree: &Path) -> Result<(), HookError> {
    for folder in tree.ancestors().skip(1).take(3) {
        match fs::remove_dir(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => break,
            Err(error) => return Err(HookError::io("delete", folder, error)),
        }
    }
    Ok(())
}

fn lock_file(repository: &Repository) -> Result<(PathBuf, File), HookError> {
    let folder = repository.own();
    fs::create_dir_all(&folder).map_err(|error| HookError::io("create", &folder, error))?;
    let path = folder.join("lock");
    let mut open = OpenOptions::new();
    let file = open_own(&path, open.write(true).create(true).truncate(false));
    match file {
        Ok(file) => Ok((path, file)),
        Err(error) => Err(HookError::io("open", path, error)),
    }
}

/// The kernel lets go of it when the process is gone, however it ends.
fn lock(repository: &Repository, waits: impl FnOnce()) -> Result<File, HookError> {
    let (path, file) = lock_file(repository)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => waits(),
        Err(TryLockError::Error(error)) => return Err(HookError::io("lock", path, error)),
    }
    file.lock()
        .map_err(|error| HookError::io("lock", path, error))?;
    Ok(file)
}

/// Whether a work tree of this very repository is there, locked.
fn is_whole(repository: &Repository, path: &Path) -> bool {
    let git = Git::at(path);
    let at = |words: &[&str]| git.path(words).ok();
    let absolute = "--path-format=absolute";
    path.join(".git").is_file()
        && at(&["rev-parse", "--show-toplevel"]).is_some_and(|top| top == path)
        && at(&["rev-parse", absolute, "--git-common-dir"]).as_ref() == Some(&repository.common)
        && at(&["rev-parse", "--absolute-git-dir"]).is_some_and(|dir| dir.join("locked").exists())
}

fn make(repository: &Repository, subject: &Subject, path: &Path) -> Result<(), HookError> {
    clear(repository, path)?;
    let folder = path.parent().unwrap_or(path);
    make_folder(folder)?;
    let git = repository.git();
    let start = match &subject.head {
        Some(head) => head.clone(),
        // Before the first commit: git wants one to begin with.
        None => unborn(&git, &subject.object)?,
    };
    let words = ["worktree", "add", "--quiet", "--detach", "--no-checkout"].map(OsStr::new);
    let words = [
        quiet().as_slice(),
        &words,
        &[path.as_os_str(), OsStr::new(&start)],
    ]
    .concat();
    git.output(&words)?;
    let words = ["worktree", "lock", "--reason", REASON].map(OsStr::new);
    git.output(&[&words[..], &[path.as_os_str()]].concat())?;
    Ok(())
}

/// Takes away what is there, and what git remembers of it.
fn clear(repository: &Repository, path: &Path) -> Result<(), HookError> {
    let git = repository.git();
    match unlock(&git, path) {
        // There is none, or it is not locked.
        Ok(_) | Err(GitError::Failed(..)) => {}
        Err(error) => return Err(error.into()),
    }
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(HookError::io("delete", path, error));
        }
        _ => {}
    }
    git.output(&["worktree", "prune", "--expire=now"])?;
    Ok(())
}

fn unlock(git: &Git, path: &Path) -> Result<Vec<u8>, GitError> {
    let words = ["worktree", "unlock"].map(OsStr::new);
    git.output(&[&words[..], &[path.as_os_str()]].concat())
}

/// A commit that is in no branch.
fn unborn(git: &Git, tree: &str) -> Result<String, GitError> {
    let who = [
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    ];
    let git = who
        .into_iter()
        .fold(git.clone(), |git, name| git.with(name, "prove"));
    git.text(&["commit-tree", tree, "-m", "what is staged"])
}

/// Hooks of the project do not run for what we lay out, and all files are laid out, as executable
/// as they are in the subject.
fn quiet() -> [&'static OsStr; 6] {
    [
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.sparseCheckout=false",
        "-c",
        BITS_COUNT,
    ]
    .map(OsStr::new)
}

/// Makes the files those of the subject. What git ignores stays.
fn fill(subject: &Subject, path: &Path) -> Result<(), HookError> {
    let git = Git::at(path);
    let quiet: Vec<&str> = quiet().iter().filter_map(|word| word.to_str()).collect();
    let run = |words: &[&str]| git.output(&[&quiet, words].concat());
    // Of one that was killed here; whoever holds our lock is alone.
    let folder = git.path(&["rev-parse", "--absolute-git-dir"])?;
    for name in ["index.lock", "HEAD.lock"] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(HookError::io("delete", folder.join(name), error));
            }
            _ => {}
        }
    }
    match (&subject.head, &subject.stands_for) {
        (Some(head), _) => drop(run(&["update-ref", "--no-deref", "HEAD", head])?),
        (None, Some(branch)) => drop(run(&["symbolic-ref", "HEAD", branch])?),
        (None, None) => return Err(GitError::NoCommit.into()),
    }
    run(&["read-tree", "--reset", "-u", &subject.object])?;
    run(&["clean", "-ffdq"])?;
    Ok(())
}

/// Checks out the commit's submodules. Which of them the user wants in the work tree is written in
/// the configuration that all work trees share: it is left alone, so no `--init` here.
fn populate(path: &Path) -> Result<(), HookError> {
    if !path.join(".gitmodules").exists() {
        return Ok(());
    }
    let git = Git::at(path);
    let quiet: Vec<&str> = quiet().iter().filter_map(|word| word.to_str()).collect();
    let update = "git submodule --quiet update --init --recursive --force";
    let active = ["-c", "submodule.active=."];
    for words in [
        &["submodule", "--quiet", "update", "--force"][..],
        &["submodule", "--quiet", "foreach", update],
    ] {
        let asked = git.output(&[&quiet, &active[..], words].concat());
        asked.map_err(|error| HookError::Submodules(error.to_string()))?;
    }
    Ok(())
}
