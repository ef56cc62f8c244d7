//! Readers of reports that open and never read: `prove` still hears signals and timeouts, and
//! nothing that was not read is proved.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Stdio};

use rustix::process::Signal;

use crate::support::{Project, ended, fifo, signal};

/// Gates whose heads are more than a pipe holds, and one that runs this.
fn project(waits: &str) -> Project {
    let long = "long ".repeat(2000);
    let gate = |n: usize| format!("  g{n}: {{ run: 'true', description: '{long}' }}\n");
    let gates: String = (0..20).map(gate).collect();
    let waits = format!("  a: {{ run: '{waits}' }}\n");
    let project = Project::with(&format!("version: 1\ngates:\n{waits}{gates}"));
    fifo(&project.path().join("up"));
    project
}

/// Both ends of a FIFO at once: opening it waits for nobody, and nobody reads.
fn held(path: &Path) -> File {
    let mut open = OpenOptions::new();
    let open = open.read(true).write(true);
    open.custom_flags(libc::O_NONBLOCK).open(path).unwrap()
}

/// Waits until a line is there, for half a minute at most.
#[track_caller]
fn await_line(mut up: &File) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = Timespec {
        tv_sec: 30,
        tv_nsec: 0,
    };
    let ready = poll(&mut [PollFd::new(&up, PollFlags::IN)], Some(&limit)).unwrap();
    assert_eq!(ready, 1, "no gate started");
    let mut line = [0; 8];
    assert!(up.read(&mut line).unwrap() > 0);
}

/// Interrupts a run whose reader, started by `start`, does not read.
#[track_caller]
fn deaf_to_nothing(start: impl Fn(&Project) -> (Child, Option<File>)) {
    let project = project("echo up > up; sleep 1000");
    let up = held(&project.path().join("up"));
    let (child, _reader) = start(&project);
    await_line(&up);
    signal(child.id(), Signal::TERM);
    assert_eq!(ended(child), Some(143));
    assert_eq!(project.verdicts()["a"], "cancelled");
}

#[test]
fn a_reader_of_json_that_never_reads() {
    deaf_to_nothing(|project| {
        let mut command = project.command(&["run", "-j1", "--report", "json"]);
        (command.stderr(Stdio::null()).spawn().unwrap(), None)
    });
}

#[test]
fn a_reader_of_a_report_by_path_that_never_reads() {
    deaf_to_nothing(|project| {
        fifo(&project.path().join("report"));
        let reader = held(&project.path().join("report"));
        let args = ["run", "-j1", "--report", "json=report"];
        let mut command = project.command(&args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        (command.spawn().unwrap(), Some(reader))
    });
}

#[test]
fn a_reader_of_standard_error_that_never_reads() {
    deaf_to_nothing(|project| {
        fifo(&project.path().join("all"));
        let reader = held(&project.path().join("all"));
        // Full from the start: not a byte of prove fits.
        while rustix::io::write(&reader, &[b'x'; 4096]).is_ok() {}
        let end = || {
            OpenOptions::new()
                .write(true)
                .open(project.path().join("all"))
                .unwrap()
        };
        let mut command = project.command(&["run", "-j1"]);
        command.stdout(end()).stderr(end());
        (command.spawn().unwrap(), Some(reader))
    });
}

#[test]
fn what_nobody_read_by_the_runs_timeout_is_not_proved() {
    let project = project("true");
    let mut command = project.command(&["run", "--timeout", "4s", "--report", "json"]);
    let child = command.stderr(Stdio::null()).spawn().unwrap();
    assert_eq!(ended(child), Some(3));
    let events = std::fs::read_to_string(project.run_dir().join("events.jsonl")).unwrap();
    assert!(events.contains("bytes were not read"), "{events}");
}

#[test]
fn a_reader_that_is_late_gets_every_byte() {
    let project = project("echo up > up; read line < go");
    let up = held(&project.path().join("up"));
    fifo(&project.path().join("go"));
    let mut command = project.command(&["run", "-j1", "--report", "json"]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    await_line(&up);
    std::fs::write(project.path().join("go"), "go\n").unwrap();
    let mut json = String::new();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_to_string(&mut json).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let recorded = std::fs::read_to_string(project.run_dir().join("events.jsonl")).unwrap();
    assert!(json == recorded, "{json}");
}
