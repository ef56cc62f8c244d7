//! Traces: which spans, whose children, and that a replay gives the same.

use prost::Message as _;

use super::Traces;
use super::wire::{Request, Span, Value};
use crate::event::{Body, Event};
use crate::model::{Reason, Trace, VerdictWord};
use crate::report::form::Reporter;
use crate::report::hostile::{self, HOSTILE};
use crate::report::replay;
use crate::report::samples::{Shelf, Stream, failed, finished, name};

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn spans_of(events: &[Event]) -> (Vec<(String, String)>, Vec<Span>) {
    let shelf = Shelf::default();
    let resource = vec![("service.name".to_owned(), "prove".to_owned())];
    let form = Traces::new(Trace::new("run-1", Some(CALLER)), resource);
    assert_eq!(
        replay(events, &mut [Box::new(Reporter::new(form, shelf.file()))]),
        []
    );
    let bytes = shelf.0.borrow().last().cloned().unwrap();
    let request = Request::decode(&bytes[..]).unwrap();
    let [of] = &request.resource_spans[..] else {
        panic!("one resource");
    };
    let resource = of.resource.as_ref().unwrap().attributes.iter();
    let resource = resource.map(|pair| (pair.key.clone(), text_of(pair.value.as_ref())));
    (resource.collect(), of.scope_spans[0].spans.clone())
}

fn text_of(value: Option<&super::wire::AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Flag(flag)) => flag.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        None => String::new(),
    }
}

fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|pair| pair.key == key);
    found.map_or_else(String::new, |pair| text_of(pair.value.as_ref()))
}

fn retried() -> Vec<Event> {
    let mut flaky = finished("unit", VerdictWord::Passed);
    (flaky.attempts, flaky.flaky) = (2, true);
    let started = |attempt| Body::GateStarted {
        gate: name("unit"),
        attempt,
    };
    Stream::of(&["unit", "lint", "late<lint"])
        .event(started(1))
        .event(Body::Retrying {
            gate: name("unit"),
            attempt: 1,
            reason: Reason::new("exit code 75"),
            backoff_ms: 0,
        })
        .event(started(2))
        .event(Body::GateFinished(Box::new(flaky)))
        .gate(failed("lint", Reason::new("exit code 2"), &[]))
        .never_ran(&["late"], VerdictWord::Skipped, "lint failed")
        .end()
}

#[test]
fn a_span_for_the_run_each_gate_and_each_attempt() {
    let (resource, spans) = spans_of(&retried());
    let service = |key: &str| resource.iter().find(|(known, _)| known == key);
    assert_eq!(service("service.name").unwrap().1, "prove");
    assert_eq!(service("service.version").unwrap().1, "0.1.0");
    let parent = |span: &Span| {
        let found = spans
            .iter()
            .find(|other| other.span_id == span.parent_span_id);
        found.map_or("the caller", |found| &found.name).to_owned()
    };
    let seen: Vec<String> = spans
        .iter()
        .map(|span| {
            let status = span.status.as_ref().unwrap();
            let took = (span.end_time_unix_nano - span.start_time_unix_nano) / 1_000_000;
            format!(
                "{} < {}: {} {:?} {took} ms",
                span.name,
                parent(span),
                status.code,
                status.message
            )
        })
        .collect();
    let expected = [
        "RUN dental-mvp < the caller: 2 \"refuted\" 12345 ms",
        "unit < RUN dental-mvp: 1 \"\" 300 ms",
        "unit attempt 1 < unit: 2 \"exit code 75\" 100 ms",
        "unit attempt 2 < unit: 1 \"\" 100 ms",
        "lint < RUN dental-mvp: 2 \"exit code 2\" 100 ms",
        "lint attempt 1 < lint: 2 \"exit code 2\" 100 ms",
    ];
    assert_eq!(seen, expected);
    assert!(spans.iter().all(|span| span.trace_id == spans[0].trace_id));
    assert_eq!(spans[0].parent_span_id[..2], [0x00, 0xf0]);
    assert_eq!(attribute(&spans[0], "cicd.pipeline.result"), "failure");
    assert_eq!(
        attribute(&spans[1], "cicd.pipeline.task.run.result"),
        "success"
    );
    assert_eq!(attribute(&spans[1], "prove.flaky"), "true");
    let trace = Trace::new("run-1", Some(CALLER));
    assert_eq!(spans[3].span_id, trace.attempt(&name("unit"), 2));
}

#[test]
fn nothing_hostile_makes_a_span_or_an_escape() {
    let (_, expected) = spans_of(&hostile::run("harmless"));
    for text in HOSTILE {
        let (_, spans) = spans_of(&hostile::run(text));
        assert_eq!(spans.len(), expected.len());
        for span in &spans {
            let said = format!("{}{}", span.name, attribute(span, "cicd.pipeline.name"));
            assert!(!said.contains('\u{1b}'), "{said:?}");
        }
    }
}
