//! `--keep`: the containers of gates that failed stay for somebody to look into, stopped, under a
//! name of their own. Nobody takes them by himself, neither this run nor the next: only who cleans
//! up in the same project does.
//!
//! All containers of such a run bear the label, as labels cannot be put on later; the name says
//! which are kept. One that a killed run left has the name of any other, and is reaped.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use bollard::models::ContainerSummary;
use bollard::query_parameters::{RenameContainerOptionsBuilder, TagImageOptionsBuilder};

use super::Desk;
use super::engine::{Engine, Trouble};
use super::lease::{KEEP, KEPT_TAGS, Lease};
use super::reap::{self, Leftover};
use super::session::Session;
use crate::model::{Digest, GateName};

/// How the name of a container begins that was kept.
const NAME: &str = "prove-kept-";

/// What is to be kept, and for whom.
#[derive(Clone, Debug)]
pub struct Keep {
    /// The project's directory, where somebody will clean up.
    pub home: PathBuf,
    /// The gates that failed so far; whoever hears the run writes them down.
    pub failed: Rc<RefCell<BTreeSet<GateName>>>,
}

/// A container whose gate may fail.
struct Candidate {
    name: String,
    gate: GateName,
    attempt: u32,
}

/// What may have to be kept of this run.
pub(super) struct Kept {
    wanted: Keep,
    project: String,
    candidates: RefCell<Vec<Candidate>>,
}

impl Kept {
    pub(super) fn new(wanted: Keep) -> Self {
        Self {
            project: key(&wanted.home),
            wanted,
            candidates: RefCell::default(),
        }
    }

    /// The label of every container of the run.
    pub(super) fn label(&self) -> (String, String) {
        (KEEP.to_owned(), self.project.clone())
    }

    /// This container has ended and is still there.
    pub(super) fn candidate(&self, name: &str, desk: &Desk<'_>) {
        self.candidates.borrow_mut().push(Candidate {
            name: name.to_owned(),
            gate: desk.gate.clone(),
            attempt: desk.attempt,
        });
    }

    /// Keeps those of the last attempt of each gate that failed; all others are the run's as ever.
    /// Gives what is to be said.
    pub(super) async fn keep(&self, session: &Session) -> Vec<String> {
        let all = self.candidates.take();
        let failed = self.wanted.failed.borrow().clone();
        let last = |one: &Candidate| {
            let later = |other: &Candidate| other.gate == one.gate && other.attempt > one.attempt;
            !all.iter().any(later)
        };
        let mut notes = Vec::new();
        for one in all
            .iter()
            .filter(|one| failed.contains(&one.gate) && last(one))
        {
            notes.push(match self.keep_one(session, one).await {
                Ok(name) => format!(
                    "kept, as `--keep` asks: the container {name}, in which {} ran; look into it \
                     with `docker cp` or `docker commit`; `prove clean --engine` removes it",
                    one.gate
                ),
                Err(trouble) => format!(
                    "the container in which {} ran could not be kept: {}",
                    one.gate,
                    trouble.message()
                ),
            });
        }
        notes
    }

    async fn keep_one(&self, session: &Session, one: &Candidate) -> Result<String, Trouble> {
        let engine = &session.engine;
        let docker = engine.docker();
        let found = engine
            .bounded(docker.inspect_container(&one.name, None))
            .await?;
        let image = found.image.unwrap_or_default();
        let mut kept_tag = None;
        if session.held.holds_image(&image) {
            // The run's own tag goes, and with the last tag the image would.
            let repository = session.lease.owner.repository_in(KEPT_TAGS);
            let tag = format!("{}-{}", self.project, session.number());
            let options = TagImageOptionsBuilder::default()
                .repo(&repository)
                .tag(&tag)
                .build();
            // Held until all is well: else it goes with the container.
            let whole = kept_tag.insert(format!("{repository}:{tag}"));
            session.held.tag(whole.clone(), &image);
            engine
                .bounded(docker.tag_image(&image, Some(options)))
                .await?;
        }
        let name = one.name.replacen("prove-", NAME, 1);
        let options = RenameContainerOptionsBuilder::default().name(&name).build();
        engine
            .bounded(docker.rename_container(&one.name, options))
            .await?;
        session.held.let_go(&one.name, kept_tag.as_deref());
        Ok(name)
    }
}

/// The project that a container was kept for; `None` when it was not kept.
pub(super) fn project(container: &ContainerSummary) -> Option<&str> {
    let kept = |name: &String| name.trim_start_matches('/').starts_with(NAME);
    let names = container.names.as_ref()?;
    let label = container.labels.as_ref()?.get(KEEP)?;
    names.iter().any(kept).then_some(label.as_str())
}

/// What was kept for the project in this directory, in the order in which it is to be removed.
pub(super) async fn kept(
    engine: &Engine,
    lease: &Lease,
    home: &Path,
) -> Result<Vec<Leftover>, Trouble> {
    let key = key(home);
    let of_project = |container: &ContainerSummary| project(container) == Some(&key);
    let containers = reap::containers(engine, lease, of_project).await?;
    let tags = reap::tags(engine, lease, KEPT_TAGS).await?.into_iter();
    let mine = |tag: &String| {
        let last = tag.rsplit_once(':').map(|(_, last)| last);
        let number = last.and_then(|last| last.strip_prefix(&key));
        number.is_some_and(|number| number.starts_with('-'))
    };
    let containers = containers.into_iter().map(Leftover::Container);
    Ok(containers
        .chain(tags.filter(mine).map(Leftover::Tag))
        .collect())
}

fn key(home: &Path) -> String {
    let digest = Digest::of(home.as_os_str().as_bytes()).hex();
    digest.chars().take(12).collect()
}
