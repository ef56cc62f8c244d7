//! Floor 3, the gate-file language: text to a tree with spans, to a pipeline or to *all* diagnostics.
//!
//! Knows kinds only through the traits in `kind.rs`; does no I/O: facts are passed in.

mod check;
mod decode;
mod diagnostic;
mod env;
mod gate;
mod habits;
mod kind;
mod resolve;
mod scope;
pub mod shape;
mod text;
mod units;

pub use decode::Decoder;
pub use diagnostic::{Diagnostic, Diagnostics, Sources};
pub use env::{ALWAYS, Environment};
pub use gate::{Advisory, Cost, Gate, MissingEnv, Origin, Pipeline, Retries};
pub use kind::{Builds, Kind, KindSpec, Registry, Turn};
pub use shape::{Field, Shape};
pub use text::{ImageProperty, Part, Script, Segment, Text};
