//! Builds images: chooses the builder, takes the identity, holds the image until the end.
//!
//! A build that needs what the chosen builder lacks is refused, never built with less.

mod bases;
mod buildx;
mod context;
mod native;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bollard::models::ImageSummary;
use bollard::query_parameters::{ListImagesOptionsBuilder, TagImageOptionsBuilder};

use self::context::{Bad, Context};
use self::native::Native;
use self::words::Tail;
use super::discover::Endpoint;
use super::engine::Trouble;
use super::logins::Logins;
use super::session::Session;
use super::{Desk, image, stop_answer};
use crate::model::{Answer, BuildRequest, Built, NoAnswer, Unanswered};
use crate::sys::fs::read_limited;

/// Bytes of a Dockerfile.
const DOCKERFILE_BYTES: u64 = 1 << 20;

/// Who builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builder {
    /// `docker buildx build`.
    Buildx,
    /// The engine itself.
    Native(Native),
}

impl Builder {
    fn name(self) -> &'static str {
        match self {
            Self::Buildx => "buildx",
            Self::Native(Native::BuildKit) => "engine buildkit",
            Self::Native(Native::Classic) => "classic",
        }
    }

    /// What it cannot do, for people; [`check`] refuses what is asked for of it.
    fn lacks(self) -> &'static str {
        match self {
            Self::Buildx => "",
            Self::Native(Native::BuildKit) => "`secrets`",
            Self::Native(Native::Classic) => "`secrets`, `platform` and `RUN --mount`",
        }
    }
}

/// How a builder ended.
enum End {
    /// With this image id.
    Image(String),
    /// A step failed, or the Dockerfile was refused.
    Failed(String),
}

/// Answers `Probe::Build`.
pub(super) async fn build(session: &Session, request: &BuildRequest, desk: &Desk<'_>) -> Answer {
    match try_build(session, request, desk).await {
        Ok(built) => Answer::Built(built),
        Err(why) => Answer::Unanswered(why),
    }
}

/// See [`super::shipped`].
pub(super) fn shipped(root: &Path, request: &BuildRequest) -> Result<Vec<PathBuf>, String> {
    match Context::open(root, request) {
        Ok(context) => context.entries().map_err(|error| error.to_string()),
        // Nothing that can be built: the build will say so, if it is still so then.
        Err(Bad::Refused(_) | Bad::Unknown(_)) => Ok(Vec::new()),
    }
}

async fn try_build(
    session: &Session,
    request: &BuildRequest,
    desk: &Desk<'_>,
) -> Result<Built, Unanswered> {
    let builder = choose(session, desk).await?;
    check(builder, request)?;
    let failed = |message| Built::Failed {
        message,
        builder: builder.name().to_owned(),
    };
    let context = match Context::open(&session.root, request) {
        Ok(context) => context,
        Err(Bad::Refused(message)) => return Ok(failed(message)),
        Err(Bad::Unknown(why)) => return Err(why),
    };
    if builder == Builder::Native(Native::BuildKit) && context.ignores_dockerfile() {
        desk.sink
            .progress("note: this builder shows the Dockerfile to COPY although it is ignored");
    }
    let before = images(session).await?;
    // Remembered as they come: a build that fails or is stopped leaves them behind.
    let made = |id: &str| {
        let known = |image: &ImageSummary| image.id.trim_start_matches("sha256:").starts_with(id);
        if !before.iter().any(known) {
            session.held.step(id);
        }
    };
    let end = match builder {
        Builder::Buildx => buildx::build(session, request, (context, desk)).await?,
        Builder::Native(native) => tokio::select! {
            end = with_logins(session, native, request, (context, desk), &made) => end?,
            stop = desk.stopped() => return Err(stop_answer(stop)),
        },
    };
    let id = match end {
        End::Image(id) => id,
        End::Failed(message) => return Ok(failed(message)),
    };
    let doing = "looking at the image that was built";
    let identity = image::identity(&session.engine, &id).await;
    let image = identity.map_err(|trouble| trouble.unanswered(NoAnswer::EngineGone, doing))?;
    if !before
        .iter()
        .any(|known| known.id == image.id && is_untagged(known))
    {
        hold(session, &image.id).await?;
    }
    let is_new = before.iter().all(|known| known.id != image.id);
    if builder == Builder::Native(Native::Classic) && is_new {
        let steps = new_steps(session, &image.id, &before).await?;
        session.held.steps(steps);
    }
    Ok(Built::Image {
        image,
        builder: builder.name().to_owned(),
    })
}

