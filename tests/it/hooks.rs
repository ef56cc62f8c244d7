//! `git push` with the hook: what is pushed is proved, and nothing else.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::support::repo::{GATES, Repo};
use crate::support::{Ran, fifo, signal, wait_for_line, wait_until_gone};

#[test]
fn the_commit_counts_and_not_the_work_tree() {
    let repo = Repo::hooked();
    repo.project.file("state", "broken\n");
    let broken = repo.commit("breaks it");
    repo.project.file("state", "good, but not committed\n");
    let ran = repo.git(&["push", "a", "main"]);
    ran.expect(1, &["is refuted", "the push is held back", &broken[..10]]);
    assert_eq!(repo.remote("a", "main"), None);
    repo.commit("mends it");
    repo.project.file("state", "broken again\n");
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(repo.remote("a", "main"), Some(repo.sha("main")));
    // Both in the kept tree, which the user's tree did not become; what was recorded is here.
    let kept = repo.kept();
    assert_eq!(repo.ran(), [kept.clone(), kept]);
    assert_eq!(
        fs::read_to_string(repo.project.path().join("state")).unwrap(),
        "broken again\n"
    );
    let runs = fs::read_dir(repo.project.path().join(".prove/runs")).unwrap();
    let logs = runs.map(|run| fs::read_to_string(run.unwrap().path().join("logs/state.log")));
    let logs: Vec<String> = logs.filter_map(Result::ok).collect();
    assert_eq!(logs, ["good, but not committed\n"]);
    // A second remote costs nothing.
    repo.git(&["push", "b", "main"])
        .expect(0, &["was proved before"]);
    assert_eq!(repo.remote("b", "main"), Some(repo.sha("main")));
    assert_eq!(repo.ran().len(), 2);
}

#[test]
fn a_work_tree_that_is_the_commit_is_used_as_it_is() {
    let repo = Repo::hooked();
    repo.git(&["push", "a", "main"])
        .expect(0, &["exactly that"]);
    assert_eq!(repo.ran(), [repo.project.path().canonicalize().unwrap()]);
    // A file that git does not know is a difference.
    repo.project.file("new", "");
    repo.project.file("state", "good too\n");
    repo.git(&["commit", "-q", "-a", "-m", "two"])
        .expect(0, &[]);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(repo.ran()[1], repo.kept());
}

#[test]
fn a_work_tree_that_changes_meanwhile_proves_nothing() {
    let repo = Repo::hooked();
    repo.project.file(
        "prove.yml",
        "version: 1\ngates: { a: 'echo late > state' }\n",
    );
    repo.commit("writes what it should not");
    repo.git(&["push", "a", "main"]).expect(
        1,
        &[
            "changed while the gates ran",
            "changed: state",
            "not proved",
        ],
    );
    assert_eq!(repo.remote("a", "main"), None);
    repo.git(&["checkout", "-q", "state"]).expect(0, &[]);
    repo.project.file(
        "prove.yml",
        "version: 1\ngates: { a: { run: 'echo > made', outputs: [made] } }\n",
    );
    repo.commit("says what it writes");
    repo.git(&["push", "a", "main"])
        .expect(0, &["exactly that"]);
}

#[test]
fn what_git_is_told_not_to_look_at_is_not_trusted() {
    let repo = Repo::hooked();
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        repo.project.file("state", format!("broken {flag}\n"));
        repo.commit(flag);
        repo.git(&["update-index", flag, "state"]).expect(0, &[]);
        repo.project.file("state", "good\n");
        assert_eq!(repo.git(&["status", "--porcelain"]).stdout, "");
        repo.git(&["push", "a", "main"]).expect(1, &["is refuted"]);
        repo.git(&["update-index", &flag.replace("--", "--no-"), "state"])
            .expect(0, &[]);
    }
}

