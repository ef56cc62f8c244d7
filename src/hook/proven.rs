//! Which commits are proved already: one line for each, in the folder that all work trees share.
//!
//! A line that cannot be read proves nothing. Must not know how a proof came about.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{HookError, Repository};
use crate::model::Digest;
use crate::sys::fs::{open_own, read_limited, write_whole};

/// So many are remembered, the newest.
const REMEMBERED: usize = 1000;
/// More than that many lines ever take.
const FILE_BYTES: u64 = 4 << 20;

/// A run that was proved, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// [`super::Subject::key`]: the gate file is among the files of it.
    pub subject: String,
    /// The gate file, relative to the root of the repository.
    pub gate_file: String,
    /// The version of prove.
    pub version: String,
    /// The stage that was run; `None` is everything.
    pub stage: Option<String>,
    /// The full ref it stood for, when the gate file asks for the branch or the tag.
    pub stands_for: Option<String>,
    /// The last day on which everything that was let through holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Variables on which it depends what the gate file means: a digest of each value, so that it
    /// is written down nowhere; `None` was not set.
    pub env: BTreeMap<String, Option<String>>,
    /// Whether it judged a pull request, as far as that was known.
    pub pull_request: Option<bool>,
    /// The run.
    pub run: String,
}

impl Proof {
    /// What is remembered of variables, for this run.
    #[must_use]
    pub fn sealed<'n>(
        run: &str,
        names: impl IntoIterator<Item = &'n String>,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> BTreeMap<String, Option<String>> {
        let seal = |name: &'n String| (name.clone(), env(name).map(|value| seal(run, &value)));
        names.into_iter().map(seal).collect()
    }

    fn holds_in(&self, env: &dyn Fn(&str) -> Option<OsString>) -> bool {
        Self::sealed(&self.run, self.env.keys(), env) == self.env
    }
}

/// The run is in it, so that nobody sees that two values are the same.
fn seal(run: &str, value: &OsStr) -> String {
    Digest::of(&[run.as_bytes(), b"\0", value.as_bytes()].concat()).to_string()
}

/// What is asked of the remembered proofs.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// [`super::Subject::key`].
    pub subject: &'w str,
    /// Gate files, relative to the root of the repository: any of these.
    pub gate_files: &'w [String],
    /// The stage.
    pub stage: &'w str,
    /// The ref it is to stand for.
    pub stands_for: Option<&'w str>,
    /// Today, `YYYY-MM-DD`.
    pub today: &'w str,
    /// The caller's variables.
    pub env: &'w dyn Fn(&str) -> Option<OsString>,
    /// Whether this judges a pull request, as far as that is known.
    pub pull_request: Option<bool>,
}

/// The proofs of a repository.
#[derive(Clone, Debug)]
pub struct Proven {
    path: PathBuf,
    text: String,
}

impl Proven {
    /// Reads them. A file that is not there, or is not text, has none.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn read(repository: &Repository) -> Result<Self, HookError> {
        let path = repository.own().join("proven.jsonl");
        let text = match read_limited(&path, FILE_BYTES) {
            Ok(bytes) => bytes.and_then(|bytes| String::from_utf8(bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(HookError::io("read", path, error)),
        };
        let text = text.unwrap_or_default();
        Ok(Self { path, text })
    }

    /// A proof of what is asked for: of everything, or of this very stage.
    #[must_use]
    pub fn find(&self, wanted: &Wanted<'_>) -> Option<Proof> {
        let lines = self.text.lines().rev();
        let near = lines.filter(|line| line.contains(wanted.subject));
        let mut proofs = near.filter_map(|line| serde_json::from_str::<Proof>(line).ok());
        proofs.find(|proof| {
            proof.subject == wanted.subject
                && proof.version == env!("CARGO_PKG_VERSION")
                && wanted.gate_files.contains(&proof.gate_file)
                && proof
                    .stage
                    .as_deref()
                    .is_none_or(|stage| stage == wanted.stage)
                && (proof.stands_for.is_none() || proof.stands_for.as_deref() == wanted.stands_for)
                && proof
                    .until
                    .as_deref()
                    .is_none_or(|until| wanted.today <= until)
                && proof.pull_request == wanted.pull_request
                && proof.holds_in(wanted.env)
        })
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.lines().count()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The file that they are written in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets all of them.
    ///
    /// # Errors
    /// They cannot be deleted.
    pub fn forget(repository: &Repository) -> Result<(), HookError> {
        let _lock = Self::lock(repository)?;
        let path = repository.own().join("proven.jsonl");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(HookError::io("delete", path, error))
            }
            _ => Ok(()),
        }
    }

