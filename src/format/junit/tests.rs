//! Reports of many makers, and what only looks like one.

use super::*;
use proptest::prelude::*;

fn cases(xml: &str) -> Vec<Case> {
    read(xml.as_bytes()).unwrap()
}

fn statuses(xml: &str) -> Vec<CaseStatus> {
    cases(xml).iter().map(|case| case.status).collect()
}

#[test]
fn reads_suites_in_suites() {
    let found = cases(
        r#"<?xml version="1.0"?><testsuites><testsuite name="outer"><testsuite name="inner">
        <testcase name="a" time="0.25"/><testcase classname="K" name="b"><failure message="no">at x:1</failure>
        </testcase></testsuite></testsuite></testsuites>"#,
    );
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].suite.as_str(), found[0].duration_ms),
        ("inner", Some(250))
    );
    assert_eq!(
        (found[1].suite.as_str(), found[1].message.as_str()),
        ("K", "no\nat x:1")
    );
    assert_eq!(found[1].status, CaseStatus::Failed);
}

#[test]
fn every_status_is_told_apart() {
    use CaseStatus::{Errored, Failed, Passed, Skipped};
    let table = [
        ("<testcase name='a'/>", Passed),
        ("<testcase name='a'><failure/></testcase>", Failed),
        ("<testcase name='a'><error/></testcase>", Errored),
        ("<testcase name='a'><failure/><error/></testcase>", Errored),
        ("<testcase name='a'><skipped/></testcase>", Skipped),
        ("<testcase name='a'><skipped/><failure/></testcase>", Failed),
        ("<testcase name='a' status='notrun'/>", Skipped),
        ("<testcase name='a' status='disabled'/>", Skipped),
        (
            "<testcase name='a' status='run' result='skipped'/>",
            Skipped,
        ),
        ("<testcase name='a' status='failed'/>", Failed),
        (
            "<testcase name='a'><flakyFailure/><rerunFailure/></testcase>",
            Passed,
        ),
        (
            "<testcase name='a'><system-out>failure</system-out></testcase>",
            Passed,
        ),
    ];
    for (case, status) in table {
        assert_eq!(
            statuses(&format!("<testsuite>{case}</testsuite>")),
            [status],
            "{case}"
        );
    }
}

#[test]
fn a_status_in_words_is_known_or_an_error() {
    use CaseStatus::{Errored, Failed, Passed, Skipped};
    let table = [
        ("status='run' result='completed'", Passed),
        ("status='Passed'", Passed),
        ("status='success'", Passed),
        ("result='OK'", Passed),
        ("status=''", Passed),
        ("status='run' result='suppressed'", Skipped),
        ("status='pending'", Skipped),
        ("status='timedout'", Errored),
        ("status='crashed'", Errored),
        ("status='run' result='aborted'", Errored),
        ("status='passed' result='FAILURE'", Failed),
    ];
    for (said, status) in table {
        let xml = format!("<testsuite><testcase name='a' {said}/></testsuite>");
        assert_eq!(statuses(&xml), [status], "{said}");
    }
    let strange = cases("<testsuite><testcase name='a' status='timedout'/></testsuite>");
    assert!(strange[0].message.contains("timedout"), "{strange:?}");
    let skipped = "<testsuite><testcase name='a' status='odd'><skipped/></testcase></testsuite>";
    assert_eq!(statuses(skipped), [Errored]);
}

#[test]
fn cases_that_are_counted_but_not_shown_are_not_lost() {
    for xml in [
        "<testsuite name='s' tests='3'><testcase name='a'/></testsuite>",
        "<testsuites tests='3'><testsuite name='s'><testcase name='a'/></testsuite></testsuites>",
        "<testsuites tests='3'><testsuite name='s' tests='3'><testcase name='a'/></testsuite></testsuites>",
    ] {
        let found = cases(xml);
        assert_eq!(found.len(), 2, "{xml}");
        assert_eq!(found[1].status, CaseStatus::Errored);
        assert!(found[1].message.contains("counts 3") && found[1].message.contains("shows 1"));
    }
    assert_eq!(
        statuses("<testsuite tests='2'/>"),
        [CaseStatus::Errored],
        "a report of nothing but a number"
    );
}

/// What writers make of their counts: all cases or their own, with or without the skipped.
#[test]
fn counts_of_real_writers_are_not_complained_about() {
    let one = "<testcase name='a'/>";
    let skipped = "<testcase name='b'><skipped/></testcase>";
    for xml in [
        // All cases, the skipped among them.
        format!(
            "<testsuites><testsuite tests='2' skipped='1'>{one}{skipped}</testsuite></testsuites>"
        ),
        // A total at the top that agrees.
        format!(
            "<testsuites tests='2'><testsuite tests='2'>{one}{skipped}</testsuite></testsuites>"
        ),
        // Suites that count their own cases only, or all below them.
        format!("<testsuite tests='1'>{one}<testsuite tests='1'>{skipped}</testsuite></testsuite>"),
        format!("<testsuite tests='2'>{one}<testsuite tests='1'>{skipped}</testsuite></testsuite>"),
        // The skipped ones left out.
        format!("<testsuite tests='1' skipped='1'>{one}{skipped}</testsuite>"),
        // An empty count.
        format!("<testsuite tests=''>{one}</testsuite>"),
        // Catch2 and doctest count assertions.
        format!("<testsuites><testsuite tests='25' hostname='tbd'>{one}</testsuite></testsuites>"),
        format!(
            "<testsuites><testsuite tests='25' doctest_version='2.4.11'>{one}</testsuite></testsuites>"
        ),
        // A suite that broke as a whole is counted by some as a case.
        "<testsuite tests='1' errors='1'><error message='set-up'/></testsuite>".to_owned(),
    ] {
        let found = cases(&xml);
        assert!(
            found
                .iter()
                .all(|case| !case.name.contains("does not show")),
            "{xml}: {found:?}"
        );
    }
}

