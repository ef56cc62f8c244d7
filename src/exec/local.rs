//! The executor of a run on this machine: sends every probe to who can answer it.

use std::path::Path;
use std::rc::Rc;

use super::container::Container;
use super::files::Files;
use super::process::Process;
use super::{Closed, Desk, Executor, LocalFuture};
use crate::model::{Answer, Place, Probe};

/// Processes, files and containers of this machine.
pub struct Local {
    process: Rc<Process>,
    files: Files,
    container: Container,
}

impl Local {
    /// Composes them. The container executor looks for an engine only when it is asked.
    #[must_use]
    pub fn new(root: &Path, process: Rc<Process>, container: Container) -> Self {
        Self {
            process,
            files: Files::new(root),
            container,
        }
    }
}

impl Executor for Local {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        match probe {
            Probe::Run(request) if request.place == Place::Host => {
                Box::pin(self.process.run(request, desk))
            }
            Probe::List { .. }
            | Probe::Tracked { .. }
            | Probe::Files { .. }
            | Probe::Read { .. }
            | Probe::Snapshot { .. } => Box::pin(self.files.answer(probe, desk)),
            Probe::Run(_) | Probe::Build(_) | Probe::Tag { .. } => {
                Box::pin(self.container.answer(probe, desk))
            }
        }
    }

    fn taken(&self, slots: usize) {
        self.process.taken(slots);
    }

    fn lent(&self, slots: usize) -> Option<usize> {
        self.process.jobs()?.lent(slots)
    }

    fn more(&self) -> LocalFuture<'_, ()> {
        match self.process.jobs() {
            Some(jobs) => Box::pin(jobs.more()),
            None => Box::pin(std::future::pending()),
        }
    }

    fn clear_up(&self) -> LocalFuture<'_, ()> {
        self.container.clear_up()
    }

    /// Of the engine, and of the host, where everything that is left is killed now.
    fn closed(&self) -> Closed {
        let mut closed = self.container.closed();
        closed.notes.extend(self.process.close());
        closed
    }
}
