//! Rules on `zypper`. Must not know other package managers.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use super::runs::{behind, calls, each, mounted, operands, removes, told};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3034,
        find: dl3034,
    },
    Check {
        rule: &DL3035,
        find: dl3035,
    },
    Check {
        rule: &DL3036,
        find: dl3036,
    },
    Check {
        rule: &DL3037,
        find: dl3037,
    },
];

/// It would ask.
pub(super) const DL3034: Rule = Rule {
    id: "DL3034",
    aliases: &[],
    severity: Severity::Warning,
    about: "zypper asks a question that nobody answers",
    why: "A build has no terminal: zypper takes the silence for a no, and the build fails.",
    fix: "write `zypper --non-interactive install`, or `zypper install -y`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3034",
    settings: "",
    bad: "FROM opensuse/leap:15.6\nRUN zypper install httpd=2.4 && zypper clean\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4 && zypper clean\n",
};

/// Another distribution comes out.
pub(super) const DL3035: Rule = Rule {
    id: "DL3035",
    aliases: &[],
    severity: Severity::Warning,
    about: "`zypper dist-upgrade` makes another release of the distribution out of the base image",
    why: "What the tag in FROM says is then no longer what is in the image.",
    fix: "choose a newer base image",
    source: "https://github.com/hadolint/hadolint/wiki/DL3035",
    settings: "",
    bad: "FROM opensuse/leap:15.5\nRUN zypper -n dup\n",
    good: "FROM opensuse/leap:15.6\n",
};

/// The cache stays in the layer.
pub(super) const DL3036: Rule = Rule {
    id: "DL3036",
    aliases: &[],
    severity: Severity::Warning,
    about: "What zypper fetches and caches stays in the image",
    why: "The image never uses it, and clearing it in a later RUN takes nothing away from the layer \
          below.",
    fix: "end the same RUN with `zypper clean`, or mount a cache over /var/cache/zypp",
    source: "https://github.com/hadolint/hadolint/wiki/DL3036",
    settings: "",
    bad: "FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4 && zypper clean\n",
};

/// Packages without a version.
pub(super) const DL3037: Rule = Rule {
    id: "DL3037",
    aliases: &[],
    severity: Severity::Warning,
    about: "zypper installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package=version`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3037",
    settings: "",
    bad: "FROM opensuse/leap:15.6\nRUN zypper install -y httpd && zypper clean\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4 && zypper clean\n",
};

/// Flags that take a value behind a blank.
const VALUED: &[&str] = &[
    "-R",
    "--root",
    "-C",
    "--cache-dir",
    "-c",
    "--config",
    "-r",
    "--repo",
    "--from",
    "-t",
    "--type",
    "-p",
    "--plus-repo",
    "--solver-focus",
    "--download",
];

const CHANGES: &[&str] = &[
    "install",
    "in",
    "remove",
    "rm",
    "source-install",
    "si",
    "patch",
];

fn zyppers<'s>(script: &'s Script<'_>) -> impl Iterator<Item = &'s Cmd> {
    calls(script, &["zypper"])
}

fn does(command: &Cmd, subcommands: &[&str]) -> bool {
    let operands = operands(command, VALUED);
    operands
        .first()
        .is_some_and(|word| subcommands.contains(word))
}

fn dl3034(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3034, found, |script| {
        let quiet = ["non-interactive", "no-confirm"];
        let asks = |command: &&Cmd| {
            does(command, CHANGES)
                && !command.has_flag(Some('y'), &quiet)
                && !command.has_flag(Some('n'), &[])
        };
        let asks = zyppers(script).any(|command| asks(&command));
        asks.then(|| "zypper without `--non-interactive` waits for an answer".to_owned())
    });
}

fn dl3035(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3035, found, |script| {
        let upgrades = zyppers(script).any(|command| does(command, &["dup", "dist-upgrade"]));
        upgrades.then(|| "this upgrades the distribution of the base image".to_owned())
    });
}

fn dl3036(subject: &Subject<'_>, found: &mut Vec<Found>) {
    const CACHE: &str = "/var/cache/zypp";
    each(subject, &DL3036, found, |script| {
        let fetches = zyppers(script).any(|command| does(command, &["install", "in"]));
        let clears = zyppers(script).any(|command| does(command, &["clean", "cc"]))
            || removes(script, CACHE)
            || mounted(script, CACHE);
        (fetches && !clears).then(|| "`zypper clean` is missing in this RUN".to_owned())
    });
}

fn dl3037(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3037, found, |script| {
        let named = zyppers(script)
            .filter_map(|command| behind(command, &["install", "in"], VALUED))
            .flatten();
        let loose: Vec<&str> = named.filter(|package| !is_pinned(package)).collect();
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

fn is_pinned(package: &str) -> bool {
    package.contains(['=', '<', '>', '/']) || package.ends_with(".rpm")
}
