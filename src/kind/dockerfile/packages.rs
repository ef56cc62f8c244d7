//! Which commands install packages, and which programs those bring. Must not know rules.

use super::script::{Arg, Cmd};

/// A package manager: its program, the words that install, and flags that take a value.
struct Manager {
    program: &'static str,
    install: &'static [&'static str],
    valued: &'static [&'static str],
}

const MANAGERS: &[Manager] = &[
    manager(
        "apt-get",
        &["install"],
        &["-t", "-o", "-c", "--target-release", "--option"],
    ),
    manager(
        "apt",
        &["install"],
        &["-t", "-o", "-c", "--target-release", "--option"],
    ),
    manager("aptitude", &["install"], &["-t", "-o"]),
    manager(
        "apk",
        &["add"],
        &[
            "-t",
            "--virtual",
            "-X",
            "--repository",
            "-p",
            "--root",
            "--arch",
        ],
    ),
    manager(
        "dnf",
        &["install"],
        &["-c", "--installroot", "--releasever", "--enablerepo"],
    ),
    manager("microdnf", &["install"], &["--setopt", "--enablerepo"]),
    manager(
        "yum",
        &["install", "localinstall"],
        &["-c", "--installroot", "--enablerepo"],
    ),
    manager(
        "zypper",
        &["install", "in"],
        &["-R", "--root", "-r", "--repo"],
    ),
    manager("tdnf", &["install"], &[]),
];

const fn manager(
    program: &'static str,
    install: &'static [&'static str],
    valued: &'static [&'static str],
) -> Manager {
    Manager {
        program,
        install,
        valued,
    }
}

/// Programs whose package has another name.
const PROVIDERS: &[(&str, &[&str])] = &[
    ("nc", &["netcat", "ncat", "nmap-ncat", "busybox-extras"]),
    ("netcat", &["netcat"]),
    ("wget", &["wget2"]),
    ("pg_isready", &["postgresql"]),
    ("psql", &["postgresql"]),
    ("redis-cli", &["redis"]),
    ("mysqladmin", &["mysql", "mariadb", "default-mysql-client"]),
    ("dig", &["dnsutils", "bind-tools", "bind-utils"]),
    ("node", &["nodejs"]),
];

/// The packages that a command of a system's package manager installs; `None` when it is none.
pub(super) fn installed(command: &Cmd) -> Option<Vec<&Arg>> {
    let manager = MANAGERS
        .iter()
        .find(|manager| manager.program == command.program())?;
    let mut packages = Vec::new();
    let mut installs = false;
    let mut skip = false;
    for arg in command.args() {
        let text = arg.text.as_str();
        if std::mem::take(&mut skip) {
            continue;
        }
        if text.starts_with('-') {
            skip = manager.valued.contains(&text);
        } else if !installs {
            installs = true;
            if !manager.install.contains(&text) {
                return None;
            }
        } else {
            packages.push(arg);
        }
    }
    installs.then_some(packages)
}

/// The name of a package, without its version.
pub(super) fn package(arg: &Arg) -> &str {
    let end = arg.text.find(['=', '<', '>', '~', ':', '@']);
    &arg.text[..end.unwrap_or(arg.text.len())]
}

/// Whether packages that are installed here may bring a program. What cannot be read may.
pub(super) fn brings(command: &Cmd, program: &str) -> bool {
    let providers = PROVIDERS.iter().find(|(name, _)| *name == program);
    let providers = providers.map_or([].as_slice(), |(_, packages)| packages);
    let brings = |arg: &&Arg| {
        let name = package(arg);
        !arg.literal || name == program || providers.iter().any(|start| name.starts_with(start))
    };
    installed(command).is_some_and(|packages| packages.iter().any(brings))
}
