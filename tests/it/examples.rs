//! The examples are what they say they are: a copy of each is proved, and refuted when it is broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::docker::{self, docker};
use crate::support::{Project, Ran, has};

/// A copy of an example as a clone has it: without what its own `.gitignore` names, in a
/// repository of its own.
fn example(name: &str) -> Project {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    let project = Project::bare();
    let mut walk = ignore::WalkBuilder::new(&from);
    let walk = walk.hidden(false).parents(false).require_git(false).build();
    for entry in walk
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file())
    {
        let to = project
            .path()
            .join(entry.path().strip_prefix(&from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(entry.path(), to).unwrap();
    }
    project.git();
    project
}

/// Replaces a text in a file of the project, which must be there.
fn edit(project: &Project, path: &str, from: &str, to: &str) {
    let file = project.path().join(path);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{path} has no {from:?}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn hello_is_proved_with_nothing_but_a_shell_and_git() {
    let hello = example("hello");
    hello.run().expect(0, &["proved"]);
    let verdicts = hello.verdicts();
    assert_eq!(
        verdicts["short"], "failed",
        "the advisory gate fails, and decides nothing"
    );
    assert_eq!(hello.gate("shell/tests").cases.len(), 3);
}

#[test]
fn hello_with_another_greeting_is_refuted_case_by_case() {
    let hello = example("hello");
    edit(&hello, "greet.sh", "Hello, ", "Goodbye, ");
    hello.run().expect(1, &["shell/tests", "greets by name"]);
    assert_eq!(hello.verdicts()["shell/tests"], "failed");
}

/// A Node base image out of what the machine has; gone, with all that was built on it, when dropped.
struct NodeBase {
    tag: String,
}

impl NodeBase {
    fn script() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/node-base.sh")
    }

    /// `None` when the test is left out: no engine, no Node.js, and neither is required.
    fn make(test: &str) -> Option<Self> {
        if !docker::engine(test) {
            return None;
        }
        let required = std::env::var("PROVE_TEST_ENGINE").is_ok_and(|value| value == "required");
        if !required && !(has("node") && has("npm")) {
            eprintln!("skipped: {test}: no Node.js with npm");
            return None;
        }
        let tag = format!("{}:base", docker::unique());
        let output = Command::new(Self::script()).arg(&tag).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(Self { tag })
    }
}

impl Drop for NodeBase {
    fn drop(&mut self) {
        let removed = Command::new(Self::script())
            .args(["--remove", &self.tag])
            .status();
        if !std::thread::panicking() {
            assert!(
                removed.unwrap().success(),
                "{} and what stands on it stay",
                self.tag
            );
        }
    }
}

/// A fresh copy of immutable-node that is proved with a tag of its own.
struct Immutable {
    project: Project,
    tag: String,
    /// Outside the project: npm keeps its cache there, and a work tree must not change.
    _home: tempfile::TempDir,
}

impl Immutable {
    fn on(base: &NodeBase) -> Self {
        let mut project = example("immutable-node");
        let tag = docker::unique();
        let home = tempfile::tempdir().unwrap();
        project.env("HOME", home.path().to_str().unwrap());
        project.env("NODE_IMAGE", &base.tag).env("IMAGE_TAG", &tag);
        Self {
            project,
            tag,
            _home: home,
        }
    }

    fn tagged(&self) -> Option<String> {
        let reference = format!("immutable-node:{}", self.tag);
        docker(&["image", "inspect", "-f", "{{.Id}}", &reference])
    }

    /// Runs it after a mistake was made: refuted by this gate first, and nothing carries the tag.
    #[track_caller]
    fn refuted_by(&self, gate: &str) -> Ran {
        let ran = self.project.run();
        ran.expect(1, &[gate]);
        let verdicts = self.project.verdicts();
        let failed: Vec<_> = verdicts
            .iter()
            .filter(|(_, verdict)| **verdict == "failed")
            .collect();
        assert_eq!(failed, [(&gate.to_owned(), &"failed")]);
        assert_eq!(self.tagged(), None, "{gate} failed, and the tag is on");
        ran
    }
}

#[test]
fn immutable_node_is_proved_whole_and_refuted_broken() {
    let Some(base) = NodeBase::make("immutable_node_is_proved_whole_and_refuted_broken") else {
        return;
    };

    let whole = Immutable::on(&base);
    whole.project.run().expect(0, &["proved"]);
    assert!(whole.tagged().is_some(), "proved, and no tag");
    assert_eq!(whole.project.gate("docker-test-success").cases.len(), 16);

    let no_dockerignore = Immutable::on(&base);
    fs::remove_file(no_dockerignore.project.path().join(".dockerignore")).unwrap();
    no_dockerignore.refuted_by("dockerignore-exists");

    let broken_test = Immutable::on(&base);
    edit(
        &broken_test.project,
        "test/unit/app.test.js",
        "'ok'",
        "'broken'",
    );
    broken_test.refuted_by("node/unit");

    let broken_dockerfile = Immutable::on(&base);
    edit(
        &broken_dockerfile.project,
        "Dockerfile",
        "RUN npm run build",
        "RUN npm run nothing",
    );
    broken_dockerfile.refuted_by("docker-build-success");

    let broken_image_test = Immutable::on(&base);
    edit(
        &broken_image_test.project,
        "test/image/image.test.js",
        "'main.js' in",
        "'other.js' in",
    );
    broken_image_test.refuted_by("image-test");
}
