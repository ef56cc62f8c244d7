//! JUnit as Jenkins's and Surefire's schemas have it: which element may carry what, and where.

use roxmltree::{Document, Node};

use crate::event::{Body, Event};
use crate::model::{CaseStatus, Location, Reason, Revision, VerdictWord};
use crate::report::samples::{Shelf, Stream, case, failed, finished, name};
use crate::report::{Options, make, replay};

/// Attributes of each element in `junit-10.xsd`, those that must be there with a `!`. What
/// Surefire asks for beyond that (`time` of a case, `type` of a failure, `stackTrace` of a rerun)
/// is in here, too.
const ALLOWED: &[(&str, &str)] = &[
    ("testsuites", "name time tests failures errors"),
    (
        "testsuite",
        "name! tests! failures! errors! skipped! time timestamp file",
    ),
    ("properties", ""),
    ("property", "name! value!"),
    ("testcase", "name! classname time!"),
    ("failure", "message type!"),
    ("error", "message type!"),
    ("skipped", "message"),
    ("flakyFailure", "message type!"),
    ("rerunFailure", "message type!"),
    ("rerunError", "message type!"),
    ("stackTrace", ""),
    ("system-out", ""),
];

fn check(node: Node<'_, '_>) {
    let tag = node.tag_name().name();
    let found = ALLOWED.iter().find(|(known, _)| *known == tag);
    let words = found.unwrap_or_else(|| panic!("<{tag}> is in no schema")).1;
    let known = |name: &str| {
        words
            .split(' ')
            .any(|word| word.trim_end_matches('!') == name)
    };
    for attribute in node.attributes() {
        assert!(known(attribute.name()), "{tag}: {}", attribute.name());
    }
    for needed in words.split(' ').filter_map(|word| word.strip_suffix('!')) {
        assert!(node.has_attribute(needed), "<{tag}> without {needed}");
    }
}

fn document_of(events: &[Event]) -> String {
    let shelf = Shelf::default();
    let reporter = make("junit", shelf.file(), &Options::default()).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    shelf.last()
}

fn retried(gate: &str, why: &str) -> Body {
    Body::Retrying {
        gate: name(gate),
        attempt: 1,
        reason: Reason::new(why).detail("more"),
        backoff_ms: 0,
    }
}

/// Every kind of case, and gates that were tried again.
fn all_kinds() -> Vec<Event> {
    let mut flaky = finished("flaky", VerdictWord::Passed);
    flaky.flaky = true;
    flaky.attempts = 2;
    let mut errored = failed("gone", Reason::new("docker was not found"), &[]);
    errored.verdict = VerdictWord::Errored;
    let mut unit = failed("unit", Reason::new("exit code 1"), &["a", "b"]);
    unit.cases = [
        CaseStatus::Passed,
        CaseStatus::Failed,
        CaseStatus::Errored,
        CaseStatus::Skipped,
    ]
    .map(|status| case("s", "one", status, "why"))
    .to_vec();
    unit.cases[0].duration_ms = None;
    let mut stream = Stream::of(&["flaky", "gone", "unit", "soft", "late"])
        .advisory("soft", "new")
        .event(retried("flaky", "exit code 75"))
        .gate(flaky)
        .event(retried("gone", "no engine"))
        .gate(errored)
        .event(retried("unit", "exit code 2"))
        .gate(unit)
        .gate(failed("soft", Reason::new("exit code 1"), &[]))
        .never_ran(&["late"], VerdictWord::Skipped, "unit failed");
    stream.head.gates[0].place = Some(Location {
        path: "prove.yml".to_owned(),
        line: 7,
        column: 3,
    });
    stream.head.revision = Some(Revision {
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        branch: Some("main".to_owned()),
        repository: None,
        prefix: "ui/".to_owned(),
    });
    stream.end()
}

#[test]
fn the_schemas_know_every_element_and_attribute() {
    let text = document_of(&all_kinds());
    let document = Document::parse(&text).unwrap();
    document
        .descendants()
        .filter(Node::is_element)
        .for_each(check);
    let unfinished = document_of(&all_kinds()[..1]);
    let unfinished = Document::parse(&unfinished).unwrap();
    unfinished
        .descendants()
        .filter(Node::is_element)
        .for_each(check);
}

#[test]
fn attempts_are_told_as_surefire_tells_them() {
    let text = document_of(&all_kinds());
    let document = Document::parse(&text).unwrap();
    let told: Vec<String> = document
        .descendants()
        .filter(|node| node.has_tag_name("stackTrace"))
        .map(|node| {
            let rerun = node.parent().unwrap();
            let before = rerun
                .prev_sibling_element()
                .map(|node| node.tag_name().name());
            let said = rerun.attribute("message").unwrap();
            format!("{before:?} {} {said}", rerun.tag_name().name())
        })
        .collect();
    let expected = [
        "None flakyFailure exit code 75",
        "Some(\"error\") rerunError no engine",
        "Some(\"failure\") rerunFailure exit code 2",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_place_and_the_revision_are_properties() {
    let text = document_of(&all_kinds());
    for words in [
        r#"file="ui/prove.yml""#,
        r#"<property name="prove.file" value="ui/prove.yml"/>"#,
        r#"<property name="prove.line" value="7"/>"#,
        r#"<property name="prove.commit" value="0123456789abcdef0123456789abcdef01234567"/>"#,
        r#"<property name="prove.branch" value="main"/>"#,
        r#"<property name="prove.kind" value="run"/>"#,
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_line_without_end_is_cut_and_said() {
    let long = "x".repeat(super::OUTPUT_BYTES + 10);
    let events = Stream::of(&["a"])
        .gate(failed("a", Reason::new("exit code 1"), &[&long]))
        .end();
    let text = document_of(&events);
    assert!(text.contains("<system-out>(10 bytes left out)\nxxx"));
}
