//! A listener that takes notes, in a few words each.

use std::cell::RefCell;
use std::rc::Rc;

use crate::event::{Body, Event, Listener, Summary};
use crate::model::Reason;

/// Notes that outlive the run.
#[derive(Clone, Default)]
pub struct Notes(pub Rc<RefCell<Vec<String>>>);

impl Notes {
    pub fn write(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

/// What a listener does at a line.
type AtLine = Box<dyn FnMut(&str) -> Result<(), Reason>>;

/// A listener that notes what it hears and seals, and does something at a line.
pub struct Ear {
    pub notes: Notes,
    /// Called with every line.
    pub at: AtLine,
    /// Whether to note texts, too.
    pub whole: bool,
}

impl Listener for Ear {
    fn name(&self) -> String {
        "ear".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        let line = line(event);
        let whole = serde_json::to_string(event).unwrap();
        self.notes
            .write(if self.whole { whole } else { line.clone() });
        (self.at)(&line)
    }

    fn seal(&mut self, summary: &Summary) -> Result<(), Reason> {
        let verdict = summary.finished.unwrap().0.as_str();
        let line = format!("seal {verdict}");
        self.notes.write(line.clone());
        (self.at)(&line)
    }

    fn amend(&mut self, events: &[Event], summary: &Summary) -> Result<(), Reason> {
        let lines: Vec<String> = events.iter().map(line).collect();
        let verdict = summary.finished.unwrap().0.as_str();
        let line = format!("amend {verdict} ({})", lines.join("; "));
        self.notes.write(line.clone());
        (self.at)(&line)
    }
}

/// An event in a few words.
fn line(event: &Event) -> String {
    let at = event.at_ms;
    match &event.body {
        Body::RunStarted(_) => "run".to_owned(),
        Body::GateStarted { gate, attempt } => format!("{at} {gate} #{attempt}"),
        Body::GateSlow { gate, elapsed_ms } => format!("{at} {gate} slow {elapsed_ms}"),
        Body::Progress { gate, text } => format!("{gate}: {text}"),
        Body::Retrying {
            gate,
            attempt,
            backoff_ms,
            reason,
        } => {
            format!(
                "{gate} again after #{attempt} in {backoff_ms}: {}",
                reason.headline
            )
        }
        Body::GateFinished(done) => {
            let why = done
                .reason
                .as_ref()
                .map(|r| format!(": {}", r.headline))
                .unwrap_or_default();
            let flaky = if done.flaky { " flaky" } else { "" };
            let (gate, word, ms) = (&done.gate, done.verdict.as_str(), done.duration_ms);
            format!("{gate} {word}{flaky} in {ms}{why}")
        }
        Body::Interrupted { signal, forced } => format!("signal {signal} forced {forced}"),
        Body::Notice { text } => format!("notice: {text}"),
        Body::Doubt { reason } => format!("doubt: {}", reason.headline),
        Body::RunFinished { verdict, .. } => format!("end {}", verdict.as_str()),
    }
}