#[test]
fn the_gate_file_of_the_commit_counts() {
    let repo = Repo::hooked();
    repo.project
        .file("prove.yml", "version: 1\ngates: { a: 'false' }\n");
    repo.commit("a gate that fails");
    repo.project.file("prove.yml", GATES);
    repo.git(&["push", "a", "main"]).expect(1, &["is refuted"]);
    fs::remove_file(repo.project.path().join("prove.yml")).unwrap();
    repo.commit("no gate file");
    repo.project.file("prove.yml", GATES);
    repo.git(&["push", "a", "main"]).expect(
        1,
        &[
            "there is no gate file in commit",
            "commit a `prove.yml`",
            "not proved",
        ],
    );
    assert!(repo.ran().is_empty() && repo.remote("a", "main").is_none());
}

#[test]
fn only_the_gates_of_the_stage_run_and_only_that_is_remembered() {
    let repo = Repo::hooked();
    let gates = format!("{GATES}  slow: {{ run: 'echo >> \"$HOME/slow\"', stages: [ci] }}\n");
    repo.project.file("prove.yml", gates);
    repo.commit("stages");
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    assert!(!repo.side.path().join("home/slow").exists());
    // By hand everything runs, and what is proved whole is proved for the push.
    repo.project.file("other", "");
    let all = repo.commit("another");
    repo.prove(&["run", "--only", "slow", "--rev", &all])
        .expect(0, &[]);
    repo.git(&["push", "a", "main"])
        .expect(0, &["exactly that"]);
    repo.project.file("other", "2");
    let all = repo.commit("and another");
    repo.project.file("state", "broken\n");
    repo.prove(&["run", "--rev", &all]).expect(0, &[]);
    let runs = repo.ran().len();
    repo.git(&["push", "a", "main"])
        .expect(0, &["was proved before"]);
    assert_eq!(repo.ran().len(), runs);
}

#[test]
fn deleted_refs_cost_nothing_and_nothing_new_neither() {
    let repo = Repo::hooked();
    repo.git(&["push", "-q", "a", "main", "main:old"])
        .expect(0, &[]);
    assert_eq!(repo.ran().len(), 1);
    repo.project.file("prove.yml", "no gate file\n");
    repo.git(&["push", "a", ":old"]).expect(0, &[]);
    assert_eq!(repo.remote("a", "old"), None);
    repo.git(&["push", "a", "main"]).expect(0, &["up-to-date"]);
    assert_eq!(repo.ran().len(), 1);
}

#[test]
fn tags_are_peeled_and_what_is_no_commit_is_held_back() {
    let repo = Repo::hooked();
    repo.git(&["tag", "-a", "-m", "one", "v1"]).expect(0, &[]);
    repo.git(&["tag", "-a", "-m", "of a tag", "v1.1", "v1"])
        .expect(0, &[]);
    repo.git(&["push", "a", "v1", "v1.1", "main"])
        .expect(0, &[]);
    assert_eq!(repo.ran().len(), 1);
    let blob = repo.sha("HEAD:state");
    repo.git(&["push", "a", &format!("{blob}:refs/tags/blob")])
        .expect(
            1,
            &["refs/tags/blob", "stands for no commit", "--no-verify"],
        );
    assert_eq!(repo.remote("a", "refs/tags/blob"), None);
}

#[test]
fn each_of_several_commits_is_proved_once() {
    let repo = Repo::hooked();
    for name in ["one", "two"] {
        repo.git(&["checkout", "-q", "-b", name, "main"])
            .expect(0, &[]);
        repo.project.file(name, "");
        repo.commit(name);
    }
    repo.git(&["push", "a", "--all"]).expect(0, &[]);
    assert_eq!(repo.ran().len(), 3);
    // Forced, and one of them broken: none of it goes out.
    repo.project.file("state", "broken\n");
    repo.git(&["commit", "-q", "-a", "--amend", "-m", "broken"])
        .expect(0, &[]);
    repo.git(&["branch", "-f", "one", "main"]).expect(0, &[]);
    let before = repo.remote("a", "one");
    repo.git(&["push", "-f", "a", "one", "two"])
        .expect(1, &["is refuted"]);
    assert_eq!(repo.remote("a", "one"), before);
}

