//! What explains: `prove explain` and `prove history`, and what they make of recordings that cannot
//! be read.

use serde_json::Value;

use crate::support::{Project, Ran};

const FILE: &str = "\
version: 1
use: [docker]
env: { CI: \"true\" }
defaults: { timeout: 3m }
gates:
  deps: { setup: 'true' }
  ui:
    retries: 1
    gates:
      lint: { run: 'true', description: Style., stages: [ci] }
      unit: { run: test ! -e broken, needs: lint }
  docker-build-success: { build: { context: ., tag: x } }
";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.expect(0, &[]).stdout).unwrap()
}

#[test]
fn a_gate_is_explained_with_its_keys_its_edges_and_why() {
    let project = Project::with(FILE);
    project.prove(&["explain", "ui/unit"]).expect(
        0,
        &[
            "defined at prove.yml:11:7",
            "3m  (prove.yml:4:13)",
            "1  (prove.yml:8:5)",
            "{ CI: true }  (prove.yml:3:1)",
            "ui/lint (`needs` says so, prove.yml:11:",
            "deps (a setup precedes its siblings)",
            "docker-build-success (checks come before product builds)",
            "no recorded run has it",
        ],
    );
    let brought = project.prove(&["explain", "dockerfile-exists"]);
    brought.expect(0, &["of the pack `docker`", "gates/docker.yml:"]);
    let build = project.prove(&["explain", "docker-build-success"]);
    build.expect(0, &["a product image", "tags    x"]);
    let tag = project.prove(&["explain", "docker-build-success:tag"]);
    tag.expect(0, &["tags come with a run of everything"]);
}

#[test]
fn whether_a_gate_would_run_is_said_with_the_reason() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n",
        "  lint: { run: 'true', stages: [ci] }\n",
        "  mac: { run: 'true', when: { os: macos } }\n",
        "  db: { run: 'true', require_env: [DB] }\n",
        "  soft: { run: 'true', advisory: { reason: new } }\n",
    ));
    let lint = project.prove(&["explain", "lint"]);
    lint.expect(0, &["yes", "no: not of stage nightly"]);
    project
        .prove(&["explain", "mac"])
        .expect(0, &["would it run: no", "not applicable"]);
    project
        .prove(&["explain", "db"])
        .expect(0, &["would it run: no", "DB is not set (prove.yml:5:"]);
    project
        .prove(&["explain", "soft"])
        .expect(0, &["advisory, decides nothing: new"]);
}

#[test]
fn its_last_runs_are_told_and_the_json_form_has_it_all() {
    let project = Project::with(FILE);
    project.prove(&["run", "ui/unit"]).expect(0, &[]);
    project.file("broken", "");
    project.prove(&["run", "ui/unit"]).expect(1, &[]);
    let told = project.prove(&["explain", "ui/unit"]);
    told.expect(
        0,
        &["failed", "2 attempts", "exit code 1", "passed in 1 of 2"],
    );
    let document = json(&project.prove(&["explain", "ui/unit", "--format", "json"]));
    assert_eq!(document["schema"], 1);
    assert_eq!(document["last_runs"][0]["verdict"], "failed");
    assert_eq!(document["last_runs"][1]["verdict"], "passed");
    assert_eq!(document["needs"][0]["reason"], "needs");
    let newest = &document["last_runs"][0]["run"];
    assert_eq!(&document["record"]["broken_since"], newest);
}

#[test]
fn what_is_no_single_gate_is_told_from_what_is_none() {
    let project = Project::with(FILE);
    project
        .prove(&["explain", "ui/lnit"])
        .expect(2, &["did you mean `ui/lint`?"]);
    project
        .prove(&["explain", "ui"])
        .expect(2, &["stands for 2 gates", "ui/lint, ui/unit"]);
}

#[test]
fn a_name_with_control_characters_does_nothing_to_the_terminal() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: \"echo \\e[2J\", description: \"x\\e]0;t\\a\" }\n",
    );
    let told = project.prove(&["explain", "a"]);
    told.expect(0, &["\\u{1b}[2J"]);
    assert!(!told.text().contains('\u{1b}'), "{}", told.text());
}

