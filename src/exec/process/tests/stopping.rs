//! How a process is stopped, gently and not, with all that it started.

use super::*;

async fn stopped(bench: &Bench, script: &str, stops: &[(&str, Stop)]) -> Ran {
    let request = sh(script);
    let stopping = async {
        for (word, stop) in stops {
            bench.heard.says(word).await;
            bench.stop.send_replace(Some(*stop));
        }
    };
    let (answer, ()) = tokio::join!(bench.answer(&request), stopping);
    match answer {
        Answer::Ran(ran) => *ran,
        other => panic!("{other:?}"),
    }
}

const GENTLE: Stop = Stop {
    cause: StopCause::Timeout,
    kill: false,
};
const KILL: Stop = Stop {
    cause: StopCause::Interrupted,
    kill: true,
};

#[tokio::test]
async fn a_gentle_stop_lets_it_say_goodbye() {
    let mut bench = bench();
    bench.process.times.grace = Duration::from_secs(1000);
    let script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done";
    let ran = stopped(&bench, script, &[("up", GENTLE)]).await;
    assert_eq!(ran.ending, Ending::Stopped(StopCause::Timeout));
    assert!(
        bench.heard.text().contains("bye\n"),
        "{}",
        bench.heard.text()
    );
}

#[tokio::test]
async fn what_ignores_sigterm_is_killed_and_its_family_too() {
    let bench = bench();
    let script = "trap '' TERM; sleep 1000 & echo $!; setsid sleep 1000 & echo $! up; wait; wait";
    let ran = stopped(&bench, script, &[("up", GENTLE)]).await;
    assert_eq!(ran.ending, Ending::Stopped(StopCause::Timeout));
    assert_eq!(bench.heard.pids().len(), 2);
    assert!(bench.heard.pids().into_iter().all(|pid| !is_alive(pid)));
}

#[tokio::test]
async fn a_stop_can_be_raised_to_a_kill() {
    let mut bench = bench();
    bench.process.times.grace = Duration::from_secs(1000);
    let script = "trap 'echo heard' TERM; echo $$ up; while :; do sleep 0.01; done";
    let ran = stopped(&bench, script, &[("up", GENTLE), ("heard", KILL)]).await;
    assert_eq!(
        ran.ending,
        Ending::Stopped(StopCause::Timeout),
        "the first cause stands"
    );
    assert!(!is_alive(bench.heard.pids()[0]));
}

#[tokio::test]
async fn a_group_that_was_signal_stopped_dies_too() {
    let bench = bench();
    let ran = stopped(
        &bench,
        "echo $$ up; kill -STOP $$; sleep 1000; :",
        &[("up", KILL)],
    )
    .await;
    assert_eq!(ran.ending, Ending::Stopped(StopCause::Interrupted));
    assert!(!is_alive(bench.heard.pids()[0]));
}

#[tokio::test]
async fn a_stop_before_the_start_starts_nothing() {
    let bench = bench();
    bench.stop.send_replace(Some(KILL));
    let told = bench.no_answer(&sh("echo up")).await;
    assert_eq!(told.why, NoAnswer::Stopped(StopCause::Interrupted));
    assert_eq!(bench.heard.count.get(), 0);
}

#[tokio::test]
async fn a_future_that_is_dropped_leaves_nothing() {
    let bench = bench();
    let request = sh("echo $$ up; sleep 1000; :");
    tokio::select! {
        answer = bench.answer(&request) => panic!("{answer:?}"),
        () = bench.heard.says("up") => {}
    }
    let pid = bench.heard.pids()[0];
    let until = tokio::time::Instant::now() + Duration::from_secs(20);
    while is_alive(pid) {
        assert!(tokio::time::Instant::now() < until);
        tokio::task::yield_now().await;
    }
}
