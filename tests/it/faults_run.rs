//! Faults of a whole run: selection, skipping, locks, disks, reports, a closed stdout.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Project, Ran, fifo, wait_for_line};

#[test]
fn an_exists_gate_that_matches_nothing_refutes() {
    let project =
        Project::with("version: 1\ngates:\n  a: { exists: { require: ['src/**/*.rs'] } }\n");
    project.run().expect(1, &["src/**/*.rs"]);
    project.file("src/deep/x.rs", "");
    project.run().expect(0, &[]);
}

#[test]
fn presence_is_judged_whole() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  layout:\n    exists:\n      require: [Dockerfile, .dockerignore]\n",
        "      any_of: [[compose.yaml, docker-compose.yml]]\n      forbid: ['*.pem']\n      forbid_tracked: [.env]\n",
    ));
    project.file("secret.pem", "").file(".env", "").git();
    let ran = project.run();
    ran.expect(
        1,
        &[
            "Dockerfile",
            ".dockerignore",
            "compose.yaml",
            "secret.pem",
            ".env",
        ],
    );
    let project =
        Project::with("version: 1\ngates:\n  a: { exists: { forbid_tracked: [.env] } }\n");
    project.run().expect(3, &["git"]);
}

#[test]
fn a_selection_that_comes_out_empty_is_undecided() {
    let project = Project::with("version: 1\ngates:\n  a: touch ran\n");
    project.prove(&["run", "zzz*"]).expect(3, &["zzz*"]);
    assert!(!project.path().join("ran").exists());
}

#[test]
fn a_dependent_of_what_did_not_pass_never_starts_and_the_chain_is_shown() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  a: exit 1\n  b: { run: touch ran-b, needs: a }\n",
        "  c: { run: touch ran-c, needs: b }\n  d: touch ran-d\n",
    ));
    project.run().expect(1, &["a", "b", "c"]);
    assert!(!project.path().join("ran-b").exists() && !project.path().join("ran-c").exists());
    assert!(
        project.path().join("ran-d").exists(),
        "what does not depend on a failure still runs"
    );
    let reason = project.gate("c").reason.unwrap();
    let text = format!("{} {}", reason.headline, reason.details.join(" "));
    assert_eq!(text.trim(), "c ← b ← a (failed)");
}

#[test]
fn fail_fast_stops_at_the_first_failure() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  slow: { run: 'echo up > up; sleep 1000' }\n",
        "  bad: { run: 'read line < up; exit 1' }\n  later: { run: touch ran, cost: { cpus: 2 } }\n",
    ));
    fifo(&project.path().join("up"));
    project
        .prove(&["run", "--fail-fast", "-j2"])
        .expect(1, &["bad"]);
    assert_eq!(project.verdicts()["slow"], "cancelled");
    assert_eq!(project.verdicts()["bad"], "failed");
}

#[test]
fn an_advisory_failure_is_said_and_does_not_decide() {
    let project = Project::with(
        "version: 1\ngates:\n  a: 'true'\n  b: { run: exit 1, advisory: { reason: being introduced } }\n",
    );
    project.run().expect(0, &["being introduced", "b"]);
}

#[test]
fn an_advisory_past_its_last_day_decides() {
    let project = Project::with(
        "version: 1\ngates:\n  a: 'true'\n  b: { run: exit 1, advisory: { reason: soon, until: 2020-01-01 } }\n",
    );
    project.run().expect(1, &["2020-01-01"]);
}

#[test]
fn nothing_but_an_advisory_proves_nothing() {
    let project =
        Project::with("version: 1\ngates:\n  a: { run: 'true', advisory: { reason: x } }\n");
    project.run().expect(3, &[]);
}

#[test]
fn the_timeout_of_the_run_makes_it_undecided() {
    let project =
        Project::with("version: 1\ngates:\n  a: sleep 1000\n  b: { run: touch ran, needs: a }\n");
    project
        .prove(&["run", "--timeout", "300ms"])
        .expect(3, &["a"]);
    assert_eq!(project.verdicts()["a"], "errored");
    assert!(!project.path().join("ran").exists());
}

