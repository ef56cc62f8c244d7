//! `--report prometheus`: a file for the textfile collector of node_exporter.
//!
//! In the text exposition format 0.0.4. Gauges only: each run replaces what the last one said, and
//! the time stamp tells how old that is.

use chrono::DateTime;

use super::form::Form;
use super::{gates, text};
use crate::event::{Event, GateFinished, RunStarted, Summary};
use crate::model::{Reason, RunVerdict, VerdictWord};

/// The form.
pub(super) struct Prometheus;

const VERDICTS: [RunVerdict; 3] = [
    RunVerdict::Proved,
    RunVerdict::Refuted,
    RunVerdict::Undecided,
];

const GATE_VERDICTS: [VerdictWord; 6] = [
    VerdictWord::Passed,
    VerdictWord::Failed,
    VerdictWord::Errored,
    VerdictWord::Cancelled,
    VerdictWord::Skipped,
    VerdictWord::NotApplicable,
];

impl Form for Prometheus {
    fn word(&self) -> &'static str {
        "prometheus"
    }

    fn take(&mut self, _: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let mut page = Page::new(head);
        page.text.push_str("# this run has not finished\n");
        page.run(&Summary::default(), false);
        Ok(page.text.into_bytes())
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let Some(head) = &summary.head else {
            return Err(Reason::new("the stream of events has no head"));
        };
        let mut page = Page::new(head);
        page.run(summary, true);
        page.counts(summary, head);
        page.gates(summary);
        Ok(page.text.into_bytes())
    }
}

