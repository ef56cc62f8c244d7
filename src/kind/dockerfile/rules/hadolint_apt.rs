//! Rules on `apt-get` and `apt`. Must not know other package managers.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use super::runs::{behind, calls, each, mounted, removes, says, ships, told};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3008,
        find: dl3008,
    },
    Check {
        rule: &DL3009,
        find: dl3009,
    },
    Check {
        rule: &DL3014,
        find: dl3014,
    },
    Check {
        rule: &DL3015,
        find: dl3015,
    },
    Check {
        rule: &DL3027,
        find: dl3027,
    },
];

/// Packages without a version.
pub(super) const DL3008: Rule = Rule {
    id: "DL3008",
    aliases: &[],
    severity: Severity::Warning,
    about: "apt-get installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package=version`; `apt-cache madison package` lists the versions",
    source: "https://github.com/hadolint/hadolint/wiki/DL3008",
    settings: "",
    bad: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl \
          && rm -rf /var/lib/apt/lists/*\n",
    good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends \
           curl=7.88.1-10 && rm -rf /var/lib/apt/lists/*\n",
};

/// The lists of packages stay in the layer.
pub(super) const DL3009: Rule = Rule {
    id: "DL3009",
    aliases: &[],
    severity: Severity::Info,
    about: "The lists that `apt-get update` fetches stay in the image",
    why: "They are tens of megabytes that the image never uses, and removing them in a later RUN takes \
          nothing away from the layer below.",
    fix: "end the same RUN with `rm -rf /var/lib/apt/lists/*`, or mount a cache over that directory",
    source: "https://github.com/hadolint/hadolint/wiki/DL3009",
    settings: "",
    bad: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl=7\n",
    good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl=7 \
           && rm -rf /var/lib/apt/lists/*\n",
};

/// It would ask.
pub(super) const DL3014: Rule = Rule {
    id: "DL3014",
    aliases: &[],
    severity: Severity::Warning,
    about: "`apt-get install` without `-y` asks a question that nobody answers",
    why: "A build has no terminal: apt-get takes the silence for a no, and the build fails.",
    fix: "write `apt-get install -y`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3014",
    settings: "",
    bad: "FROM debian:12\nRUN apt-get install --no-install-recommends curl=7\n",
    good: "FROM debian:12\nRUN apt-get install -y --no-install-recommends curl=7\n",
};

/// More is installed than is asked for.
pub(super) const DL3015: Rule = Rule {
    id: "DL3015",
    aliases: &[],
    severity: Severity::Info,
    about: "apt-get also installs the packages that the wanted ones merely recommend",
    why: "Each of them makes the image bigger and is one thing more to keep free of holes.",
    fix: "add `--no-install-recommends`, and name what is really needed",
    source: "https://github.com/hadolint/hadolint/wiki/DL3015",
    settings: "",
    bad: "FROM debian:12\nRUN apt-get install -y curl=7\n",
    good: "FROM debian:12\nRUN apt-get install -y --no-install-recommends curl=7\n",
};

/// `apt` is for people.
pub(super) const DL3027: Rule = Rule {
    id: "DL3027",
    aliases: &[],
    severity: Severity::Warning,
    about: "`apt` is made for people at a terminal, not for scripts",
    why: "Its options and its output may change from one release to the next, and it says so itself.",
    fix: "write `apt-get`, or `apt-cache` for questions",
    source: "https://github.com/hadolint/hadolint/wiki/DL3027",
    settings: "",
    bad: "FROM debian:12\nRUN apt install -y curl=7\n",
    good: "FROM debian:12\nRUN apt-get install -y --no-install-recommends curl=7\n",
};

/// Flags that take a value behind a blank.
const VALUED: &[&str] = &[
    "-t",
    "--target-release",
    "--default-release",
    "-o",
    "--option",
    "-c",
    "--config-file",
    "-a",
    "--host-architecture",
    "-P",
    "--build-profiles",
];

const LISTS: &str = "/var/lib/apt/lists";

/// The installations of a `RUN`, each with what it names.
fn installs<'s>(script: &'s Script<'_>) -> impl Iterator<Item = (&'s Cmd, Vec<&'s str>)> {
    calls(script, &["apt-get"])
        .filter_map(|command| Some((command, behind(command, &["install"], VALUED)?)))
}

fn dl3008(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3008, found, |script| {
        let named = installs(script).flat_map(|(_, packages)| packages);
        let loose: Vec<&str> = named.filter(|package| !is_pinned(package)).collect();
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

/// A version, a release, a file, or a package that goes.
fn is_pinned(package: &str) -> bool {
    package.contains(['=', '/']) || package.ends_with(".deb") || package.ends_with('-')
}

fn dl3009(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3009, found, |script| {
        let updates = calls(script, &["apt-get", "apt"]).any(|command| says(command, &["update"]));
        let clears = removes(script, LISTS)
            || mounted(script, LISTS)
            || calls(script, &["apt-get", "apt"])
                .any(|command| says(command, &["distclean", "dist-clean"]));
        let kept = updates && !clears && ships(subject, script.stage);
        kept.then(|| format!("what is in {LISTS} stays in this layer"))
    });
}

fn dl3014(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3014, found, |script| {
        let asks = installs(script).any(|(command, _)| !is_quiet(command));
        asks.then(|| "`apt-get install` without `-y` waits for an answer".to_owned())
    });
}

/// Whether all questions are answered. Two `q` mean `-y` as well, and so does `-q=2`.
fn is_quiet(command: &Cmd) -> bool {
    let short = command.args().iter().map(|arg| arg.text.as_str());
    let short: Vec<&str> = short.filter(|arg| !arg.starts_with("--")).collect();
    let flags = short.iter().filter_map(|arg| arg.strip_prefix('-'));
    let quiet: usize = flags.clone().map(|flag| flag.matches('q').count()).sum();
    command.has_flag(Some('y'), &["yes", "assume-yes"])
        || quiet >= 2
        || flags.clone().any(|flag| flag.ends_with("q=2"))
        || command
            .args()
            .iter()
            .any(|arg| arg.text.contains("APT::Get::Assume-Yes"))
}

fn dl3015(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3015, found, |script| {
        let more = installs(script).any(|(command, _)| !is_frugal(command));
        more.then(|| "`apt-get install` without `--no-install-recommends`".to_owned())
    });
}

fn is_frugal(command: &Cmd) -> bool {
    let mut args = command.args().iter();
    says(command, &["--no-install-recommends"])
        || args.any(|arg| {
            let option = arg.text.to_ascii_lowercase();
            let value = option.split_once("apt::install-recommends=");
            let value = value.map(|(_, value)| value.trim_matches(['"', '\'']));
            matches!(value, Some("false" | "0" | "no" | "off"))
        })
}

fn dl3027(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3027, found, |script| {
        let calls = calls(script, &["apt"]).count();
        (calls > 0).then(|| "`apt` is called: scripts call `apt-get`".to_owned())
    });
}
