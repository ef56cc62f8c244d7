//! Python projects: the tools that their configuration names.

use super::found::{Found, at, join};
use super::suggest::{Gate, Part};

/// Files that make a directory a Python project, best first.
const HOMES: &[&str] = &[
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "requirements.txt",
];

pub(super) fn parts(found: &Found) -> Vec<Part> {
    let mut homes: Vec<(String, &str)> = Vec::new();
    for file in HOMES {
        for dir in found.homes(file) {
            let known = |(home, _): &(String, &str)| *home == dir || home.is_empty();
            if !homes.iter().any(known) {
                homes.push((dir, file));
            }
        }
    }
    homes.sort();
    let parts = homes
        .iter()
        .map(|(dir, file)| Project::new(found, dir).part(file));
    parts.filter(|part| !part.gates.is_empty()).collect()
}

struct Project<'f> {
    found: &'f Found,
    dir: &'f str,
    /// All configuration and requirements as one text, to look for names of tools.
    told: String,
    /// What runs a module of the project's interpreter.
    module: &'static str,
}

impl<'f> Project<'f> {
    fn new(found: &'f Found, dir: &'f str) -> Self {
        let names = [
            "pyproject.toml",
            "setup.cfg",
            "tox.ini",
            "requirements.txt",
            "requirements-dev.txt",
        ];
        let texts = names.iter().map(|name| found.text(&join(dir, name)));
        let module = match () {
            () if found.has(&join(dir, "uv.lock")) => "uv run python -m",
            () if found.has(&join(dir, "poetry.lock")) => "poetry run python -m",
            () if found.has(&join(dir, "Pipfile.lock")) => "pipenv run python -m",
            () => "python3 -m",
        };
        Self {
            found,
            dir,
            told: texts.collect::<Vec<_>>().join("\n"),
            module,
        }
    }

    fn part(&self, file: &str) -> Part {
        let title = format!("Python ({})", join(self.dir, file));
        let mut part = Part::new(title, "python", self.dir);
        part.pass_env = &["PYTHONPATH", "VIRTUAL_ENV"];
        let module = self.module;
        if self.configured("ruff") || self.has("ruff.toml") || self.has(".ruff.toml") {
            let lint = format!("{module} ruff check .");
            part.gates
                .push(Gate::run("lint", "ruff is configured", lint));
        } else if self.has(".flake8") || self.told.contains("[flake8]") {
            let lint = format!("{module} flake8");
            part.gates
                .push(Gate::run("lint", "flake8 is configured", lint));
        }
        if self.table(&["tool", "ruff", "format"]) {
            let format = format!("{module} ruff format --check .");
            part.gates.push(Gate::run(
                "format",
                "ruff's formatter is configured",
                format,
            ));
        } else if self.configured("black") {
            let format = format!("{module} black --check .");
            part.gates
                .push(Gate::run("format", "black is configured", format));
        }
        if self.configured("mypy") || self.has("mypy.ini") {
            let types = format!("{module} mypy .");
            part.gates
                .push(Gate::run("types", "mypy is configured", types));
        }
        part.gates.extend(self.test());
        if part.gates.is_empty() && self.found.any(self.dir, &[".py"]) {
            let compile = format!("{module} compileall -q .");
            part.gates.push(Gate::run(
                "compile",
                "there is Python code, and no tool is configured",
                compile,
            ));
            part.notes.push("no test was found".to_owned());
        }
        part
    }

    fn test(&self) -> Option<Gate> {
        let module = self.module;
        let tests = self
            .found
            .below(self.dir)
            .filter(|path| is_test(path))
            .count();
        let pytest = self.told.contains("pytest") || self.found.any(self.dir, &["conftest.py"]);
        if pytest && tests > 0 {
            // The folder ignores itself for git.
            let report = ".pytest_cache/prove.xml";
            let command = format!("{module} pytest --junitxml={report}");
            let gate = Gate::run("test", format!("{tests} test files, and pytest"), command);
            return Some(gate.with("results", format!("{{ junit: {report} }}")));
        }
        if self.has("noxfile.py") {
            return Some(Gate::run("test", "noxfile.py", "nox"));
        }
        if self.has("tox.ini") || self.table(&["tool", "tox"]) {
            return Some(Gate::run("test", "tox is configured", "tox run"));
        }
        if tests == 0 {
            return None;
        }
        let from = if self.found.any(&join(self.dir, "tests"), &[".py"]) {
            " -s tests"
        } else {
            ""
        };
        let gate = Gate::run(
            "test",
            format!("{tests} test files, and no pytest"),
            format!("{module} unittest discover{from}"),
        );
        // Before Python 3.12 no test at all ends with 0.
        Some(gate.with("expect", "{ stderr: { matches: 'Ran [1-9]' } }"))
    }

    fn has(&self, name: &str) -> bool {
        self.found.has(&join(self.dir, name))
    }

    /// `[tool.NAME]` of pyproject.toml.
    fn configured(&self, tool: &str) -> bool {
        self.table(&["tool", tool]) || self.told.contains(&format!("[{tool}]"))
    }

    fn table(&self, path: &[&str]) -> bool {
        let tree = self.found.tree(&join(self.dir, "pyproject.toml"));
        tree.is_some_and(|tree| at(&tree, path).is_some())
    }
}

fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".py");
    stem.is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
}