#[test]
fn nodes_own_runner_puts_cases_straight_below_the_root() {
    let xml =
        "<testsuites><testcase name='a'/><testcase name='b'><failure/></testcase></testsuites>";
    assert_eq!(statuses(xml), [CaseStatus::Passed, CaseStatus::Failed]);
}

#[test]
fn failures_that_are_counted_but_not_shown_are_not_lost() {
    let found = cases(
        "<testsuites errors='1'><testsuite name='s' failures='2' errors='0'><testcase name='a'/></testsuite></testsuites>",
    );
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[1].suite.as_str(), found[1].status),
        ("s", CaseStatus::Errored)
    );
    assert!(found[1].message.contains("counts 2"));
}

#[test]
fn totals_that_agree_add_nothing() {
    let one = "<testcase name='a'><failure/><error/></testcase>";
    let xml = format!(
        "<testsuites failures='1' errors='1'><testsuite failures='1' errors='1'>{one}</testsuite></testsuites>"
    );
    assert_eq!(cases(&xml).len(), 1);
}

#[test]
fn a_suite_that_broke_as_a_whole_is_a_case() {
    let found = cases("<testsuite name='s'><error message='set-up'/></testsuite>");
    assert_eq!((found.len(), found[0].status), (1, CaseStatus::Errored));
}

#[test]
fn nothing_in_it_is_an_empty_list() {
    assert_eq!(cases("<testsuites/>"), []);
    assert_eq!(cases("<testsuite tests='0'/>"), []);
}

#[test]
fn what_is_no_report_is_an_error_with_its_line() {
    let line = |text: &[u8]| read(text).unwrap_err().line;
    assert_eq!(line(b""), 1);
    assert_eq!(line(b"<testsuite>\n<testcase></testsuite>"), 2);
    assert_eq!(line(b"\n<html/>"), 2);
    assert_eq!(line(b"<testsuite>\n\xff</testsuite>"), 2);
    assert_eq!(
        line(b"<testsuite>\n<testsuite failures='many'/></testsuite>"),
        2
    );
    assert!(read(b"<html/>").unwrap_err().message.contains("<html>"));
    assert!(read(b"<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>").is_err());
    assert!(read(b"<testsuite name='\x1b'/>").is_err());
}

#[test]
fn depth_is_bounded() {
    let deep = |n: usize| format!("{}{}", "<testsuite>".repeat(n), "</testsuite>".repeat(n));
    assert!(read(deep(60).as_bytes()).is_ok());
    assert!(read(deep(500).as_bytes()).is_err());
    assert!(read(deep(200_000).as_bytes()).is_err());
}

#[test]
fn odd_times_are_not_guessed_at() {
    for (text, ms) in [
        ("0.5", Some(500)),
        ("1e-3", Some(1)),
        ("", None),
        ("-1", None),
        ("NaN", None),
        ("inf", None),
        ("1,234.5", None),
        ("1e300", None),
    ] {
        assert_eq!(milliseconds(text), ms, "{text}");
    }
}

#[test]
fn messages_are_bounded_and_clean() {
    let xml = format!(
        "<testsuite><testcase name='a'><failure>\u{9b}{}</failure></testcase></testsuite>",
        "é".repeat(9000)
    );
    let message = &cases(&xml)[0].message;
    assert!(message.len() < MESSAGE_BYTES + 20 && message.ends_with("(cut)"));
    assert!(message.starts_with('é'));
}

proptest! {
    #[test]
    fn total_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn total_on_almost_reports(parts in prop::collection::vec(prop::sample::select(vec![
        "<testsuites>", "</testsuites>", "<testsuite name='a' failures='1'>", "</testsuite>",
        "<testcase name='b' time='x'>", "</testcase>", "<failure/>", "<skipped/>", "<!--", "&lt;", "é",
    ]), 0..12)) {
        let _ = read(parts.concat().as_bytes());
    }

    #[test]
    fn a_failure_is_never_lost(good in 0usize..4, bad in 1usize..4) {
        let xml = format!("<testsuites><testsuite>{}{}</testsuite></testsuites>",
            "<testcase name='g'/>".repeat(good), "<testcase name='b'><failure/></testcase>".repeat(bad));
        let failed = statuses(&xml).iter().filter(|s| **s == CaseStatus::Failed).count();
        prop_assert_eq!(failed, bad);
    }
}