/// Builds with the engine, which is shown the logins that the base images need. (buildx has its
/// own.) What is said on the way is said without them.
async fn with_logins(
    session: &Session,
    native: Native,
    request: &BuildRequest,
    (context, desk): (Context, &Desk<'_>),
    made: &dyn Fn(&str),
) -> Result<End, Unanswered> {
    let bases = bases::images(&dockerfile(&context)?, request, native);
    let platform = request.platform.as_deref();
    let logins = Logins::of_images(session, &bases, (platform, desk)).await?;
    let hushed = logins.hushed(desk.sink);
    let quiet = Desk {
        gate: desk.gate,
        attempt: desk.attempt,
        cpus: desk.cpus,
        sink: &hushed,
        stop: desk.stop.clone(),
    };
    let end = native::build(session, native, request, (context, &logins, &quiet), made).await;
    match end {
        Ok(End::Failed(message)) => Ok(End::Failed(logins.mask_text(message))),
        Ok(image @ End::Image(_)) => Ok(image),
        Err(why) => Err(logins.mask(why)),
    }
}

fn dockerfile(context: &Context) -> Result<String, Unanswered> {
    let unread = |why: &str| {
        let path = context.dockerfile.display();
        Unanswered::new(NoAnswer::Io, format!("cannot read {path}: {why}"))
    };
    match read_limited(&context.dockerfile, DOCKERFILE_BYTES) {
        Ok(Some(text)) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Ok(None) => Err(unread("it is too large")),
        Err(error) => Err(unread(&error.to_string())),
    }
}

/// The builder that `PROVE_BUILDER` names, or the best that there is.
async fn choose(session: &Session, desk: &Desk<'_>) -> Result<Builder, Unanswered> {
    match asked_for(&session.env)? {
        Some(Builder::Native(native)) => Ok(Builder::Native(native)),
        asked => best(asked, session.has_buildx(desk).await),
    }
}

/// What `PROVE_BUILDER` asks for.
fn asked_for(env: &BTreeMap<String, String>) -> Result<Option<Builder>, Unanswered> {
    match env.get("PROVE_BUILDER").map_or("", String::as_str) {
        "" => Ok(None),
        "buildkit" => Ok(Some(Builder::Native(Native::BuildKit))),
        "classic" => Ok(Some(Builder::Native(Native::Classic))),
        "buildx" => Ok(Some(Builder::Buildx)),
        other => Err(
            Unanswered::new(NoAnswer::Unsupported, format!("PROVE_BUILDER is `{other}`"))
                .hint("it is one of buildx, buildkit, classic"),
        ),
    }
}

fn best(asked: Option<Builder>, buildx_works: bool) -> Result<Builder, Unanswered> {
    match (asked, buildx_works) {
        (Some(Builder::Native(native)), _) => Ok(Builder::Native(native)),
        (_, true) => Ok(Builder::Buildx),
        (None, false) => Ok(Builder::Native(Native::BuildKit)),
        (Some(Builder::Buildx), false) => Err(Unanswered::new(
            NoAnswer::ToolMissing,
            "PROVE_BUILDER asks for buildx, and `docker buildx version` does not work",
        )
        .hint("install docker's buildx plugin, or unset PROVE_BUILDER")),
    }
}

/// Who would build here: its name, its version as far as it says one, and what it lacks.
pub(super) async fn would_build(
    env: &BTreeMap<String, String>,
    root: &Path,
    engine: (&Endpoint, &str),
) -> Result<String, Unanswered> {
    let (endpoint, of_engine) = engine;
    let asked = asked_for(env)?;
    let version = match asked {
        Some(Builder::Native(_)) => None,
        _ => buildx::version(env, root, endpoint).await,
    };
    Ok(match best(asked, version.is_some())? {
        Builder::Buildx => format!("buildx: {}", version.unwrap_or_default()),
        builder => format!(
            "{} (engine {of_engine}), without {}",
            builder.name(),
            builder.lacks()
        ),
    })
}

/// Asked once per run.
pub(super) async fn buildx_is_there(session: &Session, desk: &Desk<'_>) -> bool {
    buildx::is_there(session, desk).await
}

/// Whether the builder can do what the request asks for.
fn check(builder: Builder, request: &BuildRequest) -> Result<(), Unanswered> {
    let lacks = |what: &str| {
        let message = format!("the builder {} cannot do {what}", builder.name());
        Err(Unanswered::new(NoAnswer::Unsupported, message)
            .hint("install docker's buildx plugin (`docker buildx version`)"))
    };
    match builder {
        Builder::Native(_) if !request.secrets.is_empty() => lacks("secrets"),
        Builder::Native(Native::Classic) if request.platform.is_some() => lacks("`platform`"),
        _ => Ok(()),
    }
}

/// What the end of a builder means. Without an image id nothing was built.
fn finish(ended: Result<(), Trouble>, id: Option<String>, tail: Tail) -> Result<End, Unanswered> {
    match (ended, id) {
        (Ok(()), Some(id)) => Ok(End::Image(id)),
        (Ok(()), None) => {
            let message = "the build ended without an error and without an image";
            Err(Unanswered::new(NoAnswer::EngineGone, message)
                .hint("look after the engine (`docker info`), then run again"))
        }
        (Err(gone @ Trouble::Gone(_)), _) => {
            Err(gone.unanswered(NoAnswer::EngineGone, "the build broke off"))
        }
        (Err(trouble), _) => match words::base_missing(trouble.message()) {
            Some(missing) => Err(missing),
            None => Ok(End::Failed(tail.with(trouble.message()))),
        },
    }
}

/// All images of the engine, steps of the classic builder included.
async fn images(session: &Session) -> Result<Vec<ImageSummary>, Unanswered> {
    let options = ListImagesOptionsBuilder::default().all(true).build();
    let engine = &session.engine;
    let images = engine
        .bounded(engine.docker().list_images(Some(options)))
        .await;
    images.map_err(|t| t.unanswered(NoAnswer::EngineGone, "looking at the engine's images"))
}

/// Nobody has named it: it was there before, and a tag of ours that is taken off again would take
/// it along.
fn is_untagged(image: &ImageSummary) -> bool {
    image.repo_tags.iter().all(|tag| tag == "<none>:<none>")
}

/// The steps that the classic builder made for this new image and that were not there before, the
/// last one first. (An image that was there before stands on steps that were.)
async fn new_steps(
    session: &Session,
    id: &str,
    before: &[ImageSummary],
) -> Result<Vec<String>, Unanswered> {
    let now = images(session).await?;
    let parent = |id: &str| {
        now.iter()
            .find(|image| image.id == id)
            .map(|i| i.parent_id.clone())
    };
    let mut steps = Vec::new();
    let mut at = parent(id);
    while let Some(step) = at.filter(|id| !id.is_empty() && before.iter().all(|b| b.id != *id)) {
        at = parent(&step);
        steps.push(step);
    }
    Ok(steps)
}

/// Names the image for as long as this run lives, so that no prune and no other run takes it.
async fn hold(session: &Session, id: &str) -> Result<(), Unanswered> {
    let (repository, tag) = session.temporary_tag(id);
    let options = TagImageOptionsBuilder::default()
        .repo(&repository)
        .tag(&tag)
        .build();
    let engine = &session.engine;
    let put = engine
        .bounded(engine.docker().tag_image(id, Some(options)))
        .await;
    put.map_err(|t| t.unanswered(NoAnswer::EngineGone, "holding the image that was built"))
}
