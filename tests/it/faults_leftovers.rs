//! Faults while the engine is cleared up at the end of a run: what stays there is never passed over.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::mpsc;

use rustix::process::Signal;

use crate::faults_engine::{built_by, obliging};
use crate::support::docker::Reply;
use crate::support::{Ran, fifo, signal, wait_for_line};

#[test]
fn an_engine_that_dies_at_the_removal_leaves_a_doubt_that_names_what_stayed() {
    let dies = obliging(|request| {
        let removes = request.starts_with("DELETE");
        removes.then(|| Reply::Break("[".to_owned()))
    });
    let project = built_by(&dies, "");
    let ran = project.run();
    ran.expect(3, &["doubt", "prove-tmp/", "rmi", "undecided"]);
    assert_eq!(
        project.verdicts()["app"],
        "passed",
        "the gate itself is good"
    );
    project
        .prove(&["replay", "last"])
        .expect(3, &["prove-tmp/"]);
}

#[test]
fn what_a_refusal_leaves_is_a_doubt_too() {
    let refuses = obliging(|request| {
        let removes = request.starts_with("DELETE");
        removes.then(|| Reply::Json(500, r#"{"message":"device busy"}"#.to_owned()))
    });
    built_by(&refuses, "")
        .run()
        .expect(3, &["prove-tmp/", "device busy"]);
}

#[test]
fn signals_are_heard_while_the_engine_hangs_at_the_removal() {
    let (asked, hangs) = mpsc::channel();
    let hanging = obliging(move |request| {
        let removes = request.starts_with("DELETE");
        removes.then(|| {
            asked.send(()).unwrap();
            Reply::Hang
        })
    });
    let project = built_by(&hanging, "");
    let child = project.command(&["run"]).spawn().unwrap();
    hangs.recv().unwrap();
    for with in [Signal::TERM, Signal::INT, Signal::HUP] {
        signal(child.id(), with);
    }
    let ran = Ran::of(child.wait_with_output().unwrap());
    // Which of the three is heard first is not ours to say.
    assert!(ran.code > 128, "{}: {}", ran.code, ran.text());
    ran.expect(ran.code, &["interrupted", "doubt", "prove-tmp/"]);
}

/// Tells that it builds and goes on for ever; the second time it builds.
const BUILDX: &str = r#"#!/bin/sh
[ "$2" = version ] && exit 0
while [ $# -gt 0 ]; do [ "$1" = --iidfile ] && iid=$2; shift; done
[ -e "$HOME/again" ] && { printf sha256:1 >"$iid"; exit 0; }
echo "$iid" >"$HOME/builds"
cat "$HOME/never"
"#;

#[test]
fn the_files_of_a_buildx_build_that_was_killed_with_prove_are_removed_by_the_next_run() {
    let engine = obliging(|_| None);
    let mut project = built_by(&engine, "");
    let home = tempfile::tempdir().unwrap();
    for name in ["builds", "never"] {
        fifo(&home.path().join(name));
    }
    let runtime = home.path().join("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let docker = home.path().join("docker");
    std::fs::write(&docker, BUILDX).unwrap();
    std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).unwrap();
    let at = home.path().display();
    project
        .env("HOME", &at.to_string())
        .env("XDG_RUNTIME_DIR", &runtime.display().to_string())
        .env("PATH", &format!("{at}:{}", std::env::var("PATH").unwrap()))
        .env("PROVE_BUILDER", "buildx");
    let mut child = project.command(&["run"]).spawn().unwrap();
    let iid = wait_for_line(&home.path().join("builds"));
    let folder = Path::new(iid.trim()).parent().unwrap().to_owned();
    assert!(folder.join("Dockerfile").exists(), "{iid}");
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    std::fs::write(home.path().join("again"), "").unwrap();
    project.run().expect(0, &["proved", "removed the files of"]);
    assert!(!folder.exists());
    let locks = std::fs::read_dir(&runtime)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(std::fs::read_dir(locks.path()).unwrap().count(), 0);
}
