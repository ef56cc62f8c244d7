//! Looks for what runs left on the engine and removes it, when somebody asks for that and for
//! nothing else. By the rules of `reap.rs`: what a live run or anybody else owns is never touched.

use std::collections::BTreeMap;
use std::path::Path;

use super::discover;
use super::engine::Engine;
use super::keep;
use super::lease::Lease;
use super::reap;
use crate::model::{NoAnswer, Unanswered, limits};

/// Something of prove's on the engine, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tidied {
    /// `container` or `tag`.
    pub what: &'static str,
    /// What it is called.
    pub name: String,
    /// Why it could not be removed.
    pub trouble: Option<String>,
}

/// What was found, and what could not be.
#[derive(Debug, Default)]
pub struct Tidy {
    /// In the order in which it was removed.
    pub found: Vec<Tidied>,
    /// Why there may be more: no engine answers, or it does not say all that it has.
    pub unknown: Option<Unanswered>,
}

/// Removes what killed runs left, and what was kept for the project in the directory `home`; with
/// `look_only` nothing is removed. `run` is an id of its own.
pub async fn tidy(
    env: &BTreeMap<String, String>,
    (run, home): (&str, &Path),
    look_only: bool,
) -> Tidy {
    match open(env, run).await {
        Ok((engine, lease)) => tidied(&engine, &lease, home, look_only).await,
        Err(why) => Tidy {
            unknown: Some(why),
            ..Tidy::default()
        },
    }
}

async fn open(env: &BTreeMap<String, String>, run: &str) -> Result<(Engine, Lease), Unanswered> {
    let candidates = discover::candidates(env)?;
    let engine = Engine::connect(candidates, limits::ENGINE_ANSWER).await?;
    let lease = Lease::take(run, env).map_err(|error| {
        let message = format!("whose a container is cannot be known: {error}");
        Unanswered::new(NoAnswer::Io, message).hint("set XDG_RUNTIME_DIR to a folder of yours")
    })?;
    Ok((engine, lease))
}

async fn tidied(engine: &Engine, lease: &Lease, home: &Path, look_only: bool) -> Tidy {
    let (mut found, mut troubles) = reap::leftovers(engine, lease).await;
    match keep::kept(engine, lease, home).await {
        Ok(kept) => found.extend(kept),
        Err(trouble) => troubles.push(trouble),
    }
    let mut tidy = Tidy::default();
    for left in found {
        let removed = match look_only {
            true => Ok(()),
            false => left.remove(engine).await,
        };
        tidy.found.push(Tidied {
            what: left.what(),
            name: left.name().to_owned(),
            trouble: removed.err().map(|trouble| trouble.message().to_owned()),
        });
    }
    let doing = "looking for what runs left";
    let trouble = troubles.into_iter().next();
    tidy.unknown = trouble.map(|trouble| trouble.unanswered(NoAnswer::EngineGone, doing));
    tidy
}
