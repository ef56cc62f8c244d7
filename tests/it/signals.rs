//! Interrupts of every kind, during a process gate: exit `128+n`, nothing outlives `prove`.

use std::fs;
use std::process::Child;

use rustix::process::Signal;

use crate::support::{Project, Ran, ended, fifo, signal, wait_for_line, wait_until_gone};

/// A gate that says it is up and then waits, with a grandchild in a session of its own.
const WAITING: &str = concat!(
    "version: 1\ngates:\n  a:\n    run: |\n",
    "      setsid sleep 1000 & echo $! > grandchild\n",
    "      echo $$ > child\n      echo up > up\n      sleep 1000\n",
    "  b: { run: touch ran, needs: a }\n",
);

/// The same, deaf to SIGTERM.
const DEAF: &str = concat!(
    "version: 1\ngates:\n  a:\n    run: |\n      trap '' TERM\n",
    "      setsid sleep 1000 & echo $! > grandchild\n",
    "      echo $$ > child\n      echo up > up\n      while :; do sleep 1000; done\n",
    "  b: { run: touch ran, needs: a }\n",
);

fn start(gate_file: &str) -> (Project, Child) {
    let project = Project::with(gate_file);
    fifo(&project.path().join("up"));
    let child = project.command(&["run"]).spawn().unwrap();
    assert_eq!(wait_for_line(&project.path().join("up")), "up");
    (project, child)
}

#[track_caller]
fn assert_nothing_lives(project: &Project) {
    for file in ["child", "grandchild"] {
        let pid = fs::read_to_string(project.path().join(file)).unwrap();
        wait_until_gone(pid.trim());
    }
    assert!(!project.path().join("ran").exists(), "a dependent started");
}

#[track_caller]
fn interrupted(with: Signal, code: i32) {
    let (project, child) = start(WAITING);
    signal(child.id(), with);
    Ran::of(child.wait_with_output().unwrap()).expect(code, &["interrupted"]);
    assert_nothing_lives(&project);
    assert_eq!(project.verdicts()["a"], "cancelled");
    assert_eq!(project.verdicts()["b"], "cancelled");
}

#[test]
fn ctrl_c_ends_with_130() {
    interrupted(Signal::INT, 130);
}

#[test]
fn sigterm_ends_with_143() {
    interrupted(Signal::TERM, 143);
}

#[test]
fn sighup_ends_with_129() {
    interrupted(Signal::HUP, 129);
}

#[test]
fn the_second_signal_kills() {
    let (project, child) = start(DEAF);
    signal(child.id(), Signal::INT);
    signal(child.id(), Signal::TERM);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(
        ran.code == 130 || ran.code == 143,
        "{}: {}",
        ran.code,
        ran.text()
    );
    assert_nothing_lives(&project);
}

#[test]
fn nothing_outlives_a_killed_prove() {
    let (project, mut child) = start(DEAF);
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    assert_nothing_lives(&project);
}

#[test]
fn who_hides_from_a_killed_prove_is_found_below_its_gate() {
    let (project, mut child) = start(&WAITING.replace("setsid", "env -i setsid"));
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    assert_nothing_lives(&project);
}

#[test]
fn a_killed_run_is_not_read_as_finished() {
    let (project, mut child) = start(WAITING);
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    let replay = project.prove(&["replay", "last"]);
    assert_eq!(replay.code, 3, "{}", replay.text());
    assert_nothing_lives(&project);
}

/// Waits until somebody opens this file: an event of the kernel.
fn wait_until_opened(path: &std::path::Path) -> impl FnOnce() + use<> {
    use rustix::fs::inotify;
    let watch = inotify::init(inotify::CreateFlags::empty()).unwrap();
    inotify::add_watch(&watch, path, inotify::WatchFlags::OPEN).unwrap();
    move || {
        let mut event = [0; 64];
        assert!(rustix::io::read(&watch, &mut event).unwrap() > 0);
    }
}

#[test]
fn a_signal_is_heard_while_the_work_tree_is_read() {
    let project = Project::with("version: 1\ngates:\n  app: { build: { context: . } }\n");
    project.file("Dockerfile", "FROM scratch\n");
    // Holes: they take no room, and minutes to be read.
    for n in 0..100 {
        let file = fs::File::create(project.path().join(format!("large{n}"))).unwrap();
        file.set_len(250 << 20).unwrap();
    }
    let opened = wait_until_opened(&project.path().join("large0"));
    let child = project.command(&["run"]).spawn().unwrap();
    opened();
    signal(child.id(), Signal::INT);
    assert_eq!(ended(child), Some(130));
}
