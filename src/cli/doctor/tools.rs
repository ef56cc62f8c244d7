//! Programs that the gates start on this machine: found, or not.
//!
//! A gate is asked for its first question, as a run would, and nothing is answered.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Check, State};
use crate::cli::gatefile::Project;
use crate::model::{Answer, Command, GateName, Place, Probe, RunRequest, Snapshot, Step};
use crate::report::text::some;
use crate::spec::Gate;

/// Gates that are named for a program before the rest is counted.
const NAMED: usize = 4;
/// Words of shells that are no programs, or need none.
const BUILTIN: [&str; 39] = [
    ".", ":", "[", "alias", "break", "case", "cd", "command", "continue", "declare", "echo",
    "eval", "exec", "exit", "export", "false", "for", "function", "if", "let", "local", "mapfile",
    "printf", "pwd", "read", "return", "set", "shift", "shopt", "source", "test", "time", "trap",
    "true", "type", "umask", "unset", "until", "while",
];

/// A program and who starts it.
#[derive(Default)]
struct Asked<'p> {
    by: Vec<&'p GateName>,
    /// Where it was found, when it was.
    found: Option<String>,
    /// A gate that decides is certain to start it.
    needed: bool,
    /// It is the shell of a gate whose text needs one.
    shell: bool,
}

/// Every program that gates of this machine name.
pub(super) fn programs(project: &Project) -> Vec<Check> {
    let mut asked: BTreeMap<String, Asked<'_>> = BTreeMap::new();
    let setups = project
        .pipeline
        .gates
        .iter()
        .any(|gate| gate.kind.is_setup());
    let gates = project.pipeline.gates.iter();
    for gate in gates.filter(|gate| gate.not_applicable().is_none()) {
        let Some(request) = request(gate).filter(|request| request.place == Place::Host) else {
            continue;
        };
        let decides = gate
            .advisory
            .as_ref()
            .is_none_or(|advisory| advisory.expired);
        for (program, certain) in named(&request.command) {
            let entry = asked.entry(program.clone()).or_default();
            entry.by.push(&gate.name);
            entry.shell |= is_shell(&request.command, &program);
            // What lies in the project may be made by a setup.
            let made = program.contains('/') && setups;
            entry.needed |= decides && certain && !made;
            let found = find(&program, &request, &project.origin.root);
            entry.found = entry.found.take().or(found);
        }
    }
    asked
        .into_iter()
        .map(|(program, asked)| check(program, &asked))
        .collect()
}

fn check(program: String, asked: &Asked<'_>) -> Check {
    let by = some(&asked.by, NAMED);
    let what = match asked.shell {
        true => format!("shell {program}"),
        false => program.clone(),
    };
    match (&asked.found, asked.needed) {
        (Some(path), _) => Check::new(what, State::Ok, format!("{path} ({by})")),
        (None, needed) => {
            let state = if needed {
                State::Missing
            } else {
                State::Warning
            };
            let remedy = match program.contains('/') {
                true => "make it, or correct the path".to_owned(),
                false => format!("install {program}, or put it on the PATH"),
            };
            Check::new(what, state, format!("not found ({by})")).remedy(remedy)
        }
    }
}

/// What a gate runs first. One that compares files asks for these before.
fn request(gate: &Gate) -> Option<RunRequest> {
    let images = BTreeMap::new();
    let turn = gate.turn(&images);
    let answers = [Answer::Snapshot(Snapshot::default())];
    for answers in [&[][..], &answers[..]] {
        if let Step::Ask(probes) = gate.kind.step(&turn, answers) {
            for probe in probes {
                if let Probe::Run(request) = probe {
                    return Some(*request);
                }
            }
        }
    }
    None
}

/// The programs of a command, and whether it is certain that they are started.
fn named(command: &Command) -> Vec<(String, bool)> {
    match command {
        Command::Argv(words) => words
            .iter()
            .take(1)
            .map(|word| (word.clone(), true))
            .collect(),
        Command::Shell { shell, text } => {
            let shell = shell.iter().take(1).map(|word| (word.clone(), true));
            let first = text.split_whitespace().next().filter(|word| is_plain(word));
            shell
                .chain(first.map(|word| (word.to_owned(), false)))
                .collect()
        }
    }
}

fn is_shell(command: &Command, program: &str) -> bool {
    matches!(command, Command::Shell { shell, .. } if shell.first().is_some_and(|word| word == program))
}

/// A word that a shell takes as it is, and for a program.
fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./+".contains(c);
    word.chars().all(plain) && !BUILTIN.contains(&word)
}

fn find(program: &str, request: &RunRequest, root: &Path) -> Option<String> {
    let path = request.env.get("PATH");
    let cwd = root.join(&request.cwd);
    let found = which::which_in(program, path, cwd).ok()?;
    Some(found.display().to_string())
}
