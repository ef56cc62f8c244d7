//! How many slots a run has, and whose they are: its own, or those of a make around it.
//!
//! Must not know what is done with them.

use std::sync::Arc;

use crate::sys::{self, Jobserver};

/// The slots of a run.
pub(super) struct Slots {
    /// How many there are at most.
    pub jobs: usize,
    /// Where there can be none (no `/proc`), what gates start goes without, as it does without
    /// prove.
    pub server: Option<Arc<Jobserver>>,
    /// What is to be said of it.
    pub notice: Option<String>,
}

impl Slots {
    /// `asked` is what `-j` says: that counts. Else those of the make around it, if there is one
    /// that hands its jobserver on; else one for each CPU.
    pub fn of(asked: Option<u16>, cpus: usize, makeflags: &str) -> Self {
        let own = |jobs: usize, notice| Self {
            jobs: jobs.max(1),
            server: Jobserver::new(jobs.max(1)).ok().map(Arc::new),
            notice,
        };
        match (asked, sys::outer_jobserver(makeflags, cpus)) {
            (None, Some(Ok(server))) => Self {
                jobs: server.size(),
                notice: Some(format!(
                    "shares the {} job slots of the make around it",
                    server.size()
                )),
                server: Some(Arc::new(server)),
            },
            (Some(jobs), Some(Ok(_))) => own(
                jobs.into(),
                Some(format!(
                    "-j {jobs} stands over the job slots of the make around it, which does not count what runs here"
                )),
            ),
            (None, Some(Err(why))) => own(
                cpus,
                Some(format!(
                    "MAKEFLAGS names a jobserver that is not there ({why}), so this run has slots of its own; begin make's recipe with `+`"
                )),
            ),
            (Some(jobs), _) => own(jobs.into(), None),
            (None, None) => own(cpus, None),
        }
    }
}
