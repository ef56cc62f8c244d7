//! `prove init && prove run` on projects made on the spot; nothing is ever overwritten.

use std::fs;

use crate::support::Project;

const TESTED: &str = "#!/bin/sh\n./greet.sh | grep -q hello\n";

fn shell_project() -> Project {
    let project = Project::bare();
    project.file(".gitignore", "/.prove/\n");
    project.script("greet.sh", "#!/bin/sh\necho hello\n");
    project.script("test.sh", TESTED);
    project.git();
    project
}

#[test]
fn a_project_of_shell_scripts_is_proved_by_what_init_wrote() {
    let project = shell_project();
    project.prove(&["init"]).expect(
        0,
        &[
            "2 shell scripts",
            "scripts",
            "test",
            "wrote prove.yml",
            "prove run",
        ],
    );
    project.prove(&["check"]).expect(0, &["no mistakes"]);
    project.run().expect(0, &["proved: 5 passed"]);
    project.script("greet.sh", "#!/bin/sh\necho if then\n");
    project.run().expect(1, &["test"]);
    project.script("greet.sh", "#!/bin/sh\nif then\n");
    project.run().expect(1, &["scripts", "greet.sh"]);
}

#[test]
fn a_gate_file_that_is_there_is_not_overwritten() {
    for name in ["prove.yml", "prove.yaml"] {
        let project = shell_project();
        project.file(name, "mine");
        project
            .prove(&["init"])
            .expect(2, &[name, "is not overwritten"]);
        let kept = fs::read_to_string(project.path().join(name)).unwrap();
        assert_eq!(kept, "mine");
    }
    let project = shell_project();
    std::os::unix::fs::symlink("nowhere", project.path().join("prove.yml")).unwrap();
    project.prove(&["init"]).expect(2, &["is not overwritten"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = shell_project();
    let shown = project.prove(&["init", "--dry-run"]);
    shown.expect(0, &["version: 1", "gates:", "2 shell scripts"]);
    assert!(!project.path().join("prove.yml").exists());
}

#[test]
fn where_nothing_says_how_it_is_checked_nothing_is_made_up() {
    let project = Project::bare();
    project.file("README", "hello");
    project
        .prove(&["init"])
        .expect(3, &["no gate file was written", "Cargo.toml"]);
    assert!(!project.path().join("prove.yml").exists());
}

#[test]
fn the_script_prove_is_added_when_asked() {
    let project = Project::bare();
    project.file(
        "package.json",
        "{ \"scripts\": { \"test\": \"node --test\" } }\n",
    );
    project
        .prove(&["init", "--package-json"])
        .expect(0, &["added the script `prove`"]);
    let manifest = fs::read_to_string(project.path().join("package.json")).unwrap();
    assert_eq!(
        manifest,
        "{ \"scripts\": { \"prove\": \"prove run\", \"test\": \"node --test\" } }\n"
    );
    let other = Project::bare();
    other
        .file("package.json", "{ \"name\": \"a\" }\n")
        .script("a.sh", "#!/bin/sh\n");
    other
        .prove(&["init", "--package-json"])
        .expect(2, &["has no `scripts`", "nothing was written"]);
    assert!(!other.path().join("prove.yml").exists());
}

#[test]
fn a_name_full_of_yaml_is_a_text() {
    let project = Project::bare();
    let odd = "x: {a} #'\"\u{1b}[2J";
    fs::create_dir(project.path().join(odd)).unwrap();
    fs::write(project.path().join(odd).join("a.sh"), "#!/bin/sh\ntrue\n").unwrap();
    project
        .prove(&["-C", odd, "init"])
        .expect(0, &["wrote prove.yml"]);
    project
        .prove(&["-C", odd, "check"])
        .expect(0, &["no mistakes"]);
    project.prove(&["-C", odd, "run"]).expect(0, &["proved"]);
}

#[test]
fn a_rust_package_is_proved_by_what_init_wrote() {
    let mut project = Project::bare();
    // The toolchain is where the tests' own home is.
    let home = std::env::var("HOME").unwrap_or_default();
    for (name, below) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
        let set = std::env::var(name).unwrap_or_else(|_| format!("{home}/{below}"));
        project.env(name, &set);
    }
    let lock = "version = 3\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n";
    let code = "#[test]\nfn two_and_two() {\n    assert_eq!(2 + 2, 4);\n}\n";
    project
        .file(
            "Cargo.toml",
            "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file("Cargo.lock", lock)
        .file(".gitignore", "/target\n/.prove/\n")
        .file("src/lib.rs", code)
        .git();
    project
        .prove(&["init"])
        .expect(0, &["Rust package", "1 file with tests"]);
    project.run().expect(0, &["proved"]);
    project.file("src/lib.rs", "// no test any more\n");
    project
        .run()
        .expect(1, &["test failed: stdout does not match"]);
}
