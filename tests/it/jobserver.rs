//! GNU make's jobserver from the outside: what gates start shares `-j` with them. Counted by
//! hand-shakes, never by time.

use crate::support::{Project, has};

/// A job: says that it is there, waits until it may go on, and says that it is gone. As long as no
/// more than `$LIMIT` are there, all is well.
const JOB: &str = r#"#!/bin/sh
set -eu
mkdir -p jobs
touch "jobs/$1"
there=$(ls jobs | wc -l)
[ "$there" -le "$LIMIT" ] || touch too-many
# Long enough for whoever is let in beside it: every other job is tried a few times.
i=0
while [ $i -lt 20 ]; do
    [ "$(ls jobs | wc -l)" -lt 2 ] || touch together
    i=$((i + 1))
done
rm "jobs/$1"
"#;

/// Twelve jobs, half of them in a make below.
const MAKEFILE: &str = "all: a1 a2 a3 a4 a5 a6 sub\na%:\n\t@./job $@\nsub:\n\t@$(MAKE) --no-print-directory below\nbelow: b1 b2 b3 b4 b5 b6\nb%:\n\t@./job $@\n.PHONY: all sub below\n";

fn project(gates: &str) -> Project {
    let project = Project::with(&format!("version: 1\ngates:\n{gates}"));
    project.script("job", JOB).file("Makefile", MAKEFILE);
    project
}

fn without_make() -> bool {
    let without = !has("make");
    if without {
        eprintln!("left out: there is no make");
    }
    without
}

/// What the log of a gate says.
fn log(project: &Project, gate: &str) -> String {
    project.prove(&["logs", gate]).text()
}

#[test]
fn a_make_in_a_gate_has_the_slots_that_are_free_and_no_more() {
    if without_make() {
        return;
    }
    let project = project("  m: { run: make, jobserver: true, env: { LIMIT: \"3\" } }\n");
    project.prove(&["run", "-j", "3"]).expect(0, &["proved"]);
    assert!(!project.path().join("too-many").exists());
    assert!(
        project.path().join("together").exists(),
        "one after another"
    );
    let log = log(&project, "m");
    assert!(
        !log.contains("warning") && !log.contains("jobserver"),
        "{log}"
    );
}

#[test]
fn with_one_slot_a_make_runs_one_job_at_a_time() {
    if without_make() {
        return;
    }
    let project = project("  m: { run: make, jobserver: true, env: { LIMIT: \"1\" } }\n");
    project.prove(&["run", "-j", "1"]).expect(0, &["proved"]);
    assert!(!project.path().join("too-many").exists());
}

#[test]
fn two_makes_share_the_slots() {
    if without_make() {
        return;
    }
    let gates = "  m: { run: make, jobserver: true, env: { LIMIT: \"3\" } }\n  n:\n    run: make -f - all\n";
    let gates = gates.replace("make -f - all", "make second");
    let gates = format!("{gates}    jobserver: true\n    env: {{ LIMIT: \"3\" }}\n");
    let project = project(&gates);
    let second = "second: c1 c2 c3 c4 c5 c6\nc%:\n\t@./job $@\n";
    project.file("Makefile", format!("{MAKEFILE}{second}"));
    project.prove(&["run", "-j", "3"]).expect(0, &["proved"]);
    assert!(!project.path().join("too-many").exists());
}

#[test]
fn a_gate_that_costs_more_has_as_many_slots_to_itself() {
    if without_make() {
        return;
    }
    for (cost, limit) in [("2", "2"), ("all", "4")] {
        let gate = format!(
            "  m: {{ run: make, jobserver: true, cost: {{ cpus: {cost} }}, env: {{ LIMIT: \"{limit}\" }} }}\n"
        );
        let project = project(&gate);
        project.prove(&["run", "-j", "4"]).expect(0, &["proved"]);
        assert!(!project.path().join("too-many").exists(), "{cost}");
        assert!(project.path().join("together").exists(), "{cost}");
    }
}

#[test]
fn tokens_of_a_gate_that_was_killed_come_back() {
    if without_make() {
        return;
    }
    // Takes every token and dies of it.
    let thief = "  thief:\n    run: |\n      head -c 2 \"${CARGO_MAKEFLAGS##*fifo:}\" > got\n      kill -9 $$\n    retries: 1\n    timeout: 20s\n    advisory: { reason: it fails }\n";
    let make =
        "  m:\n    run: make\n    jobserver: true\n    env: { LIMIT: \"3\" }\n    locks: [x]\n";
    let project = project(&format!("{thief}    locks: [x]\n{make}"));
    project.prove(&["run", "-j", "3"]).expect(0, &["proved"]);
    assert_eq!(std::fs::read(project.path().join("got")).unwrap(), b"++");
    assert!(
        project.path().join("together").exists(),
        "the tokens are lost"
    );
    assert!(!project.path().join("too-many").exists());
}

#[test]
fn cargo_is_told_make_is_not_and_the_gate_file_has_the_last_word() {
    let gates = r#"  plain: { run: [env] }
  nobody: { run: [env], jobserver: false }
  make: { run: [env], jobserver: true }
  own: { run: [env], jobserver: true, env: { MAKEFLAGS: "-k", CARGO_MAKEFLAGS: "" } }
"#;
    let project = project(gates);
    project.run().expect(0, &["proved"]);
    let says = |gate: &str, start: &str| {
        let log = log(&project, gate);
        log.lines().any(|line| line.starts_with(start))
    };
    assert!(says(
        "plain",
        "CARGO_MAKEFLAGS=-j --jobserver-auth=fifo:/proc/"
    ));
    assert!(!says("plain", "MAKEFLAGS="));
    assert!(!says("nobody", "CARGO_MAKEFLAGS=") && !says("nobody", "MAKEFLAGS="));
    assert!(says("make", "CARGO_MAKEFLAGS=-j") && says("make", "MAKEFLAGS=-j --jobserver-auth="));
    assert!(says("own", "MAKEFLAGS=-k"));
    assert!(
        log(&project, "own")
            .lines()
            .any(|line| line == "CARGO_MAKEFLAGS=")
    );
}

#[test]
fn no_gate_inherits_the_pipe_that_another_one_asked_for() {
    let list = "run: [ls, -l, /proc/self/fd]";
    let gates = format!("  make: {{ {list}, jobserver: true }}\n  plain: {{ {list} }}\n");
    let project = project(&gates);
    project.prove(&["run", "-j", "1"]).expect(0, &["proved"]);
    let pipes = |gate: &str| log(&project, gate).matches("pipe:").count();
    // Beside its output there may be some that prove itself was started with.
    assert_eq!(pipes("make"), pipes("plain") + 2);
}

#[test]
fn a_container_gets_none_and_asking_for_one_is_a_mistake() {
    let gates = "  a: { run: make, in: { image: x }, jobserver: true }\n";
    project(gates).run().expect(
        2,
        &["prove.yml:3:", "`jobserver` reaches into no container"],
    );
}
