//! Floor 3, the gate-file language: text to a tree with spans, to a pipeline or to *all* diagnostics.
//!
//! Knows kinds only through the traits in `kind.rs`; does no I/O: facts are passed in.

pub mod decode;
mod gate;
mod kind;
pub mod shape;

pub use gate::{Advisory, Cost, Gate, MissingEnv, Origin, Pipeline, Retries};
pub use kind::{Builds, Kind, KindSpec, Registry, Turn};
