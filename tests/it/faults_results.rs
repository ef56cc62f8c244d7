//! Faults of test reports: missing, stale, empty, malformed, skipped, failing behind exit code 0.

use prove::model::VerdictWord::{self, Errored, Failed, Passed};

use crate::support::Project;

const GREEN: &str = "<testsuite name='s'><testcase name='one' time='0.5'/></testsuite>";
const RED: &str = "<testsuite name='s'><testcase name='one'><failure message='1 is not 2'/></testcase></testsuite>";
const ALL_SKIPPED: &str =
    "<testsuite name='s'><testcase name='one'><skipped/></testcase></testsuite>";
const NO_CASES: &str = "<testsuite name='s'/>";

/// A project whose gate `a` copies `report` to where results are expected, then ends with `exit`.
fn project(report: &str, exit: i32, more: &str) -> Project {
    let project = Project::with(&format!(
        "version: 1\ngates:\n  a: {{ run: 'mkdir -p out; cp report.xml out/r.xml; exit {exit}', results: {{ junit: 'out/*.xml' }}{more} }}\n",
    ));
    project.file("report.xml", report);
    project
}

#[track_caller]
fn judged(project: &Project, verdict: VerdictWord, words: &[&str]) {
    let code = match verdict {
        Passed => 0,
        Failed => 1,
        _ => 3,
    };
    project.run().expect(code, words);
    assert_eq!(
        project.gate("a").verdict,
        verdict,
        "{:?}",
        project.gate("a").reason
    );
}

#[test]
fn a_green_report_is_counted() {
    let project = project(GREEN, 0, "");
    judged(&project, Passed, &[]);
    assert_eq!(project.gate("a").cases.len(), 1);
}

#[test]
fn a_failed_case_refutes_whatever_the_exit_code() {
    judged(&project(RED, 0, ""), Failed, &["one", "1 is not 2"]);
    judged(&project(RED, 1, ""), Failed, &["one"]);
}

#[test]
fn a_bad_exit_code_refutes_behind_a_green_report() {
    judged(&project(GREEN, 9, ""), Failed, &["9"]);
}

#[test]
fn a_report_without_an_executed_test_proves_nothing() {
    judged(&project(NO_CASES, 0, ""), Errored, &[]);
    judged(&project(ALL_SKIPPED, 0, ""), Errored, &[]);
}

#[test]
fn an_empty_report_may_be_allowed_with_a_reason_and_that_is_said() {
    let project = project(
        NO_CASES,
        0,
        ", allow_empty: { reason: nothing to test yet }",
    );
    judged(&project, Passed, &["nothing to test yet"]);
}

#[test]
fn a_malformed_report_proves_nothing() {
    judged(
        &project("<testsuite><testcase name='x'>", 0, ""),
        Errored,
        &["out/r.xml"],
    );
    judged(
        &project("{\"not\": \"xml\"}", 0, ""),
        Errored,
        &["out/r.xml"],
    );
    judged(&project("<html/>", 0, ""), Errored, &["out/r.xml"]);
    judged(&project("", 0, ""), Errored, &["out/r.xml"]);
}

#[test]
fn a_missing_report_proves_nothing() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'true', results: { junit: 'out/*.xml' } }\n",
    );
    judged(&project, Errored, &["out/*.xml"]);
}

#[test]
fn a_report_of_yesterday_proves_nothing() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'true', results: { junit: 'out/*.xml' } }\n",
    );
    project.file("out/r.xml", GREEN);
    judged(&project, Errored, &["out/r.xml", "stale"]);
}

#[test]
fn a_report_rewritten_with_the_same_bytes_is_fresh() {
    let project = project(GREEN, 0, "");
    judged(&project, Passed, &[]);
    judged(&project, Passed, &[]);
}

#[test]
fn a_report_that_claims_more_failures_than_it_shows_is_not_green() {
    let report = "<testsuite name='s' tests='2' failures='1'><testcase name='one'/></testsuite>";
    let project = project(report, 0, "");
    assert_ne!(project.run().code, 0);
}

/// A project whose gate writes `report` and has it judged by `results`.
fn other(report: &str, results: &str) -> Project {
    let project = Project::with(&format!(
        "version: 1\ngates:\n  a: {{ run: 'mkdir -p out; cp report out/r', results: {{ {results} }} }}\n",
    ));
    project.file("report", report);
    project
}

#[test]
fn reports_of_other_tools_are_judged_too() {
    let found = "<checkstyle><file name='a.js'><error line='1' severity='warning' message='m' source='s'/></file></checkstyle>";
    judged(
        &other(found, "checkstyle: out/r"),
        Failed,
        &["a.js:1: m [s]"],
    );
    judged(
        &other(found, "checkstyle: out/r, fail_on: error"),
        Passed,
        &[],
    );
    judged(
        &other("<checkstyle/>", "checkstyle: out/r"),
        Errored,
        &["names no file"],
    );
    judged(
        &other("{", "sarif: out/r"),
        Errored,
        &["cannot be relied on"],
    );
    let lcov = "SF:a\nDA:1,1\nDA:2,0\nend_of_record\n";
    judged(
        &other(lcov, "lcov: out/r, min_lines: 50%"),
        Passed,
        &["50 %"],
    );
    judged(
        &other(lcov, "lcov: out/r, min_lines: 51%"),
        Failed,
        &["51 % are asked for"],
    );
    judged(
        &other("SF:a\n", "lcov: out/r, min_lines: 51%"),
        Errored,
        &["ends in the middle"],
    );
}

#[test]
fn a_report_of_yesterday_stands_for_nothing() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'true', results: { lcov: l.info, min_lines: 1% } }\n",
    );
    project.file("l.info", "SF:a\nDA:1,1\nend_of_record\n");
    judged(&project, Errored, &["is stale"]);
}

#[test]
fn a_gate_judges_what_the_one_before_it_wrote() {
    let clean =
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": []}]}"#;
    let project = Project::with(
        "version: 1\ngates:\n  scan: cp report.sarif out.sarif\n  a: { findings: { sarif: '*.sarif' }, needs: scan }\n",
    );
    project
        .file("report.sarif", clean)
        .file(".gitignore", "*.sarif\n");
    judged(&project, Passed, &[]);
    let failed = clean.replace(
        "\"results\"",
        "\"invocations\": [{\"executionSuccessful\": false}], \"results\"",
    );
    project.file("report.sarif", failed);
    judged(&project, Errored, &["says that it failed"]);
}
