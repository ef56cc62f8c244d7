//! Real processes. They shake hands over their output; times are upper bounds only.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use super::*;
use crate::exec::{Sink, Stop};
use crate::model::{Collect, Command, ContainerOptions, GateName, Secret, StopCause};

/// Keeps what comes and wakes whoever waits for a word in it.
#[derive(Default)]
struct Heard {
    bytes: RefCell<Vec<u8>>,
    count: Cell<u64>,
    keep: Option<PathBuf>,
    news: tokio::sync::Notify,
}

impl Sink for Heard {
    fn output(&self, _: Stream, bytes: &[u8]) {
        self.count.set(self.count.get() + bytes.len() as u64);
        if self.bytes.borrow().len() < 1 << 16 {
            self.bytes.borrow_mut().extend_from_slice(bytes);
        }
        self.news.notify_one();
    }

    fn progress(&self, _: &str) {}

    fn keep_dir(&self) -> Option<PathBuf> {
        self.keep.clone()
    }
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.borrow()).into_owned()
    }

    async fn says(&self, word: &str) {
        while !self.text().contains(word) {
            self.news.notified().await;
        }
    }

    fn pids(&self) -> Vec<i32> {
        self.text()
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect()
    }
}

struct Bench {
    dir: tempfile::TempDir,
    process: Process,
    heard: Rc<Heard>,
    stop: watch::Sender<Option<Stop>>,
}

fn bench() -> Bench {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let dir = tempfile::tempdir().unwrap();
    let run = format!(
        "test-{}-{}",
        std::process::id(),
        RUNS.fetch_add(1, Ordering::Relaxed)
    );
    let times = Times {
        grace: Duration::from_millis(50),
        settle: Duration::from_millis(50),
        leftover_grace: Duration::from_millis(50),
        pipe_grace: Duration::from_millis(50),
        give_up: Duration::from_secs(10),
    };
    let process = Process::new(dir.path(), Marker::new(&run).unwrap(), None).unwrap();
    let heard = Rc::new(Heard {
        keep: Some(dir.path().join("kept")),
        ..Heard::default()
    });
    Bench {
        dir,
        process: process.patience(times),
        heard,
        stop: watch::channel(None).0,
    }
}

fn argv(words: &[&str]) -> RunRequest {
    RunRequest {
        place: Place::Host,
        command: Command::Argv(words.iter().map(|word| (*word).to_owned()).collect()),
        cwd: ".".to_owned(),
        env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
        secrets: BTreeMap::new(),
        container: ContainerOptions::default(),
        capture_stdout: true,
        capture_stderr: true,
        collect: Collect::default(),
        jobserver: crate::model::SharedJobs::default(),
    }
}

fn sh(script: &str) -> RunRequest {
    argv(&["sh", "-c", script])
}

impl Bench {
    async fn answer(&self, request: &RunRequest) -> Answer {
        let gate = GateName::segment("gate").unwrap();
        let stop = self.stop.subscribe();
        let desk = Desk {
            gate: &gate,
            attempt: 2,
            cpus: Some(1),
            sink: &*self.heard,
            stop,
        };
        let bound = Duration::from_secs(60);
        tokio::time::timeout(bound, self.process.run(request, &desk))
            .await
            .unwrap()
    }

    async fn ran(&self, request: &RunRequest) -> Ran {
        match self.answer(request).await {
            Answer::Ran(ran) => *ran,
            other => panic!("{other:?}"),
        }
    }

    async fn no_answer(&self, request: &RunRequest) -> Unanswered {
        match self.answer(request).await {
            Answer::Unanswered(unanswered) => unanswered,
            other => panic!("{other:?}"),
        }
    }

