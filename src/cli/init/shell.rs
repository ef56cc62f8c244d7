//! Shell scripts: each is read by its shell, and by shellcheck where the project uses it.

use super::found::Found;
use super::suggest::{Gate, Part};

/// Names of scripts that test, best first.
const TESTS: &[&str] = &[
    "test.sh",
    "run-tests.sh",
    "tests/run.sh",
    "test/run.sh",
    "scripts/test.sh",
];

/// What a script is, in YAML.
const FILES: &str = "[\"**/*.sh\"]";

pub(super) fn part(found: &Found) -> Option<Part> {
    let scripts = found.below("").filter(|path| path.ends_with(".sh")).count();
    let bats = found.any("", &[".bats"]);
    if scripts == 0 && !bats {
        return None;
    }
    let mut part = Part::new(format!("{scripts} shell scripts"), "shell", "");
    if scripts > 0 {
        // bash takes one script, and what follows as its arguments.
        let each = "for script in \"$@\"; do bash -n \"$script\"; done";
        let why = "every script is read by bash, and not run";
        let gate = Gate::run("scripts", why, each);
        part.gates.push(gate.with("files", FILES));
    }
    if found.has(".shellcheckrc") {
        let gate = Gate::run("shellcheck", ".shellcheckrc", "shellcheck");
        part.gates.push(gate.with("files", FILES));
    }
    if bats {
        part.gates
            .push(Gate::run("bats", "there are .bats files", "bats -r ."));
    }
    let test = TESTS.iter().find(|path| found.executable.contains(**path));
    if let Some(test) = test {
        part.gates.push(Gate::run(
            "test",
            "a script that tests",
            format!("./{test}"),
        ));
    }
    Some(part)
}
