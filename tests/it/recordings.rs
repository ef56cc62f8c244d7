//! Recordings that were changed by hand, and what reads them: nothing is made of them that the run
//! did not say.

use std::fs;

use crate::support::Project;

/// A refuted run, and its recording changed.
fn changed(change: impl Fn(&str) -> String) -> Project {
    let project = Project::with("version: 1\ngates: { a: 'true', b: 'false' }\n");
    project.run().expect(1, &["refuted"]);
    let path = project.run_dir().join("events.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let other = change(&text);
    assert_ne!(text, other);
    fs::write(path, other).unwrap();
    project
}

/// Whoever reads the run says that it is damaged, and makes no report of it.
#[track_caller]
fn refused(project: &Project, why: &str) {
    let readers: [&[&str]; 5] = [
        &["replay", "last"],
        &["replay", "last", "--report", "junit=out.xml"],
        &["report", "last", "--to", "junit=out.xml"],
        &["history"],
        &["run", "--failed"],
    ];
    for words in readers {
        project.prove(words).expect(3, &[why]);
        assert!(!project.path().join("out.xml").exists(), "{words:?}");
    }
}

#[test]
fn a_verdict_of_the_run_that_its_gates_do_not_bear_is_refused() {
    let proved = |text: &str| text.replace("\"verdict\":\"refuted\"", "\"verdict\":\"proved\"");
    refused(&changed(proved), "another verdict than its gates");
}

#[test]
fn a_verdict_of_a_gate_that_the_run_does_not_bear_is_refused() {
    let passed = |text: &str| text.replace("\"verdict\":\"failed\"", "\"verdict\":\"passed\"");
    refused(&changed(passed), "another verdict than its gates");
}

#[test]
fn a_second_verdict_of_a_gate_is_refused() {
    let again = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let end = lines.pop().unwrap();
        let failed = lines
            .iter()
            .find(|line| line.contains("\"failed\""))
            .unwrap();
        let passed = failed.replace("\"failed\"", "\"passed\"");
        lines.push(passed);
        lines.push(end.replace("refuted", "proved"));
        let numbered = lines.iter().enumerate().map(|(seq, line)| {
            let (_, rest) = line.split_once(',').unwrap();
            format!("{{\"seq\":{seq},{rest}\n")
        });
        numbered.collect()
    };
    refused(&changed(again), "a second verdict of a gate");
}

#[test]
fn a_gate_that_the_run_does_not_have_is_refused() {
    let other = |text: &str| {
        text.replace(
            "\"event\":\"gate_finished\",\"gate\":\"a\"",
            "\"event\":\"gate_finished\",\"gate\":\"c\"",
        )
    };
    refused(&changed(other), "that the run does not have");
}

#[test]
fn two_runs_in_one_file_are_refused() {
    let twice = |text: &str| format!("{text}{text}");
    refused(&changed(twice), "event 0 stands where event");
}
