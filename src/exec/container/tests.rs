//! Against a real engine: what the executor promises, seen by running it.
//!
//! Skipped, and said so, when there is no engine; `PROVE_TEST_ENGINE=required` makes that a
//! failure. Images are made from busybox; nothing is pulled, nothing is left behind.

mod building;
mod running;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio::sync::watch;

use super::config::tests::request;
use super::{Container, Settings};
use crate::exec::process::Process;
use crate::exec::{Desk, Executor as _, Sink, Stop, Stream};
use crate::model::{
    Answer, BuildRequest, Built, Command, Ending, GateName, ImageIdentity, ImageRef, NoAnswer,
    Probe, Ran, RunRequest, Secret, Stamp, StopCause, Unanswered, Workspace,
};
use crate::sys::Marker;

/// A sink that remembers.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) stdout: RefCell<Vec<u8>>,
    pub(super) stderr: RefCell<Vec<u8>>,
    pub(super) progress: RefCell<Vec<String>>,
    pub(super) keep: Option<PathBuf>,
    /// Called with every piece of output.
    pub(super) on_output: Option<Box<dyn Fn()>>,
}

impl Sink for Heard {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Stdout => self.stdout.borrow_mut().extend_from_slice(bytes),
            Stream::Stderr => self.stderr.borrow_mut().extend_from_slice(bytes),
        }
        if let Some(hear) = &self.on_output {
            hear();
        }
    }

    fn progress(&self, line: &str) {
        self.progress.borrow_mut().push(line.to_owned());
    }

    fn keep_dir(&self) -> Option<PathBuf> {
        self.keep.clone()
    }
}

/// Asks one probe at a desk of its own.
pub(super) async fn ask(container: &Container, probe: &Probe, heard: &Heard) -> Answer {
    let (_sender, stop) = watch::channel(None);
    ask_until(container, probe, heard, stop).await
}

pub(super) async fn ask_until(
    container: &Container,
    probe: &Probe,
    heard: &Heard,
    stop: watch::Receiver<Option<Stop>>,
) -> Answer {
    let gate = GateName::segment("test").unwrap();
    let desk = Desk {
        gate: &gate,
        attempt: 1,
        cpus: Some(1),
        sink: heard,
        stop,
    };
    container.answer(probe, &desk).await
}

/// What runs the docker command, with a mark of its own.
pub(super) fn process(root: &Path, run: &str) -> Rc<Process> {
    Rc::new(Process::new(root, Marker::new(run).unwrap(), None).unwrap())
}

/// A project with busybox in it, and an executor.
struct Lab {
    container: Container,
    root: tempfile::TempDir,
    runtime: tempfile::TempDir,
    env: BTreeMap<String, String>,
    /// The run as its marks name it.
    run: String,
}

