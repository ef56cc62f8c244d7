//! Weights, waivers and what they come to, on the kind `dockerignore`.

use super::shelf::{Shelf, gate, talk};
use crate::model::{Judgement, Severity};

/// One warning (no rule) and two errors (`.git` and `.env` get in).
fn judged(value: &str) -> Judgement {
    let shelf = Shelf::example("# nothing\n", ".dockerignore");
    talk(&*gate("dockerignore", value), &shelf)
}

fn word(judgement: &Judgement) -> &'static str {
    super::super::judge::testing::word(&judgement.verdict)
}

#[test]
fn a_finding_of_the_threshold_fails_and_a_lighter_one_is_only_shown() {
    assert_eq!(word(&judged("{}")), "failed");
    let light = judged("{override: {not-ignored: info}, failure_threshold: error}");
    assert_eq!(word(&light), "passed");
    assert_eq!(light.findings.len(), 3);
    let found = light
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Info);
    assert_eq!(found.count(), 2);
}

#[test]
fn a_rule_that_is_off_finds_nothing() {
    let off = judged("{override: {not-ignored: 'off', Ignores-Nothing: 'off'}}");
    assert_eq!((word(&off), off.findings.len()), ("passed", 0));
}

#[test]
fn a_waiver_is_said_with_its_reason_and_does_not_count() {
    let waived = judged(
        "{waive: [{rule: not-ignored, reason: no history here, until: 2026-11-21}, \
         {rule: ignores-nothing, reason: on purpose}]}",
    );
    assert_eq!(word(&waived), "passed");
    assert_eq!(waived.findings[2].waived.as_deref(), Some("on purpose"));
    assert_eq!(
        waived.notes,
        [
            "waived not-ignored 2 times: no history here, until 2026-11-21",
            "waived ignores-nothing once: on purpose"
        ]
    );
}

#[test]
fn a_waiver_that_is_over_holds_no_more() {
    let over = judged("{waive: [{rule: not-ignored, reason: later, until: 2026-11-20}]}");
    assert_eq!(word(&over), "failed");
    assert_eq!(
        over.notes,
        ["the waiver of not-ignored ended on 2026-11-20 and holds no more"]
    );
}

#[test]
fn a_waiver_that_matches_nothing_is_said() {
    let idle = judged("{waive: {rule: context-size, reason: big, path: '*.txt'}}");
    assert_eq!(
        idle.notes,
        ["the waiver of context-size matches nothing any more: take it out (big)"]
    );
    let elsewhere = judged("{waive: {rule: not-ignored, reason: r, path: 'ui/**'}}");
    assert_eq!(word(&elsewhere), "failed");
    let here = judged(
        "{waive: [{rule: not-ignored, reason: r, path: '.dockerignore'}], failure_threshold: error}",
    );
    assert_eq!(word(&here), "passed");
}
