//! Holes that were found by attacking `prove` from outside: what ships without having been proved.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::docker::{self, ImageProject};
use crate::support::{Project, Ran, fifo, wait_for_line, wait_until_gone};

/// Checks, a gate that meddles, a product build with a tag.
fn meddled(with: &str) -> ImageProject {
    ImageProject::with(&format!(
        "  check: 'true'\n  meddle: {{ run: \"{with}\", needs: check }}\n  app: {{ build: {{ context: ., tag: TAG }} }}\n",
    ))
}

#[track_caller]
fn ships_nothing(image: &ImageProject, word: &str) {
    image.project.run().expect(3, &[word, "changed"]);
    assert_eq!(image.tagged(), None);
}

#[test]
fn an_ignored_file_that_ships_is_watched() {
    if !docker::engine("an_ignored_file_that_ships_is_watched") {
        return;
    }
    let image = meddled("echo changed > nonce");
    image.project.file(".gitignore", "nonce\n").git();
    ships_nothing(&image, "nonce");
    let image = meddled("echo new > made");
    image.dockerfile("COPY . /srv");
    image
        .project
        .file(".gitignore", "made\n")
        .file(".dockerignore", "")
        .git();
    ships_nothing(&image, "made");
}

#[test]
fn an_ignored_file_that_does_not_ship_may_change() {
    if !docker::engine("an_ignored_file_that_does_not_ship_may_change") {
        return;
    }
    let image = meddled("mkdir -p cache/deep && echo new > cache/deep/made");
    image.project.file(".gitignore", "cache\n").git();
    image.project.run().expect(0, &[]);
    assert!(image.tagged().is_some());
}

#[test]
fn a_project_that_an_outer_repository_ignores_is_watched() {
    if !docker::engine("a_project_that_an_outer_repository_ignores_is_watched") {
        return;
    }
    let image = meddled("echo changed > nonce");
    let inner = image.project.path().join("ignored/inner");
    fs::create_dir_all(&inner).unwrap();
    for name in [
        "prove.yml",
        "Dockerfile",
        ".dockerignore",
        "busybox",
        "nonce",
    ] {
        fs::rename(image.project.path().join(name), inner.join(name)).unwrap();
    }
    image.project.file(".gitignore", "ignored\n").git();
    let ran = image.project.prove(&["-C", "ignored/inner", "run"]);
    ran.expect(3, &["nonce", "changed"]);
    assert_eq!(image.tagged(), None);
}

#[test]
fn a_context_that_leads_outside_is_watched_and_our_folder_stays_out() {
    if !docker::engine("a_context_outside_of_the_project_is_watched") {
        return;
    }
    let gates = |meddle: &str| {
        let image = ImageProject::with(&format!(
            "  meddle: \"{meddle}\"\n  app: {{ build: {{ context: up, tag: TAG }} }}\n"
        ));
        let inner = image.project.path().join("ops");
        fs::create_dir_all(&inner).unwrap();
        fs::rename(
            image.project.path().join("prove.yml"),
            inner.join("prove.yml"),
        )
        .unwrap();
        std::os::unix::fs::symlink("..", inner.join("up")).unwrap();
        image.project.file(".dockerignore", "");
        image
    };
    let image = gates("echo changed > ../nonce");
    let ran = image.project.prove(&["-C", "ops", "run"]);
    ran.expect(3, &["nonce", "changed"]);
    assert_eq!(image.tagged(), None);
    let image = gates("true");
    image.dockerfile(
        "COPY . /srv\nRUN [\"/bin/busybox\", \"test\", \"!\", \"-e\", \"/srv/ops/.prove\"]",
    );
    image.project.prove(&["-C", "ops", "run"]).expect(0, &[]);
}

#[test]
fn permissions_that_ship_are_watched() {
    if !docker::engine("permissions_that_ship_are_watched") {
        return;
    }
    let image = meddled("chmod 4755 busybox");
    let busybox = image.project.path().join("busybox");
    fs::set_permissions(busybox, fs::Permissions::from_mode(0o755)).unwrap();
    image.project.git();
    ships_nothing(&image, "busybox");
}

