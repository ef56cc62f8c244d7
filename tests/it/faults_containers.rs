//! Faults of engines, builds and containers. Those that need a real engine say so.

use std::fs;

use rustix::process::Signal;

use crate::support::docker::{self, FakeEngine, ImageProject, Reply, docker};
use crate::support::{Project, Ran, fifo, signal, wait_for_line};

const BUILD_AND_TEST: &str = concat!(
    "  unit: 'true'\n  app: { build: { context: ., tag: TAG } }\n",
    "  app-test: { run: [/bin/busybox, test, -f, /nonce], in: app }\n",
);

#[test]
fn without_an_engine_the_other_gates_still_run_and_the_run_is_undecided() {
    let mut project = Project::with(
        "version: 1\ngates:\n  unit: 'true'\n  app: { build: . }\n  t: { run: [x], in: app }\n",
    );
    project.file("Dockerfile", "FROM scratch\n");
    let nowhere = docker::nowhere(project.path());
    docker::use_host(&mut project, &nowhere);
    project.run().expect(3, &["app", "engine"]);
    assert_eq!(project.verdicts()["unit"], "passed");
    assert_eq!(project.verdicts()["app"], "errored");
    assert_eq!(project.verdicts()["t"], "skipped");
}

#[test]
fn an_engine_that_refuses_is_no_engine() {
    let engine =
        FakeEngine::start(|_| Reply::Json(500, r#"{"message":"out of order"}"#.to_owned()));
    let mut project = Project::with("version: 1\ngates:\n  app: { build: . }\n");
    project.file("Dockerfile", "FROM scratch\n");
    docker::use_host(&mut project, &engine.host());
    project.run().expect(3, &["app"]);
    assert_eq!(project.verdicts()["app"], "errored");
}

/// Enough of an engine to come to the build.
pub fn answers(request: &str) -> Option<Reply> {
    let path = request.split('?').next().unwrap_or(request);
    let body = if path.ends_with("/_ping") {
        "\"OK\""
    } else if path.ends_with("/version") {
        r#"{"Version":"20.10.0","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}"#
    } else if path.ends_with("/info") {
        r#"{"ID":"x","OSType":"linux"}"#
    } else if path.ends_with("/images/json") || path.ends_with("/containers/json") {
        "[]"
    } else {
        return None;
    };
    Some(Reply::Json(200, body.to_owned()))
}

#[test]
fn an_engine_that_dies_in_the_middle_of_a_build_is_no_answer() {
    let engine = FakeEngine::start(|request| {
        answers(request).unwrap_or_else(|| {
            Reply::Break("{\"stream\":\"Step 1/2 : FROM scratch\\n\"}\r\n".to_owned())
        })
    });
    let mut project =
        Project::with("version: 1\ngates:\n  app: { build: . }\n  t: { run: [x], in: app }\n");
    project.file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    project.env("PROVE_BUILDER", "classic");
    docker::use_host(&mut project, &engine.host());
    project.run().expect(3, &["app"]);
    assert_eq!(project.verdicts()["app"], "errored");
}

#[test]
fn a_build_that_names_no_image_is_no_answer() {
    let engine = FakeEngine::start(|request| {
        answers(request)
            .unwrap_or_else(|| Reply::Json(200, "{\"stream\":\"all fine\\n\"}\r\n".to_owned()))
    });
    let mut project = Project::with("version: 1\ngates:\n  app: { build: . }\n");
    project.file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    project.env("PROVE_BUILDER", "classic");
    docker::use_host(&mut project, &engine.host());
    project.run().expect(3, &["app"]);
}

#[test]
fn an_interrupt_gets_through_to_a_hanging_engine() {
    let mut project = Project::bare();
    fifo(&project.path().join("asked"));
    let asked = project.path().join("asked");
    let engine = FakeEngine::start(move |_| {
        let _ = fs::write(&asked, "asked\n");
        Reply::Hang
    });
    project
        .file("prove.yml", "version: 1\ngates:\n  app: { build: . }\n")
        .file("Dockerfile", "FROM scratch\n");
    docker::use_host(&mut project, &engine.host());
    let child = project.command(&["run"]).spawn().unwrap();
    wait_for_line(&project.path().join("asked"));
    signal(child.id(), Signal::INT);
    Ran::of(child.wait_with_output().unwrap()).expect(130, &[]);
}

#[test]
fn a_proved_image_gets_its_tag_and_nothing_is_left() {
    if !docker::engine("a_proved_image_gets_its_tag") {
        return;
    }
    let image = ImageProject::with(BUILD_AND_TEST);
    let ran = image.project.run();
    ran.expect(0, &["proved"]);
    let built = image.project.gate("app").image.expect("the image is named");
    assert_eq!(
        image.tagged(),
        Some(built.id),
        "the tag stands on what was tested"
    );
    assert!(image.containers().is_empty());
    let left = docker(&["images", "-q", "--filter", "reference=prove-tmp/*"]).unwrap();
    let run = image
        .project
        .run_dir()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_lowercase();
    assert!(!left.contains(&run), "temporary tags are gone: {left}");
}

#[test]
fn a_test_that_fails_inside_the_image_keeps_the_tag_off() {
    if !docker::engine("a_test_that_fails_inside_the_image") {
        return;
    }
    let image = ImageProject::with(concat!(
        "  app: { build: { context: ., tag: TAG } }\n",
        "  app-test: { run: [/bin/busybox, test, -f, /missing], in: app }\n",
    ));
    let ran = image.project.run();
    ran.expect(1, &["app-test"]);
    assert_eq!(image.tagged(), None);
    assert_eq!(image.project.verdicts()["app:tag"], "skipped");
}

#[test]
fn a_check_that_fails_keeps_the_build_from_starting() {
    if !docker::engine("a_check_that_fails_keeps_the_build_from_starting") {
        return;
    }
    let image = ImageProject::with("  unit: exit 1\n  app: { build: { context: ., tag: TAG } }\n");
    image.project.run().expect(1, &["unit"]);
    assert_eq!(image.project.verdicts()["app"], "skipped");
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_build_step_that_fails_refutes() {
    if !docker::engine("a_build_step_that_fails_refutes") {
        return;
    }
    let image = ImageProject::with("  app: { build: { context: ., tag: TAG } }\n");
    image.dockerfile("RUN echo the-clue && exit 7");
    image.project.run().expect(1, &["app"]);
    assert_eq!(image.tagged(), None);
    image.dockerfile("COPPY a b");
    image.project.run().expect(1, &["app"]);
    fs::remove_file(image.project.path().join("Dockerfile")).unwrap();
    image.project.run().expect(1, &["Dockerfile"]);
}

#[test]
fn a_base_image_that_cannot_be_had_is_undecided() {
    if !docker::engine("a_base_image_that_cannot_be_had_is_undecided") {
        return;
    }
    let image = ImageProject::with("  app: { build: . }\n");
    image
        .project
        .file("Dockerfile", "FROM 127.0.0.1:9/prove/no-such-image:1\n");
    image.project.run().expect(3, &["app"]);
    assert_eq!(image.project.verdicts()["app"], "errored");
    let image = ImageProject::with(
        "  t: { run: [x], in: { image: '127.0.0.1:9/prove/no-such-image:1' } }\n",
    );
    image.project.run().expect(3, &["t"]);
    assert_eq!(image.project.verdicts()["t"], "errored");
}

#[test]
fn an_image_without_the_command_is_undecided() {
    if !docker::engine("an_image_without_the_command_is_undecided") {
        return;
    }
    let image = ImageProject::with(concat!(
        "  app: { build: . }\n  argv: { run: [/bin/no-such-program], in: app }\n",
        "  text: { run: 'echo a | cat', in: app }\n",
        "  sh: { run: '/bin/busybox echo a | /bin/busybox cat', in: app, shell: sh -eu }\n",
    ));
    image.project.run().expect(3, &["bash"]);
    assert_eq!(image.project.verdicts()["argv"], "errored");
    assert_eq!(image.project.verdicts()["text"], "errored");
    assert_eq!(image.project.verdicts()["sh"], "passed");
}

#[test]
fn a_container_out_of_memory_refutes() {
    if !docker::engine("a_container_out_of_memory_refutes") {
        return;
    }
    let image = ImageProject::with(concat!(
        "  app: { build: . }\n  t:\n    run: [/bin/busybox, dd, if=/dev/zero, of=/dev/null, bs=200M, count=1]\n",
        "    in: app\n    container: { memory: 16MB }\n",
    ));
    image.project.run().expect(1, &["memory"]);
    assert!(image.containers().is_empty());
}

#[test]
fn the_users_tag_on_the_same_image_stays() {
    if !docker::engine("the_users_tag_on_the_same_image_stays") {
        return;
    }
    let image =
        ImageProject::with("  app: { build: . }\n  t: { run: [/bin/busybox, 'false'], in: app }\n");
    let mine = docker::unique();
    let context = image.project.path().to_str().unwrap();
    docker(&["build", "-q", "-t", &mine, context]).expect("docker build");
    let before = docker(&["image", "inspect", "-f", "{{.Id}}", &mine]);
    image.project.run().expect(1, &[]);
    assert_eq!(
        docker(&["image", "inspect", "-f", "{{.Id}}", &mine]),
        before
    );
    docker(&["rmi", &mine]).unwrap();
}

#[test]
fn who_retags_between_build_and_test_changes_nothing() {
    if !docker::engine("who_retags_between_build_and_test_changes_nothing") {
        return;
    }
    let mut image = ImageProject::with(concat!(
        "  app: { build: { context: ., tag: TAG } }\n",
        "  meddle: { run: 'docker build -q -t TAG other > \"$OUT\"', needs: app, pass_env: [OUT] }\n",
        "  app-test: { run: [/bin/busybox, test, -f, /nonce], in: app, needs: meddle }\n",
    ));
    let other = tempfile::NamedTempFile::new().unwrap();
    image.project.env("OUT", other.path().to_str().unwrap());
    let dockerfile = format!("FROM scratch\nCOPY Dockerfile /{}\n", image.tag);
    image.project.file("other/Dockerfile", dockerfile);
    image.project.run().expect(0, &[]);
    let built = image.project.gate("app").image.unwrap();
    assert_eq!(
        image.tagged(),
        Some(built.id),
        "the tag ends on what was tested"
    );
    let other = fs::read_to_string(other.path()).unwrap();
    docker(&["rmi", other.trim()]).expect("the meddler's image lost its tag, and is still there");
}

#[test]
fn a_work_tree_that_changed_between_check_and_build_is_undecided() {
    if !docker::engine("a_work_tree_that_changed") {
        return;
    }
    let image = ImageProject::with(concat!(
        "  check: 'true'\n  meddle: { run: 'echo changed > nonce', needs: check }\n",
        "  app: { build: { context: ., tag: TAG } }\n",
    ));
    image.project.git();
    image.project.run().expect(3, &["nonce"]);
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_build_gate_alone_never_tags() {
    if !docker::engine("a_build_gate_alone_never_tags") {
        return;
    }
    let image = ImageProject::with(BUILD_AND_TEST);
    image.project.prove(&["run", "app"]).expect(0, &["app"]);
    assert_eq!(image.tagged(), None);
    image
        .project
        .prove(&["run", "--only", "app"])
        .expect(0, &[]);
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_tool_image_serves_checks_before_the_product_is_built() {
    if !docker::engine("a_tool_image_serves_checks") {
        return;
    }
    let image = ImageProject::with(concat!(
        "  tools: { build: { context: ., tool: true } }\n",
        "  check: { run: [/bin/busybox, test, -f, /nonce], in: tools }\n",
        "  app: { build: { context: ., tag: TAG } }\n",
    ));
    image.project.run().expect(0, &[]);
    assert!(image.tagged().is_some());
    let image = ImageProject::with(concat!(
        "  tools: { build: { context: ., tool: true } }\n",
        "  check: { run: [/bin/busybox, 'false'], in: tools }\n",
        "  app: { build: { context: ., tag: TAG } }\n",
    ));
    image.project.run().expect(1, &["check"]);
    assert_eq!(image.project.verdicts()["app"], "skipped");
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_container_is_hardened_and_keeps_what_the_image_says() {
    if !docker::engine("a_container_is_hardened") {
        return;
    }
    let image = ImageProject::with(concat!(
        "  app: { build: . }\n",
        "  env: { run: [/bin/busybox, sh, -c, 'test \"$FROM_IMAGE\" = yes && test \"$PWD\" = /srv && test -z \"$HOST_ONLY\"'], in: app }\n",
        "  caps: { run: [/bin/busybox, grep, -q, 'CapEff:.0000000000000000', /proc/self/status], in: app }\n",
        "  net: { run: [/bin/busybox, sh, -c, 'test $(/bin/busybox ls /sys/class/net | /bin/busybox wc -l) = 1'], in: app }\n",
        "  results: { run: [/bin/busybox, sh, -c, 'echo \"<testsuite name=\\\"s\\\"><testcase name=\\\"x\\\"/></testsuite>\" > r.xml'], in: app, results: { junit: r.xml } }\n",
        "  stale: { run: [/bin/busybox, 'true'], in: app, results: { junit: old.xml } }\n",
    ));
    image.project.file(
        "old.xml",
        "<testsuite name='s'><testcase name='x'/></testsuite>",
    );
    image
        .project
        .file(".dockerignore", "*\n!busybox\n!nonce\n!old.xml\n");
    image.dockerfile("ENV FROM_IMAGE=yes\nCOPY old.xml /srv/old.xml\nWORKDIR /srv");
    let ran = image.project.run();
    ran.expect(3, &["stale"]);
    let verdicts = image.project.verdicts();
    for gate in ["env", "caps", "net", "results"] {
        assert_eq!(verdicts[gate], "passed", "{gate}: {}", ran.text());
    }
    assert_eq!(verdicts["stale"], "errored");
}

/// A run that is in the middle of a container gate; it said so over the mounted workspace.
fn in_a_container() -> (ImageProject, std::process::Child) {
    let image = ImageProject::with(concat!(
        "  app: { build: . }\n  t:\n    run: [/bin/busybox, sh, -c, 'echo up > up; /bin/busybox sleep 1000']\n",
        "    in: app\n    container: { workspace: rw }\n  after: { run: 'true', needs: t }\n",
    ));
    fifo(&image.project.path().join("up"));
    let child = image.project.command(&["run"]).spawn().unwrap();
    assert_eq!(wait_for_line(&image.project.path().join("up")), "up");
    (image, child)
}

#[test]
fn an_interrupt_during_a_container_run_removes_the_container() {
    if !docker::engine("an_interrupt_during_a_container_run") {
        return;
    }
    for (with, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (image, child) = in_a_container();
        signal(child.id(), with);
        signal(child.id(), with);
        Ran::of(child.wait_with_output().unwrap()).expect(code, &[]);
        assert_eq!(image.project.verdicts()["t"], "cancelled");
        assert!(image.containers().is_empty());
    }
}

#[test]
fn the_next_run_reaps_what_a_killed_run_left() {
    if !docker::engine("the_next_run_reaps") {
        return;
    }
    let (image, mut child) = in_a_container();
    signal(child.id(), Signal::KILL);
    child.wait().unwrap();
    let run = image
        .project
        .run_dir()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let next =
        ImageProject::with("  app: { build: . }\n  t: { run: [/bin/busybox, 'true'], in: app }\n");
    next.project.run().expect(0, &[]);
    assert_eq!(docker::containers_of(&run), [""; 0]);
}

#[test]
fn an_interrupt_during_a_build_ends_it() {
    if !docker::engine("an_interrupt_during_a_build") {
        return;
    }
    let image = ImageProject::with("  app: { build: { context: ., tag: TAG } }\n");
    image.dockerfile("RUN echo building-now && sleep 600");
    let mut child = image.project.command(&["run"]).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stdout));
    assert!(
        lines.any(|line| line.unwrap().contains("sleep 600")),
        "the step was announced"
    );
    signal(child.id(), Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_secret_does_not_leak_out_of_a_container() {
    if !docker::engine("a_secret_does_not_leak_out_of_a_container") {
        return;
    }
    let mut image = ImageProject::with(concat!(
        "  app: { build: . }\n",
        "  t: { run: [/bin/busybox, sh, -c, 'echo $TOKEN; exit 1'], in: app, secrets: [TOKEN] }\n",
    ));
    image.project.env("TOKEN", "hunter2secret");
    let ran = image.project.run();
    ran.expect(1, &["***"]);
    assert!(!ran.text().contains("hunter2secret"));
}
