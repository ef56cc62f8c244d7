//! `--keep`: hears which gates failed, so that what they ran in stays.
//!
//! Must not know what that is, nor how it is kept.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::compose::Parts;
use crate::event::{Body, Event, Listener, Summary};
use crate::exec::container::Keep;
use crate::model::{GateName, Reason, VerdictWord};

/// What is to be kept of this run.
pub(super) struct Keeping {
    home: PathBuf,
    failed: Rc<RefCell<BTreeSet<GateName>>>,
}

impl Keeping {
    /// `None` when nothing is.
    pub fn of(parts: &Parts<'_>) -> Option<Self> {
        parts.run.keep.then(|| Self {
            home: super::home(parts.project, parts.ground),
            failed: Rc::default(),
        })
    }

    /// For whoever keeps it.
    pub fn keep(&self) -> Keep {
        Keep {
            home: self.home.clone(),
            failed: Rc::clone(&self.failed),
        }
    }

    /// Who hears the run for it.
    pub fn listener(&self) -> Box<dyn Listener> {
        Box::new(Ear(Rc::clone(&self.failed)))
    }
}

struct Ear(Rc<RefCell<BTreeSet<GateName>>>);

impl Listener for Ear {
    fn name(&self) -> String {
        "--keep".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        if let Body::GateFinished(gate) = &event.body
            && matches!(gate.verdict, VerdictWord::Failed | VerdictWord::Errored)
        {
            self.0.borrow_mut().insert(gate.gate.clone());
        }
        Ok(())
    }

    fn seal(&mut self, _: &Summary) -> Result<(), Reason> {
        Ok(())
    }
}
