//! `prove shell`: somebody stands where a gate runs, sees what it sees, and leaves nothing behind.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use rustix::process::Signal;

use crate::support::docker::{self, ImageProject, docker as engine};
use crate::support::terminal::Session;
use crate::support::{Project, Ran, lives, signal};

const HOST: &str = concat!(
    "version: 1\n",
    "gates:\n",
    "  lint:\n",
    "    run: cat < /dev/null\n",
    "    cwd: sub\n",
    "    env: { A: 'one' }\n",
    "    pass_env: [PASSED]\n",
    "    secrets: [TOKEN]\n",
    "  layout: { exists: { require: [prove.yml] } }\n",
);

fn host() -> Project {
    let mut project = Project::with(HOST);
    project.file("sub/here", "");
    project
        .env("PASSED", "two")
        .env("NOT_PASSED", "three")
        .env("TOKEN", "tok-4711")
        .env("TERM", "dumb");
    project
}

fn session(project: &Project, arguments: &[&str]) -> Session {
    Session::start(project.command(&[&["shell"], arguments].concat()))
}

/// Containers and temporary tags of the prove with this number.
fn on_engine(pid: u32) -> String {
    let filter = format!("label=prove.pid={pid}");
    let containers = engine(&["ps", "-aq", "--filter", &filter]).unwrap();
    let tags = engine(&["images", "--format", "{{.Repository}}"]).unwrap();
    let own = |tag: &&str| tag.starts_with("prove-tmp/") && tag.ends_with(&format!("-{pid}"));
    let tags: Vec<&str> = tags.lines().filter(own).collect();
    format!("{containers}{}", tags.join(" "))
}

#[test]
fn a_shell_sees_what_the_gate_sees_and_its_exit_code_is_passed_on() {
    let project = host();
    let mut session = session(&project, &["lint"]);
    session.wait_for("it has the secrets TOKEN");
    assert!(!session.shown.contains("tok-4711"), "{}", session.shown);
    session
        .keys("echo \"<$A $PASSED ${NOT_PASSED-none} $PROVE_GATE $TOKEN>\"; ls\n")
        .wait_for("<one two none lint tok-4711>")
        .wait_for("here")
        .keys("exit 7\n");
    assert_eq!(session.ended(), 7);
    assert!(session.is_cooked());
}

#[test]
fn an_interrupt_is_for_what_runs_in_the_shell() {
    let project = host();
    let mut session = session(&project, &["lint"]);
    session
        .wait_for("bash-")
        .keys("sh -c 'echo rea\"\"dy; exec cat'\n")
        .wait_for("ready")
        .keys("\u{3}")
        .wait_for("bash-")
        .keys("echo st''ill $?\n")
        .wait_for("still 130")
        .keys("exit 0\n");
    assert_eq!(session.ended(), 0);
}

#[test]
fn a_terminal_that_was_left_strange_is_put_back() {
    let project = host();
    let mut session = session(&project, &["lint"]);
    session
        .wait_for("bash-")
        .keys("stty raw -echo; exec sh -c 'exit 0'\n");
    assert_eq!(session.ended(), 0);
    assert!(session.is_cooked());
}

#[test]
fn whoever_ends_prove_ends_the_shell() {
    let project = host();
    let mut session = session(&project, &["lint"]);
    session
        .wait_for("bash-")
        .keys("echo pid''=$$=; stty -echo\n")
        .wait_for("pid=");
    signal(session.child.id(), Signal::TERM);
    assert_eq!(session.ended(), 143);
    assert!(session.is_cooked());
}

#[test]
fn a_command_needs_no_terminal_and_reads_what_is_handed_in() {
    let project = host();
    let command = "read word; echo \"$word $A in ${PWD##*/}\"; exit 9";
    let mut prove = project.command(&["shell", "lint", "--", "sh", "-c", command]);
    let mut child = prove.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"word\n").unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stdout.as_str()), (9, "word one in sub\n"));
    assert_eq!(ran.stderr, "");
    let killed = project.prove(&["shell", "lint", "--", "sh", "-c", "kill -9 $$"]);
    killed.expect(137, &[]);
}

#[test]
fn what_is_left_running_goes_too() {
    let project = host();
    let command = "sleep 1000 > /dev/null 2>&1 & echo $!";
    let ran = project.prove(&["shell", "lint", "--", "sh", "-c", command]);
    // By its number: it may not have come to be `sleep` yet.
    let left = ran.stdout.trim();
    ran.expect(0, &[&format!("1 process left behind and killed: {left}")]);
    assert!(!lives(left), "{}", ran.text());
}

#[test]
fn what_cannot_be_entered_is_said() {
    let mut project = host();
    project
        .prove(&["shell", "lint"])
        .expect(2, &["there is no terminal", "prove shell lint -- COMMAND"]);
    project
        .prove(&["shell", "layout", "--", "true"])
        .expect(2, &["it is a `exists`", "gates that can be entered: lint"]);
    project
        .prove(&["shell", "lnit", "--", "true"])
        .expect(2, &["did you mean `lint`?"]);
    project
        .prove(&["shell", "lint", "--", "no-such-program"])
        .expect(3, &["`no-such-program` was not found"]);
    fs::remove_dir_all(project.path().join("sub")).unwrap();
    project
        .prove(&["shell", "lint", "--", "true"])
        .expect(3, &["the gate's directory", "is not there"]);
    project.unset("TOKEN");
    project
        .prove(&["shell", "lint", "--", "true"])
        .expect(3, &["TOKEN (lint, prove.yml:8:"]);
    assert!(!project.path().join(".prove/runs").exists());
}

