//! `prove doctor`: what is there, what is missing, and what is asked of nobody.

use serde_json::Value;

use crate::support::{Project, docker};

#[test]
fn all_that_is_needed_is_there() {
    let project = Project::with("version: 1\ngates: { a: 'true', b: 'set -e; true | cat' }\n");
    project.git();
    project.prove(&["doctor"]).expect(
        0,
        &[
            "ok",
            "2 gates",
            "git version",
            "no gate needs one",
            "shell bash",
            "room",
            "MiB free at",
            "hook pre-push",
            "0 recorded runs",
        ],
    );
}

#[test]
fn a_program_that_is_not_there_is_missing_unless_nothing_depends_on_it() {
    let file = "version: 1\ngates:\n  a: frobnicate --all\n";
    let project = Project::with(file);
    let told = project.prove(&["doctor"]);
    told.expect(
        3,
        &[
            "MISSING",
            "frobnicate",
            "not found (a)",
            "install frobnicate",
        ],
    );
    let soft =
        "version: 1\ngates:\n  b: 'true'\n  a: { run: frobnicate, advisory: { reason: new } }\n";
    project.file("prove.yml", soft);
    project
        .prove(&["doctor"])
        .expect(0, &["warning", "frobnicate"]);
    let off = "version: 1\ngates:\n  b: 'true'\n  a: { run: frobnicate, when: { os: windows } }\n";
    project.file("prove.yml", off);
    let told = project.prove(&["doctor"]);
    assert!(!told.expect(0, &[]).text().contains("frobnicate"));
}

#[test]
fn a_gate_that_compares_files_tells_its_program_too() {
    let project = Project::with(
        "version: 1\ngates: { a: { run: frobnicate, expect: { unchanged: [x] } } }\n",
    );
    project.prove(&["doctor"]).expect(3, &["frobnicate"]);
}

#[test]
fn variables_that_are_required_are_asked_for_by_name() {
    let project = Project::with("version: 1\ngates: { a: { run: 'true', require_env: [DB] } }\n");
    project
        .prove(&["doctor"])
        .expect(3, &["$DB", "not set (a, prove.yml:2:"]);
}

#[test]
fn an_engine_that_does_not_answer_is_missing_when_a_gate_needs_it() {
    let mut project = Project::with("version: 1\ngates: { app: { build: { context: . } } }\n");
    project.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let told = project.prove(&["doctor", "--format", "json"]);
    told.expect(3, &[]);
    let document: Value = serde_json::from_str(&told.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let engine = checks
        .iter()
        .find(|check| check["what"] == "engine")
        .unwrap();
    assert_eq!(engine["state"], "missing");
    assert!(
        engine["text"]
            .as_str()
            .unwrap()
            .contains("/nowhere/docker.sock")
    );
    assert!(engine["remedy"].is_string());
}

#[test]
fn a_wrong_gate_file_is_exit_2() {
    let project = Project::with("version: 1\ngates: { a: { rnu: x } }\n");
    project.prove(&["doctor"]).expect(2, &["rnu"]);
    let cycle =
        "version: 1\ngates: { a: { run: 'true', needs: b }, b: { run: 'true', needs: a } }\n";
    project.file("prove.yml", cycle);
    project.prove(&["doctor"]).expect(2, &["cycle"]);
}

#[test]
fn who_would_build_and_what_it_lacks_is_said() {
    if !docker::engine("who_would_build_and_what_it_lacks_is_said") {
        return;
    }
    let mut project = Project::with("version: 1\ngates: { app: { build: { context: . } } }\n");
    project
        .env("PROVE_BUILDER", "classic")
        .prove(&["doctor"])
        .expect(0, &["builder", "classic (engine ", "without `secrets`"]);
    project
        .env("PROVE_BUILDER", "kaniko")
        .prove(&["doctor"])
        .expect(
            3,
            &[
                "MISSING  builder",
                "PROVE_BUILDER is `kaniko` (app)",
                "one of",
            ],
        );
}

#[test]
fn the_shell_of_a_gate_that_is_not_there_is_missing_by_that_name() {
    let file = "version: 1\ngates: { a: { run: 'true | cat', shell: frobsh -c } }\n";
    let project = Project::with(file);
    project
        .prove(&["doctor"])
        .expect(3, &["MISSING  shell frobsh", "not found (a)"]);
}
