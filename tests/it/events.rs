//! The schema of the events and the events: each knows every field of the other.

use std::collections::BTreeSet;

use prove::event::{
    Body, Event, GateFinished, GateHead, LeftOut, LogRef, RunStarted, SCHEMA, wire,
};
use prove::model::{
    Case, CaseStatus, Ending, Finding, GateName, ImageIdentity, Location, Reason, Revision,
    RunVerdict, Severity, StopCause, VerdictWord,
};
use serde_json::{Value, json};

use crate::support::Project;

/// As much of JSON Schema as this schema uses; a word that it does not know is an error. Stricter
/// than a reader need be: a field that the schema does not name is an error, too.
struct Validator<'s> {
    root: &'s Value,
    /// Fields that were met, as `definition.field`.
    met: BTreeSet<String>,
}

impl Validator<'_> {
    fn check(&mut self, value: &Value, schema: &Value, name: &str) -> Result<(), String> {
        let known = [
            "$ref",
            "type",
            "properties",
            "required",
            "items",
            "enum",
            "const",
            "oneOf",
            "minimum",
            "description",
        ];
        for word in schema.as_object().unwrap().keys() {
            let of_root = std::ptr::eq(schema, self.root);
            assert!(of_root || known.contains(&word.as_str()), "{name}: {word}");
        }
        let wrong = |what: &str| Err(format!("{name}: {value} {what}"));
        if let Some(way) = schema["$ref"].as_str() {
            let name = way.strip_prefix("#/$defs/").unwrap();
            let root = self.root;
            return self.check(value, &root["$defs"][name], name);
        }
        if !is(value, schema["type"].as_str()) {
            return wrong("has another type");
        }
        if schema.get("const").is_some_and(|only| only != value)
            || schema["enum"]
                .as_array()
                .is_some_and(|all| !all.contains(value))
        {
            return wrong("is another word");
        }
        if let (Some(least), Some(number)) = (schema["minimum"].as_i64(), value.as_i64())
            && number < least
        {
            return wrong("is too small");
        }
        if let Some(all) = schema["oneOf"].as_array() {
            self.one_of(value, all, name)?;
        }
        for item in value.as_array().into_iter().flatten() {
            self.check(item, &schema["items"], name)?;
        }
        self.fields(value, schema, name)
    }

    fn fields(&mut self, value: &Value, schema: &Value, name: &str) -> Result<(), String> {
        let (Some(map), Some(fields)) = (value.as_object(), schema["properties"].as_object())
        else {
            return Ok(());
        };
        for needed in schema["required"].as_array().into_iter().flatten() {
            if !map.contains_key(needed.as_str().unwrap()) {
                return Err(format!("{name}: no {needed}"));
            }
        }
        for (key, value) in map {
            let Some(field) = fields.get(key) else {
                return Err(format!("{name}: the schema has no `{key}`"));
            };
            let own = format!("{name}.{key}");
            self.check(value, field, &own)?;
            self.met.insert(own);
        }
        Ok(())
    }

    fn one_of(&mut self, value: &Value, all: &[Value], name: &str) -> Result<(), String> {
        let results: Vec<_> = all.iter().map(|one| self.check(value, one, name)).collect();
        match results.iter().filter(|result| result.is_ok()).count() {
            1 => Ok(()),
            n => Err(format!("{name}: {n} of these hold: {results:#?}")),
        }
    }
}

fn is(value: &Value, word: Option<&str>) -> bool {
    match word {
        None => true,
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(word) => panic!("{word}"),
    }
}

/// All fields that the schema names.
fn named(schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let alternatives = definition["oneOf"].as_array().into_iter().flatten();
        for one in alternatives.chain([definition]) {
            let fields = one["properties"].as_object();
            names.extend(
                fields
                    .into_iter()
                    .flatten()
                    .map(|(key, _)| format!("{name}.{key}")),
            );
        }
    }
    names
}

