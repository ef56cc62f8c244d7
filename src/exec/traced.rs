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

    fn taken(&self, slots: usize) {
        self.inner.taken(slots);
    }

    fn lent(&self, slots: usize) -> Option<usize> {
        self.inner.lent(slots)
    }

    fn more(&self) -> LocalFuture<'_, ()> {
        self.inner.more()
    }

    fn clear_up(&self) -> LocalFuture<'_, ()> {
        self.inner.clear_up()
    }

    fn closed(&self) -> Closed {
        self.inner.closed()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Hears how many slots are taken, and lends as many as are asked for.
    #[derive(Default)]
    struct Slots(Cell<usize>);

    impl Executor for Slots {
        fn answer<'a>(&'a self, _: &'a Probe, _: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
            Box::pin(std::future::pending())
        }

        fn taken(&self, slots: usize) {
            self.0.set(slots);
        }

        fn lent(&self, slots: usize) -> Option<usize> {
            Some(slots)
        }

        fn clear_up(&self) -> LocalFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }

        fn closed(&self) -> Closed {
            Closed::default()
        }
    }

    #[test]
    fn a_trace_changes_nothing_about_slots() {
        let trace = Trace::new("run", None);
        let traced = Traced::new(Slots::default(), trace);
        traced.taken(3);
        assert_eq!((traced.inner.0.get(), traced.lent(2)), (3, Some(2)));
    }
}
