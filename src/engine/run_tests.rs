//! Whole runs on a staged world, with time standing still unless everyone waits.

use std::time::Duration;

use super::staged::{Act, Does, Staged, advisory, does, gate, needs};
use crate::model::RunVerdict;
use crate::spec::{Gate, Retries};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_run_is_told_from_its_start_to_its_verdict() {
    let staged = Staged::new([gate("a"), needs(gate("b"), &["a"])])
        .act("a", &[Act::After(Duration::from_secs(2), 0)]);
    let (summary, told) = staged.run().await;
    let expected = [
        "run",
        "0 a #1",
        "a passed in 2000",
        "2000 b #1",
        "b passed in 0",
        "seal proved",
        "end proved",
    ];
    assert_eq!(told, expected);
    assert_eq!(summary.verdict(), RunVerdict::Proved);
}

#[tokio::test(start_paused = true)]
async fn a_failure_refutes_skips_what_needs_it_and_lets_the_rest_run() {
    let staged =
        Staged::new([gate("a"), needs(gate("b"), &["a"]), gate("c")]).act("a", &[Act::Exit(2)]);
    let (summary, told) = staged.run().await;
    assert!(
        told.contains(&"b skipped in 0: b ← a (failed)".to_owned()),
        "{told:?}"
    );
    assert!(told.contains(&"c passed in 0".to_owned()), "{told:?}");
    assert_eq!(summary.verdict(), RunVerdict::Refuted);
}

