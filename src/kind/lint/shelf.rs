//! A shelf of files that answers the questions of a static gate: for tests, no disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::judge::testing::Desk;
use super::super::registry;
use crate::format::glob::{Patterns, is_glob, relative};
use crate::model::{
    Answer, CiFacts, Content, Entry, EntryKind, Facts, GitFacts, Judgement, Matched, NoAnswer,
    Probe, Rule, Step, Unanswered, example_files,
};
use crate::spec::{self, Kind, KindSpec};

/// Files by path from the root.
#[derive(Clone, Debug, Default)]
pub(in crate::kind) struct Shelf(pub BTreeMap<String, Vec<u8>>);

impl Shelf {
    /// The files of an example.
    pub fn example(text: &str, usual: &str) -> Self {
        let files = example_files(text, usual);
        let owned = |(path, text): (&str, &str)| (path.to_owned(), text.as_bytes().to_vec());
        Self(files.into_iter().map(owned).collect())
    }

    fn answer(&self, probe: &Probe) -> Answer {
        match probe {
            Probe::Read { cwd, patterns } => {
                let list = |pattern: &String| self.read(cwd, pattern);
                Answer::Contents(patterns.iter().map(list).collect())
            }
            Probe::List { cwd, patterns } => {
                let list = |pattern: &String| self.list(cwd, pattern);
                Answer::Listed(patterns.iter().map(list).collect())
            }
            Probe::Tracked { cwd, patterns } => Answer::Tracked(self.files(cwd, patterns)),
            Probe::Files { cwd, patterns, .. } => Answer::Matched(Matched {
                paths: self.files(cwd, patterns),
                changed: None,
            }),
            other => Answer::Unanswered(Unanswered::new(
                NoAnswer::Unsupported,
                format!("a shelf cannot answer {other:?}"),
            )),
        }
    }

    fn read(&self, cwd: &str, pattern: &str) -> Vec<Content> {
        let texts = [pattern.to_owned()];
        let patterns = Patterns::parse(cwd, &texts).unwrap();
        let files = self.0.iter().filter(|(path, _)| patterns.is_match(path));
        files
            .map(|(path, bytes)| Content {
                path: relative(cwd, path),
                bytes: Ok(bytes.clone()),
            })
            .collect()
    }

    /// All files that match, as git would say it.
    fn files(&self, cwd: &str, patterns: &[String]) -> Vec<String> {
        let lists = patterns.iter().flat_map(|pattern| self.list(cwd, pattern));
        let files = lists.filter(|entry| entry.kind == EntryKind::File);
        files.map(|entry| entry.path).collect()
    }

    /// Files, and the directories that they lie in.
    fn list(&self, cwd: &str, pattern: &str) -> Vec<Entry> {
        let patterns = Patterns::parse(cwd, &[pattern.to_owned()]).unwrap();
        let parents = self.0.keys().flat_map(|path| {
            path.match_indices('/')
                .map(|(at, _)| &path[..at])
                .collect::<Vec<_>>()
        });
        let directories: BTreeSet<&str> = parents.collect();
        let files = self.0.iter().map(|(path, bytes)| Entry {
            path: path.clone(),
            kind: EntryKind::File,
            size: bytes.len() as u64,
        });
        let directories = directories.into_iter().map(|path| Entry {
            path: path.to_owned(),
            kind: EntryKind::Directory,
            size: 0,
        });
        let means = |entry: &Entry| {
            is_glob(pattern) && patterns.is_match(&entry.path)
                || !is_glob(pattern) && relative(cwd, &entry.path) == pattern
        };
        let mut entries: Vec<Entry> = files.chain(directories).filter(means).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        for entry in &mut entries {
            entry.path = relative(cwd, &entry.path);
        }
        entries
    }
}

/// Holds the whole conversation of a kind with a shelf.
pub(in crate::kind) fn talk(kind: &dyn Kind, shelf: &Shelf) -> Judgement {
    let desk = Desk::new();
    let mut answers = Vec::new();
    for _ in 0..1_000 {
        match kind.step(&desk.turn(), &answers) {
            Step::Judge(judgement) => return *judgement,
            Step::Ask(probes) => answers.extend(probes.iter().map(|probe| shelf.answer(probe))),
        }
    }
    panic!("the conversation does not end");
}

/// A gate of this kind as a gate file would have it: `value` is what stands behind the word.
pub(in crate::kind) fn gate(word: &str, value: &str) -> Arc<dyn Kind> {
    gate_with(word, value, &facts())
}

/// A branch that is not the default one, and no CI.
pub(in crate::kind) fn facts() -> Facts {
    let git = GitFacts {
        sha: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        branch: Some("work".to_owned()),
        default_branch: Some("main".to_owned()),
        ..GitFacts::default()
    };
    Facts {
        today: "2026-11-21".to_owned(),
        git: Some(Ok(git)),
        ci: CiFacts {
            pull_request: Some(false),
            ..CiFacts::default()
        },
        ..Facts::default()
    }
}

/// The same under other facts.
pub(in crate::kind) fn gate_with(word: &str, value: &str, facts: &Facts) -> Arc<dyn Kind> {
    let text = format!("version: 1\ngates:\n  gate:\n    {word}: {value}\n");
    let file = spec::GateFile {
        name: "prove.yml",
        bytes: text.as_bytes(),
    };
    match spec::load(file, facts, registry(), "project") {
        Ok(loaded) => Arc::clone(&loaded.pipeline.gates[0].kind),
        Err(diagnostics) => panic!("{text}\n{:?}", diagnostics.list()),
    }
}

/// Whether a rule of a kind finds something in an example: files, or for a kind that judges none a
/// gate.
fn finds(spec: &dyn KindSpec, rule: &Rule, example: &str) -> bool {
    let usual = spec.usual_file();
    let own = example.strip_prefix(spec.word());
    let (settings, files) = match (own, rule.settings) {
        (Some(own), _) if usual == "prove.yml" => (own.trim_start_matches(": "), Shelf::default()),
        (_, "") => ("{}", Shelf::example(example, usual)),
        (_, settings) => (settings, Shelf::example(example, usual)),
    };
    let judgement = talk(&*gate(spec.word(), settings), &files);
    judgement
        .findings
        .iter()
        .any(|finding| finding.rule == rule.id)
}

/// Every example of every rule of every kind does what it is there for.
#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    let mut said = Vec::new();
    for spec in registry().kinds() {
        for rule in spec.rules() {
            if !finds(*spec, rule, rule.bad) {
                said.push(format!(
                    "{} {}: not found in its bad example",
                    spec.word(),
                    rule.id
                ));
            }
            if finds(*spec, rule, rule.good) {
                said.push(format!(
                    "{} {}: found in its good example",
                    spec.word(),
                    rule.id
                ));
            }
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// A name means one rule of a kind, and every rule says what it is about, why, what to do and where
/// it comes from.
#[test]
fn rules_have_one_name_and_all_their_words() {
    for spec in registry().kinds() {
        let mut names = BTreeSet::new();
        for rule in spec.rules() {
            for name in std::iter::once(&rule.id).chain(rule.aliases) {
                assert!(names.insert(name.to_lowercase()), "{name} twice");
            }
            let words = [rule.about, rule.why, rule.fix, rule.source];
            assert!(
                words.iter().all(|word| !word.trim().is_empty()),
                "{}",
                rule.id
            );
            assert!(
                !rule.about.ends_with('.'),
                "{}: a headline has no full stop",
                rule.id
            );
        }
    }
}
