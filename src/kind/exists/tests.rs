//! The verdict table of `exists`.

use super::super::judge::testing::{Desk, judged, no, word};
use super::*;
use crate::model::{NoAnswer, StopCause};

fn entry(path: &str, kind: EntryKind) -> Entry {
    Entry {
        path: path.into(),
        kind,
        size: 0,
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn all() -> Exists {
    Exists {
        require: texts(&["Dockerfile"]),
        any_of: vec![texts(&["compose.yaml", "docker-compose.yml"])],
        forbid: texts(&["*.pem"]),
        forbid_tracked: texts(&[".env"]),
    }
}

fn told(exists: &Exists, answers: &[Answer]) -> (String, Vec<String>) {
    let judgement = judged(exists.step(&Desk::new().turn(), answers));
    let rules = judgement
        .findings
        .iter()
        .map(|f| format!("{}: {}", f.rule, f.message));
    (word(&judgement.verdict).to_owned(), rules.collect())
}

#[test]
fn asks_everything_at_once() {
    let Step::Ask(probes) = all().step(&Desk::new().turn(), &[]) else {
        panic!("judged")
    };
    let patterns = texts(&["Dockerfile", "compose.yaml", "docker-compose.yml", "*.pem"]);
    assert_eq!(
        probes,
        [
            Probe::List {
                cwd: ".".into(),
                patterns
            },
            Probe::Tracked {
                cwd: ".".into(),
                patterns: texts(&[".env"])
            }
        ]
    );
}

#[test]
fn what_is_there_passes_also_when_it_is_empty_or_a_directory() {
    let file = vec![entry("Dockerfile", EntryKind::Directory)];
    let lists = vec![file, vec![], vec![entry("x", EntryKind::Link)], vec![]];
    let answers = [Answer::Listed(lists), Answer::Tracked(vec![])];
    assert_eq!(told(&all(), &answers), ("passed".into(), vec![]));
}

#[test]
fn everything_that_is_wrong_is_a_finding() {
    let broken = vec![entry("Dockerfile", EntryKind::BrokenLink)];
    let pem = vec![entry("a.pem", EntryKind::BrokenLink)];
    let answers = [
        Answer::Listed(vec![broken, vec![], vec![], pem]),
        Answer::Tracked(texts(&[".env"])),
    ];
    let (verdict, rules) = told(&all(), &answers);
    assert_eq!(verdict, "failed");
    assert_eq!(
        rules,
        [
            "missing-file: Dockerfile is missing: Dockerfile is a symbolic link to nothing",
            "none-of: none of compose.yaml, docker-compose.yml exists",
            "forbidden-file: a.pem must not be there (`forbid: *.pem`)",
            "tracked-file: git tracks .env",
        ]
    );
}

#[test]
fn without_an_answer_nothing_is_judged() {
    let listed = Answer::Listed(vec![vec![]; 4]);
    for (why, verdict) in [
        (NoAnswer::Io, "errored"),
        (NoAnswer::ToolMissing, "errored"),
        (NoAnswer::Stopped(StopCause::Interrupted), "errored"),
        (NoAnswer::Stopped(StopCause::Timeout), "failed"),
    ] {
        assert_eq!(
            told(&all(), &[listed.clone(), no(why)]).0,
            verdict,
            "{why:?}"
        );
    }
    assert_eq!(
        told(&all(), &[Answer::Listed(vec![]), Answer::Tracked(vec![])]).0,
        "errored"
    );
    assert_eq!(told(&all(), &[Answer::Tagged]).0, "errored");
    assert_eq!(
        told(&all(), &[listed]).0,
        "errored",
        "the second answer is missing"
    );
}

#[test]
fn many_findings_are_bounded_and_counted() {
    let exists = Exists {
        forbid: texts(&["**"]),
        ..Exists::default()
    };
    let many = (0..FINDINGS + 7)
        .map(|n| entry(&n.to_string(), EntryKind::File))
        .collect();
    let (_, rules) = told(&exists, &[Answer::Listed(vec![many])]);
    assert_eq!(rules.len(), FINDINGS);
    assert!(rules[FINDINGS - 1].ends_with("and 7 more like it"));
}
