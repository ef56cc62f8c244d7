//! Rules on what COPY and FROM name: stages that are there, files that reach the build.

use super::super::subject::Subject;
use super::Check;
use super::base::is_image;
use crate::format::Span;
use crate::format::dockerfile::scope::Base;
use crate::format::dockerfile::{Command, Stage};
use crate::format::near::nearest;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3022,
        find: unknown_stage,
    },
    Check {
        rule: &LATER,
        find: later_base,
    },
    Check {
        rule: &IGNORED,
        find: ignored,
    },
];

const DL3022: Rule = Rule {
    id: "DL3022",
    aliases: &["unknown-stage"],
    severity: Severity::Error,
    about: "Files are taken from a stage that is not there, or not there yet",
    why: "The engine takes a name that is no earlier stage for an image, and pulls whatever somebody \
          has put under that name.",
    fix: "name an earlier stage, or write an image with its tag",
    source: "https://docs.docker.com/reference/dockerfile/#copy---from",
    settings: "",
    bad: "FROM alpine:3.20 AS build\nRUN touch /app\nFROM scratch\nCOPY --from=biuld /app /app\n",
    good: "FROM alpine:3.20 AS build\nRUN touch /app\nFROM scratch\nCOPY --from=build /app /app\n\
           COPY --from=0 /app /b\nCOPY --from=alpine:3.20 /etc/passwd /etc/passwd\n",
};

const LATER: Rule = Rule {
    id: "later-stage",
    aliases: &[],
    severity: Severity::Error,
    about: "A FROM names a stage that only comes later",
    why: "The engine knows earlier stages only: it takes the name for an image, and pulls whatever \
          somebody has put under that name.",
    fix: "put the stage before the one that is made on it",
    source: "https://docs.docker.com/reference/dockerfile/#from",
    settings: "",
    bad: "FROM base\nRUN true\nFROM alpine:3.20 AS base\n",
    good: "FROM alpine:3.20 AS base\nFROM base\nRUN true\n",
};

const IGNORED: Rule = Rule {
    id: "CopyIgnoredFile",
    aliases: &["copy-ignored-file"],
    severity: Severity::Error,
    about: "A file is copied that .dockerignore leaves out",
    why: "The engine does not see it: the build fails, or it fails on the next machine only.",
    fix: "take it back in with a line `!path` in .dockerignore, or do not copy it",
    source: "https://docs.docker.com/reference/build-checks/copy-ignored-file/",
    settings: "",
    bad: "=== Dockerfile\nFROM alpine:3.20\nCOPY notes.txt /\n=== .dockerignore\n*.txt\n",
    good: "=== Dockerfile\nFROM alpine:3.20\nCOPY notes.txt /\n=== .dockerignore\n*.txt\n!notes.txt\n",
};

fn unknown_stage(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let mut names: Vec<(&str, Span)> = Vec::new();
        match &at.instruction.command {
            Command::Copy(copy) => {
                // The very stage itself is DL3023.
                let from = copy.from.iter();
                let from = from.filter(|from| !at.stage.is_named(&from.text));
                names.extend(from.map(|from| (from.text.as_str(), from.span)));
            }
            Command::Run(run) => {
                let mounts = run.mounts.iter();
                names.extend(mounts.filter_map(|mount| Some((mount.get("from")?, mount.span))));
            }
            _ => {}
        }
        for (from, span) in names {
            if let Some(message) = wrong(subject, at.stage, from) {
                found.push(subject.found(&DL3022, span, message));
            }
        }
    }
}

fn wrong(subject: &Subject<'_>, stage: &Stage, from: &str) -> Option<String> {
    if subject.source(stage, from).is_some() || is_image(from) || from.is_empty() {
        return None;
    }
    if from.contains('$') {
        return Some(format!(
            "`{from}`: variables are not put in here, the engine looks for that name"
        ));
    }
    if stage.is_named(from) {
        return Some(format!("`{from}` is this very stage"));
    }
    let later = subject.file.stages.iter().skip(stage.index + 1);
    if later.into_iter().any(|later| later.is_named(from)) {
        return Some(format!("the stage `{from}` only comes later"));
    }
    if from.parse::<usize>().is_ok() {
        return Some(format!("there is no stage {from} before this one"));
    }
    let earlier = subject.file.stages.iter().take(stage.index);
    let names = earlier.filter_map(|stage| stage.name.as_ref().map(|name| name.text.as_str()));
    let near = nearest(from, names);
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Some(format!("no stage before this one is named `{from}`{near}"))
}

fn later_base(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (stage, values) in subject.stages() {
        let Base::Image(image) = &values.base else {
            continue;
        };
        let mut later = subject.file.stages.iter().skip(stage.index);
        if later.any(|later| later.is_named(image)) {
            let message = format!("the stage `{image}` only comes later, so this is an image");
            found.push(subject.found(&LATER, stage.image.span, message));
        }
    }
}

fn ignored(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let Some(ignore) = subject.ignored else {
        return;
    };
    for at in subject.instructions() {
        let transfer = match &at.instruction.command {
            Command::Copy(transfer) | Command::Add(transfer) if transfer.from.is_none() => transfer,
            _ => continue,
        };
        for word in &transfer.sources {
            let Some(text) = subject.known(at.step, word) else {
                continue;
            };
            let glob = text.contains(['*', '?', '[']);
            let path = text.trim_start_matches("./").trim_matches('/');
            let address = text.contains("://") || text.starts_with("git@");
            if !glob && !address && !path.is_empty() && path != "." && ignore.prunes(path) {
                let message = format!("`{text}` stays out of the build context");
                found.push(subject.found(&IGNORED, word.span, message));
            }
        }
    }
}