#[test]
fn a_thousand_refs_of_two_commits_are_two_runs() {
    let repo = Repo::hooked();
    let first = repo.sha("HEAD");
    repo.project.file("more", "");
    let second = repo.commit("more");
    let line = |n: usize| {
        let sha = if n.is_multiple_of(2) { &first } else { &second };
        format!("create refs/heads/many/{n} {sha}\n")
    };
    let mut update = repo.program("git", repo.project.path());
    update.args(["update-ref", "--stdin"]).stdin(Stdio::piped());
    let mut update = update.spawn().unwrap();
    let lines: String = (0..1000).map(line).collect();
    update
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    assert!(update.wait().unwrap().success());
    repo.git(&["push", "-q", "a", "refs/heads/many/*:refs/heads/many/*"])
        .expect(0, &[]);
    assert_eq!(repo.remote("a", "refs/heads/many/999"), Some(second));
    assert_eq!(repo.ran().len(), 2);
}

#[test]
fn a_gate_file_that_asks_for_the_branch_is_proved_for_each() {
    let repo = Repo::hooked();
    repo.project.file(
        "prove.yml",
        "version: 1\ngates: { a: { run: 'echo \"$B\" >> \"$HOME/ran\"', env: { B: '${{ git.branch }}' } } }\n",
    );
    repo.commit("asks");
    repo.git(&["push", "a", "main", "main:release"])
        .expect(0, &[]);
    repo.git(&["push", "b", "main", "main:release"])
        .expect(0, &["was proved before"]);
    let ran: Vec<String> = repo
        .ran()
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(ran, ["main", "release"]);
}

#[test]
fn names_of_branches_are_not_obeyed() {
    let repo = Repo::hooked();
    for name in [
        "$(touch${IFS}pwned)",
        ";touch${IFS}pwned;",
        "`touch${IFS}pwned`",
        "-–rev",
        "a'b\"c",
        "ü|&<>",
    ] {
        let full = format!("refs/heads/{name}");
        repo.git(&["update-ref", &full, "HEAD"]).expect(0, &[]);
        repo.git(&["push", "a", &format!("{full}:{full}")])
            .expect(0, &[]);
        assert_eq!(repo.remote("a", &full), Some(repo.sha("HEAD")), "{name}");
    }
    assert!(!repo.project.path().join("pwned").exists());
}

#[test]
fn gates_do_not_see_what_git_tells_its_hooks() {
    let repo = Repo::hooked();
    let gates = "version: 1\npass_env: ['GIT_*']\ngates: { a: 'env > \"$HOME/env\"; git rev-parse --show-toplevel >> \"$HOME/ran\"' }\n";
    repo.project.file("prove.yml", gates);
    repo.commit("looks around");
    repo.project.file("prove.yml", GATES);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    let env = fs::read_to_string(repo.side.path().join("home/env")).unwrap();
    for name in [
        "GIT_DIR=",
        "GIT_INDEX_FILE=",
        "GIT_WORK_TREE=",
        "GIT_PREFIX=",
    ] {
        assert!(!env.lines().any(|line| line.starts_with(name)), "{env}");
    }
    assert_eq!(repo.ran(), [repo.kept()]);
}

