//! Projects with a package.json: its own scripts, by its own package manager.

use super::found::{Found, at, join};
use super::suggest::{Gate, Part, list};
use crate::format::yaml::Node;

/// A package manager.
struct Manager {
    name: &'static str,
    lock: &'static str,
    /// Installs what the lock file says.
    install: &'static str,
    /// Runs a script.
    run: &'static str,
}

const MANAGERS: &[Manager] = &[
    Manager {
        name: "pnpm",
        lock: "pnpm-lock.yaml",
        install: "pnpm install --frozen-lockfile",
        run: "pnpm run",
    },
    Manager {
        name: "yarn",
        lock: "yarn.lock",
        install: "yarn install --frozen-lockfile",
        run: "yarn run",
    },
    Manager {
        name: "bun",
        lock: "bun.lock",
        install: "bun install --frozen-lockfile",
        run: "bun run",
    },
    Manager {
        name: "bun",
        lock: "bun.lockb",
        install: "bun install --frozen-lockfile",
        run: "bun run",
    },
    NPM,
];

const NPM: Manager = Manager {
    name: "npm",
    lock: "package-lock.json",
    install: "npm ci",
    run: "npm run",
};

/// What a gate is called, and the scripts that do it, best first.
const PURPOSES: &[(&str, &[&str])] = &[
    (
        "format",
        &[
            "format:check",
            "format-check",
            "fmt:check",
            "prettier:check",
            "check:format",
        ],
    ),
    ("lint", &["lint:ci", "lint", "eslint"]),
    (
        "types",
        &[
            "typecheck",
            "type-check",
            "check-types",
            "types",
            "tsc",
            "check",
        ],
    ),
    ("test", &["test:ci", "test"]),
    ("build", &["build"]),
];

pub(super) fn parts(found: &Found) -> Vec<Part> {
    let homes = found.homes("package.json");
    let some = |part: &Part| !part.gates.is_empty() || !part.notes.is_empty();
    homes
        .iter()
        .map(|dir| one(found, dir))
        .filter(some)
        .collect()
}

fn one(found: &Found, dir: &str) -> Part {
    let manifest = join(dir, "package.json");
    let Some(tree) = found.tree(&manifest) else {
        let mut part = Part::new(format!("Node.js ({manifest})"), "node", dir);
        part.notes.push(format!(
            "{manifest} is no JSON, so nothing is known of its scripts"
        ));
        return part;
    };
    let manager = manager(found, dir, &tree);
    let title = format!("Node.js ({manifest}, {})", manager.name);
    let mut part = Part::new(title, "node", dir);
    part.pass_env = &[
        "NODE_OPTIONS",
        "NODE_EXTRA_CA_CERTS",
        "npm_config_cache",
        "npm_config_registry",
    ];
    let scripts = at(&tree, &["scripts"]);
    let script = |name: &&str| {
        let text = scripts.and_then(|scripts| scripts.get(name))?.scalar()?;
        (!text.contains("no test specified") && !text.trim().is_empty()).then_some(())
    };
    for (gate, names) in PURPOSES {
        if let Some(name) = names.iter().find(|name| script(name).is_some()) {
            let command = format!("{} {name}", manager.run);
            part.gates
                .push(Gate::run(gate, format!("the script `{name}`"), command));
        }
    }
    if !part.gates.iter().any(|gate| gate.name == "test") {
        without_test_script(found, dir, &mut part);
    }
    if !part.gates.is_empty() && has_dependencies(&tree) {
        part.gates
            .insert(0, dependencies(found, dir, manager, &mut part.notes));
    }
    part
}

fn without_test_script(found: &Found, dir: &str, part: &mut Part) {
    let endings = [".test.js", ".test.mjs", ".test.cjs", "_test.js"];
    if found.any(dir, &endings) {
        let why = "files that node's own test runner finds, and no script `test`";
        part.gates.push(Gate::run("test", why, "node --test"));
    } else {
        part.notes.push("there is no script that tests".to_owned());
    }
}

fn manager(found: &Found, dir: &str, tree: &Node) -> &'static Manager {
    let named = tree.get("packageManager").and_then(Node::scalar);
    let named = named.and_then(|named| named.split('@').next());
    let by_name = MANAGERS.iter().find(|manager| Some(manager.name) == named);
    let by_lock = || {
        MANAGERS
            .iter()
            .find(|manager| found.has(&join(dir, manager.lock)))
    };
    by_name.or_else(by_lock).unwrap_or(&NPM)
}

fn has_dependencies(tree: &Node) -> bool {
    let some = |key| tree.get(key).is_some_and(|map| !map.entries().is_empty());
    some("dependencies") || some("devDependencies") || tree.get("workspaces").is_some()
}

fn dependencies(found: &Found, dir: &str, manager: &Manager, notes: &mut Vec<String>) -> Gate {
    let gate = if found.has(&join(dir, manager.lock)) {
        let why = format!("what {} says", manager.lock);
        let gate = Gate::setup("deps", why, manager.install);
        gate.with("inputs", list(["package.json", manager.lock]))
    } else {
        notes.push("there is no lock file: what is tested is not what others get".to_owned());
        let command = format!("{} install", manager.name);
        Gate::setup("deps", "there are dependencies, and no lock file", command)
    };
    gate.with("creates", "[node_modules]")
}
