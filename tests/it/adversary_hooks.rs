//! Holes in the hooks that were found by attacking them: what was proved and what is pushed differ.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::repo::Repo;

const GOOD: &str = "version: 1\ngates: { a: 'true' }\n";
const BAD: &str = "version: 1\ngates: { a: 'false' }\n";

/// The hook installed, the good gate file committed under this name.
fn repo(gate_file: &str, text: &str) -> Repo {
    let repo = Repo::hooked();
    for name in ["prove.yml", "state"] {
        fs::remove_file(repo.project.path().join(name)).unwrap();
    }
    repo.project.file(gate_file, text);
    repo.commit("start");
    repo
}

#[track_caller]
fn held_back(repo: &Repo, name: &str, said: &[&str]) {
    repo.git(&["push", "a", &format!("main:{name}")])
        .expect(1, said);
    assert_eq!(repo.remote("a", name), None);
}

#[test]
fn a_commit_that_git_replaces_is_proved_as_it_is_pushed() {
    let repo = Repo::hooked();
    let good = repo.sha("HEAD");
    repo.project.file("state", "broken\n");
    let broken = repo.commit("breaks it");
    repo.git(&["replace", &broken, &good]).expect(0, &[]);
    repo.git(&["reset", "-q", "--hard", &broken]).expect(0, &[]);
    let seen = fs::read_to_string(repo.project.path().join("state"));
    assert_eq!(seen.unwrap(), "good\n");
    held_back(&repo, "main", &["is refuted"]);
}

#[test]
fn a_proof_holds_as_long_as_the_variables_do_that_the_gate_file_weighs() {
    let gates = "version: 1\nvars: { how: { env: HOW, default: 'true' } }\ngates:\n  a: { run: '${{ vars.how }}' }\n  b: { run: 'false', when: { env: { STRICT: '1' } } }\n";
    let mut repo = repo("prove.yml", gates);
    repo.git(&["push", "a", "main"])
        .expect(0, &["1 not applicable"]);
    repo.project.env("STRICT", "0");
    repo.git(&["push", "a", "main:again"])
        .expect(0, &["proved: 1 passed"]);
    repo.git(&["push", "a", "main:more"])
        .expect(0, &["was proved before"]);
    repo.project.env("STRICT", "1");
    held_back(&repo, "strict", &["is refuted"]);
    repo.project.env("STRICT", "0").env("HOW", "false");
    held_back(&repo, "how", &["is refuted"]);
    let own = repo.project.path().join(".git/prove/proven.jsonl");
    assert!(!fs::read_to_string(own).unwrap().contains("\"1\""));
}

#[test]
fn a_proof_that_stands_for_no_branch_is_none_for_a_branch() {
    let gates = "version: 1\ngates:\n  a: 'true'\n  b: { run: 'false', when: { branch: main } }\n";
    let repo = repo("prove.yml", gates);
    repo.git(&["checkout", "-q", "-b", "dev"]).expect(0, &[]);
    let sha = repo.sha("HEAD");
    repo.prove(&["run", "--rev", &sha])
        .expect(0, &["1 not applicable"]);
    held_back(&repo, "main", &["is refuted"]);
}

#[test]
fn a_proof_by_another_gate_file_is_none() {
    let repo = repo("prove.yml", BAD);
    repo.project.file("prove.yaml", GOOD);
    repo.commit("two");
    repo.prove(&["-f", "prove.yaml", "run", "--rev", "HEAD"])
        .expect(0, &[]);
    held_back(&repo, "main", &["prove.yml and prove.yaml are both in"]);
}

#[test]
fn a_gate_file_that_is_not_in_the_commit_proves_nothing() {
    // Ignored.
    let repo = repo(".gitignore", "prove.yml\nteam.yml\n");
    repo.project.file("prove.yml", GOOD);
    held_back(&repo, "main", &["is not in commit", "prove.yml"]);
    // A pack that is.
    repo.project
        .file("prove.yml", "version: 1\nuse: [{ path: team.yml }]\n")
        .file("team.yml", GOOD);
    repo.git(&["add", "-f", "prove.yml"]).expect(0, &[]);
    repo.commit("the gate file");
    held_back(&repo, "main", &["is not in commit", "team.yml"]);
    repo.git(&["add", "-f", "team.yml"]).expect(0, &[]);
    repo.commit("the pack");
    repo.git(&["push", "a", "main"])
        .expect(0, &["proved: 1 passed"]);
    // A link that leads out, and one that does not.
    let file = repo.project.path().join("prove.yml");
    let outside = repo.side.path().join("outside.yml");
    fs::write(&outside, GOOD).unwrap();
    for (target, code) in [(outside.as_path(), 1), ("team.yml".as_ref(), 0)] {
        fs::remove_file(&file).unwrap();
        symlink(target, &file).unwrap();
        repo.commit("a link");
        let ran = repo.git(&["push", "a", "main"]);
        ran.expect(
            code,
            &[if code == 1 {
                "is not in commit"
            } else {
                "proved: 1 passed"
            }],
        );
    }
}

#[test]
fn a_gate_file_in_a_submodule_is_in_the_commit() {
    let repo = repo("prove.yml", "version: 1\nuse: [{ path: packs/team.yml }]\n");
    let packs = repo.side.path().join("packs");
    let packs = packs.to_str().unwrap();
    repo.git(&["init", "-q", packs]).expect(0, &[]);
    fs::write(repo.side.path().join("packs/team.yml"), GOOD).unwrap();
    repo.git(&["-C", packs, "add", "."]).expect(0, &[]);
    repo.git(&["-C", packs, "commit", "-q", "-m", "packs"])
        .expect(0, &[]);
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        packs,
        "packs",
    ])
    .expect(0, &[]);
    repo.commit("packs");
    repo.git(&["push", "a", "main"])
        .expect(0, &["proved: 1 passed", "exactly that"]);
}
