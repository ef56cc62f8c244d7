//! Streams of events for the tests of all reports.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use super::{Options, Sink, make, replay};
use crate::event::{Body, Event, GateFinished, GateHead, LeftOut, LogRef, RunStarted, Summary};
use crate::model::{
    Case, CaseStatus, GateName, Location, Reason, Revision, RunVerdict, VerdictWord,
};

pub(super) fn name(text: &str) -> GateName {
    GateName::try_from(text.to_owned()).unwrap()
}

/// A stream that is being made. Gates are written `name` or `name<need<need`.
pub(super) struct Stream {
    pub(super) head: RunStarted,
    events: Vec<Body>,
}

impl Stream {
    pub(super) fn of(gates: &[&str]) -> Self {
        let head = |text: &&str| {
            let mut words = text.split('<').map(name);
            let gate = words.next().unwrap();
            let summary = format!("npm run {gate}");
            GateHead {
                kind: "run".to_owned(),
                summary,
                place: None,
                description: None,
                advisory: None,
                after: words.collect(),
                gate,
            }
        };
        let head = RunStarted {
            schema: 1,
            run: "20261121T002500Z-k3w5qa".to_owned(),
            project: "dental-mvp".to_owned(),
            version: "0.1.0".to_owned(),
            started: "2026-11-21T00:25:00Z".to_owned(),
            arguments: vec!["run".to_owned()],
            revision: None,
            jobs: 2,
            narrowed: false,
            gates: gates.iter().map(head).collect(),
            left_out: Vec::new(),
        };
        Self {
            head,
            events: Vec::new(),
        }
    }

    pub(super) fn advisory(mut self, gate: &str, why: &str) -> Self {
        let found = self
            .head
            .gates
            .iter_mut()
            .find(|head| head.gate == name(gate));
        found.unwrap().advisory = Some(why.to_owned());
        self
    }

    /// This text wherever the head of a run has one that is free.
    pub(super) fn texts(mut self, text: &str) -> Self {
        self.head.project = text.to_owned();
        // A run that was copied from elsewhere may be called anything.
        self.head.run = text.to_owned();
        self.head.version = text.to_owned();
        self.head.arguments = vec!["run".to_owned(), text.to_owned()];
        self.head.revision = Some(Revision {
            commit: text.to_owned(),
            branch: Some(text.to_owned()),
            repository: Some(format!("https://127.0.0.1/{text}")),
            prefix: format!("{text}/"),
        });
        for head in &mut self.head.gates {
            head.kind = text.to_owned();
            head.summary = text.to_owned();
            head.description = Some(text.to_owned());
            head.place = Some(Location {
                path: text.to_owned(),
                line: 7,
                column: 3,
            });
        }
        self
    }

    pub(super) fn left_out(mut self, gate: &str, reason: &str) -> Self {
        let reason = reason.to_owned();
        self.head.left_out.push(LeftOut {
            gate: name(gate),
            reason,
        });
        self
    }

    pub(super) fn event(mut self, body: Body) -> Self {
        self.events.push(body);
        self
    }

    pub(super) fn gate(self, finished: GateFinished) -> Self {
        let gate = finished.gate.clone();
        let stream = match finished.attempts {
            0 => self,
            _ => self.event(Body::GateStarted { gate, attempt: 1 }),
        };
        stream.event(Body::GateFinished(Box::new(finished)))
    }

    pub(super) fn passed(self, gate: &str) -> Self {
        self.gate(finished(gate, VerdictWord::Passed))
    }

    /// Gates of which the plan says so get this verdict without having run.
    pub(super) fn never_ran(self, gates: &[&str], verdict: VerdictWord, why: &str) -> Self {
        gates.iter().fold(self, |stream, gate| {
            let mut finished = finished(gate, verdict);
            finished.attempts = 0;
            finished.duration_ms = 0;
            finished.reason = Some(Reason::new(why));
            stream.gate(finished)
        })
    }

    /// The whole stream, its end as the fold says.
    pub(super) fn end(self) -> Vec<Event> {
        let mut bodies = vec![Body::RunStarted(Box::new(self.head))];
        bodies.extend(self.events);
        let mut events = Vec::new();
        for body in bodies {
            push(&mut events, body);
        }
        let verdict = Summary::of(&events).verdict();
        push(
            &mut events,
            Body::RunFinished {
                verdict,
                duration_ms: 12_345,
            },
        );
        events
    }
}

fn push(events: &mut Vec<Event>, body: Body) {
    let seq = events.len() as u64;
    events.push(Event {
        seq,
        at_ms: seq * 100,
        body,
    });
}

