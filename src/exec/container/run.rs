//! Runs a command in a container: create, attach, start, follow, inspect, bring back, remove.
//!
//! Output comes by attach, never by the logs API (which cuts on Podman and is slow on Docker).
//! An exit code above 128 stays an exit code: docker does not say whether a signal or the program
//! itself made it; only that the memory ran out is the engine's own word.

use bollard::models::{ContainerCreateBody, ContainerState};
use bollard::query_parameters::StartContainerOptions;

use super::config::{self, Frame};
use super::follow::{Follow, Followed};
use super::session::Session;
use super::{Desk, bring, image, memory, start, stop_answer};
use crate::exec::process::{collect, keep};
use crate::model::{
    Answer, Ending, ImageRef, NoAnswer, Ran, RunRequest, Unanswered, Workspace, limits,
};

/// Answers `Probe::Run` in an image.
pub(super) async fn run(
    session: &Session,
    request: &RunRequest,
    image: &ImageRef,
    desk: &Desk<'_>,
) -> Answer {
    let name = session.container_name();
    let ran = in_container(session, request, image, (&name, desk)).await;
    let left = match &session.kept {
        // It ran and it ended. Whether it goes is known when its gate is judged.
        Some(kept) if ran.is_ok() => {
            kept.candidate(&name, desk);
            None
        }
        _ => session.remove_container(&name).await,
    };
    match ran {
        Ok(mut ran) => {
            ran.notes.extend(left);
            Answer::Ran(Box::new(ran))
        }
        Err(why) => Answer::Unanswered(why),
    }
}

async fn in_container(
    session: &Session,
    request: &RunRequest,
    image: &ImageRef,
    (name, desk): (&str, &Desk<'_>),
) -> Result<Ran, Unanswered> {
    let mounted = request.container.workspace != Workspace::None;
    let before = if mounted {
        collect::before(&session.root, request).await?
    } else {
        collect::Stamps::new()
    };
    let mut follow = tokio::select! {
        started = start(session, request, image, (name, desk)) => started?,
        stop = desk.stopped() => return Err(stop_answer(stop)),
    };
    let followed = follow.follow(session, name, desk).await?;
    let state = state(session, name).await?;
    let words = followed
        .only_words()
        .filter(|_| matches!(state.exit_code, Some(1 | 255)));
    if let Some(stillborn) = words.and_then(|words| start::stillborn(words, &request.command)) {
        return Err(stillborn);
    }
    let mut ran = Ran::ended(ending(&state, &followed)?);
    let limit = request.container.memory;
    if matches!(ran.ending, Ending::Exited(_))
        && memory::ran_out(&session.engine, name, (&state, limit)).await
    {
        ran.ending = Ending::OutOfMemory;
    }
    (ran.stdout, ran.stderr, ran.capture_cut) = followed.captures(request);
    ran.notes = followed.notes;
    if mounted {
        ran.results = collect::results(&session.root, request, before).await?;
        let not_kept = keep::keep(&session.root, request, desk, limits::GRACE).await;
        ran.notes.extend(not_kept);
        return Ok(ran);
    }
    let brought = match followed.stopped {
        None => bring::bring(session, request, name, desk).await?,
        Some(_) => bring::bring_stopped(session, request, name, desk).await,
    };
    ran.results = brought.results;
    ran.notes.extend(brought.notes);
    Ok(ran)
}

/// Creates, attaches, waits and only then starts, so that nothing is missed.
async fn start(
    session: &Session,
    request: &RunRequest,
    image: &ImageRef,
    (name, desk): (&str, &Desk<'_>),
) -> Result<Follow, Unanswered> {
    let image = image::resolve(session, image, desk).await?;
    create(session, request, (&image, name), |_| ()).await?;
    // Podman prepares the container here already, and says here that there is no such program.
    let follow = Follow::attach(&session.engine, name)
        .await
        .map_err(|trouble| refused(trouble, request))?;
    begin(session, request, name).await?;
    Ok(follow)
}

/// Has the container of a request made, of the image with this id, after a last word on it.
pub(super) async fn create(
    session: &Session,
    request: &RunRequest,
    (image, name): (&str, &str),
    last_word: impl FnOnce(&mut ContainerCreateBody),
) -> Result<(), Unanswered> {
    let engine = &session.engine;
    let frame = Frame {
        image,
        root: &session.root,
        local: engine.endpoint.is_local(),
        labels: session.labels(),
    };
    let mut body = config::body(request, frame)?;
    last_word(&mut body);
    let created = session.held.create(engine, name, body).await;
    created.map_err(|trouble| refused(trouble, request))
}

/// Starts the container that was made for a request.
pub(super) async fn begin(
    session: &Session,
    request: &RunRequest,
    name: &str,
) -> Result<(), Unanswered> {
    let engine = &session.engine;
    let started = engine
        .docker()
        .start_container(name, None::<StartContainerOptions>);
    let started = engine.bounded(started).await;
    started.map_err(|trouble| refused(trouble, request))
}

/// The engine does not make or start it: in the words of who asked for it.
pub(super) fn refused(trouble: super::engine::Trouble, request: &RunRequest) -> Unanswered {
    match trouble {
        gone @ super::engine::Trouble::Gone(_) => {
            gone.unanswered(NoAnswer::EngineGone, "starting the container")
        }
        other => start::refusal(other.message(), &request.command),
    }
}

/// How the container stands now.
pub(super) async fn state(session: &Session, name: &str) -> Result<ContainerState, Unanswered> {
    let engine = &session.engine;
    let doing = "asking how the container ended";
    let found = engine
        .bounded(engine.docker().inspect_container(name, None))
        .await;
    let found = found.map_err(|trouble| trouble.unanswered(NoAnswer::EngineGone, doing))?;
    found
        .state
        .ok_or_else(|| Unanswered::new(NoAnswer::EngineGone, format!("{doing}: no state")))
}

/// How it ended, out of what the engine says and what was seen.
pub(super) fn ending(state: &ContainerState, followed: &Followed) -> Result<Ending, Unanswered> {
    if state.running == Some(true) {
        let message = "the engine says that the container ended and that it runs";
        return Err(Unanswered::new(NoAnswer::EngineGone, message));
    }
    if let Some(stop) = followed.stopped {
        return Ok(Ending::Stopped(stop.cause));
    }
    let code = state.exit_code.and_then(|code| i32::try_from(code).ok());
    code.map(Ending::Exited).ok_or_else(|| {
        Unanswered::new(
            NoAnswer::EngineGone,
            "the engine does not say how the container ended",
        )
    })
}
