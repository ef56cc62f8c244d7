//! Faults of an engine that answers: with lies, with half an answer, or while it is interrupted.

use std::io::{BufRead as _, BufReader};

use rustix::process::Signal;

use crate::faults_containers::answers;
use crate::support::docker::{self, FakeEngine, ImageProject, Reply};
use crate::support::{Project, Ran, fifo, signal, wait_for_line};

const BUILT: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const OTHER: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// An engine on which everything goes well, but for what the script says otherwise.
pub fn obliging(otherwise: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> FakeEngine {
    FakeEngine::start(move |request| {
        let said = otherwise(request).or_else(|| answers(request));
        said.unwrap_or_else(|| {
            let path = request.split('?').next().unwrap_or(request);
            if path.ends_with("/build") {
                Reply::Json(200, format!("{{\"aux\":{{\"ID\":\"{BUILT}\"}}}}\r\n"))
            } else if path.ends_with("/tag") {
                Reply::Json(201, String::new())
            } else if path.ends_with("/containers/create") {
                Reply::Json(201, r#"{"Id":"c1","Warnings":[]}"#.to_owned())
            } else if path.starts_with("DELETE") {
                Reply::Json(200, "[]".to_owned())
            } else {
                Reply::Json(200, inspected(BUILT, "sha256:layer"))
            }
        })
    })
}

fn inspected(id: &str, layer: &str) -> String {
    format!(r#"{{"Id":"{id}","RootFS":{{"Type":"layers","Layers":["{layer}"]}}}}"#)
}

pub fn built_by(engine: &FakeEngine, more: &str) -> Project {
    let mut project = Project::with(&format!(
        "version: 1\ngates:\n  app: {{ build: {{ context: ., tag: 'mine:1' }} }}\n{more}"
    ));
    project.file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    project.env("PROVE_BUILDER", "classic");
    docker::use_host(&mut project, &engine.host());
    project
}

#[test]
fn a_tag_that_stands_elsewhere_afterwards_is_no_tag() {
    built_by(&obliging(|_| None), "")
        .run()
        .expect(0, &["proved"]);
    let moved = obliging(|request| {
        let asks = request.starts_with("GET") && request.contains("/images/mine:1/json");
        asks.then(|| Reply::Json(200, inspected(OTHER, "sha256:other")))
    });
    let project = built_by(&moved, "");
    project.run().expect(3, &["mine:1", "instead"]);
    assert_eq!(project.verdicts()["app:tag"], "errored");
    let refused = obliging(|request| {
        let asks = request.contains("/tag?") && request.contains("repo=mine");
        asks.then(|| Reply::Json(500, r#"{"message":"no"}"#.to_owned()))
    });
    built_by(&refused, "").run().expect(3, &["mine:1"]);
}

#[test]
fn an_image_that_is_not_there_after_the_build_is_no_answer() {
    let gone = obliging(|request| {
        let asks = request.starts_with("GET") && request.contains(BUILT);
        asks.then(|| Reply::Json(404, r#"{"message":"No such image"}"#.to_owned()))
    });
    let project = built_by(&gone, "");
    project.run().expect(3, &["app"]);
    assert_eq!(project.verdicts()["app"], "errored");
    assert_eq!(project.verdicts()["app:tag"], "skipped");
}

#[test]
fn an_engine_that_says_nothing_of_an_image_is_no_answer() {
    for empty in ["{}", r#"{"Id":""}"#, r#"{"Id":"sha256:1"}"#, "[]", ""] {
        let mute = obliging(move |request| {
            let asks = request.starts_with("GET") && request.contains("/images/sha256:");
            asks.then(|| Reply::Json(200, empty.to_owned()))
        });
        built_by(&mute, "").run().expect(3, &["app"]);
    }
}

#[test]
fn another_image_under_the_same_id_is_not_tested() {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let swapped = obliging(move |request| {
        let asks = request.starts_with("GET") && request.contains("/images/sha256:");
        let first = asks && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        (asks && !first).then(|| Reply::Json(200, inspected(BUILT, "sha256:swapped")))
    });
    let project = built_by(&swapped, "  t: { run: [x], in: app }\n");
    project.run().expect(3, &["t", "no longer"]);
    assert_eq!(project.verdicts()["app:tag"], "skipped");
}

#[test]
fn an_engine_that_dies_in_the_middle_of_a_run_is_no_answer() {
    for at in ["/attach", "/start", "/wait", "/containers/create"] {
        let dies = obliging(move |request| {
            request
                .split('?')
                .next()?
                .ends_with(at)
                .then(|| Reply::Break("{".to_owned()))
        });
        let project = built_by(&dies, "  t: { run: [x], in: app, timeout: 20s }\n");
        let ran = project.run();
        assert_eq!(ran.code, 3, "{at}: {}", ran.text());
        assert_eq!(project.verdicts()["t"], "errored", "{at}");
        assert_eq!(project.verdicts()["app:tag"], "skipped", "{at}");
    }
}

#[test]
fn a_file_that_changes_and_changes_back_during_the_build_is_undecided() {
    let place = std::sync::Arc::new(std::sync::OnceLock::<std::path::PathBuf>::new());
    let seen = std::sync::Arc::clone(&place);
    let meddles = obliging(move |request| {
        if request.split('?').next()?.ends_with("/build") {
            let file = seen.get()?;
            let text = std::fs::read(file).unwrap();
            std::fs::write(file, "other").unwrap();
            std::fs::write(file, text).unwrap();
        }
        None
    });
    let project = built_by(&meddles, "");
    project.file("source", "text");
    place.set(project.path().join("source")).unwrap();
    project
        .run()
        .expect(3, &["source", "while the image was built"]);
    assert_eq!(project.verdicts()["app:tag"], "skipped");
}

/// A run in the middle of a build step that ends by itself only after ten minutes.
fn in_a_build() -> (ImageProject, std::process::Child) {
    let image = ImageProject::with("  app: { build: { context: ., tag: TAG } }\n");
    image.dockerfile("RUN echo building-now && sleep 600");
    let mut child = image.project.command(&["run"]).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let mut lines = BufReader::new(stdout).lines();
    assert!(lines.any(|line| line.unwrap().contains("sleep 600")));
    // Read on, or prove would find its standard output closed.
    std::thread::spawn(move || lines.for_each(drop));
    (image, child)
}

#[test]
fn every_signal_ends_a_build_once_or_twice() {
    if !docker::engine("every_signal_ends_a_build_once_or_twice") {
        return;
    }
    for (with, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        for times in 1..=2 {
            let (image, mut child) = in_a_build();
            (0..times).for_each(|_| signal(child.id(), with));
            assert_eq!(child.wait().unwrap().code(), Some(code));
            assert_eq!(image.tagged(), None);
            assert_eq!(image.project.verdicts()["app"], "cancelled");
        }
    }
}

#[test]
fn a_build_of_a_killed_prove_goes_and_tags_nothing() {
    if !docker::engine("a_build_of_a_killed_prove_goes_and_tags_nothing") {
        return;
    }
    let (image, mut child) = in_a_build();
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    assert_eq!(image.tagged(), None);
    assert_eq!(image.project.prove(&["replay", "last"]).code, 3);
    image.dockerfile("");
    image.project.run().expect(0, &["proved"]);
}

#[test]
fn one_signal_ends_a_container() {
    if !docker::engine("one_signal_ends_a_container") {
        return;
    }
    for (with, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let image = ImageProject::with(concat!(
            "  app: { build: . }\n  t:\n    in: app\n    container: { workspace: rw }\n",
            "    run: [/bin/busybox, sh, -c, 'trap \"exit 0\" TERM; echo up > up; /bin/busybox sleep 1000 & wait']\n",
        ));
        fifo(&image.project.path().join("up"));
        let child = image.project.command(&["run"]).spawn().unwrap();
        assert_eq!(wait_for_line(&image.project.path().join("up")), "up");
        signal(child.id(), with);
        Ran::of(child.wait_with_output().unwrap()).expect(code, &["interrupted"]);
        assert_eq!(image.project.verdicts()["t"], "cancelled");
        assert_eq!(image.containers(), [""; 0]);
    }
}
