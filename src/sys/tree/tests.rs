//! What counts as a changed work tree, on real files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::*;

fn take(root: &Path) -> Tree {
    Tree::take(root, Box::new(|path| path.starts_with("out/"))).unwrap()
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn git(dir: &Path, args: &[&str]) {
    let out = Command::new("git")
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
}

fn check_changes(root: &Path) {
    for (name, text) in [("a", "1"), ("src/b", "2"), ("gone", "3"), ("same", "4")] {
        write(root, name, text);
    }
    symlink("a", root.join("link")).unwrap();
    let tree = take(root);
    assert_eq!(
        tree.changed(&Budget::default()).unwrap(),
        Vec::<String>::new()
    );

    write(root, "same", "4");
    write(root, "out/made", "x");
    write(root, ".prove/log", "x");
    assert_eq!(
        tree.changed(&Budget::default()).unwrap(),
        Vec::<String>::new(),
        "same bytes, declared, our own"
    );

    write(root, "src/b", "X");
    write(root, "new", "x");
    fs::remove_file(root.join("gone")).unwrap();
    fs::remove_file(root.join("link")).unwrap();
    symlink("same", root.join("link")).unwrap();
    fs::set_permissions(root.join("a"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(
        tree.changed(&Budget::default()).unwrap(),
        ["a", "gone", "link", "new", "src/b"]
    );
}

#[test]
fn without_git_everything_counts() {
    let dir = tempfile::tempdir().unwrap();
    check_changes(dir.path());
}

#[test]
fn with_git_ignored_files_do_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    git(root, &["init", "-q"]);
    write(root, ".gitignore", "target/\n");
    write(root, "tracked", "x");
    git(root, &["add", "."]);
    let tree = take(root);
    write(root, "target/debug/x", "x");
    assert_eq!(
        tree.changed(&Budget::default()).unwrap(),
        Vec::<String>::new()
    );
    fs::remove_file(root.join("tracked")).unwrap();
    assert_eq!(tree.changed(&Budget::default()).unwrap(), ["tracked"]);
    write(root, "tracked", "x");
    check_changes(root);
}

#[test]
fn a_repository_inside_counts_file_by_file() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    git(root, &["init", "-q"]);
    write(root, "lib/a", "1");
    git(&root.join("lib"), &["init", "-q"]);
    let tree = take(root);
    write(root, "lib/a", "2");
    assert_eq!(tree.changed(&Budget::default()).unwrap(), ["lib/a"]);
}

#[test]
fn one_write_of_the_same_size_right_after_the_look_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    for turn in 0..50 {
        write(dir.path(), "f", "0000");
        let tree = take(dir.path());
        write(dir.path(), "f", "1111");
        assert_eq!(
            tree.changed(&Budget::default()).unwrap(),
            ["f"],
            "turn {turn}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_told_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let broken = dir.path().join(".git");
    fs::write(&broken, "gitdir: /nowhere/at/all").unwrap();
    // Whatever git makes of it, the answer is not an empty tree that never changes.
    write(dir.path(), "a", "1");
    if let Ok(tree) = Tree::take(dir.path(), Box::new(|_| false)) {
        write(dir.path(), "a", "2");
        assert_eq!(tree.changed(&Budget::default()).unwrap(), ["a"]);
    }
}
