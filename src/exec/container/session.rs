//! A connected engine, the lease of this run on it, and what this run holds there.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::Settings;
use super::build;
use super::discover;
use super::engine::Engine;
use super::lease::Lease;
use super::reap;
use crate::model::{NoAnswer, Unanswered};

/// One per run, opened at the first probe.
pub(super) struct Session {
    pub(super) engine: Engine,
    pub(super) lease: Lease,
    /// The project's root.
    pub(super) root: PathBuf,
    /// The caller's environment.
    pub(super) env: BTreeMap<String, String>,
    /// Containers of ours that may still be on the engine, by name.
    containers: RefCell<BTreeSet<String>>,
    /// Temporary tags of ours.
    tags: RefCell<BTreeSet<String>>,
    /// Untagged steps that the classic builder made for this run, children first.
    steps: RefCell<Vec<String>>,
    notes: RefCell<Vec<String>>,
    count: Cell<u32>,
    buildx: OnceCell<bool>,
}

impl Session {
    /// Finds the engine, takes the lease, sweeps up after killed runs.
    pub(super) async fn open(settings: &Settings, answer: Duration) -> Result<Self, Unanswered> {
        let candidates = discover::candidates(&settings.env)?;
        let engine = Engine::connect(candidates, answer).await?;
        let lease = Lease::take(&settings.run, &settings.env).map_err(|error| {
            Unanswered::new(
                NoAnswer::Io,
                format!("cannot lock this run's folder: {error}"),
            )
            .hint("set XDG_RUNTIME_DIR to a folder of yours")
        })?;
        let notes = reap::sweep(&engine, &lease).await;
        Ok(Self {
            engine,
            lease,
            root: settings.root.clone(),
            env: settings.env.clone(),
            containers: RefCell::default(),
            tags: RefCell::default(),
            steps: RefCell::default(),
            notes: RefCell::new(notes),
            count: Cell::new(0),
            buildx: OnceCell::new(),
        })
    }

    /// Whether `docker buildx` works; asked once.
    pub(super) async fn has_buildx(&self) -> bool {
        *self
            .buildx
            .get_or_init(|| build::buildx_is_there(self))
            .await
    }

    /// A number that no other thing of this run has.
    pub(super) fn number(&self) -> u32 {
        let next = self.count.get() + 1;
        self.count.set(next);
        next
    }

    /// A container's name of this run, remembered before there is such a container.
    pub(super) fn container_name(&self) -> String {
        let name = format!("prove-{}-{}", self.lease.owner.run, self.number());
        self.containers.borrow_mut().insert(name.clone());
        name
    }

    /// Removes a container of ours. What cannot be removed now is tried again at the end.
    pub(super) async fn remove_container(&self, name: &str) -> Option<String> {
        match reap::remove_container(&self.engine, name).await {
            Ok(()) => {
                self.containers.borrow_mut().remove(name);
                None
            }
            Err(trouble) => Some(format!(
                "the container {name} could not be removed: {}",
                trouble.message()
            )),
        }
    }

    /// A temporary tag of this run, remembered before it is put on.
    pub(super) fn temporary_tag(&self) -> (String, String) {
        let repository = self.lease.owner.repository();
        let tag = self.number().to_string();
        self.tags.borrow_mut().insert(format!("{repository}:{tag}"));
        (repository, tag)
    }

    /// Steps of the classic builder, to be removed with the image that they were made for.
    pub(super) fn remember_steps(&self, steps: Vec<String>) {
        self.steps.borrow_mut().extend(steps);
    }

    /// Removes everything of ours; see [`super::Container::close`].
    pub(super) async fn close(&self) -> Vec<String> {
        let mut notes = self.notes.take();
        for name in self.containers.take() {
            notes.extend(self.remove_container(&name).await);
        }
        for tag in self.tags.take() {
            if let Err(trouble) = reap::remove_tag(&self.engine, &tag).await {
                notes.push(format!(
                    "the tag {tag} could not be removed: {}",
                    trouble.message()
                ));
            }
        }
        for step in self.steps.take() {
            if let Err(trouble) = reap::remove_step(&self.engine, &step).await {
                notes.push(format!(
                    "the image {step} could not be removed: {}",
                    trouble.message()
                ));
            }
        }
        notes
    }
}
