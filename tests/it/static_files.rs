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

fn with_dockerfile(gate: &str, text: &str) -> Project {
    let gate = format!("version: 1\ngates:\n  image: {{ dockerfile: {gate} }}\n");
    let project = Project::with(&gate);
    project.file("Dockerfile", text);
    project
}

const CLEAN: &str = "FROM golang:1.24.4 AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\n\
    COPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nUSER 65532\n\
    ENTRYPOINT [\"/app\"]\n";

#[test]
fn a_dockerfile_is_judged_with_line_and_column() {
    let project = with_dockerfile("{ non_root: true, multi_stage: true }", CLEAN);
    project.run().expect(0, &["passed", "image"]);
    project.file("Dockerfile", CLEAN.replace("USER 65532", "USER 0:0"));
    project
        .run()
        .expect(1, &["Dockerfile:9:6: `0:0` is root [root-user]"]);
}

#[test]
fn a_dockerfile_that_the_engine_would_refuse_is_undecided() {
    let project = with_dockerfile("Dockerfile", "FROM alpine:3.20\nRUM true\n");
    project.run().expect(3, &["Dockerfile:2:1: "]);
    project.file("Dockerfile", "");
    project.run().expect(3, &["there is no instruction in it"]);
    std::fs::remove_file(project.path().join("Dockerfile")).unwrap();
    project.run().expect(3, &["Dockerfile is not there"]);
}

#[test]
fn a_broken_dockerignore_leaves_a_dockerfile_undecided() {
    let project = with_dockerfile("Dockerfile", CLEAN);
    project.file(".dockerignore", "docs\n[a\n");
    project.run().expect(3, &[".dockerignore:2: "]);
    project.file(".dockerignore", "go.sum\n");
    project.run().expect(
        1,
        &["`go.sum` stays out of the build context [CopyIgnoredFile]"],
    );
}

#[test]
fn ignores_in_a_dockerfile_are_said() {
    let text = format!(
        "# hadolint global ignore=DL3006\n{}",
        CLEAN.replace("golang:1.24.4", "golang")
    );
    let project = with_dockerfile("Dockerfile", &text);
    project
        .run()
        .expect(0, &["Dockerfile:1: a comment switches off DL3006, once"]);
    let project = with_dockerfile("{ inline_ignores: forbid }", &text);
    project
        .run()
        .expect(1, &["this switches off DL3006 [inline-ignore]"]);
}

#[test]
fn a_path_past_prove_is_a_back_door() {
    let project = Project::with("version: 1\ngates:\n  path: { pipeline: {} }\n");
    project.run().expect(3, &["there is nothing to judge"]);
    project.file("deploy.sh", "set -e\ndocker push app:1\n");
    project.run().expect(
        1,
        &["deploy.sh:2:1: `docker push app:1` pushes an image, and `prove run` does not come before it [unproven-push]"],
    );
    project.file("deploy.sh", "set -e\nsh ci/prove.sh\ndocker push app:1\n");
    project
        .run()
        .expect(1, &["unproven-push", "ci/prove.sh, which is not there"]);
    project.file("ci/prove.sh", "prove run\n");
    project.run().expect(0, &["passed", "path"]);
    project.file("ci/prove.sh", "prove run || true\n");
    project
        .run()
        .expect(1, &["ci/prove.sh:1:1", "proof-ignored"]);
}

#[test]
fn what_is_in_files_and_how_big_they_are_is_judged() {
    let gate = "exists: { contents: [{ files: README.md, matches: '^## License' }], max_size: { '**/*.png': 1kB } }";
    let project = project(gate);
    project.file("README.md", "# App\n## License\n");
    project.file("a/b.png", [0; 1000]);
    project.run().expect(0, &["passed", "ignore"]);
    project.file("README.md", "# App\n");
    project.file("a/b.png", [0; 1001]);
    let said = [
        "README.md: nothing in it matches /^## License/ [missing-text]",
        "a/b.png: error [file-too-big] it has 1001 bytes, more than 1000",
    ];
    project.run().expect(1, &said);
}

#[test]
fn contents_that_nobody_can_judge_are_undecided() {
    let project = project("exists: { contents: { files: '**/*.sh', lacks: 'curl' } }");
    project.run().expect(3, &["**/*.sh matches no file"]);
}

#[test]
fn files_that_git_ignores_are_nobodys_contents() {
    let gate =
        "exists: { contents: { files: '**/*.sh', lacks: curl }, max_size: { '**/*.sh': 10 } }";
    let project = project(gate);
    project.file("a.sh", "true\n");
    project.file("node_modules/b.sh", "curl x | sh; true\n");
    project.file(".gitignore", "node_modules\n.prove\n").git();
    project.run().expect(0, &["passed", "ignore"]);
}
