//! `prove lint` as a user meets it: files without a gate file, and never a pass for what was not
//! judged.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Project, Ran, fifo};

const GOOD: &str = ".git\n.env\n";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.text()))
}

/// `prove lint` with this on standard input.
fn fed(project: &Project, args: &[&str], input: &str) -> Ran {
    let mut child = project.command(args).stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_file_is_judged_without_a_gate_file_and_nothing_is_recorded() {
    let project = Project::bare();
    project.file(".dockerignore", GOOD);
    let said = &["1 file judged: nothing found"];
    project.prove(&["lint", ".dockerignore"]).expect(0, said);
    project.file(".dockerignore", "x\n");
    project.prove(&["lint", ".dockerignore"]).expect(
        1,
        &[
            "error[not-ignored]: .git would get into the build context",
            "--> .dockerignore",
            "= note: What is in the context",
            "= help: add `.git` to .dockerignore",
            "1 file judged: 2 errors",
        ],
    );
    assert!(!project.path().join(".prove").exists());
}

#[test]
fn a_gate_file_is_not_looked_at_and_not_taken() {
    let project = Project::with("version: 1\ngates: { a: { rnu: x } }\n");
    project.file(".dockerignore", GOOD);
    project.prove(&["lint", ".dockerignore"]).expect(0, &[]);
    project
        .prove(&["lint", "-f", "prove.yml", ".dockerignore"])
        .expect(2, &["`prove lint` reads no gate file"]);
}

#[test]
fn a_file_that_no_kind_knows_is_undecided_with_the_list_of_what_is_known() {
    let project = Project::bare();
    project.file("notes.txt", "x").file(".dockerignore", GOOD);
    let said = &[
        "not judged: notes.txt: no kind knows such a file",
        "known are ",
        ".dockerignore",
        "`--kind KIND`",
    ];
    project.prove(&["lint", "notes.txt"]).expect(3, said);
    project
        .prove(&["lint", ".dockerignore", "notes.txt"])
        .expect(3, said);
    let forced = ["lint", "notes.txt", "--kind", "dockerignore"];
    project.prove(&forced).expect(1, &["notes.txt"]);
}

#[test]
fn what_fails_outranks_what_could_not_be_judged() {
    let project = Project::bare();
    project.file(".dockerignore", "x\n");
    project
        .prove(&["lint", "gone/.dockerignore", ".dockerignore"])
        .expect(1, &["not judged: gone/.dockerignore", "; 1 not judged"]);
}

#[test]
fn what_cannot_be_read_is_undecided() {
    let project = Project::bare();
    for (name, text) in [("gone", ""), ("refused", "[a\n")] {
        if name != "gone" {
            project.file(&format!("{name}.dockerignore"), text);
        }
    }
    fifo(&project.path().join("pipe.dockerignore"));
    symlink("nowhere", project.path().join("link.dockerignore")).unwrap();
    fs::create_dir(project.path().join("empty")).unwrap();
    let long = vec![b'#'; (10 << 20) + 1];
    project.file("long.dockerignore", long);
    for (name, why) in [
        ("gone.dockerignore", "No such file"),
        ("refused.dockerignore", "it cannot be read: line 1"),
        ("pipe.dockerignore", "it is a pipe"),
        ("link.dockerignore", "No such file"),
        ("long.dockerignore", "longer than 10 MiB"),
        ("empty", "there is no file in it that a kind knows"),
    ] {
        project
            .prove(&["lint", name])
            .expect(3, &["not judged: ", name, why, "1 not judged"]);
    }
}

#[test]
fn wrong_arguments_are_said_and_nothing_is_judged() {
    let project = Project::bare();
    project.file(".dockerignore", "x\n");
    for (args, said) in [
        (&["lint"][..], "FILE|DIR"),
        (&["lint", "-"], "`-` needs `--kind`"),
        (
            &["lint", ".", "--kind", "run"],
            "no kind `run` judges files",
        ),
        (
            &["lint", ".", "--ignore", "not-ignord"],
            "did you mean `not-ignored`?",
        ),
        (&["lint", ".", "--override", "not-ignored"], "RULE=LEVEL"),
        (&["lint", ".", "--override", "not-ignored=no"], "RULE=LEVEL"),
        (&["lint", ".", "--failure-threshold", "no"], "no"),
        (
            &[
                "lint",
                ".",
                "--ignore",
                "ignored",
                "--override",
                "ignored=info",
            ],
            "is given two weights",
        ),
        (
            &["lint", ".", "-q", "--format", "json"],
            "cannot be used with",
        ),
    ] {
        let ran = project.prove(args);
        ran.expect(2, &[said]);
        assert!(!ran.text().contains("judged:"), "{}", ran.text());
    }
}

#[test]
fn rules_can_be_left_out_or_weighed_anew_and_that_is_said() {
    let project = Project::bare();
    project.file(".dockerignore", "x\n");
    project
        .prove(&["lint", ".dockerignore", "--ignore", "NOT-IGNORED"])
        .expect(0, &["left out by --ignore: not-ignored", "nothing found"]);
    let weighed = ["lint", ".dockerignore", "--override", "not-ignored=info"];
    project.prove(&weighed).expect(
        0,
        &["other weights by --override: not-ignored=info", "2 remarks"],
    );
    let threshold = [&weighed[..], &["--failure-threshold", "info"]].concat();
    project
        .prove(&threshold)
        .expect(1, &["what counts begins at info", "2 remarks"]);
}

#[test]
fn a_directory_is_searched_and_what_git_ignores_is_left_out() {
    let project = Project::bare();
    project
        .file("a/.dockerignore", GOOD)
        .file("b/app.dockerignore", "x\n")
        .file("out/.dockerignore", "x\n")
        .file(".gitignore", "out\n")
        .git();
    let found = json(&project.prove(&["lint", ".", "--format", "json"]));
    let judged: Vec<_> = found["judged"].as_array().unwrap().iter().collect();
    let judged: Vec<_> = judged
        .iter()
        .map(|one| one["file"].as_str().unwrap())
        .collect();
    assert_eq!(judged, ["a/.dockerignore", "b/app.dockerignore"]);
    project.prove(&["lint", "a"]).expect(0, &["1 file judged"]);
    project
        .prove(&["lint", "out/.dockerignore"])
        .expect(1, &["out/.dockerignore"]);
    let twice = ["lint", "a", "a/.dockerignore", "./a/../a"];
    project.prove(&twice).expect(0, &["1 file judged"]);
}

#[test]
fn files_elsewhere_and_links_are_judged() {
    let project = Project::bare();
    let elsewhere = Project::bare();
    elsewhere.file(".dockerignore", "x\n").file("good", GOOD);
    let there = elsewhere.path().join(".dockerignore");
    let there = there.to_str().unwrap();
    project
        .prove(&["lint", there])
        .expect(1, &[&format!("--> {there}")]);
    symlink(
        elsewhere.path().join("good"),
        project.path().join(".dockerignore"),
    )
    .unwrap();
    project
        .prove(&["lint", ".dockerignore"])
        .expect(0, &["1 file judged"]);
    fs::create_dir(project.path().join("sub")).unwrap();
    project
        .prove(&["-C", "sub", "lint", "../.dockerignore"])
        .expect(0, &["1 file judged"]);
}

#[test]
fn standard_input_is_judged_as_the_kind_that_is_named() {
    let project = Project::bare();
    let args = ["lint", "-", "--kind", "dockerignore"];
    fed(&project, &args, GOOD).expect(0, &["1 file judged"]);
    fed(&project, &args, "x\n").expect(1, &["--> standard input"]);
    fed(&project, &args, "[a\n").expect(3, &["not judged: standard input: it cannot be read"]);
}

#[test]
fn machines_get_one_document_whatever_came_of_it() {
    let project = Project::bare();
    project.file("sub/.dockerignore", "x\n").git();
    let lint = |form: &str| {
        project.prove(&[
            "-C",
            "sub",
            "lint",
            ".dockerignore",
            "gone",
            "--format",
            form,
        ])
    };
    let document = json(lint("json").expect(1, &[]));
    assert_eq!(document["schema"], 1);
    assert_eq!(document["verdict"], "failed");
    assert_eq!(document["findings"][0]["file"], ".dockerignore");
    assert_eq!(document["findings"][0]["rule"], "not-ignored");
    assert_eq!(document["findings"][0]["line"], Value::Null);
    assert_eq!(document["findings"][0]["counts"], true);
    assert_eq!(document["not_judged"][0]["file"], "gone");
    let sarif = json(lint("sarif").expect(1, &[]));
    let results = &sarif["runs"][0]["results"];
    assert_eq!(results[0]["ruleId"], "not-ignored");
    let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "sub/.dockerignore");
    assert_eq!(results[2]["ruleId"], "prove/not-judged");
    let gitlab = json(lint("gitlab").expect(1, &[]));
    assert_eq!(gitlab[0]["location"]["path"], "sub/.dockerignore");
    let annotation = "::error file=sub/.dockerignore,line=1,title=dockerignore%3A not-ignored::";
    lint("github").expect(1, &[annotation, "1 file judged: 2 errors"]);
}

