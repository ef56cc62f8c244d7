//! A look at the engine for people who ask what is wrong: whether it answers and what it is.
//!
//! Makes nothing there and removes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::build;
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
    /// Who would build an image, its version and what it lacks; or why nobody would.
    pub builder: Result<String, Unanswered>,
    /// Where the engine keeps its images, when it is an engine of this machine and says so.
    pub data: Option<PathBuf>,
}

/// Asks the engine of this environment what it is.
///
/// # Errors
/// When none answers, with what was tried.
pub async fn look(env: &BTreeMap<String, String>, root: &Path) -> Result<Look, Unanswered> {
    let candidates = discover::candidates(env)?;
    let engine = Engine::connect(candidates, limits::ENGINE_ANSWER).await?;
    let version = engine.bounded(engine.docker().version()).await;
    let version = version.map_err(|trouble| {
        trouble.unanswered(NoAnswer::EngineGone, "the engine did not say its version")
    })?;
    let version = version.version.unwrap_or_else(|| "unknown".to_owned());
    let builder = build::would_build(env, root, (&engine.endpoint, &version)).await;
    let data = match engine.endpoint.is_local() {
        true => engine.bounded(engine.docker().info()).await.ok(),
        false => None,
    };
    Ok(Look {
        endpoint: engine.endpoint.shown(),
        version,
        builder,
        data: data
            .and_then(|info| info.docker_root_dir)
            .map(PathBuf::from),
    })
}
