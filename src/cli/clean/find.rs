//! What prove keeps, weighed: what may go, and what stays and why.

use std::path::{Path, PathBuf};

use super::Parts;
use crate::cli::failure::Failure;
use crate::cli::hook::from_hook;
use crate::cli::run::from_store;
use crate::exec::container::Tidied;
use crate::hook::install::{self, Standing};
use crate::hook::{self, Hook, HookError, Proven, Repository};
use crate::model::limits::UNFINISHED;
use crate::store::{self, Recorded};
use crate::sys::fs::{partials, size, text};

/// Where it is looked for, and how much stays.
pub(super) struct Found<'f> {
    pub root: &'f Path,
    pub repository: Option<&'f Repository>,
    /// Runs to keep.
    pub keep: usize,
    pub all: bool,
}

/// Something that prove keeps.
pub(super) struct Thing {
    /// The word for it.
    pub what: &'static str,
    pub name: String,
    /// `None`: on the engine, where bytes are shared.
    pub bytes: Option<u64>,
    /// Why it stays.
    pub stays: Option<&'static str>,
    /// Why it could not be removed.
    pub trouble: Option<String>,
    /// How it goes; `None` when it is gone, or stays.
    removal: Option<Box<dyn FnOnce() -> Removed>>,
}

/// What came of a removal: gone, still in use for this reason, or an error in words.
type Removed = Result<Option<&'static str>, String>;

impl Thing {
    fn new(
        what: &'static str,
        name: String,
        path: &Path,
        removal: impl FnOnce() -> Removed + 'static,
    ) -> Self {
        Self {
            what,
            name,
            bytes: Some(size(path)),
            stays: None,
            trouble: None,
            removal: Some(Box::new(removal)),
        }
    }

    fn staying(mut self, why: Option<&'static str>) -> Self {
        self.stays = why;
        self
    }

    /// Removes it, unless it stays.
    pub fn remove(&mut self) {
        let Some(removal) = self.removal.take().filter(|_| self.stays.is_none()) else {
            return;
        };
        match removal() {
            Ok(stays) => self.stays = stays,
            Err(trouble) => self.trouble = Some(trouble),
        }
    }
}

impl From<Tidied> for Thing {
    fn from(tidied: Tidied) -> Self {
        Self {
            what: tidied.what,
            name: tidied.name,
            bytes: None,
            stays: None,
            trouble: tidied.trouble,
            removal: None,
        }
    }
}

impl Found<'_> {
    /// All of these parts that is not needed.
    ///
    /// # Errors
    /// What there is cannot be known; then nothing was removed.
    pub fn things(&self, parts: Parts) -> Result<Vec<Thing>, Failure> {
        let mut things = Vec::new();
        if parts.runs {
            things.extend(self.runs()?);
        }
        if parts.trees {
            things.extend(self.trees().map_err(|error| from_hook(&error))?);
        }
        if parts.proofs {
            things.extend(self.proofs().map_err(|error| from_hook(&error))?);
        }
        if parts.temp {
            things.extend(self.temp()?);
        }
        Ok(things)
    }

    fn runs(&self) -> Result<Vec<Thing>, Failure> {
        let old = store::surplus(self.root, self.keep).map_err(|error| from_store(&error))?;
        let thing = |old: store::Surplus| {
            let Recorded { id, folder } = old.run.clone();
            let root = self.root.to_owned();
            let removal = move || match store::delete(&root, &old.run) {
                Ok(true) => Ok(None),
                Ok(false) => Ok(Some("a run is starting")),
                Err(error) => Err(error.to_string()),
            };
            Thing::new("run", id, &folder, removal).staying(old.stays)
        };
        Ok(old.into_iter().map(thing).collect())
    }

    fn trees(&self) -> Result<Vec<Thing>, HookError> {
        let lost = hook::lost()?.into_iter().map(|tree| {
            let path = tree.clone();
            let removal = move || gone(hook::remove_lost(&path));
            Thing::new("tree", text(&tree), &tree, removal)
        });
        let mut things: Vec<Thing> = lost.collect();
        let Some(repository) = self.repository else {
            return Ok(things);
        };
        let place = match hook::place(repository) {
            Ok(place) if place.symlink_metadata().is_ok() => place,
            Ok(_) | Err(HookError::NoCache) => return Ok(things),
            Err(error) => return Err(error),
        };
        if !self.all && has_hook(repository) {
            return Ok(things);
        }
        let busy = "a commit is being proved in it";
        let owned = repository.clone();
        let removal = move || match hook::remove_tree(&owned) {
            Ok(true) => Ok(None),
            Ok(false) => Ok(Some(busy)),
            Err(error) => Err(error.to_string()),
        };
        let thing = Thing::new("tree", text(&place), &place, removal);
        things.push(thing.staying(hook::is_held(repository).then_some(busy)));
        Ok(things)
    }

    fn proofs(&self) -> Result<Vec<Thing>, HookError> {
        let Some(repository) = self.repository else {
            return Ok(Vec::new());
        };
        let proven = Proven::read(repository)?;
        if proven.is_empty() {
            return Ok(Vec::new());
        }
        let owned = repository.clone();
        let removal = move || gone(Proven::forget(&owned));
        let count = crate::report::text::count(proven.len(), "remembered proof");
        let thing = Thing::new("proofs", count, proven.path(), removal);
        Ok(vec![thing])
    }

    fn temp(&self) -> Result<Vec<Thing>, Failure> {
        let mut files = store::partial(self.root).map_err(|error| from_store(&error))?;
        if let Some(repository) = self.repository {
            let own = repository.own();
            files.extend(partials(&own, UNFINISHED).map_err(|error| {
                Failure::undecided(format!("cannot read {}", text(&own))).because(error)
            })?);
        }
        let thing = |path: PathBuf| {
            let shown = text(path.strip_prefix(self.root).unwrap_or(&path));
            let file = path.clone();
            Thing::new("temp", shown, &path, move || {
                gone(std::fs::remove_file(file))
            })
        };
        Ok(files.into_iter().map(thing).collect())
    }
}

/// In doubt there is one: then its tree is needed.
fn has_hook(repository: &Repository) -> bool {
    let Ok(folder) = repository.hooks() else {
        return true;
    };
    let ours = |hook: &Hook| {
        let standing = install::look(&folder.join(hook.as_str()));
        !matches!(standing, Ok(Standing::Absent | Standing::Foreign))
    };
    Hook::ALL.iter().any(ours)
}

fn gone<E: std::fmt::Display>(removed: Result<(), E>) -> Removed {
    removed.map(|()| None).map_err(|error| error.to_string())
}
