//! Rules on `apk`. Must not know other package managers.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use super::runs::{behind, calls, each, mounted, told};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3018,
        find: dl3018,
    },
    Check {
        rule: &DL3019,
        find: dl3019,
    },
];

/// Packages without a version.
pub(super) const DL3018: Rule = Rule {
    id: "DL3018",
    aliases: &[],
    severity: Severity::Warning,
    about: "apk installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package=version`, or `package~version` for all patches of it",
    source: "https://github.com/hadolint/hadolint/wiki/DL3018",
    settings: "",
    bad: "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
    good: "FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.1-r1 'git~2.45'\n",
};

/// The index stays in the layer.
pub(super) const DL3019: Rule = Rule {
    id: "DL3019",
    aliases: &[],
    severity: Severity::Info,
    about: "`apk add` leaves its index and its cache in the image",
    why: "The image never uses them, and it is bigger by them in every place where it is stored.",
    fix: "write `apk add --no-cache`, or mount a cache over /var/cache/apk",
    source: "https://github.com/hadolint/hadolint/wiki/DL3019",
    settings: "",
    bad: "FROM alpine:3.20\nRUN apk add curl=8.9.1-r1\n",
    good: "FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.1-r1\n",
};

/// Flags that take a value behind a blank.
const VALUED: &[&str] = &[
    "-t",
    "--virtual",
    "-X",
    "--repository",
    "-p",
    "--root",
    "--keys-dir",
    "--cache-dir",
    "--cache-max-age",
    "--arch",
    "--repositories-file",
    "--wait",
    "--timeout",
    "--progress-fd",
];

/// The additions of a `RUN`, each with what it names.
fn adds<'s>(script: &'s Script<'_>) -> impl Iterator<Item = (&'s Cmd, Vec<&'s str>)> {
    calls(script, &["apk"])
        .filter_map(|command| Some((command, behind(command, &["add"], VALUED)?)))
}

fn dl3018(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3018, found, |script| {
        let named = adds(script).flat_map(|(_, packages)| packages);
        let loose: Vec<&str> = named.filter(|package| !is_pinned(package)).collect();
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

fn is_pinned(package: &str) -> bool {
    package.contains(['=', '~', '<', '>']) || package.ends_with(".apk")
}

fn dl3019(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3019, found, |script| {
        let kept = adds(script).any(|(command, _)| !command.has_flag(None, &["no-cache"]));
        let elsewhere = ["/var/cache/apk", "/etc/apk/cache"];
        let elsewhere = elsewhere.iter().any(|directory| mounted(script, directory));
        (kept && !elsewhere).then(|| "`apk add` without `--no-cache`".to_owned())
    });
}
