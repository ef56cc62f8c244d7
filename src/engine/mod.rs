//! Floor 8, the engine: a pure scheduler, and one driver that obeys it and waits.
//!
//! Must not know how a gate is written, how a probe is answered, or what a report looks like.

mod world;

pub use world::{Clock, Log, Logs, RunFacts, Settings, TreeWatch, World};
