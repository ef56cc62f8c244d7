//! Rules on HEALTHCHECK: that there is one, that there is none, that it can run at all.

use super::super::bases::{self, Known};
use super::super::packages;
use super::super::script::{Cmd, Script};
use super::super::settings::Demand;
use super::super::subject::{Placed, Subject};
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::scope::Base;
use crate::format::dockerfile::{Command, Form, Healthcheck};
use crate::format::shell;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3057,
        find: missing,
    },
    Check {
        rule: &FORBIDDEN,
        find: forbidden,
    },
    Check {
        rule: &NOT_RUNNABLE,
        find: not_runnable,
    },
];

const SOURCE: &str = "https://docs.docker.com/reference/dockerfile/#healthcheck";

const DL3057: Rule = Rule {
    id: "DL3057",
    aliases: &["missing-healthcheck"],
    severity: Severity::Error,
    about: "The image has no HEALTHCHECK",
    why: "A program that hangs looks like one that runs: nobody restarts it, and nobody waits for it \
          to be ready.",
    fix: "add `HEALTHCHECK CMD …`, with a program that is in the image",
    source: SOURCE,
    settings: "{healthcheck: required}",
    bad: "FROM alpine:3.20\nHEALTHCHECK CMD wget -qO- http://localhost:80\nHEALTHCHECK NONE\n",
    good: "FROM alpine:3.20 AS base\nHEALTHCHECK CMD wget -qO- http://localhost:80\nFROM base\n",
};

const FORBIDDEN: Rule = Rule {
    id: "healthcheck-forbidden",
    aliases: &[],
    severity: Severity::Error,
    about: "The image has a HEALTHCHECK",
    why: "The project checks health from outside: one inside is a second truth, and wakes the \
          container for nothing.",
    fix: "take it out, or write `HEALTHCHECK NONE`",
    source: SOURCE,
    settings: "{healthcheck: forbidden}",
    bad: "FROM alpine:3.20\nHEALTHCHECK CMD wget -qO- http://localhost:80\n",
    good: "FROM alpine:3.20\nHEALTHCHECK NONE\n",
};

const NOT_RUNNABLE: Rule = Rule {
    id: "probe-not-runnable",
    aliases: &[],
    severity: Severity::Error,
    about: "The HEALTHCHECK calls a program that is not in the image",
    why: "It can only ever fail: a container that is well is taken for sick, and restarted without \
          end.",
    fix: "install the program in the last stage, or call one that is there",
    source: SOURCE,
    settings: "",
    bad: "FROM node:22-alpine\nHEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1\n",
    good: "FROM node:22-alpine\nHEALTHCHECK CMD wget -qO- http://localhost:3000/health || exit 1\n",
};

/// The health check that holds in the image, with its place.
fn check<'f>(subject: &Subject<'f>) -> Option<(Placed<'f>, &'f Form)> {
    let history = subject.history(subject.target).into_iter().rev();
    let mut checks = history.filter_map(|at| match &at.instruction.command {
        Command::Healthcheck(check) => Some((at, check)),
        _ => None,
    });
    match checks.next()? {
        (at, Healthcheck::Cmd { form, .. }) => Some((at, form)),
        (_, Healthcheck::None) => None,
    }
}

fn missing(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if subject.settings.healthcheck != Demand::Required || check(subject).is_some() {
        return;
    }
    let history = subject.history(subject.target).into_iter().rev();
    let mut off = history.filter(|at| matches!(at.instruction.command, Command::Healthcheck(_)));
    let stage = subject.file.stages.get(subject.target);
    let (span, message) = match off.next() {
        Some(at) => (at.instruction.head.span, "HEALTHCHECK is switched off here"),
        None => (
            stage.map_or(Span::default(), |stage| stage.head.span),
            "the stage that becomes the image has no HEALTHCHECK",
        ),
    };
    found.push(subject.found(&DL3057, span, message));
}

fn forbidden(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if subject.settings.healthcheck != Demand::Forbidden {
        return;
    }
    if let Some((at, _)) = check(subject) {
        let span = at.instruction.head.span;
        found.push(subject.found(&FORBIDDEN, span, "the image has a HEALTHCHECK"));
    }
}

/// What an image has below it, and what its file puts in.
struct Inside<'s, 'f> {
    subject: &'s Subject<'f>,
    known: Known,
    scratch: bool,
}

