//! What the logs of CI systems have in common: the plain report, each failure in a section of its
//! own, and no line from outside that the system would obey.

use chrono::DateTime;

use super::Options;
use super::form::Form;
use super::plain::Plain;
use super::{gates, text};
use crate::event::{Body, Event, RunStarted, Summary};
use crate::model::Reason;

/// How one system writes sections, and what it obeys.
pub(super) trait Forge {
    /// The word that the user writes.
    fn word(&self) -> &'static str;

    /// The line that opens the section of a failure. `at` is in seconds since the epoch.
    fn open(&self, number: usize, at: i64, title: &str) -> String;

    /// The line that closes it.
    fn close(&self, number: usize, at: i64) -> Option<String>;

    /// A line of the plain report, such that it is not obeyed.
    fn tame(&self, line: &str) -> String;

    /// What is said in the system's own way about what did not pass.
    fn annotations(&self, _: &Summary) -> Vec<String> {
        Vec::new()
    }
}

/// The log of one system.
pub(super) struct Log<F> {
    forge: F,
    plain: Plain,
}

impl<F: Forge> Log<F> {
    pub(super) fn new(forge: F, options: &Options) -> Self {
        let plain = Plain::new(options.clone());
        Self { forge, plain }
    }

    fn closing(&self, summary: &Summary) -> Vec<String> {
        let (verdict, duration_ms) = gates::end(summary);
        let start = summary.head.as_ref();
        let start = start.and_then(|head| DateTime::parse_from_rfc3339(&head.started).ok());
        let seconds = i64::try_from(duration_ms / 1_000).unwrap_or_default();
        let at = start.map_or(0, |start| start.timestamp()) + seconds;
        let mut lines = vec![String::new()];
        for (number, (gate, story)) in self.plain.stories(summary).into_iter().enumerate() {
            let why = gate
                .reason
                .as_ref()
                .map(|why| text::show_line(&why.headline));
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            let title = format!("{} {}{why}", gate.gate, gate.verdict.as_str());
            lines.push(self.forge.open(number, at, &title));
            lines.extend(story.iter().map(|line| self.forge.tame(line)));
            lines.extend(self.forge.close(number, at));
        }
        lines.extend(self.forge.annotations(summary));
        let rest = self.plain.rest(summary, verdict, duration_ms);
        lines.extend(rest.iter().map(|line| self.forge.tame(line)));
        lines
    }
}

impl<F: Forge> Form for Log<F> {
    fn word(&self) -> &'static str {
        self.forge.word()
    }

    fn take(&mut self, event: &Event, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let lines = if matches!(event.body, Body::RunFinished { .. }) {
            self.closing(summary)
        } else {
            let shown = self.plain.take(event, summary)?;
            let shown = String::from_utf8_lossy(&shown).into_owned();
            shown.lines().map(|line| self.forge.tame(line)).collect()
        };
        Ok(lines
            .into_iter()
            .flat_map(|line| (line + "\n").into_bytes())
            .collect())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        self.plain.unfinished(head)
    }
}
