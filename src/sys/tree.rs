//! The work tree's fingerprint: did a file change between the checks and the build (rule 5)?
//!
//! Stats first, contents only where a stat differs. Must not know who may write what: the caller
//! says which paths do not count.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::git::{Git, GitError};
use super::walk::{self, Budget};
use crate::model::Digest;

/// Says of a path (relative to the root, with `/`) that it does not count.
pub type Excluded = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Names further entries that count, absolute or relative to the root; asked anew every time.
pub type Further = Box<dyn Fn() -> Result<Vec<PathBuf>, String> + Send + Sync>;

/// Files above this are compared by stat alone.
const BIG: u64 = 256 << 20;
/// A file that was touched so shortly before it was read may change again without a new stamp.
const RACY_NS: i128 = 100_000_000;

/// A work tree as it was.
pub struct Tree {
    root: PathBuf,
    excluded: Excluded,
    further: Further,
    files: BTreeMap<PathBuf, Known>,
}

/// What is known of one file.
struct Known {
    stat: Stat,
    /// The stat alone proves nothing: too young.
    racy: bool,
    content: Content,
}

/// Any write changes one of these.
#[derive(PartialEq, Eq, Clone, Copy, Hash)]
struct Stat {
    dev: u64,
    ino: u64,
    mode: u32,
    size: u64,
    modified: i128,
    changed: i128,
}

#[derive(PartialEq, Eq)]
enum Content {
    /// The permissions, all of which reach an image, and the bytes.
    File(u32, Digest),
    /// By stat alone.
    Big(Stat),
    Link(PathBuf),
    /// A directory that is named itself, with its permissions.
    Directory(u32),
    /// A socket, a device.
    Other,
    /// Listed by git, not on the disk.
    Missing,
}

impl Tree {
    /// Reads the work tree: what git tracks or would track; without git, everything but `.git`.
    /// `.prove` never counts.
    ///
    /// # Errors
    /// In words for people, when a file cannot be read or git refuses.
    pub fn take(root: &Path, excluded: Excluded) -> Result<Self, String> {
        let further: Further = Box::new(|| Ok(Vec::new()));
        Self::take_with(root, excluded, further, &Budget::until_stopped())
    }

