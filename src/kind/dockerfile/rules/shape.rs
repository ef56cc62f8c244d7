//! Rules on what the image is made of: more stages than one, and nothing in the last that is only
//! needed to build.

use super::super::bases;
use super::super::dependencies;
use super::super::packages;
use super::super::script::{Cmd, Script};
use super::super::settings::Burden;
use super::super::subject::Subject;
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::Command;
use crate::format::dockerfile::scope::Base;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &SINGLE,
        find: single,
    },
    Check {
        rule: &COMPILERS,
        find: compilers,
    },
    Check {
        rule: &MANAGERS,
        find: managers,
    },
    Check {
        rule: &DEVELOPMENT,
        find: development,
    },
];

const SOURCE: &str = "https://docs.docker.com/build/building/multi-stage/";
const WHY: &str = "What is only needed to build makes the image bigger and slower to start, and is a \
                   tool in the hands of whoever gets in.";

const SINGLE: Rule = Rule {
    id: "single-stage",
    aliases: &["multi-stage"],
    severity: Severity::Error,
    about: "The image is not made in several stages",
    why: WHY,
    fix: "build in a first stage, and take only the result over: `COPY --from=build …`",
    source: SOURCE,
    settings: "{multi_stage: true}",
    bad: "FROM golang:1.24 AS build\nRUN go build -o /app .\nFROM build\nCMD [\"/app\"]\n",
    good: "FROM golang:1.24 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n",
};

const COMPILERS: Rule = Rule {
    id: "final-stage-compilers",
    aliases: &[],
    severity: Severity::Error,
    about: "The image has a compiler or the headers of libraries",
    why: WHY,
    fix: "compile in an earlier stage, or take them out in the same RUN",
    source: SOURCE,
    settings: "{final_stage: {forbid: compilers}}",
    bad: "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\n",
    good: "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y libpq5\n",
};

const MANAGERS: Rule = Rule {
    id: "final-stage-package-managers",
    aliases: &[],
    severity: Severity::Error,
    about: "The image has a package manager",
    why: WHY,
    fix: "take a last stage without one (distroless, scratch), or remove it",
    source: SOURCE,
    settings: "{final_stage: {forbid: package_managers}}",
    bad: "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
    good: "FROM alpine:3.20\nRUN apk del apk-tools\n",
};

const DEVELOPMENT: Rule = Rule {
    id: "final-stage-dev-dependencies",
    aliases: &[],
    severity: Severity::Error,
    about: "The image has dependencies of development",
    why: WHY,
    fix: "install without them in a stage of its own: `npm ci --omit=dev`",
    source: SOURCE,
    settings: "{final_stage: {forbid: dev_dependencies}}",
    bad: "FROM node:22 AS deps\nCOPY package.json package-lock.json ./\nRUN npm ci\n\
          FROM node:22-slim\nCOPY --from=deps /node_modules ./node_modules\n",
    good: "FROM node:22 AS deps\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n\
           FROM node:22-slim\nCOPY --from=deps /node_modules ./node_modules\n",
};

fn single(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let in_image = subject.chain(subject.target).len();
    let empty = *subject.bottom(subject.target) == Base::Scratch;
    if !subject.settings.multi_stage || subject.needed.len() > in_image || empty {
        return;
    }
    let message = match subject.needed.len() {
        1 => "the image is made in one stage",
        _ => "each stage is made on the one before: nothing of them is left behind",
    };
    found.push(subject.found(&SINGLE, from(subject), message));
}

/// The image of the stage that becomes the image.
fn from(subject: &Subject<'_>) -> Span {
    let stage = subject.file.stages.get(subject.target);
    stage.map_or(Span::default(), |stage| stage.image.span)
}

/// Where the chain of the target names the image below it, and what that brings.
fn brought(
    subject: &Subject<'_>,
) -> Option<(Span, &'static [&'static str], &'static [&'static str])> {
    let last = subject.chain(subject.target).last().copied()?;
    let stage = subject.file.stages.get(last)?;
    let Base::Image(image) = subject.base(last)? else {
        return None;
    };
    let known = bases::known(image);
    Some((stage.image.span, known.brings, known.managers))
}

/// Programs that compile.
const COMPILER: [&str; 26] = [
    "gcc",
    "g++",
    "cc",
    "clang",
    "llvm",
    "make",
    "cmake",
    "ninja",
    "ninja-build",
    "meson",
    "build-base",
    "build-essential",
    "alpine-sdk",
    "autoconf",
    "automake",
    "rust",
    "rustc",
    "cargo",
    "go",
    "golang",
    "pkg-config",
    "pkgconf",
    "musl-dev",
    "javac",
    "mvn",
    "gradle",
];

