//! `files:`: which files a command is given, and what happens when there is none, or very many.

use std::fs;

use crate::support::Project;

/// Writes its arguments down, one a line, and that it ran.
const SCRIPT: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\" >> seen\necho >> runs\n";

fn project(files: &str) -> Project {
    let file = format!("version: 1\ngates:\n  a: {{ run: ./look --flag, files: {files} }}\n");
    let project = Project::with(&file);
    project.script("look", SCRIPT);
    project
}

fn seen(project: &Project) -> Vec<String> {
    let text = fs::read_to_string(project.path().join("seen")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_files_come_as_arguments_in_order_and_what_git_ignores_is_left_out() {
    let project = project("'**/*.sh'");
    for name in [
        "b.sh",
        "a b.sh",
        "-x.sh",
        "deep/c.sh",
        "out/made.sh",
        "d.txt",
    ] {
        project.file(name, "");
    }
    project.file(".gitignore", "out/\n").git();
    project.file("new.sh", "");
    fs::remove_file(project.path().join("b.sh")).unwrap();
    std::os::unix::fs::symlink("d.txt", project.path().join("link.sh")).unwrap();
    project.run().expect(0, &["4 files handed over"]);
    let expected = ["--flag", "./-x.sh", "a b.sh", "deep/c.sh", "new.sh"];
    assert_eq!(seen(&project), expected);
}

#[test]
fn without_a_repository_every_file_counts_and_a_shell_finds_them_quoted() {
    let file = "version: 1\ngates:\n  a: { cwd: sub, run: 'printf \"%s,\" \"$@\" > ../seen; true', files: '*.sh' }\n";
    let project = Project::with(file);
    project
        .file("sub/a b.sh", "")
        .file("sub/c\nd.sh", "")
        .file("e.sh", "");
    project.run().expect(0, &["2 files handed over"]);
    let text = fs::read_to_string(project.path().join("seen")).unwrap();
    assert_eq!(text, "a b.sh,c\nd.sh,");
}

#[test]
fn no_file_is_no_success_unless_the_gate_says_why() {
    let project = project("['*.sh', '*.bash']");
    project.run().expect(3, &["no file matches *.sh, *.bash"]);
    assert!(seen(&project).is_empty());
    let file = "version: 1\ngates:\n  a: { run: ./look, files: '*.sh', allow_empty: { reason: none yet } }\n  b: 'true'\n";
    Project::with(file).run().expect(0, &["none yet"]);
}

#[test]
fn every_run_must_be_good_and_fifty_thousand_files_fit() {
    let file = "version: 1\ngates:\n  a: { run: './look', files: 'many/*' }\n";
    let project = Project::with(file);
    project.script(
        "look",
        "#!/bin/sh\necho $# >> seen\ncase \" $* \" in *49999*) exit 1;; esac\n",
    );
    fs::create_dir(project.path().join("many")).unwrap();
    for n in 0..50_000 {
        let name = format!("many/a-name-of-some-length-{n:05}");
        fs::File::create(project.path().join(name)).unwrap();
    }
    project.run().expect(1, &["exit code 1"]);
    let counts = seen(&project);
    let sum: usize = counts
        .iter()
        .map(|count| count.parse::<usize>().unwrap())
        .sum();
    assert_eq!(sum, 50_000);
    assert!(counts.len() > 10, "{counts:?}");
}

#[test]
fn since_base_takes_what_changed_and_all_where_that_cannot_be_known() {
    let project = project("{ match: '*.sh', since: base, empty: nothing touched }");
    project.file("old.sh", "").file("b.sh", "").git();
    project
        .run()
        .expect(0, &["HEAD is on the base branch itself", "2 files"]);
    project.run_git(&["checkout", "-q", "-b", "work"]);
    project.run_git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    fs::remove_file(project.path().join("seen")).unwrap();
    project.run().expect(0, &["nothing touched"]);
    assert!(seen(&project).is_empty());
    project.file("b.sh", "changed").file("new.sh", "");
    project
        .run()
        .expect(0, &["2 of 3 files changed since the base"]);
    assert_eq!(seen(&project), ["--flag", "b.sh", "new.sh"]);
    fs::write(project.path().join(".git/shallow"), "").unwrap();
    project
        .run()
        .expect(0, &["the clone is shallow", "3 files"]);
}

#[test]
fn since_base_without_a_reason_for_none_is_undecided() {
    let project = project("{ match: '*.sh', since: base }");
    project.file("a.sh", "").git();
    project.run_git(&["checkout", "-q", "-b", "work"]);
    project.run_git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    project
        .run()
        .expect(3, &["no file that matches has changed"]);
}

#[test]
fn without_git_a_repository_cannot_be_looked_through() {
    let mut project = project("'*.sh'");
    project.file("a.sh", "").git();
    project.env("PATH", "/nowhere");
    project.run().expect(3, &["git is not installed"]);
    assert!(seen(&project).is_empty());
}

#[test]
fn what_would_lose_the_files_is_refused() {
    for (gate, words) in [
        (
            "{ run: 'lint | cat', files: '*.sh' }",
            "never uses the files",
        ),
        ("{ run: 'lint $@ | cat', files: '*.sh' }", "with the quotes"),
        ("{ run: lint, files: [] }", "names no file"),
        ("{ run: lint, files: '[a' }", "no glob"),
        ("{ run: lint, files: { match: a, since: bsae } }", "base"),
        (
            "{ run: lint, files: { match: a, empty: x } }",
            "goes with `since: base`",
        ),
        (
            "{ run: lint, files: { since: base } }",
            "`match` is missing",
        ),
        (
            "{ run: lint, files: a, in: { image: x }, container: { workspace: none } }",
            "workspace: ro",
        ),
    ] {
        let file = format!("version: 1\ngates:\n  a: {gate}\n");
        Project::with(&file)
            .run()
            .expect(2, &["prove.yml:3:", words]);
    }
}
