//! What a run holds on the engine: containers, temporary tags, steps of the classic builder.
//! Each is remembered before it can be there, and forgotten when it is certainly gone.
//!
//! Must not know what it is held for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use futures_util::future::join_all;

use super::engine::{Engine, Told, Trouble};
use super::reap;
use crate::model::Reason;

/// How far the making of a container is: nobody was asked, or the engine was and may have
/// answered.
type Making = Option<Told<()>>;

/// What may still be on the engine, by name.
#[derive(Default)]
pub(super) struct Held {
    containers: RefCell<BTreeMap<String, Making>>,
    /// Temporary tags, each with the image that it stands on.
    tags: RefCell<BTreeMap<String, String>>,
    /// Untagged steps that the classic builder made for this run, children first.
    steps: RefCell<Vec<String>>,
    /// What the engine said when one of them could not be removed.
    troubles: RefCell<BTreeMap<String, String>>,
}

impl Held {
    /// A container of this name may be made.
    pub(super) fn container(&self, name: &str) {
        self.containers.borrow_mut().insert(name.to_owned(), None);
    }

    /// Has a container of this name made. Who stops waiting for it does not stop the making.
    pub(super) async fn create(
        &self,
        engine: &Engine,
        name: &str,
        body: ContainerCreateBody,
    ) -> Result<(), Trouble> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let docker = engine.docker().clone();
        let told = engine.detached(async move {
            let created = docker.create_container(Some(options), body).await;
            created.map(drop)
        });
        let making = Some(told.clone());
        self.containers.borrow_mut().insert(name.to_owned(), making);
        answer(told).await
    }

    /// This tag is about to be put on this image.
    pub(super) fn tag(&self, tag: String, image: &str) {
        self.tags.borrow_mut().insert(tag, image.to_owned());
    }

    /// This container stays, with this tag on its image, and is not this run's any more.
    pub(super) fn let_go(&self, container: &str, tag: Option<&str>) {
        self.containers.borrow_mut().remove(container);
        if let Some(tag) = tag {
            self.tags.borrow_mut().remove(tag);
        }
    }

    /// Whether this run holds a temporary tag on this image.
    pub(super) fn holds_image(&self, image: &str) -> bool {
        self.tags.borrow().values().any(|held| held == image)
    }

    /// The classic builder made this step, on top of those before it.
    pub(super) fn step(&self, id: &str) {
        self.steps.borrow_mut().insert(0, id.to_owned());
    }

    /// Steps of the classic builder, to be removed with the image that they were made for.
    pub(super) fn steps(&self, steps: Vec<String>) {
        self.steps.borrow_mut().extend(steps);
    }

    /// Removes a container, once the engine has said whether it made it. What cannot be removed now is tried again at the end.
    pub(super) async fn remove_container(
        &self,
        engine: &Engine,
        name: &str,
    ) -> Result<(), Trouble> {
        let making = self.containers.borrow().get(name).cloned().flatten();
        let removed = match making {
            Some(told) => remove_made(engine, name, told).await,
            None => Ok(()),
        };
        self.note(name, &removed);
        if removed.is_ok() {
            self.containers.borrow_mut().remove(name);
        }
        removed
    }

    /// Removes everything: kinds of things in turn, as an image is free only when its containers
    /// are gone; of one kind all at once. May be dropped at any time.
    pub(super) async fn clear_up(&self, engine: &Engine) {
        let containers: Vec<String> = self.containers.borrow().keys().cloned().collect();
        let containers = containers
            .iter()
            .map(|name| self.remove_container(engine, name));
        join_all(containers).await;
        let tags = self.by_image();
        join_all(tags.values().map(|tags| self.remove_tags(engine, tags))).await;
        // One after the other: a parent is free only when its child is gone.
        let steps = self.steps.borrow().clone();
        for step in steps {
            let removed = reap::remove_step(engine, &step).await;
            self.note(&step, &removed);
            if removed.is_ok() {
                self.steps.borrow_mut().retain(|held| *held != step);
            }
        }
    }

    fn by_image(&self) -> BTreeMap<String, Vec<String>> {
        let mut images: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (tag, image) in &*self.tags.borrow() {
            images.entry(image.clone()).or_default().push(tag.clone());
        }
        images
    }

    /// Removes the tags of one image, one after the other: of two at once the engine takes each
    /// for the last, removes the image twice, and says of the second that there is none.
    async fn remove_tags(&self, engine: &Engine, tags: &[String]) {
        for tag in tags {
            let removed = reap::remove_tag(engine, tag).await;
            self.note(tag, &removed);
            if removed.is_ok() {
                self.tags.borrow_mut().remove(tag);
            }
        }
    }

    fn note(&self, name: &str, removed: &Result<(), Trouble>) {
        if let Err(trouble) = removed {
            let message = trouble.message().trim().to_owned();
            self.troubles.borrow_mut().insert(name.to_owned(), message);
        }
    }

    /// What is left, each by its name, and how it is removed; `None` when nothing is. `docker` is
    /// the command that reaches the engine.
    pub(super) fn left(&self, docker: &str) -> Option<Reason> {
        let containers = self.containers.borrow();
        let (tags, steps) = (self.tags.borrow(), self.steps.borrow());
        let images: Vec<&String> = tags.keys().chain(steps.iter()).collect();
        let names = || containers.keys().chain(images.iter().copied());
        let count = names().count();
        let thing = if count == 1 { "thing" } else { "things" };
        let mut reason = Reason::new(format!("{count} {thing} of this run stayed on the engine"));
        let troubles = self.troubles.borrow();
        for name in names() {
            let kind = match () {
                () if containers.contains_key(name) => "container",
                () if tags.contains_key(name) => "tag",
                () => "image",
            };
            let why = troubles.get(name).map(String::as_str);
            let why = why.unwrap_or("there was no time left to remove it");
            reason = reason.detail(format!("{kind} {name}: {why}"));
        }
        let rm = (!containers.is_empty()).then(|| {
            let names: Vec<&str> = containers.keys().map(String::as_str).collect();
            format!("`{docker} rm -fv {}`", names.join(" "))
        });
        let rmi = (!images.is_empty()).then(|| {
            let names: Vec<&str> = images.iter().map(|name| name.as_str()).collect();
            format!("`{docker} rmi {}`", names.join(" "))
        });
        let commands: Vec<String> = rm.into_iter().chain(rmi).collect();
        (count > 0).then(|| reason.hint(format!("remove them: {}", commands.join(", then "))))
    }
}

/// Removes a container that the engine was asked to make. When it never said whether it did, one
/// that is not there may still come to be.
async fn remove_made(engine: &Engine, name: &str, told: Told<()>) -> Result<(), Trouble> {
    let made = answer(told).await;
    let was_there = reap::remove_container(engine, name).await?;
    match made {
        Err(Trouble::Gone(why)) if !was_there => Err(Trouble::Gone(format!(
            "the engine did not say whether it made it ({why})"
        ))),
        _ => Ok(()),
    }
}

async fn answer(mut told: Told<()>) -> Result<(), Trouble> {
    let answer = told.wait_for(Option::is_some).await;
    let answer = answer.ok().and_then(|answer| answer.clone());
    answer.unwrap_or_else(|| Err(Trouble::Gone("the question was broken off".to_owned())))
}