    /// The same with further entries, those that git ignores or that lie outside too; ends early
    /// when the budget is stopped, as the other methods do.
    ///
    /// # Errors
    /// As [`Tree::take`], and what `further` says.
    pub fn take_with(
        root: &Path,
        excluded: Excluded,
        further: Further,
        budget: &Budget,
    ) -> Result<Self, String> {
        let mut tree = Self {
            root: root.to_owned(),
            excluded,
            further,
            files: BTreeMap::new(),
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(|e| e.to_string())?;
        let now = i128::try_from(now.as_nanos()).map_err(|e| e.to_string())?;
        for path in tree.list()? {
            let known = tree.look(&path, now, budget)?;
            tree.files.insert(path, known);
        }
        Ok(tree)
    }

    /// Paths that are new, gone, or have other content than at the start, sorted.
    ///
    /// # Errors
    /// In words for people, when it cannot be known.
    pub fn changed(&self, budget: &Budget) -> Result<Vec<String>, String> {
        let mut changed = Vec::new();
        let mut seen = 0;
        for path in self.list()? {
            let same = match self.files.get(&path) {
                Some(known) => {
                    seen += 1;
                    self.is_as_it_was(&path, known, budget)?
                }
                // A new directory is no news by itself: what is in it is.
                None => {
                    let met = stat(&self.root.join(&path)).map_err(|error| tell(&path, &error))?;
                    met.is_some_and(|met| met.is_dir())
                }
            };
            if !same {
                changed.push(path);
            }
        }
        if seen < self.files.len() {
            let now: std::collections::BTreeSet<PathBuf> = self.list()?.into_iter().collect();
            let gone = self.files.iter().filter(|(path, known)| {
                !now.contains(*path) && !matches!(known.content, Content::Directory(_))
            });
            changed.extend(gone.map(|(path, _)| path.clone()));
        }
        let mut names: Vec<String> = changed.iter().map(|path| super::fs::text(path)).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Every path that counts with a stamp that any write changes, also one that is undone.
    ///
    /// # Errors
    /// In words for people, when a file cannot be looked at.
    pub fn stamps(&self, budget: &Budget) -> Result<BTreeMap<PathBuf, u64>, String> {
        let mut stamps = BTreeMap::new();
        for path in self.list()? {
            budget.check(0)?;
            let met = stat(&self.root.join(&path)).map_err(|error| tell(&path, &error))?;
            // What happens to a directory itself by what is put into it is no news.
            if met.as_ref().is_some_and(Metadata::is_dir) {
                continue;
            }
            let mut hasher = DefaultHasher::new();
            met.map_or(Stat::NONE, |met| Stat::of(&met))
                .hash(&mut hasher);
            stamps.insert(path, hasher.finish());
        }
        Ok(stamps)
    }

    /// The digest of a regular file's bytes as it was, when it counts and is small enough to be
    /// read.
    #[must_use]
    pub fn digest(&self, path: &Path) -> Option<Digest> {
        match self.files.get(path)?.content {
            Content::File(_, digest) => Some(digest),
            _ => None,
        }
    }

    /// How many files count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn is_as_it_was(&self, path: &Path, known: &Known, budget: &Budget) -> Result<bool, String> {
        budget.check(0)?;
        let told = |error| tell(path, &error);
        match stat(&self.root.join(path)).map_err(told)? {
            None => Ok(known.content == Content::Missing),
            Some(meta) if !known.racy && Stat::of(&meta) == known.stat => Ok(true),
            Some(meta) => {
                Ok(content(&self.root.join(path), &meta, budget).map_err(told)? == known.content)
            }
        }
    }

    fn look(&self, path: &Path, now: i128, budget: &Budget) -> Result<Known, String> {
        budget.check(0)?;
        let full = self.root.join(path);
        let Some(meta) = stat(&full).map_err(|e| tell(path, &e))? else {
            return Ok(Known {
                stat: Stat::NONE,
                racy: true,
                content: Content::Missing,
            });
        };
        let stat = Stat::of(&meta);
        let racy = stat.modified.max(stat.changed) > now - RACY_NS;
        let content = content(&full, &meta, budget).map_err(|e| tell(path, &e))?;
        Ok(Known {
            stat,
            racy,
            content,
        })
    }

    fn list(&self) -> Result<Vec<PathBuf>, String> {
        let mut paths = list(&self.root, Path::new(""))?;
        let further = (self.further)()?.into_iter();
        paths.extend(further.map(|path| match path.strip_prefix(&self.root) {
            Ok(inside) => inside.to_owned(),
            Err(_) => path,
        }));
        paths.retain(|path| {
            let name = super::fs::text(path);
            !walk::is_private(path) && !(self.excluded)(&name)
        });
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}

impl Stat {
    const NONE: Self = Self {
        dev: 0,
        ino: 0,
        mode: 0,
        size: 0,
        modified: 0,
        changed: 0,
    };

    fn of(meta: &Metadata) -> Self {
        let ns = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Self {
            dev: meta.dev(),
            ino: meta.ino(),
            mode: meta.mode(),
            size: meta.size(),
            modified: ns(meta.mtime(), meta.mtime_nsec()),
            changed: ns(meta.ctime(), meta.ctime_nsec()),
        }
    }
}

/// All files below `prefix`; repositories inside are listed by git as well.
fn list(root: &Path, prefix: &Path) -> Result<Vec<PathBuf>, String> {
    let here = root.join(prefix);
    let names = match Git::at(&here).work_files() {
        Ok(names) => names,
        Err(GitError::NoRepository(_) | GitError::ToolMissing) => return walked(root, prefix),
        Err(error) => return Err(error.to_string()),
    };
    let mut paths = Vec::new();
    for name in names {
        let path = prefix.join(name);
        let full = root.join(&path);
        let is_repository = full.join(".git").exists()
            && fs::symlink_metadata(&full).is_ok_and(|meta| meta.is_dir());
        if is_repository {
            paths.extend(list(root, &path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn walked(root: &Path, prefix: &Path) -> Result<Vec<PathBuf>, String> {
    let met = walk::below(root, prefix, &Budget::default(), |path, _| {
        !walk::is_private(path)
    })?;
    Ok(met
        .into_iter()
        .filter(|met| !met.kind.is_dir())
        .map(|met| met.path)
        .collect())
}

fn stat(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if walk::is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn content(path: &Path, meta: &Metadata, budget: &Budget) -> io::Result<Content> {
    let kind = meta.file_type();
    if kind.is_symlink() {
        return Ok(Content::Link(fs::read_link(path)?));
    }
    let stat = Stat::of(meta);
    let permissions = stat.mode & 0o7777;
    if kind.is_dir() {
        return Ok(Content::Directory(permissions));
    }
    if !kind.is_file() {
        return Ok(Content::Other);
    }
    if stat.size > BIG {
        return Ok(Content::Big(stat));
    }
    Ok(Content::File(permissions, digest_file(path, budget)?))
}

/// The SHA-256 of a file's bytes, read as a stream.
///
/// # Errors
/// Whatever the file system says, and a budget that is used up.
pub fn digest_file(path: &Path, budget: &Budget) -> io::Result<Digest> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = [0_u8; 16 << 10];
    loop {
        budget.check(0).map_err(io::Error::other)?;
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Digest::finish(hasher)),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of a file as a snapshot has it: what it is, whether it is executable, its content.
///
/// # Errors
/// As [`digest_file`].
pub fn digest_entry(path: &Path, budget: &Budget) -> io::Result<Digest> {
    let meta = fs::symlink_metadata(path)?;
    let (word, content) = if meta.file_type().is_symlink() {
        (
            "link",
            Digest::of(fs::read_link(path)?.as_os_str().as_bytes()),
        )
    } else if !meta.is_file() {
        ("other", Digest::of(b""))
    } else if meta.mode() & 0o111 != 0 {
        ("executable", digest_file(path, budget)?)
    } else {
        ("file", digest_file(path, budget)?)
    };
    Ok(Digest::of(format!("{word} {content}").as_bytes()))
}

fn tell(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

#[cfg(test)]
mod tests;
