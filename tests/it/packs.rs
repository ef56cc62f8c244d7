//! Packs as a user meets them: `prove packs`, and the pack `git` on a real repository.

use std::fs;

use crate::support::Project;

#[test]
fn the_packs_are_listed_and_one_of_them_is_told() {
    let project = Project::bare();
    project.prove(&["packs"]).expect(
        0,
        &["docker", "rust", "node", "python", "go", "git", "rust-test"],
    );
    project.prove(&["packs", "rust"]).expect(
        0,
        &[
            "rust-lint",
            "cargo clippy --locked",
            "flags = --locked",
            "use: [rust]",
        ],
    );
    let json = project
        .prove(&["packs", "--format", "json"])
        .expect(0, &[])
        .text();
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema"], 1);
    let packs = document["packs"].as_array().unwrap();
    let gates = |pack: &serde_json::Value| pack["gates"].as_array().map_or(0, Vec::len);
    assert!(packs.iter().all(|pack| gates(pack) > 0), "{packs:?}");
    let source = project
        .prove(&["packs", "git", "--source"])
        .expect(0, &[])
        .text();
    assert!(source.contains("cases:"), "{source}");
}

#[test]
fn a_pack_that_is_not_there_is_said_with_what_may_be_meant() {
    let project = Project::bare();
    project
        .prove(&["packs", "rsut"])
        .expect(2, &["there is no pack `rsut`", "did you mean `rust`?"]);
    project
        .prove(&["packs", "./gone.yml"])
        .expect(2, &["cannot read the pack ./gone.yml"]);
}

#[test]
fn a_pack_of_the_project_is_told_used_and_checked() {
    let project = Project::with(
        "version: 1\nuse: { path: ci/team.yml, with: { word: there }, without: second }\n",
    );
    let pack = "version: 1\nvars: { word: { default: x, description: What is said. } }\n\
                gates:\n  first: echo hello ${{ vars.word }}\n  second: exit 1\n";
    project.file("ci/team.yml", pack);
    project.run().expect(0, &["proved: 1 passed"]);
    project
        .prove(&["packs", "ci/team.yml"])
        .expect(0, &["use: { path: ci/team.yml }"]);
    project
        .prove(&["logs", "first"])
        .expect(0, &["hello there"]);
    project
        .prove(&["packs", "ci/team.yml"])
        .expect(0, &["echo hello x", "word = x", "What is said."]);
    project.file("ci/team.yml", "version: 1\ngates: { a: { rnu: x } }\n");
    project.run().expect(2, &["ci/team.yml:2:15", "rnu"]);
    project
        .prove(&["packs", "ci/team.yml"])
        .expect(2, &["ci/team.yml:2:15"]);
    fs::remove_file(project.path().join("ci/team.yml")).unwrap();
    project.run().expect(2, &["prove.yml:2:", "No such file"]);
}

#[test]
fn what_is_handed_over_is_text_of_the_pack_unless_a_stranger_chose_it() {
    let gate_file = "version: 1\nuse: { path: p.yml, with: { words: \"a 'b c'\", none: '' } }\n";
    let mut project = Project::with(gate_file);
    let pack = "version: 1\nvars: { words: x, none: x }\n\
                gates: { show: 'printf \"<%s>\" ${{ vars.words }} ${{ vars.none }} end' }\n";
    project.file("p.yml", pack);
    project.run().expect(0, &["proved"]);
    let shown = project.prove(&["logs", "show"]).text();
    assert!(shown.contains("<a><b c><end>"), "{shown}");

    project.env("TITLE", "one; touch ran");
    let handed = gate_file.replace("\"a 'b c'\"", "\"${{ env.TITLE }}\"");
    project.file("prove.yml", handed);
    project.run().expect(0, &["proved"]);
    let shown = project.prove(&["logs", "show"]).text();
    assert!(shown.contains("<one; touch ran><end>"), "{shown}");
    project.file("p.yml", pack.replace("show: '", "show: 'true && "));
    project.run().expect(2, &["is an injection"]);
    assert!(!project.path().join("ran").exists());
}

#[test]
fn the_pack_git_finds_what_a_repository_should_not_carry() {
    let project = Project::with("version: 1\nuse: [git]\n");
    project.file(".gitignore", "/.prove/\n");
    project.git();
    project.run().expect(0, &["proved: 4 passed"]);
    // Put together here, so that this file is not a find itself.
    let key = format!("-----BEGIN {} KEY-----\n", "PRIVATE");
    project.file("deploy/key", key);
    project.file("merge.txt", format!("a\n{} HEAD\n", "<".repeat(7)));
    project.file("big.bin", vec![0; 5_000_001]);
    let added = std::process::Command::new("git")
        .args(["add", "-A"])
        .current_dir(project.path())
        .status()
        .unwrap();
    assert!(added.success());
    let ran = project.run();
    ran.expect(
        1,
        &["refuted: 4 failed", "deploy/key", "merge.txt:2", "big.bin"],
    );
    assert!(!ran.text().contains("-----BEGIN PRIVATE"), "{}", ran.text());
}
