//! Rules on what a `RUN` does in a shell, whatever it installs: programs that have no place in a build,
//! pipes, directories, downloads. Must not know package managers.

use std::collections::BTreeSet;

use super::super::script::{Cmd, Script, Shell};
use super::super::subject::Subject;
use super::Check;
use super::runs::{base, each, says, told};
use crate::format::dockerfile::Form;
use crate::format::shell::Link;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3001,
        find: dl3001,
    },
    Check {
        rule: &DL3003,
        find: dl3003,
    },
    Check {
        rule: &DL3004,
        find: dl3004,
    },
    Check {
        rule: &DL3046,
        find: dl3046,
    },
    Check {
        rule: &DL3047,
        find: dl3047,
    },
    Check {
        rule: &DL4001,
        find: dl4001,
    },
    Check {
        rule: &DL4005,
        find: dl4005,
    },
    Check {
        rule: &DL4006,
        find: dl4006,
    },
];

/// Programs for machines that people sit at.
pub(super) const DL3001: Rule = Rule {
    id: "DL3001",
    aliases: &[],
    severity: Severity::Info,
    about: "A program is called that does nothing useful in a build",
    why: "A build has no terminal, no services and no processes but its own: the line is left over \
          from somewhere else, or does not do what it seems to.",
    fix: "take it out",
    source: "https://github.com/hadolint/hadolint/wiki/DL3001",
    settings: "",
    bad: "FROM debian:12\nRUN service nginx start\n",
    good: "FROM debian:12\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
};

/// `cd`.
pub(super) const DL3003: Rule = Rule {
    id: "DL3003",
    aliases: &[],
    severity: Severity::Warning,
    about: "`cd` changes the directory for one RUN only",
    why: "The next instruction starts where WORKDIR says, so a reader must remember which lines ran \
          where.",
    fix: "set the directory with WORKDIR",
    source: "https://github.com/hadolint/hadolint/wiki/DL3003",
    settings: "",
    bad: "FROM debian:12\nRUN cd /src && make\n",
    good: "FROM debian:12\nWORKDIR /src\nRUN make\n",
};

/// `sudo`.
pub(super) const DL3004: Rule = Rule {
    id: "DL3004",
    aliases: &[],
    severity: Severity::Error,
    about: "`sudo` is called in a build",
    why: "It has a terminal and a signal handling of its own, and an image with sudo in it lets its \
          user become root.",
    fix: "put `USER root` before the RUN and the user back behind it; in an entrypoint use gosu",
    source: "https://github.com/hadolint/hadolint/wiki/DL3004",
    settings: "",
    bad: "FROM debian:12\nRUN sudo make install\n",
    good: "FROM debian:12\nUSER root\nRUN make install\nUSER app\n",
};

/// A big log.
pub(super) const DL3046: Rule = Rule {
    id: "DL3046",
    aliases: &[],
    severity: Severity::Warning,
    about: "`useradd` with a high UID and without `-l` makes the image very large",
    why: "It writes a record at the UID's place into the log of logins: with a high UID that is a file \
          of gigabytes, and not every storage driver keeps its holes.",
    fix: "add `-l` (`--no-log-init`)",
    source: "https://github.com/hadolint/hadolint/wiki/DL3046",
    settings: "",
    bad: "FROM debian:12\nRUN useradd -u 1234567 app\n",
    good: "FROM debian:12\nRUN useradd -l -u 1234567 app\n",
};

/// A line for each percent.
pub(super) const DL3047: Rule = Rule {
    id: "DL3047",
    aliases: &[],
    severity: Severity::Info,
    about: "wget draws its progress into the build's log",
    why: "Without a terminal that is a line for every few kilobytes: what matters is lost in it.",
    fix: "write `wget --progress=dot:giga`, or `wget -nv`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3047",
    settings: "",
    bad: "FROM debian:12\nRUN wget https://example.com/big.iso\n",
    good: "FROM debian:12\nRUN wget --progress=dot:giga https://example.com/big.iso\n",
};

/// Two programs for one thing.
pub(super) const DL4001: Rule = Rule {
    id: "DL4001",
    aliases: &[],
    severity: Severity::Warning,
    about: "A stage uses both wget and curl",
    why: "They do the same: each of them is one thing more to install and to keep free of holes.",
    fix: "choose one of them",
    source: "https://github.com/hadolint/hadolint/wiki/DL4001",
    settings: "",
    bad: "FROM debian:12\nRUN curl -fsSO https://example.com/a && wget -q https://example.com/b\n",
    good: "FROM debian:12\nRUN curl -fsSO https://example.com/a && curl -fsSO https://example.com/b\n",
};

/// The shell is replaced.
pub(super) const DL4005: Rule = Rule {
    id: "DL4005",
    aliases: &[],
    severity: Severity::Warning,
    about: "A RUN puts another shell in the place of /bin/sh",
    why: "All programs of the image that call `sh` get another one than they were written for.",
    fix: "say which shell runs the instructions: `SHELL [\"/bin/bash\", \"-c\"]`",
    source: "https://github.com/hadolint/hadolint/wiki/DL4005",
    settings: "",
    bad: "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\n",
    good: "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\n",
};

/// The failure of a pipe's start is lost.
pub(super) const DL4006: Rule = Rule {
    id: "DL4006",
    aliases: &[],
    severity: Severity::Warning,
    about: "Of a pipe only the last program's failure counts, as `pipefail` is not set",
    why: "A download that fails is then taken for an empty one: the build goes on and makes an image \
          that lacks it.",
    fix: "put `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` before it, or start the RUN with `set -o \
          pipefail`",
    source: "https://github.com/hadolint/hadolint/wiki/DL4006",
    settings: "",
    bad: "FROM debian:12\nRUN curl -fsS https://example.com/a | tar -x\n",
    good: "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n\
           RUN curl -fsS https://example.com/a | tar -x\n",
};

