//! An executor that tells what it starts which span it belongs to (`TRACEPARENT`).

use super::{Closed, Desk, Executor, LocalFuture};
use crate::model::{Answer, Probe, Trace};

/// The variable of W3C Trace Context.
const VARIABLE: &str = "TRACEPARENT";

/// Another executor, while the run is traced.
pub struct Traced<E> {
    inner: E,
    trace: Trace,
}

impl<E> Traced<E> {
    /// Hands the spans of this trace to what that executor starts.
    #[must_use]
    pub fn new(inner: E, trace: Trace) -> Self {
        Self { inner, trace }
    }
}

impl<E: Executor> Executor for Traced<E> {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        let Probe::Run(request) = probe else {
            return self.inner.answer(probe, desk);
        };
        if request.env.contains_key(VARIABLE) {
            return self.inner.answer(probe, desk);
        }
        let mut request = request.clone();
        let span = self.trace.traceparent(desk.gate, desk.attempt);
        request.env.insert(VARIABLE.to_owned(), span);
        Box::pin(async move { self.inner.answer(&Probe::Run(request), desk).await })
    }

    fn clear_up(&self) -> LocalFuture<'_, ()> {
        self.inner.clear_up()
    }

    fn closed(&self) -> Closed {
        self.inner.closed()
    }
}
