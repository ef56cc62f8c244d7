//! `prove rules` as a user meets it: all rules, and what one of them means.

use prove::kind::registry;
use serde_json::Value;

use crate::support::Project;

fn json(args: &[&str]) -> Value {
    let shown = Project::bare().prove(args).expect(0, &[]).stdout.clone();
    serde_json::from_str(&shown).unwrap()
}

#[test]
fn every_rule_of_every_kind_is_listed() {
    let document = json(&["rules", "--format", "json"]);
    assert_eq!(document["schema"], 1);
    let listed = document["rules"].as_array().unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|rule| (rule["kind"].as_str().unwrap(), rule["id"].as_str().unwrap()))
        .collect();
    let kinds = registry().kinds().iter();
    let there: Vec<_> = kinds
        .flat_map(|kind| kind.rules().iter().map(|rule| (kind.word(), rule.id)))
        .collect();
    assert_eq!(listed, there);
    assert!(there.len() >= 4);
    let ids: Vec<_> = there.iter().map(|(_, id)| *id).collect();
    Project::bare().prove(&["rules"]).expect(0, &ids);
}

#[test]
fn a_rule_is_explained_whatever_the_capitals_of_its_name() {
    let said = [
        "Something that must stay out",
        "why\n",
        "fix\n  add a line",
        "weight  error",
        "source  https://",
        "bad, with `dockerignore: {must_ignore: [.git, node_modules]}`\n  .dockerignore\n    .git\n",
        "good",
    ];
    for name in ["not-ignored", "NOT-Ignored"] {
        Project::bare().prove(&["rules", name]).expect(0, &said);
    }
    let one = &json(&["rules", "not-ignored", "--format", "json"])["rules"][0];
    assert_eq!(one["bad"][0]["path"], ".dockerignore");
    assert_eq!(one["severity"], "error");
}

#[test]
fn every_rule_can_be_asked_for_by_each_of_its_names() {
    let project = Project::bare();
    for kind in registry().kinds() {
        for rule in kind.rules() {
            for name in std::iter::once(&rule.id).chain(rule.aliases) {
                project
                    .prove(&["rules", name])
                    .expect(0, &[rule.id, rule.about]);
            }
        }
    }
}

#[test]
fn a_rule_that_is_not_there_is_said_with_what_may_be_meant() {
    let project = Project::bare();
    project.prove(&["rules", "not-ignord"]).expect(
        2,
        &[
            "there is no rule `not-ignord`",
            "did you mean `not-ignored`?",
        ],
    );
    project
        .prove(&["rules", "\u{1b}[2Jx"])
        .expect(2, &["`prove rules` lists them", "\\u{1b}"]);
}

#[test]
fn the_shell_completes_names_of_rules() {
    let offered = crate::completions::offered(&Project::bare(), &["prove", "rules", "not-i"]);
    assert_eq!(offered, ["not-ignored"]);
}
