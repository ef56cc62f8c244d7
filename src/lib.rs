//! `prove`: the quality gate that stands in front of a container image.
//!
//! Most use the program: `prove run`. This is how another program does the same, with a listener of
//! its own in place of the terminal:
//!
//! ```
//! use prove::{Options, Project, Selection};
//!
//! # fn main() -> Result<(), prove::Error> {
//! let project = Project::open(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello"))?;
//! let planned = project.plan(&Selection::All, &Options::default())?;
//! assert_eq!(project.name(), "hello");
//! assert!(planned.gates.iter().any(|head| head.gate.as_str() == "shell/tests"));
//! # Ok(())
//! # }
//! ```
//!
//! `examples/embed.rs` runs it. What may be relied on by [semantic versioning](https://semver.org) is
//! what is shown here: [`Project`], [`Options`], [`Planned`], [`Error`], [`Selection`], [`Listener`] and
//! the events, which may get further fields and variants as the wire form does (its version is
//! [`SCHEMA`]). A pass cannot be made through it: verdicts come out of runs only. The modules are the
//! program's own rooms, public for its tests alone: they change without notice.
//!
//! The house has floors; imports go down only, and `tests/it/house.rs` holds it so.
//! Everything that decides is pure; everything that touches the world decides nothing.
//! Read `ARCHITECTURE.md` for the walk through one `prove run`, file by file.

#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod exec;
#[doc(hidden)]
pub mod format;
#[doc(hidden)]
pub mod hook;
#[doc(hidden)]
pub mod kind;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod spec;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod sys;

#[doc(inline)]
pub use cli::embed::{Error, Options, Planned, Project};
#[doc(inline)]
pub use event::{
    Body, Event, GateFinished, GateHead, GateState, LeftOut, Listener, RunStarted, SCHEMA, Summary,
};
#[doc(inline)]
pub use model::{ExitStatus, GateName, Reason, RunVerdict, Stage, VerdictWord};
#[doc(inline)]
pub use plan::Selection;