fn is_compiler(package: &str) -> bool {
    let headers =
        package.ends_with("-dev") || package.ends_with("-devel") || package.ends_with("-jdk");
    let bare = package.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    headers || COMPILER.contains(&package) || COMPILER.contains(&bare)
}

fn asks(subject: &Subject<'_>, burden: Burden) -> bool {
    subject.settings.forbid.contains(&burden)
}

fn compilers(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if !asks(subject, Burden::Compilers) {
        return;
    }
    if let Some((span, brings, _)) = brought(subject) {
        let compiler = brings.iter().find(|name| is_compiler(name));
        found.extend(compiler.map(|name| {
            let message = format!("this image brings {name}");
            subject.found(&COMPILERS, span, message)
        }));
    }
    for script in subject.scripts_of(subject.target) {
        let removed = removed(script);
        for command in &script.commands {
            let packages = packages::installed(command).unwrap_or_default();
            let kept = packages.into_iter().filter(|arg| {
                let name = packages::package(arg);
                is_compiler(name) && !is_removed(&removed, command, name)
            });
            found.extend(kept.map(|arg| {
                let message = format!("`{}` is installed and stays", packages::package(arg));
                subject.found(&COMPILERS, arg.span, message)
            }));
        }
    }
}

/// Packages and groups that a script takes out again.
fn removed<'s>(script: &'s Script<'_>) -> Vec<&'s str> {
    let removes = |command: &&Cmd| {
        command.is("apk", &["del"])
            || command.is("apt-get", &["purge", "remove", "autoremove"])
            || command.is("apt", &["purge", "remove", "autoremove"])
            || command.is("dnf", &["remove", "erase"])
            || command.is("yum", &["remove", "erase"])
    };
    let commands = script.commands.iter().filter(removes);
    commands
        .flat_map(|command| command.operands().skip(1))
        .map(|arg| arg.text.as_str())
        .collect()
}

fn is_removed(removed: &[&str], command: &Cmd, name: &str) -> bool {
    let args = command.args();
    let group = args
        .windows(2)
        .find(|two| matches!(two[0].text.as_str(), "-t" | "--virtual"))
        .map(|two| two[1].text.as_str());
    let variable = removed.iter().any(|text| text.starts_with('$'));
    removed.contains(&name) || variable || group.is_some_and(|group| removed.contains(&group))
}

fn managers(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if !asks(subject, Burden::PackageManagers) {
        return;
    }
    let Some((span, _, managers)) = brought(subject) else {
        return;
    };
    let gone = |name: &&str| {
        let mut commands = subject
            .scripts_of(subject.target)
            .flat_map(|script| &script.commands);
        commands.any(|command| {
            let removes = command.program() == "rm"
                || command.is("apk", &["del"])
                || command.is("apt-get", &["purge", "remove"]);
            let names = [
                (*name).to_owned(),
                format!("{name}-tools"),
                format!("{name}-get"),
            ];
            removes
                && command.operands().any(|arg| {
                    let last = arg
                        .text
                        .trim_end_matches('*')
                        .rsplit('/')
                        .next()
                        .unwrap_or_default();
                    names.iter().any(|name| name == last)
                })
        })
    };
    let left: Vec<&str> = managers
        .iter()
        .copied()
        .filter(|name| !gone(name))
        .collect();
    if !left.is_empty() {
        let message = format!("this image brings {}", left.join(" and "));
        found.push(subject.found(&MANAGERS, span, message));
    }
}

fn development(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if !asks(subject, Burden::DevDependencies) {
        return;
    }
    if let Some((_, command)) = dependencies::left_in(subject, subject.target) {
        let message = format!("`{}` brings those of development with it", told(command));
        found.push(subject.found(&DEVELOPMENT, command.span, message));
    }
    for at in subject.history(subject.target) {
        let Command::Copy(copy) = &at.instruction.command else {
            continue;
        };
        let from = copy.from.as_ref();
        let Some(stage) = from.and_then(|from| subject.source(at.stage, &from.text)) else {
            continue;
        };
        let Some((_, command)) = dependencies::left_in(subject, stage.index) else {
            continue;
        };
        let kept = copy.sources.iter().find(|word| {
            let last = word
                .text
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            matches!(
                last,
                "node_modules" | "vendor" | ".venv" | "venv" | "site-packages"
            )
        });
        if let Some(word) = kept {
            let (line, _) = subject.file.place(command.span.start);
            let message = format!(
                "`{}` in line {line} put those of development in here",
                told(command)
            );
            found.push(subject.found(&DEVELOPMENT, word.span, message));
        }
    }
}

/// A command, short.
fn told(command: &Cmd) -> String {
    let first = command
        .operands()
        .next()
        .map_or("", |arg| arg.text.as_str());
    format!("{} {first}", command.program())
        .trim_end()
        .to_owned()
}
