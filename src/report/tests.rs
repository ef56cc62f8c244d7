//! What holds for every report, and what a strict parser finds in the JUnit one.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::hostile::{self, HOSTILE};
use super::samples::{self, Pipe, Shelf, Stream, case, failed, finished, name, shown, verdict};
use super::{Options, Sink, WORDS, check_word, make, replay};
use crate::event::{Body, Event, Summary, wire};
use crate::model::{CaseStatus, Reason, RunVerdict, VerdictWord};

const NASTY: &str = "a<b>&\"'\u{1b}[31mred\u{0}\u{1}\u{8}\u{b}\u{c}\u{1f}\u{7f}\u{85}\u{feff}\u{fffe}\
    \u{ffff}\r\n\t]]></system-out></testcase><testcase name=\"forged\"/>";

fn file_of(word: &str, events: &[Event]) -> String {
    let shelf = Shelf::default();
    let reporter = make(word, shelf.file(), &Options::default()).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    shelf.last()
}

fn elements<'a>(document: &'a Document<'a>, tag: &'static str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.has_tag_name(tag))
        .collect()
}

/// How many failures and errors a dashboard counts.
fn red_in(xml: &str) -> usize {
    let document = Document::parse(xml).unwrap();
    let red = elements(&document, "failure").len() + elements(&document, "error").len();
    let number = |name| {
        document
            .root_element()
            .attribute(name)
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    assert_eq!(number("failures") + number("errors"), red);
    red
}

#[test]
fn an_unknown_word_is_refused_with_what_was_meant() {
    let error = make("juint", Shelf::default().file(), &Options::default())
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "there is no report \"juint\": there are plain, live, buildkite, github, gitlab, html, json, junit, markdown, prometheus and sarif; did you mean `junit`?"
    );
    assert!(check_word("pdf").unwrap_err().similar.is_none());
}

#[test]
fn a_replay_gives_the_bytes_of_the_live_run() {
    for &word in WORDS {
        for events in [samples::green(), samples::red()] {
            let recorded: Vec<Event> = events
                .iter()
                .map(|event| wire::from_line(&wire::to_line(event).unwrap()).unwrap())
                .collect();
            assert_eq!(file_of(word, &events), file_of(word, &recorded));
        }
    }
}

/// An end that does not hold, and what stands in its place.
fn amended() -> (Vec<Event>, Vec<Event>) {
    let told = samples::green();
    let end = told.last().unwrap().clone();
    let reason = Reason::new("the recorder: no space");
    let last = Body::RunFinished {
        verdict: RunVerdict::Undecided,
        duration_ms: end.at_ms,
    };
    let bodies = [Body::Doubt { reason }, last];
    let events = (end.seq..).zip(bodies);
    let at_ms = end.at_ms;
    let events = events.map(|(seq, body)| Event { seq, at_ms, body });
    (told, events.collect())
}

#[test]
fn a_file_with_an_end_that_does_not_hold_is_replaced() {
    let (told, events) = amended();
    let truth = [&told[..told.len() - 1], &events].concat();
    let mut summary = Summary::default();
    truth.iter().for_each(|event| summary.add(event));
    for &word in WORDS {
        let shelf = Shelf::default();
        let mut reporters = [make(word, shelf.file(), &Options::default()).unwrap()];
        assert_eq!(replay(&told, &mut reporters), []);
        for _ in 0..2 {
            assert_eq!(reporters[0].amend(&events, &summary), Ok(()));
            assert_eq!(shelf.last(), file_of(word, &truth), "{word}");
        }
    }
}

#[test]
fn yesterdays_file_says_not_finished_until_the_run_is() {
    let events = samples::green();
    for &word in WORDS {
        let shelf = Shelf::default();
        let mut reporters = [make(word, shelf.file(), &Options::default()).unwrap()];
        let cut = &events[..events.len() - 1];
        assert_eq!(replay(cut, &mut reporters), []);
        assert_eq!(shelf.0.borrow().len(), 1, "{word}");
        let said = shelf.last();
        assert!(said.contains("not finished"), "{word}: {said}");
        if word == "junit" {
            assert_eq!(red_in(&said), 1);
        }
    }
}

#[test]
fn a_report_that_is_sealed_again_tells_the_worse_verdict() {
    let shelf = Shelf::default();
    let mut reporter = make("junit", shelf.file(), &Options::default()).unwrap();
    let mut summary = crate::event::Summary::default();
    for event in &samples::green() {
        summary.add(event);
    }
    reporter.seal(&summary).unwrap();
    assert_eq!(red_in(&shelf.last()), 0);
    summary
        .doubts
        .push(Reason::new("the report html could not be written"));
    summary.finished = Some((RunVerdict::Undecided, 12_345));
    reporter.seal(&summary).unwrap();
    assert_eq!(red_in(&shelf.last()), 1);
}