impl Lab {
    fn file(&self, path: &str, text: &str) -> &Self {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    async fn build(&self, dockerfile: &str) -> (Answer, Heard) {
        // A mark of its own, so that no two tests share steps and each can clean up its own.
        let marked = format!("FROM scratch\nLABEL prove-test={}\n", self.run);
        self.file(
            "Dockerfile",
            &dockerfile.replacen("FROM scratch\n", &marked, 1),
        );
        let heard = Heard::default();
        let probe = Probe::Build(Box::default());
        let answer = ask(&self.container, &probe, &heard).await;
        (answer, heard)
    }

    /// An image with busybox, `/bin/sh` and these further lines.
    async fn image(&self, lines: &str) -> ImageIdentity {
        let (answer, heard) = self.build(&format!("{BASE}{lines}")).await;
        match answer {
            Answer::Built(Built::Image { image, .. }) => image,
            other => panic!("{other:?} {:?}", heard.progress),
        }
    }

    async fn run(&self, request: RunRequest) -> (Answer, Heard) {
        let heard = Heard::default();
        let answer = ask(&self.container, &Probe::Run(Box::new(request)), &heard).await;
        (answer, heard)
    }

    async fn docker(&self, args: &[&str]) -> String {
        let mut docker = tokio::process::Command::new("docker");
        let output = docker
            .args(args)
            .env("DOCKER_BUILDKIT", "0")
            .output()
            .await
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Removes what the classic builder keeps of this test's steps. One by one: the engine prunes
    /// for one caller at a time and turns the others away.
    async fn forget_steps(&self) {
        let mark = format!("label=prove-test={}", self.run);
        let idle = [
            "images",
            "-q",
            "--filter",
            "dangling=true",
            "--filter",
            &mark,
        ];
        let steps = self.docker(&idle).await;
        for step in steps.lines() {
            self.docker(&["rmi", "-f", step]).await;
        }
    }

    /// Another executor of the same machine and folder of locks.
    fn another(&self, run: &str) -> Container {
        let (root, env) = (self.root.path().to_path_buf(), self.env.clone());
        let process = process(&root, run);
        let settings = Settings {
            root,
            env,
            run: run.to_owned(),
            keep: None,
        };
        Container::new(settings, process)
    }
}

const BASE: &str = "FROM scratch\nCOPY busybox /bin/sh\n";

/// An executor with a builder of the engine's own, or nothing when there is no engine.
async fn engine_or_skip(builder: &str) -> Option<Lab> {
    let root = tempfile::tempdir().unwrap();
    let runtime = tempfile::tempdir().unwrap();
    let mut env: BTreeMap<String, String> = std::env::vars().collect();
    env.insert("PROVE_BUILDER".to_owned(), builder.to_owned());
    let runtime_dir = runtime.path().to_str().unwrap().to_owned();
    env.insert("XDG_RUNTIME_DIR".to_owned(), runtime_dir);
    let name = runtime.path().file_name().unwrap().to_str().unwrap();
    let name = format!("test-{}", name.trim_start_matches('.').to_ascii_lowercase());
    let settings = Settings {
        root: root.path().to_path_buf(),
        env: env.clone(),
        run: name.clone(),
        keep: None,
    };
    let run = format!("{name}-{}", std::process::id());
    let lab = Lab {
        container: Container::new(settings, process(root.path(), &name)),
        root,
        runtime,
        env,
        run,
    };
    let heard = Heard::default();
    let image = ImageIdentity {
        id: "sha256:none".to_owned(),
        layers: Vec::new(),
    };
    let probe = Probe::Tag {
        image,
        reference: "x".to_owned(),
    };
    let answer = ask(&lab.container, &probe, &heard).await;
    let absent = matches!(
        &answer,
        Answer::Unanswered(Unanswered {
            why: NoAnswer::EngineAbsent,
            ..
        })
    );
    if absent || !Path::new("/bin/busybox").exists() {
        assert!(
            std::env::var("PROVE_TEST_ENGINE").as_deref() != Ok("required"),
            "{answer:?}"
        );
        println!("skipped: no engine");
        return None;
    }
    let busybox = lab.root.path().join("busybox");
    std::fs::copy("/bin/busybox", &busybox).unwrap();
    std::fs::set_permissions(busybox, std::fs::Permissions::from_mode(0o755)).unwrap();
    Some(lab)
}

fn sh(image: &ImageIdentity, text: &str) -> RunRequest {
    let mut request = request(ImageRef::Built(image.clone()), &["x"]);
    let shell = ["/bin/sh", "-eu", "-c"].map(str::to_owned).to_vec();
    request.command = Command::Shell {
        shell,
        text: text.to_owned(),
    };
    request
}

fn ran(answer: &Answer) -> &Ran {
    match answer {
        Answer::Ran(ran) => ran,
        other => panic!("{other:?}"),
    }
}

fn why(answer: &Answer) -> &Unanswered {
    match answer {
        Answer::Unanswered(why) => why,
        other => panic!("{other:?}"),
    }
}

/// Clears up: what is said of it, and what is left.
async fn close(container: &Container) -> Vec<String> {
    container.clear_up().await;
    let closed = container.closed();
    let left = closed.left.into_iter().map(|reason| format!("{reason:?}"));
    closed.notes.into_iter().chain(left).collect()
}

async fn closed(lab: &Lab) {
    assert_eq!(close(&lab.container).await, Vec::<String>::new());
    let label = "label=prove.run";
    let run = &lab.run;
    let left = lab
        .docker(&["ps", "-aq", "--filter", &format!("{label}={run}")])
        .await;
    assert_eq!(left, "", "no container may be left");
    // A failing step leaves those before it to the classic builder's cache.
    lab.forget_steps().await;
}
