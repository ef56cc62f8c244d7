//! Real processes. They shake hands over their output; times are upper bounds only.

mod families;
mod keeping;
mod starting;
mod stopping;

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
