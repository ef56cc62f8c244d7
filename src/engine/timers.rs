//! What is due later: one queue, one sleeping future.
//!
//! Must not know what a due thing means.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Things that are due later.
#[derive(Debug)]
pub(super) struct Timers<T> {
    heap: BinaryHeap<Reverse<(Instant, T)>>,
}

impl<T: Ord + Copy> Timers<T> {
    pub(super) fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
        }
    }

    /// Sets a timer. A pause too long for the clock never ends.
    pub(super) fn set(&mut self, after: Duration, thing: T) {
        if let Some(at) = Instant::now().checked_add(after) {
            self.heap.push(Reverse((at, thing)));
        }
    }

    /// Waits for the next due thing and takes it; for ever when there is none. Loses nothing when
    /// it is dropped early.
    pub(super) async fn next(&mut self) -> T {
        let Some(&Reverse((at, thing))) = self.heap.peek() else {
            return std::future::pending().await;
        };
        sleep_until(at).await;
        self.heap.pop();
        thing
    }
}
