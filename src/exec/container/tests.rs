//! Against a real engine: what the executor promises, seen by running it.
//!
//! Skipped, and said so, when there is no engine; `PROVE_TEST_ENGINE=required` makes that a
//! failure. Images are made from busybox; nothing is pulled, nothing is left behind.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::watch;

use super::config::tests::request;
use super::{Container, Settings};
use crate::exec::{Desk, Sink, Stop, Stream};
use crate::model::{
    Answer, BuildRequest, Built, Command, Ending, GateName, ImageIdentity, ImageRef, NoAnswer,
    Probe, Ran, RunRequest, Secret, Stamp, StopCause, Unanswered, Workspace,
};

/// A sink that remembers.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) stdout: RefCell<Vec<u8>>,
    pub(super) stderr: RefCell<Vec<u8>>,
    pub(super) progress: RefCell<Vec<String>>,
    keep: Option<PathBuf>,
    /// Called with every piece of output.
    on_output: Option<Box<dyn Fn()>>,
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

async fn ask_until(
    container: &Container,
    probe: &Probe,
    heard: &Heard,
    stop: watch::Receiver<Option<Stop>>,
) -> Answer {
    let gate = GateName::segment("test").unwrap();
    let desk = Desk {
        gate: &gate,
        attempt: 1,
        sink: heard,
        stop,
    };
    container.answer(probe, &desk).await
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
        self.file("Dockerfile", dockerfile);
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
        let output = docker.args(args).output().await.unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Another executor of the same machine and folder of locks.
    fn another(&self, run: &str) -> Container {
        let (root, env) = (self.root.path().to_path_buf(), self.env.clone());
        Container::new(Settings {
            root,
            env,
            run: run.to_owned(),
        })
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
    };
    let run = format!("{name}-{}", std::process::id());
    let lab = Lab {
        container: Container::new(settings),
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

async fn closed(lab: &Lab) {
    assert_eq!(lab.container.close().await, Vec::<String>::new());
    let label = "label=prove.run";
    let run = &lab.run;
    let left = lab
        .docker(&["ps", "-aq", "--filter", &format!("{label}={run}")])
        .await;
    assert_eq!(left, "", "no container may be left");
}

#[tokio::test]
async fn both_builders_of_the_engine_build_and_the_image_is_gone_at_the_end() {
    for builder in ["buildkit", "classic"] {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let marker = format!("ENV BUILDER={builder}{}\n", lab.runtime.path().display());
        let image = lab
            .image(&format!("{marker}RUN [\"/bin/sh\", \"-c\", \"echo hi\"]\n"))
            .await;
        assert!(
            image.id.starts_with("sha256:") && !image.layers.is_empty(),
            "{image:?}"
        );
        let tags = lab
            .docker(&["inspect", "-f", "{{.RepoTags}}", &image.id])
            .await;
        assert!(tags.starts_with("[prove-tmp/"), "{tags}");
        closed(&lab).await;
        assert_eq!(
            lab.docker(&["inspect", "-f", "{{.Id}}", &image.id]).await,
            ""
        );
    }
}

#[tokio::test]
async fn progress_and_output_of_a_build_are_told() {
    for builder in ["buildkit", "classic"] {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let nonce = lab.runtime.path().display().to_string();
        let run = format!("{BASE}RUN [\"/bin/sh\", \"-c\", \"echo told {nonce}\"]\n");
        let (_, heard) = lab.build(&run).await;
        let out = String::from_utf8_lossy(&heard.stdout.borrow()).into_owned();
        assert!(out.contains(&format!("told {nonce}")), "{out}");
        let steps = heard.progress.borrow().join("\n");
        assert!(steps.contains("COPY busybox /bin/sh"), "{steps}");
        let (_, again) = lab.build(&run).await;
        assert!(
            again
                .progress
                .borrow()
                .iter()
                .any(|line| line.ends_with("CACHED")),
            "{builder}"
        );
        closed(&lab).await;
    }
}

#[tokio::test]
async fn a_failing_step_and_a_refused_dockerfile_fail_with_their_words() {
    for builder in ["buildkit", "classic"] {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        let step = "RUN [\"/bin/sh\", \"-c\", \"echo the cause; exit 7\"]\n";
        for (dockerfile, words) in [
            (format!("{BASE}{step}"), "the cause"),
            ("FROM scratch\nFORM x\n".to_owned(), "FORM"),
            ("FROM scratch\nCOPY nothing /\n".to_owned(), "nothing"),
        ] {
            let (answer, _) = lab.build(&dockerfile).await;
            let Answer::Built(Built::Failed { message, .. }) = &answer else {
                panic!("{answer:?}")
            };
            assert!(message.contains(words), "{message}");
        }
        let missing = std::fs::remove_file(lab.root.path().join("Dockerfile"));
        assert!(missing.is_ok());
        let probe = Probe::Build(Box::default());
        let answer = ask(&lab.container, &probe, &Heard::default()).await;
        assert!(
            matches!(answer, Answer::Built(Built::Failed { .. })),
            "{answer:?}"
        );
        closed(&lab).await;
    }
}

#[tokio::test]
async fn a_base_image_that_cannot_be_had_is_no_failure_of_the_project() {
    for builder in ["buildkit", "classic"] {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        // Port 9 on loopback: a registry that nobody can reach.
        let (answer, _) = lab.build("FROM 127.0.0.1:9/prove/none:1\nRUN x\n").await;
        assert_eq!(why(&answer).why, NoAnswer::ImageMissing, "{answer:?}");
        closed(&lab).await;
    }
}

#[tokio::test]
async fn what_a_builder_lacks_is_refused_not_left_out() {
    let Some(lab) = engine_or_skip("classic").await else {
        return;
    };
    lab.file("Dockerfile", BASE);
    let secrets = BTreeMap::from([("t".to_owned(), Secret("s".to_owned()))]);
    let with_secret = BuildRequest {
        secrets,
        ..BuildRequest::default()
    };
    let platform = Some("linux/arm64".to_owned());
    let with_platform = BuildRequest {
        platform,
        ..BuildRequest::default()
    };
    for request in [with_secret, with_platform] {
        let answer = ask(
            &lab.container,
            &Probe::Build(Box::new(request)),
            &Heard::default(),
        )
        .await;
        assert_eq!(why(&answer).why, NoAnswer::Unsupported);
    }
    closed(&lab).await;
}

#[tokio::test]
async fn what_was_there_before_stays_also_when_the_rebuild_gives_the_same_id() {
    for builder in ["buildkit", "classic"] {
        let Some(lab) = engine_or_skip(builder).await else {
            return;
        };
        lab.file("nonce", lab.runtime.path().to_str().unwrap());
        let (answer, _) = lab.build("FROM scratch\nCOPY nonce /nonce\n").await;
        let Answer::Built(Built::Image { image: first, .. }) = answer else {
            panic!("{answer:?}")
        };
        let tag = format!("prove-test-before-{builder}:x");
        lab.docker(&["tag", &first.id, &tag]).await;
        closed(&lab).await;
        let other = lab.another("second");
        let answer = ask(&other, &Probe::Build(Box::default()), &Heard::default()).await;
        let Answer::Built(Built::Image { image, .. }) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(image, first, "{builder}: the cache gives the same image");
        assert_eq!(other.close().await, Vec::<String>::new());
        assert_eq!(
            lab.docker(&["inspect", "-f", "{{.Id}}", &tag]).await,
            first.id
        );
        lab.docker(&["rmi", &tag]).await;
    }
}

#[tokio::test]
async fn an_untagged_image_that_was_there_before_stays_untagged() {
    let Some(lab) = engine_or_skip("classic").await else {
        return;
    };
    // A first layer of its own: of equal ones the classic cache takes whichever is the newest.
    lab.file("nonce", lab.runtime.path().to_str().unwrap());
    lab.file("Dockerfile", "FROM scratch\nCOPY nonce /nonce\n");
    let path = lab.root.path().to_str().unwrap();
    let id = lab.docker(&["build", "-q", path]).await;
    assert!(id.starts_with("sha256:"), "{id}");
    let answer = ask(
        &lab.container,
        &Probe::Build(Box::default()),
        &Heard::default(),
    )
    .await;
    let Answer::Built(Built::Image { image, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(image.id, id);
    closed(&lab).await;
    assert_eq!(
        lab.docker(&["inspect", "-f", "{{.Id}} {{.RepoTags}}", &id])
            .await,
        format!("{id} []")
    );
    lab.docker(&["rmi", &id]).await;
}

#[tokio::test]
async fn exit_codes_streams_and_the_images_own_settings_come_through() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("WORKDIR /app\nENV COLOUR=red\nUSER 7\n").await;
    let (answer, heard) = lab
        .run(sh(&image, "pwd; echo $COLOUR; id -u; echo bad >&2; exit 3"))
        .await;
    let seen = ran(&answer);
    assert_eq!(seen.ending, Ending::Exited(3));
    assert_eq!(seen.stdout.as_deref(), Some(&b"/app\nred\n7\n"[..]));
    assert_eq!(seen.stderr.as_deref(), Some(&b"bad\n"[..]));
    assert_eq!(*heard.stdout.borrow(), b"/app\nred\n7\n");
    assert_eq!(seen.notes, Vec::<String>::new());
    closed(&lab).await;
}

#[tokio::test]
async fn an_entrypoint_is_kept_replaced_or_taken_away() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab
        .image("COPY busybox /bin/echo\nENTRYPOINT [\"/bin/echo\", \"entry\"]\n")
        .await;
    let mut plain = request(ImageRef::Built(image.clone()), &["word"]);
    let (answer, _) = lab.run(plain.clone()).await;
    assert_eq!(ran(&answer).stdout.as_deref(), Some(&b"entry word\n"[..]));
    plain.container.entrypoint = Some(Vec::new());
    let (answer, _) = lab.run(plain).await;
    assert_eq!(why(&answer).why, NoAnswer::CommandNotFound);
    let (mut taken, words) = (sh(&image, "echo mine"), Vec::new());
    taken.container.entrypoint = Some(words);
    let (answer, _) = lab.run(taken).await;
    assert_eq!(ran(&answer).stdout.as_deref(), Some(&b"mine\n"[..]));
    closed(&lab).await;
}

#[tokio::test]
async fn what_is_not_in_the_image_or_not_executable_is_told_apart() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    lab.file("plain", "text").file("nointerp", "#!/bin/nope\n");
    let interp = lab.root.path().join("nointerp");
    std::fs::set_permissions(interp, std::fs::Permissions::from_mode(0o755)).unwrap();
    let image = lab.image("COPY plain nointerp /\n").await;
    for (program, expected) in [
        ("frobnicate", NoAnswer::CommandNotFound),
        ("/no/such", NoAnswer::CommandNotFound),
        ("/plain", NoAnswer::NotExecutable),
        ("/nointerp", NoAnswer::CommandNotFound),
    ] {
        let (answer, _) = lab
            .run(request(ImageRef::Built(image.clone()), &[program]))
            .await;
        assert_eq!(why(&answer).why, expected, "{program}: {answer:?}");
    }
    let mut bash = sh(&image, "true");
    let shell = ["bash", "-euo", "pipefail", "-c"]
        .map(str::to_owned)
        .to_vec();
    bash.command = Command::Shell {
        shell,
        text: "a | b".to_owned(),
    };
    let (answer, _) = lab.run(bash).await;
    assert!(
        why(&answer)
            .hint
            .as_deref()
            .unwrap()
            .contains("shell: sh -eu")
    );
    let gone = ImageRef::Named("127.0.0.1:9/prove/none:1".to_owned());
    let (answer, _) = lab.run(request(gone, &["x"])).await;
    assert_eq!(why(&answer).why, NoAnswer::ImageMissing);
    closed(&lab).await;
}

#[tokio::test]
async fn out_of_memory_is_told_from_an_exit() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("").await;
    let mut hungry = sh(&image, "a=xxxxxxxx; while :; do a=$a$a; done");
    hungry.container.memory = Some(16 << 20);
    let (answer, _) = lab.run(hungry).await;
    assert_eq!(ran(&answer).ending, Ending::OutOfMemory);
    let (answer, _) = lab.run(sh(&image, "exit 137")).await;
    assert_eq!(ran(&answer).ending, Ending::Exited(137));
    closed(&lab).await;
}