const BUILT: &str = concat!(
    "  app: { build: { context: ., tag: TAG } }\n",
    "  test: { run: [/bin/busybox, 'true'], in: app, env: { A: one }, container: { user: '7' } }\n",
);

#[test]
fn a_shell_in_a_container_has_the_terminal_and_is_gone_afterwards() {
    if !docker::engine("a_shell_in_a_container_has_the_terminal") {
        return;
    }
    let image = ImageProject::with(BUILT);
    image.dockerfile("ENTRYPOINT [\"/bin/busybox\", \"false\"]");
    let mut session = session(&image.project, &["test"]);
    let pid = session.child.id();
    session
        .wait_for("to be entered, not tagged")
        .wait_for("in a container of")
        .wait_for("$ ");
    assert!(!session.is_cooked(), "keys go through");
    session
        .keys("echo \"<$A $(busybox id -u) $(busybox stty size)>\"\r")
        .wait_for("<one 7 24 80>")
        .keys("sh -c 'echo rea\"\"dy; exec busybox cat'\r")
        .wait_for("ready")
        .keys("\u{3}")
        .wait_for("$ ")
        .keys("echo st''ill $?\r")
        .wait_for("still 130")
        .keys("exit 5\r");
    assert_eq!(session.ended(), 5, "{}", session.shown);
    assert!(session.is_cooked());
    assert_eq!(on_engine(pid), "");
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_command_in_a_container_goes_through_its_entrypoint() {
    if !docker::engine("a_command_in_a_container_goes_through_its_entrypoint") {
        return;
    }
    let image = ImageProject::with(BUILT);
    image.dockerfile("ENTRYPOINT [\"/bin/busybox\", \"env\", \"THROUGH=yes\"]");
    let script = "read word; echo $word $THROUGH $A; echo bad >&2; exit 9";
    let words = ["shell", "test", "--", "/bin/sh", "-c", script];
    let mut prove = image.project.command(&words);
    let mut child = prove.stdin(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    child.stdin.take().unwrap().write_all(b"word\n").unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (9, "word yes one\n"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with("bad\n"), "{}", ran.stderr);
    assert_eq!(on_engine(pid), "");
    // The image itself, as its gate's users get it by default.
    let itself = image
        .project
        .prove(&["shell", "app", "--", "/bin/busybox", "cat", "/nonce"]);
    itself.expect(0, &[&image.tag]);
    let none = image.project.prove(&["shell", "app", "--", "/no/such"]);
    none.expect(127, &["/no/such"]);
}

#[test]
fn however_prove_ends_the_terminal_is_put_back_and_the_container_goes() {
    if !docker::engine("however_prove_ends_the_terminal_is_put_back") {
        return;
    }
    let image = ImageProject::with(BUILT);
    let begin = || {
        let mut session = session(&image.project, &["test"]);
        session.wait_for("$ ").keys("echo i''n\r").wait_for("in");
        assert!(!session.is_cooked());
        session
    };
    let mut told = begin();
    signal(told.child.id(), Signal::TERM);
    assert_eq!(told.ended(), 143, "{}", told.shown);
    assert!(told.is_cooked());
    assert_eq!(on_engine(told.child.id()), "");
    let mut killed = begin();
    let pid = killed.child.id();
    let warden = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    signal(pid, Signal::KILL);
    assert_eq!(killed.ended(), 1000);
    for child in warden.split_whitespace() {
        crate::support::wait_until_gone(child);
    }
    assert!(killed.is_cooked(), "the warden does it");
    assert_ne!(on_engine(pid), "");
    let next = image
        .project
        .prove(&["shell", "app", "--", "/bin/busybox", "true"]);
    next.expect(0, &["which a killed run had left"]);
    assert_eq!(on_engine(pid), "", "the next one takes it");
}

#[test]
fn an_image_without_a_shell_or_without_a_build_is_an_error() {
    if !docker::engine("an_image_without_a_shell_or_without_a_build_is_an_error") {
        return;
    }
    let image = ImageProject::with(BUILT);
    let text = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY nonce /nonce\n";
    image.project.file("Dockerfile", text);
    let mut without = session(&image.project, &["test"]);
    assert_eq!(without.ended(), 3, "{}", without.shown);
    for said in ["there is no shell where `test` runs", "`bash` nor `sh`"] {
        assert!(without.shown.contains(said), "{}", without.shown);
    }
    assert!(without.is_cooked());
    assert_eq!(on_engine(without.child.id()), "");
    image.project.file(
        "Dockerfile",
        format!("{text}RUN [\"/bin/busybox\", \"false\"]\n"),
    );
    let broken = image
        .project
        .prove(&["shell", "test", "--", "/bin/busybox"]);
    broken.expect(3, &["the image of `app` is not there", "build failed"]);
}