#[test]
fn what_git_ignores_stays_in_the_kept_tree_and_nothing_else_does() {
    let mut repo = Repo::hooked();
    // The cache may be behind a link: then, too, it is the same tree again.
    let link = repo.side.path().join("link");
    fs::create_dir(repo.side.path().join("home/.cache")).unwrap();
    std::os::unix::fs::symlink("home/.cache", &link).unwrap();
    let link = link.display().to_string();
    repo.project.env("XDG_CACHE_HOME", &link);
    let gates = "version: 1\ngates: { a: 'ls >> \"$HOME/ran\"; echo > cache' }\n";
    repo.project
        .file("prove.yml", gates)
        .file(".gitignore", "cache\n");
    repo.commit("leaves a cache");
    repo.project.file("dirty", "");
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    let kept = repo.kept();
    fs::write(kept.join("junk"), "").unwrap();
    fs::create_dir_all(kept.join("nested/.git")).unwrap();
    fs::remove_file(kept.join("state")).unwrap();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "again"])
        .expect(0, &[]);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    let ran: Vec<String> = repo
        .ran()
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(ran, ["prove.yml", "state", "cache", "prove.yml", "state"]);
    let listed = repo.git(&["worktree", "list", "--porcelain"]);
    listed.expect(0, &["locked prove keeps it to prove commits in"]);
    repo.git(&["worktree", "prune", "--expire=now"])
        .expect(0, &[]);
    repo.git(&["gc", "-q", "--prune=now"]).expect(0, &[]);
    assert!(kept.join("cache").exists());
}

#[test]
fn a_gate_that_mends_the_files_proves_nothing_wherever_it_runs() {
    let repo = Repo::hooked();
    repo.project.file("state", "broken\n").file(
        "prove.yml",
        "version: 1\ngates: { fix: 'echo good > state', see: { run: 'grep good state', needs: [fix] } }\n",
    );
    repo.commit("a formatter that writes");
    repo.project.file("dirty", "");
    repo.git(&["push", "a", "main"])
        .expect(1, &["files changed while the gates ran", "changed: state"]);
    fs::remove_file(repo.project.path().join("dirty")).unwrap();
    repo.git(&["push", "a", "main"])
        .expect(1, &["exactly that", "changed: state"]);
    assert_eq!(repo.remote("a", "main"), None);
}

#[test]
fn a_damaged_kept_tree_is_made_anew() {
    let repo = Repo::hooked();
    repo.project.file("dirty", "");
    let again = |n: usize| {
        repo.git(&["commit", "-q", "--allow-empty", "-m", "again"])
            .expect(0, &[]);
        repo.git(&["push", "a", "main"]).expect(0, &[]);
        assert_eq!(repo.ran().len(), n);
    };
    again(1);
    let kept = repo.kept();
    let admin = fs::read_to_string(kept.join(".git")).unwrap();
    let admin = admin.trim().strip_prefix("gitdir: ").unwrap();
    fs::write(format!("{admin}/index.lock"), "").unwrap();
    fs::write(kept.join("state"), "broken\n").unwrap();
    again(2);
    fs::remove_file(kept.join(".git")).unwrap();
    again(3);
    fs::remove_dir_all(&kept).unwrap();
    again(4);
    fs::remove_dir_all(&kept).unwrap();
    fs::write(&kept, "a file").unwrap();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "again"])
        .expect(0, &[]);
    repo.git(&["push", "a", "main"])
        .expect(1, &["cannot", "not proved"]);
    assert_eq!(repo.ran().len(), 4);
}

/// A gate that says that it is up and waits until it is let go.
fn waiting(repo: &Repo) {
    let gates = "version: 1\ngates: { a: 'pwd >> \"$HOME/ran\"; echo $$ > \"$HOME/up\"; read x < \"$HOME/go\"' }\n";
    repo.project.file("prove.yml", gates);
    repo.commit("waits");
    for name in ["up", "go"] {
        fifo(&repo.side.path().join("home").join(name));
    }
}

#[test]
fn two_pushes_at_once_go_one_behind_the_other() {
    let repo = Repo::hooked();
    waiting(&repo);
    repo.project.file("dirty", "");
    let push = |name: &str| {
        let mut push = repo.program("git", repo.project.path());
        push.args(["push", name, "main"]);
        push.spawn().unwrap()
    };
    let home = repo.side.path().join("home");
    let first = push("a");
    wait_for_line(&home.join("up"));
    let mut second = push("b");
    // Only when the second says that it waits may the first go on.
    let mut said = BufReader::new(second.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting for that") {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "it did not wait");
    }
    assert_eq!(repo.ran().len(), 1);
    fs::write(home.join("go"), "go\n").unwrap();
    Ran::of(first.wait_with_output().unwrap()).expect(0, &[]);
    wait_for_line(&home.join("up"));
    fs::write(home.join("go"), "go\n").unwrap();
    std::io::copy(&mut said, &mut std::io::sink()).unwrap();
    Ran::of(second.wait_with_output().unwrap()).expect(0, &[]);
    assert_eq!(repo.ran(), [repo.kept(), repo.kept()]);
}

