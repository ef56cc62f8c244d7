//! Reports: JUnit for strict parsers, JSON lines, replay byte for byte, logs, plan, schema.

use std::fs;

use crate::support::Project;

const NASTY: &str = concat!(
    "version: 1\nreports: { junit: out.xml, json: out.jsonl }\n",
    "gates:\n  bad:\n    description: 'a <b> & ]]> \"q\"'\n    run: |\n",
    "      printf 'x ]]></system-out></testcase><testcase name=\"FORGED\"/> \\033[31m\\001\\013\\000 \\xef\\xbf\\xbe\\n'\n",
    "      exit 1\n  good: 'true'\n",
    "  new: { run: exit 1, advisory: { reason: being introduced } }\n",
    "  after: { run: 'true', needs: bad }\n",
);

#[test]
fn the_junit_file_is_strict_xml_and_cannot_be_forged() {
    let project = Project::with(NASTY);
    project.run().expect(1, &[]);
    let text = fs::read_to_string(project.path().join("out.xml")).unwrap();
    let xml = roxmltree::Document::parse(&text).expect("strict XML");
    let suites: Vec<_> = xml
        .descendants()
        .filter(|n| n.has_tag_name("testsuite"))
        .collect();
    let suite = |name: &str| {
        *suites
            .iter()
            .find(|s| s.attribute("name") == Some(name))
            .unwrap_or_else(|| panic!("{name}: {text}"))
    };
    let cases = |name: &str| {
        suite(name)
            .children()
            .filter(|n| n.has_tag_name("testcase"))
            .count()
    };
    assert_eq!((cases("bad"), cases("good")), (1, 1));
    let has = |name: &str, tag: &str| suite(name).descendants().any(|n| n.has_tag_name(tag));
    assert!(has("bad", "failure"));
    assert!(!has("good", "failure") && !has("good", "skipped"));
    assert!(
        has("new", "skipped") && !has("new", "failure"),
        "an advisory failure is no failure"
    );
    assert!(has("after", "skipped"));
    let forged = xml
        .descendants()
        .any(|n| n.attribute("name") == Some("FORGED"));
    assert!(!forged);
}

#[test]
fn an_undecided_run_is_not_green_on_a_dashboard() {
    let project = Project::with(
        "version: 1\nreports: { junit: out.xml }\ngates:\n  a: no-such-program-of-prove\n  b: 'true'\n",
    );
    project.run().expect(3, &[]);
    let text = fs::read_to_string(project.path().join("out.xml")).unwrap();
    assert!(text.contains("<error"), "{text}");
}

#[test]
fn a_replayed_run_gives_the_same_bytes() {
    let project = Project::with(NASTY);
    project.run().expect(1, &[]);
    let replay = [
        "replay",
        "last",
        "--report",
        "junit=again.xml",
        "--report",
        "json=again.jsonl",
    ];
    project.prove(&replay).expect(1, &[]);
    for (first, again) in [("out.xml", "again.xml"), ("out.jsonl", "again.jsonl")] {
        let first = fs::read(project.path().join(first)).unwrap();
        assert_eq!(first, fs::read(project.path().join(again)).unwrap());
    }
}

#[test]
fn logs_shows_what_a_gate_printed() {
    let project = Project::with("version: 1\ngates:\n  a: { run: 'echo out; echo err >&2' }\n");
    project.run().expect(0, &[]);
    project.prove(&["logs", "a"]).expect(0, &["out", "err"]);
    project.prove(&["logs", "b"]).expect(2, &["b"]);
}

#[test]
fn the_failing_gate_is_named_last_with_its_output_and_how_to_rerun_it() {
    let project = Project::with(
        "version: 1\ngates:\n  unit: { run: 'echo the clue; exit 2' }\n  other: 'true'\n",
    );
    let ran = project.run();
    ran.expect(1, &["the clue", "prove run unit", "refuted"]);
    let clue = ran.stdout.find("the clue").unwrap();
    assert!(
        ran.stdout.rfind("other").is_none_or(|other| other < clue),
        "failures come last:\n{}",
        ran.stdout
    );
}

#[test]
fn json_lines_can_be_read_from_stdout() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    let ran = project.prove(&["run", "--report", "json"]);
    ran.expect(0, &[]);
    let lines: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    assert_eq!(lines.first().unwrap()["event"], "run_started");
    assert_eq!(lines.last().unwrap()["verdict"], "proved");
}

#[test]
fn an_unknown_report_is_refused() {
    let project = Project::with("version: 1\ngates:\n  a: touch ran\n");
    project
        .prove(&["run", "--report", "jnuit=x"])
        .expect(2, &["jnuit", "junit"]);
    assert!(!project.path().join("ran").exists());
}

#[test]
fn check_and_plan_say_what_would_run() {
    let project = Project::with(
        "version: 1\ngates:\n  unit: touch ran\n  app: { build: { context: ., tag: 'x:y' } }\n  app-test: { run: 'true', in: app }\n",
    );
    project.prove(&["check"]).expect(0, &["3 gates"]);
    project
        .prove(&["plan"])
        .expect(0, &["app:tag", "unit", "app-test"]);
    let json = project.prove(&["plan", "--format", "json"]);
    json.expect(0, &[]);
    let plan: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(plan.to_string().contains("app:tag"));
    let narrowed = project.prove(&["plan", "app"]);
    narrowed.expect(0, &["app:tag", "unit"]);
    assert!(!project.path().join("ran").exists());
}

#[test]
fn the_schema_is_a_schema() {
    let project = Project::bare();
    let ran = project.prove(&["schema"]);
    ran.expect(0, &[]);
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["type"], "object");
    for word in ["gates", "run", "exists", "build", "container", "retries"] {
        assert!(ran.stdout.contains(&format!("\"{word}\"")), "{word}");
    }
}

#[test]
fn a_run_that_did_not_begin_takes_yesterdays_report_away() {
    let mut project = Project::with(
        "version: 1\nreports: { junit: out.xml }\nrequire_env: [NEEDED]\ngates:\n  a: 'true'\n",
    );
    project.env("NEEDED", "x");
    project.run().expect(0, &[]);
    let report = |project: &Project| fs::read_to_string(project.path().join("out.xml")).unwrap();
    assert!(!report(&project).contains("<error"));
    project.unset("NEEDED");
    project.run().expect(3, &["NEEDED"]);
    assert!(report(&project).contains("not finished"));
    project.env("NEEDED", "x");
    project.run().expect(0, &[]);
    project.file("prove.yml", "version: 1\n");
    project
        .prove(&["run", "--report", "junit=out.xml"])
        .expect(2, &[]);
    assert!(report(&project).contains("not finished"));
}
