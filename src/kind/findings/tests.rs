//! Reports that are good, bad, and none.

use super::super::judge::testing::word;
use super::super::lint::shelf::{Shelf, gate, talk};
use crate::model::{Judged, Judgement};

fn judged(value: &str, files: &[(&str, &str)]) -> Judgement {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    talk(
        &*gate("findings", value),
        &Shelf(files.iter().map(owned).collect()),
    )
}

fn told(value: &str, files: &[(&str, &str)]) -> String {
    let judgement = judged(value, files);
    match &judgement.verdict {
        Judged::Passed(_) => format!("passed {}", judgement.notes.join("; ")),
        bad @ (Judged::Failed(reason) | Judged::Errored(reason)) => {
            format!("{}: {}", word(bad), reason.headline)
        }
    }
}

const CLEAN: &str = "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"t\"}}, \"results\": []}]}";
const FOUND: &str = "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"t\"}}, \"results\": [{\"ruleId\": \"R\", \"message\": {\"text\": \"m\"}}]}]}";

#[test]
fn what_a_tool_found_is_held_against_the_threshold() {
    let sarif = "{sarif: 'out/*.sarif'}";
    assert_eq!(told(sarif, &[("out/a.sarif", CLEAN)]), "passed ");
    assert_eq!(
        told(sarif, &[("out/a.sarif", CLEAN), ("out/b.sarif", FOUND)]),
        "failed: m [R]"
    );
    assert_eq!(
        told(
            "{sarif: 'out/*.sarif', fail_on: error}",
            &[("out/b.sarif", FOUND)]
        ),
        "passed "
    );
    assert_eq!(judged(sarif, &[("out/b.sarif", FOUND)]).findings.len(), 1);
}

#[test]
fn coverage_is_held_against_the_threshold() {
    let lcov = "SF:a\nDA:1,1\nDA:2,0\nend_of_record\n";
    assert_eq!(
        told("{lcov: l.info, min_lines: 50%}", &[("l.info", lcov)]),
        "passed 1 of 2 lines are reached: 50 %"
    );
    assert!(
        told("{lcov: l.info, min_lines: '50.1'}", &[("l.info", lcov)])
            .starts_with("failed: 1 of 2")
    );
    let xml =
        "<coverage lines-covered='1' lines-valid='2' branches-covered='1' branches-valid='4'/>";
    assert!(
        told("{cobertura: c.xml, min_branches: 30%}", &[("c.xml", xml)])
            .starts_with("failed: 1 of 4 branches")
    );
}

#[test]
fn a_report_that_is_none_leaves_the_gate_undecided() {
    let sarif = "{sarif: 'out/*.sarif'}";
    assert_eq!(
        told(sarif, &[]),
        "errored: the report out/*.sarif is missing"
    );
    for text in [
        "",
        "{",
        "{\"version\": \"2.1.0\", \"runs\": []}",
        &CLEAN[..40],
    ] {
        assert!(
            told(sarif, &[("out/a.sarif", text)]).starts_with("errored: the report out/a.sarif"),
            "{text}"
        );
    }
    let both = [("out/a.sarif", "{"), ("out/b.sarif", FOUND)];
    assert!(
        told(sarif, &both).starts_with("failed"),
        "what was found counts beside what was not read"
    );
    assert!(
        told("{sarif: out}", &[("out/a.sarif", CLEAN)])
            .starts_with("errored: the report out is no file")
    );
    assert!(told("{checkstyle: c.xml}", &[("c.xml", "<checkstyle/>")]).starts_with("errored"));
}
