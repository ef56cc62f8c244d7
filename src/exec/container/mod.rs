//! Answers probes with a container engine: image builds, runs in containers, tags.
//!
//! The engine is looked for at the first probe and once. Whatever a run makes on it is marked as
//! its own (`lease.rs`), removed by [`Executor::clear_up`], and, after a kill, by the next run.
//! Must not know kinds, plans or reports.

mod bring;
mod build;
mod config;
mod credentials;
mod deliver;
mod discover;
mod engine;
mod enter;
#[cfg(test)]
mod fake;
mod follow;
mod held;
mod image;
mod keep;
mod lease;
mod logins;
mod look;
mod memory;
mod reap;
mod reference;
mod run;
mod session;
mod start;
mod tag;
#[cfg(test)]
mod tests;
mod tidy;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::OnceCell;

pub use self::enter::Door;
pub use self::keep::Keep;
pub use self::look::{Look, look};
use self::session::Session;
pub use self::tidy::{Tidied, Tidy, tidy};
use super::process::Process;
use super::{Closed, Desk, Executor, LocalFuture, Sink, Stop};
use crate::model::{Answer, Ending, NoAnswer, Place, Probe, RunRequest, Unanswered, limits};

/// What the executor must know of the run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The project's root, absolute.
    pub root: PathBuf,
    /// The caller's environment: `DOCKER_HOST`, `DOCKER_CONTEXT`, `PROVE_BUILDER`, `HOME`, `PATH`…
    pub env: BTreeMap<String, String>,
    /// The run's id.
    pub run: String,
    /// What gates ran in is kept when they fail; `None` is not wanted.
    pub keep: Option<Keep>,
}

/// Answers `Run` (in an image), `Build` and `Tag`.
pub struct Container {
    settings: Settings,
    process: Rc<Process>,
    /// How long a question that needs no work may take.
    answer: Duration,
    session: OnceCell<Result<Session, Unanswered>>,
}

impl Container {
    /// An executor that has not looked for an engine yet. `process` runs the docker command.
    #[must_use]
    pub fn new(settings: Settings, process: Rc<Process>) -> Self {
        Self {
            settings,
            process,
            answer: limits::ENGINE_ANSWER,
            session: OnceCell::new(),
        }
    }

    /// Answers one probe. Whatever it started is gone when the future is done, apart from a
    /// built image, which is held until [`Executor::clear_up`].
    pub async fn answer(&self, probe: &Probe, desk: &Desk<'_>) -> Answer {
        let session = match self.session(desk).await {
            Ok(session) => session,
            Err(why) => return Answer::Unanswered(why),
        };
        match probe {
            Probe::Run(request) => match &request.place {
                Place::Image(image) => run::run(session, request, image, desk).await,
                Place::Host => not_ours("a command on the host"),
            },
            Probe::Build(request) => build::build(session, request, desk).await,
            Probe::Tag { image, reference } => tag::tag(session, image, reference, desk).await,
            Probe::List { .. }
            | Probe::Tracked { .. }
            | Probe::Files { .. }
            | Probe::Read { .. }
            | Probe::Snapshot { .. } => not_ours("a question about files"),
        }
    }

    /// Lets somebody into a container of this request; gone when the future is done.
    ///
    /// # Errors
    /// It cannot be made or started, or the engine does not say how it ended.
    pub async fn enter(
        &self,
        request: &RunRequest,
        door: &mut Door<'_>,
        desk: &Desk<'_>,
    ) -> Result<Ending, Unanswered> {
        let session = self.session(desk).await?;
        match &request.place {
            Place::Image(image) => enter::enter(session, (request, image), door, desk).await,
            Place::Host => {
                let message = "a command on the host is not for a container engine";
                Err(Unanswered::new(NoAnswer::Unsupported, message))
            }
        }
    }

    async fn session(&self, desk: &Desk<'_>) -> Result<&Session, Unanswered> {
        let open = self
            .session
            .get_or_init(|| Session::open(&self.settings, Rc::clone(&self.process), self.answer));
        tokio::select! {
            session = open => session.as_ref().map_err(Clone::clone),
            stop = desk.stopped() => Err(stop_answer(stop)),
        }
    }
}

impl Executor for Container {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        Box::pin(Container::answer(self, probe, desk))
    }

    fn clear_up(&self) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            if let Some(Ok(session)) = self.session.get() {
                session.clear_up().await;
            }
        })
    }

    /// Leftovers of killed runs that were removed, and what of this one could not be.
    fn closed(&self) -> Closed {
        match self.session.get() {
            Some(Ok(session)) => session.closed(),
            Some(Err(_)) | None => Closed::default(),
        }
    }
}

/// Every path that decides what a build of this request sends to the engine, as things are now:
/// entries of the context, the Dockerfile, the ignore file. None when there is nothing to build.
///
/// # Errors
/// In words for people, when the context cannot be read.
pub fn shipped(
    root: &std::path::Path,
    request: &crate::model::BuildRequest,
) -> Result<Vec<PathBuf>, String> {
    build::shipped(root, request)
}

/// The wiring sent a probe to the wrong executor: said, never passed over.
fn not_ours(what: &str) -> Answer {
    let message = format!("{what} cannot be answered by a container engine");
    Answer::Unanswered(Unanswered::new(NoAnswer::CannotStart, message))
}

fn stop_answer(stop: Stop) -> Unanswered {
    Unanswered::new(
        NoAnswer::Stopped(stop.cause),
        "stopped before there was an answer",
    )
}