#[test]
fn a_wide_keep_or_results_hides_no_source() {
    if !docker::engine("a_wide_keep_or_results_hides_no_source") {
        return;
    }
    for wide in ["keep: ['**']", "keep: ['.']", "results: { junit: '**' }"] {
        let image = ImageProject::with(&format!(
            "  meddle: {{ run: \"echo changed > nonce\", {wide}, retries: 0 }}\n  check: 'true'\n  app: {{ build: {{ context: ., tag: TAG }} }}\n",
        ));
        image.project.git();
        let ran = image.project.run();
        assert_ne!(ran.code, 0, "{wide}: {}", ran.text());
        assert_eq!(image.tagged(), None, "{wide}");
        if wide.starts_with("keep") {
            ran.expect(3, &["nonce", "changed"]);
        }
    }
}

#[test]
fn the_ignore_file_that_holds_is_watched() {
    if !docker::engine("the_ignore_file_that_holds_is_watched") {
        return;
    }
    let image = meddled(
        "echo '*' > Dockerfile.dockerignore; echo '!nonce' >> Dockerfile.dockerignore; echo '!busybox' >> Dockerfile.dockerignore",
    );
    image.project.file(".gitignore", "*.dockerignore\n").git();
    ships_nothing(&image, "Dockerfile.dockerignore");
}

#[test]
fn a_pipe_in_the_place_of_an_ignore_file_is_an_error_and_no_hang() {
    if !docker::engine("a_pipe_in_the_place_of_an_ignore_file") {
        return;
    }
    let image = ImageProject::with("  app: { build: { context: ., tag: TAG } }\n");
    fs::remove_file(image.project.path().join(".dockerignore")).unwrap();
    fifo(&image.project.path().join(".dockerignore"));
    image.project.run().expect(3, &[".dockerignore", "regular"]);
    assert_eq!(image.tagged(), None);
}

#[test]
fn another_attempt_does_not_take_changed_files_for_good() {
    let gate = |run: &str| {
        let project = Project::with(&format!(
            "version: 1\ngates:\n  a: {{ run: '{run}', expect: {{ unchanged: [gen.txt] }}, retries: 2 }}\n"
        ));
        project.file("gen.txt", "old\n");
        project
    };
    gate("echo new > gen.txt").run().expect(1, &["gen.txt"]);
    gate("echo new > gen.txt; test -e seen || { touch seen; exit 1; }")
        .run()
        .expect(1, &["exit code 1"]);
}

#[test]
fn a_report_of_the_attempt_before_is_stale() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  a:\n    results: { junit: r.xml }\n    retries: 1\n    run: |\n",
        "      test -e seen && exit 0; touch seen\n      cp green.xml r.xml; exit 1\n",
    ));
    project.file(
        "green.xml",
        "<testsuite name='s'><testcase name='one'/></testsuite>",
    );
    project.run().expect(3, &["r.xml", "stale"]);
    assert_eq!(project.gate("a").attempts, 2);
}

#[test]
fn two_gates_that_read_one_report_are_refused_unless_kept_apart() {
    let gates = |more: &str, other: &str| {
        Project::with(&format!(
            "version: 1\ngates:\n  a: {{ run: touch ran, results: {{ junit: r.xml }}{more} }}\n  b: {{ run: 'true', results: {{ junit: '{other}' }}{more} }}\n"
        ))
    };
    for other in ["r.xml", "*.xml", "./r.xml"] {
        let project = gates("", other);
        project.run().expect(2, &["same report", "r.xml"]);
        assert!(!project.path().join("ran").exists());
    }
    gates(", locks: [report]", "r.xml")
        .prove(&["check"])
        .expect(0, &[]);
    gates("", "other.xml").prove(&["check"]).expect(0, &[]);
}

#[test]
fn one_tag_on_two_images_is_refused() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { build: { context: ., tag: x } }\n  b: { build: { context: ., target: t, tag: 'docker.io/library/x:latest' } }\n",
    );
    project.prove(&["check"]).expect(2, &["same tag"]);
}

#[test]
fn what_decides_does_not_stand_on_an_advisory_image() {
    let gates = |more: &str| {
        Project::with(&format!(
            "version: 1\ngates:\n  a: {{ build: ., advisory: {{ reason: new }} }}\n  b: {{ run: [x], in: a{more} }}\n"
        ))
    };
    gates("").prove(&["check"]).expect(2, &["advisory", "`a`"]);
    gates(", advisory: { reason: new }")
        .prove(&["check"])
        .expect(0, &[]);
}