#[test]
fn a_push_that_was_killed_leaves_nothing_in_the_way() {
    let repo = Repo::hooked();
    waiting(&repo);
    repo.project.file("dirty", "");
    let stdin = format!(
        "refs/heads/main {0} refs/heads/main {0}\n",
        repo.sha("main")
    );
    let mut hook = repo
        .project
        .command(&["hook", "run", "pre-push", "a", "url"]);
    let mut hook = hook.stdin(Stdio::piped()).spawn().unwrap();
    hook.stdin
        .take()
        .unwrap()
        .write_all(stdin.as_bytes())
        .unwrap();
    let gate = wait_for_line(&repo.side.path().join("home/up"));
    signal(hook.id(), rustix::process::Signal::KILL);
    hook.wait().unwrap();
    wait_until_gone(&gate);
    repo.project.file("prove.yml", GATES);
    repo.git(&["commit", "-q", "-a", "-m", "mended"])
        .expect(0, &[]);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(repo.remote("a", "main"), Some(repo.sha("main")));
}

#[test]
fn what_others_hand_over_counts_and_silence_does_not() {
    let repo = Repo::hooked();
    repo.prove(&["hook", "run", "pre-push", "a", "url"])
        .expect(2, &["nobody says what is pushed", "use_stdin"]);
    repo.project.file("state", "broken\n");
    let broken = repo.commit("broken");
    repo.git(&["checkout", "-q", "HEAD~1"]).expect(0, &[]);
    let mut framework = repo.project.command(&["hook", "run", "pre-push"]);
    framework
        .env("PRE_COMMIT_TO_REF", &broken)
        .env("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main");
    Ran::of(framework.output().unwrap()).expect(1, &["is refuted"]);
    let mut garbled = repo.project.command(&["hook", "run", "pre-push"]);
    let mut garbled = garbled.stdin(Stdio::piped()).spawn().unwrap();
    garbled
        .stdin
        .take()
        .unwrap()
        .write_all(b"refs/heads/main abc\n")
        .unwrap();
    Ran::of(garbled.wait_with_output().unwrap()).expect(3, &["line 1", "held back"]);
}

#[test]
fn an_empty_pipe_is_gits_nothing_and_no_pipe_is_nobodys_word() {
    let repo = Repo::hooked();
    let hook = repo.hook("pre-push");
    let mut called = repo.program(hook.to_str().unwrap(), repo.project.path());
    called.args(["a", "url"]);
    // A wrapper that called it with `</dev/null`, and one that closed it.
    Ran::of(called.stdin(Stdio::null()).output().unwrap())
        .expect(2, &["nobody says what is pushed", "held back"]);
    let mut closed = repo.program("sh", repo.project.path());
    closed.args(["-c", "exec \"$0\" a url <&-"]).arg(&hook);
    Ran::of(closed.output().unwrap()).expect(2, &["nobody says what is pushed"]);
    let mut child = called.stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stdin.take());
    Ran::of(child.wait_with_output().unwrap()).expect(0, &[]);
    assert!(repo.ran().is_empty());
    // Git itself, with nothing to push.
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    repo.git(&["push", "a", "main"]).expect(0, &["up-to-date"]);
}

