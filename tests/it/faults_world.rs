//! What surrounds a run: processes that were there before it, streams that others hold, the state
//! that an earlier run left.

use std::fs;
use std::process::{Command, Stdio};

use prove::model::VerdictWord;
use rustix::process::Signal;

use crate::support::{Project, Ran, fifo, lives, signal, wait_for_line, wait_until_gone};

/// A shell in the project that may end as `exec "$PROVE" run`.
fn bash(project: &Project, script: &str) -> Ran {
    let prove = project.command(&[]);
    let envs = prove
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new("bash");
    command.args(["-c", script]).current_dir(project.path());
    command
        .env_clear()
        .envs(envs)
        .env("PROVE", prove.get_program());
    Ran::of(command.output().unwrap())
}

fn pid(project: &Project, file: &str) -> String {
    let text = fs::read_to_string(project.path().join(file)).unwrap();
    text.trim().to_owned()
}

fn kill(pid: &str) {
    signal(pid.parse().unwrap(), Signal::KILL);
    wait_until_gone(pid);
}

#[test]
fn a_child_from_before_the_run_lives_on() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    let script = "sleep 301 > /dev/null 2>&1 & echo $! > stranger; exec \"$PROVE\" run";
    let ran = bash(&project, script);
    let stranger = pid(&project, "stranger");
    assert!(lives(&stranger), "it was killed: {}", ran.text());
    kill(&stranger);
    ran.expect(0, &[]);
    assert!(!ran.text().contains("killed"), "{}", ran.text());
}

#[test]
fn whoever_reads_the_output_reads_it_to_its_end() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    let ran = bash(&project, "exec > >(cat; echo whole); exec \"$PROVE\" run");
    ran.expect(0, &["proved", "whole"]);
}

/// A gate that leaves a process without mark and group, which holds its output open.
const HIDES: &str = concat!(
    "version: 1\ngates:\n  a:\n    run: |\n",
    "      env -i setsid sh -c 'echo $$ > hidden; echo up > up; read x < fifo; echo BAD' &\n",
    "      read x < up\n    expect: { stdout: { empty: true } }\n",
);

fn hides() -> Project {
    let project = Project::with(HIDES);
    fifo(&project.path().join("up"));
    fifo(&project.path().join("fifo"));
    project
}

#[test]
fn output_that_was_not_read_to_its_end_is_not_judged() {
    let project = hides();
    project
        .run()
        .expect(3, &["not read to its end", "hid from their gates"]);
    assert_eq!(project.gate("a").verdict, VerdictWord::Errored);
    wait_until_gone(&pid(&project, "hidden"));
}

#[test]
fn what_may_be_a_strangers_is_spared_and_said() {
    let project = hides();
    let script = "sleep 301 > /dev/null 2>&1 & echo $! > stranger; exec \"$PROVE\" run";
    let ran = bash(&project, script);
    let (stranger, hidden) = (pid(&project, "stranger"), pid(&project, "hidden"));
    assert!(lives(&stranger) && lives(&hidden));
    kill(&stranger);
    kill(&hidden);
    ran.expect(3, &["left alone", &hidden]);
}

/// The same, but nobody reads its output.
const REPORTED: &str = "version: 1\nreports: { junit: out.xml }\ngates:\n  a: 'true'\n";

#[track_caller]
fn assert_overtaken(project: &Project, args: &[&str]) {
    let ran = project.prove(args);
    assert_ne!(ran.code, 0, "{}", ran.text());
    let text = fs::read_to_string(project.path().join("out.xml")).unwrap();
    assert!(text.contains("not finished"), "{}\n{text}", ran.text());
}

#[test]
fn yesterdays_report_does_not_stand_for_a_run_that_has_no_folder() {
    let project = Project::with(REPORTED);
    project.run().expect(0, &[]);
    let prove = project.path().join(".prove");
    fs::rename(&prove, project.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", &prove).unwrap();
    assert_overtaken(&project, &["run"]);
    fs::remove_file(&prove).unwrap();
    project.run().expect(0, &[]);
    fs::remove_dir_all(prove.join("runs")).unwrap();
    project.file(".prove/runs", "");
    assert_overtaken(&project, &["run"]);
}

#[test]
fn yesterdays_report_does_not_stand_where_there_is_no_room_for_todays() {
    let project = Project::with(REPORTED);
    project.run().expect(0, &[]);
    // No file may grow: a full disk, without a disk.
    let full = |project: &Project| {
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" run"])
            .arg(env!("CARGO_BIN_EXE_prove"))
            .current_dir(project.path());
        shell.output().unwrap().status.code()
    };
    assert_eq!(full(&project), Some(3));
    assert!(!project.path().join("out.xml").exists());
}