#[test]
fn whether_the_end_can_be_written_is_known_before_the_verdict_is_final() {
    let mut events = samples::green();
    if let Some(Event { at_ms, body, .. }) = events.last_mut()
        && let Body::RunFinished { duration_ms, .. } = body
    {
        *at_ms = *duration_ms;
    }
    for word in ["plain", "json"] {
        let shelf = Shelf::default();
        let reporter = make(word, shelf.file(), &Options::default()).unwrap();
        assert_eq!(replay(&events, &mut [reporter]), []);
        // "not finished", and all of it at the sealing: nothing is left to fail after that.
        assert_eq!(shelf.0.borrow().len(), 2, "{word}");
        let end = shown(word, &events, &Options::default());
        assert_eq!(end, shelf.last(), "{word}");
    }
}

#[test]
fn a_closed_pipe_and_a_full_disk_are_reasons() {
    for &word in WORDS {
        let pipe = Pipe {
            shown: Rc::default(),
            writes: 0,
        };
        let reporter = make(word, Sink::Stream(Box::new(pipe)), &Options::default()).unwrap();
        let failed = replay(&samples::green(), &mut [reporter]);
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].0, format!("report {word}"));
        assert!(failed[0].1.hint.is_some());
        let full = |_: &[u8]| Err(std::io::ErrorKind::StorageFull.into());
        let reporter = make(word, Sink::File(Box::new(full)), &Options::default()).unwrap();
        let failed = replay(&samples::green(), &mut [reporter]);
        assert!(
            failed[0].1.headline.contains("could not be written"),
            "{failed:?}"
        );
    }
}

#[test]
fn json_is_the_events_as_they_are() {
    let events = samples::red();
    let read: Vec<Event> = shown("json", &events, &Options::default())
        .lines()
        .map(|line| wire::from_line(line).unwrap())
        .collect();
    assert_eq!(read, events);
}

#[test]
fn junit_has_a_suite_for_each_gate_and_its_own_case_first() {
    let xml = file_of("junit", &samples::red());
    let document = Document::parse(&xml).unwrap();
    let suites: Vec<_> = elements(&document, "testsuite")
        .iter()
        .map(|n| n.attribute("name").unwrap())
        .collect();
    assert_eq!(
        suites,
        [
            "lint", "unit", "ui/scan", "app", "app-test", "app:tag", "prove"
        ]
    );
    let cases = elements(&document, "testcase");
    let names: Vec<_> = cases.iter().map(|n| n.attribute("name").unwrap()).collect();
    assert_eq!(
        &names[..6],
        ["lint", "unit", "adds", "divides", "later", "ui/scan"]
    );
    let tags: Vec<_> = cases
        .iter()
        .map(|n| {
            n.children()
                .find(Node::is_element)
                .map_or("passed", |n| n.tag_name().name())
        })
        .collect();
    let expected = [
        "failure", "failure", "passed", "failure", "skipped", "error",
    ];
    assert_eq!(&tags[..6], expected);
    assert_eq!(&tags[6..], ["skipped", "skipped", "skipped", "skipped"]);
    let properties = elements(&document, "property");
    let verdict = properties
        .iter()
        .rfind(|n| n.attribute("name") == Some("prove.verdict"));
    assert_eq!(verdict.unwrap().attribute("value"), Some("refuted"));
    assert!(
        xml.contains("timestamp=\"2026-11-21T00:25:00.100+00:00\" time=\"1.234\""),
        "{xml}"
    );
}

#[test]
fn junit_is_valid_and_cannot_be_forged_whatever_comes_in() {
    let mut gate = failed(
        "unit",
        Reason::new(NASTY).detail(NASTY).hint(NASTY),
        &[NASTY],
    );
    gate.notes = vec![NASTY.to_owned()];
    gate.cases = [
        CaseStatus::Passed,
        CaseStatus::Failed,
        CaseStatus::Errored,
        CaseStatus::Skipped,
    ]
    .map(|status| case(NASTY, NASTY, status, NASTY))
    .to_vec();
    let gate_name = name("unit");
    let reason = Reason::new(NASTY);
    let events = Stream::of(&["unit", "soft"])
        .advisory("soft", NASTY)
        .event(Body::Retrying {
            gate: gate_name,
            attempt: 1,
            reason,
            backoff_ms: 0,
        })
        .gate(gate)
        .gate(failed("soft", Reason::new(NASTY), &[NASTY]))
        .event(Body::Doubt {
            reason: Reason::new(NASTY).detail(NASTY),
        })
        .event(Body::Notice {
            text: NASTY.to_owned(),
        })
        .end();
    let xml = file_of("junit", &events);
    let document = Document::parse(&xml).unwrap();
    assert_eq!(elements(&document, "testcase").len(), 8);
    let strange = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}') || c < ' ' && c != '\n';
    assert!(!xml.chars().any(strange), "{xml}");
}

