//! SARIF: what stands where, levels, suppressions, fingerprints that stay, nothing obeyed.

use proptest::prelude::*;
use serde_json::Value;

use crate::event::{Body, Event};
use crate::model::{
    CaseStatus, Finding, Location, Reason, Revision, RunVerdict, Severity, VerdictWord,
};
use crate::report::samples::{Shelf, Stream, case, failed, finished, red, verdict};
use crate::report::{Options, make, replay};

fn log_of(events: &[Event]) -> Value {
    let shelf = Shelf::default();
    let reporter = make("sarif", shelf.file(), &Options::default()).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    serde_json::from_str(&shelf.last()).unwrap()
}

fn run_of(log: &Value) -> &Value {
    assert_eq!(log["version"], "2.1.0");
    &log["runs"][0]
}

fn results(log: &Value) -> &Vec<Value> {
    run_of(log)["results"].as_array().unwrap()
}

/// Results that are red in a code review.
fn red_in(log: &Value) -> usize {
    let bad = |result: &&Value| result["level"] == "error";
    results(log).iter().filter(bad).count()
}

fn finding(line: u32, message: &str) -> Finding {
    let at = Location {
        path: "my file".to_owned(),
        line,
        column: 3,
    };
    Finding::new("DL3006", Severity::Error, message)
        .at(Some(at))
        .help("pin it")
}

fn place(line: u32) -> Location {
    Location {
        path: "prove.yml".to_owned(),
        line,
        column: 3,
    }
}

/// A finding in `lint`, which stands at this line of the gate file.
fn linted(line: u32, at: u32) -> Vec<Event> {
    let mut lint = failed("lint", Reason::new("1 finding").hint("mend it"), &[]);
    lint.findings = vec![finding(at, "no tag"), finding(at + 1, "no tag")];
    let mut stream = Stream::of(&["lint"]).gate(lint);
    stream.head.gates[0].place = Some(place(line));
    stream.head.revision = Some(Revision {
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        branch: Some("main".to_owned()),
        repository: Some("git@forge.example:a/b c.git".to_owned()),
        prefix: "ui/".to_owned(),
    });
    stream.end()
}

#[test]
fn findings_and_gates_stand_where_they_are_written() {
    let log = log_of(&linted(7, 4));
    let run = run_of(&log);
    let seen: Vec<String> = results(&log)
        .iter()
        .map(|result| {
            let at = &result["locations"][0]["physicalLocation"];
            format!(
                "{} {} {}:{} {}",
                result["ruleId"].as_str().unwrap(),
                result["level"].as_str().unwrap(),
                at["artifactLocation"]["uri"].as_str().unwrap(),
                at["region"]["startLine"],
                result["message"]["text"],
            )
        })
        .collect();
    let expected = [
        r#"prove/failed error ui/prove.yml:7 "lint failed: 1 finding\nhint: mend it""#,
        r#"DL3006 error ui/my%20file:4 "no tag""#,
        r#"DL3006 error ui/my%20file:5 "no tag""#,
    ];
    assert_eq!(seen, expected);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results(&log) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(
            rule["help"]["text"]
                .as_str()
                .is_some_and(|help| !help.is_empty())
        );
    }
    assert_eq!(rules.len(), 2, "a rule is told once");
    let from = &run["versionControlProvenance"][0];
    assert_eq!(from["repositoryUri"], "ssh://git@forge.example/a/b%20c.git");
    assert_eq!(from["branch"], "main");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["exitCode"], 1);
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(invocation["endTimeUtc"], "2026-11-21T00:25:12.345Z");
    assert_eq!(
        run["automationDetails"]["id"],
        "prove/dental-mvp/20261121T002500Z-k3w5qa"
    );
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_is_nobody_elses() {
    let marks = |log: &Value| -> Vec<String> {
        let marks = results(log).iter();
        let marks = marks.map(|result| result["partialFingerprints"]["prove/v1"].to_string());
        marks.collect()
    };
    let first = marks(&log_of(&linted(7, 4)));
    assert_eq!(first, marks(&log_of(&linted(9, 40))));
    let mut distinct = first.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), first.len(), "{first:?}");
}

