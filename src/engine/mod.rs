//! Floor 8, the engine: a pure scheduler, and one driver that obeys it and waits.
//!
//! Must not know how a gate is written, how a probe is answered, or what a report looks like.

mod attempt;
mod closing;
#[cfg(test)]
mod closing_tests;
mod drain;
mod driver;
mod graph;
#[cfg(test)]
mod laws;
mod masking;
mod orders;
mod queue;
#[cfg(test)]
mod run_tests;
mod scheduler;
mod sink;
#[cfg(test)]
mod staged;
mod timers;
#[cfg(test)]
mod trust_tests;
mod voice;
mod wiring;
mod words;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::event::{Body, RunStarted, SCHEMA, Summary};
use crate::plan::Plan;

pub use world::{Clock, Log, Logs, RunFacts, Settings, Stamps, TreeWatch, World};

/// Runs a plan to its end: every gate gets a verdict, what was made for it is cleared up, every
/// listener hears it and seals what it writes, and the summary of all that was said comes back.
///
/// Wants a current-thread tokio runtime with timers; needs no `Send`. Whoever drops this future
/// before its end leaves the cleaning up to the executor's own drops.
pub async fn run(plan: &Plan, settings: Settings, world: World<'_>) -> Summary {
    let World {
        run,
        executor,
        listeners,
        clock,
        mut signals,
        logs,
        masker,
        tree,
        outlets,
    } = world;
    let ends = drain::at(settings.timeout);
    let stage = attempt::Stage {
        voice: voice::Voice::new(clock, masker, listeners),
        executor,
        logs,
        tree,
        outlets,
        images: RefCell::new(BTreeMap::new()),
    };
    let mut heads = plan.heads();
    let mut places = run.places;
    for head in &mut heads {
        head.place = places.remove(&head.gate);
    }
    stage.voice.say(Body::RunStarted(Box::new(RunStarted {
        schema: SCHEMA,
        run: run.id,
        project: run.project,
        version: run.version,
        started: run.started,
        arguments: run.arguments,
        revision: run.revision,
        jobs: settings.jobs.max(1),
        narrowed: plan.is_narrowed(),
        gates: heads,
        left_out: plan.left_out().to_vec(),
    })));
    run.notices
        .into_iter()
        .for_each(|text| stage.voice.say(Body::Notice { text }));
    run.doubts
        .into_iter()
        .for_each(|reason| stage.voice.doubt(reason));
    let heard = driver::Driver::new(plan, settings, &stage, &run.took)
        .run(&mut signals)
        .await;
    closing::clear_up(&stage, &mut signals, heard).await;
    let halted = stage.voice.is_interrupted();
    let drain = drain::Drain::new(&stage.outlets, &mut signals, halted, ends);
    stage.voice.finish(drain).await
}
