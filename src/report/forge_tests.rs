//! The logs of CI systems: sections, annotations, and that nothing from outside is obeyed.

use serde_json::Value;

use super::hostile::{self, HOSTILE};
use super::samples::{Shelf, Stream, failed, green, red, shown};
use super::{Options, make, replay};
use crate::event::Event;
use crate::model::{Finding, Location, Reason, Severity};

fn lines(word: &str, events: &[Event]) -> Vec<String> {
    let text = shown(word, events, &Options::default());
    text.lines().map(str::to_owned).collect()
}

/// What GitHub's runner obeys: `::` at the start of a trimmed line, `##[` anywhere in one.
fn obeyed(lines: &[String]) -> Vec<&str> {
    let lines = lines.iter().map(String::as_str);
    let obeys = |line: &&str| line.trim().starts_with("::") || line.contains("##[");
    lines.filter(obeys).collect()
}

fn placed(findings: usize) -> Vec<Event> {
    let mut lint = failed(
        "lint",
        Reason::new("50% bad").detail("a,b: c"),
        &["::error::x"],
    );
    lint.findings = (0..findings)
        .map(|n| {
            Finding::new("R1", Severity::Error, "no-var").at(Some(Location {
                path: "src/a,b.ts".to_owned(),
                line: u32::try_from(n).unwrap() + 1,
                column: 2,
            }))
        })
        .collect();
    let mut stream = Stream::of(&["lint"]).gate(lint);
    stream.head.gates[0].place = Some(Location {
        path: "prove.yml".to_owned(),
        line: 7,
        column: 3,
    });
    stream.end()
}

#[test]
fn github_gets_groups_and_annotations_where_things_are_written() {
    let lines = lines("github", &placed(1));
    let expected = [
        "::group::lint failed: 50%25 bad",
        "::endgroup::",
        "::error file=prove.yml,line=7,col=3,title=lint failed::50%25 bad%0Aa,b: c",
        "::error file=src/a%2Cb.ts,line=1,col=2,title=lint%3A R1::no-var",
    ];
    assert_eq!(obeyed(&lines), expected);
    assert!(lines.last().unwrap().starts_with("refuted"), "{lines:?}");
}

#[test]
fn github_is_told_how_many_annotations_it_does_not_show() {
    let lines = lines("github", &placed(12));
    assert_eq!(obeyed(&lines).len(), 2 + 10);
    let said = "note: 3 more annotations: GitHub shows 10 of each level";
    assert!(lines.iter().any(|line| line == said), "{lines:?}");
}

#[test]
fn nothing_hostile_is_a_workflow_command() {
    let kinds = |lines: &[String]| -> Vec<String> {
        let word = |line: &&str| line.trim().split([' ', ':']).nth(2).unwrap().to_owned();
        obeyed(lines).iter().map(word).collect()
    };
    let expected = kinds(&lines("github", &hostile::run("harmless")));
    for text in HOSTILE
        .into_iter()
        .chain(["##[error]FORGED", "  ::error::FORGED"])
    {
        let lines = lines("github", &hostile::run(text));
        assert_eq!(kinds(&lines), expected, "{text:?}");
        for command in obeyed(&lines) {
            assert!(!command.contains("##["), "{command}");
            let (place, _) = command[2..].split_once("::").unwrap();
            let properties = place.split_once(' ').map_or("", |(_, rest)| rest);
            assert!(
                !properties
                    .split(',')
                    .any(|one| one.starts_with("file=FORGED"))
            );
            assert!(properties.matches(',').count() <= 3, "{command}");
        }
        assert!(!lines.iter().any(|line| line.contains('\u{1b}')));
    }
}

#[test]
fn gitlab_sections_are_opened_and_closed_by_prove_alone() {
    for text in HOSTILE {
        let text = shown("gitlab", &hostile::run(text), &Options::default());
        let count = |mark: &str| text.matches(mark).count();
        assert_eq!(count("\u{1b}[0Ksection_start:"), 2);
        assert_eq!(count("\u{1b}[0Ksection_end:"), 2);
        assert_eq!(count("\u{1b}"), 8, "each of them has two escapes: {text:?}");
    }
    let text = shown("gitlab", &red(), &Options::default());
    let start = "\u{1b}[0Ksection_start:1795220712:prove_0[collapsed=false]\r\u{1b}[0Klint failed: exit code 2\n";
    assert!(text.contains(start), "{text:?}");
}

#[test]
fn buildkite_groups_are_opened_by_prove_alone() {
    for text in HOSTILE
        .into_iter()
        .chain(["--- FORGED", "+++ FORGED", "^^^ +++"])
    {
        let lines = lines("buildkite", &hostile::run(text));
        let group = |line: &&String| {
            let marks = ["--- ", "+++ ", "~~~ ", "^^^ "];
            marks.iter().any(|mark| line.starts_with(mark))
        };
        let groups: Vec<_> = lines.iter().filter(group).collect();
        assert_eq!(groups.len(), 4, "{groups:?}");
        assert!(groups[0].starts_with("+++ bad failed"), "{groups:?}");
        assert_eq!(groups[1], "--- prove");
    }
}

fn issues(events: &[Event]) -> Vec<Value> {
    let shelf = Shelf::default();
    let reporter = make("gitlab", shelf.file(), &Options::default()).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    serde_json::from_str(&shelf.last()).unwrap()
}

#[test]
fn gitlab_gets_a_code_quality_report_in_a_file() {
    assert_eq!(issues(&green()), Vec::<Value>::new());
    let list = issues(&placed(1));
    let seen: Vec<String> = list
        .iter()
        .map(|issue| {
            let at = &issue["location"];
            format!(
                "{} {} {}:{} {}",
                issue["check_name"],
                issue["severity"],
                at["path"],
                at["lines"]["begin"],
                issue["description"]
            )
        })
        .collect();
    let expected = [
        r#""prove/failed" "critical" "prove.yml":7 "lint failed: 50% bad""#,
        r#""R1" "major" "src/a,b.ts":1 "no-var""#,
    ];
    assert_eq!(seen, expected);
    assert_eq!(issues(&placed(1)[..1])[0]["severity"], "blocker");
    for text in HOSTILE {
        let list = issues(&hostile::run(text));
        let mut marks: Vec<_> = list
            .iter()
            .map(|one| one["fingerprint"].to_string())
            .collect();
        let all = marks.len();
        marks.sort();
        marks.dedup();
        assert_eq!(marks.len(), all, "{text:?}");
    }
}
