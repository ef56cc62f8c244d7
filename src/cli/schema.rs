//! `prove schema`: the language of the gate file, for editors and for readers, and the form of the
//! events, for programs.

use clap::{Args, ValueEnum};

use super::args::Common;
use super::failure::Failure;
use super::output::Terminal;
use crate::event;
use crate::kind::registry;
use crate::model::ExitStatus;
use crate::spec;

/// Options of `prove schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove schema > .vscode/prove.schema.json     for an editor
  prove schema --format markdown | less        every key, to read
  prove schema --of events                     the lines of `prove run --report json`")]
pub(super) struct Schema {
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "json")]
    pub format: Form,
    /// What it describes.
    #[arg(long, value_name = "WHAT", default_value = "gates")]
    pub of: Of,
}

/// What can be described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Of {
    /// The gate file.
    Gates,
    /// An event: a line of the JSON report and of a recorded run.
    Events,
}

/// The form of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// JSON Schema, draft 2020-12.
    Json,
    /// The reference of the gate file: every key in a table.
    Markdown,
}

pub(super) fn schema(
    schema: &Schema,
    _common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let shown = match (schema.of, schema.format) {
        (Of::Gates, Form::Json) => format!("{:#}\n", spec::schema(registry())),
        (Of::Gates, Form::Markdown) => spec::reference(registry()),
        (Of::Events, Form::Json) => event::schema::TEXT.to_owned(),
        (Of::Events, Form::Markdown) => {
            return Err(Failure::usage("the events have no reference in Markdown")
                .hint("`prove schema --of events` is JSON with a description of every field"));
        }
    };
    terminal.print(&shown)?;
    Ok(ExitStatus::Proved)
}
