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

/// A broken commit on `broken`, and `main` good again.
fn with_a_broken_branch() -> Repo {
    let repo = Repo::hooked();
    repo.git(&["checkout", "-q", "-b", "broken"]).expect(0, &[]);
    repo.project.file("state", "broken\n");
    repo.commit("breaks it");
    repo.git(&["checkout", "-q", "main"]).expect(0, &[]);
    repo
}

#[test]
fn wherever_git_is_called_from_an_unproven_commit_is_held_back() {
    let repo = with_a_broken_branch();
    let git_dir = repo.project.path().join(".git").display().to_string();
    let remote = repo.side.path().join("a").display().to_string();
    let pushed = |from: &std::path::Path, first: &[&str]| {
        let words = [first, &["push", &remote, "broken:main"]].concat();
        repo.git_in(from, &words).expect(1, &["held back"]);
        assert_eq!(repo.remote("a", "main"), None);
    };
    // From outside, with a work tree that is git's guess, and with another one that would pass.
    let elsewhere = repo.side.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    pushed(&elsewhere, &["--git-dir", &git_dir]);
    fs::write(elsewhere.join("prove.yml"), GOOD).unwrap();
    pushed(&elsewhere, &["--git-dir", &git_dir, "--work-tree", "."]);
    // A bare clone that was given the hook, and a work tree of it.
    let bare = repo.side.path().join("bare");
    let shown = bare.display().to_string();
    repo.git(&["clone", "-q", "--bare", ".", &shown])
        .expect(0, &[]);
    fs::create_dir_all(bare.join("hooks")).unwrap();
    fs::copy(repo.hook("pre-push"), bare.join("hooks/pre-push")).unwrap();
    pushed(&bare, &[]);
    let linked = repo.side.path().join("linked");
    let there = linked.display().to_string();
    repo.git_in(&bare, &["worktree", "add", "-q", &there, "main"])
        .expect(0, &[]);
    pushed(&linked, &[]);
    repo.git_in(&linked, &["push", &remote, "main"])
        .expect(0, &["proved: 1 passed"]);
}

#[test]
fn in_the_middle_of_a_rebase_what_is_pushed_counts() {
    let repo = with_a_broken_branch();
    repo.git(&["checkout", "-q", "broken"]).expect(0, &[]);
    repo.project.file("state", "good\n");
    repo.commit("mends it");
    let mut rebase = repo.program("git", repo.project.path());
    rebase
        .env("GIT_SEQUENCE_EDITOR", "sed -i s/^pick/edit/")
        .args(["rebase", "-q", "-i", "main"]);
    assert!(rebase.output().unwrap().status.success());
    // It stands on the broken commit; the work tree is mended, and not committed.
    repo.project.file("state", "good\n");
    repo.git(&["push", "a", "HEAD:refs/heads/main"])
        .expect(1, &["is refuted"]);
    repo.git(&["tag", "-a", "-m", "x", "v1"]).expect(0, &[]);
    repo.git(&["push", "a", "v1"]).expect(1, &["is refuted"]);
    repo.git(&["push", "a", "main", "v1"])
        .expect(1, &["is refuted"]);
    assert_eq!(repo.remote("a", "main").or(repo.remote("a", "v1")), None);
}
