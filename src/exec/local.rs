//! The executor of a run on this machine: sends every probe to who can answer it.

use std::path::Path;

use super::container::Container;
use super::files::Files;
use super::process::Process;
use super::{Desk, Executor, LocalFuture};
use crate::model::{Answer, Place, Probe};

/// Processes, files and containers of this machine.
pub struct Local {
    process: Process,
    files: Files,
    container: Container,
}

impl Local {
    /// Composes them. The container executor looks for an engine only when it is asked.
    #[must_use]
    pub fn new(root: &Path, process: Process, container: Container) -> Self {
        Self {
            process,
            files: Files::new(root),
            container,
        }
    }

    /// The end of the run: removes what is left on the engine and on the host. Gives what should
    /// be said.
    pub async fn close(&self) -> Vec<String> {
        let mut notes = self.container.close().await;
        notes.extend(self.process.close());
        notes
    }
}

impl Executor for Local {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        match probe {
            Probe::Run(request) if request.place == Place::Host => {
                Box::pin(self.process.run(request, desk))
            }
            Probe::List { .. } | Probe::Tracked { .. } | Probe::Snapshot { .. } => {
                Box::pin(self.files.answer(probe, desk))
            }
            Probe::Run(_) | Probe::Build(_) | Probe::Tag { .. } => {
                Box::pin(self.container.answer(probe, desk))
            }
        }
    }
}
