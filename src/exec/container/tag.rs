//! Puts the user's reference on an image, and looks whether it stands there.

use bollard::query_parameters::TagImageOptionsBuilder;

use super::reference::Reference;
use super::session::Session;
use super::{Desk, stop_answer};
use crate::model::{Answer, ImageIdentity, NoAnswer, Unanswered};

/// Answers `Probe::Tag`. Once the engine was asked, a stop waits for what it says, which takes no
/// longer than any of its answers: the run must know whether the tag stands. A kill waits for
/// nothing, and that the tag may stand is said.
pub(super) async fn tag(
    session: &Session,
    image: &ImageIdentity,
    reference: &str,
    desk: &Desk<'_>,
) -> Answer {
    if let Some(stop) = *desk.stop.borrow() {
        return Answer::Unanswered(stop_answer(stop));
    }
    tokio::select! {
        put = put(session, image, reference) => match put {
            Ok(()) => Answer::Tagged,
            Err(why) => Answer::Unanswered(why),
        },
        stop = desk.killed() => {
            let mut why = stop_answer(stop);
            why.message = format!("killed while the engine was putting the tag on: {reference} may stand");
            Answer::Unanswered(why.hint(format!("`docker image inspect {reference}` tells")))
        }
    }
}

async fn put(session: &Session, image: &ImageIdentity, text: &str) -> Result<(), Unanswered> {
    let reference = Reference::parse(text).map_err(|why| {
        Unanswered::new(NoAnswer::Unsupported, why).hint("write `tag: name` or `tag: name:version`")
    })?;
    let engine = &session.engine;
    let doing = format!("putting {} on {}", reference.whole(), image.short());
    let options = TagImageOptionsBuilder::default()
        .repo(&reference.repository)
        .tag(&reference.tag)
        .build();
    let put = engine
        .bounded(engine.docker().tag_image(&image.id, Some(options)))
        .await;
    put.map_err(|trouble| {
        let class = if trouble.is_not_found() {
            NoAnswer::ImageMissing
        } else {
            NoAnswer::CannotStart
        };
        trouble.unanswered(class, &doing)
    })?;
    let whole = reference.whole();
    let found = engine.bounded(engine.docker().inspect_image(&whole)).await;
    let found = found.map_err(|trouble| trouble.unanswered(NoAnswer::ImageMissing, &doing))?;
    if found.id.as_deref() == Some(image.id.as_str()) {
        return Ok(());
    }
    let found = found.id.unwrap_or_default();
    let message = format!("{doing}: {whole} stands on {found} instead");
    Err(Unanswered::new(NoAnswer::InputChanged, message)
        .hint("somebody else moved the tag at the same time; run again"))
}
