//! The step's outputs for later steps: `verdict`, `exit-code` and `run`.

use crate::event::{Event, RunStarted, Summary};
use crate::model::Reason;
use crate::report::form::Form;
use crate::report::gates;

/// The form.
pub(crate) struct Outputs;

impl Form for Outputs {
    fn word(&self) -> &'static str {
        "github"
    }

    fn take(&mut self, _: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn unfinished(&self, _: &RunStarted) -> Result<Vec<u8>, Reason> {
        Ok(b"verdict=undecided\n".to_vec())
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let (verdict, _) = gates::end(summary);
        let run = summary.head.as_ref().map_or("", |head| &head.run);
        // The id of a run that was copied from elsewhere is anybody's text.
        let run: String = run
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let (verdict, code) = (verdict.as_str(), gates::exit(summary).code());
        Ok(format!("verdict={verdict}\nexit-code={code}\nrun={run}\n").into_bytes())
    }
}