#[tokio::test]
async fn a_stop_is_gentle_first_and_leaves_nothing() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("").await;
    for (kill, script, says) in [
        (
            false,
            "trap 'echo bye; exit 0' TERM; echo up; while :; do :; done",
            "up\nbye\n",
        ),
        (
            true,
            "trap 'echo bye; exit 0' TERM; echo up; while :; do :; done",
            "up\n",
        ),
    ] {
        let (sender, stop) = watch::channel(None);
        let cause = StopCause::Timeout;
        let on_output = move || {
            sender.send_replace(Some(Stop { cause, kill }));
        };
        let heard = Heard {
            on_output: Some(Box::new(on_output)),
            ..Heard::default()
        };
        let probe = Probe::Run(Box::new(sh(&image, script)));
        let answer = ask_until(&lab.container, &probe, &heard, stop).await;
        assert_eq!(ran(&answer).ending, Ending::Stopped(cause));
        assert_eq!(String::from_utf8_lossy(&heard.stdout.borrow()), says);
    }
    closed(&lab).await;
}

#[tokio::test]
async fn results_keep_and_outputs_are_copied_out_and_stale_ones_are_known() {
    let Some(mut lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let keep = lab.runtime.path().join("keep");
    lab.file("old.xml", "<old/>");
    let image = lab.image("WORKDIR /app\nCOPY old.xml /app/old.xml\n").await;
    let script = "mkdir -p reports dist/js; echo '<new/>' >reports/a.xml; echo log >x.log; \
                  echo js >dist/js/app.js; ln -s /etc/passwd dist/link; exit 1";
    let mut request = sh(&image, script);
    request.collect.results = vec![
        "reports/*.xml".to_owned(),
        "old.xml".to_owned(),
        "none".to_owned(),
    ];
    request.collect.keep = vec!["*.log".to_owned()];
    request.collect.outputs = vec!["dist".to_owned()];
    let heard = Heard {
        keep: Some(keep.clone()),
        ..Heard::default()
    };
    let answer = ask(&lab.container, &Probe::Run(Box::new(request)), &heard).await;
    let seen = ran(&answer);
    assert_eq!(seen.ending, Ending::Exited(1));
    let stamps: Vec<_> = seen
        .results
        .iter()
        .map(|r| (r.path.as_str(), r.before.clone(), r.after.clone()))
        .collect();
    let (old, new) = (
        Stamp("as in the image".to_owned()),
        Stamp("changed".to_owned()),
    );
    assert_eq!(
        stamps,
        [
            ("old.xml", Some(old.clone()), old),
            ("reports/a.xml", None, new)
        ]
    );
    assert_eq!(seen.results[1].bytes.as_deref(), Some(&b"<new/>\n"[..]));
    assert_eq!(std::fs::read(keep.join("x.log")).unwrap(), b"log\n");
    assert_eq!(
        std::fs::read(lab.root.path().join("dist/js/app.js")).unwrap(),
        b"js\n"
    );
    assert!(!lab.root.path().join("dist/link").exists());
    assert_eq!(
        seen.notes,
        ["dist/link is no regular file and was left in the container"]
    );
    lab.file("unused", "");
    closed(&lab).await;
    lab.env.clear();
}

#[tokio::test]
async fn a_mounted_workspace_is_the_project_itself() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab.image("").await;
    lab.file("ui/in", "input").file("ui/stale.xml", "<s/>");
    let mut request = sh(&image, "pwd; cat in; echo '<r/>' >r.xml");
    request.cwd = "ui".to_owned();
    request.container.workspace = Workspace::ReadWrite;
    request.collect.results = vec!["*.xml".to_owned()];
    let (answer, _) = lab.run(request.clone()).await;
    let seen = ran(&answer);
    assert_eq!(seen.stdout.as_deref(), Some(&b"/work/ui\ninput"[..]));
    let fresh = |name: &str| {
        seen.results
            .iter()
            .any(|r| r.path == name && r.before.as_ref() != Some(&r.after))
    };
    assert!(fresh("r.xml") && !fresh("stale.xml"));
    request.container.workspace = Workspace::ReadOnly;
    let (answer, _) = lab.run(request).await;
    assert!(matches!(ran(&answer).ending, Ending::Exited(code) if code != 0));
    closed(&lab).await;
}

