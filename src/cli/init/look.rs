//! Reads what a project is made of, within limits: names of all files, contents of those that say
//! how it is built and tested. Follows no link and enters nothing that git ignores.

use std::path::Path;

use ignore::WalkBuilder;

use super::found::Found;
use crate::cli::failure::Failure;
use crate::sys;

/// Files that are looked at.
const FILES: usize = 50_000;
/// Bytes of a file whose content counts.
const BYTES: u64 = 1 << 20;

/// Names of files whose content counts.
const NAMES: &[&str] = &[
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "requirements.txt",
    "requirements-dev.txt",
    "go.mod",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    ".justfile",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    ".pre-commit-config.yaml",
    "lefthook.yml",
];

/// Reads the project in this directory.
///
/// # Errors
/// When the directory cannot be read.
pub(super) fn at(root: &Path) -> Result<Found, Failure> {
    let cannot = || Failure::undecided(format!("cannot look at {}", root.display()));
    let whole = root.canonicalize().map_err(|e| cannot().because(e))?;
    let name = whole.file_name().map(|name| name.to_string_lossy());
    let mut found = Found {
        name: name.map_or_else(|| "project".to_owned(), |name| name.into_owned()),
        git: whole.ancestors().any(|dir| dir.join(".git").exists()),
        ..Found::default()
    };
    let walk = WalkBuilder::new(&whole)
        .hidden(false)
        .require_git(false)
        .max_depth(Some(8))
        .filter_entry(|entry| {
            !matches!(
                entry.file_name().to_str(),
                Some(".git" | ".prove" | "node_modules")
            )
        })
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| cannot().because(error))?;
        if entry.file_type().is_none_or(|kind| !kind.is_file()) {
            continue;
        }
        let relative = entry.path().strip_prefix(&whole).ok();
        let Some(relative) = relative.and_then(Path::to_str) else {
            continue;
        };
        if found.files.len() >= FILES {
            found.cut = true;
            break;
        }
        take(&mut found, entry.path(), relative)?;
    }
    Ok(found)
}

fn take(found: &mut Found, path: &Path, relative: &str) -> Result<(), Failure> {
    found.files.insert(relative.to_owned());
    if sys::fs::is_executable(path) {
        found.executable.insert(relative.to_owned());
    }
    let name = relative.rsplit('/').next().unwrap_or(relative);
    let is_workflow = relative.starts_with(".github/workflows/");
    let is_rust = name.ends_with(".rs");
    if !(NAMES.contains(&name) || is_workflow || is_rust) {
        return Ok(());
    }
    let bytes = sys::fs::read_limited(path, BYTES);
    let bytes =
        bytes.map_err(|e| Failure::undecided(format!("cannot read {relative}")).because(e))?;
    let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Ok(());
    };
    if is_rust {
        let tested = ["#[test]", "::test]", "::test(", "#[rstest]", "proptest!"];
        if tested.iter().any(|mark| text.contains(mark)) {
            found.rust_tests.insert(relative.to_owned());
        }
        return Ok(());
    }
    found.texts.insert(relative.to_owned(), text);
    Ok(())
}
