//! `prove run` in a recipe of make: the slots are those of the make around it. Counted by
//! hand-shakes, never by time.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::{Project, Ran, ended, fifo, has, signal, wait_for_line};

/// A job: as long as no more than `$LIMIT` are there at once, all is well.
const JOB: &str = r#"#!/bin/sh
set -eu
mkdir -p jobs
touch "jobs/$1"
[ "$(ls jobs | wc -l)" -le "$LIMIT" ] || touch too-many
i=0
while [ $i -lt 20 ]; do
    [ "$(ls jobs | wc -l)" -lt 2 ] || touch together
    i=$((i + 1))
done
rm "jobs/$1"
"#;

/// Gates that are a job each, and one that starts a make of its own.
const GATES: &str = "version: 1\nenv: { LIMIT: '3' }\ngates:\n  a: ./job a\n  b: ./job b\n  c: ./job c\n  d: ./job d\n  m: { run: make -f below, jobserver: true }\n";

const BELOW: &str = "all: b1 b2 b3 b4\nb%:\n\t@./job $@\n";

fn jobs(gates: &str) -> Project {
    let project = Project::with(gates);
    project.script("job", JOB).file("below", BELOW);
    project
}

/// This makefile in the project; `$(PROVE)` is the one under test.
fn make(project: &Project, text: &str, words: &[&str]) -> Option<Ran> {
    if !has("make") {
        eprintln!("left out: there is no make");
        return None;
    }
    project.file("Makefile", text);
    let prove = project.command(&[]);
    let mut make = Command::new("make");
    make.env_clear().current_dir(project.path());
    for (name, value) in prove.get_envs() {
        make.env(name, value.unwrap_or_default());
    }
    make.env("LIMIT", "3")
        .arg(format!("PROVE={}", env!("CARGO_BIN_EXE_prove")));
    Some(Ran::of(make.args(words).output().unwrap()))
}

fn none_too_many(project: &Project) {
    assert!(!project.path().join("too-many").exists(), "out of bounds");
    assert!(project.path().join("together").exists(), "one by one");
}

#[test]
fn gates_and_the_recipes_beside_them_stay_within_the_slots_of_make() {
    let project = jobs(GATES);
    let text = "all: p x1 x2 x3 x4 x5\np:\n\t+@$(PROVE) run\nx%:\n\t@./job $@\n";
    let Some(ran) = make(&project, text, &["-j3"]) else {
        return;
    };
    ran.expect(
        0,
        &["shares the 3 job slots", "3 at once", "proved: 5 passed"],
    );
    assert!(!ran.text().contains("INTERNAL"), "{}", ran.text());
    none_too_many(&project);
}

#[test]
fn a_j_of_its_own_wins_and_that_is_said() {
    let project = jobs("version: 1\nenv: { LIMIT: '2' }\ngates: { a: ./job a, b: ./job b }\n");
    let Some(ran) = make(&project, "p:\n\t+@$(PROVE) run -j 2\n", &["-j3"]) else {
        return;
    };
    ran.expect(0, &["-j 2 stands over", "2 at once"]);
}

#[test]
fn a_recipe_that_hands_nothing_on_is_told_so() {
    let project = jobs("version: 1\ngates: { a: 'true' }\n");
    let Some(ran) = make(&project, "p:\n\t@$(PROVE) run\n", &["-j3"]) else {
        return;
    };
    // From make 4.4 on it has a name and is handed on all the same.
    let text = ran.expect(0, &["proved"]).text();
    assert!(
        text.contains("recipe with `+`") || text.contains("shares the 3 job slots"),
        "{text}"
    );
}

/// A jobserver of ours with so many tokens, and the flags that name it.
fn tokens(project: &mut Project, count: usize) -> File {
    let path = project.path().join("tokens");
    fifo(&path);
    let file = File::options().read(true).write(true).open(&path).unwrap();
    rustix::io::write(&file, &vec![b't'; count]).unwrap();
    let flags = format!("-j4 --jobserver-auth=fifo:{}", path.display());
    project.env("MAKEFLAGS", &flags);
    file
}

fn left(tokens: &File) -> u64 {
    rustix::io::ioctl_fionread(tokens).unwrap()
}

fn waits(project: &Project) -> (PathBuf, PathBuf) {
    let paths = ["up", "go"].map(|name| project.path().join(name));
    paths.iter().for_each(|path| fifo(path));
    let [up, go] = paths;
    (up, go)
}

