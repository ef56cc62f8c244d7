//! The lease of a run: what its containers and temporary tags are marked with, and the lock by
//! which another run can tell whether this one still lives.
//!
//! Must not know the engine.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, TryLockError};
use std::io;
use std::path::PathBuf;

use crate::model::Digest;
use crate::sys::fs::open_own;

/// Labels of our containers.
pub(super) const HOST: &str = "prove.host";
pub(super) const BOOT: &str = "prove.boot";
pub(super) const SCOPE: &str = "prove.scope";
pub(super) const RUN: &str = "prove.run";
pub(super) const PID: &str = "prove.pid";

/// The label of the containers of a run that keeps what failed: the project that may clean them up.
pub(super) const KEEP: &str = "prove.keep";

/// The repository that our temporary tags live in.
pub(super) const TAGS: &str = "prove-tmp/";
/// The repository of tags on the images of containers that were kept.
pub(super) const KEPT_TAGS: &str = "prove-kept/";

/// What the folder of a run's temporary folders ends with; its lock stands beside it.
const FOLDERS: &str = "files";

/// Whose a container or tag is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// The machine: a hash of its name and id.
    pub(super) host: String,
    /// This boot of it.
    pub(super) boot: String,
    /// The folder of locks as seen from the owner's mount namespace: only who shares it may judge.
    pub(super) scope: String,
    /// The run, unique by its process id.
    pub(super) run: String,
}

/// A held lease. Dropping it lets go of the lock.
pub(super) struct Lease {
    pub(super) owner: Owner,
    /// The machine has an id of its own: its name alone may be many a machine's.
    known: bool,
    path: PathBuf,
    _lock: File,
}

impl Lease {
    /// Takes the lease for this run.
    pub(super) fn take(run: &str, env: &BTreeMap<String, String>) -> io::Result<Self> {
        let dir = lock_dir(env);
        private_dir(&dir)?;
        let scope = short(&format!("{}\0{}", mount_namespace(), dir.display()), 8);
        let run = format!("{}-{}", tame(run), std::process::id());
        let path = dir.join(format!("{run}.lock"));
        let mut how = File::options();
        let lock = open_own(&path, how.create(true).truncate(false).write(true))?;
        lock.try_lock()
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        let owner = Owner {
            host: host(),
            boot: boot(),
            scope,
            run,
        };
        Ok(Self {
            owner,
            known: !machine_id().is_empty(),
            path,
            _lock: lock,
        })
    }

