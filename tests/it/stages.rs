//! `stages:` and `--stage`: what runs, what is said to be left out, what is refused.

use crate::support::Project;

const FILE: &str = "\
version: 1
gates:
  lint: touch ran-lint
  slow:
    stages: [ci, release]
    gates:
      e2e: touch ran-e2e
      fuzz: { run: touch ran-fuzz, stages: nightly }
  wide: { run: touch ran-wide, stages: [nightly], needs: slow/e2e }
";

fn ran(project: &Project, name: &str) -> bool {
    project.path().join(format!("ran-{name}")).exists()
}

#[test]
fn a_stage_runs_its_gates_and_says_what_it_left_out() {
    let project = Project::with(FILE);
    project.prove(&["run", "--stage", "pre-push"]).expect(
        0,
        &["slow/e2e", "slow/fuzz", "wide", "not of stage pre-push"],
    );
    assert!(ran(&project, "lint") && !ran(&project, "e2e") && !ran(&project, "fuzz"));
}

#[test]
fn what_a_gate_of_the_stage_needs_comes_along() {
    let project = Project::with(FILE);
    project
        .prove(&["run", "--stage", "nightly"])
        .expect(0, &["4 gates"]);
    for name in ["lint", "e2e", "fuzz", "wide"] {
        assert!(ran(&project, name), "{name}");
    }
    let plan = project.prove(&["plan", "--stage", "nightly"]);
    plan.expect(
        0,
        &["stage nightly takes lint, slow/fuzz, wide", "wide needs it"],
    );
}

#[test]
fn what_a_hook_runs_has_no_tag_in_it() {
    let image = "version: 1\ngates:\n  lint: 'true'\n  app: { build: { context: ., tag: shop } }\n";
    let project = Project::with(image);
    for stage in ["pre-push", "pre-commit"] {
        let plan = project.prove(&["plan", "--stage", stage, "--format", "json"]);
        let never = format!("a run of stage {stage} never tags");
        plan.expect(0, &[r#""narrowed": true"#, &never]);
        assert!(!plan.stdout.contains(r#""kind": "tag""#), "{}", plan.stdout);
    }
    let whole = project.prove(&["plan", "--format", "json"]);
    whole.expect(0, &[r#""narrowed": false"#, r#""kind": "tag""#]);
}

#[test]
fn without_a_stage_every_gate_runs() {
    let project = Project::with(FILE);
    project.run().expect(0, &[]);
    assert_eq!(project.verdicts().len(), 4);
}

#[test]
fn a_stage_that_leaves_nothing_is_undecided() {
    let project = Project::with("version: 1\ngates:\n  a: { run: touch ran-a, stages: ci }\n");
    for command in ["run", "plan"] {
        project
            .prove(&[command, "--stage", "release"])
            .expect(3, &["no gate", "stage release", "stages: [release]"]);
    }
    assert!(!ran(&project, "a"));
}

#[test]
fn a_setup_alone_proves_nothing() {
    let file = "version: 1\ngates:\n  deps: { setup: touch ran-deps }\n  a: { run: touch ran-a, stages: ci }\n";
    let project = Project::with(file);
    project
        .prove(&["run", "--stage", "pre-push"])
        .expect(3, &["stage pre-push"]);
    assert!(!ran(&project, "deps"));
}

#[test]
fn a_word_that_is_no_stage_is_refused_with_the_nearest() {
    let project = Project::with(FILE);
    project
        .prove(&["run", "--stage", "pre-psuh"])
        .expect(2, &["pre-psuh", "pre-push", "nightly"]);
    project.prove(&["run", "--stage", ""]).expect(2, &["ci"]);
    let wrong = |stages: &str| {
        let file = format!("version: 1\ngates:\n  a: {{ run: touch ran-a, stages: {stages} }}\n");
        Project::with(&file)
    };
    wrong("[nigthly]")
        .run()
        .expect(2, &["prove.yml:3:", "did you mean `nightly`?"]);
    wrong("push")
        .run()
        .expect(2, &["`pre-push`", "found `push`"]);
    wrong("[]").run().expect(2, &["prove.yml:3:", "no stage"]);
    wrong("{ on: ci }").run().expect(2, &["prove.yml:3:"]);
}

#[test]
fn a_need_that_did_not_pass_stops_a_gate_of_the_stage_too() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  slow: { run: exit 1, stages: nightly }\n",
        "  a: { run: touch ran-a, needs: slow, stages: pre-push }\n",
    ));
    project
        .prove(&["run", "--stage", "pre-push"])
        .expect(1, &["skipped because slow failed: a"]);
    assert!(!ran(&project, "a"));
}