    fn script(&self, name: &str, text: &str, mode: u32) {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

fn is_alive(pid: i32) -> bool {
    sys::process::look(pid).is_some_and(|process| !process.zombie)
}

#[tokio::test]
async fn the_ending_is_told_as_it_is() {
    let bench = bench();
    for (script, ending) in [
        ("exit 0", Ending::Exited(0)),
        ("exit 7", Ending::Exited(7)),
        ("frobnicate 2>/dev/null", Ending::Exited(127)),
        ("kill -SEGV $$", Ending::Signaled(11)),
        ("kill -KILL $$", Ending::Signaled(9)),
    ] {
        assert_eq!(bench.ran(&sh(script)).await.ending, ending, "{script}");
    }
}

#[tokio::test]
async fn the_environment_is_exactly_what_the_gate_has() {
    let bench = bench();
    let mut request = argv(&["env"]);
    request.env.insert("A".into(), "1".into());
    request.secrets.insert("S".into(), Secret("hidden".into()));
    let ran = bench.ran(&request).await;
    let text = String::from_utf8(ran.stdout.unwrap()).unwrap();
    let mut names: Vec<&str> = text.lines().filter_map(|l| l.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "A",
            "PATH",
            "PROVE_ATTEMPT",
            "PROVE_GATE",
            "PROVE_RUN_ID",
            "S"
        ]
    );
    assert!(text.contains("PROVE_GATE=gate\n") && text.contains("PROVE_ATTEMPT=2\n"));
}

#[tokio::test]
async fn stdin_is_empty_and_sigpipe_is_as_it_should_be() {
    let bench = bench();
    let ran = bench
        .ran(&sh("cat; yes | head -1; grep SigIgn /proc/self/status"))
        .await;
    assert_eq!(ran.stderr.unwrap(), b"");
    let text = String::from_utf8(ran.stdout.unwrap()).unwrap();
    let mask = text.strip_prefix("y\nSigIgn:").map(str::trim).unwrap();
    assert_eq!(
        u64::from_str_radix(mask, 16).unwrap() & (1 << 12),
        0,
        "{text}"
    );
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    use NoAnswer::{CannotStart, CommandNotFound, NotExecutable};
    let bench = bench();
    bench.script("plain.sh", "#!/bin/sh\n", 0o644);
    bench.script("lost.sh", "#!/nowhere/zsh -e\n", 0o755);
    bench.script("crlf.sh", "#!/bin/sh\r\n", 0o755);
    bench.script("text", "hello\n", 0o755);
    fs::create_dir(bench.dir.path().join("folder")).unwrap();
    for (words, why, part) in [
        (
            &["no-such-program-x"][..],
            CommandNotFound,
            "`no-such-program-x` was not found",
        ),
        (&["./none.sh"], CommandNotFound, "`./none.sh` was not found"),
        (&["./text/none.sh"], CommandNotFound, "was not found"),
        (&["./plain.sh"], NotExecutable, "not executable"),
        (&["./lost.sh"], CommandNotFound, "asks for `/nowhere/zsh`"),
        (&["./crlf.sh"], CommandNotFound, "/bin/sh\\r"),
        (&["./text"], NotExecutable, "neither a program"),
        (&["./folder"], NotExecutable, "directory"),
        (&["echo", "a\0b"], CannotStart, "nul"),
    ] {
        let told = bench.no_answer(&argv(words)).await;
        assert_eq!(told.why, why, "{words:?}: {told:?}");
        assert!(told.message.contains(part), "{words:?}: {told:?}");
    }
    let told = bench
        .no_answer(&argv(&["echo", &"x".repeat(4 << 20)]))
        .await;
    assert_eq!((told.why, told.hint.is_some()), (CannotStart, true));
    for words in [&["true"][..], &["./x"]] {
        let mut lost = argv(words);
        lost.cwd = "not/there".into();
        let told = bench.no_answer(&lost).await;
        assert!(
            told.why == CannotStart && told.message.contains("not/there"),
            "{told:?}"
        );
    }
    let mut bare = argv(&["true"]);
    bare.env.clear();
    assert!(
        bench
            .no_answer(&bare)
            .await
            .message
            .contains("PATH is not set")
    );
}

#[tokio::test]
async fn a_path_is_relative_to_the_gate_and_a_word_is_of_its_path() {
    let bench = bench();
    fs::create_dir(bench.dir.path().join("ui")).unwrap();
    bench.script("ui/tool", "#!/bin/sh\necho $0; pwd -P\n", 0o755);
    let mut request = argv(&["./tool"]);
    request.cwd = "ui".into();
    let text = String::from_utf8(bench.ran(&request).await.stdout.unwrap()).unwrap();
    assert!(
        text.starts_with("./tool\n") && text.ends_with("/ui\n"),
        "{text}"
    );
    request.command = Command::Argv(vec!["tool".into()]);
    request.env.insert("PATH".into(), ".:/usr/bin:/bin".into());
    assert_eq!(bench.ran(&request).await.ending, Ending::Exited(0));
}

#[tokio::test]
async fn output_is_bytes_and_bounded() {
    let bench = bench();
    let ran = bench
        .ran(&sh(r"printf '\377\000x'; printf '\376' >&2"))
        .await;
    assert_eq!(
        (ran.stdout.unwrap(), ran.stderr.unwrap()),
        (b"\xff\0x".to_vec(), b"\xfe".to_vec())
    );
    let bytes = 64 << 20;
    let ran = bench.ran(&sh(&format!("head -c {bytes} /dev/zero"))).await;
    assert_eq!(
        (ran.stdout.unwrap().len(), ran.capture_cut),
        (limits::CAPTURE_BYTES, true)
    );
    assert_eq!(bench.heard.count.get(), bytes + 4);
}

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

#[tokio::test]
async fn results_have_a_stamp_from_before_and_after() {
    let bench = bench();
    let root = bench.dir.path();
    for name in ["stale.xml", "same.xml", "gone.xml"] {
        fs::write(root.join(name), name).unwrap();
    }
    let mut request = sh("printf same.xml > same.xml; printf new > new.xml; rm gone.xml");
    request.collect.results = vec!["*.xml".into(), "missing/*.xml".into()];
    let ran = bench.ran(&request).await;
    let paths: Vec<&str> = ran
        .results
        .iter()
        .map(|result| result.path.as_str())
        .collect();
    assert_eq!(paths, ["new.xml", "same.xml", "stale.xml"]);
    let [new, same, stale] = &ran.results[..] else {
        panic!()
    };
    assert_eq!(
        (&new.before, new.bytes.as_deref()),
        (&None, Some(&b"new"[..]))
    );
    assert_ne!(
        same.before.as_ref(),
        Some(&same.after),
        "rewritten with the same bytes"
    );
    assert_eq!(stale.before.as_ref(), Some(&stale.after));
}

#[tokio::test]
async fn files_to_keep_are_copied_whatever_the_outcome() {
    let bench = bench();
    let mut request = sh("mkdir -p shots/deep; echo 1 > shots/deep/a.png; exit 1");
    request.collect.keep = vec!["shots".into(), "none*".into()];
    let ran = bench.ran(&request).await;
    assert_eq!((ran.ending, ran.notes), (Ending::Exited(1), vec![]));
    let kept = bench.dir.path().join("kept/shots/deep/a.png");
    assert_eq!(fs::read_to_string(kept).unwrap(), "1\n");
}

#[tokio::test]
async fn a_gate_that_was_stopped_keeps_its_files_and_one_that_was_killed_does_not() {
    for kill in [false, true] {
        let bench = bench();
        let mut request = sh("echo 1 > a.png; echo up; exec tail -f /dev/null");
        request.collect.keep = vec!["*.png".into()];
        let cause = StopCause::Timeout;
        let (ran, ()) = tokio::join!(bench.ran(&request), async {
            bench.heard.says("up").await;
            bench.stop.send(Some(Stop { cause, kill })).unwrap();
        });
        let kept = bench.dir.path().join("kept/a.png").exists();
        let told = ran
            .notes
            .iter()
            .any(|note| note.contains("not all was kept"));
        assert_eq!((kept, told), (!kill, kill), "{:?}", ran.notes);
    }
}

#[tokio::test]
async fn more_than_a_gate_may_keep_is_said_and_not_copied() {
    let bench = bench();
    let mut request = sh("truncate -s 1025M big.core; echo 1 > small.core");
    request.collect.keep = vec!["*.core".into()];
    let ran = bench.ran(&request).await;
    let note = "big.core was not kept: a gate may keep 1024 MiB in all";
    assert_eq!(ran.notes, [note]);
    let kept = bench.dir.path().join("kept");
    assert!(kept.join("small.core").exists() && !kept.join("big.core").exists());
}
