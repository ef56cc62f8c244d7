//! `git commit` with the hook, and `prove run --staged`: what is staged is proved.

use std::fs;

use crate::support::repo::{GATES, Repo};

fn hooked() -> Repo {
    let repo = Repo::hooked();
    repo.prove(&["hook", "install", "--pre-commit"])
        .expect(0, &["pre-commit: installed"]);
    repo
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let repo = hooked();
    repo.project.file("state", "broken\n");
    repo.git(&["add", "state"]).expect(0, &[]);
    repo.project.file("state", "good, not staged\n");
    repo.git(&["commit", "-m", "x"])
        .expect(1, &["is refuted", "the commit is held back"]);
    repo.git(&["add", "state"]).expect(0, &[]);
    repo.project.file("state", "broken\n");
    repo.git(&["commit", "-m", "x"]).expect(0, &[]);
    let kept = repo.kept();
    assert_eq!(repo.ran(), [kept.clone(), kept]);
    repo.prove(&["run", "--staged"]).expect(0, &["proved"]);
    repo.prove(&["run"]).expect(1, &[]);
}

#[test]
fn a_work_tree_that_is_what_is_staged_is_used_as_it_is() {
    let repo = hooked();
    repo.project.file("state", "good too\n");
    repo.git(&["add", "state"]).expect(0, &[]);
    repo.git(&["commit", "-q", "-m", "x"])
        .expect(0, &["exactly that"]);
    assert_eq!(repo.ran(), [repo.project.path().canonicalize().unwrap()]);
}

#[test]
fn commits_of_all_or_of_some_files_are_what_git_makes_of_them() {
    let repo = hooked();
    repo.project.file("state", "broken\n").file("other", "1");
    repo.git(&["commit", "-a", "-m", "all"])
        .expect(1, &["is refuted"]);
    repo.git(&["add", "other"]).expect(0, &[]);
    repo.git(&["commit", "-q", "-m", "some", "other"])
        .expect(0, &[]);
    assert_eq!(repo.sha("HEAD:state"), repo.sha("HEAD~1:state"));
    repo.git(&["commit", "-m", "some", "state"])
        .expect(1, &["is refuted"]);
}

#[test]
fn what_is_only_meant_to_be_added_is_not_there() {
    let repo = hooked();
    let gates = format!("{GATES}  new: {{ exists: {{ require: [new] }} }}\n");
    repo.project.file("prove.yml", gates).file("new", "");
    repo.git(&["add", "prove.yml"]).expect(0, &[]);
    repo.git(&["add", "--intent-to-add", "new"]).expect(0, &[]);
    repo.git(&["commit", "-m", "x"]).expect(1, &["is refuted"]);
    repo.git(&["add", "new"]).expect(0, &[]);
    repo.git(&["commit", "-q", "-m", "x"]).expect(0, &[]);
}

#[test]
fn the_first_commit_is_proved_too() {
    let repo = Repo::new();
    repo.project
        .file("prove.yml", GATES)
        .file("state", "broken\n");
    repo.prove(&["run", "--rev", "HEAD"])
        .expect(2, &["\"HEAD\" stands for no commit"]);
    repo.prove(&["hook", "install", "--pre-commit", "--pre-push"])
        .expect(0, &[]);
    repo.git(&["add", "-A"]).expect(0, &[]);
    repo.project.file("state", "good\n");
    repo.git(&["commit", "-m", "first"])
        .expect(1, &["is refuted"]);
    repo.git(&["add", "-A"]).expect(0, &[]);
    repo.project.file("state", "broken\n");
    repo.git(&["commit", "-m", "first"]).expect(0, &[]);
    assert_eq!(repo.ran(), [repo.kept(), repo.kept()]);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
}

#[test]
fn in_the_middle_of_a_merge_and_of_a_rebase() {
    let repo = hooked();
    repo.git(&["checkout", "-q", "-b", "side"]).expect(0, &[]);
    repo.project.file("state", "good side\n");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]).expect(0, &[]);
    repo.project.file("state", "good main\n");
    repo.commit("main");
    assert_ne!(repo.git(&["merge", "side"]).code, 0);
    repo.prove(&["run", "--staged"])
        .expect(3, &["cannot be written down", "git status"]);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    repo.project.file("state", "broken\n");
    repo.git(&["add", "state"]).expect(0, &[]);
    repo.git(&["commit", "-m", "merged"])
        .expect(1, &["is refuted"]);
    repo.project.file("state", "good both\n");
    repo.git(&["add", "state"]).expect(0, &[]);
    repo.git(&["commit", "-q", "-m", "merged"]).expect(0, &[]);
    repo.git(&["checkout", "-q", "side"]).expect(0, &[]);
    assert_ne!(repo.git(&["rebase", "main~1"]).code, 0);
    // HEAD is detached, the index has conflicts, and the branch is what it was.
    repo.git(&["push", "a", "side"]).expect(0, &[]);
    assert_eq!(repo.remote("a", "side"), Some(repo.sha("side")));
    repo.git(&["rebase", "--abort"]).expect(0, &[]);
}

#[test]
fn the_hook_that_was_there_stages_and_is_proved() {
    let repo = Repo::hooked();
    let hook = repo.hook("pre-commit");
    fs::write(&hook, "#!/bin/sh\necho broken > state && git add state\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&hook, mode).unwrap();
    repo.prove(&["hook", "install", "--pre-commit"])
        .expect(0, &["it runs first"]);
    repo.project.file("other", "");
    repo.git(&["add", "other"]).expect(0, &[]);
    repo.git(&["commit", "-m", "x"]).expect(1, &["is refuted"]);
}