fn not_runnable(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let Some((at, form)) = check(subject) else {
        return;
    };
    let inside = match subject.bottom(subject.target) {
        Base::Scratch => (Known::default(), true),
        Base::Image(image) => (bases::known(image), false),
        Base::Stage(_) | Base::Unknown => return,
    };
    let inside = Inside {
        subject,
        known: inside.0,
        scratch: inside.1,
    };
    let bare = inside.scratch || inside.known.bare;
    match form {
        Form::Empty => {}
        Form::Exec { words, .. } => {
            if let Some(word) = words.first()
                && inside.lacks(&word.text)
            {
                found.push(lacking(subject, word.span, &word.text));
            }
        }
        Form::Shell(word) => {
            if bare && !inside.brought("sh") {
                let message = "this needs a shell, and there is none in the image";
                let fix = "write it as `CMD [\"program\", \"argument\"]`";
                let one = subject.found(&NOT_RUNNABLE, at.instruction.head.span, message);
                found.push(one.fix(fix));
                return;
            }
            for command in shell::read(&word.text).commands {
                let program = command.words.first().filter(|word| word.literal);
                if let Some(program) = program.filter(|program| inside.lacks(&program.text)) {
                    let span = subject.within(word, program.range.clone());
                    found.push(lacking(subject, span, &program.text));
                }
            }
        }
    }
}

fn lacking(subject: &Subject<'_>, span: Span, program: &str) -> Found {
    let base = match subject.bottom(subject.target) {
        Base::Image(image) => format!("{image} does not have it"),
        _ => "the image starts empty".to_owned(),
    };
    let message = format!("`{program}` is not in the image: {base}, and nothing puts it there");
    subject.found(&NOT_RUNNABLE, span, message)
}

impl Inside<'_, '_> {
    /// Whether a program is surely not there.
    fn lacks(&self, program: &str) -> bool {
        let name = program.rsplit('/').next().unwrap_or_default();
        let fetches = ["curl", "wget", "nc", "netcat", "bash", "sh"].contains(&name);
        let missing =
            self.scratch || self.known.bare && fetches || self.known.lacks.contains(&name);
        missing && !self.brought(program)
    }

    /// Whether anything may put it there.
    fn brought(&self, program: &str) -> bool {
        let copied = self.subject.history(self.subject.target).into_iter();
        let copied = copied.filter_map(|at| match &at.instruction.command {
            Command::Copy(transfer) | Command::Add(transfer) => Some((at, transfer)),
            _ => None,
        });
        let name = program.rsplit('/').next().unwrap_or_default();
        let mut copied = copied.flat_map(|(at, transfer)| {
            let dest = self.subject.known(at.step, &transfer.dest);
            let sources = transfer.sources.iter().map(move |word| (word, dest));
            sources.map(|(word, dest)| (word.text.as_str(), dest))
        });
        copied.any(|(source, dest)| may_be(name, source, dest))
            || self.subject.scripts_of(self.subject.target).any(|script| {
                opaque(script) || script.commands.iter().any(|one| installs(one, name))
            })
    }
}

/// Whether a copy may bring a program: it has its name, or it brings a whole directory to where
/// programs are.
fn may_be(name: &str, source: &str, dest: Option<&str>) -> bool {
    let Some(dest) = dest else { return true };
    let file = |path: &str| {
        path.trim_end_matches('/')
            .rsplit('/')
            .next()
            .map(str::to_owned)
    };
    let named = |path: &str| file(path).as_deref() == Some(name);
    let into = dest.ends_with('/') || dest == ".";
    let programs = [
        "/",
        "/bin",
        "/usr",
        "/sbin",
        "/usr/bin",
        "/usr/local",
        "/usr/local/bin",
        "/usr/sbin",
    ];
    let place = match dest.trim_end_matches('/') {
        "" => "/",
        dest => dest,
    };
    let several = source.contains(['*', '?', '[']) || source.ends_with('/') || source == ".";
    let last = file(source).unwrap_or_default();
    // A name without a dot that is no known program may be a directory.
    let directory = several
        || matches!(
            last.as_str(),
            "bin" | "sbin" | "usr" | "local" | "rootfs" | "out" | ""
        );
    named(dest)
        || into && named(source)
        || named(source) && programs.contains(&place)
        || programs.contains(&place) && directory
}

/// Whether a command installs it; what it installs cannot always be read.
fn installs(command: &Cmd, name: &str) -> bool {
    let links = matches!(
        command.program(),
        "ln" | "cp" | "mv" | "install" | "curl" | "wget"
    );
    let writes = || {
        let args = command.args().iter().chain(&command.redirects);
        args.filter(|arg| arg.text.contains('/'))
            .any(|arg| arg.text.rsplit('/').next() == Some(name))
    };
    packages::brings(command, name) || links && writes()
}

/// Whether a script runs something of the project's own, which may do anything.
fn opaque(script: &Script<'_>) -> bool {
    script.commands.iter().any(|command| {
        let head = command.head().map_or("", |head| head.text.as_str());
        let own = head.starts_with("./") || head.contains('$');
        let file = || {
            command
                .operands()
                .next()
                .is_some_and(|arg| arg.text.contains(['.', '/']))
        };
        let handed = matches!(
            command.program(),
            "sh" | "bash" | "source" | "." | "ansible-playbook"
        );
        own || handed && file() || command.program() == "make"
    })
}
