//! The time between the last gate and the verdict: it is short whatever happens, and what stays
//! is a doubt.

use std::time::Duration;

use super::staged::{Staged, gate};
use crate::model::RunVerdict;

const LEFT: &str = "doubt: prove-tmp/x:1 is still there";

#[tokio::test(start_paused = true)]
async fn it_is_cleared_up_before_the_verdict_and_what_is_said_of_it_is_in_every_report() {
    let pause = Some(Duration::from_secs(3));
    let staged = Staged::new([gate("a")]).clearing(pause, &["removed x"]);
    let (summary, told) = staged.run().await;
    assert_eq!(
        told[2..],
        [
            "a passed in 0",
            "notice: removed x",
            "seal proved",
            "end proved"
        ]
    );
    assert_eq!(summary.finished, Some((RunVerdict::Proved, 3000)));
}

#[tokio::test(start_paused = true)]
async fn clearing_up_that_hangs_is_given_up_and_the_run_is_not_proved() {
    let staged = Staged::new([gate("a")]).clearing(None, &[]);
    let (summary, told) = staged.run().await;
    assert_eq!(told[3..], [LEFT, "seal undecided", "end undecided"]);
    assert_eq!(summary.finished, Some((RunVerdict::Undecided, 30_000)));
}

#[tokio::test(start_paused = true)]
async fn signals_are_heard_and_the_second_shortens_it() {
    let staged = Staged::new([gate("a")])
        .signals(&[("a passed in 0", 2), ("signal 2 forced false", 15)])
        .clearing(None, &[]);
    let (summary, told) = staged.run().await;
    assert_eq!(
        told[3..],
        [
            "signal 2 forced false",
            "signal 15 forced true",
            LEFT,
            "seal undecided",
            "end undecided"
        ]
    );
    assert_eq!(summary.interrupted, Some(2));
    assert_eq!(summary.finished, Some((RunVerdict::Undecided, 5000)));
}

#[tokio::test(start_paused = true)]
async fn the_third_signal_ends_it_at_once() {
    let script = &[
        ("a passed in 0", 2),
        ("signal 2 forced false", 15),
        ("signal 15 forced true", 1),
    ];
    let staged = Staged::new([gate("a")]).signals(script).clearing(None, &[]);
    let (summary, told) = staged.run().await;
    assert!(told.contains(&LEFT.to_owned()), "{told:?}");
    assert_eq!(summary.finished, Some((RunVerdict::Undecided, 0)));
}
