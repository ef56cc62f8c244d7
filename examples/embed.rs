//! prove in a program of your own: reads a project, says what would run, runs it, and hears it.
//!
//!     cargo run --example embed -- examples/hello

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use prove::{Body, Event, Listener, Options, Project, Reason, RunVerdict, Selection};

/// Says a line for each gate.
struct Lines;

impl Listener for Lines {
    fn name(&self) -> String {
        "lines".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        if let Body::GateFinished(gate) = &event.body {
            say(&format!("{} {}", gate.verdict.as_str(), gate.gate));
        }
        Ok(())
    }
}

/// When nobody can hear, the exit code still tells.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn main() -> ExitCode {
    let path = std::env::args_os().nth(1);
    let path = path.unwrap_or_else(|| "examples/hello".into());
    match proved(path.as_ref()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(error.status().code())
        }
    }
}

/// Runs the project at this path; whether it is proved.
pub fn proved(path: &Path) -> Result<bool, prove::Error> {
    let project = Project::open(path)?;
    let options = Options::default();
    let planned = project.plan(&Selection::All, &options)?;
    say(&format!(
        "{}: {} gates",
        project.name(),
        planned.gates.len()
    ));
    let summary = project.run(&Selection::All, &options, Box::new(Lines))?;
    say(summary.verdict().as_str());
    Ok(summary.verdict() == RunVerdict::Proved)
}
