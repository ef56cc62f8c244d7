//! `prove clean` and `keep_runs`: what goes, what stays, and what is never touched.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::process::Signal;

use crate::support::docker::{self, ImageProject, docker as engine, nowhere};
use crate::support::repo::Repo;
use crate::support::{Project, Ran, fifo, signal, wait_for_line};

/// Everything but the engine, which another test may be using.
const LOCAL: [&str; 4] = ["clean", "--runs", "--trees", "--temp"];

/// A project in which this many runs were recorded.
fn with_runs(count: usize) -> Project {
    let project = Project::with("version: 1\ngates: { a: 'true' }\n");
    for _ in 0..count {
        project.run().expect(0, &[]);
    }
    project
}

fn keep(project: &Project, count: usize) {
    let text = format!("version: 1\nkeep_runs: {count}\ngates: {{ a: 'true' }}\n");
    project.file("prove.yml", text);
}

fn runs(project: &Project) -> Vec<String> {
    let runs = fs::read_dir(project.path().join(".prove/runs")).unwrap();
    let mut names: Vec<String> = runs
        .map(|run| run.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A file of prove's that was not finished, two hours ago.
fn unfinished(folder: &Path, name: &str) {
    let file = fs::File::create(folder.join(name)).unwrap();
    let ago = SystemTime::now() - Duration::from_secs(7200);
    file.set_modified(ago).unwrap();
}

#[test]
fn a_run_keeps_as_many_as_the_file_says_itself_included() {
    let project = with_runs(3);
    keep(&project, 2);
    project.run().expect(0, &[]);
    assert_eq!(runs(&project).len(), 2);
    project
        .prove(&["history", "--format", "json"])
        .expect(0, &[]);
}

#[test]
fn runs_beyond_those_to_keep_go_and_the_newest_stay() {
    let project = with_runs(3);
    let all = runs(&project);
    keep(&project, 1);
    let dry = [&LOCAL[..], &["--dry-run"]].concat();
    project
        .prove(&dry)
        .expect(0, &["would go", &all[0], &all[1], "would go: 2 things"]);
    assert_eq!(runs(&project), all, "a dry run removes nothing");
    project
        .prove(&LOCAL)
        .expect(0, &["removed   run", "removed: 2 things", "B"]);
    assert_eq!(runs(&project), all[2..]);
    project.prove(&LOCAL).expect(0, &["nothing to remove"]);
    project.prove(&["clean", "--runs", "--all"]).expect(0, &[]);
    assert!(runs(&project).is_empty());
}

#[test]
fn a_gate_file_that_cannot_be_read_says_nothing_of_what_to_keep() {
    let project = with_runs(2);
    project.file(
        "prove.yml",
        "version: 1\nkeep_runs: 0\ngates: { a: 'true' }\n",
    );
    project
        .prove(&["clean"])
        .expect(2, &["prove.yml:2:12", "from 1 to 10000"]);
    assert_eq!(runs(&project).len(), 2);
}

#[test]
fn where_nothing_was_kept_nothing_is_made() {
    let project = Project::with("version: 1\ngates: { a: 'true' }\n");
    project.prove(&LOCAL).expect(0, &["nothing to remove"]);
    assert!(!project.path().join(".prove").exists());
}

#[test]
fn nothing_goes_while_a_run_is_under_way() {
    let project = with_runs(2);
    let gates = "version: 1\nkeep_runs: 1\ngates: { a: 'echo up > up; cat hold' }\n";
    project.file("prove.yml", gates);
    let at = |name: &str| project.path().join(name);
    fifo(&at("up"));
    fifo(&at("hold"));
    let child = project.command(&["run"]).spawn().unwrap();
    wait_for_line(&at("up"));
    let before = runs(&project);
    for words in [&["clean", "--all"][..], &LOCAL, &["clean", "-n"]] {
        project
            .prove(words)
            .expect(3, &["nothing was removed", "another run is going on"]);
    }
    assert_eq!(runs(&project), before);
    fs::write(at("hold"), "").unwrap();
    Ran::of(child.wait_with_output().unwrap()).expect(0, &[]);
    project.prove(&LOCAL).expect(0, &[]);
}

#[test]
fn what_prove_did_not_make_stays_and_no_link_is_followed() {
    let project = with_runs(2);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("events.jsonl"), "mine").unwrap();
    let prove = project.path().join(".prove");
    let old = prove.join("runs").join(&runs(&project)[0]);
    fs::write(old.join("notes.txt"), "mine").unwrap();
    symlink(outside.path(), prove.join("runs/20200101T000000Z-aaaaaa")).unwrap();
    symlink(
        outside.path(),
        prove.join("runs").join(&runs(&project)[2]).join("keep"),
    )
    .unwrap();
    fs::write(prove.join("mine.txt"), "mine").unwrap();
    unfinished(&prove, ".prove-a1B2c3");
    unfinished(&prove, ".prove-mine.txt");
    fs::write(prove.join(".prove-youngX"), "").unwrap();
    project
        .prove(&["clean", "--all", "--runs", "--temp"])
        .expect(
            0,
            &[
                "stays",
                "what prove did not put there",
                "removed   temp",
                ".prove-a1B2c3",
            ],
        );
    assert!(old.join("notes.txt").exists());
    assert!(outside.path().join("events.jsonl").exists());
    for mine in ["mine.txt", ".prove-mine.txt", ".prove-youngX", ".gitignore"] {
        assert!(prove.join(mine).exists(), "{mine}");
    }
    assert!(!prove.join(".prove-a1B2c3").exists());
}

#[test]
fn a_prove_folder_that_leads_elsewhere_is_refused() {
    let project = with_runs(1);
    let other = Project::with("version: 1\ngates: { a: 'true' }\n");
    symlink(project.path().join(".prove"), other.path().join(".prove")).unwrap();
    other
        .prove(&["clean", "--all"])
        .expect(3, &["is a symbolic link"]);
    assert_eq!(runs(&project).len(), 1);
}

#[test]
fn without_an_engine_the_rest_is_cleaned_and_the_exit_code_says_so() {
    let mut project = with_runs(2);
    keep(&project, 1);
    let host = nowhere(project.path());
    project.env("DOCKER_HOST", &host);
    project.prove(&["clean"]).expect(
        3,
        &["removed   run", "the engine could not be asked", "--trees"],
    );
    assert_eq!(runs(&project).len(), 1);
    project.prove(&LOCAL).expect(0, &["nothing to remove"]);
}

#[test]
fn the_tree_of_a_hook_stays_until_the_hook_is_gone_or_all_is_asked_for() {
    let repo = Repo::hooked();
    repo.project.file("state", "not the commit\n");
    repo.prove(&["run", "--rev", "HEAD"]).expect(0, &[]);
    let tree = repo.kept();
    repo.prove(&["clean", "--trees"])
        .expect(0, &["nothing to remove"]);
    assert!(tree.exists());
    repo.prove(&["clean", "--trees", "--all", "-n"])
        .expect(0, &["would go  tree"]);
    repo.prove(&["clean", "--trees", "--all"])
        .expect(0, &["removed   tree"]);
    assert!(!tree.exists());
    assert_eq!(repo.git(&["worktree", "list"]).stdout.lines().count(), 1);
    repo.prove(&["run", "--rev", "HEAD"]).expect(0, &["proved"]);
    fs::remove_file(repo.hook("pre-push")).unwrap();
    repo.prove(&["clean", "--trees"])
        .expect(0, &["removed   tree"]);
    assert!(!tree.exists());
}

#[test]
fn the_tree_of_a_repository_that_is_gone_goes() {
    let repo = Repo::hooked();
    repo.project.file("state", "not the commit\n");
    repo.prove(&["run", "--rev", "HEAD"]).expect(0, &[]);
    let tree = repo.kept();
    fs::remove_dir_all(repo.project.path().join(".git")).unwrap();
    repo.prove(&["clean", "--trees"])
        .expect(0, &["removed   tree"]);
    assert!(!tree.exists());
}

#[test]
fn remembered_proofs_go_only_when_asked_for() {
    let repo = Repo::hooked();
    repo.prove(&["run", "--rev", "HEAD"]).expect(0, &[]);
    let proofs = repo.project.path().join(".git/prove/proven.jsonl");
    assert!(proofs.exists());
    unfinished(&repo.project.path().join(".git/prove"), ".prove-a1B2c3");
    repo.prove(&LOCAL).expect(0, &[".prove-a1B2c3"]);
    assert!(proofs.exists());
    repo.prove(&["clean", "--proofs"])
        .expect(0, &["1 remembered proof"]);
    assert!(!proofs.exists());
}

#[test]
fn what_a_killed_run_left_on_the_engine_goes_and_a_live_runs_stays() {
    if !docker::engine("what_a_killed_run_left_on_the_engine_goes") {
        return;
    }
    // A runtime folder of its own: the runs of other tests cannot judge these, and leave them.
    let runtime = tempfile::tempdir().unwrap();
    let runtime = runtime.path().to_str().unwrap();
    let running = || {
        let mut image = ImageProject::with(concat!(
            "  app: { build: . }\n",
            "  t: { run: [/bin/busybox, sh, -c, 'echo is-up; sleep 600'], in: app }\n",
        ));
        image.project.env("XDG_RUNTIME_DIR", runtime);
        let mut child = image.project.command(&["run", "-v"]).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stdout));
        assert!(lines.any(|line| line.unwrap().contains("is-up")));
        (image, child)
    };
    let (live, mut lives) = running();
    let (dead, mut dies) = running();
    signal(dies.id(), Signal::KILL);
    dies.wait().unwrap();
    let left = dead.containers();
    let [container] = &left[..] else {
        panic!("{left:?}")
    };
    let look = dead.project.prove(&["clean", "--engine", "--dry-run"]);
    look.expect(0, &["would go  container", &container[..12], "prove-tmp/"]);
    assert_eq!(dead.containers(), left);
    let clean = dead.project.prove(&["clean", "--engine"]);
    clean.expect(0, &["removed   container", &container[..12]]);
    assert!(dead.containers().is_empty());
    assert_eq!(live.containers().len(), 1, "a live run's is its own");
    signal(lives.id(), Signal::INT);
    lives.wait().unwrap();
    assert_eq!(engine(&["inspect", container]), None);
}
