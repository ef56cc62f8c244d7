//! Faults of processes on the host: each has its verdict, and none is ever proved.

use prove::model::{Ending, VerdictWord};

use crate::support::{Project, wait_until_gone};

/// Runs one gate `a` and gives its project; asserts verdict and exit code.
#[track_caller]
fn gate(body: &str, verdict: VerdictWord, code: i32) -> Project {
    let project = Project::with(&format!("version: 1\ngates:\n  a: {body}\n"));
    assert_verdict(&project, verdict, code);
    project
}

#[track_caller]
fn assert_verdict(project: &Project, verdict: VerdictWord, code: i32) {
    let ran = project.run();
    ran.expect(code, &["a"]);
    let gate = project.gate("a");
    assert_eq!(gate.verdict, verdict, "{:?}\n{}", gate.reason, ran.text());
}

#[test]
fn a_gate_that_passes_is_proved() {
    gate("'true'", VerdictWord::Passed, 0);
}

#[test]
fn an_exit_code_refutes() {
    let project = gate("exit 3", VerdictWord::Failed, 1);
    assert_eq!(project.gate("a").ending, Some(Ending::Exited(3)));
}

#[test]
fn a_pipe_whose_first_part_fails_refutes() {
    gate("'false | cat'", VerdictWord::Failed, 1);
}

#[test]
fn a_command_that_is_not_there_is_undecided() {
    gate("no-such-program-of-prove --x", VerdictWord::Errored, 3);
    gate(
        "{ run: [no-such-program-of-prove] }",
        VerdictWord::Errored,
        3,
    );
    gate("'no-such-program-of-prove | cat'", VerdictWord::Errored, 3);
    gate("./no-such-script.sh", VerdictWord::Errored, 3);
}

#[test]
fn a_command_that_is_not_found_inside_a_script_is_undecided() {
    let project = Project::with("version: 1\ngates:\n  a: ./check.sh\n");
    project.script("check.sh", "#!/bin/sh\nexec no-such-program-of-prove\n");
    assert_verdict(&project, VerdictWord::Errored, 3);
}

#[test]
fn a_script_that_is_not_executable_is_undecided() {
    let project = Project::with("version: 1\ngates:\n  a: ./check.sh\n");
    project.file("check.sh", "#!/bin/sh\ntrue\n");
    assert_verdict(&project, VerdictWord::Errored, 3);
    let project = Project::with("version: 1\ngates:\n  a: ./src\n");
    project.file("src/x", "");
    assert_verdict(&project, VerdictWord::Errored, 3);
}

#[test]
fn a_missing_working_directory_is_undecided() {
    gate("{ run: 'true', cwd: nowhere }", VerdictWord::Errored, 3);
}

#[test]
fn a_gate_killed_by_a_signal_refutes() {
    let project = gate("{ run: 'kill -SEGV $$' }", VerdictWord::Failed, 1);
    assert_eq!(project.gate("a").ending, Some(Ending::Signaled(11)));
}

#[test]
fn a_timeout_refutes_and_leaves_nothing_alive() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  a:\n    timeout: 1s\n    shell: bash -u\n    run: |\n",
        "      trap '' TERM\n",
        "      setsid bash -c 'trap \"\" TERM; echo $$ > grandchild; while :; do sleep 1; done' &\n",
        "      echo $$ > child\n",
        "      while :; do sleep 1; done\n",
    ));
    assert_verdict(&project, VerdictWord::Failed, 1);
    for file in ["child", "grandchild"] {
        let pid = std::fs::read_to_string(project.path().join(file)).unwrap();
        wait_until_gone(pid.trim());
    }
    assert!(project.gate("a").reason.unwrap().headline.contains("1s"));
}

#[test]
fn what_a_gate_leaves_behind_is_stopped() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'setsid sleep 1000 > /dev/null 2>&1 & echo $! > pid' }\n",
    );
    project.run().expect(0, &[]);
    let pid = std::fs::read_to_string(project.path().join("pid")).unwrap();
    wait_until_gone(pid.trim());
    let notes = project.gate("a").notes.join(" ");
    assert!(notes.contains("left"), "it is said: {notes}");
}

#[test]
fn a_setup_that_fails_makes_the_run_undecided() {
    let project = Project::with("version: 1\ngates:\n  deps: { setup: exit 1 }\n  a: touch ran\n");
    project.run().expect(3, &["deps"]);
    assert_eq!(project.verdicts()["deps"], "errored");
    assert_eq!(project.verdicts()["a"], "skipped");
    assert!(!project.path().join("ran").exists());
}

#[test]
fn a_setup_alone_is_evidence_for_nothing() {
    let project = Project::with("version: 1\ngates:\n  deps: { setup: 'true' }\n");
    project.run().expect(3, &[]);
}

#[test]
fn what_a_setup_promises_to_create_must_be_there() {
    let project = Project::with(
        "version: 1\ngates:\n  deps: { setup: 'true', creates: [node_modules] }\n  a: 'true'\n",
    );
    project.run().expect(3, &["node_modules"]);
}

#[test]
fn output_that_is_not_text_is_no_trouble_and_no_pass_by_itself() {
    let project = Project::with(concat!(
        "version: 1\ngates:\n  a:\n    run: |\n",
        "      printf '\\377\\376\\000\\033[31mred\\033[0m\\033]0;title\\007 end\\n'\n      exit 1\n",
    ));
    assert_verdict(&project, VerdictWord::Failed, 1);
    let ran = project.run();
    let raw = ran.text();
    assert!(
        !raw.contains('\u{0}') && !raw.contains("\u{1b}]0;"),
        "no raw escapes: {raw:?}"
    );
    assert!(raw.contains("end"));
}

