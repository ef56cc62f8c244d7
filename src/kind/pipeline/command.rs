//! What a command does, by its words: proves, makes or ships an image, or calls something that must
//! be looked into. Must not know where the words stand.

mod calls;
mod tables;

use calls::{after, after_all, just, make, npm, script, shell, ssh};
use tables::{BEFORE, BUILDS, COMPOSE, DEPLOYS, PUSHES};

/// What a command does, as far as this gate cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Does {
    /// Runs the whole pipeline of prove.
    Proves,
    /// Makes or ships an image.
    Ships(Ship),
    /// Runs a shell text; `true`: on another machine.
    Text(String, bool),
    /// Runs what its here-document says.
    Here(bool),
    /// Runs a file of the project; `true`: within this shell.
    Script(String, bool),
    /// Runs a script of package.json, in this directory; `true`: with its `pre` and `post`.
    Npm(String, String, bool),
    /// Runs targets of a Makefile, in this directory; `None`: the first one.
    Make(Vec<String>, String),
    /// Runs recipes of a justfile, in this directory.
    Just(Vec<String>, String),
    /// Fetches an image that somebody else made.
    Pulls,
    /// Starts a stack; a deployment where it looks like one.
    Starts(String),
}

/// Makes or ships an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ship {
    /// The farthest that it goes.
    pub verb: Verb,
    /// It makes the image anew.
    pub builds: bool,
    /// The words, short.
    pub told: String,
}

/// How far an image gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    /// It is made.
    Build,
    /// It leaves the machine.
    Push,
    /// It runs for users.
    Deploy,
}

/// What the words do; nothing for what this gate does not care about.
pub(super) fn does(words: &[String]) -> Option<Does> {
    let words = bare(words);
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let told = short(words);
    if program == "prove" {
        return proves(arguments).then_some(Does::Proves);
    }
    if let Some(ship) = ships(program, arguments, &told) {
        return Some(ship);
    }
    match program {
        "executor" if words[0].contains("kaniko") => {
            let only = arguments
                .iter()
                .any(|word| word == "--no-push" || word == "--no-push=true");
            Some(shipped(
                if only { Verb::Build } else { Verb::Push },
                true,
                told,
            ))
        }
        "npm" | "pnpm" | "yarn" | "bun" => npm(program, arguments),
        "make" | "gmake" => Some(make(arguments)),
        "just" => Some(just(arguments)),
        "ssh" => ssh(arguments),
        "eval" => Some(Does::Text(arguments.join(" "), false)),
        "nix-shell" => {
            after(arguments, &["--run", "--command"]).map(|text| Does::Text(text, false))
        }
        "nix" => after_all(arguments, &["-c", "--command"]).map(|text| Does::Text(text, false)),
        "." | "source" => arguments
            .first()
            .map(|path| Does::Script(path.clone(), true)),
        "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh" | "busybox" => shell(arguments),
        _ => script(&words[0]),
    }
}

/// The command without what stands before it.
fn bare(words: &[String]) -> &[String] {
    let mut rest = words;
    let mut behind = false;
    while let Some((word, more)) = rest.split_first() {
        let assigns = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '+')
        });
        let redirects = word.starts_with(['<', '>']) && word.len() > 1;
        let own =
            behind && (word.starts_with('-') || word.starts_with(|c: char| c.is_ascii_digit()));
        if BEFORE.contains(&word.as_str()) {
            behind = true;
        } else if !assigns && !own && !redirects {
            let wrapped = match (word.as_str(), more.first().map(String::as_str)) {
                ("pnpm" | "yarn" | "npm", Some("exec" | "dlx")) => 2,
                ("uv" | "poetry" | "pipenv" | "bundle", Some("run" | "exec")) => 2,
                ("mise", Some("exec" | "x")) => 2,
                _ => return rest,
            };
            rest = &rest[wrapped..];
            rest = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest);
            continue;
        }
        rest = more;
    }
    rest
}

