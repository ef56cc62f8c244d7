//! Floor 6, the machine: files, clock, signals, process trees, git, terminal, environment.
//!
//! Knows `model` and nothing above. It does what it is told and decides nothing.

pub mod browser;
pub mod ci;
pub mod clock;
pub mod closed;
pub mod env;
pub mod fs;
pub mod git;
mod jobserver;
mod marker;
pub mod otlp;
mod outlet;
pub mod process;
pub mod revision;
pub mod signals;
pub mod spawn;
pub mod terminal;
pub mod tree;
mod tty;
pub mod walk;
pub mod warden;

pub use jobserver::{Handed, Jobserver, outer as outer_jobserver};
pub use marker::{MARKER, Marker};
pub use outlet::Outlet;
pub use process::{Strangers, reap_rest};
pub use tree::Tree;
pub use tty::{Resizes, Tty};
pub use warden::Warden;

/// What this system cannot promise about what `prove` leaves behind; `None` when it can all.
/// Said once by `prove run`, so that nobody believes in a guard that is not there.
#[must_use]
pub fn promises() -> Option<&'static str> {
    if cfg!(target_os = "linux") {
        None
    } else {
        Some(
            "this system has no subreaper and no /proc: a process that leaves its gate's process \
             group (setsid) is not found and may outlive prove",
        )
    }
}