#[test]
fn what_does_not_decide_is_suppressed_and_said() {
    let mut soft = failed("audit", Reason::new("2 vulnerabilities"), &[]);
    soft.cases = vec![case("", "CVE", CaseStatus::Failed, "bad")];
    let mut flaky = finished("e2e", VerdictWord::Passed);
    flaky.flaky = true;
    flaky.attempts = 2;
    flaky.notes = vec!["allowed to be empty".to_owned()];
    flaky.findings = vec![finding(1, "let pass")];
    let events = Stream::of(&["e2e", "audit"])
        .advisory("audit", "no fix yet")
        .left_out("publish", "not asked for")
        .gate(flaky)
        .gate(soft)
        .end();
    assert_eq!(verdict(&events), RunVerdict::Proved);
    let log = log_of(&events);
    assert_eq!(red_in(&log), 0);
    assert_eq!(results(&log)[0]["level"], "warning", "a gate let it pass");
    let why = &results(&log)[1]["suppressions"][0]["justification"];
    assert_eq!(why, "advisory, does not decide: no fix yet");
    let said = run_of(&log)["invocations"][0]["toolExecutionNotifications"].to_string();
    for words in [
        "publish: not asked for",
        "e2e is flaky: passed at attempt 2",
        "e2e: allowed to be empty",
        "audit is advisory",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn an_interrupted_and_an_unfinished_run_are_red() {
    let signal = Body::Interrupted {
        signal: 15,
        forced: false,
    };
    let log = log_of(&Stream::of(&["a"]).passed("a").event(signal).end());
    let invocation = &run_of(&log)["invocations"][0];
    assert_eq!(invocation["exitCode"], 143);
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitSignalName"], "SIGTERM");
    assert_eq!(red_in(&log), 1);
    let events = red();
    assert_eq!(red_in(&log_of(&events[..events.len() - 1])), 1);
}

proptest! {
    #[test]
    fn sarif_is_without_errors_exactly_when_the_run_is_proved(
        words in prop::collection::vec(0..6_usize, 0..4),
        soft: bool,
        doubt: bool,
        text: String,
    ) {
        use VerdictWord::{Cancelled, Errored, Failed, NotApplicable, Passed, Skipped};
        let verdicts = [Passed, Failed, Errored, Cancelled, Skipped, NotApplicable];
        let names = ["a", "b", "c", "d"];
        let mut stream = Stream::of(&names[..words.len()]);
        if soft && !words.is_empty() {
            stream = stream.advisory("a", &text);
        }
        for (gate, word) in names.iter().zip(&words) {
            let mut gate = finished(gate, verdicts[*word]);
            gate.reason = Some(Reason::new(&*text));
            gate.cases = vec![case(&text, &text, CaseStatus::Failed, &text)];
            gate.findings = vec![finding(1, &text)];
            stream = stream.gate(gate);
        }
        if doubt {
            stream = stream.event(Body::Doubt { reason: Reason::new(&*text) });
        }
        let events = stream.end();
        let proved = verdict(&events) == RunVerdict::Proved;
        prop_assert_eq!(red_in(&log_of(&events)) == 0, proved);
    }
}

#[test]
fn only_an_address_of_a_repository_is_one() {
    let address = |repository: &str| {
        let mut stream = Stream::of(&["lint"]);
        stream.head.revision = Some(crate::model::Revision {
            commit: "c0ffee".to_owned(),
            branch: None,
            repository: Some(repository.to_owned()),
            prefix: String::new(),
        });
        let log = log_of(&stream.passed("lint").end());
        run_of(&log)["versionControlProvenance"][0]["repositoryUri"].clone()
    };
    assert_eq!(
        address("https://127.0.0.1:8080/a b"),
        "https://127.0.0.1:8080/a%20b"
    );
    assert_eq!(address("git@forge:a/b.git"), "ssh://git@forge/a/b.git");
    assert_eq!(address("javascript://%0aalert(1)"), serde_json::Value::Null);
    assert_eq!(address("../elsewhere"), serde_json::Value::Null);
}
