//! The hooks beside frameworks that put up hooks of their own (pre-commit, prek) and beside git-lfs.
//! The frameworks are acted by scripts that do what these do.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::support::Ran;
use crate::support::repo::Repo;

/// As git-lfs: reads on standard input what is pushed, and sends something itself.
const LFS: &str = "#!/bin/sh\ncat >> \"$HOME/sent\"\n";
/// As pre-commit and prek: reads what git says, and hands it on to the hook that it has renamed.
const FRAMEWORK: &str = "#!/bin/sh\necho >> \"$HOME/framework\"\nsaid=$(cat; echo .)\nprintf %s \"${said%.}\" | \"$(dirname \"$0\")/pre-push.legacy\" \"$@\"\n";

fn hook(repo: &Repo, name: &str, text: &str) {
    let path = repo.hook(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// As a framework does that is installed over what is there.
fn migrate(repo: &Repo) {
    fs::rename(repo.hook("pre-push"), repo.hook("pre-push.legacy")).unwrap();
    hook(repo, "pre-push", FRAMEWORK);
}

fn heard(repo: &Repo, name: &str) -> String {
    fs::read_to_string(repo.side.path().join("home").join(name)).unwrap_or_default()
}

#[test]
fn a_framework_that_renames_our_hook_does_not_lose_the_one_that_we_keep() {
    let repo = Repo::hooked();
    repo.prove(&["hook", "uninstall"]).expect(0, &[]);
    hook(&repo, "pre-push", LFS);
    repo.prove(&["hook", "install"]).expect(0, &["is kept as"]);
    migrate(&repo);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    let head = repo.sha("main");
    let zero = "0".repeat(40);
    assert_eq!(
        heard(&repo, "sent"),
        format!("refs/heads/main {head} refs/heads/main {zero}\n")
    );
    assert_eq!(heard(&repo, "framework").lines().count(), 1);
}

#[test]
fn ours_above_a_framework_that_has_renamed_ours_is_no_ring() {
    let repo = Repo::hooked();
    migrate(&repo);
    repo.prove(&["hook", "install"]).expect(0, &["is kept as"]);
    repo.git(&["push", "a", "main"])
        .expect(0, &["was proved before"]);
    assert_eq!(heard(&repo, "framework").lines().count(), 1);
    assert_eq!(repo.ran().len(), 1);
    repo.project.file("state", "broken\n");
    repo.commit("broken");
    repo.git(&["push", "a", "main"]).expect(1, &["is refuted"]);
}

#[test]
fn a_push_with_the_first_commit_of_all_is_named_by_its_branch() {
    let repo = Repo::hooked();
    let called = |local: &str| {
        let mut called = repo.project.command(&["hook", "run", "pre-push"]);
        called
            .env("PRE_COMMIT_LOCAL_BRANCH", local)
            .env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main");
        Ran::of(called.output().unwrap())
    };
    called("refs/heads/main").expect(0, &["proved: 1 passed", "one ref", "prove hook install"]);
    repo.project.file("state", "broken\n");
    repo.commit("broken");
    called("refs/heads/main").expect(1, &["is refuted"]);
    called("refs/heads/nowhere").expect(2, &["stands for no commit", "held back"]);
    called("refs/heads/main\nHEAD~1").expect(2, &["nobody says what is pushed"]);
}

#[test]
fn an_empty_line_is_nobodys_word() {
    let repo = Repo::hooked();
    // `said=$(cat)` by somebody who comes second, and `echo "$said" | …`.
    let installed = repo.hook("pre-push").display().to_string();
    let prove = env!("CARGO_BIN_EXE_prove");
    for words in [
        &[prove, "hook", "run", "pre-push"][..],
        &[&installed, "a", "url"],
    ] {
        let mut child = repo.program(words[0], repo.project.path());
        let mut child = child
            .args(&words[1..])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"\n").unwrap();
        Ran::of(child.wait_with_output().unwrap()).expect(3, &["line 1", "held back"]);
    }
    assert!(repo.ran().is_empty());
}
