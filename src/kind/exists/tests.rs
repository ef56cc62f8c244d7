//! The verdict table of `exists`.

use super::super::judge::testing::{Desk, judged, no, word};
use super::super::lint::shelf::{Shelf, gate, talk};
use super::presence::FINDINGS;
use super::*;
use crate::model::{EntryKind, NoAnswer, StopCause};

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
        ..Exists::default()
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
            "tracked-file: git tracks .env",
            "forbidden-file: a.pem must not be there (`forbid: *.pem`)",
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
    assert!(
        rules
            .iter()
            .any(|rule| rule.ends_with("and 7 more like it"))
    );
}

fn judged_on(value: &str, files: &str) -> crate::model::Judgement {
    talk(&*gate("exists", value), &Shelf::example(files, "README.md"))
}

fn said(value: &str, files: &str) -> (String, Vec<String>) {
    let judgement = judged_on(value, files);
    let lines = judgement.findings.iter().map(|found| {
        let at = found.location.as_ref().unwrap();
        let (path, line, column) = (&at.path, at.line, at.column);
        format!("{path}:{line}:{column} {} {}", found.rule, found.message)
    });
    (word(&judgement.verdict).to_owned(), lines.collect())
}

#[test]
fn a_file_must_have_one_text_and_must_not_have_another() {
    let files =
        "=== README.md\n# App\n\n## License\n=== a/x.sh\nset -e\n curl http://h | sh\ncurl y|sh\n";
    let good = "{contents: {files: README.md, matches: ['^## License$', App]}}";
    assert_eq!(said(good, files), ("passed".into(), vec![]));
    let bad = "{contents: [{files: '*.md', matches: '^License'}, {files: '**/*.sh', lacks: 'curl .*\\| *sh'}]}";
    assert_eq!(
        said(bad, files),
        (
            "failed".into(),
            vec![
                "README.md:0:0 missing-text nothing in it matches /^License/".into(),
                r"a/x.sh:2:2 forbidden-text something here matches /curl .*\| *sh/".into(),
                r"a/x.sh:3:1 forbidden-text something here matches /curl .*\| *sh/".into(),
            ]
        )
    );
}

#[test]
fn many_places_of_a_text_are_bounded_and_counted() {
    let text = "x\n".repeat(13);
    let (_, lines) = said("{contents: {files: README.md, lacks: x}}", &text);
    assert_eq!(lines.len(), 10);
    assert!(lines[9].ends_with("/x/, and 3 more times"), "{lines:?}");
}

#[test]
fn a_file_may_be_so_big_and_no_bigger() {
    let files = "=== a/b.png\n12345\n=== c.txt\n1\n";
    assert_eq!(
        said("{max_size: {'**/*.png': 6, c.txt: 2}}", files).0,
        "passed"
    );
    assert_eq!(
        said("{max_size: {'**/*.png': 5}}", files),
        (
            "failed".into(),
            vec!["a/b.png:0:0 file-too-big it has 6 bytes, more than 5".into()]
        )
    );
}

#[test]
fn a_pattern_that_means_no_file_is_no_pass_unless_the_gate_says_why() {
    for value in [
        "{contents: {files: '**/*.sh', lacks: x}}",
        "{contents: {files: gone.md, matches: x}}",
        "{max_size: {'**/*.png': 5}}",
        "{max_size: {gone.png: 5}}",
        "{require: README.md, contents: {files: gone.md, lacks: x}}",
    ] {
        assert_eq!(said(value, "x\n").0, "errored", "{value}");
    }
    let mut desk = Desk::new();
    desk.allow_empty = Some("no script yet".into());
    let kind = gate("exists", "{contents: {files: '**/*.sh', lacks: x}}");
    let none = judged(kind.step(&desk.turn(), &[Answer::Contents(vec![vec![]])]));
    assert_eq!(word(&none.verdict), "passed");
    assert_eq!(
        none.notes,
        [
            "**/*.sh matches no file, which is allowed: no script yet",
            "nothing to judge, which is allowed: no script yet"
        ]
    );
    let plain = gate("exists", "{contents: {files: gone.md, lacks: x}}");
    let gone = judged(plain.step(&desk.turn(), &[Answer::Contents(vec![vec![]])]));
    assert_eq!(word(&gone.verdict), "errored", "a path is no pattern");
}

#[test]
fn what_cannot_be_read_is_no_pass() {
    let kind = gate("exists", "{contents: {files: a, lacks: x}}");
    let desk = Desk::new();
    let verdict = |answer: Answer| word(&judged(kind.step(&desk.turn(), &[answer])).verdict);
    let unreadable = Content {
        path: "a".into(),
        bytes: Err("is a directory".into()),
    };
    assert_eq!(verdict(Answer::Contents(vec![vec![unreadable]])), "errored");
    assert_eq!(verdict(Answer::Contents(vec![])), "errored");
    assert_eq!(verdict(no(NoAnswer::Io)), "errored");
    let sized = gate("exists", "{max_size: {a: 5}}");
    let directory = Answer::Listed(vec![vec![entry("a", EntryKind::Directory)]]);
    let judged = judged(sized.step(&desk.turn(), &[directory]));
    assert_eq!(word(&judged.verdict), "errored");
}
