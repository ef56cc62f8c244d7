//! Cargo packages and workspaces.

use super::found::{Found, at, join};
use super::suggest::{Gate, Part};

pub(super) fn parts(found: &Found) -> Vec<Part> {
    let homes = found.homes("Cargo.toml");
    homes.iter().map(|dir| one(found, dir)).collect()
}

fn one(found: &Found, dir: &str) -> Part {
    let manifest = join(dir, "Cargo.toml");
    let tree = found.tree(&manifest);
    let workspace = tree
        .as_ref()
        .is_some_and(|tree| at(tree, &["workspace"]).is_some());
    let what = if workspace {
        "Rust workspace"
    } else {
        "Rust package"
    };
    let mut part = Part::new(format!("{what} ({manifest})"), "rust", dir);
    part.pass_env = &[
        "CARGO_HOME",
        "CARGO_TARGET_DIR",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
        "RUSTFLAGS",
    ];
    let locked = if found.has(&join(dir, "Cargo.lock")) {
        " --locked"
    } else {
        part.notes.push(
            "there is no Cargo.lock in git: what is tested is not what others get".to_owned(),
        );
        ""
    };
    let all = if workspace { " --workspace" } else { "" };
    part.gates.push(Gate::run(
        "format",
        "rustfmt comes with Rust",
        "cargo fmt --all --check",
    ));
    let lint = format!("cargo clippy{all} --all-targets{locked} -- -D warnings");
    part.gates
        .push(Gate::run("lint", "clippy comes with Rust", lint).with("locks", "[cargo]"));
    let tested = found
        .rust_tests
        .iter()
        .filter(|file| found.below(dir).any(|f| f == *file));
    match tested.count() {
        0 => {
            let build = format!("cargo build{all}{locked}");
            let gate = Gate::run("build", "it compiles; no test was found", build);
            part.gates.push(gate.with("locks", "[cargo]"));
            part.notes.push(
                "no test was found: `test: cargo test` is worth a line once there is one"
                    .to_owned(),
            );
        }
        count => {
            let test = format!("cargo test{all}{locked}");
            let why = format!(
                "{count} file{} with tests",
                if count == 1 { "" } else { "s" }
            );
            // cargo ends with 0 when there is no test at all.
            let some = r"{ stdout: { matches: 'test result: ok\. [1-9]' } }";
            let gate = Gate::run("test", why, test).with("expect", some);
            part.gates
                .push(gate.with("locks", "[cargo]").with("timeout", "30m"));
        }
    }
    part
}