const USELESS: &[&str] = &[
    "free", "ifconfig", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim",
];

fn dl3001(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3001, found, |script| {
        let programs = script.commands.iter().map(Cmd::program);
        let useless: BTreeSet<&str> = programs.filter(|name| USELESS.contains(name)).collect();
        let useless: Vec<&str> = useless.into_iter().collect();
        Some(format!("{} has no use in a build", told(&useless)?))
    });
}

fn dl3003(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3003, found, |script| {
        let change = script
            .commands
            .iter()
            .find(|command| command.program() == "cd")?;
        let to = change.args().first().map_or("", |arg| arg.text.as_str());
        Some(format!(
            "`{}` instead of WORKDIR",
            format!("cd {to}").trim_end()
        ))
    });
}

fn dl3004(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3004, found, |script| {
        let mut words = script
            .commands
            .iter()
            .filter_map(|command| command.words.first());
        let sudo = words.any(|word| base(&word.text) == "sudo");
        sudo.then(|| "`sudo` is called".to_owned())
    });
}

/// From here on the record lies far out.
const HIGH_UID: u64 = 100_000;

fn dl3046(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3046, found, |script| {
        let added = script
            .commands
            .iter()
            .filter(|one| one.program() == "useradd");
        let mut logged = added.filter(|one| !one.has_flag(Some('l'), &["no-log-init"]));
        let uid = logged.find_map(|one| uid(one).filter(|uid| may_be_high(uid)))?;
        Some(format!("`useradd` with the UID {uid} and without `-l`"))
    });
}

/// A variable may be anything.
fn may_be_high(uid: &str) -> bool {
    uid.contains('$') || uid.parse::<u64>().is_ok_and(|uid| uid >= HIGH_UID)
}

/// `-u 1`, `-mu 1`, `-u1`, `--uid 1`, `--uid=1`.
fn uid(command: &Cmd) -> Option<&str> {
    let args = command.args();
    let at = args.iter().position(|arg| {
        let short = arg.text.starts_with('-') && !arg.text.starts_with("--");
        short && arg.text.contains('u') || arg.text.split('=').next() == Some("--uid")
    })?;
    let text = args[at].text.as_str();
    let own = text
        .strip_prefix("-u")
        .or_else(|| text.strip_prefix("--uid="));
    match own.filter(|own| !own.is_empty()) {
        Some(own) => Some(own),
        None => args.get(at + 1).map(|arg| arg.text.as_str()),
    }
}

/// Flags of wget under which it draws nothing, or draws where nobody sees it.
const SILENT: &[&str] = &[
    "progress",
    "quiet",
    "no-verbose",
    "output-file",
    "append-output",
    "version",
    "help",
];

fn dl3047(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3047, found, |script| {
        let mut loads = script.commands.iter().filter(|one| one.program() == "wget");
        let silent = |one: &Cmd| {
            let short = ['q', 'o', 'a', 'V', 'h'].into_iter();
            let mut short = short.filter(|flag| one.has_flag(Some(*flag), &[]));
            one.has_flag(None, SILENT) || short.next().is_some() || says(one, &["-nv"])
        };
        let loud = loads.any(|one| !silent(one));
        loud.then(|| "`wget` without `--progress` or `-nv`".to_owned())
    });
}

/// From the first RUN on in which both have been seen.
fn dl4001(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (stage, _) in subject.stages() {
        let mut seen = BTreeSet::new();
        let scripts = subject.scripts.iter();
        for script in scripts.filter(|script| script.stage == stage.index) {
            let before = seen.len();
            let programs = script.commands.iter().map(Cmd::program);
            let used: Vec<&str> = programs
                .filter(|name| matches!(*name, "wget" | "curl"))
                .collect();
            seen.extend(used.iter().copied());
            if !used.is_empty() && seen.len() == 2 {
                let other = if before == 2 {
                    "the other is in use above"
                } else {
                    "both are in use now"
                };
                let message = format!("`{}` is called, and {other}", used[0]);
                let place = script.instruction.head.keyword.span;
                found.push(subject.found(&DL4001, place, message));
            }
        }
    }
}

fn dl4005(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL4005, found, |script| {
        let mut links = script.commands.iter().filter(|one| one.program() == "ln");
        let replaced = links.any(|one| {
            let last = one.operands().last();
            last.is_some_and(|last| matches!(last.text.as_str(), "/bin/sh" | "/usr/bin/sh"))
        });
        replaced.then(|| "`/bin/sh` is replaced by another shell".to_owned())
    });
}

fn dl4006(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL4006, found, |script| {
        let pipe = script
            .commands
            .iter()
            .position(|one| one.link == Link::Pipe)?;
        let set = script.commands[..pipe].iter();
        let set = set
            .filter(|one| one.program() == "set")
            .any(|one| says(one, &["pipefail"]));
        (!set && !is_strict(script)).then(|| "a pipe without `pipefail`".to_owned())
    });
}

/// Whether the shell is started with `pipefail`.
fn is_strict(script: &Script<'_>) -> bool {
    let in_shell = match &script.shell {
        Shell::Posix { words, .. } => words.iter().any(|word| word.contains("pipefail")),
        Shell::Other(_) => true,
    };
    match &script.run.form {
        Form::Exec { words, .. } => words.iter().any(|word| word.text == "pipefail"),
        _ => in_shell,
    }
}
