//! `prove schema`: the JSON schema of the gate file, for editors.

use super::failure::Failure;
use super::output::Terminal;
use crate::model::ExitStatus;

pub(super) fn schema(terminal: &Terminal) -> Result<ExitStatus, Failure> {
    let schema = crate::spec::schema(crate::kind::registry());
    terminal.print(&format!("{schema:#}\n"))?;
    Ok(ExitStatus::Proved)
}
