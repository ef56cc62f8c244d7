//! The corpus in `tests/corpus/dockerfiles` and what hadolint says of it, finding for finding. Where
//! we say something else, `differences.txt` has it with a reason; `docs/agreement.md` tells them
//! by kind.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::rules;
use crate::kind::lint::shelf::{Shelf, gate, talk};

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/dockerfiles")
}

/// `file:line RULE`, for every finding of a rule that hadolint has too.
fn ours() -> BTreeSet<String> {
    let mut ours = BTreeSet::new();
    for entry in fs::read_dir(corpus()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".Dockerfile") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let judgement = talk(
            &*gate("dockerfile", "{}"),
            &Shelf::example(&text, "Dockerfile"),
        );
        let counted = judgement.findings.iter().filter(|one| one.waived.is_none());
        for finding in counted.filter(|one| one.rule.starts_with("DL")) {
            let line = finding.location.as_ref().map_or(0, |at| at.line);
            ours.insert(format!("{name}:{line} {}", finding.rule));
        }
    }
    ours
}

fn lines(name: &str) -> Vec<String> {
    let text = fs::read_to_string(corpus().join(name)).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// `+file:line RULE: why` is said by us alone, `-file:line RULE: why` by hadolint alone.
#[test]
fn we_agree_with_hadolint_but_where_we_say_why_not() {
    let ours = ours();
    let theirs: BTreeSet<String> = lines("hadolint.txt").into_iter().collect();
    let only = |sign, one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        one.difference(other)
            .map(|line| format!("{sign}{line}"))
            .collect()
    };
    let real: BTreeSet<String> = only('+', &ours, &theirs)
        .into_iter()
        .chain(only('-', &theirs, &ours))
        .collect();
    let told: BTreeSet<String> = lines("differences.txt")
        .iter()
        .filter_map(|line| line.split_once(": ").map(|(place, _)| place.to_owned()))
        .collect();
    assert_eq!(
        told, real,
        "left: differences.txt, right: what really differs"
    );
    let both = ours.intersection(&theirs).count();
    let share = both * 100 / (both + real.len()).max(1);
    println!("{both} of {} findings agree: {share} %", both + real.len());
    assert!(share >= 90, "only {share} % agree");
}

/// Every number of hadolint's that is in the corpus is a rule of ours, but for one that is left out.
#[test]
fn every_rule_of_the_corpus_is_there() {
    let theirs = lines("hadolint.txt");
    let missing: BTreeSet<&str> = theirs
        .iter()
        .filter_map(|line| line.split_once(' ').map(|(_, rule)| rule))
        .filter(|name| *name != "DL3066")
        .filter(|name| !rules().iter().any(|rule| rule.is_called(name)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