pub(super) fn finished(gate: &str, verdict: VerdictWord) -> GateFinished {
    GateFinished {
        gate: name(gate),
        verdict,
        reason: None,
        attempts: 1,
        flaky: false,
        duration_ms: 1_234,
        ending: None,
        cases: Vec::new(),
        findings: Vec::new(),
        image: None,
        notes: Vec::new(),
        log: None,
    }
}

pub(super) fn failed(gate: &str, reason: Reason, tail: &[&str]) -> GateFinished {
    let mut finished = finished(gate, VerdictWord::Failed);
    finished.reason = Some(reason);
    finished.log = Some(LogRef {
        path: format!("logs/{}.log", name(gate).file_stem()),
        bytes: 4_096,
        cut: 0,
        tail: tail.iter().map(|line| (*line).to_owned()).collect(),
    });
    finished
}

pub(super) fn case(suite: &str, name: &str, status: CaseStatus, message: &str) -> Case {
    let (suite, name, message) = (suite.to_owned(), name.to_owned(), message.to_owned());
    Case {
        suite,
        name,
        status,
        duration_ms: Some(5),
        message,
    }
}

/// A run in which all is well.
pub(super) fn green() -> Vec<Event> {
    let mut unit = finished("unit", VerdictWord::Passed);
    unit.cases = vec![
        case("math", "adds", CaseStatus::Passed, ""),
        case("math", "divides", CaseStatus::Skipped, "not on Linux"),
    ];
    Stream::of(&["lint", "unit", "app<lint<unit"])
        .left_out("publish", "not asked for")
        .passed("lint")
        .gate(unit)
        .event(Body::Progress {
            gate: name("app"),
            text: "[3/7] RUN npm ci".to_owned(),
        })
        .event(Body::GateSlow {
            gate: name("app"),
            elapsed_ms: 60_000,
        })
        .passed("app")
        .end()
}

/// A run with failures of many kinds, and gates that were skipped because of them.
pub(super) fn red() -> Vec<Event> {
    let mut unit = failed(
        "unit",
        Reason::new("exit code 1; 1 of 3 cases failed"),
        &["", "1 failing"],
    );
    unit.cases = vec![
        case("math", "adds", CaseStatus::Passed, ""),
        case(
            "math",
            "divides",
            CaseStatus::Failed,
            "expected 2, got 3\n  at math.test.js:7",
        ),
        case("", "later", CaseStatus::Skipped, "todo"),
    ];
    let reason = Reason::new("`docker` was not found")
        .detail("looked in /usr/bin, /bin")
        .hint("install it, or say where it is in PATH");
    let mut scan = failed("ui/scan", reason, &[]);
    scan.verdict = VerdictWord::Errored;
    scan.log = None;
    Stream::of(&[
        "lint",
        "unit",
        "ui/scan",
        "app<lint<unit",
        "app-test<app",
        "app:tag<app<app-test",
    ])
    .gate(failed(
        "lint",
        Reason::new("exit code 2"),
        &["src/a.ts:3:1 error  no-var"],
    ))
    .gate(unit)
    .gate(scan)
    .never_ran(
        &["app", "app-test", "app:tag"],
        VerdictWord::Skipped,
        "a needed gate did not pass",
    )
    .end()
}

/// Keeps every version of a file.
#[derive(Clone, Default)]
pub(super) struct Shelf(pub(super) Rc<RefCell<Vec<Vec<u8>>>>);

impl Shelf {
    pub(super) fn file(&self) -> Sink {
        let shelf = self.clone();
        Sink::File(Box::new(move |bytes: &[u8]| {
            shelf.0.borrow_mut().push(bytes.to_vec());
            Ok(())
        }))
    }

    pub(super) fn last(&self) -> String {
        String::from_utf8(self.0.borrow().last().cloned().unwrap_or_default()).unwrap()
    }
}

/// A stream that takes so many writes and then breaks.
pub(super) struct Pipe {
    pub(super) shown: Rc<RefCell<Vec<u8>>>,
    pub(super) writes: usize,
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(left) = self.writes.checked_sub(1) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        self.writes = left;
        self.shown.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a report shows of a stream, on standard output.
pub(super) fn shown(word: &str, events: &[Event], options: &Options) -> String {
    let bytes = Rc::new(RefCell::new(Vec::new()));
    let pipe = Pipe {
        shown: bytes.clone(),
        writes: usize::MAX,
    };
    let reporter = make(word, Sink::Stream(Box::new(pipe)), options).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    String::from_utf8(bytes.take()).unwrap()
}

/// The verdict that a stream ended with.
pub(super) fn verdict(events: &[Event]) -> RunVerdict {
    Summary::of(events).finished.unwrap().0
}