/// The words for people: the first few.
fn short(words: &[String]) -> String {
    let first: Vec<&str> = words.iter().take(3).map(String::as_str).collect();
    let first: String = first.join(" ").chars().take(60).collect();
    first.lines().next().unwrap_or_default().to_owned()
}

/// Whether prove is asked for all of the pipeline: a part of it never stands for the whole.
fn proves(arguments: &[String]) -> bool {
    let mut words = arguments.iter().map(String::as_str);
    let mut run = false;
    while let Some(word) = words.next() {
        match word {
            "--only" | "--dry-run" | "--help" | "-h" => return false,
            "-f" | "--file" | "-C" | "--color" | "-j" | "--jobs" | "--report" | "--timeout"
            | "--title" | "--keep-runs" | "--rev" => {
                words.next();
            }
            "run" if !run => run = true,
            _ if word.starts_with('-') => {}
            _ if word.starts_with(['>', '<']) || word.starts_with("2>") => {}
            _ => return false,
        }
    }
    run
}

fn shipped(verb: Verb, builds: bool, told: String) -> Does {
    Does::Ships(Ship { verb, builds, told })
}

fn ships(program: &str, arguments: &[String], told: &str) -> Option<Does> {
    let plain = plain(program, arguments);
    let is = |table: &[(&str, &[&str])]| {
        let hit = |(name, words): &(&str, &[&str])| {
            *name == program
                && plain.len() >= words.len()
                && plain.iter().zip(*words).all(|(a, b)| a == b)
        };
        table.iter().position(hit)
    };
    let asked = |option: &str| {
        arguments.iter().any(|word| {
            word == option
                || word == &format!("{option}=true")
                || word.contains("type=registry")
                || word.contains("push=true")
        })
    };
    if let Some(found) = is(COMPOSE) {
        return compose(COMPOSE[found].1.len(), arguments, &plain, told);
    }
    if is(DEPLOYS).is_some() {
        if arguments
            .iter()
            .any(|word| word.starts_with("--dry-run") && word != "--dry-run=none")
        {
            return None;
        }
        let own = matches!(program, "flyctl" | "fly" | "railway" | "ko" | "kamal");
        let image = arguments
            .iter()
            .any(|word| word == "-i" || word.starts_with("--image") || word == "-P");
        return Some(shipped(Verb::Deploy, own && !image, told.to_owned()));
    }
    if is(PUSHES).is_some() {
        return Some(shipped(Verb::Push, false, told.to_owned()));
    }
    is(BUILDS)?;
    let print = arguments
        .iter()
        .any(|word| word == "--print" || word == "--check" || word == "--call=check");
    let always = program == "ko";
    let push = always || asked("--push") || asked("--publish") || asked("-p");
    let verb = if push { Verb::Push } else { Verb::Build };
    (!print).then(|| shipped(verb, true, told.to_owned()))
}

/// The words that are no options, nor values of the options that stand before the command.
fn plain<'w>(program: &str, arguments: &'w [String]) -> Vec<&'w str> {
    const VALUES: &[&str] = &[
        "-H",
        "--host",
        "-c",
        "--context",
        "--config",
        "-l",
        "--log-level",
        "-f",
        "--file",
        "-p",
        "--project-name",
        "--profile",
        "--env-file",
        "--project-directory",
        "-n",
        "--namespace",
        "--kubeconfig",
        "--region",
        "--project",
        "--builder",
        "-a",
        "--app",
    ];
    let mut plain = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            _ if VALUES.contains(&word) && (plain.len() < 2 || program != "docker") => {
                words.next();
            }
            _ if word.starts_with('-') => {}
            _ => plain.push(word),
        }
    }
    plain
}

