//! Floor 10, the command line: arguments, composition, exit codes. One file per command.
//!
//! Decides nothing about gates: it finds, gathers, hands over, and says how it ended.

mod args;
mod check;
mod clean;
mod completions;
mod doctor;
pub mod embed;
mod explain;
mod facts;
mod failure;
mod gatefile;
mod graph;
mod history;
mod hook;
mod init;
mod kept;
mod lint;
mod list;
mod logs;
mod man;
mod markdown;
mod open;
mod output;
mod packs;
mod past;
mod plan;
mod replay;
mod report;
mod rules;
mod run;
mod schema;
mod shell;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::model::ExitStatus;
use args::{Arguments, Word};
use failure::Failure;
use output::Terminal;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let ended = completions::answer(&arguments).unwrap_or_else(|| with(arguments));
    ExitCode::from(ended.code())
}

/// Runs a command line, its first word being the program's name.
fn with(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let help = !error.use_stderr();
            // Whoever asked for help and closed the door meanwhile did not get it.
            let shown = error.print().is_ok();
            return if help && shown {
                ExitStatus::Proved
            } else {
                ExitStatus::Usage
            };
        }
    };
    let terminal = Terminal::new(arguments.color);
    let ended = arguments
        .common
        .enter()
        .and_then(|()| dispatch(&arguments, &terminal));
    ended.unwrap_or_else(|failure| {
        terminal.tell(&failure);
        failure.status()
    })
}

/// The words of the commands, as the user types them.
#[must_use]
pub fn command_words() -> Vec<String> {
    use clap::CommandFactory as _;
    let command = Arguments::command();
    let words = command
        .get_subcommands()
        .map(|word| word.get_name().to_owned());
    words.collect()
}

fn dispatch(arguments: &Arguments, terminal: &Terminal) -> Result<ExitStatus, Failure> {
    let common = &arguments.common;
    match &arguments.word {
        Word::Check(word) => check::check(word, common, terminal),
        Word::Plan(word) => plan::plan(word, common, terminal),
        Word::Run(word) => run::run(word, common, terminal),
        Word::List(word) => list::list(word, common, terminal),
        Word::Doctor(word) => doctor::doctor(word, common, terminal),
        Word::Explain(word) => explain::explain(word, common, terminal),
        Word::History(word) => history::history(word, common, terminal),
        Word::Graph(word) => graph::graph(word, common, terminal),
        Word::Replay(word) => replay::replay(word, common, terminal),
        Word::Report(word) => report::report(word, common, terminal),
        Word::Open(word) => open::open(word, common, terminal),
        Word::Logs(word) => logs::logs(word, common, terminal),
        Word::Init(word) => init::init(word, common, terminal),
        Word::Clean(word) => clean::clean(word, common, terminal),
        Word::Packs(word) => packs::packs(word, common, terminal),
        Word::Lint(word) => lint::lint(word, common, terminal),
        Word::Rules(word) => rules::rules(word, common, terminal),
        Word::Shell(word) => shell::shell(word, common, terminal),
        Word::Hook(word) => hook::hook(word, common, terminal),
        Word::Completions(word) => completions::completions(word, common, terminal),
        Word::Man(word) => man::man(word, common, terminal),
        Word::Schema(word) => schema::schema(word, common, terminal),
    }
}
