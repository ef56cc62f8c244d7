//! How long the end of a run waits for the readers of its reports: as long as they need, but for
//! a signal or the end of the run's time.
//!
//! Must not know what is read.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::sys::Outlet;

/// What readers get after an interrupt or the run's timeout.
const LAST: Duration = Duration::from_secs(2);

/// The moment at which a run of this length is over; `None` is never.
pub(super) fn at(timeout: Option<Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}

/// Waits for readers.
pub(super) struct Drain<'w> {
    outlets: &'w [Outlet],
    signals: &'w mut mpsc::UnboundedReceiver<i32>,
    until: Option<Instant>,
}

impl<'w> Drain<'w> {
    /// `halted`: the run was interrupted. `ends`: when it is out of time.
    pub(super) fn new(
        outlets: &'w [Outlet],
        signals: &'w mut mpsc::UnboundedReceiver<i32>,
        halted: bool,
        ends: Option<Instant>,
    ) -> Self {
        let last = Instant::now() + LAST;
        let until = match ends {
            _ if halted => Some(last),
            ends => ends.map(|ends| ends.max(last)),
        };
        Self {
            outlets,
            signals,
            until,
        }
    }

    /// Waits until the readers have it all, and gives them up at a signal, which it returns, or
    /// when the time is over.
    pub(super) async fn wait(&mut self) -> Option<i32> {
        let until = self.until;
        let over = async {
            match until {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let drained = join_all(self.outlets.iter().map(Outlet::drained));
        let signal = tokio::select! {
            biased;
            _ = drained => return None,
            Some(signal) = self.signals.recv() => Some(signal),
            () = over => None,
        };
        self.outlets.iter().for_each(Outlet::give_up);
        signal
    }
}
