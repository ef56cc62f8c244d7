//! Floor 7, what is remembered of a run: `.prove/runs/<id>` with its events and its logs.
//!
//! Writes what it is handed and reads it back; judges nothing. Must not know how an answer came
//! about (`exec`), nor what a report looks like. Secrets are masked before anything comes here.

mod durations;
mod error;
mod folder;
mod id;
mod lock;
mod log;
mod partial;
mod read;
mod recorder;
mod retention;
mod ring;
mod run;
mod tail;

pub use durations::durations;
pub use error::{Held, StoreError};
pub use id::{is_run_id, new_run_id};
pub use lock::RunLock;
pub use log::GateLog;
pub use partial::partial;
pub use read::{Recorded, Recording, list};
pub use recorder::Recorder;
pub use retention::{Surplus, delete, prune, surplus};
pub use run::RunStore;
pub use tail::tail_lines;
