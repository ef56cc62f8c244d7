//! Holds the house up: floors, the I/O line, headers, sizes, and words that are file names.

use std::fs;
use std::path::{Path, PathBuf};

/// Which floors a floor may import (DESIGN section 5). `cli` may import all.
const FLOORS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("event", &["model"]),
    ("format", &["model"]),
    ("spec", &["model", "format"]),
    ("kind", &["model", "format", "spec"]),
    ("plan", &["model", "event", "spec", "kind"]),
    ("sys", &["model"]),
    ("exec", &["model", "format", "sys"]),
    ("store", &["model", "event", "format", "sys"]),
    (
        "engine",
        &[
            "model", "event", "format", "kind", "plan", "sys", "exec", "store", "spec",
        ],
    ),
    ("report", &["model", "event", "format"]),
    ("hook", &["model", "event", "format", "sys", "exec"]),
];

/// Floors that decide: no I/O, no clock, no environment.
const PURE: &[&str] = &["model", "event", "format", "spec", "kind", "plan", "report"];

/// What gives the world away.
const WORLDLY: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "tokio::",
    "rustix::",
    "libc::",
    "io::stdin",
    "io::stdout",
    "io::stderr",
];

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut stack = vec![dir.to_path_buf()];
    while let Some(dir) = stack.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The files of a floor that are compiled into the program: without those that stand behind
/// `#[cfg(test)] mod name;`, and what lies below them.
fn built_files(dir: &Path) -> Vec<PathBuf> {
    let all = rust_files(dir);
    let mut tests = Vec::new();
    for file in &all {
        let text = fs::read_to_string(file).unwrap();
        let home = match file.file_stem().unwrap().to_str().unwrap() {
            "mod" | "lib" => file.parent().unwrap().to_path_buf(),
            stem => file.with_file_name(stem),
        };
        for (at, head) in text.match_indices("#[cfg(test)]\nmod ") {
            let name = text[at + head.len()..].split([';', ' ']).next().unwrap();
            tests.push(home.join(name));
        }
    }
    let is_test = |file: &PathBuf| {
        tests
            .iter()
            .any(|test| file.with_extension("").starts_with(test))
    };
    all.into_iter().filter(|file| !is_test(file)).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The code of a file without comments' text and without its unit tests.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let lines = text[..end].lines();
    let bare = lines.map(|line| line.split("//").next().unwrap_or(""));
    bare.collect::<Vec<_>>().join("\n")
}

fn assert_none(wrong: Vec<String>, rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

/// The floors that a piece of code names by `crate::floor`, also inside `use crate::{a, b}`.
fn imports(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    c if depth == 1 && (c.is_alphanumeric() || c == '_') => word.push(c),
                    _ if depth == 1 => named.push(std::mem::take(&mut word)),
                    _ => {}
                }
                if depth == 0 {
                    named.push(std::mem::take(&mut word));
                    break;
                }
            }
        } else {
            named.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    named.retain(|name| FLOORS.iter().any(|(floor, _)| floor == name) || name == "cli");
    named
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for (floor, allowed) in FLOORS {
        for file in built_files(&root().join("src").join(floor)) {
            for named in imports(&code(&fs::read_to_string(&file).unwrap())) {
                if named != *floor && !allowed.contains(&named.as_str()) {
                    wrong.push(format!("{}: `{floor}` imports `{named}`", shown(&file)));
                }
            }
        }
    }
    assert_none(wrong, "imports go down only (ARCHITECTURE.md, the floors)");
}

#[test]
fn the_import_reader_sees_lists_and_paths() {
    assert_eq!(
        imports("use crate::{exec, model::{A, B}, sys::fs};"),
        ["exec", "model", "sys"]
    );
    assert_eq!(imports("let x = crate::cli::main();"), ["cli"]);
}

#[test]
fn every_floor_is_in_the_table() {
    let mut missing = Vec::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && name != "cli" && !FLOORS.iter().any(|(floor, _)| *floor == name) {
            missing.push(name);
        }
    }
    assert_none(
        missing,
        "a folder of src is a floor, and a floor is in the table",
    );
}