    /// The labels of a container of this run.
    pub(super) fn labels(&self) -> HashMap<String, String> {
        let owner = self.owner.clone();
        let pid = std::process::id().to_string();
        [
            (HOST, owner.host),
            (BOOT, owner.boot),
            (SCOPE, owner.scope),
            (RUN, owner.run),
            (PID, pid),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// Whether what this owner left is certainly nobody's any more: of this machine, and with a
    /// lock that nobody holds or of an earlier boot. In doubt it is somebody's: another boot is an
    /// earlier one only if the engine is `local` and the machine has an id; a shared engine may
    /// know other machines of the same name.
    pub(super) fn is_abandoned(&self, other: &Owner, local: bool) -> bool {
        if other.host != self.owner.host {
            return false;
        }
        if other.boot != self.owner.boot {
            return local && self.known;
        }
        other.scope == self.owner.scope && !self.is_held(&other.run)
    }

    /// A new folder of this run, for files that other programs read. A killed run's is removed with
    /// what else it left.
    pub(super) fn folder(&self) -> io::Result<tempfile::TempDir> {
        let folders = self.path.with_extension(FOLDERS);
        private_dir(&folders)?;
        tempfile::tempdir_in(folders)
    }

    /// Removes the folders of killed runs; gives the runs, with what came of it.
    pub(super) fn sweep_folders(&self) -> Vec<(String, io::Result<()>)> {
        let beside = self.path.parent().map(std::fs::read_dir);
        let entries = beside.into_iter().flatten().flatten().flatten();
        let abandoned = entries.map(|entry| entry.path()).filter_map(|path| {
            let run = path.file_stem()?.to_str()?.to_owned();
            let folder = path.extension()? == FOLDERS;
            // It is made only by who holds the lock: one without has nobody any more.
            (folder && !self.is_held(&run)).then_some((path, run))
        });
        abandoned
            .map(|(path, run)| match std::fs::remove_dir_all(path) {
                // Another run was quicker.
                Err(error) if error.kind() == io::ErrorKind::NotFound => (run, Ok(())),
                removed => (run, removed),
            })
            .collect()
    }

    fn is_held(&self, run: &str) -> bool {
        if run != tame(run) {
            return true;
        }
        let path = self.path.with_file_name(format!("{run}.lock"));
        match open_own(&path, File::options().read(true)) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => {
                    // Taken by nobody: its owner was killed before it could remove it.
                    let _ = std::fs::remove_file(&path);
                    false
                }
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
            },
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.path.with_extension(FOLDERS));
        // Left behind, it would be a free lock: harmless, and the next run removes it.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Owner {
    /// The repository of this owner's temporary tags.
    pub(super) fn repository(&self) -> String {
        self.repository_in(TAGS)
    }

    /// The repository of this owner's tags below this prefix.
    pub(super) fn repository_in(&self, prefix: &str) -> String {
        format!(
            "{prefix}{}-{}-{}-{}",
            self.host, self.boot, self.scope, self.run
        )
    }

    /// Reads a repository below this prefix back; `None` when it is none of ours.
    pub(super) fn of_repository(name: &str, prefix: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(prefix)?.splitn(4, '-').map(str::to_owned);
        let (host, boot, scope, run) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        (hex(&host, 12) && hex(&boot, 8) && hex(&scope, 8)).then_some(Self {
            host,
            boot,
            scope,
            run,
        })
    }

    /// Reads a container's labels back; `None` when it is none of ours.
    pub(super) fn of_labels(labels: &HashMap<String, String>) -> Option<Self> {
        let get = |name: &str| labels.get(name).cloned();
        Some(Self {
            host: get(HOST)?,
            boot: get(BOOT)?,
            scope: get(SCOPE)?,
            run: get(RUN)?,
        })
    }
}

/// `<runtime dir>/prove-<uid>`.
fn lock_dir(env: &BTreeMap<String, String>) -> PathBuf {
    let runtime = env
        .get("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|dir| dir.is_dir());
    let uid = rustix::process::getuid().as_raw();
    runtime
        .unwrap_or_else(|| PathBuf::from("/tmp"))
        .join(format!("prove-{uid}"))
}

/// Makes the folder for us alone; refuses one that somebody else made in `/tmp` before us.
fn private_dir(dir: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    match std::fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    let meta = std::fs::symlink_metadata(dir)?;
    let ours = meta.is_dir() && meta.uid() == rustix::process::getuid().as_raw();
    let closed = meta.mode() & 0o022 == 0;
    if ours && closed {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} is not a folder of ours alone",
        dir.display()
    )))
}

fn host() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    short(&format!("{name}\0{}", machine_id()), 12)
}

/// Empty where there is none, as in many an image.
fn machine_id() -> String {
    let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    id.trim().to_owned()
}

/// Linux names its boots. Elsewhere every boot looks alike, and a lock alone decides.
fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    short(id.trim(), 8)
}

