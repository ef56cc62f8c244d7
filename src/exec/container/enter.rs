//! Lets somebody into a container (`prove shell`): one that a gate would get, but that it is typed
//! into, and has a terminal when there is one. It is marked, held and removed like any other.
//!
//! Must not know whose terminal it is: keys and sizes are handed in, output goes to the sink.
//! bollard takes a piece of a terminal's output that begins with a byte below 3 for a header of its
//! own; programs for people print none.

use std::convert::Infallible;
use std::time::Duration;

use bollard::query_parameters::ResizeContainerTTYOptionsBuilder;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::follow::{Follow, Input};
use super::run::{begin, create, ending, refused, state};
use super::session::Session;
use super::{Desk, image, stop_answer};
use crate::model::{Ending, ImageRef, RunRequest, Unanswered};

/// An engine that has just started a container may not know its terminal yet.
const SIZE_TRIES: usize = 10;
const SIZE_PAUSE: Duration = Duration::from_millis(20);

/// Where somebody comes in.
pub struct Door<'d> {
    /// What is typed; closed is the end of it.
    pub input: mpsc::Receiver<Vec<u8>>,
    /// Rows and columns, when there is a terminal.
    pub size: Option<watch::Receiver<(u16, u16)>>,
    /// Told right before the container starts.
    pub opens: &'d dyn Fn(),
}

/// Makes the container, lets them in, and removes it.
pub(super) async fn enter(
    session: &Session,
    (request, image): (&RunRequest, &ImageRef),
    door: &mut Door<'_>,
    desk: &Desk<'_>,
) -> Result<Ending, Unanswered> {
    let name = session.container_name();
    let ended = inside(session, (request, image), door, (&name, desk)).await;
    // What cannot be removed now is tried again, and named, when all is cleared up.
    let _ = session.remove_container(&name).await;
    ended
}

async fn inside(
    session: &Session,
    (request, image): (&RunRequest, &ImageRef),
    door: &mut Door<'_>,
    (name, desk): (&str, &Desk<'_>),
) -> Result<Ending, Unanswered> {
    let (mut follow, typed) = tokio::select! {
        open = open(session, (request, image), door, (name, desk)) => open?,
        stop = desk.stopped() => return Err(stop_answer(stop)),
    };
    let followed = tokio::select! {
        followed = follow.follow(session, name, desk) => followed?,
        never = feed(&mut door.input, typed) => match never {},
        never = fit(session, name, door.size.clone()) => match never {},
    };
    let state = state(session, name).await?;
    ending(&state, &followed)
}

async fn open(
    session: &Session,
    (request, image): (&RunRequest, &ImageRef),
    door: &Door<'_>,
    (name, desk): (&str, &Desk<'_>),
) -> Result<(Follow, Input), Unanswered> {
    let image = image::resolve(session, image, desk).await?;
    let tty = door.size.is_some();
    let typed = create(session, request, (&image, name), |body| {
        body.tty = Some(tty);
        body.attach_stdin = Some(true);
        body.open_stdin = Some(true);
        body.stdin_once = Some(true);
    });
    typed.await?;
    let attached = Follow::attach_typing(&session.engine, name).await;
    let attached = attached.map_err(|trouble| refused(trouble, request))?;
    (door.opens)();
    begin(session, request, name).await?;
    Ok(attached)
}

/// Hands on what is typed, as long as it is followed.
async fn feed(typed: &mut mpsc::Receiver<Vec<u8>>, mut into: Input) -> Infallible {
    while let Some(bytes) = typed.recv().await {
        let written = into.write_all(&bytes).await;
        if written.is_err() || into.flush().await.is_err() {
            // It has ended, and whoever follows it knows.
            break;
        }
    }
    let _ = into.shutdown().await;
    std::future::pending().await
}

/// Keeps its terminal as large as the one that is looked at.
async fn fit(
    session: &Session,
    name: &str,
    size: Option<watch::Receiver<(u16, u16)>>,
) -> Infallible {
    if let Some(mut size) = size {
        loop {
            let (rows, columns) = *size.borrow_and_update();
            resize(session, name, (rows, columns)).await;
            if size.changed().await.is_err() {
                break;
            }
        }
    }
    std::future::pending().await
}

/// A terminal of the wrong size is no reason to throw anybody out.
async fn resize(session: &Session, name: &str, (rows, columns): (u16, u16)) {
    for _ in 0..SIZE_TRIES {
        let options = ResizeContainerTTYOptionsBuilder::default()
            .h(rows.into())
            .w(columns.into())
            .build();
        let resized = session.engine.docker().resize_container_tty(name, options);
        if session.engine.bounded(resized).await.is_ok() {
            return;
        }
        sleep(SIZE_PAUSE).await;
    }
}