#[test]
fn a_stopped_warden_does_not_hang_the_end() {
    let project = Project::with(
        "version: 1\ngates:\n  a: 'for p in $(cat /proc/$PPID/task/$PPID/children); do test $p = $$ || kill -STOP $p; done'\n",
    );
    project.run().expect(0, &[]);
}

#[test]
fn a_pipe_that_nobody_reads_is_no_report_and_no_hang() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n");
    fifo(&project.path().join("out"));
    project
        .prove(&["run", "--report", "junit=out"])
        .expect(3, &["out"]);
    assert!(
        fs::metadata(project.path().join("out")).is_ok_and(|meta| !meta.is_file()),
        "it stays"
    );
}

#[test]
fn what_is_no_file_is_no_report_of_a_gate() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  pipe: { run: mkfifo p.xml, results: { junit: p.xml } }\n",
        "  folder: { run: mkdir d.xml, results: { junit: d.xml } }\n",
        "  nowhere: { run: ln -s none l.xml, results: { junit: l.xml } }\n",
    ));
    project.run().expect(3, &["p.xml", "d.xml", "l.xml"]);
}

#[test]
fn a_recording_that_a_gate_tampers_with_is_a_doubt() {
    for meddle in [
        "rm -rf .prove",
        "rm .prove/runs/*/events.jsonl",
        "echo x >> $(echo .prove/runs/*/events.jsonl)",
        "sed -i s/a/b/ .prove/runs/*/events.jsonl",
    ] {
        let project = Project::with(&format!("version: 1\ngates:\n  a: '{meddle}'\n"));
        project.run().expect(3, &["recorded"]);
    }
}

#[test]
fn whoever_waited_reads_the_gate_file_that_is_there_then() {
    let project =
        Project::with("version: 1\ngates:\n  a: { run: 'echo up > up; read line < go' }\n");
    for name in ["up", "go"] {
        fifo(&project.path().join(name));
    }
    let first = project.command(&["run"]).spawn().unwrap();
    assert_eq!(wait_for_line(&project.path().join("up")), "up");
    let second = project.command(&["run", "--wait"]).spawn().unwrap();
    // It has forked its warden: then the gate file is read.
    wait_for_child(second.id());
    project.file("prove.yml", "version: 1\ngates:\n  a: exit 1\n");
    fs::write(project.path().join("go"), "go\n").unwrap();
    Ran::of(first.wait_with_output().unwrap()).expect(0, &[]);
    Ran::of(second.wait_with_output().unwrap()).expect(1, &["refuted"]);
}

/// Waits until a process has a child; yields in between, as there is no event to wait for.
fn wait_for_child(pid: u32) {
    let children = format!("/proc/{pid}/task/{pid}/children");
    while fs::read_to_string(&children).is_ok_and(|children| children.trim().is_empty()) {
        std::thread::yield_now();
    }
}

#[test]
fn too_few_files_are_an_error_with_a_name_and_no_panic() {
    let project = Project::with("version: 1\ngates:\n  a: 'true'\n  b: 'true'\n");
    for limit in 5..40 {
        let script = format!(
            "ulimit -n {limit}; exec {} run -j8",
            env!("CARGO_BIN_EXE_prove")
        );
        let mut command = std::process::Command::new("bash");
        command.args(["-c", &script]).current_dir(project.path());
        let ran = Ran::of(command.output().unwrap());
        assert!(
            matches!(ran.code, 0 | 3),
            "{limit}: {} {}",
            ran.code,
            ran.text()
        );
        ran.expect(ran.code, &[if ran.code == 0 { "proved" } else { "iles" }]);
    }
}

