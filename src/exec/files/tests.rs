//! Files on a real disk.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;

fn project(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name).unwrap();
    }
    dir
}

fn listed(root: &Path, cwd: &str, patterns: &[&str]) -> Vec<Vec<String>> {
    let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
    let lists = list(root, cwd, &patterns, &Budget::default()).unwrap();
    lists
        .into_iter()
        .map(|list| list.into_iter().map(|entry| entry.path).collect())
        .collect()
}

#[test]
fn a_list_has_one_answer_for_each_pattern() {
    let dir = project(&[
        "ui/a.ts",
        "ui/src/b.ts",
        "ui/.env",
        "Dockerfile",
        ".git/x.ts",
        ".prove/y.ts",
    ]);
    let lists = listed(
        dir.path(),
        "ui",
        &["*.ts", "**/*.ts", "/Dockerfile", "none", ".env", "src"],
    );
    let expected: [&[&str]; 6] = [
        &["a.ts"],
        &["a.ts", "src/b.ts"],
        &["../Dockerfile"],
        &[],
        &[".env"],
        &["src"],
    ];
    assert_eq!(lists, expected);
    assert_eq!(
        listed(dir.path(), ".", &["**/*.ts"])[0],
        ["ui/a.ts", "ui/src/b.ts"]
    );
    assert_eq!(
        listed(dir.path(), ".", &[".git/*.ts", ".prove/y.ts"]),
        [[".git/x.ts"], [".prove/y.ts"]]
    );
}

#[test]
fn links_are_told_and_not_followed() {
    let dir = project(&["a"]);
    symlink("a", dir.path().join("good")).unwrap();
    symlink("nowhere", dir.path().join("broken")).unwrap();
    symlink("circle", dir.path().join("circle")).unwrap();
    symlink(".", dir.path().join("loop")).unwrap();
    let patterns = ["**".to_owned()];
    let list = list(dir.path(), ".", &patterns, &Budget::default())
        .unwrap()
        .remove(0);
    let kinds: Vec<_> = list
        .iter()
        .map(|entry| (entry.path.as_str(), entry.kind))
        .collect();
    let expected = [
        ("a", EntryKind::File),
        ("broken", EntryKind::BrokenLink),
        ("circle", EntryKind::BrokenLink),
        ("good", EntryKind::Link),
        ("loop", EntryKind::Link),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn what_git_tracks_is_asked_of_git() {
    let dir = project(&["a.env", "secrets/deep/key", "ui/b.env", "free.env"]);
    let patterns = ["*.env".to_owned(), "/secrets".to_owned()];
    let error = tracked(dir.path(), ".", &patterns).unwrap_err();
    assert!(
        error.message.contains("not in a git repository"),
        "{}",
        error.message
    );
    for args in [&["init", "-q"][..], &["add", "a.env", "secrets", "ui"]] {
        let done = std::process::Command::new("git")
            .args(args)
            .current_dir(dir.path())
            .status();
        assert!(done.unwrap().success());
    }
    assert_eq!(
        tracked(dir.path(), ".", &patterns).unwrap(),
        ["a.env", "secrets/deep/key"]
    );
    assert_eq!(
        tracked(dir.path(), "ui", &patterns).unwrap(),
        ["../secrets/deep/key", "b.env"]
    );
}

#[test]
fn a_snapshot_is_of_bytes_and_modes() {
    use std::os::unix::fs::PermissionsExt;
    let dir = project(&["gen/a", "gen/deep/b", "other"]);
    let take = || snapshot(dir.path(), ".", &["gen".to_owned()], &Budget::default()).unwrap();
    let first = take();
    assert_eq!(
        first.files.keys().collect::<Vec<_>>(),
        ["gen/a", "gen/deep/b"]
    );
    fs::write(dir.path().join("gen/a"), "gen/a").unwrap();
    assert_eq!(take(), first, "the same bytes are no change");
    fs::set_permissions(dir.path().join("gen/a"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_ne!(take(), first);
    let all = snapshot(dir.path(), ".", &["g*".to_owned()], &Budget::default()).unwrap();
    assert_eq!(all.files.len(), 2);
}

#[test]
fn a_pattern_that_is_none_is_an_error() {
    let dir = project(&[]);
    let error = list(dir.path(), ".", &["!x".to_owned()], &Budget::default()).unwrap_err();
    assert_eq!(error.why, NoAnswer::Io);
    let budget = Budget::default();
    budget.stop();
    let dir = project(&["a"]);
    assert!(list(dir.path(), ".", &["*".to_owned()], &budget).is_err());
}

fn contents(root: &Path, patterns: &[&str]) -> Vec<Vec<(String, Result<String, String>)>> {
    let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
    let lists = read::read(root, (".", &patterns), &Budget::default()).unwrap();
    let shown = |content: crate::model::Content| {
        let text = content.bytes.map(|bytes| String::from_utf8(bytes).unwrap());
        (content.path, text)
    };
    lists
        .into_iter()
        .map(|list| list.into_iter().map(shown).collect())
        .collect()
}

#[test]
fn a_plain_path_is_that_very_file_and_a_glob_leaves_out_what_git_ignores() {
    let dir = project(&["Dockerfile", "ui/Dockerfile", "out/Dockerfile"]);
    fs::write(dir.path().join(".gitignore"), "out/\n").unwrap();
    let init = std::process::Command::new("git")
        .args(["init", "-q"])
        .current_dir(dir.path())
        .status();
    assert!(init.unwrap().success());
    let read = contents(dir.path(), &["out/Dockerfile", "**/Dockerfile", "none"]);
    let names: Vec<Vec<&str>> = read
        .iter()
        .map(|list| list.iter().map(|(path, _)| path.as_str()).collect())
        .collect();
    let expected: [&[&str]; 3] = [&["out/Dockerfile"], &["Dockerfile", "ui/Dockerfile"], &[]];
    assert_eq!(names, expected);
    assert_eq!(read[0][0].1, Ok("out/Dockerfile".to_owned()));
}

#[test]
fn what_cannot_be_read_is_told_with_its_cause() {
    let dir = project(&["in/file", "in/long"]);
    let outside = project(&["secret"]);
    let at = |name: &str| dir.path().join("in").join(name);
    symlink(outside.path().join("secret"), at("out")).unwrap();
    symlink("file", at("link")).unwrap();
    symlink("loop", at("loop")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(at("pipe"))
        .status();
    assert!(made.unwrap().success());
    let long = fs::File::create(at("long")).unwrap();
    long.set_len(crate::model::limits::READ_BYTES + 1).unwrap();
    let why = |path: &str| {
        let read = contents(dir.path(), &[path]);
        read[0][0].1.clone().unwrap_err()
    };
    assert_eq!(
        contents(dir.path(), &["in/link"])[0][0].1,
        Ok("in/file".to_owned())
    );
    assert_eq!(why("in/out"), "is a link that leads out of the project");
    assert_eq!(why("in"), "is a directory");
    assert_eq!(why("in/pipe"), "is no regular file");
    assert_eq!(why("in/long"), "is longer than 10 MiB");
    assert!(why("in/loop").starts_with("cannot be read: "));
}
