//! The one place where secrets are taken out of events: every text of every body passes here.
//!
//! Must not know listeners, logs or time. A body is matched whole, without `..`, so that a new
//! text cannot be forgotten.

use crate::event::{Body, GateFinished, GateHead, LeftOut, LogRef, RunStarted};
use crate::model::{Case, Finding, Location, Masker, Reason, Revision};

/// The body without secrets.
pub(super) fn mask(masker: &Masker, body: Body) -> Body {
    if masker.is_idle() {
        return body;
    }
    Mask(masker).body(body)
}

struct Mask<'m>(&'m Masker);

impl Mask<'_> {
    fn body(&self, body: Body) -> Body {
        match body {
            Body::RunStarted(head) => Body::RunStarted(Box::new(self.head(*head))),
            Body::Progress { gate, text } => Body::Progress {
                gate,
                text: self.text(text),
            },
            Body::Retrying {
                gate,
                attempt,
                reason,
                backoff_ms,
            } => Body::Retrying {
                gate,
                attempt,
                reason: self.reason(reason),
                backoff_ms,
            },
            Body::GateFinished(gate) => Body::GateFinished(Box::new(self.finished(*gate))),
            Body::Notice { text } => Body::Notice {
                text: self.text(text),
            },
            Body::Doubt { reason } => Body::Doubt {
                reason: self.reason(reason),
            },
            plain @ (Body::GateStarted {
                gate: _,
                attempt: _,
            }
            | Body::GateSlow {
                gate: _,
                elapsed_ms: _,
            }
            | Body::Interrupted {
                signal: _,
                forced: _,
            }
            | Body::RunFinished {
                verdict: _,
                duration_ms: _,
            }) => plain,
        }
    }

    fn head(&self, head: RunStarted) -> RunStarted {
        RunStarted {
            schema: head.schema,
            run: head.run,
            project: self.text(head.project),
            version: head.version,
            started: head.started,
            arguments: self.texts(head.arguments),
            revision: head.revision.map(|revision| self.revision(revision)),
            jobs: head.jobs,
            narrowed: head.narrowed,
            gates: head.gates.into_iter().map(|gate| self.gate(gate)).collect(),
            left_out: head
                .left_out
                .into_iter()
                .map(|gate| self.left_out(gate))
                .collect(),
        }
    }

    fn gate(&self, head: GateHead) -> GateHead {
        let GateHead {
            gate,
            kind,
            summary,
            place,
            description,
            advisory,
            after,
        } = head;
        GateHead {
            gate,
            kind,
            summary: self.text(summary),
            place: place.map(|place| self.location(place)),
            description: description.map(|text| self.text(text)),
            advisory: advisory.map(|text| self.text(text)),
            after,
        }
    }

    fn left_out(&self, LeftOut { gate, reason }: LeftOut) -> LeftOut {
        LeftOut {
            gate,
            reason: self.text(reason),
        }
    }

    fn finished(&self, finished: GateFinished) -> GateFinished {
        GateFinished {
            gate: finished.gate,
            verdict: finished.verdict,
            reason: finished.reason.map(|reason| self.reason(reason)),
            attempts: finished.attempts,
            flaky: finished.flaky,
            duration_ms: finished.duration_ms,
            ending: finished.ending,
            cases: finished
                .cases
                .into_iter()
                .map(|case| self.case(case))
                .collect(),
            findings: finished
                .findings
                .into_iter()
                .map(|found| self.finding(found))
                .collect(),
            image: finished.image,
            notes: self.texts(finished.notes),
            log: finished.log.map(|log| self.log(log)),
        }
    }

    fn case(&self, case: Case) -> Case {
        let Case {
            suite,
            name,
            status,
            duration_ms,
            message,
        } = case;
        Case {
            suite: self.text(suite),
            name: self.text(name),
            status,
            duration_ms,
            message: self.text(message),
        }
    }

    fn finding(&self, finding: Finding) -> Finding {
        let Finding {
            rule,
            severity,
            location,
            message,
            why,
            help,
            source,
            waived,
        } = finding;
        let masked = |text: Option<String>| text.map(|text| self.text(text));
        Finding {
            rule: self.text(rule),
            severity,
            location: location.map(|location| self.location(location)),
            message: self.text(message),
            why: masked(why),
            help: masked(help),
            source: masked(source),
            waived: masked(waived),
        }
    }

    fn location(&self, Location { path, line, column }: Location) -> Location {
        Location {
            path: self.text(path),
            line,
            column,
        }
    }

    fn revision(&self, revision: Revision) -> Revision {
        let Revision {
            commit,
            branch,
            repository,
            prefix,
        } = revision;
        Revision {
            commit,
            branch: branch.map(|text| self.text(text)),
            repository: repository.map(|text| self.text(text)),
            prefix: self.text(prefix),
        }
    }

    /// Its bytes were masked on their way to the file; but its tail was stripped of escape
    /// sequences since, which can join a secret that they had split.
    fn log(
        &self,
        LogRef {
            path,
            bytes,
            cut,
            tail,
        }: LogRef,
    ) -> LogRef {
        LogRef {
            path,
            bytes,
            cut,
            tail: self.texts(tail),
        }
    }

    fn reason(
        &self,
        Reason {
            headline,
            details,
            hint,
        }: Reason,
    ) -> Reason {
        Reason {
            headline: self.text(headline),
            details: self.texts(details),
            hint: hint.map(|text| self.text(text)),
        }
    }

    fn texts(&self, texts: Vec<String>) -> Vec<String> {
        texts.into_iter().map(|text| self.text(text)).collect()
    }

    fn text(&self, text: String) -> String {
        self.0.text(&text)
    }
}
