//! Which executor answers which probe. Nothing else.

use crate::exec::container::Container;
use crate::exec::process::Process;
use crate::exec::{Desk, Executor, LocalFuture};
use crate::model::{Answer, Place, Probe};

/// Both executors behind one door.
pub(super) struct Executors<'e> {
    pub process: &'e Process,
    pub container: &'e Container,
}

impl Executor for Executors<'_> {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        if in_a_container(probe) {
            Executor::answer(self.container, probe, desk)
        } else {
            Executor::answer(self.process, probe, desk)
        }
    }
}

fn in_a_container(probe: &Probe) -> bool {
    match probe {
        Probe::Run(request) => matches!(request.place, Place::Image(_)),
        Probe::Build(_) | Probe::Tag { .. } => true,
        Probe::List { .. } | Probe::Tracked { .. } | Probe::Snapshot { .. } => false,
    }
}