#[test]
fn an_expectation_of_text_is_judged() {
    gate(
        "{ run: echo hello, expect: { stdout: hello } }",
        VerdictWord::Passed,
        0,
    );
    gate(
        "{ run: echo hello, expect: { stdout: goodbye } }",
        VerdictWord::Failed,
        1,
    );
    gate(
        "{ run: 'exit 4', expect: { exit: 4 } }",
        VerdictWord::Passed,
        0,
    );
    gate(
        "{ run: 'exit 0', expect: { exit: 4 } }",
        VerdictWord::Failed,
        1,
    );
}

#[test]
fn files_that_must_not_change_are_watched() {
    let changes = "version: 1\ngates:\n  a: { run: 'echo new > gen.txt', expect: { unchanged: [gen.txt] } }\n";
    let project = Project::with(changes);
    project.file("gen.txt", "old\n");
    assert_verdict(&project, VerdictWord::Failed, 1);
    project.run().expect(0, &[]);
}

#[test]
fn an_unchanged_glob_that_matches_nothing_proves_nothing() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'true', expect: { unchanged: ['gen/**'] } }\n",
    );
    assert_ne!(project.run().code, 0);
}

#[test]
fn a_gate_sees_only_the_environment_that_the_file_lets_through() {
    let mut project = Project::with(
        "version: 1\npass_env: [SHOWN]\nenv: { FROM_FILE: 1.20 }\ngates:\n  a: { run: 'env > seen', env: { MODE: 0777 } }\n",
    );
    project.env("HIDDEN", "x").env("SHOWN", "y");
    project.run().expect(0, &[]);
    let seen = std::fs::read_to_string(project.path().join("seen")).unwrap();
    assert!(!seen.contains("HIDDEN"), "{seen}");
    for line in ["SHOWN=y", "FROM_FILE=1.20", "MODE=0777"] {
        assert!(seen.lines().any(|seen| seen == line), "{line} in {seen}");
    }
}

#[test]
fn a_required_variable_that_is_missing_is_undecided_before_anything_runs() {
    let mut project =
        Project::with("version: 1\nrequire_env: [DATABASE_URL]\ngates:\n  a: touch ran\n");
    project.run().expect(3, &["DATABASE_URL"]);
    assert!(!project.path().join("ran").exists());
    project.env("DATABASE_URL", "x");
    project.run().expect(0, &[]);
}

#[test]
fn a_flaky_pass_is_said() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'test -e seen || { touch seen; exit 75; }', retries: { times: 2, backoff: 10ms, on_exit: [75] } }\n",
    );
    project.run().expect(0, &["flaky"]);
    assert!(project.gate("a").flaky);
    assert_eq!(project.gate("a").attempts, 2);
}

#[test]
fn other_exit_codes_are_not_tried_again() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'echo x >> tries; exit 1', retries: { times: 2, on_exit: [75] } }\n",
    );
    assert_verdict(&project, VerdictWord::Failed, 1);
    assert_eq!(
        std::fs::read_to_string(project.path().join("tries")).unwrap(),
        "x\n"
    );
}

#[test]
fn a_gate_named_like_a_kind_is_a_gate_like_others() {
    let project =
        Project::with("version: 1\ngates:\n  run: exit 1\n  gates: 'true'\n  build: 'true'\n");
    project.run().expect(1, &["run"]);
    assert_eq!(project.verdicts()["run"], "failed");
    assert_eq!(project.verdicts()["build"], "passed");
}

#[test]
fn a_gigabyte_of_output_is_capped_and_judged() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'echo first; head -c 1073741824 /dev/zero; echo; echo last; exit 1' }\n",
    );
    assert_verdict(&project, VerdictWord::Failed, 1);
    let log = project.gate("a").log.unwrap();
    assert!(log.bytes > 1 << 30 && log.cut > 0);
    assert_eq!(log.tail.last().map(String::as_str), Some("last"));
    let kept = std::fs::read(project.run_dir().join(&log.path)).unwrap();
    assert!(kept.len() < 20 << 20, "the log is capped: {}", kept.len());
    assert!(kept.starts_with(b"first") && kept.ends_with(b"last\n"));
}

#[test]
fn a_secret_is_masked_in_every_sink_also_when_split() {
    let mut project = Project::with(
        "version: 1\nreports: { junit: out.xml, json: out.json }\ngates:\n  a:\n    secrets: [TOKEN]\n    run: |\n      printf 'tok hunter'; sleep 0.05; printf '2secret end\\n'; echo \"$TOKEN\" >&2; exit 1\n",
    );
    project.env("TOKEN", "hunter2secret");
    let ran = project.run();
    ran.expect(1, &["***"]);
    let mut everything = ran.text();
    everything.push_str(&std::fs::read_to_string(project.path().join("out.xml")).unwrap());
    everything.push_str(&std::fs::read_to_string(project.path().join("out.json")).unwrap());
    let log = project.gate("a").log.unwrap().path;
    everything.push_str(&std::fs::read_to_string(project.run_dir().join(log)).unwrap());
    everything.push_str(&std::fs::read_to_string(project.run_dir().join("events.jsonl")).unwrap());
    assert!(!everything.contains("hunter2secret"), "{everything}");
}
