//! The wire form of the stream: one event, one line of JSON. Pure: text in, text out.
//!
//! A reader that guessed at what it does not know could read a red run as green, so whatever is
//! newer than this `prove` is refused by name. Must not know where the lines lie.

use serde_json::Value;

use super::{Body, Event, SCHEMA};

/// The words of all events of [`SCHEMA`].
const WORDS: [&str; 10] = [
    "run_started",
    "gate_started",
    "gate_slow",
    "progress",
    "retrying",
    "gate_finished",
    "interrupted",
    "notice",
    "doubt",
    "run_finished",
];

/// Why a line is no event that this `prove` can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Recorded by a newer `prove`, in a form that this one does not know.
    #[error("recorded in schema {found}, this prove reads up to schema {SCHEMA}")]
    NewerSchema {
        /// The schema that the line names.
        found: u64,
    },
    /// An event that this `prove` has never heard of.
    #[error("an event {0:?}, which this prove does not know")]
    UnknownEvent(String),
    /// Not an event at all.
    #[error("not an event: {0}")]
    Damaged(String),
}

/// Writes an event as one line, without the line break.
///
/// # Errors
/// [`WireError::Damaged`] when the event cannot be put into JSON; no event of ours is like that.
pub fn to_line(event: &Event) -> Result<String, WireError> {
    serde_json::to_string(event).map_err(|error| WireError::Damaged(error.to_string()))
}

/// Reads one line. Fields that it does not know are let through, events are not.
///
/// # Errors
/// [`WireError`], by name.
pub fn from_line(line: &str) -> Result<Event, WireError> {
    match serde_json::from_str::<Event>(line) {
        Ok(event) => match &event.body {
            Body::RunStarted(head) if head.schema > SCHEMA => Err(WireError::NewerSchema {
                found: u64::from(head.schema),
            }),
            _ => Ok(event),
        },
        Err(error) => Err(why_not(line, &error)),
    }
}

/// Tells what is newer from what is broken.
fn why_not(line: &str, error: &serde_json::Error) -> WireError {
    let damaged = || WireError::Damaged(error.to_string());
    let Ok(value) = serde_json::from_str::<Value>(line) else {
        return damaged();
    };
    match value.get("schema").and_then(Value::as_u64) {
        Some(found) if found > u64::from(SCHEMA) => return WireError::NewerSchema { found },
        _ => {}
    }
    match value.get("event").and_then(Value::as_str) {
        Some(word) if !WORDS.contains(&word) => WireError::UnknownEvent(word.to_owned()),
        _ => damaged(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{GateFinished, LogRef, RunStarted};
    use crate::model::{Case, CaseStatus, Ending, GateName, Reason, RunVerdict, VerdictWord};
    use proptest::prelude::*;

    fn gate() -> impl Strategy<Value = GateName> {
        "[a-z0-9_][a-zA-Z0-9_.-]{0,8}(/[a-z][a-z0-9-]{0,5})?"
            .prop_map(|name| GateName::parse(&name).unwrap())
    }

    fn reason() -> impl Strategy<Value = Reason> {
        (
            any::<String>(),
            prop::collection::vec(any::<String>(), 0..3),
            any::<Option<String>>(),
        )
            .prop_map(|(headline, details, hint)| Reason {
                headline,
                details,
                hint,
            })
    }

    fn finished() -> impl Strategy<Value = Body> {
        let case = any::<(String, String, Option<u64>, String)>().prop_map(|parts| Case {
            suite: parts.0,
            name: parts.1,
            status: CaseStatus::Errored,
            duration_ms: parts.2,
            message: parts.3,
        });
        let log =
            any::<(String, u64, u64, Vec<String>)>().prop_map(|(path, bytes, cut, tail)| LogRef {
                path,
                bytes,
                cut,
                tail,
            });
        let rest = (any::<bool>(), any::<u32>(), any::<u64>(), any::<i32>());
        (
            gate(),
            prop::option::of(reason()),
            rest,
            prop::collection::vec(case, 0..3),
            log,
        )
            .prop_map(
                |(gate, reason, (flaky, attempts, duration_ms, code), cases, log)| {
                    Body::GateFinished(Box::new(GateFinished {
                        gate,
                        verdict: VerdictWord::NotApplicable,
                        reason,
                        attempts,
                        flaky,
                        duration_ms,
                        ending: Some(Ending::Exited(code)),
                        cases,
                        findings: Vec::new(),
                        image: None,
                        notes: Vec::new(),
                        log: Some(log),
                    }))
                },
            )
    }

    fn body() -> impl Strategy<Value = Body> {
        let times = || any::<(u32, u64)>();
        prop_oneof![
            (any::<(String, String, Vec<String>, usize, bool)>()).prop_map(|parts| {
                Body::RunStarted(Box::new(RunStarted {
                    schema: SCHEMA,
                    run: parts.0,
                    project: parts.1,
                    version: "0.1.0".to_owned(),
                    started: "2026-11-21T00:25:00Z".to_owned(),
                    arguments: parts.2,
                    revision: None,
                    jobs: parts.3,
                    narrowed: parts.4,
                    gates: Vec::new(),
                    left_out: Vec::new(),
                }))
            }),
            (gate(), any::<u32>()).prop_map(|(gate, attempt)| Body::GateStarted { gate, attempt }),
            (gate(), any::<u64>())
                .prop_map(|(gate, elapsed_ms)| Body::GateSlow { gate, elapsed_ms }),
            (gate(), any::<String>()).prop_map(|(gate, text)| Body::Progress { gate, text }),
            (gate(), reason(), times()).prop_map(|(gate, reason, (attempt, backoff_ms))| {
                Body::Retrying {
                    gate,
                    attempt,
                    reason,
                    backoff_ms,
                }
            }),
            finished(),
            any::<(i32, bool)>().prop_map(|(signal, forced)| Body::Interrupted { signal, forced }),
            any::<String>().prop_map(|text| Body::Notice { text }),
            reason().prop_map(|reason| Body::Doubt { reason }),
            any::<u64>().prop_map(|duration_ms| Body::RunFinished {
                verdict: RunVerdict::Undecided,
                duration_ms,
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seq: u64, at_ms: u64, body in body()) {
            let event = Event { seq, at_ms, body };
            let line = to_line(&event).unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(from_line(&line), Ok(event));
            let value: Value = serde_json::from_str(&line).unwrap();
            prop_assert!(WORDS.contains(&value["event"].as_str().unwrap()));
        }

        #[test]
        fn any_text_is_an_event_or_an_error(text: String) {
            let _ = from_line(&text);
        }
    }

    #[test]
    fn a_newer_schema_is_refused_by_name_even_when_its_shape_is_unknown() {
        let line = r#"{"seq":0,"at_ms":0,"event":"run_started","schema":2,"who":"knows"}"#;
        assert_eq!(from_line(line), Err(WireError::NewerSchema { found: 2 }));
    }

    #[test]
    fn an_unknown_event_is_refused_by_name() {
        let line = r#"{"seq":0,"at_ms":0,"event":"gate_blessed","gate":"x"}"#;
        assert_eq!(
            from_line(line),
            Err(WireError::UnknownEvent("gate_blessed".to_owned()))
        );
    }

    #[test]
    fn a_broken_event_is_damaged() {
        for line in [
            "",
            "{",
            "[]",
            r#"{"seq":0,"at_ms":0,"event":"notice"}"#,
            "null",
        ] {
            assert!(
                matches!(from_line(line), Err(WireError::Damaged(_))),
                "{line}"
            );
        }
    }
}
