//! Makefiles and justfiles: targets that check something which nothing else here checks.

use super::found::Found;
use super::suggest::{Gate, Part};

/// What a gate is called, and the targets that do it, best first.
const PURPOSES: &[(&str, &[&str])] = &[
    ("lint", &["lint"]),
    ("format", &["fmt-check", "format-check", "check-format"]),
    ("test", &["test", "tests", "check"]),
];

const FILES: &[(&str, &str)] = &[
    ("Makefile", "make"),
    ("makefile", "make"),
    ("GNUmakefile", "make"),
    ("justfile", "just"),
    ("Justfile", "just"),
    (".justfile", "just"),
];

/// `covered` are names of gates that other parts have.
pub(super) fn part(found: &Found, covered: &[&str]) -> Option<Part> {
    let (file, program) = FILES.iter().find(|(file, _)| found.has(file))?;
    let targets = targets(found.text(file));
    let mut part = Part::new(format!("{file} ({} targets)", targets.len()), program, "");
    for (gate, names) in PURPOSES {
        let target = names.iter().find(|name| targets.contains(name));
        if let Some(target) = target.filter(|_| !covered.contains(gate)) {
            let command = format!("{program} {target}");
            part.gates
                .push(Gate::run(gate, format!("the target `{target}`"), command));
        }
    }
    (!part.gates.is_empty()).then_some(part)
}

/// Names in front of a colon at the start of a line; `name := value` is a variable.
fn targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for line in text.lines() {
        let Some((head, rest)) = line.split_once(':') else {
            continue;
        };
        if rest.starts_with('=') || head.starts_with([' ', '\t', '#', '.']) {
            continue;
        }
        let name = head.trim_start_matches('@').split_whitespace().next();
        let good = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        targets.extend(name.filter(|name| name.chars().all(good)));
    }
    targets
}
