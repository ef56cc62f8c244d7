//! Sweeps up after killed runs: containers by their labels, temporary tags and files by their names.
//!
//! What a live run, a foreign host or anybody else owns is never touched; see `lease.rs`.

use std::collections::HashMap;

use bollard::models::{ContainerSummary, ContainerSummaryStateEnum};
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListImagesOptionsBuilder, RemoveContainerOptionsBuilder,
    RemoveImageOptionsBuilder,
};

use super::engine::{Engine, Trouble};
use super::keep;
use super::lease::{HOST, Lease, Owner, TAGS};

/// Something of prove's on the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leftover {
    /// A container, by its id.
    Container(String),
    /// A temporary tag.
    Tag(String),
}

impl Leftover {
    /// The word for it.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Container(_) => "container",
            Self::Tag(_) => "tag",
        }
    }

    /// What people call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Container(id) => id.get(..12).unwrap_or(id),
            Self::Tag(tag) => tag,
        }
    }

    /// Removes it; one that is gone by now is removed.
    pub(super) async fn remove(&self, engine: &Engine) -> Result<(), Trouble> {
        match self {
            Self::Container(id) => remove_container(engine, id).await.map(drop),
            Self::Tag(tag) => remove_tag(engine, tag).await,
        }
    }
}

/// What killed runs of this machine left, in the order in which it is to be removed: a container
/// is in the way of the image that it uses. Besides, what went wrong while it was looked for.
pub(super) async fn leftovers(engine: &Engine, lease: &Lease) -> (Vec<Leftover>, Vec<Trouble>) {
    let looks = (
        abandoned_containers(engine, lease),
        abandoned_tags(engine, lease),
    );
    let (containers, tags) = tokio::join!(looks.0, looks.1);
    let (mut found, mut troubles) = (Vec::new(), Vec::new());
    for looked in [
        containers.map(|ids| ids.into_iter().map(Leftover::Container).collect()),
        tags.map(|tags| tags.into_iter().map(Leftover::Tag).collect::<Vec<_>>()),
    ] {
        match looked {
            Ok(more) => found.extend(more),
            Err(trouble) => troubles.push(trouble),
        }
    }
    (found, troubles)
}

/// Removes what killed runs of this machine left. Gives what should be said of it.
pub(super) async fn sweep(engine: &Engine, lease: &Lease) -> Vec<String> {
    let (found, troubles) = leftovers(engine, lease).await;
    let mut notes: Vec<String> = troubles.iter().map(cannot_look).collect();
    for left in found {
        let removed = left.remove(engine).await;
        notes.push(said(left.what(), left.name(), removed));
    }
    for (run, removed) in lease.sweep_folders() {
        let removed = removed.map_err(|error| Trouble::Broke(error.to_string()));
        notes.push(said("files of", &run, removed));
    }
    notes
}

fn said(what: &str, name: &str, removed: Result<(), Trouble>) -> String {
    match removed {
        Ok(()) => format!("removed the {what} {name}, which a killed run had left"),
        Err(trouble) => format!(
            "the {what} {name} of a killed run could not be removed: {}",
            trouble.message()
        ),
    }
}

fn cannot_look(trouble: &Trouble) -> String {
    format!(
        "could not look for leftovers of killed runs: {}",
        trouble.message()
    )
}

async fn abandoned_containers(engine: &Engine, lease: &Lease) -> Result<Vec<String>, Trouble> {
    let not_kept = |container: &ContainerSummary| keep::project(container).is_none();
    containers(engine, lease, not_kept).await
}

