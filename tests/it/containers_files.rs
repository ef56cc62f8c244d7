//! `files:` for a gate in a container, and a matrix of images, on a real engine.

use crate::support::docker::{self, ImageProject, docker};

/// The tool image sees the project; `SEEN` says what its arguments are.
const GATES: &str = concat!(
    "  tool: { build: { context: ., tool: true } }\n",
    "  words:\n    in: tool\n    container: { workspace: ro }\n    files: ['**/*.sh']\n",
    "    run: [/bin/busybox, ls, -1]\n",
    "  deep:\n    in: tool\n    container: { workspace: ro }\n    cwd: sub\n    files: ['*.sh']\n",
    "    shell: sh -eu\n    run: 'for f in \"$@\"; do /bin/busybox cat \"$f\"; done'\n",
);

fn project(gates: &str) -> ImageProject {
    let image = ImageProject::with(gates);
    image
        .project
        .file("sub/a b.sh", "one\n")
        .file("sub/-x.sh", "two\n")
        .file("sub/it's $(c).sh", "three\n")
        .file("d.txt", "");
    image
}

#[test]
fn files_reach_a_command_in_a_container_as_they_are_called_there() {
    if !docker::engine("files_reach_a_command_in_a_container_as_they_are_called_there") {
        return;
    }
    let image = project(GATES);
    image.project.run().expect(0, &["3 files handed over"]);
    let log = |gate: &str| image.project.prove(&["logs", gate]).stdout;
    assert_eq!(log("words"), "sub/-x.sh\nsub/a b.sh\nsub/it's $(c).sh\n");
    assert_eq!(log("deep"), "two\none\nthree\n");
    assert_eq!(image.containers(), Vec::<String>::new());
}

#[test]
fn no_file_for_a_container_is_no_success_and_one_that_fails_fails() {
    if !docker::engine("no_file_for_a_container_is_no_success_and_one_that_fails_fails") {
        return;
    }
    let image = project(&GATES.replace("'**/*.sh'", "'**/*.bash'"));
    image
        .project
        .run()
        .expect(3, &["no file matches **/*.bash"]);
    assert_eq!(image.project.verdicts()["words"], "errored");
    let image = project(&GATES.replace("[/bin/busybox, ls, -1]", "[/bin/busybox, grep, -L, o]"));
    image.project.file("sub/bad.sh", "");
    let verdicts = || image.project.verdicts();
    image.project.run();
    assert_eq!(verdicts()["deep"], "passed");
    let log = image.project.prove(&["logs", "words"]).stdout;
    assert!(log.contains("sub/bad.sh"), "{log}");
}

#[test]
fn each_image_of_a_matrix_waits_for_the_tests_of_its_own_cell() {
    if !docker::engine("each_image_of_a_matrix_waits_for_the_tests_of_its_own_cell") {
        return;
    }
    let gates = |all: &str| {
        format!(
            "  app:\n    matrix: {{ v: [good, bad] }}\n    build: {{ context: ., args: {{ V: '${{{{ matrix.v }}}}' }}, tag: 'TAG:${{{{ matrix.v }}}}' }}\n  own: {{ matrix: app, in: app, run: [/bin/sh, -c, 'test \"$V\" = good'] }}\n{all}"
        )
    };
    for (all, good) in [("", true), ("  all: { run: 'false', needs: app }\n", false)] {
        let image = ImageProject::with(&gates(all));
        image.dockerfile("ARG V\nENV V=$V");
        image.project.run().expect(1, &["own[v=bad] failed"]);
        let tagged = |v: &str| docker(&["image", "inspect", &format!("{}:{v}", image.tag)]);
        let there = [tagged("good").is_some(), tagged("bad").is_some()];
        let _ = docker(&["rmi", &format!("{}:good", image.tag)]);
        // A gate downstream of all cells holds all of their tags back.
        assert_eq!(there, [good, false], "{all}");
    }
}
