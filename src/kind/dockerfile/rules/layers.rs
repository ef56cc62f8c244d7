//! Rules on layers: what is built again at every change, and what is not in a layer at all.

use super::super::dependencies::manifests;
use super::super::script::{Arg, Script};
use super::super::subject::{Placed, Subject};
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::{Command, Mount, Transfer};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &AFTER_SOURCE,
        find: after_source,
    },
    Check {
        rule: &HIDDEN,
        find: hidden,
    },
];

const AFTER_SOURCE: Rule = Rule {
    id: "deps-after-source",
    aliases: &[],
    severity: Severity::Warning,
    about: "The whole source is copied before the dependencies are installed",
    why: "Every change of any file makes the engine forget the layer with the dependencies, and fetch \
          all of them again.",
    fix: "copy the files that name the dependencies first, install them, then copy the rest; or give \
          the RUN a cache mount",
    source: "https://docs.docker.com/build/cache/optimize/#order-your-layers",
    settings: "",
    bad: "FROM node:22\nCOPY . .\nRUN npm ci\n",
    good: "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nRUN npm ci --omit=dev\n",
};

const HIDDEN: Rule = Rule {
    id: "hidden-by-cache-mount",
    aliases: &[],
    severity: Severity::Error,
    about: "Something is used that only lies in a cache mount",
    why: "A mount is there while its RUN runs and is no part of the layer: what was built into it is \
          not there for any later step or stage.",
    fix: "copy it out of the mount in the same RUN: `… && cp target/release/app /app`",
    source: "https://docs.docker.com/reference/dockerfile/#run---mounttypecache",
    settings: "",
    bad: "FROM rust:1.90 AS build\nWORKDIR /src\nRUN --mount=type=cache,target=/src/target cargo build --release\n\
          FROM debian:bookworm-slim\nCOPY --from=build /src/target/release/app /app\n",
    good: "FROM rust:1.90 AS build\nWORKDIR /src\nRUN --mount=type=cache,target=/src/target cargo build --release \\\n\
           \x20 && cp target/release/app /app\nFROM debian:bookworm-slim\nCOPY --from=build /app /app\n",
};

fn after_source(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for stage in 0..subject.file.stages.len() {
        let mut all: Option<Span> = None;
        for at in subject.history(stage) {
            match &at.instruction.command {
                Command::Copy(transfer) | Command::Add(transfer) => {
                    let whole = transfer.sources.iter().find(|word| is_all(&word.text));
                    let whole = whole.filter(|_| transfer.from.is_none());
                    all = all.or(whole.map(|word| word.span));
                }
                Command::Run(run) => {
                    let script = script(subject, at);
                    let mut commands = script.into_iter().flat_map(|script| &script.commands);
                    let brings = commands.find_map(|one| Some((one, manifests(one)?)));
                    let Some((command, files)) = brings else {
                        continue;
                    };
                    let cached = run.mounts.iter().any(|mount| mount.kind() == "cache");
                    if let Some(span) = all.filter(|_| !cached && at.stage.index == stage) {
                        let (line, _) = subject.file.place(command.span.start);
                        let program = command.program();
                        let message = format!(
                            "all is copied before `{program}` brings in the dependencies in line {line}"
                        );
                        let fix = format!("copy {files} first, install, then copy the rest");
                        found.push(subject.found(&AFTER_SOURCE, span, message).fix(fix));
                    }
                    break;
                }
                _ => {}
            }
        }
    }
}

fn is_all(source: &str) -> bool {
    matches!(source, "." | "./" | "/" | "*" | "./*")
}

fn script<'s, 'f>(subject: &'s Subject<'f>, at: Placed<'f>) -> Option<&'s Script<'f>> {
    let mut scripts = subject.scripts.iter();
    scripts.find(|script| script.stage == at.stage.index && script.index == at.index)
}

/// A place that a mount covers while a `RUN` runs.
struct Cover<'s, 'f> {
    script: &'s Script<'f>,
    path: String,
    /// How people call it.
    kind: String,
}

/// The mounts of a stage and of those below it whose content is lost.
fn covers<'s, 'f>(subject: &'s Subject<'f>, stage: usize) -> Vec<Cover<'s, 'f>> {
    let mut covers = Vec::new();
    for script in subject.scripts_of(stage) {
        let lost = |mount: &&Mount| matches!(mount.kind(), "cache" | "tmpfs");
        for mount in script.run.mounts.iter().filter(lost) {
            let target = mount.get("target").filter(|target| !target.contains('$'));
            let path = target.and_then(|target| absolute(subject, script, target));
            covers.extend(path.filter(|path| path != "/").map(|path| Cover {
                script,
                path,
                kind: mount.kind().to_owned(),
            }));
        }
    }
    covers
}

/// A path as the root sees it; `None` when the directory is not known.
fn absolute(subject: &Subject<'_>, script: &Script<'_>, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(join("/", path));
    }
    Some(join(&workdir(subject, script)?, path))
}

fn workdir(subject: &Subject<'_>, script: &Script<'_>) -> Option<String> {
    let history = subject.history(script.stage).into_iter();
    let before = history.filter(|at| at.stage.index != script.stage || at.index < script.index);
    let mut directory = None;
    for at in before {
        if let Command::Workdir(word) = &at.instruction.command {
            let path = subject.known(at.step, word)?;
            directory = match (path.starts_with('/'), directory) {
                (true, _) => Some(join("/", path)),
                (false, Some(base)) => Some(join(&base, path)),
                (false, None) => None,
            };
        }
    }
    directory
}

