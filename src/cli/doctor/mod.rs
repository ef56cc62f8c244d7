//! `prove doctor`: whether all that the gate file needs is there, each with a remedy. Runs no gate.

mod machine;
mod tools;

use clap::Args;
use serde::Serialize;

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile;
use super::output::{Terminal, visible};
use crate::model::ExitStatus;

/// Version of the JSON form.
const SCHEMA: u32 = 1;

/// Options of `prove doctor`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove doctor                    what is there, what is missing, what to do
  prove doctor --format json | jq '.checks[] | select(.state != \"ok\")'

Exit codes: 0 all that is needed is there (warnings do not count), 2 the gate file is wrong,
3 something is missing.")]
pub(super) struct Doctor {
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It is there.
    Ok,
    /// It may matter.
    Warning,
    /// A gate that decides cannot be judged without it.
    Missing,
}

/// Something that was looked at.
#[derive(Debug, Clone, Serialize)]
struct Check {
    /// What.
    what: String,
    /// How it stands.
    state: State,
    /// One line.
    text: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Check {
    fn new(what: impl Into<String>, state: State, text: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            state,
            text: text.into(),
            remedy: None,
        }
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

pub(super) fn doctor(
    doctor: &Doctor,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let project = gatefile::load(common)?;
    let gates = &project.pipeline.gates;
    super::plan::whole(&project)?;
    let count = crate::report::text::count(gates.len(), "gate");
    let mut checks = vec![Check::new(
        "gate file",
        State::Ok,
        format!("{count}, no mistakes"),
    )];
    checks.extend(machine::git(&project));
    checks.extend(machine::engine(&project)?);
    checks.extend(tools::programs(&project));
    checks.extend(machine::variables(&project));
    checks.extend(machine::hooks(&project));
    checks.push(machine::project_room(&project));
    checks.push(machine::records(&project));
    let missing = checks
        .iter()
        .filter(|check| check.state == State::Missing)
        .count();
    let shown = match doctor.format {
        Format::Text => text(&checks),
        Format::Json => {
            let document = serde_json::json!({ "schema": SCHEMA, "checks": checks });
            format!("{document:#}\n")
        }
    };
    terminal.print(&visible(&shown))?;
    Ok(match missing {
        0 => ExitStatus::Proved,
        _ => ExitStatus::Undecided,
    })
}

fn text(checks: &[Check]) -> String {
    let wide = checks.iter().map(|check| check.what.chars().count()).max();
    let wide = wide.unwrap_or(0).min(30);
    let mut shown = String::new();
    for check in checks {
        let state = match check.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Missing => "MISSING",
        };
        shown.push_str(&format!(
            "{state:7}  {:wide$}  {}\n",
            check.what, check.text
        ));
        if let Some(remedy) = &check.remedy {
            shown.push_str(&format!("{:7}  {:wide$}  {remedy}\n", "", ""));
        }
    }
    let with = |state| checks.iter().filter(|check| check.state == state).count();
    let (missing, warnings) = (with(State::Missing), with(State::Warning));
    shown.push_str(&match (missing, warnings) {
        (0, 0) => "\nall that the gates need is there\n".to_owned(),
        (0, n) => format!("\nall that the gates need is there; {n} to look at\n"),
        (n, _) => format!("\n{n} missing: gates that need this are undecided\n"),
    });
    shown
}