#[test]
fn a_memory_that_cannot_be_read_proves_nothing() {
    let repo = Repo::hooked();
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    let memory = repo.project.path().join(".git/prove/proven.jsonl");
    let text = fs::read_to_string(&memory).unwrap();
    fs::write(&memory, &text[..text.len() / 2]).unwrap();
    repo.git(&["push", "b", "main"])
        .expect(0, &["proves commit"]);
    assert_eq!(repo.ran().len(), 2);
    fs::remove_file(&memory).unwrap();
    fs::create_dir(&memory).unwrap();
    repo.git(&["push", "b", "main:other"])
        .expect(1, &["not a regular file", "move ", "held back"]);
    assert_eq!(repo.remote("b", "other"), None);
}

#[test]
fn a_hook_that_is_asked_to_end_ends_its_run() {
    let repo = Repo::hooked();
    waiting(&repo);
    let head = repo.sha("main");
    let mut hook = repo
        .project
        .command(&["hook", "run", "pre-push", "a", "url"]);
    let mut hook = hook.stdin(Stdio::piped()).spawn().unwrap();
    let line = format!("refs/heads/main {head} refs/heads/main {head}\n");
    hook.stdin
        .take()
        .unwrap()
        .write_all(line.as_bytes())
        .unwrap();
    let gate = wait_for_line(&repo.side.path().join("home/up"));
    signal(hook.id(), rustix::process::Signal::TERM);
    Ran::of(hook.wait_with_output().unwrap()).expect(143, &["interrupted"]);
    wait_until_gone(&gate);
    assert!(!repo.project.path().join(".git/prove/proven.jsonl").exists());
}

/// A gate that refuses what it finds in the files that changed since the base branch.
const SINCE: &str = concat!(
    "version: 1\ngates:\n  look:\n",
    "    run: [sh, -c, '! grep -q broken \"$@\"', look]\n",
    "    files: { match: '*.sh', since: base }\n",
);

#[test]
fn a_proof_of_what_changed_since_the_base_does_not_stand_for_another_base() {
    let repo = Repo::hooked();
    repo.project.file("prove.yml", SINCE);
    let first = repo.commit("the gate");
    repo.git(&["checkout", "-q", "-b", "work"]).expect(0, &[]);
    repo.project.file("a.sh", "broken\n");
    let second = repo.commit("breaks it");
    repo.project.file("b.sh", "good\n");
    repo.commit("goes on");
    // As if what is broken had been merged already: only the last commit counts.
    repo.git(&["branch", "-f", "main", &second]).expect(0, &[]);
    repo.git(&["push", "a", "work"]).expect(0, &[]);
    repo.git(&["branch", "-f", "main", &first]).expect(0, &[]);
    repo.git(&["push", "b", "work"])
        .expect(1, &["is refuted", "the push is held back"]);
    assert_eq!(repo.remote("b", "work"), None);
}

#[test]
fn other_bits_are_a_difference_also_where_git_is_told_to_overlook_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = Repo::hooked();
    let chmod = |mode| {
        let tool = repo.project.path().join("tool");
        fs::set_permissions(tool, fs::Permissions::from_mode(mode)).unwrap();
    };
    repo.git(&["config", "core.fileMode", "false"])
        .expect(0, &[]);
    repo.project
        .file("tool", "")
        .file("prove.yml", "version: 1\ngates: { a: 'test -x tool' }\n");
    chmod(0o755);
    repo.commit("a tool that cannot be executed");
    repo.git(&["push", "a", "main"])
        .expect(1, &["is refuted", "the push is held back"]);
    // And the other way round: the commit is good, and the disk is not.
    repo.git(&["update-index", "--chmod=+x", "tool"])
        .expect(0, &[]);
    repo.git(&["commit", "-q", "-m", "now it can"])
        .expect(0, &[]);
    chmod(0o644);
    repo.git(&["push", "a", "main"]).expect(0, &[]);
    assert_eq!(repo.remote("a", "main"), Some(repo.sha("main")));
    // A tree that is the commit is still used as it is.
    chmod(0o755);
    repo.git(&["push", "b", "main"])
        .expect(0, &["was proved before"]);
    repo.prove(&["run", "--rev", "HEAD"])
        .expect(0, &["exactly that"]);
}