#[test]
fn tokens_come_back_however_the_run_ends() {
    for (gate, code) in [
        ("'true'", 0),
        ("'false'", 1),
        ("{ run: sleep 60, timeout: 1ms }", 1),
    ] {
        let gates = format!("version: 1\ngates:\n  a: {gate}\n  b: {gate}\n  c: {gate}\n");
        let mut project = Project::with(&gates);
        let tokens = tokens(&mut project, 3);
        project.run().expect(code, &["shares the 4 job slots"]);
        assert_eq!(left(&tokens), 3, "{gate}");
    }
}

#[test]
fn tokens_come_back_when_it_is_interrupted_or_killed_by_impatience() {
    for signals in [&[Signal::INT][..], &[Signal::TERM, Signal::TERM]] {
        let gate = "'trap \"\" TERM INT; echo up > up; read x < go'";
        let gates = format!("version: 1\ngates:\n  a: {gate}\n  b: {gate}\n");
        let mut project = Project::with(&gates);
        let tokens = tokens(&mut project, 3);
        let (up, _) = waits(&project);
        let child = project.command(&["run"]).spawn().unwrap();
        // Both are there: one on a token.
        let both = File::options().read(true).write(true).open(&up).unwrap();
        let mut lines = [0; 6];
        let mut read = 0;
        while read < lines.len() {
            read += rustix::io::read(&both, &mut lines[read..]).unwrap();
        }
        assert_eq!(left(&tokens), 2);
        for number in signals {
            signal(child.id(), *number);
        }
        if signals.len() == 1 {
            signal(child.id(), Signal::INT);
        }
        assert!(ended(child).is_some_and(|code| code > 128));
        assert_eq!(left(&tokens), 3, "{signals:?}");
    }
}

#[test]
fn a_jobserver_without_a_token_is_waited_for_with_one_gate_running() {
    let mut project = Project::with(
        "version: 1\ngates:\n  a: 'echo up > up; read x < go'\n  b: 'echo go > go'\n",
    );
    let tokens = tokens(&mut project, 0);
    let (up, _) = waits(&project);
    let child = project.command(&["run"]).spawn().unwrap();
    // The second gate, that lets the first go on, has no slot until somebody gives one back.
    assert_eq!(wait_for_line(&up), "up");
    rustix::io::write(&tokens, b"t").unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.expect(0, &["proved: 2 passed"]);
    assert_eq!(left(&tokens), 1);
}

#[test]
fn a_make_that_is_gone_holds_nothing_up() {
    // Its pipe is there, and nobody will ever put a token in.
    let mut project = jobs("version: 1\nenv: { LIMIT: '1' }\ngates: { a: ./job a, b: ./job b }\n");
    drop(tokens(&mut project, 0));
    project.run().expect(0, &["proved: 2 passed"]);
    assert!(!project.path().join("too-many").exists());
    // A gate that wants more than there are runs all the same.
    project.file(
        "prove.yml",
        "version: 1\ngates: { a: { run: 'true', cost: { cpus: all } }, b: 'true' }\n",
    );
    project.run().expect(0, &["proved: 2 passed"]);
}

#[test]
fn flags_that_name_no_jobserver_are_said_and_nothing_is_touched() {
    let mut project = Project::with("version: 1\ngates: { a: 'true', b: 'true' }\n");
    project.file("plain", "text");
    let plain = project.path().join("plain").display().to_string();
    for auth in [
        "900,901",
        "0,1",
        "-1,-1",
        "x",
        &format!("fifo:{plain}"),
        "fifo:/nowhere/x",
    ] {
        project.env("MAKEFLAGS", &format!(" -j4 --jobserver-auth={auth}"));
        project
            .run()
            .expect(0, &["names a jobserver that is not there", "proved"]);
    }
    assert_eq!(std::fs::read(&plain).unwrap(), b"text");
    // Open, and no pipe: standard input of the shell under another number.
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            "exec 7<>plain; MAKEFLAGS='--jobserver-auth=7,7' exec \"$0\" run",
        ])
        .arg(env!("CARGO_BIN_EXE_prove"))
        .current_dir(project.path())
        .stdin(Stdio::null());
    Ran::of(shell.output().unwrap()).expect(0, &["is not there", "proved"]);
    assert_eq!(std::fs::read(&plain).unwrap(), b"text");
    // Without a word of a jobserver there is nothing to say.
    project.env("MAKEFLAGS", "kw");
    let text = project.run().expect(0, &["proved"]).text();
    assert!(
        !text.contains("jobserver") && !text.contains("slots"),
        "{text}"
    );
}