#[test]
fn an_advisory_failure_and_a_flaky_pass_are_said_and_not_red() {
    let mut flaky = finished("e2e", VerdictWord::Passed);
    flaky.flaky = true;
    flaky.attempts = 2;
    let mut soft = failed("audit", Reason::new("2 vulnerabilities"), &[]);
    soft.cases = vec![case("", "CVE", CaseStatus::Failed, "bad")];
    let (gate, reason) = (name("e2e"), Reason::new("exit code 75"));
    let events = Stream::of(&["e2e", "audit"])
        .advisory("audit", "no fix yet")
        .event(Body::Retrying {
            gate,
            attempt: 1,
            reason,
            backoff_ms: 0,
        })
        .gate(flaky)
        .gate(soft)
        .end();
    let xml = file_of("junit", &events);
    assert_eq!(red_in(&xml), 0);
    let document = Document::parse(&xml).unwrap();
    let flaky = elements(&document, "flakyFailure");
    assert_eq!(flaky[0].attribute("message"), Some("exit code 75"));
    let skipped = elements(&document, "skipped");
    let said = skipped[0].attribute("message").unwrap();
    assert_eq!(said, "advisory (no fix yet), failed: 2 vulnerabilities");
}

#[test]
fn junit_on_a_stream_comes_whole_at_the_end() {
    let bytes = Rc::new(RefCell::new(Vec::new()));
    let pipe = Pipe {
        shown: bytes.clone(),
        writes: usize::MAX,
    };
    let mut reporter = make("junit", Sink::Stream(Box::new(pipe)), &Options::default()).unwrap();
    let events = samples::green();
    let (last, before) = events.split_last().unwrap();
    for event in before {
        reporter.hear(event).unwrap();
    }
    assert!(bytes.borrow().is_empty());
    reporter.hear(last).unwrap();
    assert_eq!(red_in(&String::from_utf8(bytes.take()).unwrap()), 0);
}

fn verdicts() -> impl Strategy<Value = VerdictWord> {
    use VerdictWord::{Cancelled, Errored, Failed, NotApplicable, Passed, Skipped};
    prop::sample::select(vec![
        Passed,
        Failed,
        Errored,
        Cancelled,
        Skipped,
        NotApplicable,
    ])
}

proptest! {
    #[test]
    fn junit_is_green_exactly_when_the_run_is_proved(
        words in prop::collection::vec(prop::option::of(verdicts()), 0..4),
        soft: bool,
        doubt: bool,
        signal: bool,
        text: String,
    ) {
        let names = ["a", "b", "c", "d"];
        let mut stream = Stream::of(&names[..words.len()]);
        if soft && !words.is_empty() {
            stream = stream.advisory("a", &text);
        }
        for (gate, word) in names.iter().zip(&words) {
            if let Some(word) = word {
                let mut finished = finished(gate, *word);
                finished.reason = Some(Reason::new(&*text));
                finished.cases = vec![case(&text, &text, CaseStatus::Failed, &text)];
                stream = stream.gate(finished);
            }
        }
        if doubt {
            stream = stream.event(Body::Doubt { reason: Reason::new(&*text) });
        }
        if signal {
            stream = stream.event(Body::Interrupted { signal: 15, forced: false });
        }
        let events = stream.end();
        let proved = verdict(&events) == RunVerdict::Proved;
        prop_assert_eq!(red_in(&file_of("junit", &events)) == 0, proved);
        let said = shown("plain", &events, &Options::default());
        let last = said.lines().last().unwrap();
        prop_assert!(last.starts_with(verdict(&events).as_str()), "{}", last);
    }
}

#[test]
fn a_terminal_and_xml_obey_none_of_the_hostile_texts() {
    for text in HOSTILE {
        let events = hostile::run(text);
        let said = shown("plain", &events, &Options::default());
        let steers = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
        assert!(!said.contains(steers), "{text:?}: {said:?}");
        assert!(
            said.lines().last().unwrap().starts_with("refuted"),
            "{said}"
        );
        let xml = file_of("junit", &events);
        let document = Document::parse(&xml).unwrap();
        // Seven gates' own cases and brought ones, one doubt, the verdict: no text adds any.
        assert_eq!(
            elements(&document, "testcase").len(),
            6 + 4 + 4 + 2,
            "{text:?}"
        );
        assert!(red_in(&xml) > 0);
    }
}
