//! Holes that were found by attacking `prove` from outside: what ships without having been proved.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::docker::{self, ImageProject};
use crate::support::fifo;

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
