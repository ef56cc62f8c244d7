//! `--report json`: the events as they are, one line each. For programs.

use super::form::Form;
use super::text;
use crate::event::{Event, RunStarted, Summary, wire};
use crate::model::Reason;

/// The form.
pub(super) struct Json;

impl Form for Json {
    fn word(&self) -> &'static str {
        "json"
    }

    fn take(&mut self, event: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        let line = wire::to_line(event).map_err(|error| Reason::new(error.to_string()))?;
        Ok((text::tame_json(line) + "\n").into_bytes())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let line = serde_json::json!({
            "event": "not_finished",
            "run": head.run,
            "text": "this run has not finished",
        });
        Ok((text::tame_json(line.to_string()) + "\n").into_bytes())
    }
}
