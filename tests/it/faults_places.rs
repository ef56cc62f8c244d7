//! Something that is no file where prove keeps a file of its own: it is named, and nobody waits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::repo::Repo;
use crate::support::{Project, Ran, fifo};

/// Puts a pipe there, then a directory, and wants each to be named by what is done.
#[track_caller]
fn named(path: &Path, run: impl Fn() -> Ran, code: i32) {
    for what in ["it is a pipe", "it is a directory"] {
        let _ = fs::remove_file(path);
        match what {
            "it is a pipe" => fifo(path),
            _ => fs::create_dir(path).unwrap(),
        }
        run().expect(code, &[what, "and not a regular file"]);
        let _ = fs::remove_dir(path);
    }
}

fn run(project: &Project) -> Ran {
    let mut command = project.command(&["run", "--timeout", "30s"]);
    Ran::of(command.stdin(Stdio::null()).output().unwrap())
}

#[test]
fn the_lock_of_a_run() {
    let project = Project::with("version: 1\ngates: { a: 'true' }\n");
    project.run().expect(0, &[]);
    named(&project.path().join(".prove/lock"), || run(&project), 3);
    project.run().expect(0, &[]);
}

#[test]
fn the_record_of_an_earlier_run() {
    let project = Project::with("version: 1\ngates: { a: 'true' }\n");
    project.run().expect(0, &[]);
    let record = project.run_dir().join("events.jsonl");
    named(&record, || project.prove(&["replay", "last"]), 3);
}

#[test]
fn the_log_of_a_gate_that_is_tried_again() {
    // The log is there some time after the first line was printed.
    let script = "echo first; until [ -e .prove/runs/*/logs/a.log ]; do :; done; \
                  if mkdir once; then rm .prove/runs/*/logs/a.log; \
                  mkfifo \"$(echo .prove/runs/*/logs)/a.log\"; exit 1; fi";
    let project = Project::with(&format!(
        "version: 1\ngates:\n  a: {{ run: '{script}', retries: 1 }}\n"
    ));
    run(&project).expect(3, &["the log of `a` could not be kept", "it is a pipe"]);
}

fn own(repo: &Repo, name: &str) -> PathBuf {
    repo.project.path().join(".git/prove").join(name)
}

#[test]
fn what_hooks_keep_in_the_repository() {
    let repo = Repo::hooked();
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    repo.project.file("new", "so that the kept tree is used");
    let push = |name: &str| {
        repo.project.file("state", format!("good {name}\n"));
        repo.git(&["commit", "-q", "--allow-empty", "-a", "-m", name])
            .expect(0, &[]);
        repo.git(&["push", "a", "main"])
    };
    for name in ["lock", "proven.jsonl"] {
        named(&own(&repo, name), || push(name), 1);
    }
    assert_ne!(repo.remote("a", "main"), Some(repo.sha("main")));
    // What cannot be remembered is proved all the same, and that is said.
    named(&own(&repo, "proven.lock"), || push("proven.lock"), 0);
}
