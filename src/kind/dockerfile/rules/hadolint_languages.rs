//! Rules on what `npm`, `yarn`, `gem` and `go` install. Must not know the system's package managers.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use super::runs::{behind, calls, each, operands, ships, told};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3016,
        find: dl3016,
    },
    Check {
        rule: &DL3028,
        find: dl3028,
    },
    Check {
        rule: &DL3060,
        find: dl3060,
    },
    Check {
        rule: &DL3062,
        find: dl3062,
    },
];

/// npm without a version.
pub(super) const DL3016: Rule = Rule {
    id: "DL3016",
    aliases: &[],
    severity: Severity::Warning,
    about: "npm installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package@version`, or install from the lockfile with `npm ci`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3016",
    settings: "",
    bad: "FROM node:20\nRUN npm install -g typescript\n",
    good: "FROM node:20\nRUN npm install -g typescript@5.6.3\n",
};

/// gem without a version.
pub(super) const DL3028: Rule = Rule {
    id: "DL3028",
    aliases: &[],
    severity: Severity::Warning,
    about: "gem installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `gem install package:version`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3028",
    settings: "",
    bad: "FROM ruby:3.3\nRUN gem install bundler\n",
    good: "FROM ruby:3.3\nRUN gem install bundler:2.5.22\n",
};

/// yarn's cache stays in the layer.
pub(super) const DL3060: Rule = Rule {
    id: "DL3060",
    aliases: &[],
    severity: Severity::Info,
    about: "`yarn install` keeps what it fetched in a cache, and that stays in the image",
    why: "The image never uses it, and it is bigger by it in every place where it is stored.",
    fix: "end the same RUN with `yarn cache clean`, or mount a cache over yarn's directory",
    source: "https://github.com/hadolint/hadolint/wiki/DL3060",
    settings: "",
    bad: "FROM node:20\nRUN yarn install --frozen-lockfile\n",
    good: "FROM node:20\nRUN yarn install --frozen-lockfile && yarn cache clean\n",
};

/// go without a version.
pub(super) const DL3062: Rule = Rule {
    id: "DL3062",
    aliases: &[],
    severity: Severity::Warning,
    about: "go installs a program without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `go install package@version`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3062",
    settings: "",
    bad: "FROM golang:1.23\nRUN go install github.com/air-verse/air@latest\n",
    good: "FROM golang:1.23\nRUN go install github.com/air-verse/air@v1.61.1\n",
};

const NPM_VALUED: &[&str] = &[
    "--prefix",
    "-C",
    "--registry",
    "--loglevel",
    "--cache",
    "--omit",
    "--include",
    "-w",
    "--workspace",
    "--userconfig",
    "--tag",
    "--install-strategy",
    "--fetch-retries",
    "--fetch-timeout",
    "--fetch-retry-mintimeout",
    "--fetch-retry-maxtimeout",
    "--maxsockets",
    "--only",
    "--target",
    "--arch",
    "--platform",
    "--before",
    "--script-shell",
];

fn dl3016(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3016, found, |script| {
        let named = calls(script, &["npm"])
            .filter_map(|command| behind(command, &["install", "i", "add"], NPM_VALUED))
            .flatten();
        let loose: Vec<&str> = named.filter(|package| !is_pinned(package)).collect();
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

/// A version or a tag, a file, a folder, an address with a revision.
fn is_pinned(package: &str) -> bool {
    let files = [".tar", ".tar.gz", ".tgz"];
    let places = [".", "/", "~", "file:"];
    if let Some(scoped) = package.strip_prefix('@') {
        return scoped.contains('@');
    }
    package.contains('@')
        || files.iter().any(|end| package.ends_with(end))
        || places.iter().any(|start| package.starts_with(start))
        || package
            .split_once('#')
            .is_some_and(|(_, revision)| !revision.is_empty())
}

const GEM_VALUED: &[&str] = &[
    "-v",
    "--version",
    "-i",
    "--install-dir",
    "-n",
    "--bindir",
    "-s",
    "--source",
    "-P",
    "--trust-policy",
    "--platform",
    "-g",
    "--build-root",
    "-p",
    "--http-proxy",
    "-B",
    "--bulk-threshold",
];

fn dl3028(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3028, found, |script| {
        let mut loose = Vec::new();
        for command in calls(script, &["gem"]) {
            let options = command.args().iter().map(|arg| arg.text.as_str());
            // Behind `--` stand the options of the package's own build.
            let options: Vec<&str> = options.take_while(|arg| *arg != "--").collect();
            let dated = |arg: &&str| arg.starts_with("-v") || arg.starts_with("--version");
            let names = behind(command, &["install", "i"], GEM_VALUED);
            if options.iter().any(dated) {
                continue;
            }
            let names = names.unwrap_or_default().into_iter();
            loose.extend(names.filter(|name| {
                options.contains(name) && !name.contains(':') && !name.ends_with(".gem")
            }));
        }
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

fn dl3060(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3060, found, |script| {
        let does = |command: &Cmd, words: &[&str]| operands(command, &[]).starts_with(words);
        let installs = calls(script, &["yarn"]).any(|command| does(command, &["install"]));
        let cleans = calls(script, &["yarn"]).any(|command| does(command, &["cache", "clean"]));
        let kept =
            installs && !cleans && !yarn_cache_mounted(script) && ships(subject, script.stage);
        kept.then(|| "`yarn cache clean` is missing in this RUN".to_owned())
    });
}

/// yarn keeps its cache at other places in other versions; all of them say `yarn`.
fn yarn_cache_mounted(script: &Script<'_>) -> bool {
    script.run.mounts.iter().any(|mount| {
        let target = mount.get("target").unwrap_or_default();
        let cache = target.ends_with("/.cache") || target.contains("yarn");
        matches!(mount.kind(), "cache" | "tmpfs") && cache
    })
}

const GO_VALUED: &[&str] = &[
    "-ldflags",
    "-tags",
    "-o",
    "-mod",
    "-modfile",
    "-p",
    "-gcflags",
    "-asmflags",
    "-exec",
    "-C",
    "-buildmode",
    "-overlay",
    "-pgo",
    "-gccgoflags",
    "-installsuffix",
    "-pkgdir",
    "-toolexec",
    "-compiler",
    "-covermode",
    "-coverpkg",
];

fn dl3062(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3062, found, |script| {
        let mut loose = Vec::new();
        for command in calls(script, &["go"]) {
            if let Some(names) = behind(command, &["install", "get"], GO_VALUED) {
                loose.extend(names);
            } else if let Some(names) = behind(command, &["run"], GO_VALUED) {
                // What follows are the arguments of the program.
                loose.extend(names.first());
            }
        }
        loose.retain(|name| !is_fixed(name));
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

/// A version that does not move, or a folder of the project, whose `go.mod` has the versions.
fn is_fixed(package: &str) -> bool {
    let dated = package
        .rsplit_once('@')
        .is_some_and(|(_, version)| version != "latest");
    dated || package.starts_with(['.', '/']) || package.ends_with(".go")
}
