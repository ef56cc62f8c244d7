//! Floor 4, the built-in gate kinds: one file or folder each, one line each in `registry.rs`.
//!
//! A kind is a pure conversation: what it needs to know next, or its judgement. Must not know who
//! answers, when, or what becomes of the verdict.

mod alone;
mod build;
#[cfg(test)]
mod cases;
mod command;
mod compose;
mod dockerfile;
mod dockerignore;
mod exists;
mod findings;
mod judge;
mod lint;
mod paths;
mod pattern;
mod pipeline;
mod registry;
mod reports;
mod run;
mod setup;
pub mod tag;
mod tags;
#[cfg(test)]
mod tests;
mod values;

pub use alone::{Wishes, alone};
pub use lint::NOT_JUDGED;
pub use registry::registry;
