//! `prove completions SHELL`: the shell asks prove itself what may stand where, so that the names
//! of the project's gates are among it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use super::args::{self, Common};
use super::failure::Failure;
use super::gatefile;
use super::output::Terminal;
use crate::model::ExitStatus;

/// The variable by which the shell's function asks.
pub(super) const VARIABLE: &str = "PROVE_COMPLETE";

/// Options of `prove completions`.
#[derive(Debug, Args)]
#[command(after_help = "Put this where your shell starts:
  bash        source <(prove completions bash)
  zsh         source <(prove completions zsh)
  fish        prove completions fish | source
  powershell  prove completions powershell | Out-String | Invoke-Expression")]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Shells that can be completed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// Elvish.
    Elvish,
}

pub(super) fn completions(
    completions: &Completions,
    _common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let shells = Shells::builtins();
    let name = completions.shell.to_possible_value();
    let name = name.as_ref().map_or("", |value| value.get_name());
    let cannot = || Failure::undecided(format!("there is no completion for {name}"));
    let shell: &dyn EnvCompleter = shells.completer(name).ok_or_else(cannot)?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "prove", "prove", "prove", &mut script)
        .map_err(|error| cannot().because(error))?;
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Proved)
}

/// Answers the shell when it is the shell that calls; `None` when it is a user.
pub(super) fn answer(arguments: &[OsString]) -> Option<ExitStatus> {
    std::env::var_os(VARIABLE)?;
    let here: Option<PathBuf> = std::env::current_dir().ok();
    let answered = CompleteEnv::with_factory(args::command)
        .var(VARIABLE)
        .bin("prove")
        .try_complete(arguments.to_vec(), here.as_deref());
    match answered {
        Ok(true) => Some(ExitStatus::Proved),
        // Set to nothing or 0: no question.
        Ok(false) => None,
        Err(_) => Some(ExitStatus::Usage),
    }
}

/// The gates and groups of the gate file that begin like this. A file that is not there or not
/// right has none: whoever presses a key wants no diagnostics.
pub(super) fn gates(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Ok(file)) = (current.to_str(), gatefile::read(None)) else {
        return Vec::new();
    };
    let Ok(project) = file.load() else {
        return Vec::new();
    };
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for gate in &project.pipeline.gates {
        let group = gate.group.as_ref().map(ToString::to_string);
        let known = |name: &String| found.iter().any(|(found, _)| found == name);
        if let Some(group) = group.filter(|group| !known(group)) {
            found.push((group, Some("group".to_owned())));
        }
        let told = gate
            .description
            .clone()
            .unwrap_or_else(|| gate.kind.summary());
        found.push((gate.name.to_string(), Some(told)));
    }
    let begins = |(name, _): &(String, Option<String>)| name.starts_with(current);
    let candidate = |(name, told): (String, Option<String>)| {
        let told = told.map(|told| super::output::visible(&told).into());
        CompletionCandidate::new(name).help(told)
    };
    found.into_iter().filter(begins).map(candidate).collect()
}