#[test]
fn two_runs_in_one_tree_do_not_mix() {
    let project =
        Project::with("version: 1\ngates:\n  a: { run: 'echo up > up; read line < go' }\n");
    fifo(&project.path().join("up"));
    fifo(&project.path().join("go"));
    let first = project.command(&["run"]).spawn().unwrap();
    assert_eq!(wait_for_line(&project.path().join("up")), "up");
    project.run().expect(3, &[&first.id().to_string()]);
    std::fs::write(project.path().join("go"), "go\n").unwrap();
    Ran::of(first.wait_with_output().unwrap()).expect(0, &[]);
}

#[test]
fn a_report_that_cannot_be_written_is_a_doubt() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n  b: 'true'\n");
    project.file("blocked", "a file, not a directory");
    project
        .prove(&["run", "--report", "junit=blocked/out.xml"])
        .expect(3, &["blocked/out.xml"]);
    let project = Project::with("version: 1\ngates:\n  a: exit 1\n");
    project.file("blocked", "");
    project
        .prove(&["run", "--report", "junit=blocked/out.xml"])
        .expect(1, &["blocked/out.xml"]);
}

#[test]
fn a_closed_stdout_is_a_doubt_and_no_panic() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'read line < go' }\n  b: { run: 'true', needs: a }\n",
    );
    fifo(&project.path().join("go"));
    let mut child = project.command(&["run"]).spawn().unwrap();
    drop(child.stdout.take());
    std::fs::write(project.path().join("go"), "go\n").unwrap();
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(project.verdicts()["b"], "passed", "the gates still ran");
}

#[test]
fn a_full_disk_under_the_logs_is_a_doubt() {
    let project =
        Project::with("version: 1\ngates:\n  a: { run: 'head -c 300000 /dev/urandom | base64' }\n");
    // A file size limit stands for the full disk: the write fails in the same place.
    let script = format!(
        "ulimit -f 64; trap '' XFSZ; exec {} run",
        env!("CARGO_BIN_EXE_prove")
    );
    let mut command = std::process::Command::new("bash");
    command
        .args(["-c", &script])
        .current_dir(project.path())
        .stdin(Stdio::null());
    command
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap());
    Ran::of(command.output().unwrap()).expect(3, &["log"]);
}

#[test]
fn yesterdays_report_does_not_stand_for_today() {
    let project = Project::with(concat!(
        "version: 1\nreports: { junit: out.xml }\n",
        "gates:\n  a: { run: 'cp out.xml seen.xml' }\n",
    ));
    project.file(
        "out.xml",
        "<testsuites><testsuite name='green'><testcase name='x'/></testsuite></testsuites>",
    );
    project.run().expect(0, &[]);
    let seen = std::fs::read_to_string(project.path().join("seen.xml")).unwrap();
    assert!(
        seen.contains("not finished") && !seen.contains("green"),
        "{seen}"
    );
}

#[test]
fn locks_keep_gates_apart() {
    let body = "{ run: 'mkdir held && rmdir held', locks: [db] }";
    let gates: String = (0..20).map(|n| format!("  g{n}: {body}\n")).collect();
    let project = Project::with(&format!("version: 1\ngates:\n{gates}"));
    project.prove(&["run", "-j8"]).expect(0, &[]);
}

#[test]
fn a_cost_above_the_slots_runs_alone() {
    let alone = "{ run: 'mkdir held && rmdir held', cost: { cpus: all } }";
    let gates: String = (0..6).map(|n| format!("  g{n}: {alone}\n")).collect();
    let project = Project::with(&format!(
        "version: 1\ngates:\n{gates}  h: 'mkdir held && rmdir held'\n"
    ));
    project.prove(&["run", "-j4"]).expect(0, &[]);
}

#[test]
fn only_runs_the_named_gate_alone() {
    let project = Project::with(
        "version: 1\ngates:\n  a: touch ran-a\n  b: { run: touch ran-b, needs: a }\n",
    );
    project.prove(&["run", "--only", "b"]).expect(0, &[]);
    assert!(!project.path().join("ran-a").exists() && project.path().join("ran-b").exists());
}

#[test]
fn groups_hand_down_their_defaults() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  ui:\n    cwd: packages/ui\n    env: { X: group }\n    gates:\n",
        "      types: { run: 'test $(basename $PWD) = ui && test $X = group' }\n",
        "      own: { run: 'test $X = own', env: { X: own } }\n  after: { run: 'true', needs: ui }\n",
    ));
    project.file("packages/ui/x", "");
    project.run().expect(0, &["ui/types", "ui/own"]);
    project.prove(&["run", "ui/*"]).expect(0, &["ui/types"]);
}