fn schema() -> Value {
    let ran = Project::bare().prove(&["schema", "--of", "events"]);
    ran.expect(0, &[]);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn gate() -> GateName {
    GateName::parse("ui/unit[node=20]").unwrap()
}

fn words() -> String {
    "words".to_owned()
}

fn reason() -> Reason {
    Reason::new("why").detail("more").hint("do this")
}

fn place() -> Location {
    Location {
        path: words(),
        line: 3,
        column: 1,
    }
}

/// Every field is written out here: a new one does not compile until it stands here, and then it
/// must stand in the schema.
fn started() -> Body {
    let head = GateHead {
        gate: gate(),
        kind: words(),
        summary: words(),
        place: Some(place()),
        description: Some(words()),
        advisory: Some(words()),
        after: vec![gate()],
    };
    let left = LeftOut {
        gate: gate(),
        reason: words(),
    };
    let revision = Revision {
        commit: words(),
        branch: Some(words()),
        repository: Some(words()),
        prefix: words(),
    };
    Body::RunStarted(Box::new(RunStarted {
        schema: SCHEMA,
        run: words(),
        project: words(),
        version: words(),
        started: words(),
        arguments: vec![words()],
        revision: Some(revision),
        jobs: 2,
        narrowed: true,
        gates: vec![head],
        left_out: vec![left],
    }))
}

fn finished(verdict: VerdictWord, ending: Ending, status: CaseStatus, severity: Severity) -> Body {
    let case = Case {
        suite: words(),
        name: words(),
        status,
        duration_ms: Some(5),
        message: words(),
    };
    let finding = Finding {
        rule: words(),
        severity,
        location: Some(place()),
        message: words(),
        why: Some(words()),
        help: Some(words()),
        source: Some(words()),
        waived: Some(words()),
    };
    Body::GateFinished(Box::new(GateFinished {
        gate: gate(),
        verdict,
        reason: Some(reason()),
        attempts: 2,
        flaky: true,
        duration_ms: 7,
        ending: Some(ending),
        cases: vec![case],
        findings: vec![finding],
        image: Some(ImageIdentity {
            id: words(),
            layers: vec![words()],
        }),
        notes: vec![words()],
        log: Some(LogRef {
            path: words(),
            bytes: 9,
            cut: 1,
            tail: vec![words()],
        }),
    }))
}

/// Every event with every field, and every word of every enumeration.
fn everything() -> Vec<Body> {
    use {CaseStatus as C, Severity as S, StopCause as B, VerdictWord as V};
    let (gate, text, reason) = (gate(), words(), reason());
    let mut all = vec![
        started(),
        finished(V::Passed, Ending::Exited(-1), C::Passed, S::Info),
        finished(V::Failed, Ending::Signaled(9), C::Failed, S::Warning),
        finished(V::Errored, Ending::OutOfMemory, C::Errored, S::Error),
        finished(
            V::Cancelled,
            Ending::Stopped(B::Timeout),
            C::Skipped,
            S::Info,
        ),
        finished(
            V::Skipped,
            Ending::Stopped(B::RunTimeout),
            C::Passed,
            S::Info,
        ),
        finished(
            V::NotApplicable,
            Ending::Stopped(B::Interrupted),
            C::Passed,
            S::Info,
        ),
        finished(V::Passed, Ending::Stopped(B::FailFast), C::Passed, S::Info),
        Body::GateStarted {
            gate: gate.clone(),
            attempt: 1,
        },
        Body::GateSlow {
            gate: gate.clone(),
            elapsed_ms: 1,
        },
        Body::Progress {
            gate: gate.clone(),
            text: text.clone(),
        },
        Body::Retrying {
            gate,
            attempt: 1,
            reason: reason.clone(),
            backoff_ms: 1,
        },
        Body::Interrupted {
            signal: 15,
            forced: false,
        },
        Body::Notice { text },
        Body::Doubt { reason },
    ];
    for verdict in [
        RunVerdict::Proved,
        RunVerdict::Refuted,
        RunVerdict::Undecided,
    ] {
        all.push(Body::RunFinished {
            verdict,
            duration_ms: 1,
        });
    }
    all
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    let schema = schema();
    let mut validator = Validator {
        root: &schema,
        met: BTreeSet::new(),
    };
    for body in everything() {
        let event = Event {
            seq: 1,
            at_ms: 2,
            body,
        };
        let value = serde_json::from_str(&wire::to_line(&event).unwrap()).unwrap();
        validator.check(&value, &schema, "").unwrap();
    }
    let waiting = json!({ "event": "not_finished", "run": "x", "text": "x" });
    validator.check(&waiting, &schema, "").unwrap();
    let missed: Vec<_> = named(&schema).difference(&validator.met).cloned().collect();
    assert_eq!(missed, Vec::<String>::new(), "no event has these");
}

#[test]
fn the_schema_tells_what_is_no_event() {
    let schema = schema();
    let mut validator = Validator {
        root: &schema,
        met: BTreeSet::new(),
    };
    for wrong in [
        json!({ "seq": 1, "at_ms": 2, "event": "gate_vanished" }),
        json!({ "seq": -1, "at_ms": 2, "event": "notice", "text": "x" }),
        json!({ "seq": 1, "at_ms": 2, "event": "notice" }),
        json!({ "seq": 1, "at_ms": 2, "event": "notice", "text": 7 }),
        json!({ "seq": 1, "at_ms": 2, "event": "notice", "text": "x", "more": true }),
        json!({ "seq": 1, "at_ms": 2, "event": "run_finished", "verdict": "green", "duration_ms": 1 }),
    ] {
        validator.check(&wrong, &schema, "").unwrap_err();
    }
    assert_eq!(
        schema["$defs"]["run_started"]["properties"]["schema"]["const"],
        SCHEMA
    );
}

#[test]
fn what_runs_record_and_report_is_in_the_schema() {
    let project = Project::with(concat!(
        "version: 1\nreports: { json: out.jsonl }\ngates:\n",
        "  good: { run: echo hi, description: a pass }\n",
        "  flaky: { run: 'test -e second || { touch second; exit 75; }', retries: 1 }\n",
        "  bad: { run: 'echo clue; exit 3', keep: [out.xml] }\n",
        "  gone: no-such-program-of-prove\n",
        "  layout: { exists: { require: [Dockerfile] } }\n",
        "  cases: { run: cp in.xml out.xml, results: { junit: out.xml } }\n",
        "  soft: { run: exit 1, advisory: { reason: new } }\n",
        "  elsewhere: { run: exit 1, when: { branch: nowhere } }\n",
        "  behind: { run: 'true', needs: bad }\n",
    ));
    project.file(
        "in.xml",
        "<testsuite name=\"s\"><testcase classname=\"c\" name=\"a\"/><testcase classname=\"c\" name=\"b\"><failure message=\"x\"/></testcase></testsuite>",
    );
    project.git();
    project.run().expect(1, &[]);
    let schema = schema();
    let mut validator = Validator {
        root: &schema,
        met: BTreeSet::new(),
    };
    for path in [
        project.run_dir().join("events.jsonl"),
        project.path().join("out.jsonl"),
    ] {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() > 15, "{text}");
        for line in text.lines() {
            validator
                .check(&serde_json::from_str(line).unwrap(), &schema, "")
                .expect(line);
        }
    }
    for met in [
        "gate_finished.cases",
        "retrying.reason",
        "log.tail",
        "revision.commit",
        "gate_head.advisory",
    ] {
        assert!(validator.met.contains(met), "{met}");
    }
    let asked = project.prove(&["schema", "--of", "events", "--format", "markdown"]);
    asked.expect(2, &["--of events"]);
}