#[test]
fn runs_that_cannot_be_read_are_named_and_the_rest_is_told() {
    let project = Project::with("version: 1\ngates: { a: 'true' }\n");
    project.run().expect(0, &[]);
    let good = project.run_dir();
    let runs = good.parent().unwrap().to_owned();
    let events = std::fs::read_to_string(good.join("events.jsonl")).unwrap();
    let newer = events.replacen("\"schema\":1", "\"schema\":9", 1);
    for (id, text) in [
        ("20200101T000000Z-aaaaaa", newer.as_str()),
        ("20200101T000001Z-bbbbbb", "not json\n"),
        ("20200101T000002Z-cccccc", ""),
    ] {
        std::fs::create_dir(runs.join(id)).unwrap();
        std::fs::write(runs.join(id).join("events.jsonl"), text).unwrap();
    }
    std::fs::create_dir(runs.join("20200101T000003Z-dddddd")).unwrap();
    let words = [
        "run 20200101T000000Z-aaaaaa is left out",
        "schema 9",
        "bbbbbb is left out",
        "cccccc is left out",
        "dddddd is left out",
        "passed",
    ];
    project.prove(&["explain", "a"]).expect(0, &words);
}

const SHAKY: &str = "\
version: 1
gates:
  unit: { run: test ! -e broken }
  late: { run: 'true', needs: unit }
  odd: { run: 'test -e again || { touch again; exit 1; }', retries: 1 }
";

#[test]
fn history_tells_what_is_flaky_what_broke_and_since_when() {
    let project = Project::with(SHAKY);
    project.git();
    project.run().expect(0, &[]);
    project.file("broken", "");
    project.run().expect(1, &[]);
    project.run().expect(1, &[]);
    let document = json(&project.prove(&["history", "--format", "json"]));
    let gate = |name: &str| {
        let gates = document["gates"].as_array().unwrap();
        gates.iter().find(|gate| gate["gate"] == name).unwrap()
    };
    assert_eq!(document["runs"].as_array().unwrap().len(), 3);
    assert_eq!(document["runs"][0]["commit"].as_str().unwrap().len(), 40);
    assert_eq!(gate("unit")["broken_since"], document["runs"][1]["run"]);
    assert_eq!(
        (&gate("unit")["passed"], &gate("unit")["judged"]),
        (&1.into(), &3.into())
    );
    assert_eq!(gate("odd")["flaky"], 1);
    assert_eq!(gate("late")["judged"], 1);
    assert_eq!(gate("late")["broken_since"], Value::Null);
    let table = project.prove(&["history"]);
    table.expect(
        0,
        &["3 runs", "1 proved, 2 refuted", "(commit ", "1/3", "34 %"],
    );
    let story = project.prove(&["history", "unit"]);
    story.expect(
        0,
        &[
            "passed in 1 of 3 judged runs",
            "it has not passed since",
            "exit code 1",
        ],
    );
    let newest = project.prove(&["history", "unit", "--last", "1"]);
    newest.expect(0, &["passed in 0 of 1 judged run,"]);
}

#[test]
fn history_without_runs_and_of_a_gate_that_never_ran() {
    let project = Project::with(SHAKY);
    project
        .prove(&["history"])
        .expect(3, &["no recorded run", "`prove run`"]);
    project.run().expect(0, &[]);
    project
        .prove(&["history", "unti"])
        .expect(2, &["did you mean `unit`?"]);
    // A gate file with mistakes has a past all the same.
    project.file("prove.yml", "version: 1\ngates: { a: { rnu: x } }\n");
    project.prove(&["history"]).expect(0, &["1 run,", "unit"]);
}

#[test]
fn history_leaves_out_what_it_cannot_read_and_says_so() {
    let project = Project::with(SHAKY);
    project.run().expect(0, &[]);
    let runs = project.path().join(".prove/runs/20200101T000000Z-aaaaaa");
    std::fs::create_dir(&runs).unwrap();
    std::fs::write(runs.join("events.jsonl"), "{\"event\":\"run_blessed\"}\n").unwrap();
    let told = project.prove(&["history"]);
    told.expect(0, &["20200101T000000Z-aaaaaa is left out", "run_blessed"]);
    let document = json(&project.prove(&["history", "--format", "json"]));
    assert_eq!(document["skipped"][0]["run"], "20200101T000000Z-aaaaaa");
    assert_eq!(document["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn nobody_who_asks_over_a_closed_stdout_is_told_that_all_is_well() {
    use std::process::Stdio;
    let project = Project::with(SHAKY);
    project.run().expect(0, &[]);
    for args in [&["history"][..], &["explain", "unit"]] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = project.command(args);
        let ran = Ran::of(command.stdout(Stdio::from(full)).output().unwrap());
        ran.expect(3, &["cannot write to standard output"]);
    }
}
