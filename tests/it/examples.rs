//! The examples are what they say they are: a copy of each is proved, and refuted when it is broken.

use std::fs;
use std::io::BufRead as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::docker::{self, docker};
use crate::support::{Project, has};

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

/// A directory with these programs and no others, to be the whole `PATH`.
fn only(programs: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for program in programs {
        let found = which::which(program).unwrap();
        symlink(found, dir.path().join(program)).unwrap();
    }
    dir
}

#[test]
fn hello_is_proved_with_nothing_but_a_shell_and_git() {
    let mut hello = example("hello");
    let programs = only(&["bash", "git", "wc"]);
    let nowhere = docker::nowhere(programs.path());
    hello.env("PATH", programs.path().to_str().unwrap());
    hello.env("DOCKER_HOST", &nowhere);
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
        let here = has("node") && has("npm");
        if !required && !here {
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

    fn image(&self) -> String {
        format!("immutable-node:{}", self.tag)
    }

    fn tagged(&self) -> Option<String> {
        docker(&["image", "inspect", "-f", "{{.Id}}", &self.image()])
    }

    /// Runs it as it is: proved, and the tag stands on the very image that was tested.
    #[track_caller]
    fn proved(&self) {
        self.project.run().expect(0, &["proved"]);
        let built = self.project.gate("docker-build-success").image.unwrap();
        assert_eq!(self.tagged(), Some(built.id));
        assert_eq!(docker::containers(&self.project), [""; 0]);
    }

    /// Runs it after a mistake was made: refuted by this gate, which is named first (and alone) among
    /// the failures, and nothing carries the tag.
    #[track_caller]
    fn refuted_by(&self, gate: &str) {
        let ran = self.project.run();
        ran.expect(1, &["refuted"]);
        // The heading, a line per gate, then a part per failure.
        let first = ran.stdout.split("\n\n").nth(2).unwrap_or_default();
        assert!(
            first.starts_with(&format!("✗ {gate} failed: ")),
            "{}",
            ran.stdout
        );
        let mut verdicts = self.project.verdicts();
        verdicts.retain(|_, verdict| *verdict == "failed");
        assert_eq!(verdicts.keys().collect::<Vec<_>>(), [gate]);
        assert_eq!(self.tagged(), None, "{gate} failed, and the tag is on");
        assert_eq!(docker::containers(&self.project), [""; 0]);
    }
}

impl Drop for Immutable {
    /// The containers that this test itself may have started; the images go with their base.
    fn drop(&mut self) {
        docker(&["rm", "-f", "-v", &self.tag]);
    }
}

/// What `docker run` of the image prints.
fn output_in(image: &str, command: &[&str]) -> Option<String> {
    docker(&[&["run", "--rm", "--network", "none", image], command].concat())
}

/// Starts the app of a proved image as `docker run -d` does and waits for the first verdict of the
/// HEALTHCHECK that is part of it, by the engine's events.
fn health(app: &Immutable) -> String {
    let (name, image) = (app.tag.as_str(), app.image());
    let often = "--health-interval=200ms";
    let started = docker(&["run", "-d", "--network=none", "--name", name, often, &image]);
    assert!(started.is_some(), "{image} does not start");
    let mut events = Command::new("docker")
        .args(["events", "--since=1", "--filter=event=health_status"])
        .args(["--filter", &format!("container={name}")])
        .args(["--format", "{{.Action}}"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let stdout = events.stdout.take().unwrap();
    std::io::BufReader::new(stdout)
        .read_line(&mut first)
        .unwrap();
    events.kill().unwrap();
    events.wait().unwrap();
    first
}

/// One test and not five, so that the base image is made once.
#[test]
fn immutable_node_is_proved_whole_and_refuted_broken() {
    let Some(base) = NodeBase::make("immutable_node_is_proved_whole_and_refuted_broken") else {
        return;
    };
    whole(&Immutable::on(&base));

    let broken = |gate: &str, mistake: &dyn Fn(&Project)| {
        let app = Immutable::on(&base);
        mistake(&app.project);
        app.refuted_by(gate);
    };
    broken("dockerignore-exists", &|project| {
        fs::remove_file(project.path().join(".dockerignore")).unwrap();
    });
    broken("node/unit", &|project| {
        edit(project, "test/unit/app.test.js", "'ok'", "'broken'");
    });
    broken("docker-build-success", &|project| {
        edit(project, "Dockerfile", "npm run build", "npm run nothing");
    });
    broken("image-test", &|project| {
        edit(
            project,
            "test/image/image.test.js",
            "'main.js' in",
            "'x' in",
        );
    });
}

fn whole(app: &Immutable) {
    app.proved();
    assert_eq!(app.project.gate("docker-test-success").cases.len(), 16);
    assert_eq!(health(app).trim(), "health_status: healthy");
    let packages = output_in(&app.image(), &["ls", "node_modules/@immutable-node"]);
    assert_eq!(
        packages.as_deref(),
        Some("flags"),
        "dev dependencies in the image"
    );
}
