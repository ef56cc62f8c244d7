//! Which image to run in: by identity when it was built here, by name otherwise, pulled if absent.

use bollard::Docker;
use bollard::models::ImageInspect;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;

use super::engine::{Engine, Trouble};
use super::logins::Logins;
use super::session::Session;
use super::{Desk, Sink};
use crate::model::{ImageIdentity, ImageRef, NoAnswer, Unanswered};

/// The id of the image to run in.
pub(super) async fn resolve(
    session: &Session,
    image: &ImageRef,
    desk: &Desk<'_>,
) -> Result<String, Unanswered> {
    match image {
        ImageRef::Built(identity) => same(&session.engine, identity).await,
        ImageRef::Named(name) => named(session, name, desk).await,
    }
}

/// The image that was built is still the one the engine has under this id.
async fn same(engine: &Engine, wanted: &ImageIdentity) -> Result<String, Unanswered> {
    let found = identity(engine, &wanted.id).await.map_err(|trouble| {
        trouble.unanswered(
            NoAnswer::ImageMissing,
            "looking for the image that was built",
        )
    })?;
    if found == *wanted {
        return Ok(found.id);
    }
    let message = format!(
        "the image {} is no longer the one that was built",
        wanted.short()
    );
    Err(Unanswered::new(NoAnswer::ImageMissing, message))
}

async fn named(session: &Session, name: &str, desk: &Desk<'_>) -> Result<String, Unanswered> {
    let engine = &session.engine;
    let doing = format!("looking for the image {name}");
    match identity(engine, name).await {
        Ok(found) => return Ok(found.id),
        Err(trouble) if trouble.is_not_found() => {}
        Err(trouble) => return Err(trouble.unanswered(NoAnswer::CannotStart, &doing)),
    }
    let logins = Logins::of_image(session, name, desk).await?;
    let hushed = logins.hushed(desk.sink);
    let client = logins.with_auth(engine.patient());
    let pulled = pull(&client, name, &hushed).await;
    pulled.map_err(|trouble| {
        let doing = format!("the image {name} is not on the engine, and pulling it failed");
        let why = trouble.unanswered(NoAnswer::ImageMissing, &doing);
        let pull = "check the name; a private image: `docker login` first".to_owned();
        logins.mask(if why.hint.is_some() {
            why
        } else {
            why.hint(pull)
        })
    })?;
    let found = identity(engine, name).await;
    found
        .map(|found| found.id)
        .map_err(|t| t.unanswered(NoAnswer::ImageMissing, &doing))
}

/// Pulls once. Without a tag that would be *every* tag of the repository, so `latest` is said.
async fn pull(client: &Docker, name: &str, sink: &dyn Sink) -> Result<(), Trouble> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let whole = if last.contains([':', '@']) {
        name.to_owned()
    } else {
        format!("{name}:latest")
    };
    sink.progress(&format!("pulling {whole}"));
    let options = CreateImageOptionsBuilder::default()
        .from_image(&whole)
        .build();
    let mut lines = client.create_image(Some(options), None, None);
    while let Some(line) = lines.next().await {
        let line = line?;
        if let Some(message) = line.error_detail.and_then(|detail| detail.message) {
            return Err(Trouble::Broke(message));
        }
        let layer = line.id.map(|id| format!("{id}: ")).unwrap_or_default();
        let status = line.status.unwrap_or_default();
        if !matches!(
            status.as_str(),
            "" | "Downloading" | "Extracting" | "Waiting"
        ) {
            sink.progress(&format!("{layer}{status}"));
        }
    }
    Ok(())
}

/// What the engine has under this name or id.
pub(super) async fn identity(engine: &Engine, name: &str) -> Result<ImageIdentity, Trouble> {
    let found = engine.bounded(engine.docker().inspect_image(name)).await?;
    read_identity(found).ok_or_else(|| {
        Trouble::Broke(format!(
            "the engine does not say what the image {name} consists of"
        ))
    })
}

fn read_identity(found: ImageInspect) -> Option<ImageIdentity> {
    let id = found.id.filter(|id| !id.is_empty())?;
    // `FROM scratch` with nothing but settings has no layer at all, and says so by a null.
    let layers = found.root_fs?.layers.unwrap_or_default();
    Some(ImageIdentity { id, layers })
}