#[test]
fn nothing_below_the_line_touches_the_world() {
    let mut wrong = Vec::new();
    for floor in PURE {
        for file in built_files(&root().join("src").join(floor)) {
            let code = code(&fs::read_to_string(&file).unwrap());
            for (number, line) in code.lines().enumerate() {
                for word in WORLDLY.iter().filter(|word| line.contains(**word)) {
                    wrong.push(format!("{}:{}: `{word}`", shown(&file), number + 1));
                }
            }
        }
    }
    assert_none(
        wrong,
        "everything that decides is pure: no I/O, clock or environment here",
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut wrong = Vec::new();
    for dir in ["src", "tests"] {
        for file in rust_files(&root().join(dir)) {
            if !fs::read_to_string(&file).unwrap().starts_with("//! ") {
                wrong.push(shown(&file));
            }
        }
    }
    assert_none(wrong, "every file opens with `//!`");
}

#[test]
fn rooms_are_not_halls() {
    let mut wrong = Vec::new();
    for file in built_files(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = code(&text).lines().count();
        if lines > FILE_LINES {
            wrong.push(format!("{}: {lines} lines without its tests", shown(&file)));
        }
        wrong.extend(long_functions(&text).map(|at| format!("{}:{at}", shown(&file))));
    }
    assert_none(wrong, "at most 400 lines a file and 70 a function");
}

/// Lines at which a function starts that is longer than the limit. Relies on rustfmt's layout:
/// a function ends at the first `}` that stands as deep as its `fn`.
fn long_functions(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let head = bare.split('(').next().unwrap_or("");
        if !head.split_whitespace().any(|word| word == "fn") || bare.starts_with("//") {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let end = lines[start..]
            .iter()
            .position(|line| *line == close)
            .unwrap_or(0);
        if end + 1 > FUNCTION_LINES {
            long.push(format!("{} ({} lines)", start + 1, end + 1));
        }
    }
    long.into_iter()
}

#[test]
fn the_lints_of_size_are_on_and_nobody_switches_them_off() {
    let clippy = fs::read_to_string(root().join("clippy.toml")).unwrap();
    assert!(clippy.contains("too-many-lines-threshold = 70"));
    assert!(clippy.contains("too-many-arguments-threshold = 5"));
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for lint in ["clippy::too_many_lines", "clippy::too_many_arguments"] {
            if text.contains(lint) {
                wrong.push(format!("{}: {lint}", shown(&file)));
            }
        }
    }
    assert_none(
        wrong,
        "the two lints that hold functions small are never switched off",
    );
}

fn word_has_a_file(folder: &str, word: &str) -> bool {
    let base = root().join(folder);
    base.join(format!("{word}.rs")).is_file()
        || base.join(word).is_dir()
        || base.join(format!("{word}.yml")).is_file()
}

#[test]
fn the_word_that_the_user_writes_is_the_name_of_the_file() {
    let registry = prove::kind::registry();
    let kinds = registry
        .kinds()
        .iter()
        .map(|kind| ("src/kind", kind.word().to_owned()));
    let packs = registry
        .packs()
        .into_iter()
        .map(|pack| ("gates", pack.to_owned()));
    let reports = prove::report::WORDS
        .iter()
        .map(|word| ("src/report", (*word).to_owned()));
    let commands = prove::cli::command_words()
        .into_iter()
        .map(|word| ("src/cli", word));
    let words: Vec<_> = kinds.chain(packs).chain(reports).chain(commands).collect();
    assert!(words.len() > 9, "the house knows too few words: {words:?}");
    let missing = words
        .into_iter()
        .filter(|(folder, word)| !word_has_a_file(folder, word));
    let missing = missing.map(|(folder, word)| format!("`{word}` has no file in {folder}"));
    assert_none(
        missing.collect(),
        "the word the user types is the name of the file",
    );
}

/// What a build, a run or a review leaves behind; `path` is as git says it.
fn is_left_over(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    path.ends_with(".pending-snap")
        || path.ends_with(".snap.new")
        || folders.any(|folder| folder == "target" || folder == ".prove")
}

#[test]
fn what_is_left_over_is_not_tracked() {
    for path in [
        "src/a/.b.rs.pending-snap",
        "tests/x.snap.new",
        "target/debug/prove",
        "examples/hello/target/x",
        ".prove/runs/x",
    ] {
        assert!(is_left_over(path), "{path}");
    }
    assert!(!is_left_over("src/target.rs") && !is_left_over("tests/x.snap"));
    if !root().join(".git").exists() {
        return eprintln!("left out: this is no checkout, so nothing is tracked");
    }
    let tracked = prove::sys::git::Git::at(root()).tracked().unwrap();
    assert!(!tracked.is_empty(), "git tracks nothing here");
    let wrong = tracked.into_iter().filter(|path| is_left_over(path));
    assert_none(
        wrong.collect(),
        "left by a build or a review: `git rm --cached`",
    );
}
