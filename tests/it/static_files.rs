//! Static gates in a whole run: what a file says decides, and a file that cannot be judged never
//! passes.

use std::os::unix::fs::symlink;

use crate::support::Project;

fn project(gate: &str) -> Project {
    Project::with(&format!("version: 1\ngates:\n  ignore: {{ {gate} }}\n"))
}

#[test]
fn a_dockerignore_is_judged_on_the_files_that_are_there() {
    let project = project("dockerignore: .dockerignore");
    project.file(".dockerignore", ".git\n.env\n");
    project.run().expect(0, &["passed", "ignore"]);
    project.file("certs/own.pem", "x");
    project.run().expect(
        1,
        &[".dockerignore: certs/own.pem gets into the build context [not-ignored]"],
    );
}

#[test]
fn a_waiver_is_said_and_one_that_is_over_holds_no_more() {
    let waived = |until: &str| {
        let waive = format!("{{ rule: not-ignored, reason: a test key, until: {until} }}");
        let project = project(&format!("dockerignore: {{ waive: [{waive}] }}"));
        project.file(".dockerignore", ".git\n.env\n");
        project.file("own.pem", "x");
        project
    };
    let said = "waived not-ignored once: a test key, until 9999-12-31";
    waived("9999-12-31").run().expect(0, &[said]);
    let said = "the waiver of not-ignored ended on 2020-01-01";
    waived("2020-01-01").run().expect(1, &[said]);
}

#[test]
fn a_file_that_cannot_be_judged_is_undecided() {
    let project = project("dockerignore: .dockerignore");
    project.run().expect(3, &[".dockerignore is not there"]);
    project.file(".dockerignore", "[a\n");
    project
        .run()
        .expect(3, &[".dockerignore cannot be read: line 1"]);
    let file = project.path().join(".dockerignore");
    std::fs::remove_file(&file).unwrap();
    symlink("/etc/hostname", &file).unwrap();
    project
        .run()
        .expect(3, &["a link that leads out of the project"]);
}

#[test]
fn a_rule_that_is_not_there_is_a_mistake() {
    let project = project("dockerignore: { waive: { rule: not-ignord, reason: r } }");
    project.run().expect(
        2,
        &[
            "there is no rule `not-ignord`",
            "did you mean `not-ignored`?",
        ],
    );
}
