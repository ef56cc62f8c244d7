//! Where a report gets whole logs: events carry only their ends. Whoever makes reports hands a
//! source in; a run that goes on and one that was recorded have the same.

use std::fmt;
use std::rc::Rc;

use crate::model::GateName;

/// Gives logs of one run, their bytes as recorded, secrets masked.
pub trait LogSource {
    /// The first `head` and the last `tail` bytes of what this gate printed, in all attempts.
    /// `None`: there is no log.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn ends(&self, gate: &GateName, head: usize, tail: usize) -> Result<Option<Ends>, String>;
}

/// The two ends of a log, or all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// From its start on.
    pub head: Vec<u8>,
    /// Bytes between the two that were left out.
    pub cut: u64,
    /// Up to its end; empty when the head is all there is.
    pub tail: Vec<u8>,
}

/// A source of logs that can be handed on, or none.
#[derive(Clone, Default)]
pub struct Logs(Option<Rc<dyn LogSource>>);

impl Logs {
    /// Logs from here.
    #[must_use]
    pub fn from(source: Rc<dyn LogSource>) -> Self {
        Self(Some(source))
    }

    /// As [`LogSource::ends`]; without a source there is no log.
    pub(super) fn ends(
        &self,
        gate: &GateName,
        head: usize,
        tail: usize,
    ) -> Result<Option<Ends>, String> {
        match &self.0 {
            Some(source) => source.ends(gate, head, tail),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Logs" } else { "no Logs" })
    }
}
