//! `prove report`: report files of a recorded run. `prove replay` shows a run as it was, on standard
//! output and with its exit code; this makes files, and its exit code says whether they were made.

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::output::Terminal;
use super::replay;
use super::run::reports;
use crate::model::ExitStatus;

/// Options of `prove report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove report --to html=out.html                  the newest run as a page
  prove report last --to html=a.html --to junit=b.xml
  prove report path/to/run --to html=out.html      a run that was copied from elsewhere

A report is byte for byte the one that the run itself would have written. Exit codes: 0 all files
were written, whatever the verdict of the run (`prove replay` ends with that); 3 one was not, or
the run did not finish and its reports say so.")]
pub(super) struct Report {
    /// The run: its id, `last`, or the path of its folder.
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// Writes a report, such as `html=PATH`. May be repeated.
    #[arg(long = "to", value_name = "KIND=PATH", required = true, value_parser = to_file)]
    pub to: Vec<reports::Report>,
}

/// Reads `KIND=PATH`.
fn to_file(text: &str) -> Result<reports::Report, String> {
    let report = reports::parse(text)?;
    if report.path.is_none() {
        return Err(format!(
            "it needs a file, such as `{text}=FILE`; to standard output writes \
             `prove replay last --report {text}`"
        ));
    }
    Ok(report)
}

pub(super) fn report(
    report: &Report,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let (recorded, look) = replay::opened(&report.run, false, common)?;
    let asked = reports::distinct(&report.to, &[])?;
    let listeners = reports::asked(&asked, &look, *terminal)?;
    let recording = replay::tell(&recorded, listeners, *terminal)?;
    if !recording.finished() {
        terminal.note(&format!(
            "run {} did not finish: its reports say that and no more",
            recorded.id
        ));
        return Ok(ExitStatus::Undecided);
    }
    Ok(ExitStatus::Proved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_a_file_says_what_to_do() {
        assert!(to_file("html=x").is_ok());
        let said = to_file("html").unwrap_err();
        assert!(said.contains("html=FILE") && said.contains("prove replay last"));
        assert!(
            to_file("htlm=x")
                .unwrap_err()
                .contains("did you mean `html`")
        );
    }
}
