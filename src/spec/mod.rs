//! Floor 3, the gate-file language: text to a tree with spans, to a pipeline or to *all* diagnostics.
//!
//! Knows kinds only through the traits in `kind.rs`; does no I/O: facts are passed in.

mod check;
mod claims;
mod common;
mod decode;
mod diagnostic;
mod empty;
mod env;
mod environment;
mod explain;
mod flatten;
mod gate;
mod habits;
pub mod keys;
mod kind;
mod load;
mod matrix;
mod meet;
mod needs;
mod outputs;
mod packs;
mod reference;
mod render;
mod resolve;
mod schema;
mod scope;
pub mod shape;
mod survey;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod units;
mod vars;
mod version;
mod when;

pub use crate::format::yaml::Span;
pub use decode::Decoder;
pub use diagnostic::{Diagnostic, Diagnostics, Sources};
pub use env::{ALWAYS, Environment};
pub use explain::{Meant, explain};
pub use gate::{Advisory, Cost, Gate, MissingEnv, Origin, Pipeline, Retries, members, needed};
pub use kind::{Builds, Kind, KindSpec, Lints, Registry, Turn};
pub use load::{GateFile, Loaded, load, load_read};
pub use packs::{PackAbout, PackGate, Variable};
pub use reference::reference;
pub use schema::schema;
pub use shape::{Field, Shape};
pub use survey::{Survey, survey};
pub use text::{ImageProperty, Part, Script, Segment, Text};
pub use when::{Applies, When};
