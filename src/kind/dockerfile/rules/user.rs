//! Rules on the user that the image runs as, followed through the chain of stages.

use super::super::bases;
use super::super::subject::Subject;
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::scope::Base;
use crate::format::dockerfile::{Command, Word};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &ROOT_USER,
        find: root_user,
    },
    Check {
        rule: &DL3002,
        find: last_user,
    },
];

const SOURCE: &str = "https://docs.docker.com/build/building/best-practices/#user";

const ROOT_USER: Rule = Rule {
    id: "root-user",
    aliases: &["non-root"],
    severity: Severity::Error,
    about: "The image runs as root, or nobody can know that it does not",
    why: "Whoever breaks out of the program is root in the container then, and one step from root on \
          the machine.",
    fix: "make a user, and end the last stage with `USER name` or, better, `USER number`",
    source: SOURCE,
    settings: "{non_root: true}",
    bad: "FROM node:22-alpine\nCMD [\"node\", \"server.js\"]\n",
    good: "FROM node:22-alpine AS base\nUSER 1000:1000\nFROM base\nCMD [\"node\", \"server.js\"]\n",
};

const DL3002: Rule = Rule {
    id: "DL3002",
    aliases: &[],
    severity: Severity::Warning,
    about: "The last USER is root",
    why: "The image runs as root, whoever it was before: a hole in the program is a hole in all of it.",
    fix: "go back to the other user behind the steps that need root",
    source: SOURCE,
    settings: "",
    bad: "FROM debian:bookworm\nUSER app\nUSER root\nCMD [\"app\"]\n",
    good: "FROM debian:bookworm\nUSER root\nRUN useradd app\nUSER app\nCMD [\"app\"]\n",
};

/// Whom a stage runs as.
enum User<'f> {
    /// A `USER` says so: its word, and what that comes to when it can be told.
    Said(&'f Word, Option<String>),
    /// The image below says so.
    Base(&'static str),
    /// Nobody says.
    Nobody,
}

fn user<'f>(subject: &Subject<'f>, stage: usize) -> User<'f> {
    let mut above = None;
    for stage in subject.chain(stage) {
        // Triggers of a stage fire in the one that is made on it, before all that stands there.
        let triggers =
            subject
                .instructions_of(stage)
                .filter_map(|at| match &at.instruction.command {
                    Command::Onbuild(inner) => match &inner.command {
                        Command::User(word) => Some(word),
                        _ => None,
                    },
                    _ => None,
                });
        if let Some(word) = triggers.last().filter(|_| above.is_some()) {
            let open = word.text.contains('$');
            return User::Said(word, (!open).then(|| word.text.clone()));
        }
        let own = subject
            .instructions_of(stage)
            .filter_map(|at| match &at.instruction.command {
                Command::User(word) => Some((word, at.step)),
                _ => None,
            });
        if let Some((word, step)) = own.last() {
            let text = subject.known(step, word).map(str::to_owned);
            return User::Said(word, text);
        }
        above = Some(stage);
    }
    match subject.bottom(stage) {
        Base::Scratch => User::Base("root"),
        Base::Image(image) => bases::known(image).user.map_or(User::Nobody, User::Base),
        Base::Stage(_) | Base::Unknown => User::Nobody,
    }
}

/// Whether a user is root: by name, by number, by a number that was given to its name, or by having
/// no name at all, which the engine takes for root.
fn is_root(subject: &Subject<'_>, user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    let zero = |text: &str| !text.is_empty() && text.chars().all(|c| c == '0');
    if name.is_empty() || name == "root" || zero(name) {
        return true;
    }
    let made = |args: &[super::super::script::Arg]| {
        let uid = args.windows(2).any(|two| {
            matches!(two[0].text.as_str(), "-u" | "--uid" | "-ou") && zero(&two[1].text)
        });
        let uid = uid
            || args
                .iter()
                .any(|arg| arg.text.strip_prefix("--uid=").is_some_and(zero));
        uid && args.last().is_some_and(|last| last.text == name)
    };
    subject.scripts_of(subject.target).any(|script| {
        let mut commands = script.commands.iter();
        commands.any(|one| matches!(one.program(), "useradd" | "adduser") && made(one.args()))
    })
}

fn root_user(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if subject.settings.non_root != Some(true) {
        return;
    }
    let from = subject.file.stages.get(subject.target);
    let from = from.map_or(Span::default(), |stage| stage.image.span);
    let base = match subject.bottom(subject.target) {
        Base::Image(image) => image.as_str(),
        Base::Scratch => "scratch",
        Base::Stage(_) | Base::Unknown => "the base image",
    };
    let (span, message) = match user(subject, subject.target) {
        User::Said(word, Some(text)) if is_root(subject, &text) => (word.span, root(&text)),
        User::Said(_, Some(_)) => return,
        User::Said(word, None) => {
            let message = format!("whom `{}` means cannot be known from here", word.text);
            (word.span, message)
        }
        User::Base(user) if is_root(subject, user) => {
            let message = format!("there is no USER, and {base} runs as root");
            (from, message)
        }
        User::Base(_) => return,
        User::Nobody => {
            let message =
                format!("there is no USER, and whom {base} runs as cannot be known from here");
            (from, message)
        }
    };
    found.push(subject.found(&ROOT_USER, span, message));
}

fn root(text: &str) -> String {
    match text {
        "" => "this comes to nothing, which is root".to_owned(),
        text => format!("`{text}` is root"),
    }
}

fn last_user(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if subject.settings.non_root.is_some() {
        return;
    }
    if let User::Said(word, Some(text)) = user(subject, subject.target)
        && is_root(subject, &text)
    {
        let message = format!("{}, and nobody comes after it", root(&text));
        found.push(subject.found(&DL3002, word.span, message));
    }
}
