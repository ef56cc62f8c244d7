//! Rules on `yum`, `dnf` and `microdnf`. Must not know other package managers.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use super::runs::{calls, each, mounted, operands, removes, told};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3030,
        find: dl3030,
    },
    Check {
        rule: &DL3032,
        find: dl3032,
    },
    Check {
        rule: &DL3033,
        find: dl3033,
    },
    Check {
        rule: &DL3038,
        find: dl3038,
    },
    Check {
        rule: &DL3040,
        find: dl3040,
    },
    Check {
        rule: &DL3041,
        find: dl3041,
    },
];

/// yum would ask.
pub(super) const DL3030: Rule = Rule {
    id: "DL3030",
    aliases: &[],
    severity: Severity::Warning,
    about: "`yum install` without `-y` asks a question that nobody answers",
    why: "A build has no terminal: yum takes the silence for a no, and the build fails.",
    fix: "write `yum install -y`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3030",
    settings: "",
    bad: "FROM almalinux:9\nRUN yum install httpd-2.4 && yum clean all\n",
    good: "FROM almalinux:9\nRUN yum install -y httpd-2.4 && yum clean all\n",
};

/// yum's cache stays in the layer.
pub(super) const DL3032: Rule = Rule {
    id: "DL3032",
    aliases: &[],
    severity: Severity::Warning,
    about: "What yum fetches and caches stays in the image",
    why: "It is often more than the package itself, and clearing it in a later RUN takes nothing away \
          from the layer below.",
    fix: "end the same RUN with `yum clean all`, or mount a cache over /var/cache/yum",
    source: "https://github.com/hadolint/hadolint/wiki/DL3032",
    settings: "",
    bad: "FROM almalinux:9\nRUN yum install -y httpd-2.4\n",
    good: "FROM almalinux:9\nRUN yum install -y httpd-2.4 && yum clean all\n",
};

/// yum without a version.
pub(super) const DL3033: Rule = Rule {
    id: "DL3033",
    aliases: &[],
    severity: Severity::Warning,
    about: "yum installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package-version`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3033",
    settings: "",
    bad: "FROM almalinux:9\nRUN yum install -y httpd && yum clean all\n",
    good: "FROM almalinux:9\nRUN yum install -y httpd-2.4.57 && yum clean all\n",
};

/// dnf would ask.
pub(super) const DL3038: Rule = Rule {
    id: "DL3038",
    aliases: &[],
    severity: Severity::Warning,
    about: "`dnf install` without `-y` asks a question that nobody answers",
    why: "A build has no terminal: dnf takes the silence for a no, and the build fails.",
    fix: "write `dnf install -y`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3038",
    settings: "",
    bad: "FROM fedora:40\nRUN dnf install httpd-2.4 && dnf clean all\n",
    good: "FROM fedora:40\nRUN dnf install -y httpd-2.4 && dnf clean all\n",
};

/// dnf's cache stays in the layer.
pub(super) const DL3040: Rule = Rule {
    id: "DL3040",
    aliases: &[],
    severity: Severity::Warning,
    about: "What dnf fetches and caches stays in the image",
    why: "It is often more than the package itself, and clearing it in a later RUN takes nothing away \
          from the layer below.",
    fix: "end the same RUN with `dnf clean all`, or mount a cache over /var/cache/libdnf5",
    source: "https://github.com/hadolint/hadolint/wiki/DL3040",
    settings: "",
    bad: "FROM fedora:40\nRUN dnf install -y httpd-2.4\n",
    good: "FROM fedora:40\nRUN dnf install -y httpd-2.4 && dnf clean all\n",
};

/// dnf without a version.
pub(super) const DL3041: Rule = Rule {
    id: "DL3041",
    aliases: &[],
    severity: Severity::Warning,
    about: "dnf installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package-version`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3041",
    settings: "",
    bad: "FROM fedora:40\nRUN dnf install -y httpd && dnf clean all\n",
    good: "FROM fedora:40\nRUN dnf install -y httpd-2.4.57 && dnf clean all\n",
};

const YUM: &[&str] = &["yum"];
const DNF: &[&str] = &["dnf", "microdnf"];

/// Flags that take a value behind a blank.
const VALUED: &[&str] = &[
    "-c",
    "--config",
    "-x",
    "--exclude",
    "--enablerepo",
    "--disablerepo",
    "--repo",
    "--repoid",
    "--releasever",
    "--installroot",
    "--setopt",
    "-d",
    "-e",
    "-R",
    "--advisory",
    "--forcearch",
    "--downloaddir",
];

/// Where they keep what they fetch.
const CACHES: [&str; 3] = ["/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"];

/// The subcommand and what it names; `module install` is one of two words.
fn asked(command: &Cmd) -> Option<(&str, bool, Vec<&str>)> {
    let operands = operands(command, VALUED);
    match operands.as_slice() {
        ["module", word, rest @ ..] => Some((word, true, rest.to_vec())),
        [word, rest @ ..] => Some((word, false, rest.to_vec())),
        [] => None,
    }
}

/// Whether one of these subcommands is given.
fn does(command: &Cmd, subcommands: &[&str]) -> bool {
    asked(command).is_some_and(|(word, _, _)| subcommands.contains(&word))
}

fn asks(script: &Script<'_>, programs: &[&str]) -> Option<String> {
    let installs = ["install", "groupinstall", "localinstall"];
    let mut calls = calls(script, programs).filter(|command| does(command, &installs));
    let open = calls.find(|command| !command.has_flag(Some('y'), &["assumeyes"]))?;
    Some(format!(
        "`{} install` without `-y` waits for an answer",
        open.program()
    ))
}

fn keeps(script: &Script<'_>, programs: &[&str], fetching: &[&str]) -> Option<String> {
    let fetches = calls(script, programs).find(|command| does(command, fetching))?;
    let managers = ["yum", "dnf", "microdnf"];
    let clears = calls(script, &managers).any(|command| does(command, &["clean"]))
        || CACHES
            .iter()
            .any(|cache| removes(script, cache) || mounted(script, cache));
    (!clears).then(|| format!("`{} clean all` is missing in this RUN", fetches.program()))
}

fn loose(script: &Script<'_>, programs: &[&str]) -> Option<String> {
    let mut loose = Vec::new();
    for command in calls(script, programs) {
        match asked(command) {
            Some(("install", true, names)) => {
                loose.extend(names.into_iter().filter(|name| !name.contains(':')));
            }
            Some(("install", false, names)) => {
                loose.extend(names.into_iter().filter(|name| !is_pinned(name)));
            }
            _ => {}
        }
    }
    Some(format!("no version is said for {}", told(&loose)?))
}

/// `httpd-2.4`, `httpd-$VERSION`, a file or an address.
fn is_pinned(package: &str) -> bool {
    let mut behind = package.split('-').skip(1);
    package.ends_with(".rpm")
        || package.contains("://")
        || behind.any(|part| part.starts_with(|c: char| c.is_ascii_digit() || c == '$'))
}

fn dl3030(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3030, found, |script| asks(script, YUM));
}

fn dl3032(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3032, found, |script| {
        keeps(script, YUM, &["install"])
    });
}

fn dl3033(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3033, found, |script| loose(script, YUM));
}

fn dl3038(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3038, found, |script| asks(script, DNF));
}

fn dl3040(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let fetching = ["install", "reinstall", "upgrade"];
    each(subject, &DL3040, found, |script| {
        keeps(script, DNF, &fetching)
    });
}

fn dl3041(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3041, found, |script| loose(script, DNF));
}