fn mount_namespace() -> String {
    let link = std::fs::read_link("/proc/self/ns/mnt");
    link.map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn short(text: &str, digits: usize) -> String {
    Digest::of(text.as_bytes())
        .hex()
        .chars()
        .take(digits)
        .collect()
}

/// What may stand in a container's name, a tag and a file name alike.
fn tame(run: &str) -> String {
    let tame = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let dashed: String = run.chars().take(64).map(tame).collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        "run".to_owned()
    } else {
        parts.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(dir: &tempfile::TempDir, run: &str) -> Lease {
        let dir = dir.path().to_str().unwrap().to_owned();
        Lease::take(run, &BTreeMap::from([("XDG_RUNTIME_DIR".to_owned(), dir)])).unwrap()
    }

    #[test]
    fn a_live_run_is_never_abandoned_and_a_dead_one_is() {
        let dir = tempfile::tempdir().unwrap();
        let (mine, other) = (lease(&dir, "mine"), lease(&dir, "other"));
        let owner = other.owner.clone();
        assert!(!mine.is_abandoned(&mine.owner, true));
        assert!(!mine.is_abandoned(&owner, true));
        drop(other);
        assert!(mine.is_abandoned(&owner, true));
    }

    #[test]
    fn a_foreign_host_and_what_we_cannot_see_stay_but_an_earlier_boot_goes() {
        let dir = tempfile::tempdir().unwrap();
        let mine = lease(&dir, "mine");
        let dead = Owner {
            run: "dead-1".to_owned(),
            ..mine.owner.clone()
        };
        assert!(mine.is_abandoned(&dead, true));
        assert!(!mine.is_abandoned(
            &Owner {
                host: "x".to_owned(),
                ..dead.clone()
            },
            true
        ));
        assert!(!mine.is_abandoned(
            &Owner {
                scope: "x".to_owned(),
                ..dead.clone()
            },
            true
        ));
        assert!(!mine.is_abandoned(
            &Owner {
                run: "../up".to_owned(),
                ..dead.clone()
            },
            true
        ));
        let earlier = Owner {
            boot: "x".to_owned(),
            ..dead
        };
        let mut mine = mine;
        for (known, local) in [(false, false), (false, true), (true, false), (true, true)] {
            mine.known = known;
            let sure = known && local;
            assert_eq!(mine.is_abandoned(&earlier, local), sure, "{known} {local}");
        }
    }

    #[test]
    fn a_killed_runs_lock_is_free_and_is_removed_by_who_finds_it() {
        let dir = tempfile::tempdir().unwrap();
        let mine = lease(&dir, "mine");
        let left = mine.path.with_file_name("dead-1.lock");
        std::fs::write(&left, "").unwrap();
        assert!(mine.is_abandoned(
            &Owner {
                run: "dead-1".to_owned(),
                ..mine.owner.clone()
            },
            true
        ));
        assert!(!left.exists());
    }

    #[test]
    fn a_killed_runs_files_are_removed_and_a_live_runs_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let (mine, other) = (lease(&dir, "mine"), lease(&dir, "other"));
        let (own, live) = (mine.folder().unwrap(), other.folder().unwrap());
        let dead = mine.path.with_file_name("dead-1.files");
        let foreign = mine.path.with_file_name("notes.txt");
        std::fs::create_dir_all(dead.join("x")).unwrap();
        std::fs::write(dead.join("x/Dockerfile"), "FROM scratch").unwrap();
        std::fs::write(&foreign, "").unwrap();
        let swept = mine.sweep_folders();
        assert!(
            matches!(&swept[..], [(run, Ok(()))] if run == "dead-1"),
            "{swept:?}"
        );
        assert!(!dead.exists() && foreign.exists());
        assert!(own.path().exists() && live.path().exists());
        let (folders, _) = (other.path.with_extension(FOLDERS), live.keep());
        drop(other);
        assert!(!folders.exists(), "they go with their run");
    }

    #[test]
    fn marks_read_back_as_they_were_written() {
        let dir = tempfile::tempdir().unwrap();
        let mine = lease(&dir, "2026-11-21T00:32:56Z_A");
        assert_eq!(
            Owner::of_repository(&mine.owner.repository(), TAGS),
            Some(mine.owner.clone())
        );
        assert_eq!(Owner::of_labels(&mine.labels()), Some(mine.owner.clone()));
        assert_eq!(
            Owner::of_repository("prove-tmp/someone-elses-own-thing", TAGS),
            None
        );
        assert_eq!(Owner::of_repository("alpine", TAGS), None);
    }
}