#[test]
fn yesterdays_report_does_not_stand_for_one_that_was_asked_for_twice() {
    let project = Project::with(REPORTED);
    project.run().expect(0, &[]);
    assert_overtaken(&project, &["run", "--report", "json=out.xml"]);
}

#[test]
fn the_reports_of_a_run_that_goes_on_are_its_own() {
    let project = Project::with(concat!(
        "version: 1\nreports: { junit: out.xml }\n",
        "gates:\n  a: { run: 'echo up > up; read x < go' }\n",
    ));
    project.file("out.xml", "");
    for name in ["up", "go"] {
        fifo(&project.path().join(name));
    }
    let first = project.command(&["run"]).spawn().unwrap();
    wait_for_line(&project.path().join("up"));
    let theirs = fs::read(project.path().join("out.xml")).unwrap();
    project.run().expect(3, &["--wait"]);
    assert_eq!(fs::read(project.path().join("out.xml")).unwrap(), theirs);
    fs::write(project.path().join("go"), "go\n").unwrap();
    Ran::of(first.wait_with_output().unwrap()).expect(0, &[]);
}

#[test]
fn what_is_kept_is_private_and_of_the_project() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::with("version: 1\ngates:\n  a: { run: 'true', keep: ['out/**'] }\n");
    project.file("out/in.txt", "in").file("other.txt", "other");
    let outside = tempfile::NamedTempFile::new().unwrap();
    let link = |to: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(to, project.path().join(name)).unwrap();
    };
    link(outside.path(), "out/link.txt");
    link(&project.path().join("other.txt"), "out/inside.txt");
    project.run().expect(0, &[]);
    let kept = project.run_dir().join("keep/a/out");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&kept.join("in.txt")), 0o600);
    assert_eq!(mode(&project.run_dir()), 0o700);
    assert!(kept.join("inside.txt").exists() && !kept.join("link.txt").exists());
    let notes = project.gate("a").notes.join(" ");
    assert!(
        notes.contains("out/link.txt") && notes.contains("out of the project"),
        "{notes}"
    );
}

/// Lets no file of this process grow beyond so many bytes, as a disk does that fills up.
fn fill_up(process: u32, bytes: u64) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let limit = Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    let process = Pid::from_raw(process.cast_signed()).unwrap();
    prlimit(Some(process), Resource::Fsize, limit).unwrap();
}

/// The length of all lines that are there, and of the last one.
fn recorded(project: &Project) -> (u64, u64) {
    let text = fs::read_to_string(project.run_dir().join("events.jsonl")).unwrap();
    let last = text.lines().last().unwrap().len();
    (text.len() as u64, last as u64)
}

#[test]
fn a_disk_that_is_full_at_the_very_last_line_is_in_every_report() {
    // The record is the largest of the files, so that it alone meets the limit.
    let long = "long ".repeat(2000);
    let words = ["sarif", "markdown", "plain"];
    let reports = words.map(|word| format!("{word}: out.{word}")).join(", ");
    let gate = format!("{{ run: 'echo up > up; read x < go', description: '{long}' }}");
    let project = Project::with(&format!(
        "version: 1\nreports: {{ {reports} }}\ngates:\n  a: {gate}\n"
    ));
    for name in ["up", "go"] {
        fifo(&project.path().join(name));
    }
    let start = || {
        let command = project.command(&["run"]);
        // The limit is a signal to all but those who ignore it.
        let args = ["-c", "trap '' XFSZ; exec \"$@\"", "sh"];
        let child = Command::new("sh")
            .args(args)
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(project.path())
            .env_clear()
            .envs(command.get_envs().filter_map(|(n, v)| Some((n, v?))))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        wait_for_line(&project.path().join("up"));
        child.unwrap()
    };
    let end = |child: std::process::Child| {
        fs::write(project.path().join("go"), "go\n").unwrap();
        Ran::of(child.wait_with_output().unwrap())
    };
    let first = start();
    let (before, _) = recorded(&project);
    end(first).expect(0, &[]);
    let (after, last) = recorded(&project);
    let second = start();
    let (now, _) = recorded(&project);
    fill_up(second.id(), now + (after - before) - last / 2);
    end(second).expect(3, &["could not be recorded"]);
    let text = fs::read_to_string(project.run_dir().join("events.jsonl")).unwrap();
    assert!(text.contains("gate_finished") && !text.contains("\"verdict\":\"proved\""));
    for word in words {
        let report = fs::read_to_string(project.path().join(format!("out.{word}"))).unwrap();
        assert!(report.contains("could not be recorded"), "{word}: {report}");
    }
}