fn join(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { base };
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn lies_in(path: &str, directory: &str) -> bool {
    let behind = path.strip_prefix(directory);
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn hidden(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        if let Command::Copy(copy) = &at.instruction.command {
            copied_out(subject, at, copy, found);
        }
    }
    for script in &subject.scripts {
        used_later(subject, script, found);
    }
}

fn copied_out<'f>(
    subject: &Subject<'f>,
    at: Placed<'f>,
    copy: &'f Transfer,
    found: &mut Vec<Found>,
) {
    let from = copy.from.as_ref();
    let Some(stage) = from.and_then(|from| subject.source(at.stage, &from.text)) else {
        return;
    };
    let covers = covers(subject, stage.index);
    for word in &copy.sources {
        let Some(path) = subject.known(at.step, word).map(|text| join("/", text)) else {
            continue;
        };
        let mut covering = covers.iter().filter(|cover| lies_in(&path, &cover.path));
        if let Some(cover) = covering.next_back()
            && !made_otherwise(subject, stage.index, &path, &covers)
        {
            found.push(told(subject, cover, word.span, &path));
        }
    }
}

fn told(subject: &Subject<'_>, cover: &Cover<'_, '_>, span: Span, path: &str) -> Found {
    let line = cover.script.instruction.head.lines.first;
    let (kind, place) = (&cover.kind, &cover.path);
    let message =
        format!("{path} lies in the {kind} mount {place} of line {line}, so it is in no layer");
    subject.found(&HIDDEN, span, message)
}

/// Whether anything puts a path into a layer: a copy, or a `RUN` without the mount that does what
/// one with it did, or that names the place.
fn made_otherwise(
    subject: &Subject<'_>,
    stage: usize,
    path: &str,
    covers: &[Cover<'_, '_>],
) -> bool {
    let here: Vec<&Cover<'_, '_>> = covers
        .iter()
        .filter(|one| lies_in(path, &one.path))
        .collect();
    let covered = |script: &Script<'_>| {
        here.iter()
            .any(|one| one.script.stage == script.stage && one.script.index == script.index)
    };
    let programs = here.iter().flat_map(|one| &one.script.commands);
    let programs: Vec<&str> = programs.map(super::super::script::Cmd::program).collect();
    let last = path.rsplit('/').next().unwrap_or_default();
    let by_run = subject
        .scripts_of(stage)
        .filter(|script| !covered(script))
        .any(|script| {
            let mut commands = script.commands.iter();
            script.text.contains(last)
                || commands.any(|one| {
                    let program = one.program();
                    let common = ["mkdir", "echo", "apt-get", "apk", "cd", "rm", "set", ""];
                    !common.contains(&program) && programs.contains(&program)
                })
        });
    let by_copy = subject
        .history(stage)
        .into_iter()
        .any(|at| match &at.instruction.command {
            Command::Copy(transfer) | Command::Add(transfer) => {
                let dest = subject.known(at.step, &transfer.dest);
                dest.is_none_or(|dest| {
                    lies_in(&join("/", dest), path)
                        || here.iter().any(|one| lies_in(&join("/", dest), &one.path))
                })
            }
            _ => false,
        });
    by_run || by_copy
}

/// A later `RUN` of the same stage that takes something out of a mount which it does not have.
fn used_later(subject: &Subject<'_>, script: &Script<'_>, found: &mut Vec<Found>) {
    let all = covers(subject, script.stage);
    let before = |cover: &&Cover<'_, '_>| {
        cover.script.stage == script.stage && cover.script.index < script.index
    };
    let own: Vec<&str> = all
        .iter()
        .filter(|cover| cover.script.stage == script.stage && cover.script.index == script.index)
        .map(|cover| cover.path.as_str())
        .collect();
    for command in &script.commands {
        let takes = matches!(
            command.program(),
            "cp" | "mv" | "install" | "strip" | "ls" | "tar"
        );
        let words: Vec<&Arg> = command.operands().collect();
        let sources = words.len().saturating_sub(1);
        for arg in words
            .into_iter()
            .take(sources.max(1))
            .filter(|arg| takes && arg.literal)
        {
            let Some(path) = absolute(subject, script, &arg.text) else {
                continue;
            };
            let mut covering = all
                .iter()
                .filter(before)
                .filter(|cover| lies_in(&path, &cover.path));
            let Some(cover) = covering.next_back() else {
                continue;
            };
            let has = own.iter().any(|own| lies_in(&path, own));
            if !has && path != cover.path && !copied_in(subject, script.stage, &cover.path) {
                found.push(told(subject, cover, arg.span, &path));
            }
        }
    }
}

fn copied_in(subject: &Subject<'_>, stage: usize, place: &str) -> bool {
    subject
        .history(stage)
        .into_iter()
        .any(|at| match &at.instruction.command {
            Command::Copy(transfer) | Command::Add(transfer) => {
                let dest = subject.known(at.step, &transfer.dest);
                dest.is_none_or(|dest| lies_in(&join("/", dest), place))
            }
            _ => false,
        })
}
