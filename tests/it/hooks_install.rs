//! `prove hook install`, `uninstall` and `status`: in every kind of repository, beside every hook.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::repo::{GATES, Repo};
use crate::support::{Project, Ran};

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn installing_twice_is_installing_once() {
    let repo = Repo::hooked();
    let text = fs::read(repo.hook("pre-push")).unwrap();
    repo.prove(&["hook", "install"])
        .expect(0, &["was installed already"]);
    assert_eq!(fs::read(repo.hook("pre-push")).unwrap(), text);
    repo.prove(&["hook", "status"])
        .expect(0, &["pre-push: installed", "pre-commit: not installed"]);
    repo.project.file("dirty", "");
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    let kept = repo.kept();
    repo.prove(&["hook", "status"])
        .expect(0, &["remembered proofs: 1", "are proved in"]);
    repo.prove(&["hook", "uninstall"])
        .expect(0, &["pre-push: uninstalled", "is gone"]);
    assert!(!repo.hook("pre-push").exists() && !kept.exists());
    let trees = kept.parent().and_then(Path::parent).unwrap();
    assert!(!trees.exists(), "an empty folder stays");
    assert!(!repo.project.path().join(".git/prove").exists());
    assert_eq!(repo.git(&["worktree", "list"]).stdout.lines().count(), 1);
    repo.prove(&["hook", "uninstall"])
        .expect(0, &["was not installed"]);
}

#[test]
fn a_hook_of_somebody_else_is_kept_runs_too_and_comes_back() {
    let repo = Repo::hooked();
    repo.prove(&["hook", "uninstall"]).expect(0, &[]);
    let theirs = "#!/bin/sh\necho \"$# $1\" > \"$HOME/heard\"; cat >> \"$HOME/heard\"; exit \"$(cat \"$HOME/code\")\"\n";
    executable(&repo.hook("pre-push"), theirs);
    repo.prove(&["hook", "status"])
        .expect(0, &["somebody else"]);
    repo.prove(&["hook", "install"])
        .expect(0, &["is kept as", "once the push is proved"]);
    let home = repo.side.path().join("home");
    fs::write(home.join("code"), "7").unwrap();
    repo.git(&["push", "a", "main"])
        .expect(1, &["was here before prove says no"]);
    let heard = fs::read_to_string(home.join("heard")).unwrap();
    let head = repo.sha("main");
    assert_eq!(
        heard,
        format!(
            "2 a\nrefs/heads/main {head} refs/heads/main {}\n",
            "0".repeat(40)
        )
    );
    fs::write(home.join("code"), "0").unwrap();
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    // What is not proved it does not hear of.
    fs::remove_file(home.join("heard")).unwrap();
    repo.project.file("state", "broken\n");
    repo.commit("broken");
    repo.git(&["push", "a", "main"]).expect(1, &["is refuted"]);
    assert!(!home.join("heard").exists());
    repo.prove(&["hook", "uninstall"]).expect(0, &["is back"]);
    assert_eq!(fs::read_to_string(repo.hook("pre-push")).unwrap(), theirs);
    assert!(!repo.hook("pre-push.before-prove").exists());
}

