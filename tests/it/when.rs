//! `when:`: what is not required in this run, what is said of it, and facts that cannot be had.

use std::fs;

use crate::support::Project;

/// A gate that is required on `main` alone, one that needs it, and one besides.
const MAIN: &str = "\
version: 1
reports: { junit: out.xml, json: out.jsonl }
gates:
  only-main: { run: touch ran-main, when: { branch: main, reason: slow } }
  after: { run: touch ran-after, needs: only-main }
";

fn ran(project: &Project, name: &str) -> bool {
    project.path().join(format!("ran-{name}")).exists()
}

#[test]
fn where_it_holds_the_gate_runs() {
    let project = Project::with(MAIN);
    project.git();
    project.run().expect(0, &["2 passed"]);
    assert!(ran(&project, "main"));
}

#[test]
fn where_it_does_not_hold_that_is_said_in_every_report_and_dependents_go_on() {
    let project = Project::with(MAIN);
    project.git();
    project.run_git(&["checkout", "-q", "-b", "work"]);
    let why = "`when` is false: the branch is work, wanted main (slow)";
    project
        .run()
        .expect(0, &["not applicable", "only-main", why, "1 passed"]);
    assert!(!ran(&project, "main") && ran(&project, "after"));
    for report in ["out.xml", "out.jsonl"] {
        let text = fs::read_to_string(project.path().join(report)).unwrap();
        assert!(text.contains("the branch is work"), "{report}: {text}");
    }
    let xml = fs::read_to_string(project.path().join("out.xml")).unwrap();
    assert!(xml.contains("<skipped"), "{xml}");
    project
        .prove(&["plan"])
        .expect(0, &["when branch main (not applicable: "]);
}

#[test]
fn a_run_of_nothing_but_these_is_undecided() {
    let project =
        Project::with("version: 1\ngates:\n  a: { run: touch ran-a, when: { os: windows } }\n");
    project.run().expect(
        3,
        &[
            "undecided",
            "no gate that would prove something is applicable",
        ],
    );
    assert!(!ran(&project, "a"));
}

#[test]
fn a_detached_head_has_no_branch_and_matches_nothing() {
    let project = Project::with(&MAIN.replace("branch: main", "branch: '**'"));
    project.git();
    project.run_git(&["checkout", "-q", "--detach"]);
    project.run().expect(0, &["there is no branch"]);
    assert!(!ran(&project, "main"));
}

#[test]
fn on_a_detached_head_the_ci_may_know_the_branch_but_not_of_a_pull_request() {
    let mut project = Project::with(MAIN);
    project.git();
    project.run_git(&["checkout", "-q", "--detach"]);
    project.env("GITHUB_REF", "refs/heads/main");
    project.run().expect(0, &["2 passed"]);
    fs::remove_file(project.path().join("ran-main")).unwrap();
    project.env("GITHUB_EVENT_NAME", "pull_request");
    project.run_git(&["checkout", "-q", "main"]);
    project.run().expect(0, &["1 not applicable"]);
    assert!(!ran(&project, "main"));
}

#[test]
fn without_a_repository_a_commit_or_git_the_gate_is_errored() {
    let bare = Project::with(MAIN);
    bare.run()
        .expect(3, &["the branch cannot be had", "not in a git repository"]);
    assert!(!ran(&bare, "main") && !ran(&bare, "after"));
    assert_eq!(bare.verdicts()["only-main"], "errored");
    assert_eq!(bare.verdicts()["after"], "skipped");

    let new = Project::with(MAIN);
    new.run_git(&["init", "-q", "-b", "main"]);
    new.run().expect(3, &["the repository has no commit yet"]);

    let mut gone = Project::with(MAIN);
    gone.git();
    gone.env("PATH", "/nowhere");
    gone.run().expect(3, &["git is not installed"]);
    assert!(!ran(&gone, "main"));
}

#[test]
fn the_other_facts() {
    let file = "\
version: 1
gates:
  always: 'true'
  tagged: { run: touch ran-tagged, when: { tag: 'v*' } }
  asked: { run: touch ran-asked, when: { pull_request: true } }
  ci: { run: touch ran-ci, when: { env: { CI: 'true' } } }
  here: { run: touch ran-here, when: [{ os: macos }, { os: linux }] }
";
    let mut project = Project::with(file);
    project.git();
    project.run().expect(0, &["3 not applicable"]);
    assert!(ran(&project, "here"));
    project.env("CI", "true").env("CI_MERGE_REQUEST_IID", "7");
    project.run().expect(0, &["1 not applicable"]);
    assert!(ran(&project, "asked") && ran(&project, "ci"));
    project.unset("CI_MERGE_REQUEST_IID");
    project.run_git(&["tag", "v1"]);
    project.run_git(&["tag", "latest"]);
    project.run().expect(0, &["1 not applicable"]);
    assert!(ran(&project, "tagged"));
}

#[test]
fn a_failed_need_is_seen_through_a_gate_that_does_not_apply() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  bad: exit 1\n",
        "  idle: { run: touch ran-idle, needs: bad, when: { os: windows } }\n",
        "  after: { run: touch ran-after, needs: idle }\n",
    ));
    project.run().expect(1, &[]);
    assert_eq!(project.verdicts()["after"], "skipped");
}

#[test]
fn what_uses_the_image_of_a_build_that_does_not_apply_is_skipped_and_nothing_is_tagged() {
    let file = "\
version: 1
gates:
  lint: 'true'
  app: { build: { context: ., tag: 'prove-it-idle:never' }, when: { os: windows } }
  app-test: { run: 'true', in: app }
";
    let project = Project::with(file);
    project
        .run()
        .expect(3, &["app-test ← app (not applicable)"]);
    let verdicts = project.verdicts();
    assert_eq!(verdicts["app-test"], "skipped");
    let reason = project.gate("app-test").reason.unwrap();
    assert!(reason.hint.unwrap().contains("the same `when`"));

    let same = file.replace("in: app }", "in: app, when: { os: windows } }");
    let project = Project::with(&same);
    project.run().expect(0, &["1 passed"]);
    let verdicts = project.verdicts();
    assert_eq!(verdicts["app-test"], "not applicable");
    assert_eq!(verdicts["app:tag"], "not applicable");
}

#[test]
fn what_only_such_a_gate_requires_need_not_be_there() {
    let gate = "{ run: touch ran-a, secrets: [DEPLOY_TOKEN], require_env: [REGION], when: ";
    let file = |os| format!("version: 1\ngates:\n  lint: 'true'\n  a: {gate}{{ os: {os} }} }}\n");
    Project::with(&file("windows"))
        .run()
        .expect(0, &["1 not applicable"]);
    let here = if cfg!(target_os = "macos") {
        "macos"
    } else {
        "linux"
    };
    Project::with(&file(here))
        .run()
        .expect(3, &["DEPLOY_TOKEN", "REGION"]);
}

#[test]
fn a_typo_in_a_fact_or_a_bad_glob_is_refused() {
    for (when, words) in [
        ("{ brnach: main }", &["did you mean `branch`?"][..]),
        ("{ branch: 'a[b' }", &["is no glob"]),
        ("{ os: linus }", &["did you mean `linux`?"]),
        ("{}", &["always hold"]),
    ] {
        let file = format!("version: 1\ngates:\n  a: {{ run: touch ran-a, when: {when} }}\n");
        let project = Project::with(&file);
        project.run().expect(2, words).expect(2, &["prove.yml:3:"]);
        assert!(!ran(&project, "a"));
    }
}
