//! A look at the engine for people who ask what is wrong: whether it answers and what it is.
//!
//! Makes nothing there and removes nothing.

use std::collections::BTreeMap;

use super::discover;
use super::engine::Engine;
use crate::model::{NoAnswer, Unanswered, limits};

/// What answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its address and who said so: `unix:///var/run/docker.sock (default)`.
    pub endpoint: String,
    /// Its version, as it says it.
    pub version: String,
}

/// Asks the engine of this environment what it is.
///
/// # Errors
/// When none answers, with what was tried.
pub async fn look(env: &BTreeMap<String, String>) -> Result<Look, Unanswered> {
    let candidates = discover::candidates(env)?;
    let engine = Engine::connect(candidates, limits::ENGINE_ANSWER).await?;
    let version = engine.bounded(engine.docker().version()).await;
    let version = version.map_err(|trouble| {
        trouble.unanswered(NoAnswer::EngineGone, "the engine did not say its version")
    })?;
    Ok(Look {
        endpoint: engine.endpoint.shown(),
        version: version.version.unwrap_or_else(|| "unknown".to_owned()),
    })
}
