//! Packs: from prove, from files, with values for their variables, without some of their gates.

use super::pipeline::gate;
use super::{bad, messages, try_load_with};
use crate::model::{Digest, Facts};
use crate::spec::Pipeline;

const TEAM: &str = "version: 1
description: What our team holds to.
vars:
  level: { default: low, one_of: [low, high], description: How strict. }
gates:
  audit: audit --level ${{ vars.level }}
  style: style check
";

fn with_file(path: &str, text: &str) -> Facts {
    let mut facts = super::facts();
    facts.files.insert(path.to_owned(), Ok(text.to_owned()));
    facts
}

#[track_caller]
fn team(entry: &str) -> Pipeline {
    let text = format!("version: 1\nvars: {{ level: other }}\nuse:\n  - {entry}\n");
    let facts = with_file("ci/team.yml", TEAM);
    match try_load_with(&text, &facts) {
        Ok(loaded) => loaded.pipeline,
        Err(mistakes) => panic!("{}", mistakes.render(false)),
    }
}

#[track_caller]
fn refused(entry: &str, path: &str, pack: &str) -> String {
    let text = format!("version: 1\nuse:\n  - {entry}\ngates: {{ own: x }}\n");
    let refused = try_load_with(&text, &with_file(path, pack));
    refused.expect_err("this must be refused").render(false)
}

#[test]
fn a_pack_may_be_a_file_of_the_project_and_sees_its_own_variables_alone() {
    let pipeline = team("path: ci/team.yml");
    assert_eq!(gate(&pipeline, "audit").kind.summary(), "audit --level low");
    assert_eq!(pipeline.gates.len(), 2);
}

#[test]
fn values_are_handed_over_and_held_against_what_may_be() {
    let pipeline = team("{ path: ci/team.yml, with: { level: high } }");
    let summary = gate(&pipeline, "audit").kind.summary();
    assert_eq!(summary, "audit --level high");
    let wrong = refused("{ path: a.yml, with: { level: hihg } }", "a.yml", TEAM);
    assert!(wrong.contains("`level` cannot be `hihg`"), "{wrong}");
    assert!(wrong.contains("prove.yml:3:35"), "{wrong}");
    assert!(wrong.contains("did you mean `high`?"), "{wrong}");
    let unknown = refused("{ path: a.yml, with: { levle: high } }", "a.yml", TEAM);
    assert!(unknown.contains("has no variable `levle`"), "{unknown}");
    assert!(unknown.contains("did you mean `level`?"), "{unknown}");
}

#[test]
fn a_default_must_be_one_of_its_own_words() {
    let pack = "version: 1\nvars: { a: { default: z, one_of: [x, y] } }\ngates: { g: x }\n";
    let wrong = refused("path: a.yml", "a.yml", pack);
    assert!(wrong.contains("a.yml:2:12"), "{wrong}");
    assert!(wrong.contains("it is one of: x, y"), "{wrong}");
}

#[test]
fn gates_of_a_pack_can_be_left_out() {
    let pipeline = team("{ path: ci/team.yml, without: style }");
    let names: Vec<_> = pipeline.gates.iter().map(|g| g.name.as_str()).collect();
    assert_eq!(names, ["audit"]);
    let unknown = refused("{ path: a.yml, without: [styel] }", "a.yml", TEAM);
    assert!(unknown.contains("has no gate `styel`"), "{unknown}");
    assert!(unknown.contains("did you mean `style`?"), "{unknown}");
    let all = refused("{ path: a.yml, without: [style, audit] }", "a.yml", TEAM);
    assert!(all.contains("nothing is left of the pack"), "{all}");
}

#[test]
fn a_pack_of_prove_can_be_named_the_long_way() {
    let text = "version: 1\nuse: { pack: docker, with: { file: Other }, without: image }\n";
    let pipeline = super::good(text);
    assert_eq!(pipeline.gates.len(), 1);
    assert_eq!(
        messages("version: 1\nuse: [docker, { pack: docker }]\n"),
        ["the pack `docker` is here twice"]
    );
}

#[test]
fn a_pack_from_elsewhere_needs_the_digest_of_its_content() {
    let missing = refused("path: ../team.yml", "../team.yml", TEAM);
    let digest = Digest::of(TEAM.as_bytes()).to_string();
    assert!(missing.contains("so it needs a digest"), "{missing}");
    assert!(missing.contains(&digest), "{missing}");
    let entry = format!("{{ path: ../team.yml, digest: \"{digest}\" }}");
    let text = format!("version: 1\nuse:\n  - {entry}\n");
    assert!(try_load_with(&text, &with_file("../team.yml", TEAM)).is_ok());
    let changed = refused(&entry, "../team.yml", &format!("{TEAM}# changed\n"));
    assert!(changed.contains("another digest"), "{changed}");
    let winding = refused("path: ci/../../team.yml", "ci/../../team.yml", TEAM);
    assert!(winding.contains("so it needs a digest"), "{winding}");
}

#[test]
fn a_digest_is_held_inside_the_project_too() {
    let entry = format!("{{ path: a.yml, digest: \"sha256:{}\" }}", "0".repeat(64));
    let wrong = refused(&entry, "a.yml", TEAM);
    assert!(
        wrong.contains("not the pack that this file means"),
        "{wrong}"
    );
}

#[test]
fn a_pack_that_is_wrong_is_said_in_its_own_place() {
    for (pack, expected) in [
        ("version: 1\ngates: { g: x }\nrelease: {}\n", "a.yml:3:1"),
        ("version: 1\ngates: {}\n", "has no gates"),
        ("version: 1\n", "`gates` is missing here"),
        ("- a\n", "a pack is a map"),
        (
            "version: 1\ngates: { g: { run: x, timeout: 1 } }\n",
            "a.yml:2:32",
        ),
        ("version: [\n", "a.yml:"),
    ] {
        let wrong = refused("path: a.yml", "a.yml", pack);
        assert!(wrong.contains(expected), "{pack}\n{wrong}");
    }
}

#[test]
fn a_file_that_is_not_there_and_a_place_that_is_none_are_mistakes() {
    let gone = bad("version: 1\nuse: { path: gone.json }\ngates: { a: x }\n");
    assert!(
        gone.contains("`gone.json` cannot be read: no such file"),
        "{gone}"
    );
    for entry in ["{ with: { a: b } }", "{ pack: docker, path: a.yml }"] {
        let text = format!("version: 1\nuse: [{entry}]\ngates: {{ a: x }}\n");
        assert!(bad(&text).contains("exactly one of them"), "{entry}");
    }
}

#[test]
fn the_file_does_not_see_the_variables_of_a_pack() {
    let said = messages("version: 1\nuse: docker\ngates: { a: \"${{ vars.file }}\" }\n");
    assert_eq!(said, ["there is no variable `file`"]);
}
