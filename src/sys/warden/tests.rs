//! A victim is forked that starts a warden and a family, and is killed by SIGKILL.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::*;
use crate::sys::MARKER;

/// Forks; the child runs `victim` and then waits to be killed.
fn fork_victim(victim: impl FnOnce()) -> Pid {
    // SAFETY: the child only spawns processes and waits; it never returns into the test harness.
    match unsafe { libc::fork() } {
        0 => {
            victim();
            loop {
                std::thread::park();
            }
        }
        pid => Pid::from_raw(pid).unwrap(),
    }
}

fn wait_until_gone(pid: i32) {
    let until = Instant::now() + Duration::from_secs(20);
    while process::look(pid).is_some_and(|process| !process.zombie) {
        assert!(Instant::now() < until, "{pid} lives on");
        std::thread::yield_now();
    }
}

/// Runs `script` marked and in a group of its own under a warden, SIGKILLs the victim as soon as
/// the script has said `count` process numbers, and sees them all die.
#[expect(
    clippy::zombie_processes,
    reason = "its parent is killed: that is the test"
)]
fn killed_prove_leaves_nothing(run: &str, script: &str, count: usize, register: bool) {
    let marker = Marker::new(run).unwrap();
    let (reader, writer) = io::pipe().unwrap();
    let victim = fork_victim(|| {
        let warden = Warden::start(&marker, &Strangers::default()).unwrap();
        let child = Command::new("sh")
            .args(["-c", script])
            .env(MARKER, marker.value(1))
            .stdin(Stdio::null())
            .stdout(writer.try_clone().unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        if register {
            warden.started(i32::try_from(child.id()).unwrap()).unwrap();
        }
        std::mem::forget(warden);
    });
    drop(writer);
    let lines = BufReader::new(reader).lines().take(count);
    let pids: Vec<i32> = lines
        .map(|line| line.unwrap().trim().parse().unwrap())
        .collect();
    assert_eq!(pids.len(), count);
    rustix::process::kill_process(victim, Signal::KILL).unwrap();
    rustix::process::waitpid(Some(victim), WaitOptions::empty()).unwrap();
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn a_killed_prove_takes_its_group_along() {
    killed_prove_leaves_nothing("group", "echo $$; sleep 1000 & echo $!; wait", 2, true);
}

#[test]
fn a_grandchild_in_a_session_of_its_own_dies_too() {
    let script = "setsid sh -c 'echo $$; trap \"\" TERM HUP; sleep 1000; :' & echo $$; wait";
    killed_prove_leaves_nothing("session", script, 2, true);
}

#[test]
fn a_group_that_was_never_registered_is_found_by_its_mark() {
    killed_prove_leaves_nothing("unregistered", "echo $$; sleep 1000; :", 1, false);
}

#[test]
fn a_stopped_group_dies_too() {
    let script = "sleep 1000 & kill -STOP $!; echo $!; echo $$; kill -STOP $$; :";
    killed_prove_leaves_nothing("stopped", script, 2, true);
}

#[test]
fn after_a_bye_nothing_is_killed() {
    let warden = Warden::start(&Marker::new("bye").unwrap(), &Strangers::default()).unwrap();
    let pid = warden.pid();
    let mut child = Command::new("sleep")
        .arg("1000")
        .process_group(0)
        .spawn()
        .unwrap();
    warden.started(i32::try_from(child.id()).unwrap()).unwrap();
    drop(warden);
    assert!(
        process::look(pid).is_none(),
        "the warden is gone and was waited for"
    );
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_warden_that_is_gone_is_told() {
    let warden = Warden::start(&Marker::new("gone").unwrap(), &Strangers::default()).unwrap();
    rustix::process::kill_process(Pid::from_raw(warden.pid()).unwrap(), Signal::KILL).unwrap();
    wait_until_gone(warden.pid());
    assert_eq!(
        warden.started(1).unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
}

#[test]
fn who_hides_dies_with_the_gate_that_started_it() {
    let script = "env -i setsid sh -c 'echo $$; sleep 1000; :' & echo $$; wait";
    killed_prove_leaves_nothing("hides", script, 2, true);
}

#[test]
fn an_orphan_without_a_mark_that_was_seen_dies_too() {
    let (reader, mut writer) = io::pipe().unwrap();
    let victim = fork_victim(|| {
        process::become_subreaper().unwrap();
        let script = "env -i setsid sh -c 'echo $$; exec >&- 2>&-; sleep 1000; :' & :";
        let output = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let me = rustix::process::getpid().as_raw_nonzero().get();
        let mut kin = Kin::of(me, &Strangers::default());
        kin.look();
        end_all(Groups::new().unwrap(), &Marker::new("orphan").unwrap(), kin);
        writer.write_all(&output.stdout).unwrap();
    });
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).unwrap();
    wait_until_gone(line.trim().parse().unwrap());
    rustix::process::kill_process(victim, Signal::KILL).unwrap();
    rustix::process::waitpid(Some(victim), WaitOptions::empty()).unwrap();
}
