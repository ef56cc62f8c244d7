//! Which commands bring in the dependencies of a project, and whether those of development are with
//! them. Must not know rules.

use super::script::{Cmd, Script};
use super::subject::Subject;
use crate::format::dockerfile::Command;

/// The files that say which dependencies there are, if a command brings those in.
pub(super) fn manifests(command: &Cmd) -> Option<&'static str> {
    let packages = command.operands().count() > 1;
    let one_of = |sub: &[&str]| {
        let first = command
            .operands()
            .next()
            .map_or("", |arg| arg.text.as_str());
        sub.contains(&first)
    };
    match command.program() {
        "npm" => (one_of(&["ci", "clean-install"]) || one_of(&["install", "i"]) && !packages)
            .then_some("package.json and package-lock.json"),
        "yarn" => (command.args().is_empty() || one_of(&["install"]) || only_flags(command))
            .then_some("package.json and yarn.lock"),
        "pnpm" => (one_of(&["install", "i"]) && !packages || one_of(&["fetch"]))
            .then_some("package.json and pnpm-lock.yaml"),
        "bun" => (one_of(&["install"]) && !packages).then_some("package.json and bun.lock"),
        "pip" | "pip3" => requirements(command).then_some("requirements.txt"),
        "python" | "python3" => (command.args().get(1).is_some_and(|arg| arg.text == "pip")
            && requirements(command))
        .then_some("requirements.txt"),
        "poetry" => one_of(&["install"]).then_some("pyproject.toml and poetry.lock"),
        "pdm" => one_of(&["install", "sync"]).then_some("pyproject.toml and pdm.lock"),
        "uv" => {
            (one_of(&["sync"]) || requirements(command)).then_some("pyproject.toml and uv.lock")
        }
        "pipenv" => one_of(&["install", "sync"]).then_some("Pipfile and Pipfile.lock"),
        "bundle" => one_of(&["install"]).then_some("Gemfile and Gemfile.lock"),
        "composer" => one_of(&["install"]).then_some("composer.json and composer.lock"),
        "cargo" => cargo(command).then_some("Cargo.toml and Cargo.lock"),
        "go" => (one_of(&["build", "install", "test"]) || command.is("go", &["mod"]))
            .then_some("go.mod and go.sum"),
        "mvn" | "mvnw" => Some("pom.xml"),
        "gradle" | "gradlew" => Some("the files of gradle"),
        "dotnet" => one_of(&["restore", "build", "publish"]).then_some("the project files"),
        "mix" => one_of(&["deps.get"]).then_some("mix.exs and mix.lock"),
        _ => None,
    }
}

fn only_flags(command: &Cmd) -> bool {
    command.operands().next().is_none() && !command.has_flag(Some('v'), &["version", "help"])
}

fn requirements(command: &Cmd) -> bool {
    command
        .args()
        .iter()
        .any(|arg| arg.text == "install" || arg.text == "sync")
        && command.has_flag(Some('r'), &["requirement", "requirements"])
}

/// `cargo install tool` brings in a tool.
fn cargo(command: &Cmd) -> bool {
    let sub = command.operands().find(|arg| !arg.text.starts_with('+'));
    match sub.map_or("", |arg| arg.text.as_str()) {
        "build" | "b" | "fetch" | "test" | "check" => true,
        "install" => command.has_flag(None, &["path"]),
        "chef" => command.operands().any(|arg| arg.text == "cook"),
        _ => false,
    }
}

/// What a command does to the dependencies of development.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Development {
    /// It brings them in.
    Brings,
    /// It takes them out.
    Removes,
}

/// What a command does to them; `production` when the environment says so.
pub(super) fn development(command: &Cmd, production: bool) -> Option<Development> {
    use Development::{Brings, Removes};
    let spared = |short, flags: &[&str]| {
        let env = command
            .assigns
            .iter()
            .any(|arg| arg.text == "NODE_ENV=production");
        (!command.has_flag(short, flags) && !env).then_some(Brings)
    };
    let first = command
        .operands()
        .next()
        .map_or("", |arg| arg.text.as_str());
    let joined = |word: &str, value: &str| {
        let args = command.args();
        let whole = format!("{word}={value}");
        args.iter().any(|arg| arg.text == whole)
            || args
                .windows(2)
                .any(|two| two[0].text == word && two[1].text == value)
    };
    let omits =
        joined("--omit", "dev") || joined("--only", "production") || joined("--only", "prod");
    manifests(command).filter(|_| first != "prune").map_or_else(
        || match (command.program(), first) {
            ("npm" | "pnpm", "prune") => Some(Removes),
            _ => None,
        },
        |_| match command.program() {
            "npm" if omits || production => None,
            "npm" | "bun" => spared(None, &["production", "prod"]),
            "yarn" if production => None,
            "yarn" => spared(None, &["production", "prod", "immutable-production"]),
            "pnpm" if production || first == "fetch" => None,
            "pnpm" => spared(Some('P'), &["prod", "production"]),
            "composer" => spared(None, &["no-dev"]),
            "poetry" => spared(None, &["no-dev", "only", "without", "only-root"]),
            "uv" if first == "sync" => spared(None, &["no-dev", "no-default-groups", "only-group"]),
            "pipenv" => command.has_flag(Some('d'), &["dev"]).then_some(Brings),
            "pip" | "pip3" => command
                .args()
                .iter()
                .any(|arg| arg.text.contains("-dev.") || arg.text.contains("/dev."))
                .then_some(Brings),
            _ => None,
        },
    )
}

/// The command that brought dependencies of development into a stage and that nothing took out
/// again.
pub(super) fn left_in<'s, 'f>(
    subject: &'s Subject<'f>,
    stage: usize,
) -> Option<(&'s Script<'f>, &'s Cmd)> {
    let mut left = None;
    for script in subject.scripts_of(stage) {
        let production = in_production(subject, script);
        for command in &script.commands {
            match development(command, production) {
                Some(Development::Brings) => left = Some((script, command)),
                // What stands in an `if` may not run.
                Some(Development::Removes) if !command.nested => left = None,
                _ => {}
            }
        }
    }
    left
}

/// Whether `NODE_ENV=production` holds at a script.
fn in_production(subject: &Subject<'_>, script: &Script<'_>) -> bool {
    let history = subject.history(script.stage).into_iter();
    let before = history.filter(|at| at.stage.index != script.stage || at.index < script.index);
    let mut said = None;
    for at in before {
        if let Command::Env(pairs) = &at.instruction.command {
            let mut own = pairs.iter().filter(|pair| pair.name.text == "NODE_ENV");
            said = own
                .next_back()
                .map(|pair| subject.known(at.step, &pair.value))
                .or(said);
        }
    }
    said.flatten() == Some("production")
}