/// Labels and a value.
type Sample = (Vec<(&'static str, String)>, f64);

struct Page {
    text: String,
    project: String,
    started: Option<i64>,
}

impl Page {
    fn new(head: &RunStarted) -> Self {
        let mut page = Self {
            text: String::new(),
            project: head.project.clone(),
            started: DateTime::parse_from_rfc3339(&head.started)
                .ok()
                .map(|start| start.timestamp_millis()),
        };
        let version = vec![("version", head.version.clone())];
        page.family("prove_build_info", "The prove that ran.", [(version, 1.0)]);
        page
    }

    /// A metric with its samples, all of which carry the project.
    fn family(&mut self, name: &str, help: &str, samples: impl IntoIterator<Item = Sample>) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        let text = &mut self.text;
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
        for (labels, value) in samples {
            text.push_str(&format!("{name}{{project=\"{}\"", label(&self.project)));
            for (key, said) in labels {
                text.push_str(&format!(",{key}=\"{}\"", label(&said)));
            }
            text.push_str(&format!("}} {value}\n"));
        }
    }

    fn run(&mut self, summary: &Summary, finished: bool) {
        let (verdict, ms) = gates::end(summary);
        let one = |value: f64| [(Vec::new(), value)];
        let verdicts = VERDICTS.map(|word| {
            let labels = vec![("verdict", word.as_str().to_owned())];
            (labels, flag(word == verdict))
        });
        let help = "1 for the verdict of the last run, 0 for the others.";
        self.family("prove_run_verdict", help, verdicts);
        let help = "1 when the last run came to its end.";
        self.family("prove_run_finished", help, one(flag(finished)));
        if let Some(started) = self.started {
            let help = "When the last run started, since the epoch.";
            self.family(
                "prove_run_start_timestamp_seconds",
                help,
                one(seconds(started)),
            );
        }
        if finished {
            let took = i64::try_from(ms).unwrap_or(i64::MAX);
            let help = "How long the last run took.";
            self.family("prove_run_duration_seconds", help, one(seconds(took)));
        }
    }

    /// Rule 7: nothing soft is silent.
    fn counts(&mut self, summary: &Summary, head: &RunStarted) {
        let counts = GATE_VERDICTS.map(|word| {
            let labels = vec![("verdict", word.as_str().to_owned())];
            (labels, number(summary.count(word)))
        });
        let help = "Gates of the last run that decide, by verdict.";
        self.family("prove_run_gates", help, counts);
        let advisory = gates::each(summary).filter(|(gate, _)| gate.advisory.is_some());
        let flaky = summary.finished_gates().filter(|gate| gate.flaky);
        let counts = [
            ("advisory", advisory.count()),
            ("doubt", summary.doubts.len()),
            ("flaky", flaky.count()),
            ("left_out", head.left_out.len()),
            ("notice", summary.notices.len()),
        ];
        let counts = counts.map(|(kind, n)| (vec![("kind", kind.to_owned())], number(n)));
        let help = "What must be said of the last run beside its verdict.";
        self.family("prove_run_remarks", help, counts);
    }

    fn gates(&mut self, summary: &Summary) {
        let verdicts = gates::finished(summary).map(|(head, gate)| {
            let mut labels = vec![("gate", gate.gate.to_string())];
            labels.push(("verdict", gate.verdict.as_str().to_owned()));
            labels.push(("kind", head.kind.clone()));
            labels.push(("advisory", head.advisory.is_some().to_string()));
            (labels, 1.0)
        });
        self.family(
            "prove_gate_verdict",
            "1 for the verdict of a gate.",
            verdicts,
        );
        let took = each(summary, |gate| {
            seconds(i64::try_from(gate.duration_ms).unwrap_or(i64::MAX))
        });
        let help = "How long a gate took, all attempts and their pauses.";
        self.family("prove_gate_duration_seconds", help, took);
        let attempts = each(summary, |gate| f64::from(gate.attempts));
        self.family("prove_gate_attempts", "Attempts of a gate.", attempts);
        let flaky = each(summary, |gate| flag(gate.flaky));
        let help = "1 when a gate passed, but not at its first attempt.";
        self.family("prove_gate_flaky", help, flaky);
    }
}

/// A sample for each gate that finished.
fn each(summary: &Summary, value: impl Fn(&GateFinished) -> f64) -> impl Iterator<Item = Sample> {
    gates::finished(summary).map(move |(_, gate)| {
        let labels = vec![("gate", gate.gate.to_string())];
        (labels, value(gate))
    })
}

/// The value of a label: made visible first, then quoted as the format asks.
fn label(value: &str) -> String {
    let shown = text::show(value);
    shown
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 have room in 53 bits"
)]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use crate::event::Event;
    use crate::report::hostile::{self, HOSTILE};
    use crate::report::samples::{Shelf, green};
    use crate::report::{Options, make, replay};

    fn page_of(events: &[Event]) -> String {
        let shelf = Shelf::default();
        let reporter = make("prometheus", shelf.file(), &Options::default()).unwrap();
        assert_eq!(replay(events, &mut [reporter]), []);
        shelf.last()
    }

    /// The names of the samples in a page; a line that the format does not know is a failure.
    fn samples(page: &str) -> Vec<&str> {
        let mut names = Vec::new();
        for line in page.lines().filter(|line| !line.starts_with("# ")) {
            let (name, rest) = line.split_once('{').unwrap_or_else(|| panic!("{line}"));
            let mut quoted = false;
            let mut chars = rest.char_indices();
            let end = loop {
                match chars.next() {
                    Some((_, '\\')) if quoted => assert!(
                        matches!(chars.next(), Some((_, '\\' | '"' | 'n'))),
                        "{line}"
                    ),
                    Some((_, '"')) => quoted = !quoted,
                    Some((at, '}')) if !quoted => break at,
                    Some(_) => {}
                    None => panic!("no end: {line}"),
                }
            };
            assert!(rest[end + 2..].parse::<f64>().is_ok(), "{line}");
            names.push(name);
        }
        names
    }

    #[test]
    fn a_run_in_numbers() {
        let page = page_of(&green());
        samples(&page);
        for line in [
            "prove_build_info{project=\"dental-mvp\",version=\"0.1.0\"} 1",
            "# TYPE prove_run_verdict gauge",
            "prove_run_verdict{project=\"dental-mvp\",verdict=\"proved\"} 1",
            "prove_run_verdict{project=\"dental-mvp\",verdict=\"refuted\"} 0",
            "prove_run_start_timestamp_seconds{project=\"dental-mvp\"} 1795220700",
            "prove_run_duration_seconds{project=\"dental-mvp\"} 12.345",
            "prove_run_gates{project=\"dental-mvp\",verdict=\"passed\"} 3",
            "prove_run_remarks{project=\"dental-mvp\",kind=\"left_out\"} 1",
            "prove_gate_duration_seconds{project=\"dental-mvp\",gate=\"unit\"} 1.234",
            "prove_gate_flaky{project=\"dental-mvp\",gate=\"unit\"} 0",
        ] {
            assert!(page.lines().any(|known| known == line), "{line}: {page}");
        }
    }

    #[test]
    fn a_run_that_has_not_finished_is_undecided() {
        let page = page_of(&green()[..1]);
        assert!(page.contains("prove_run_verdict{project=\"dental-mvp\",verdict=\"undecided\"} 1"));
        assert!(page.contains("prove_run_finished{project=\"dental-mvp\"} 0"));
    }

    #[test]
    fn nothing_hostile_makes_a_sample() {
        let expected = page_of(&hostile::run("harmless"));
        for text in HOSTILE {
            let page = page_of(&hostile::run(text));
            assert_eq!(samples(&page), samples(&expected), "{text:?}");
        }
    }
}
