//! A run as an OpenTelemetry trace: a span for the run, for each gate that started, and for each
//! attempt. Bytes of OTLP in protobuf; who posts them and where to is not known here.
//!
//! Names are those of the semantic conventions for CI/CD where they have one (`cicd.pipeline.*`,
//! `vcs.*`), `prove.*` elsewhere.

#[cfg(test)]
mod tests;
pub(super) mod wire;

use std::collections::BTreeMap;

use chrono::DateTime;
use prost::Message as _;

use super::form::Form;
use super::gates;
use super::text;
use crate::event::{Body, Event, GateFinished, GateHead, RunStarted, Summary};
use crate::model::{GateName, Reason, RunVerdict, Trace, VerdictWord};
use wire::Value::{self, Flag, Number, Text};
use wire::{AnyValue, KeyValue, Request, Resource, ResourceSpans, Scope, ScopeSpans, Span, Status};

const INTERNAL: i32 = 1;
const SERVER: i32 = 2;

/// The form.
pub(super) struct Traces {
    trace: Trace,
    /// What the service is called and what else is known of it.
    resource: Vec<(String, String)>,
    /// Starts and ends of attempts, in milliseconds into the run.
    attempts: BTreeMap<GateName, Vec<Attempt>>,
}

struct Attempt {
    start: u64,
    end: u64,
    /// Why it was not the last one.
    why: Option<String>,
}

impl Form for Traces {
    fn word(&self) -> &'static str {
        "traces"
    }

    fn take(&mut self, event: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        let at = event.at_ms;
        match &event.body {
            Body::GateStarted { gate, .. } => {
                let started = Attempt {
                    start: at,
                    end: at,
                    why: None,
                };
                self.attempts.entry(gate.clone()).or_default().push(started);
            }
            Body::Retrying { gate, reason, .. } => self.end(gate, at, Some(&reason.headline)),
            Body::GateFinished(gate) => self.end(&gate.gate, at, None),
            _ => {}
        }
        Ok(Vec::new())
    }

    fn unfinished(&self, _: &RunStarted) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let Some(head) = &summary.head else {
            return Err(Reason::new("the stream of events has no head"));
        };
        let mut spans = vec![self.run(head, summary)];
        for (gate, finished) in gates::finished(summary) {
            spans.extend(self.gate(head, gate, finished));
        }
        let mut resource = self.resource.clone();
        resource.push(("service.version".to_owned(), head.version.clone()));
        let attributes = resource.into_iter();
        let request = Request {
            resource_spans: vec![ResourceSpans {
                resource: Some(Resource {
                    attributes: attributes
                        .map(|(key, value)| pair(&key, words(&value)))
                        .collect(),
                }),
                scope_spans: vec![ScopeSpans {
                    scope: Some(Scope {
                        name: "prove".to_owned(),
                        version: text::show_line(&head.version),
                    }),
                    spans,
                }],
            }],
        };
        Ok(request.encode_to_vec())
    }
}

impl Traces {
    pub(super) fn new(trace: Trace, resource: Vec<(String, String)>) -> Self {
        Self {
            trace,
            resource,
            attempts: BTreeMap::new(),
        }
    }

    fn end(&mut self, gate: &GateName, at: u64, why: Option<&str>) {
        let attempts = self.attempts.get_mut(gate);
        if let Some(last) = attempts.and_then(|attempts| attempts.last_mut()) {
            last.end = at;
            last.why = why.map(str::to_owned);
        }
    }

    fn run(&self, head: &RunStarted, summary: &Summary) -> Span {
        let (verdict, duration_ms) = gates::end(summary);
        let (result, status) = match (summary.interrupted, verdict) {
            (Some(_), _) => ("cancellation", bad("interrupted")),
            (None, RunVerdict::Proved) => ("success", good()),
            (None, RunVerdict::Refuted) => ("failure", bad("refuted")),
            (None, RunVerdict::Undecided) => ("error", bad("undecided")),
        };
        let mut attributes = vec![
            pair("cicd.pipeline.name", words(&head.project)),
            pair("cicd.pipeline.action.name", words("RUN")),
            pair("cicd.pipeline.run.id", words(&head.run)),
            pair("cicd.pipeline.result", words(result)),
            pair("prove.verdict", words(verdict.as_str())),
            pair("prove.narrowed", Flag(head.narrowed)),
            pair("prove.doubts", count(summary.doubts.len())),
            pair("prove.left_out", count(head.left_out.len())),
        ];
        if let Some(from) = &head.revision {
            attributes.push(pair("vcs.ref.head.revision", words(&from.commit)));
            let of = [
                ("vcs.ref.head.name", &from.branch),
                ("vcs.repository.url.full", &from.repository),
            ];
            let of = of.into_iter();
            attributes
                .extend(of.filter_map(|(key, value)| Some(pair(key, words(value.as_ref()?)))));
        }
        let parent = self
            .trace
            .parent()
            .map_or_else(Vec::new, |span| span.to_vec());
        Span {
            span_id: self.trace.root().to_vec(),
            parent_span_id: parent,
            name: format!("RUN {}", text::show_line(&head.project)),
            kind: SERVER,
            attributes,
            status: Some(status),
            ..self.span(head, 0, duration_ms)
        }
    }