/// Containers of runs of this machine that are over, as far as they are `wanted`.
pub(super) async fn containers(
    engine: &Engine,
    lease: &Lease,
    wanted: impl Fn(&ContainerSummary) -> bool,
) -> Result<Vec<String>, Trouble> {
    let ours = format!("{HOST}={}", lease.owner.host);
    let filters = HashMap::from([("label".to_owned(), vec![ours])]);
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filters)
        .build();
    let all = engine
        .bounded(engine.docker().list_containers(Some(options)))
        .await?;
    let abandoned = all.into_iter().filter(wanted).filter_map(|container| {
        let owner = Owner::of_labels(&container.labels?)?;
        let runs = container.state == Some(ContainerSummaryStateEnum::RUNNING);
        // What runs since before this machine was started runs on another one.
        let elsewhere = runs && owner.boot != lease.owner.boot;
        if !elsewhere && lease.is_abandoned(&owner, engine.endpoint.is_local()) {
            container.id
        } else {
            None
        }
    });
    Ok(abandoned.collect())
}

async fn abandoned_tags(engine: &Engine, lease: &Lease) -> Result<Vec<String>, Trouble> {
    tags(engine, lease, TAGS).await
}

/// Tags below this prefix of runs of this machine that are over.
pub(super) async fn tags(
    engine: &Engine,
    lease: &Lease,
    prefix: &str,
) -> Result<Vec<String>, Trouble> {
    let options = ListImagesOptionsBuilder::default().build();
    let all = engine
        .bounded(engine.docker().list_images(Some(options)))
        .await?;
    let tags = all.into_iter().flat_map(|image| image.repo_tags);
    let abandoned = |tag: &String| {
        let owner = tag
            .rsplit_once(':')
            .and_then(|(name, _)| Owner::of_repository(name, prefix));
        owner.is_some_and(|owner| lease.is_abandoned(&owner, engine.endpoint.is_local()))
    };
    Ok(tags.filter(abandoned).collect())
}

/// Removes a container, running or not, with its anonymous volumes; gives whether there was one.
pub(super) async fn remove_container(engine: &Engine, id: &str) -> Result<bool, Trouble> {
    let options = RemoveContainerOptionsBuilder::default()
        .force(true)
        .v(true)
        .build();
    let removal = engine.docker().remove_container(id, Some(options));
    match engine.bounded(removal).await {
        Ok(()) => Ok(true),
        Err(trouble) if trouble.is_not_found() => Ok(false),
        Err(trouble) => Err(trouble),
    }
}

/// Takes one of our own tags off. The engine removes the image, too, when nothing else names it,
/// but not its parents (`noprune`): an untagged base may have been there before.
pub(super) async fn remove_tag(engine: &Engine, tag: &str) -> Result<(), Trouble> {
    let options = RemoveImageOptionsBuilder::default().noprune(true).build();
    let removal = engine.docker().remove_image(tag, Some(options), None);
    let trouble = match engine.bounded(removal).await {
        Err(trouble) if !trouble.is_not_found() => trouble,
        _ => return Ok(()),
    };
    // Two runs that let go of one image at the same time: it is gone, and the engine is at a loss.
    match engine.bounded(engine.docker().inspect_image(tag)).await {
        Err(missing) if missing.is_not_found() => Ok(()),
        _ => Err(trouble),
    }
}

/// Removes an untagged image that the classic builder made for this run, unless somebody has
/// named it since, builds on it or runs it.
pub(super) async fn remove_step(engine: &Engine, id: &str) -> Result<(), Trouble> {
    let found = match engine.bounded(engine.docker().inspect_image(id)).await {
        Err(trouble) if trouble.is_not_found() => return Ok(()),
        found => found?,
    };
    let named = |names: Option<Vec<String>>| names.is_some_and(|names| !names.is_empty());
    // One that came from a registry has a digest of there.
    if named(found.repo_tags) || named(found.repo_digests) {
        return Ok(());
    }
    let options = RemoveImageOptionsBuilder::default().noprune(true).build();
    let removal = engine.docker().remove_image(id, Some(options), None);
    match engine.bounded(removal).await {
        // Used by others: theirs now.
        Ok(_)
        | Err(Trouble::Refused {
            status: 404 | 409, ..
        }) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}