    fn lock(repository: &Repository) -> Result<File, HookError> {
        let folder = repository.own();
        fs::create_dir_all(&folder).map_err(|error| HookError::io("create", &folder, error))?;
        let path = folder.join("proven.lock");
        let mut open = OpenOptions::new();
        let lock = open_own(&path, open.write(true).create(true).truncate(false));
        let lock = lock.and_then(|file| file.lock().map(|()| file));
        lock.map_err(|error| HookError::io("lock", path, error))
    }

    /// Remembers one more, and forgets the oldest.
    ///
    /// # Errors
    /// It cannot be written: then it is proved, and not remembered.
    pub fn remember(repository: &Repository, proof: &Proof) -> Result<(), HookError> {
        let _lock = Self::lock(repository)?;
        let all = Self::read(repository)?;
        let line = serde_json::to_string(proof)
            .map_err(|error| HookError::io("write", &all.path, error.into()))?;
        let mut lines: Vec<&str> = all.text.lines().filter(|old| *old != line).collect();
        lines.push(&line);
        let newest = lines.len().saturating_sub(REMEMBERED);
        let text = lines[newest..].join("\n") + "\n";
        write_whole(&all.path, text.as_bytes())
            .map_err(|error| HookError::io("write", all.path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(subject: &str) -> Proof {
        Proof {
            subject: subject.to_owned(),
            gate_file: "prove.yml".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            stage: Some("pre-push".to_owned()),
            stands_for: None,
            until: None,
            env: BTreeMap::new(),
            pull_request: Some(false),
            run: "r".to_owned(),
        }
    }

    fn found(proof: &Proof, change: impl FnOnce(&mut Wanted<'_>)) -> bool {
        let gate_files = ["prove.yml".to_owned()];
        let mut wanted = Wanted {
            subject: "abc",
            gate_files: &gate_files,
            stage: "pre-push",
            stands_for: Some("refs/heads/main"),
            today: "2026-11-21",
            env: &|name| (name == "SET").then(|| "value".into()),
            pull_request: Some(false),
        };
        change(&mut wanted);
        let text = format!("half a li\n{}\n{{", serde_json::to_string(proof).unwrap());
        let path = PathBuf::new();
        Proven { path, text }.find(&wanted).is_some()
    }

    #[test]
    fn a_proof_stands_for_exactly_what_was_proved() {
        let is = |change: fn(&mut Proof)| {
            let mut proof = proof("abc");
            change(&mut proof);
            found(&proof, |_| ())
        };
        assert!(is(|_| ()));
        assert!(is(|proof| proof.stage = None));
        assert!(is(|proof| proof.stands_for = Some("refs/heads/main".into())));
        assert!(is(|proof| proof.until = Some("2026-11-21".into())));
        assert!(!is(|proof| proof.subject = "abcd".into()));
        assert!(!is(|proof| proof.gate_file = "other.yml".into()));
        assert!(!is(|proof| proof.version = "0.0.1".into()));
        assert!(!is(|proof| proof.stage = Some("pre-commit".into())));
        assert!(!is(|proof| proof.stands_for = Some("refs/heads/dev".into())));
        assert!(!is(|proof| proof.until = Some("2026-11-20".into())));
        assert!(!found(&proof("abc"), |wanted| wanted.subject = "ab"));
        assert!(!is(|proof| proof.pull_request = None));
        let is_with = |name: &str, value: Option<&str>| {
            let env = |_: &str| value.map(OsString::from);
            let mut proof = proof("abc");
            proof.env = Proof::sealed("r", &[name.to_owned()], &env);
            found(&proof, |_| ())
        };
        assert!(is_with("SET", Some("value")) && is_with("UNSET", None));
        assert!(!is_with("SET", Some("other")) && !is_with("SET", None));
        assert!(!is_with("UNSET", Some("value")));
    }

    #[test]
    fn the_newest_are_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository {
            top: dir.path().to_owned(),
            common: dir.path().join("git"),
        };
        assert!(Proven::read(&repository).unwrap().is_empty());
        let own = repository.own();
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("proven.jsonl"), "old\n".repeat(REMEMBERED)).unwrap();
        for subject in ["a", "b", "a"] {
            Proven::remember(&repository, &proof(subject)).unwrap();
        }
        let proven = Proven::read(&repository).unwrap();
        assert_eq!(proven.len(), REMEMBERED);
        assert!(proven.text.ends_with(&format!(
            "{}\n{}\n",
            serde_json::to_string(&proof("b")).unwrap(),
            serde_json::to_string(&proof("a")).unwrap()
        )));
        fs::write(own.join("proven.jsonl"), b"\xff").unwrap();
        assert!(Proven::read(&repository).unwrap().is_empty());
    }
}