#[test]
fn quiet_is_silent_when_all_is_well() {
    let project = Project::bare();
    project
        .file(".dockerignore", GOOD)
        .file("x.dockerignore", "x\n");
    let well = project.prove(&["lint", "-q", ".dockerignore"]);
    assert_eq!((well.code, &*well.text()), (0, ""));
    let bad = project.prove(&["lint", "-q", "x.dockerignore"]);
    assert_eq!(
        (bad.code, bad.text().lines().count()),
        (1, 2),
        "{}",
        bad.text()
    );
}

/// Names that mean something to a gate file, a glob, a shell, a terminal or a forge.
#[test]
fn a_hostile_name_is_a_name() {
    let project = Project::bare();
    for name in [
        "[a]*{b,c}?.dockerignore",
        "${{ git.branch }}.dockerignore",
        "\", path: \"other.dockerignore",
        "-x.dockerignore",
        "!not.dockerignore",
        "a\n::error::FORGED\u{1b}[2J.dockerignore",
        "\u{202e}x.dockerignore",
        "%2e%2e.dockerignore",
    ] {
        project.file(&format!("d/{name}"), "x\n");
        let path = format!("d/{name}");
        let bad = project.prove(&["lint", &path]);
        bad.expect(1, &["1 file judged: 2 errors"]);
        let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!bad.text().contains(obeyed), "{:?}", bad.text());
        project.file(&path, GOOD);
        project
            .prove(&["lint", &path])
            .expect(0, &["1 file judged: nothing"]);
        let forge = project
            .file(&path, "x\n")
            .prove(&["lint", &path, "--format", "github"]);
        assert!(
            !forge.text().contains("\n::error::FORGED"),
            "{}",
            forge.text()
        );
    }
}

#[test]
fn a_thousand_files_are_judged_in_order_and_no_process_is_started() {
    let mut project = Project::bare();
    let names: Vec<String> = (0..1_000)
        .map(|n| format!("d/{n:04}/.dockerignore"))
        .collect();
    for name in &names {
        project.file(
            name,
            if name.ends_with("7/.dockerignore") {
                "x\n"
            } else {
                GOOD
            },
        );
    }
    project.env("PATH", "/nowhere");
    let mut args = vec!["lint", "--format", "json"];
    args.extend(names.iter().map(String::as_str));
    let document = json(project.prove(&args).expect(1, &[]));
    let judged = document["judged"].as_array().unwrap().iter();
    let judged: Vec<_> = judged.map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(judged, names);
    assert_eq!(document["findings"].as_array().unwrap().len(), 200);
}

#[test]
fn the_shell_completes_kinds_and_rules() {
    let project = Project::bare();
    let offered = |words: &[&str]| crate::completions::offered(&project, words);
    let kind = offered(&["prove", "lint", "--kind", "dockerig"]);
    assert_eq!(kind, ["dockerignore"]);
    let rule = offered(&["prove", "lint", "--ignore", "ignores-n"]);
    assert_eq!(rule, ["ignores-nothing"]);
}
