//! Rules on `pip`. Must not know other package managers.

use super::super::script::{Arg, Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use super::runs::{behind, each, mounted, removes, says, told};
use crate::format::dockerfile::Command;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3013,
        find: dl3013,
    },
    Check {
        rule: &DL3042,
        find: dl3042,
    },
];

/// Packages without a version.
pub(super) const DL3013: Rule = Rule {
    id: "DL3013",
    aliases: &[],
    severity: Severity::Warning,
    about: "pip installs a package without saying which version",
    why: "The same Dockerfile then makes another image next month, and nobody can tell which change \
          broke it.",
    fix: "write `package==version`, or install from a file of requirements that pins them",
    source: "https://github.com/hadolint/hadolint/wiki/DL3013",
    settings: "",
    bad: "FROM python:3.12\nRUN pip install --no-cache-dir flask\n",
    good: "FROM python:3.12\nRUN pip install --no-cache-dir flask==3.0.3\n",
};

/// The cache stays in the layer.
pub(super) const DL3042: Rule = Rule {
    id: "DL3042",
    aliases: &[],
    severity: Severity::Warning,
    about: "`pip install` keeps what it fetched in a cache, and that stays in the image",
    why: "The image never uses it, and it is bigger by it in every place where it is stored.",
    fix: "write `pip install --no-cache-dir`, or mount a cache over /root/.cache/pip",
    source: "https://github.com/hadolint/hadolint/wiki/DL3042",
    settings: "",
    bad: "FROM python:3.12\nRUN pip install flask==3.0.3\n",
    good: "FROM python:3.12\nRUN pip install --no-cache-dir flask==3.0.3\n",
};

/// Flags that take a value behind a blank.
const VALUED: &[&str] = &[
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-e",
    "--editable",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-t",
    "--target",
    "--platform",
    "--python-version",
    "--implementation",
    "--abi",
    "--root",
    "--prefix",
    "-b",
    "--build",
    "--src",
    "--upgrade-strategy",
    "--no-binary",
    "--only-binary",
    "--progress-bar",
    "--report",
    "--config-settings",
    "-C",
    "--global-option",
    "--install-option",
    "--log",
    "--proxy",
    "--retries",
    "--timeout",
    "--exists-action",
    "--trusted-host",
    "--cert",
    "--client-cert",
    "--cache-dir",
    "--python",
    "--use-feature",
    "--use-deprecated",
    "--root-user-action",
    "--group",
];

/// The installations of a `RUN`, each with what it names.
fn installs<'s>(script: &'s Script<'_>) -> impl Iterator<Item = (&'s Cmd, Vec<&'s str>)> {
    let all = script.commands.iter();
    all.filter_map(|command| {
        let program = calls_pip(command)?;
        let names = if program.starts_with("pip") {
            behind(command, &["install"], VALUED)?
        } else {
            let mut names = behind(command, &["pip"], VALUED)?;
            if names.first() != Some(&"install") {
                return None;
            }
            names.remove(0);
            names
        };
        Some((command, names))
    })
}

/// The program, when it is `pip`, `pip3.11` or `python3 -m`; not behind `sudo`.
fn calls_pip(command: &Cmd) -> Option<&str> {
    let program = command.program();
    let direct = command.words.first()?.text.as_str();
    if matches!(direct, "sudo" | "doas") {
        return None;
    }
    let versioned = |name: &str| {
        let rest = program.strip_prefix(name);
        rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
    };
    let pip = versioned("pip") || versioned("python") && says(command, &["-m"]);
    pip.then_some(program)
}

fn dl3013(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3013, found, |script| {
        let loose: Vec<&str> = installs(script)
            .filter(|(command, _)| !from_a_list(command))
            .flat_map(|(_, packages)| packages)
            .filter(|package| !is_pinned(package))
            .collect();
        Some(format!("no version is said for {}", told(&loose)?))
    });
}

/// Whether a file says what is installed, or which versions may be.
fn from_a_list(command: &Cmd) -> bool {
    let short = |arg: &Arg| {
        let text = arg.text.as_str();
        text.starts_with("-r") || text.starts_with("-c")
    };
    command.has_flag(None, &["requirement", "constraint"]) || command.args().iter().any(short)
}

/// A version or a bound of one, a place of the project, a file, an address with a revision.
fn is_pinned(package: &str) -> bool {
    if package.starts_with("git+") || package.starts_with("hg+") || package.starts_with("svn+") {
        let path = package.split_once("://").map_or(package, |(_, path)| path);
        let path = path.split_once('/').map_or("", |(_, path)| path);
        return path.contains('@');
    }
    let file = [".whl", ".tar.gz", ".zip"];
    package.contains(['=', '<', '>', '/'])
        || package.starts_with('.')
        || file.iter().any(|end| package.ends_with(end))
}

fn dl3042(subject: &Subject<'_>, found: &mut Vec<Found>) {
    each(subject, &DL3042, found, |script| {
        let kept = installs(script).any(|(command, _)| {
            !says(command, &["--no-cache-dir", "--no-cache"])
                && !command
                    .assigns
                    .iter()
                    .any(|assign| switches_off(&assign.text))
        });
        let cleared = switched_off(subject, script)
            || ["/root/.cache/pip", "/var/cache/pip"]
                .iter()
                .any(|cache| removes(script, cache) || mounted(script, cache))
            || mounted_at_home(script);
        (kept && !cleared).then(|| "`pip install` without `--no-cache-dir`".to_owned())
    });
}

/// A cache of another user: `/home/app/.cache/pip`, or where a variable says.
fn mounted_at_home(script: &Script<'_>) -> bool {
    let caches = script.run.mounts.iter();
    let mut caches = caches.filter(|mount| matches!(mount.kind(), "cache" | "tmpfs"));
    caches.any(|mount| {
        let target = mount
            .get("target")
            .unwrap_or_default()
            .trim_end_matches('/');
        target.ends_with("/.cache/pip") || target.ends_with("/.cache") || target.ends_with("/pip")
    })
}

/// `PIP_NO_CACHE_DIR=1`, and not one of the words for no.
fn switches_off(assign: &str) -> bool {
    let value = assign.strip_prefix("PIP_NO_CACHE_DIR=");
    value.is_some_and(is_on)
}

fn is_on(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    !matches!(
        value.as_str(),
        "" | "0" | "no" | "off" | "false" | "f" | "n"
    )
}

/// Whether the environment of the `RUN` switches the cache off.
fn switched_off(subject: &Subject<'_>, script: &Script<'_>) -> bool {
    let exported = script.commands.iter().any(|command| {
        let args = command.args().iter();
        let mut said = args.chain(&command.assigns);
        let sets = command.words.is_empty() || command.program() == "export";
        sets && said.any(|arg| switches_off(&arg.text))
    });
    let before = subject.history(script.stage).into_iter().rev();
    let mut before = before.filter(|at| at.stage.index != script.stage || at.index < script.index);
    let set = before.find_map(|at| match &at.instruction.command {
        Command::Env(pairs) => {
            let mut pairs = pairs.iter();
            let pair = pairs.find(|pair| pair.name.text == "PIP_NO_CACHE_DIR")?;
            Some(subject.known(at.step, &pair.value).is_none_or(is_on))
        }
        Command::Arg(args) if at.stage.index == script.stage => {
            let mut args = args.iter();
            let arg = args.find(|arg| arg.name.text == "PIP_NO_CACHE_DIR")?;
            let value = arg.default.as_ref()?;
            Some(subject.known(at.step, value).is_none_or(is_on))
        }
        _ => None,
    });
    exported || set.unwrap_or(false)
}
