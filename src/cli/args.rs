//! What can be typed: global options, and the words with theirs. Each word's file has its options.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use super::failure::Failure;
use super::{
    check, clean, completions, doctor, explain, graph, history, hook, init, lint, list, logs, man,
    open, packs, plan, replay, report, rules, run, schema, shell,
};

/// The quality gate that stands in front of a container image: no proof, no image.
///
/// `prove.yml` lists gates; prove runs them, as parallel as the machine allows, before any image is
/// tagged, and fails closed.
#[derive(Debug, Parser)]
#[command(
    name = "prove",
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 proved, 1 refuted, 2 the gate file or the arguments are wrong, \
                  3 undecided, 128+n interrupted by signal n."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub common: Common,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    #[command(subcommand)]
    pub word: Word,
}

/// The table that parser, help, manual and completions are folded from.
pub(super) fn command() -> clap::Command {
    Arguments::command()
}

/// Which project.
#[derive(Debug, Clone, Args)]
pub(super) struct Common {
    /// The gate file [default: prove.yml or prove.yaml here or in the nearest parent, up to the
    /// root of the git repository]
    #[arg(short, long, global = true, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Works as if started in this directory.
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The full ref that the sources are taken for, when they are not the work tree as it is.
    #[arg(skip)]
    pub stands_for: Option<String>,
}

impl Common {
    /// The words that run a gate of the same project again, but for its name.
    pub fn rerun(&self) -> Vec<String> {
        let mut words = vec!["prove".to_owned()];
        let options = [("-C", &self.directory), ("-f", &self.file)];
        for (option, value) in options {
            if let Some(value) = value {
                words.extend([option.to_owned(), value.display().to_string()]);
            }
        }
        words.push("run".to_owned());
        words
    }

    /// Goes to the directory of `-C`.
    pub fn enter(&self) -> Result<(), Failure> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        std::env::set_current_dir(directory).map_err(|error| {
            Failure::usage(format!("cannot work in {}", directory.display())).because(error)
        })
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR_FORCE`).
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For machines: one document, versioned by `schema`.
    Json,
}

/// The form of what is printed, where there is also a page of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Pages {
    /// For people.
    Text,
    /// For machines: one document, versioned by `schema`.
    Json,
    /// A page to read.
    Markdown,
}

/// The words.
#[derive(Debug, Subcommand)]
pub(super) enum Word {
    /// Looks at the project and writes a gate file that fits it.
    Init(init::Init),
    /// Runs gates, and puts the tags on when the whole pipeline is proved.
    Run(run::Run),
    /// Reads the gate file and says every mistake in it; runs nothing.
    Check(check::Check),
    /// Shows what would run, in which order, and why; runs nothing.
    Plan(plan::Show),
    /// Lists the gates, in the order of the file; runs nothing.
    List(list::List),
    /// Says whether all that the gates need is on this machine, and what to do where it is not.
    Doctor(doctor::Doctor),
    /// Tells all there is to know about one gate; runs nothing.
    Explain(explain::Explain),
    /// Draws what waits for what; runs nothing.
    Graph(graph::Graph),
    /// Writes the reports of a run that was recorded.
    Replay(replay::Replay),
    /// Makes report files out of a run that was recorded.
    Report(report::Report),
    /// Shows a recorded run as a page in the browser.
    Open(open::Open),
    /// Tells from the recorded runs which gates are slow, flaky or broken, and since when.
    History(history::History),
    /// Shows what a gate printed in a run that was recorded.
    Logs(logs::Logs),
    /// Opens a shell where a gate runs, with what that gate sees, or runs one command there.
    Shell(shell::Shell),
    /// Removes what prove keeps and nobody needs any more, and nothing else.
    Clean(clean::Clean),
    /// Shows the packs of gates that come with prove, and what one of them brings.
    Packs(packs::Packs),
    /// Judges files by the rules of the static kinds, without a gate file; runs nothing.
    Lint(lint::Lint),
    /// Lists the rules by which static gates judge files, and explains one of them.
    Rules(rules::Rules),
    /// Puts prove before `git push` and `git commit`.
    Hook(hook::Hooks),
    /// Prints what makes a shell complete commands, options and the names of gates.
    Completions(completions::Completions),
    /// Prints a manual page, or writes all of them.
    Man(man::ManPages),
    /// Prints the language of the gate file (JSON Schema, or a reference to read), or of the events.
    Schema(schema::Schema),
}