    /// The span of a gate, and those of its attempts. What never started takes no time.
    fn gate(&self, head: &RunStarted, gate: &GateHead, finished: &GateFinished) -> Vec<Span> {
        let none = Vec::new();
        let attempts = self.attempts.get(&gate.gate).unwrap_or(&none);
        let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else {
            return Vec::new();
        };
        let soft = gate.advisory.is_some();
        let why = finished.reason.as_ref();
        let why = why.map_or("", |why| &why.headline);
        let (result, verdict) = match finished.verdict {
            VerdictWord::Passed => ("success", good()),
            VerdictWord::Failed => ("failure", bad(why)),
            VerdictWord::Errored => ("error", bad(why)),
            VerdictWord::Cancelled => ("cancellation", bad(why)),
            VerdictWord::Skipped | VerdictWord::NotApplicable => ("skip", Status::default()),
        };
        let mut attributes = vec![
            pair("cicd.pipeline.task.name", words(gate.gate.as_str())),
            pair(
                "cicd.pipeline.task.run.id",
                words(&format!("{}/{}", head.run, gate.gate)),
            ),
            pair("cicd.pipeline.task.run.result", words(result)),
            pair("prove.kind", words(&gate.kind)),
            pair("prove.verdict", words(finished.verdict.as_str())),
            pair("prove.attempts", Number(i64::from(finished.attempts))),
            pair("prove.flaky", Flag(finished.flaky)),
            pair("prove.advisory", Flag(soft)),
        ];
        if gate.kind == "build" {
            attributes.push(pair("cicd.pipeline.task.type", words("build")));
        }
        let mut spans = vec![Span {
            span_id: self.trace.gate(&gate.gate).to_vec(),
            parent_span_id: self.trace.root().to_vec(),
            name: gate.gate.to_string(),
            attributes,
            status: Some(verdict),
            ..self.span(head, first.start, last.end)
        }];
        for (number, attempt) in (1..).zip(attempts) {
            let cut_short = attempt.why.as_ref().map(|why| bad(why));
            spans.push(Span {
                span_id: self.trace.attempt(&gate.gate, number).to_vec(),
                parent_span_id: self.trace.gate(&gate.gate).to_vec(),
                name: format!("{} attempt {number}", gate.gate),
                attributes: vec![pair("prove.attempt", Number(i64::from(number)))],
                status: cut_short.or_else(|| spans[0].status.clone()),
                ..self.span(head, attempt.start, attempt.end)
            });
        }
        spans
    }

    /// Of this trace, between these milliseconds of the run.
    fn span(&self, head: &RunStarted, start: u64, end: u64) -> Span {
        let started = DateTime::parse_from_rfc3339(&head.started).ok();
        let began = started.map(|at| at.timestamp_millis());
        let began = began.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0);
        let nano = |ms: u64| began.saturating_add(ms).saturating_mul(1_000_000);
        Span {
            trace_id: self.trace.id().to_vec(),
            kind: INTERNAL,
            start_time_unix_nano: nano(start),
            end_time_unix_nano: nano(end.max(start)),
            ..Span::default()
        }
    }
}

fn good() -> Status {
    Status {
        message: String::new(),
        code: 1,
    }
}

fn bad(why: &str) -> Status {
    Status {
        message: text::show(why),
        code: 2,
    }
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: text::show_line(key),
        value: Some(AnyValue { value: Some(value) }),
    }
}

fn words(said: &str) -> Value {
    Text(text::show(said))
}

fn count(n: usize) -> Value {
    Number(i64::try_from(n).unwrap_or(i64::MAX))
}
