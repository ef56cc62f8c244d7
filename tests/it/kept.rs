//! `prove run --keep`: what a gate that failed ran in stays for a look, and nothing else does.

use std::fs;

use crate::support::Project;
use crate::support::docker::{self, ImageProject, docker as engine};
use crate::support::repo::Repo;

const GATES: &str = concat!(
    "  app: { build: . }\n",
    "  good: { run: [/bin/busybox, 'true'], in: app }\n",
    "  bad: { run: [/bin/busybox, sh, -c, 'echo evidence > /trace; exit 1'], in: app, retries: 1 }\n",
);

/// Containers that were kept of this project's newest run, by name.
fn kept(project: &Project) -> Vec<String> {
    let run = project.run_dir();
    let run = run.file_name().unwrap().to_str().unwrap().to_lowercase();
    let filter = format!("name=prove-kept-{run}-");
    let found = engine(&["ps", "-a", "--format", "{{.Names}}", "--filter", &filter]).unwrap();
    found.lines().map(str::to_owned).collect()
}

fn clean(project: &Project) -> crate::support::Ran {
    project.prove(&["clean", "--engine"])
}

#[test]
fn the_container_of_the_last_failed_attempt_stays_until_somebody_cleans_up() {
    if !docker::engine("the_container_of_the_last_failed_attempt_stays") {
        return;
    }
    let image = ImageProject::with(GATES);
    let ran = image.project.prove(&["run", "--keep"]);
    let [name] = &kept(&image.project)[..] else {
        panic!("{:?}\n{}", kept(&image.project), ran.text())
    };
    ran.expect(
        1,
        &["refuted", name, "in which bad ran", "prove clean --engine"],
    );
    assert!(!ran.text().contains("doubt"), "{}", ran.text());
    assert!(image.containers().is_empty(), "of the others none");
    let state = engine(&["inspect", "-f", "{{.State.Running}}", name]);
    assert_eq!(state.as_deref(), Some("false"), "no process is kept");
    let out = image.project.path().join("trace");
    engine(&["cp", &format!("{name}:/trace"), out.to_str().unwrap()]).unwrap();
    assert_eq!(fs::read_to_string(out).unwrap(), "evidence\n");
    let next = ImageProject::with(GATES);
    next.project.run().expect(1, &[]);
    assert_eq!(kept(&next.project), [""; 0], "without --keep nothing stays");
    clean(&next.project).expect(0, &[]);
    assert_eq!(
        kept(&image.project).len(),
        1,
        "neither a run nor another project takes it"
    );
    let id = engine(&["inspect", "-f", "{{.Image}}", name]).unwrap();
    clean(&image.project).expect(0, &["removed   container", "prove-kept/"]);
    assert_eq!(kept(&image.project), [""; 0]);
    assert_eq!(
        engine(&["image", "inspect", &id]),
        None,
        "its image went with it"
    );
}

#[test]
fn what_passed_or_was_not_asked_for_is_not_kept() {
    if !docker::engine("what_passed_or_was_not_asked_for_is_not_kept") {
        return;
    }
    let image =
        ImageProject::with("  app: { build: . }\n  t: { run: [/bin/busybox, 'true'], in: app }\n");
    image
        .project
        .prove(&["run", "--keep"])
        .expect(0, &["proved"]);
    assert_eq!(kept(&image.project), [""; 0]);
    assert!(image.containers().is_empty());
}

#[test]
fn a_gate_on_the_host_is_judged_as_ever_and_leaves_nothing() {
    let project = Project::with("version: 1\ngates: { a: 'false' }\n");
    let ran = project.prove(&["run", "--keep"]);
    ran.expect(1, &["refuted"]);
    assert!(!ran.text().contains("kept"), "{}", ran.text());
}

#[test]
fn the_tree_that_a_commit_was_refuted_in_is_named() {
    let repo = Repo::hooked();
    repo.project.file("state", "broken\n");
    repo.commit("broken");
    repo.project.file("state", "something else\n");
    let ran = repo.prove(&["run", "--rev", "HEAD", "--keep"]);
    let tree = repo.kept();
    let shown = tree.to_str().unwrap();
    ran.expect(1, &["kept", shown, "prove clean --trees --all"]);
    assert!(tree.join("state").exists());
    repo.prove(&["clean", "--trees", "--all"])
        .expect(0, &[shown]);
    assert!(!tree.exists());
}
