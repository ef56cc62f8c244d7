//! Blocking work beside the run's own thread: a thread for each piece, so that a run that has none
//! starts none.
//!
//! Not the runtime's own pool: that panics where the machine has no thread left. Must not know what
//! the work is.

use std::io;
use std::thread;

use tokio::sync::oneshot;

/// Does this on another thread. When the future is dropped, the work goes on and its result is let go.
///
/// # Errors
/// When no thread can be started, or the work did not come to its end.
pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().spawn(move || {
        // An error means that nobody waits any more.
        drop(sender.send(work()));
    })?;
    let broke = |_| io::Error::other("the thread that did it broke off");
    receiver.await.map_err(broke)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_the_work_gives_comes_back() {
        let here = thread::current().id();
        let there = beside(move || thread::current().id()).await.unwrap();
        assert_ne!(here, there);
    }

    #[tokio::test]
    async fn work_that_breaks_off_is_an_error() {
        let broken: io::Result<()> = beside(|| std::panic::resume_unwind(Box::new(()))).await;
        let error = broken.unwrap_err();
        assert_eq!(error.to_string(), "the thread that did it broke off");
    }
}