fn compose(words: usize, arguments: &[String], plain: &[&str], told: &str) -> Option<Does> {
    let has = |option: &str| arguments.iter().any(|word| word == option);
    let told = |word: &str| match word {
        "up" | "run" => format!("{told} … {word}"),
        _ => told.to_owned(),
    };
    match plain.get(words).copied()? {
        "build" if has("--push") => Some(shipped(Verb::Push, true, told("build"))),
        "build" => Some(shipped(Verb::Build, true, told("build"))),
        "push" => Some(shipped(Verb::Push, false, told("push"))),
        "pull" => Some(Does::Pulls),
        "up" if has("--build") => Some(shipped(Verb::Build, true, told("up"))),
        "up" | "start" | "restart" => Some(Does::Starts(told("up"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::words::split;

    fn told(text: &str) -> String {
        match does(&split(text).unwrap()) {
            None => "-".to_owned(),
            Some(Does::Proves) => "proves".to_owned(),
            Some(Does::Ships(ship)) => {
                format!("{:?}{}", ship.verb, if ship.builds { " anew" } else { "" })
            }
            Some(Does::Text(text, far)) => format!("text {text:?} {far}"),
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn only_the_whole_pipeline_is_a_proof() {
        for proof in [
            "prove run",
            "./bin/prove -C . run --report github -j 2",
            "CI=1 sudo -E prove run -q",
            "npx prove run",
            "pnpm exec prove run",
            "timeout 10m prove run",
            "uv run prove run",
        ] {
            assert_eq!(told(proof), "proves", "{proof}");
        }
        for part in [
            "prove plan",
            "prove run lint",
            "prove run --only lint",
            "prove",
            "improve run",
            "prove check",
        ] {
            assert_ne!(told(part), "proves", "{part}");
        }
    }

    #[test]
    fn what_makes_and_ships_images() {
        let table = [
            ("docker build -t a .", "Build anew"),
            ("docker --context far buildx build --push .", "Push anew"),
            ("docker buildx build --output type=registry .", "Push anew"),
            ("docker buildx bake --print", "-"),
            ("docker buildx bake app", "Build anew"),
            ("docker push a", "Push"),
            ("docker tag a b", "-"),
            ("docker compose -f x.yml build", "Build anew"),
            ("docker-compose push", "Push"),
            ("docker compose up -d --build", "Build anew"),
            ("/kaniko/executor --destination a", "Push anew"),
            ("/kaniko/executor --no-push", "Build anew"),
            ("skopeo copy a b", "Push"),
            ("flyctl deploy --remote-only", "Deploy anew"),
            ("fly deploy --image a", "Deploy"),
            ("kubectl -n x apply -f .", "Deploy"),
            ("kubectl apply --dry-run=client -f .", "-"),
            ("kubectl get pods", "-"),
            ("helm upgrade --install a b", "Deploy"),
            ("docker run --rm a", "-"),
            ("echo docker push", "-"),
        ];
        for (text, want) in table {
            assert_eq!(told(text), want, "{text}");
        }
    }

    #[test]
    fn what_is_called_is_looked_into() {
        let table = [
            ("npm run prove", "Npm(\"prove\", \".\", true)"),
            ("npm --prefix ui test", "Npm(\"test\", \"ui\", true)"),
            ("yarn deploy", "Npm(\"deploy\", \".\", true)"),
            ("npm ci", "-"),
            ("make -C x prove A=b", "Make([\"prove\"], \"x\")"),
            ("just prove", "Just([\"prove\"], \".\")"),
            ("bash -euo pipefail -c 'a b'", "text \"a b\" false"),
            ("sh scripts/x.sh", "Script(\"scripts/x.sh\", false)"),
            ("./scripts/x.sh a", "Script(\"./scripts/x.sh\", false)"),
            (". ./x.sh", "Script(\"./x.sh\", true)"),
            (
                "ssh -p 22 host docker push a",
                "text \"docker push a\" true",
            ),
            ("ssh host", "Here(true)"),
            ("docker compose pull", "Pulls"),
            ("nix develop -c prove run", "text \"prove run\" false"),
            ("/usr/bin/x", "-"),
        ];
        for (text, want) in table {
            assert_eq!(told(text), want, "{text}");
        }
    }
}