#[tokio::test]
async fn a_tag_stands_on_that_very_image() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab
        .image(&format!("ENV T={}\n", lab.runtime.path().display()))
        .await;
    let reference = "prove-test.example:5000/a/tagged:v1".to_owned();
    let probe = Probe::Tag {
        image: image.clone(),
        reference: reference.clone(),
    };
    let heard = Heard::default();
    assert_eq!(ask(&lab.container, &probe, &heard).await, Answer::Tagged);
    closed(&lab).await;
    assert_eq!(
        lab.docker(&["inspect", "-f", "{{.Id}}", &reference]).await,
        image.id
    );
    lab.docker(&["rmi", &reference]).await;
}

#[tokio::test]
async fn what_a_killed_run_left_is_removed_and_a_live_runs_is_not() {
    let Some(lab) = engine_or_skip("buildkit").await else {
        return;
    };
    let image = lab
        .image(&format!("ENV R={}\n", lab.runtime.path().display()))
        .await;
    let live = lab
        .docker(&["inspect", "-f", "{{index .RepoTags 0}}", &image.id])
        .await;
    let (name, _) = live.rsplit_once(':').unwrap();
    let me = lab.run.clone();
    let dead_tag = format!("{}dead-1:1", name.strip_suffix(&me).unwrap());
    lab.docker(&["tag", &image.id, &dead_tag]).await;
    let owner = super::lease::Owner::of_repository(name).unwrap();
    for run in ["dead-1", me.as_str()] {
        let labels = [
            format!("prove.host={}", owner.host),
            format!("prove.boot={}", owner.boot),
            format!("prove.scope={}", owner.scope),
            format!("prove.run={run}"),
        ];
        let labels: Vec<&str> = labels
            .iter()
            .flat_map(|l| ["--label", l.as_str()])
            .collect();
        let name = format!("prove-reap-{run}");
        let args = [
            &["create", "--name", &name][..],
            &labels,
            &[&image.id, "/x"],
        ]
        .concat();
        lab.docker(&args).await;
    }
    let next = lab.another("next");
    let none = ImageIdentity {
        id: "sha256:none".to_owned(),
        layers: Vec::new(),
    };
    let probe = Probe::Tag {
        image: none,
        reference: "x".to_owned(),
    };
    ask(&next, &probe, &Heard::default()).await;
    let notes = next.close().await;
    assert_eq!(notes.len(), 2, "{notes:?}");
    let left = lab
        .docker(&[
            "ps",
            "-a",
            "--format",
            "{{.Names}}",
            "--filter",
            "name=prove-reap-",
        ])
        .await;
    assert_eq!(left, format!("prove-reap-{me}"));
    assert_eq!(
        lab.docker(&["inspect", "-f", "{{.RepoTags}}", &image.id])
            .await,
        format!("[{live}]")
    );
    lab.docker(&["rm", &format!("prove-reap-{me}")]).await;
    closed(&lab).await;
}
