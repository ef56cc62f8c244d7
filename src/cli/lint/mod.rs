//! `prove lint`: the static kinds on files, without a gate file. Runs nothing, records nothing.
//!
//! Decides nothing about a file: which kind knows it and what is wrong with it is the kind's to say.

mod find;
mod judge;
mod talk;
mod wishes;

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::args::Common;
use super::failure::Failure;
use super::output::Terminal;
use crate::kind::registry;
use crate::model::ExitStatus;
use crate::report;
use crate::spec::KindSpec;
use crate::sys;

/// Options of `prove lint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove lint Dockerfile                       one file, judged by what it is
  prove lint .                                all in this directory that any kind knows
  prove lint deploy/*.yaml --kind compose     taken for what they are not called
  git show HEAD~1:Dockerfile | prove lint - --kind dockerfile
  prove lint . --ignore not-ignored           without a rule; that is said
  prove lint . --override ignored=warning --failure-threshold error
  prove lint . --format sarif > lint.sarif

No gate file is read: what its gates know of the project (waivers, settings) holds in `prove run`.

Exit codes:
  0 nothing was found that counts       2 the arguments are wrong
  1 something was found that counts     3 nothing was, but something could not be judged")]
pub(super) struct Lint {
    /// Files, directories (what git ignores is left out), or `-` for standard input
    #[arg(value_name = "FILE|DIR", required = true)]
    pub files: Vec<PathBuf>,
    /// Takes each file for one of this kind; of a directory only those that are
    #[arg(long, value_name = "KIND", add = ArgValueCompleter::new(kinds))]
    pub kind: Option<String>,
    /// The least weight of a finding that counts: info, warning or error
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub failure_threshold: wishes::Level,
    /// Gives a rule another weight: off, info, warning or error
    #[arg(long = "override", value_name = "RULE=LEVEL",
          add = ArgValueCompleter::new(super::rules::complete))]
    pub overrides: Vec<String>,
    /// Leaves a rule out
    #[arg(long, value_name = "RULE", add = ArgValueCompleter::new(super::rules::complete))]
    pub ignore: Vec<String>,
    /// The form of the output
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Form,
    /// A line for each finding that counts and for what could not be judged, and nothing else
    #[arg(short, long, conflicts_with = "format")]
    pub quiet: bool,
}

/// The form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Text,
    /// For machines: one document, versioned by `schema`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations, for the log of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
}

pub(super) fn lint(
    lint: &Lint,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    if common.file.is_some() {
        return Err(Failure::usage("`prove lint` reads no gate file")
            .hint("`prove run` judges files as the gates of a gate file say"));
    }
    let kind = lint.kind.as_deref().map(known).transpose()?;
    let wishes = wishes::read(lint)?;
    let found = find::find(&lint.files, kind)?;
    let linted = judge::judge(found, &wishes);
    let shown = match lint.format {
        Form::Text => linted.text(lint.quiet),
        Form::Json => linted.json(),
        Form::Sarif => forged(&linted, report::Forged::Sarif)?,
        Form::Github => forged(&linted, report::Forged::Github)?,
        Form::Gitlab => forged(&linted, report::Forged::Gitlab)?,
    };
    terminal.print(&shown)?;
    Ok(linted.verdict().into())
}

fn forged(linted: &report::Lint, form: report::Forged) -> Result<String, Failure> {
    let bytes = linted
        .forged(form)
        .map_err(|reason| Failure::undecided(reason.headline))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The kinds that judge a file alone.
fn all() -> impl Iterator<Item = &'static dyn KindSpec> {
    let kinds = registry().kinds().iter().copied();
    kinds.filter(|spec| spec.lints().is_some())
}

fn known(word: &str) -> Result<&'static dyn KindSpec, Failure> {
    all().find(|spec| spec.word() == word).ok_or_else(|| {
        let words: Vec<&str> = all().map(KindSpec::word).collect();
        Failure::usage(format!("no kind `{word}` judges files by themselves"))
            .hint(format!("there are: {}", words.join(", ")))
    })
}

/// The words of the kinds that begin like this, for the shell.
fn kinds(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let begins = all().filter(|spec| spec.word().starts_with(&*current));
    let candidate = |spec: &dyn KindSpec| {
        let files = spec.lints().map(|lints| lints.files.into());
        CompletionCandidate::new(spec.word()).help(files)
    };
    begins.map(candidate).collect()
}

/// Arguments as typed, for the reports that tell them.
fn typed() -> Vec<String> {
    let words = std::env::args_os().map(|word| sys::fs::text(word.as_ref()));
    words.collect()
}