#[test]
fn a_program_that_is_gone_blocks() {
    let repo = Repo::hooked();
    let hook = repo.hook("pre-push");
    let text = fs::read_to_string(&hook).unwrap();
    executable(
        &hook,
        &text.replace(env!("CARGO_BIN_EXE_prove"), "/nowhere/prove"),
    );
    // What is called `prove` in the PATH may be Perl's.
    let bin = repo.side.path().join("bin");
    executable(&bin.join("prove"), "#!/bin/sh\necho TAP::Harness v3\n");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let push = || {
        let mut push = repo.program("git", repo.project.path());
        Ran::of(
            push.args(["push", "a", "main"])
                .env("PATH", &path)
                .output()
                .unwrap(),
        )
    };
    push().expect(1, &["is gone", "prove hook install", "--no-verify"]);
    assert_eq!(repo.remote("a", "main"), None);
    fs::remove_file(bin.join("prove")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_prove"), bin.join("prove")).unwrap();
    push().expect(0, &[]);
}

#[test]
fn hooks_go_where_git_looks_for_them() {
    let repo = Repo::hooked();
    repo.prove(&["hook", "uninstall"]).expect(0, &[]);
    repo.git(&["config", "core.hooksPath", "my hooks"])
        .expect(0, &[]);
    repo.prove(&["hook", "install"])
        .expect(0, &["my hooks/pre-push"]);
    assert!(repo.project.path().join("my hooks/pre-push").is_file());
    repo.git(&["push", "a", "main"])
        .expect(0, &["proves commit"]);
    repo.prove(&["hook", "uninstall"]).expect(0, &[]);
    // Everybody's hooks are not ours to change.
    repo.git(&["config", "--unset", "core.hooksPath"])
        .expect(0, &[]);
    let shared = repo.side.path().join("shared").display().to_string();
    repo.git(&["config", "--global", "core.hooksPath", &shared])
        .expect(0, &[]);
    repo.prove(&["hook", "install"]).expect(
        3,
        &["for every repository (global", "git config core.hooksPath"],
    );
    assert!(!Path::new(&shared).exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_said_with_a_remedy() {
    let repo = Repo::hooked();
    for place in ["/dev/null", "prove.yml"] {
        repo.git(&["config", "core.hooksPath", place])
            .expect(0, &[]);
        repo.prove(&["hook", "install"])
            .expect(3, &["error: cannot", place, "hint: "]);
    }
}

#[test]
fn a_folder_of_somebody_else_is_said_with_a_remedy() {
    let repo = Repo::hooked();
    repo.prove(&["hook", "uninstall"]).expect(0, &[]);
    let folder = repo.project.path().join(".git/hooks");
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let prove = env!("CARGO_BIN_EXE_prove");
    let mut install = if rustix::process::getuid().is_root() {
        // Root is let in everywhere, but for this.
        let mut command = repo.program("setpriv", repo.project.path());
        command.args(["--bounding-set=-dac_override", prove]);
        command
    } else {
        repo.program(prove, repo.project.path())
    };
    let ran = Ran::of(install.args(["hook", "install"]).output().unwrap());
    mode(0o755);
    ran.expect(
        3,
        &["cannot write", "Permission denied", "make it writable"],
    );
    assert!(!repo.hook("pre-push").exists());
}

#[test]
fn without_a_gate_file_or_a_work_tree_it_is_refused() {
    let repo = Repo::hooked();
    fs::remove_file(repo.project.path().join("prove.yml")).unwrap();
    repo.prove(&["hook", "install"])
        .expect(2, &["there is no gate file", "hint: "]);
    let bare = repo.side.path().join("a").display().to_string();
    repo.prove(&["-C", &bare, "hook", "install"])
        .expect(2, &["is a bare repository", "hint: "]);
    repo.prove(&["-C", ".git", "hook", "install"])
        .expect(2, &["not in a work tree"]);
    Project::with(GATES)
        .prove(&["hook", "install"])
        .expect(3, &["not in a git repository"]);
}

#[test]
fn a_gate_file_further_down_is_remembered_by_the_hook() {
    let repo = Repo::new();
    repo.project
        .file("sub dir/it's.yml", GATES)
        .file("sub dir/state", "good\n");
    repo.commit("start");
    repo.prove(&["-f", "sub dir/it's.yml", "hook", "install"])
        .expect(0, &[]);
    repo.project.file("sub dir/state", "broken\n");
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(repo.ran(), [repo.kept().join("sub dir")]);
    repo.git(&["push", "b", "main"])
        .expect(0, &["was proved before"]);
}

#[test]
fn linked_work_trees_have_the_same_hooks() {
    let repo = Repo::hooked();
    let linked = repo.side.path().join("linked");
    let shown = linked.display().to_string();
    repo.git(&["worktree", "add", "-q", "-b", "other", &shown])
        .expect(0, &[]);
    fs::write(linked.join("state"), "broken\n").unwrap();
    repo.git_in(&linked, &["commit", "-q", "-a", "-m", "broken"])
        .expect(0, &[]);
    fs::write(linked.join("state"), "good\n").unwrap();
    repo.git_in(&linked, &["push", "a", "other"])
        .expect(1, &["is refuted"]);
    repo.prove(&["-C", &shown, "logs", "state"]).expect(0, &[]);
    repo.git_in(&linked, &["commit", "-q", "-a", "-m", "good"])
        .expect(0, &[]);
    repo.git_in(&linked, &["push", "a", "other"])
        .expect(0, &["exactly that"]);
    repo.git(&["push", "a", "other:again"])
        .expect(0, &["was proved before"]);
    repo.prove(&["-C", &shown, "hook", "install"])
        .expect(0, &["was installed already"]);
}

#[test]
fn a_submodule_has_hooks_of_its_own_and_is_laid_out_too() {
    let inner = Repo::hooked();
    inner.git(&["push", "a", "main"]).expect(0, &[]);
    let outer = Repo::hooked();
    outer
        .git(&["config", "--global", "protocol.file.allow", "always"])
        .expect(0, &[]);
    let from = inner.side.path().join("a").display().to_string();
    outer
        .git(&["submodule", "--quiet", "add", "-b", "main", &from, "in ner"])
        .expect(0, &[]);
    let gates = format!("{GATES}  inner: {{ exists: {{ require: [in ner/state] }} }}\n");
    outer.project.file("prove.yml", gates);
    outer.commit("a submodule");
    outer.project.file("dirty", "");
    outer.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(outer.ran(), [outer.kept()]);
    let sub = outer.project.path().join("in ner");
    let shown = sub.display().to_string();
    outer
        .prove(&["-C", &shown, "hook", "install"])
        .expect(0, &["modules/in ner/hooks"]);
    fs::write(sub.join("state"), "broken\n").unwrap();
    outer
        .git_in(&sub, &["commit", "-q", "-a", "-m", "broken"])
        .expect(0, &[]);
    fs::write(sub.join("state"), "good\n").unwrap();
    outer
        .git_in(&sub, &["push", "origin", "HEAD:main"])
        .expect(1, &["is refuted"]);
    // Whoever does not want the submodule in the work tree still has it not.
    outer
        .git(&["submodule", "--quiet", "deinit", "-f", "in ner"])
        .expect(0, &[]);
    outer
        .git(&["commit", "-q", "--allow-empty", "-m", "another"])
        .expect(0, &[]);
    outer.git(&["push", "a", "main"]).expect(0, &[]);
    let url = ["config", "--get", "submodule.in ner.url"];
    outer.git(&url).expect(1, &[]);
    outer
        .git(&["submodule", "--quiet", "update", "--init"])
        .expect(0, &[]);
    outer
        .git_in(&sub, &["checkout", "-q", "-B", "main", "origin/main"])
        .expect(0, &[]);
    fs::write(sub.join("state"), "broken\n").unwrap();
    outer
        .git_in(&sub, &["commit", "-q", "-a", "-m", "broken"])
        .expect(0, &[]);
    // What is in the submodule counts for the commit around it.
    outer
        .git(&["commit", "-q", "--allow-empty", "-m", "again"])
        .expect(0, &[]);
    fs::remove_file(outer.project.path().join("dirty")).unwrap();
    outer.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(outer.ran().last(), Some(&outer.ran()[0]));
}

#[test]
fn a_shallow_clone_and_a_detached_head() {
    let origin = Repo::hooked();
    origin.project.file("more", "");
    origin.commit("more");
    let repo = Repo::new();
    let from = format!("file://{}", origin.project.path().display());
    repo.git(&["fetch", "-q", "--depth=1", &from, "main"])
        .expect(0, &[]);
    repo.git(&["checkout", "-q", "--detach", "FETCH_HEAD"])
        .expect(0, &[]);
    repo.prove(&["hook", "install"]).expect(0, &[]);
    repo.project.file("state", "broken\n");
    repo.git(&["commit", "-q", "-a", "-m", "broken"])
        .expect(0, &[]);
    repo.project.file("state", "good\n");
    repo.git(&["push", "a", "HEAD:refs/heads/x"])
        .expect(1, &["is refuted"]);
    repo.git(&["commit", "-q", "-a", "-m", "good"])
        .expect(0, &[]);
    repo.prove(&["run", "--rev", "HEAD"])
        .expect(0, &["exactly that"]);
}

#[test]
fn paths_with_spaces_and_newlines() {
    let repo = Repo::new();
    let odd = repo.side.path().join("a b\n'c\" $(d)");
    fs::create_dir(&odd).unwrap();
    let git = |args: &[&str]| repo.git_in(&odd, args);
    git(&["init", "-q", "-b", "main"]).expect(0, &[]);
    fs::write(odd.join("prove.yml"), GATES).unwrap();
    fs::write(odd.join("state"), "broken\n").unwrap();
    git(&["add", "-A"]).expect(0, &[]);
    git(&["commit", "-q", "-m", "broken"]).expect(0, &[]);
    fs::write(odd.join("state"), "good\n").unwrap();
    repo.prove(&["-C", odd.to_str().unwrap(), "hook", "install"])
        .expect(0, &[]);
    let remote = repo.side.path().join("a").display().to_string();
    git(&["push", &remote, "main"]).expect(1, &["is refuted"]);
    git(&["commit", "-q", "-a", "-m", "good"]).expect(0, &[]);
    fs::write(odd.join("state"), "broken\n").unwrap();
    git(&["push", &remote, "main"]).expect(0, &[]);
}
