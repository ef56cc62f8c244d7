//! Rules on the values of WORKDIR, EXPOSE, ENV and LABEL. Must not know what a RUN does.

use std::collections::BTreeSet;

use super::super::subject::{Placed, Subject};
use super::Check;
use super::hadolint_files::is_relative;
use crate::format::dockerfile::expand::Lexer;
use crate::format::dockerfile::{Command, Pair, Word};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3000,
        find: dl3000,
    },
    Check {
        rule: &DL3011,
        find: dl3011,
    },
    Check {
        rule: &DL3044,
        find: dl3044,
    },
    Check {
        rule: &DL3048,
        find: dl3048,
    },
];

/// A relative directory.
pub(super) const DL3000: Rule = Rule {
    id: "DL3000",
    aliases: &["WorkdirRelativePath"],
    severity: Severity::Error,
    about: "WORKDIR is relative",
    why: "Where it leads depends on the WORKDIR above or in the base image, and that may change.",
    fix: "write the whole path",
    source: "https://docs.docker.com/reference/build-checks/workdir-relative-path/",
    settings: "",
    bad: "FROM debian:12\nWORKDIR app\n",
    good: "FROM debian:12\nWORKDIR /app\n",
};

/// No port.
pub(super) const DL3011: Rule = Rule {
    id: "DL3011",
    aliases: &[],
    severity: Severity::Error,
    about: "EXPOSE names a port that does not exist",
    why: "Ports end at 65535: nothing can listen there.",
    fix: "write the port that the program listens on",
    source: "https://github.com/hadolint/hadolint/wiki/DL3011",
    settings: "",
    bad: "FROM debian:12\nEXPOSE 80000\n",
    good: "FROM debian:12\nEXPOSE 8000\n",
};

/// Names of one ENV do not see each other.
pub(super) const DL3044: Rule = Rule {
    id: "DL3044",
    aliases: &[],
    severity: Severity::Error,
    about: "ENV uses a variable that the same ENV sets",
    why: "The names of one ENV do not see each other: what is put in is the value from before, mostly \
          nothing.",
    fix: "use an ENV of its own for the second one",
    source: "https://docs.docker.com/reference/dockerfile/#environment-replacement",
    settings: "",
    bad: "FROM debian:12\nENV HOME_DIR=/app BIN_DIR=$HOME_DIR/bin\n",
    good: "FROM debian:12\nENV HOME_DIR=/app\nENV BIN_DIR=$HOME_DIR/bin\n",
};

/// The name of a label.
pub(super) const DL3048: Rule = Rule {
    id: "DL3048",
    aliases: &[],
    severity: Severity::Info,
    about: "The name of a label is not as tools expect them",
    why: "Names are in small letters, and start and end with a letter or a digit; `com.docker.`, `io.docker.` and `org.dockerproject.` are Docker's own. Tools that filter by \
          labels may pass over others.",
    fix: "write it like `com.example.some-name`",
    source: "https://docs.docker.com/engine/manage-resources/labels/",
    settings: "",
    bad: "FROM debian:12\nLABEL Some_Name=x\n",
    good: "FROM debian:12\nLABEL com.example.some-name=x\n",
};

/// What a word comes to; a variable that is not known stays as it is written.
fn value<'f>(subject: &Subject<'f>, at: &Placed<'f>, word: &'f Word) -> &'f str {
    let bare = word.text.trim_matches(['"', '\'']);
    subject.known(at.step, word).unwrap_or(bare)
}

fn dl3000(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let Command::Workdir(word) = &at.instruction.command else {
            continue;
        };
        let path = value(subject, &at, word);
        if !path.is_empty() && is_relative(path) && !word.text.contains('$') {
            let message = format!("WORKDIR `{path}` is relative");
            found.push(subject.found(&DL3000, at.instruction.head.keyword.span, message));
        }
    }
}

fn dl3011(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let Command::Expose(words) = &at.instruction.command else {
            continue;
        };
        let values = words.iter().filter_map(|word| at.step.value(word));
        let ports = values.flat_map(|value| &value.words);
        let wrong = ports.filter(|port| !exists(port));
        let wrong: Vec<&str> = wrong.map(String::as_str).collect();
        if !wrong.is_empty() {
            let message = format!("there is no port {}", wrong.join(", "));
            found.push(subject.found(&DL3011, at.instruction.head.keyword.span, message));
        }
    }
}

/// Whether all numbers of `80`, `80/tcp`, `80-90` are ports. What is no number is for other rules.
fn exists(port: &str) -> bool {
    let range = port.split('/').next().unwrap_or_default();
    let mut ends = range.split(['-', ':']).filter(|end| !end.is_empty());
    ends.all(|end| {
        let digits = end.chars().all(|c| c.is_ascii_digit());
        !digits || end.parse::<u32>().is_ok_and(|port| port <= 65_535)
    })
}

fn dl3044(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let Command::Env(pairs) = &at.instruction.command else {
            continue;
        };
        let before = set_before(subject, &at);
        let used = pairs.iter().enumerate().find_map(|(index, pair)| {
            let own = pair.name.text.as_str();
            let names = variables(&pair.value.text, subject.file.escape);
            names.into_iter().find(|name| {
                let elsewhere = pairs.iter().enumerate();
                let mut elsewhere = elsewhere.filter(|(other, _)| *other != index);
                name != own
                    && !before.contains(name.as_str())
                    && elsewhere.any(|(_, other)| other.name.text == *name)
            })
        });
        if let Some(name) = used {
            let message = format!("`{name}` is used here and set in the same ENV");
            found.push(subject.found(&DL3044, at.instruction.head.keyword.span, message));
        }
    }
}

/// Names that ENV or ARG set above, in the stages below this one too. `PATH` is always there.
fn set_before<'f>(subject: &Subject<'f>, at: &Placed<'f>) -> BTreeSet<&'f str> {
    let before = subject.history(at.stage.index).into_iter();
    let before = before.take_while(|one| one.stage.index != at.stage.index || one.index < at.index);
    let mut names = BTreeSet::from(["PATH"]);
    for one in before {
        match &one.instruction.command {
            Command::Env(pairs) => names.extend(pairs.iter().map(|pair| pair.name.text.as_str())),
            Command::Arg(args) => names.extend(args.iter().map(|arg| arg.name.text.as_str())),
            _ => {}
        }
    }
    names
}

/// The variables of a word, as the engine reads it.
fn variables(text: &str, escape: char) -> Vec<String> {
    let expanded = Lexer::new(escape).expand(text, &());
    let uses = expanded.map(|expanded| expanded.uses).unwrap_or_default();
    uses.into_iter().map(|one| one.name).collect()
}

const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];

fn dl3048(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let Command::Label(pairs) = &at.instruction.command else {
            continue;
        };
        let name = |pair: &Pair| pair.name.text.trim_matches(['"', '\'']).to_owned();
        let wrong: Vec<String> = pairs
            .iter()
            .map(name)
            .filter(|name| !is_label(name))
            .collect();
        if !wrong.is_empty() {
            let message = format!("labels are not named like this: {}", wrong.join(", "));
            found.push(subject.found(&DL3048, at.instruction.head.keyword.span, message));
        }
    }
}

fn is_label(name: &str) -> bool {
    name.contains('$')
        || name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && !name.contains(|c: char| c.is_ascii_uppercase())
            && !name.contains("..")
            && !name.contains("--")
            && !RESERVED.iter().any(|start| name.starts_with(start))
}