#[tokio::test(start_paused = true)]
async fn an_advisory_failure_decides_nothing_and_alone_proves_nothing() {
    let soft = || advisory(gate("soft"));
    let failing = Staged::new([soft(), gate("a")]).act("soft", &[Act::Exit(1)]);
    assert_eq!(failing.run().await.0.verdict(), RunVerdict::Proved);
    let alone = Staged::new([soft()]);
    assert_eq!(alone.run().await.0.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_and_a_pass_after_it_is_flaky() {
    let retries = Retries {
        times: 2,
        backoff: Duration::from_secs(3),
        on_exit: vec![75],
    };
    let staged = Staged::new([Gate {
        retries,
        ..gate("a")
    }])
    .act(
        "a",
        &[
            Act::Exit(75),
            Act::After(Duration::from_secs(1), 75),
            Act::Exit(0),
        ],
    );
    let (summary, told) = staged.run().await;
    let expected = [
        "run",
        "0 a #1",
        "a again after #1 in 3000: exit code 75 hunter2",
        "3000 a #2",
        "a again after #2 in 3000: exit code 75 hunter2",
        "7000 a #3",
        "a passed flaky in 7000",
        "seal proved",
        "end proved",
    ];
    assert_eq!(told, expected);
    assert_eq!(summary.verdict(), RunVerdict::Proved);
}

#[tokio::test(start_paused = true)]
async fn a_gates_own_timeout_is_its_own_to_judge() {
    let staged = Staged::new([Gate {
        timeout: MINUTE,
        ..gate("a")
    }])
    .act("a", &[Act::Hold]);
    let (summary, told) = staged.run().await;
    assert!(
        told.contains(&"a failed in 60000: Stopped(Timeout)".to_owned()),
        "{told:?}"
    );
    assert_eq!(summary.verdict(), RunVerdict::Refuted);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_come_back_is_given_up_with_a_doubt() {
    let retries = Retries {
        times: 3,
        ..Retries::default()
    };
    let staged = Staged::new([
        Gate {
            timeout: MINUTE,
            retries,
            ..gate("a")
        },
        gate("b"),
    ])
    .act("a", &[Act::Deaf]);
    let (summary, told) = staged.run().await;
    assert!(
        told.contains(&"doubt: `a` did not stop".to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&"a errored in 80000: `a` did not stop".to_owned()),
        "{told:?}"
    );
    assert_eq!(summary.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn slow_gates_are_said_at_every_doubling() {
    let staged = Staged::new([gate("a")]).act("a", &[Act::After(MINUTE * 5, 0)]);
    let (_, told) = staged.run().await;
    let slow: Vec<_> = told.iter().filter(|line| line.contains("slow")).collect();
    assert_eq!(
        slow,
        [
            "60000 a slow 60000",
            "120000 a slow 120000",
            "240000 a slow 240000"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_signal_stops_what_runs_and_starts_no_more() {
    let staged = Staged::new([gate("a"), needs(gate("b"), &["a"])])
        .act("a", &[Act::Hold])
        .signals(&[("a: up", 2)]);
    let (summary, told) = staged.run().await;
    let expected = [
        "run",
        "0 a #1",
        "a: up",
        "signal 2 forced false",
        "b cancelled in 0: not started: interrupted by SIGINT",
        "a cancelled in 0: stopped: interrupted by SIGINT",
        "seal undecided",
        "end undecided",
    ];
    assert_eq!(told, expected);
    assert_eq!(summary.interrupted, Some(2));
}

#[tokio::test(start_paused = true)]
async fn the_second_signal_kills() {
    let staged = Staged::new([gate("a")])
        .act("a", &[Act::Stubborn])
        .signals(&[("a: up", 15), ("signal 15 forced false", 2)]);
    let (_, told) = staged.run().await;
    assert_eq!(told[4], "signal 2 forced true");
    assert_eq!(told[5], "a cancelled in 0: stopped: interrupted by SIGTERM");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_that_had_failed_is_still_refuted() {
    let staged = Staged::new([gate("a"), gate("b")])
        .act("a", &[Act::Exit(1)])
        .act("b", &[Act::Hold])
        .signals(&[("a failed in 0: exit code 1 hunter2", 2)]);
    assert_eq!(staged.run().await.0.verdict(), RunVerdict::Refuted);
}

#[tokio::test(start_paused = true)]
async fn a_signal_during_a_pause_ends_it() {
    let retries = Retries {
        times: 1,
        backoff: MINUTE,
        on_exit: vec![],
    };
    let staged = Staged::new([Gate {
        retries,
        ..gate("a")
    }])
    .act("a", &[Act::Exit(1)])
    .signals(&[("a again after #1 in 60000: exit code 1 hunter2", 2)]);
    let (_, told) = staged.run().await;
    let why = "a cancelled in 0: stopped before attempt 2: interrupted by SIGINT";
    assert!(told.contains(&why.to_owned()), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn the_runs_timeout_leaves_it_undecided() {
    let mut staged = Staged::new([gate("a"), needs(gate("b"), &["a"])]).act("a", &[Act::Hold]);
    staged.settings.timeout = Some(Duration::from_secs(30));
    let (summary, told) = staged.run().await;
    let a = "a errored in 30000: stopped: the run's timeout of 30s passed";
    let b = "b errored in 0: not started: the run's timeout of 30s passed";
    assert!(
        told.contains(&a.to_owned()) && told.contains(&b.to_owned()),
        "{told:?}"
    );
    assert_eq!(summary.verdict(), RunVerdict::Undecided);
}

#[tokio::test(start_paused = true)]
async fn fail_fast_stops_the_others() {
    let mut staged = Staged::new([gate("a"), gate("b")])
        .act("a", &[Act::Hold])
        .act("b", &[Act::After(MINUTE / 2, 1)]);
    staged.settings.fail_fast = true;
    let (summary, told) = staged.run().await;
    let stopped = "a cancelled in 30000: stopped: --fail-fast after `b` failed";
    assert!(told.contains(&stopped.to_owned()), "{told:?}");
    assert_eq!(summary.verdict(), RunVerdict::Refuted);
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_asks_for_ever_or_for_nothing_is_a_bug_and_no_pass() {
    for (kind, why) in [
        (Does::Chatter, "did not judge within"),
        (Does::Nothing, "asked nothing"),
    ] {
        let (summary, told) = Staged::new([does("a", kind)]).run().await;
        assert!(told[2].contains("a errored in 0: a bug in prove") && told[2].contains(why));
        assert_eq!(summary.verdict(), RunVerdict::Undecided);
    }
}

#[tokio::test(start_paused = true)]
async fn a_signal_before_anything_was_asked_starts_nothing() {
    let staged = Staged::new([gate("a")])
        .act("a", &[Act::Deaf])
        .signals(&[("run", 2)]);
    let (_, told) = staged.run().await;
    assert_eq!(told[3], "a cancelled in 0: stopped: interrupted by SIGINT");
}

#[tokio::test(start_paused = true)]
async fn a_failure_after_all_retries_is_no_flake() {
    let retries = Retries {
        times: 1,
        ..Retries::default()
    };
    let staged = Staged::new([Gate {
        retries,
        ..gate("a")
    }])
    .act("a", &[Act::Exit(1)]);
    let (summary, told) = staged.run().await;
    assert_eq!(told[4], "a failed in 0: exit code 1 hunter2");
    assert_eq!(summary.verdict(), RunVerdict::Refuted);
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_finished_is_not_called_slow() {
    let again = Retries {
        times: 1,
        backoff: MINUTE / 4,
        on_exit: vec![],
    };
    let quick = Gate {
        retries: again,
        ..gate("quick")
    };
    let staged = Staged::new([quick, gate("long")])
        .act("quick", &[Act::Exit(1), Act::After(MINUTE * 5 / 6, 0)])
        .act("long", &[Act::After(MINUTE * 2 - MINUTE / 60, 0)]);
    let (_, told) = staged.run().await;
    let slow: Vec<_> = told.iter().filter(|line| line.contains("slow")).collect();
    assert_eq!(slow, ["60000 long slow 60000"]);
}
