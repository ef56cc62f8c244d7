//! What a process leaves behind, and what is none of its family.

use super::*;

#[tokio::test]
async fn what_is_left_behind_is_stopped_and_told() {
    let bench = bench();
    let ran = bench.ran(&sh("sleep 1000 & echo $!")).await;
    assert_eq!(ran.ending, Ending::Exited(0));
    assert!(
        ran.notes[0].contains("1 process left behind and stopped"),
        "{:?}",
        ran.notes
    );
    assert!(ran.notes[0].contains("sleep"), "{:?}", ran.notes);
    assert!(!is_alive(bench.heard.pids()[0]));
}

#[tokio::test]
async fn what_ends_by_itself_is_not_left_behind() {
    let bench = bench();
    let ran = bench
        .ran(&argv(&["bash", "-c", "echo hello > >(cat; echo done)"]))
        .await;
    assert_eq!(ran.notes, Vec::<String>::new());
    assert_eq!(ran.stdout.unwrap(), b"hello\ndone\n");
}

#[tokio::test]
async fn a_daemon_in_a_session_of_its_own_is_found_and_killed() {
    let bench = bench();
    let script = "setsid sh -c 'trap \"\" TERM HUP; echo $$; while :; do sleep 1000; done' &
        while ! [ -e ready ]; do :; done";
    let request = sh(script);
    let running = bench.answer(&request);
    let letting_go = async {
        bench.heard.says("\n").await;
        fs::write(bench.dir.path().join("ready"), "").unwrap();
    };
    let (answer, ()) = tokio::join!(running, letting_go);
    let Answer::Ran(ran) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(ran.ending, Ending::Exited(0));
    assert!(ran.notes[0].contains("left behind"), "{:?}", ran.notes);
    assert!(!is_alive(bench.heard.pids()[0]));
}

#[tokio::test]
async fn a_pipe_that_a_stranger_holds_is_closed_and_told() {
    let bench = bench();
    let request =
        sh("env -i setsid sleep 1000 & echo $!; while [ $(ps -o pgid= $!) = $$ ]; do :; done");
    let ran = bench.ran(&request).await;
    assert!(
        ran.notes.iter().any(|note| note.contains("held open")),
        "{:?}",
        ran.notes
    );
    sys::process::signal(bench.heard.pids()[0], rustix::process::Signal::KILL);
    sys::process::reap(bench.heard.pids()[0]);
}

#[tokio::test]
async fn another_gates_orphans_are_not_touched() {
    let bench = bench();
    let daemon = sh("setsid sh -c 'echo $$; read x < fifo' & while ! [ -e over ]; do :; done");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(bench.dir.path().join("fifo"))
            .status()
            .unwrap()
            .success()
    );
    let long = bench.answer(&daemon);
    let short = async {
        bench.heard.says("\n").await;
        let ran = bench.ran(&sh("exit 0")).await;
        assert_eq!(ran.notes, Vec::<String>::new());
        assert!(is_alive(bench.heard.pids()[0]));
        fs::write(bench.dir.path().join("over"), "").unwrap();
    };
    tokio::join!(long, short);
    assert!(!is_alive(bench.heard.pids()[0]));
}
