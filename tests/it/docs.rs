//! The pages of docs/ tell what prove does: those that are generated are what it prints today, every
//! gate file in them is understood, and no link in them leads nowhere.
//!
//! `PROVE_UPDATE_DOCS=1 cargo test --test it docs::` writes the generated pages anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use prove::kind::registry;
use prove::model::{Facts, GitFacts};
use prove::plan::{Plan, Selection};
use prove::spec::{self, GateFile, PackAbout};

use crate::support::Project;

/// What is generated, and by what.
const GENERATED: [(&str, &[&str]); 4] = [
    (
        "docs/reference/gate-file.md",
        &["schema", "--format", "markdown"],
    ),
    (
        "docs/reference/commands.md",
        &["man", "--format", "markdown"],
    ),
    (
        "docs/reference/packs.md",
        &["packs", "--format", "markdown"],
    ),
    (
        "docs/reference/rules.md",
        &["rules", "--format", "markdown"],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and every page of docs/, by its path from the root.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = vec![PathBuf::from("README.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        (path, text)
    };
    pages.into_iter().map(read).collect()
}

/// What is different, line by line: at most 20 lines of it.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line));
    let come = new.iter().filter(|line| !old.contains(line));
    let gone = gone.map(|line| format!("-{line}\n"));
    gone.chain(come.map(|line| format!("+{line}\n")))
        .take(20)
        .collect()
}

#[test]
fn the_generated_pages_are_what_prove_prints_today() {
    let update = std::env::var_os("PROVE_UPDATE_DOCS").is_some();
    let mut drifted = String::new();
    for (page, command) in GENERATED {
        let now = Project::bare().prove(command).expect(0, &[]).stdout.clone();
        let path = root().join(page);
        let then = fs::read_to_string(&path).unwrap_or_default();
        if now == then {
            continue;
        }
        if update {
            fs::write(&path, &now).unwrap();
        } else {
            writeln!(drifted, "{page}\n{}", difference(&then, &now)).unwrap();
        }
    }
    assert!(
        drifted.is_empty(),
        "these pages are not what prove prints (`PROVE_UPDATE_DOCS=1 cargo test --test it docs::` \
         writes them anew):\n{drifted}"
    );
}

/// The targets of links and images in a page, without what is in code.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if code || line.starts_with("    ") {
            continue;
        }
        let prose = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        let targets = prose
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        found.extend(targets.map(str::to_owned));
    }
    found
}

/// What a forge calls a heading in an address.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    let text: String = kept.collect();
    text.trim().to_lowercase().replace(' ', "-")
}

fn anchors(text: &str) -> Vec<String> {
    let mut code = false;
    let lines = text.lines().filter(|line| {
        code ^= line.starts_with("```");
        !code && line.starts_with('#')
    });
    lines
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

#[test]
fn no_link_leads_nowhere() {
    let mut dead = Vec::new();
    for (page, text) in pages() {
        for link in links(&text) {
            let (file, part) = link.split_once('#').unwrap_or((&link, ""));
            if link.contains("://") {
                continue;
            }
            let target = match file {
                "" => root().join(&page),
                file => root().join(page.parent().unwrap()).join(file),
            };
            let there = match fs::read_to_string(&target) {
                Ok(text) => part.is_empty() || anchors(&text).iter().any(|anchor| anchor == part),
                Err(_) => target.exists() && part.is_empty(),
            };
            if !there {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(
        dead.is_empty(),
        "links that lead nowhere:\n  {}",
        dead.join("\n  ")
    );
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed = links(&summary);
    let pages = pages().into_iter().map(|(page, _)| page);
    let pages = pages.filter_map(|page| Some(page.strip_prefix("docs").ok()?.to_owned()));
    let missing: Vec<_> = pages
        .filter(|page| page != Path::new("SUMMARY.md"))
        .filter(|page| !listed.iter().any(|link| Path::new(link) == page))
        .collect();
    assert!(missing.is_empty(), "not in docs/SUMMARY.md: {missing:?}");
}

/// What is inside of ```` ```yaml ````, each with its line.
fn yaml_blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut block {
            None if line == "```yaml" => block = Some((number + 2, String::new())),
            None => {}
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some((_, text)) => *text += &format!("{line}\n"),
        }
    }
    assert!(block.is_none(), "a block does not end");
    blocks
}

/// What a gate file of a page may ask for.
fn facts() -> Facts {
    let files = [(
        "package.json".to_owned(),
        Ok(r#"{"version": "1.2.3"}"#.to_owned()),
    )];
    let env = ["DATABASE_URL", "DB_PASSWORD"].map(|name| (name.to_owned(), "x".to_owned()));
    let git = GitFacts {
        sha: "0".repeat(40),
        ..GitFacts::default()
    };
    Facts {
        git: Some(Ok(git)),
        files: files.into(),
        env: env.into(),
        today: "2026-11-21".to_owned(),
        cpus: 2,
        ..Facts::default()
    }
}

#[test]
fn every_gate_file_in_a_page_is_understood() {
    let mut wrong = Vec::new();
    let mut read = 0;
    for (page, text) in pages() {
        for (line, block) in yaml_blocks(&text) {
            let at = format!("{}:{line}", page.display());
            let bare = block.lines().find(|line| !line.starts_with('#'));
            let says = bare.is_some_and(|line| line.starts_with("version:"));
            let is_pack = says && block.contains("\ncases:");
            if !says {
                assert!(
                    !block.contains("\ngates:"),
                    "{at}: a gate file starts with `version:`"
                );
                continue;
            }
            read += 1;
            let mistakes = if is_pack {
                PackAbout::read("pack.yml", &block, registry()).err()
            } else {
                let file = GateFile {
                    name: "prove.yml",
                    bytes: block.as_bytes(),
                };
                match spec::load(file, &facts(), registry(), "project") {
                    Ok(loaded) => {
                        let plan = Plan::new(&loaded.pipeline, &Selection::All);
                        assert!(plan.is_ok(), "{at}: {plan:?}");
                        None
                    }
                    Err(mistakes) => Some(mistakes),
                }
            };
            wrong.extend(mistakes.map(|mistakes| format!("{at}\n{}", mistakes.render(false))));
        }
    }
    assert!(read > 10, "only {read} gate files were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_said_to_fail_closed_is_held_by_a_test() {
    let page = fs::read_to_string(root().join("docs/fails-closed.md")).unwrap();
    let mut tests = String::new();
    for entry in fs::read_dir(root().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            tests += &fs::read_to_string(path).unwrap();
        }
    }
    let spans = page
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    let named = spans.filter(|word| word.matches('_').count() > 2);
    let named: Vec<_> = named.collect();
    assert!(named.len() > 40, "only {} tests are named", named.len());
    let gone: Vec<_> = named
        .into_iter()
        .filter(|name| !tests.contains(&format!("fn {name}(")))
        .collect();
    assert!(gone.is_empty(), "there are no such tests: {gone:?}");
}