#[test]
fn an_image_that_is_pruned_during_the_run_is_undecided() {
    if !docker::engine("an_image_that_is_pruned_during_the_run_is_undecided") {
        return;
    }
    for test in ["in: app, run: [/bin/busybox, 'true']", "run: 'true'"] {
        let image = ImageProject::with(&format!(
            "  app: {{ build: {{ context: ., tag: TAG }} }}\n  prune: {{ run: 'docker rmi -f \"$REF\"', env: {{ REF: '${{{{ app.ref }}}}' }} }}\n  t: {{ {test}, needs: prune }}\n",
        ));
        image.project.run().expect(3, &["image"]);
        assert_eq!(image.tagged(), None);
    }
}

#[test]
fn two_clones_that_build_the_same_image_at_once_do_not_harm_each_other() {
    if !docker::engine("two_clones_that_build_the_same_image_at_once") {
        return;
    }
    let gates = "  app: { build: { context: ., tag: TAG } }\n  app-test: { run: [/bin/busybox, test, -f, /nonce], in: app }\n";
    let clones = [(); 4].map(|()| ImageProject::with(gates));
    let same = docker::unique();
    for clone in &clones {
        clone.project.file("nonce", &same);
    }
    let running = clones
        .each_ref()
        .map(|clone| clone.project.command(&["run"]).spawn().unwrap());
    for (child, clone) in running.into_iter().zip(&clones) {
        Ran::of(child.wait_with_output().unwrap()).expect(0, &["proved"]);
        let built = clone.project.gate("app").image.unwrap().id;
        assert_eq!(clone.tagged(), Some(built));
        assert!(clone.containers().is_empty());
    }
}

#[test]
fn an_advisory_build_is_never_tagged() {
    if !docker::engine("an_advisory_build_is_never_tagged") {
        return;
    }
    let image = ImageProject::with(
        "  unit: 'true'\n  app: { build: { context: ., tag: TAG }, advisory: { reason: new } }\n",
    );
    image.project.run().expect(0, &["advisory"]);
    assert_eq!(image.tagged(), None);
}

#[test]
fn too_few_processes_are_an_error_with_a_name_and_no_panic() {
    let project = Project::with(
        "version: 1\ngates:\n  a: 'true'\n  b: { exists: { require: [prove.yml] } }\n  c: { run: 'true', results: { junit: r.xml } }\n",
    );
    // Root has no such limit, so another user runs it, out of a directory of their own.
    let is_root = rustix::process::getuid().is_root();
    let binary = project.path().join("prove-under-test");
    fs::copy(env!("CARGO_BIN_EXE_prove"), &binary).unwrap();
    if is_root {
        for path in [project.path(), &project.path().join("prove.yml"), &binary] {
            std::os::unix::fs::chown(path, Some(64_321), Some(64_321)).unwrap();
        }
    }
    for limit in 1..10 {
        let script = format!("ulimit -u {limit}; exec ./prove-under-test run -j4");
        let words = match is_root {
            true => vec![
                "--reuid=64321",
                "--regid=64321",
                "--clear-groups",
                "bash",
                "-c",
            ],
            false => vec!["-c"],
        };
        let program = if is_root { "setpriv" } else { "bash" };
        let mut command = std::process::Command::new(program);
        command.args(words).arg(script).current_dir(project.path());
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, 3, "{limit}: {}", ran.text());
        ran.expect(3, &[]);
    }
}

#[test]
fn a_hook_of_another_repository_does_not_blind_the_watch() {
    if !docker::engine("a_hook_of_another_repository_does_not_blind_the_watch") {
        return;
    }
    // As git calls a hook of another repository: the project's own files count all the same.
    let other = Project::bare();
    other.git();
    let mut image = meddled("echo changed > nonce");
    image.project.git();
    let hook = other.path().join(".git");
    image.project.env("GIT_DIR", hook.to_str().unwrap());
    image
        .project
        .env("GIT_WORK_TREE", other.path().to_str().unwrap());
    image.project.env("GIT_INDEX_FILE", "/nowhere/index");
    ships_nothing(&image, "nonce");
}

#[test]
fn a_gate_that_hides_from_its_marks_is_found_at_the_end() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  a:\n    run: |\n",
        "      env -i /usr/bin/env setsid sh -c 'echo $$ > hidden; exec sleep 1000' &\n",
        "      while ! test -s hidden; do :; done\n",
    ));
    project.run();
    let pid = fs::read_to_string(project.path().join("hidden")).unwrap();
    wait_until_gone(pid.trim());
}
