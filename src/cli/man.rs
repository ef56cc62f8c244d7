//! `prove man`: the manual pages, folded from the same table as `--help`.

mod markdown;

use std::path::{Path, PathBuf};

use clap::{Args, Command, ValueEnum};
use clap_mangen::Man;

use super::args::{self, Common};
use super::failure::Failure;
use super::output::Terminal;
use crate::model::ExitStatus;
use crate::sys;

/// Options of `prove man`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove man | man -l -                          the page of prove
  prove man run | man -l -                      the page of `prove run`
  prove man --to ~/.local/share/man/man1        all pages, as files
  prove man --format markdown                   all commands on one page of Markdown")]
pub(super) struct ManPages {
    /// A command [default: prove itself]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
    /// Writes all pages into this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub to: Option<PathBuf>,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "roff", conflicts_with_all = ["command", "to"])]
    pub format: Form,
}

/// The form of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A manual page.
    Roff,
    /// All commands on one page.
    Markdown,
}

pub(super) fn man(
    man: &ManPages,
    _common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let mut whole = args::command();
    whole.build();
    if man.format == Form::Markdown {
        terminal.print(&markdown::page(&whole))?;
        return Ok(ExitStatus::Proved);
    }
    if let Some(folder) = &man.to {
        let written = write(&whole, folder)?;
        terminal.print(&format!("wrote {written} pages to {}\n", folder.display()))?;
        return Ok(ExitStatus::Proved);
    }
    let command = match &man.command {
        None => whole,
        Some(name) => named(&whole, name)?,
    };
    terminal.print(&String::from_utf8_lossy(&page(command)?))?;
    Ok(ExitStatus::Proved)
}

fn named(whole: &Command, name: &str) -> Result<Command, Failure> {
    let found = whole.find_subcommand(name);
    found.cloned().ok_or_else(|| {
        let words = whole.get_subcommands().map(Command::get_name);
        let near = words.min_by_key(|word| strsim::damerau_levenshtein(word, name));
        let failure = Failure::usage(format!("there is no command `{name}`"));
        match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    })
}

fn page(command: Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::undecided("the page cannot be made").because(error))?;
    Ok(page)
}

/// Writes the page of prove and those of all commands; how many there are.
fn write(whole: &Command, folder: &Path) -> Result<usize, Failure> {
    let mut todo = vec![whole.clone()];
    let mut written = 0;
    while let Some(command) = todo.pop() {
        let below = command.get_subcommands();
        todo.extend(below.filter(|below| below.get_name() != "help").cloned());
        let path = folder.join(Man::new(command.clone()).get_filename());
        sys::fs::write_whole(&path, &page(command)?).map_err(|error| {
            Failure::undecided(format!("cannot write {}", path.display())).because(error)
        })?;
        written += 1;
    }
    Ok(written)
}
