//! What the scheduler is told, and what it says. Data only.

use std::time::Duration;

use crate::model::{StopCause, Verdict, VerdictWord};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// The run begins.
    Begin,
    /// The attempt that was started last ended with this verdict.
    AttemptEnded {
        node: usize,
        word: VerdictWord,
        exit_code: Option<i32>,
        /// Another attempt could end differently.
        again: bool,
    },
    /// The pause that was asked for is over.
    BackoffOver { node: usize },
    /// A signal came in: the first stops gently, the second kills.
    Interrupted { signal: i32 },
    /// So many slots are lent to the run now, of those that it may have.
    Lent { slots: usize },
    /// The run took longer than it may.
    RunTimeout { limit: Duration },
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    /// Start this attempt.
    Start { node: usize, attempt: u32 },
    /// Stop the attempt that is running. It still ends with `AttemptEnded`.
    Stop {
        node: usize,
        cause: StopCause,
        kill: bool,
    },
    /// Wait so long, then say `BackoffOver`.
    Wait {
        node: usize,
        attempt: u32,
        backoff: Duration,
    },
    /// This gate has its verdict. Never said twice, never of a join.
    Finished { node: usize, how: How },
    /// Every gate has its verdict. Always the last.
    Done,
}

/// Whose verdict it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum How {
    /// That of its last attempt.
    Judged,
    /// The scheduler's own.
    Ruled(Verdict),
}
