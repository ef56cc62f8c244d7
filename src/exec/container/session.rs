//! A connected engine, the lease of this run on it, and what this run holds there.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::Settings;
use super::build;
use super::discover;
use super::engine::Engine;
use super::held::Held;
use super::keep::Kept;
use super::lease::Lease;
use super::reap;
use crate::exec::process::Process;
use crate::exec::{Closed, Desk};
use crate::model::{NoAnswer, Unanswered, limits};

/// One per run, opened at the first probe.
pub(super) struct Session {
    pub(super) engine: Engine,
    pub(super) lease: Lease,
    /// Runs what must be run on the host for it.
    pub(super) process: Rc<Process>,
    /// The project's root.
    pub(super) root: PathBuf,
    /// The caller's environment.
    pub(super) env: BTreeMap<String, String>,
    /// What this run made and has not removed yet.
    pub(super) held: Held,
    /// What became of the leftovers of killed runs.
    notes: RefCell<Vec<String>>,
    /// What is kept of gates that fail.
    pub(super) kept: Option<Kept>,
    count: Cell<u32>,
    buildx: OnceCell<bool>,
}

impl Session {
    /// Finds the engine, takes the lease, sweeps up after killed runs.
    pub(super) async fn open(
        settings: &Settings,
        process: Rc<Process>,
        answer: Duration,
    ) -> Result<Self, Unanswered> {
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
            process,
            root: settings.root.clone(),
            env: settings.env.clone(),
            held: Held::default(),
            notes: RefCell::new(notes),
            kept: settings.keep.clone().map(Kept::new),
            count: Cell::new(0),
            buildx: OnceCell::new(),
        })
    }

    /// Whether `docker buildx` works; asked once.
    pub(super) async fn has_buildx(&self, desk: &Desk<'_>) -> bool {
        *self
            .buildx
            .get_or_init(|| build::buildx_is_there(self, desk))
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
        self.held.container(&name);
        name
    }

    /// Removes a container of ours; gives why it could not. It is tried again at the end.
    pub(super) async fn remove_container(&self, name: &str) -> Option<String> {
        let removal = self.held.remove_container(&self.engine, name);
        let why = match timeout(limits::GRACE, removal).await {
            Ok(Ok(())) => return None,
            Ok(Err(trouble)) => trouble.message().to_owned(),
            Err(_) => "the engine takes too long".to_owned(),
        };
        Some(format!("the container {name} could not be removed: {why}"))
    }

    /// A temporary tag of this run for this image, remembered before it is put on.
    pub(super) fn temporary_tag(&self, image: &str) -> (String, String) {
        let repository = self.lease.owner.repository();
        let tag = self.number().to_string();
        self.held.tag(format!("{repository}:{tag}"), image);
        (repository, tag)
    }

    /// Removes everything of ours; see [`crate::exec::Executor::clear_up`].
    pub(super) async fn clear_up(&self) {
        if let Some(kept) = &self.kept {
            let notes = kept.keep(self).await;
            self.notes.borrow_mut().extend(notes);
        }
        self.held.clear_up(&self.engine).await;
    }

    /// The labels of a container of this run.
    pub(super) fn labels(&self) -> HashMap<String, String> {
        let mut labels = self.lease.labels();
        labels.extend(self.kept.as_ref().map(Kept::label));
        labels
    }

    /// What came of it.
    pub(super) fn closed(&self) -> Closed {
        let docker = match self.engine.endpoint.origin.as_str() {
            "default" => "docker".to_owned(),
            _ => format!("docker -H {}", self.engine.endpoint.url()),
        };
        Closed {
            notes: self.notes.take(),
            left: self.held.left(&docker).into_iter().collect(),
        }
    }
}
