//! Parts of a pipeline by what happened and by what depends: `--failed` and `--from`.

use crate::support::Project;

const FILE: &str = "\
version: 1
gates:
  base: 'true'
  unit: { run: test ! -e broken, needs: base }
  late: { run: 'true', needs: unit }
  other: 'true'
";

fn names(project: &Project) -> Vec<String> {
    project.verdicts().into_keys().collect()
}

#[test]
fn failed_takes_what_did_not_pass_with_what_it_waits_for() {
    let project = Project::with(FILE);
    project.file("broken", "");
    project.run().expect(1, &[]);
    std::fs::remove_file(project.path().join("broken")).unwrap();
    let listed = project.prove(&["list", "--failed", "--names"]);
    assert_eq!(listed.expect(0, &[]).stdout, "base\nunit\nlate\n");
    project
        .prove(&["run", "--failed"])
        .expect(0, &["other", "a part of the pipeline"]);
    assert_eq!(names(&project), ["base", "late", "unit"]);
    let none = project.prove(&["run", "--failed"]);
    none.expect(
        3,
        &["every gate of run", "passed", "`prove run` runs everything"],
    );
}

#[test]
fn failed_without_a_run_that_can_be_read_is_undecided() {
    let project = Project::with(FILE);
    project
        .prove(&["run", "--failed"])
        .expect(3, &["there is no run \"last\"", "nothing has run here yet"]);
    project.run().expect(0, &[]);
    std::fs::write(project.run_dir().join("events.jsonl"), "junk\n").unwrap();
    project
        .prove(&["run", "--failed"])
        .expect(3, &["events.jsonl:1", "run again"]);
}

#[test]
fn what_failed_and_is_no_longer_in_the_file_is_said() {
    let project = Project::with("version: 1\ngates: { gone: exit 1, a: 'true' }\n");
    project.run().expect(1, &[]);
    project.file("prove.yml", "version: 1\ngates: { a: 'true' }\n");
    let ran = project.prove(&["run", "--failed"]);
    ran.expect(3, &["is no gate of the file", "gone"]);
}

#[test]
fn from_takes_what_is_downstream_with_what_that_waits_for() {
    let project = Project::with(FILE);
    project
        .prove(&["run", "--from", "unit"])
        .expect(0, &["other"]);
    assert_eq!(names(&project), ["base", "late", "unit"]);
    let plan = project.prove(&["plan", "--from", "base"]);
    plan.expect(
        0,
        &[
            "it is downstream of base",
            "not downstream of what was selected",
        ],
    );
    project
        .prove(&["run", "--from", "unti"])
        .expect(2, &["did you mean `unit`?"]);
}

#[test]
fn from_a_check_reaches_the_image_and_never_its_tag() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  lint: 'true'\n  app: { build: { context: ., tag: x } }\n",
        "  soft: { run: 'true', advisory: { reason: new } }\n",
    ));
    let listed = project.prove(&["list", "--from", "lint", "--names"]);
    assert_eq!(listed.expect(0, &[]).stdout, "lint\napp\n");
    project
        .prove(&["plan", "--from", "lint"])
        .expect(0, &["app:tag", "never tags"]);
}

#[test]
fn they_exclude_each_other_and_other_selections() {
    let project = Project::with(FILE);
    for args in [
        &["run", "--failed", "--from", "unit"][..],
        &["run", "--failed", "unit"],
        &["run", "--from", "unit", "--stage", "ci"],
    ] {
        project.prove(args).expect(2, &["cannot be used with"]);
    }
    project.git();
    project
        .prove(&["run", "--failed", "--rev", "HEAD"])
        .expect(2, &["`--failed` is about the work tree"]);
}

#[test]
fn the_longest_chain_of_the_last_run_is_started_first() {
    // In the order of the file `long` comes last; it took the longest the last time.
    let project = Project::with("version: 1\ngates: { a: 'true', b: 'true', long: 'true' }\n");
    let first = || {
        let events = project.events().into_iter();
        let mut started = events.filter_map(|event| match event.body {
            prove::event::Body::GateStarted { gate, .. } => Some(gate.to_string()),
            _ => None,
        });
        started.next().unwrap()
    };
    project.prove(&["run", "-j1"]).expect(0, &[]);
    assert_eq!(first(), "a");
    let events = project.run_dir().join("events.jsonl");
    let text = std::fs::read_to_string(&events).unwrap();
    let slow = |line: &str| match line.contains("\"gate_finished\",\"gate\":\"long\"") {
        true => line.replacen("\"duration_ms\":", "\"duration_ms\":99", 1),
        false => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(slow).collect();
    std::fs::write(&events, text.join("\n") + "\n").unwrap();
    project.prove(&["run", "-j1"]).expect(0, &[]);
    assert_eq!(first(), "long");
}
