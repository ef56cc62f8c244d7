//! Faults of the gate file and the arguments: exit 2, every mistake said with its place, nothing
//! ran.

use crate::support::{Project, Ran};

/// Runs a gate file that is wrong and asserts that nothing ran.
#[track_caller]
fn refused(gate_file: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let project = Project::bare();
    project.file("prove.yml", gate_file);
    refused_in(&project, &["run"], words)
}

#[track_caller]
fn refused_in(project: &Project, args: &[&str], words: &[&str]) -> Ran {
    let ran = project.prove(args);
    ran.expect(2, words);
    assert!(!project.path().join("ran").exists(), "something ran");
    assert!(
        !project.path().join(".prove/runs").exists(),
        "a run was recorded"
    );
    ran
}

#[test]
fn an_unknown_key_is_refused_with_a_suggestion() {
    refused(
        "version: 1\ngates:\n  a: { run: touch ran, timeuot: 3s }\n",
        &["prove.yml:3:", "timeuot", "timeout"],
    );
}

#[test]
fn an_unknown_key_in_a_nested_map_is_refused() {
    refused(
        "version: 1\ngates:\n  a:\n    run: touch ran\n    results: { jnuit: r.xml }\n",
        &["prove.yml:5:", "jnuit", "junit"],
    );
}

#[test]
fn an_unknown_key_at_the_top_is_refused() {
    refused(
        "version: 1\nrelease: {}\ngates: { a: touch ran }\n",
        &["prove.yml:2:", "release"],
    );
}

#[test]
fn a_duplicate_key_is_refused() {
    refused(
        "version: 1\ngates:\n  a: touch ran\n  a: 'true'\n",
        &["prove.yml:4:", "a"],
    );
}

#[test]
fn a_duplicate_key_in_a_nested_map_is_refused() {
    refused(
        "version: 1\ngates:\n  a:\n    run: touch ran\n    env:\n      X: 1\n      X: 2\n",
        &["prove.yml:7:", "X"],
    );
}

#[test]
fn a_wrong_type_is_refused() {
    refused(
        "version: 1\ngates:\n  a: { run: touch ran, locks: { x: y } }\n",
        &["prove.yml:3:"],
    );
    refused("version: 1\ngates: [a, b]\n", &["prove.yml:2:"]);
    refused("version: one\ngates: { a: touch ran }\n", &["prove.yml:1:"]);
}

#[test]
fn a_cycle_is_refused_with_its_path() {
    refused(
        "version: 1\ngates:\n  a: { run: touch ran, needs: b }\n  b: { run: touch ran, needs: [c] }\n  c: { run: touch ran, needs: a }\n",
        &["cycle", "a", "b", "c"],
    );
}

#[test]
fn an_unknown_need_is_refused_with_a_suggestion() {
    refused(
        "version: 1\ngates:\n  lint: touch ran\n  unit: { run: touch ran, needs: lnit }\n",
        &["prove.yml:4:", "lnit", "lint"],
    );
}

#[test]
fn three_mistakes_are_reported_at_once() {
    refused(
        "version: 1\ngates:\n  a: { rnu: touch ran }\n  b: { run: touch ran, needs: nope }\n  c: { run: touch ran, timeout: soon, needs: ghost }\n",
        &[
            "prove.yml:3:",
            "prove.yml:4:",
            "prove.yml:5:",
            "rnu",
            "nope",
            "10m",
            "ghost",
        ],
    );
}

#[test]
fn an_empty_file_is_refused() {
    refused("", &["prove.yml", "empty"]);
    refused("# only a comment\n", &["prove.yml", "empty"]);
}

#[test]
fn no_gates_is_refused() {
    refused("version: 1\n", &["gates"]);
    refused("version: 1\ngates: {}\n", &["gates"]);
}

#[test]
fn two_documents_are_refused() {
    refused(
        "version: 1\ngates: { a: touch ran }\n---\nversion: 1\n",
        &["document"],
    );
}

#[test]
fn a_file_over_10_mib_is_refused() {
    let mut text = "version: 1\ngates: { a: touch ran }\n".to_owned();
    text.push_str(&"# filler\n".repeat(1_300_000));
    refused(text, &["10 MiB"]);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "version: 1\nvars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let last = n - 1;
        let list = vec![format!("*a{last}"); 10].join(", ");
        text.push_str(&format!("  a{n}: &a{n} [{list}]\n"));
    }
    text.push_str("gates: { a: touch ran }\n");
    refused(text, &["prove.yml:"]);
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!(
        "version: 1\ngates: {}{}\n",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    refused(text, &["prove.yml:2:"]);
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    refused(
        b"version: 1\ngates: { a: \"touch \xff ran\" }\n",
        &["UTF-8"],
    );
}

#[test]
fn a_directory_is_no_gate_file() {
    let project = Project::bare();
    std::fs::create_dir(project.path().join("prove.yml")).unwrap();
    refused_in(&project, &["run"], &["prove.yml", "directory"]);
}

#[test]
fn a_gate_file_that_cannot_be_read_is_refused() {
    let project = Project::bare();
    refused_in(&project, &["run"], &["prove.yml"]);
    // Root reads everything, so a link to nothing stands for a file that cannot be read.
    std::os::unix::fs::symlink("nowhere", project.path().join("prove.yml")).unwrap();
    refused_in(&project, &["run", "-f", "prove.yml"], &["prove.yml"]);
}

#[test]
fn a_gate_that_is_two_kinds_or_none_is_refused() {
    refused(
        "version: 1\ngates:\n  a: { run: touch ran, exists: x }\n",
        &["prove.yml:3:"],
    );
    refused(
        "version: 1\ngates:\n  a: { needs: [] }\n",
        &["prove.yml:3:"],
    );
}

#[test]
fn names_with_a_space_or_markup_are_refused() {
    refused(
        "version: 1\ngates:\n  'a b': touch ran\n",
        &["prove.yml:3:", "a b"],
    );
    refused(
        "version: 1\ngates:\n  '<b>x</b>': touch ran\n",
        &["prove.yml:3:"],
    );
}

#[test]
fn a_typo_in_a_selection_is_refused() {
    let project = Project::with("version: 1\ngates:\n  lint: touch ran\n");
    refused_in(&project, &["run", "lnit"], &["lnit", "lint"]);
    refused_in(&project, &["run", "--no-such-flag"], &["no-such-flag"]);
}

#[test]
fn a_branch_name_does_not_reach_a_shell() {
    let project = Project::with(
        "version: 1\ngates:\n  a: { run: 'touch ran && echo ${{ git.branch }} | cat' }\n",
    );
    project.git();
    let words = ["prove.yml:3:", "git.branch", "env"];
    refused_in(&project, &["run"], &words);
}

#[test]
fn an_undefined_reference_is_refused() {
    refused(
        "version: 1\ngates:\n  a: { run: 'touch ${{ vars.nope }}' }\n",
        &["prove.yml:3:", "nope"],
    );
}

#[test]
fn yaml_traps_are_explained() {
    refused(
        "version: 1\ngates:\n  a: { run: [touch, ran], inputs: [**/*.rs] }\n",
        &["prove.yml:3:"],
    );
    refused(
        "version: 1\ngates:\n  a: { run: touch ran, description: ${{ vars.x }} }\n",
        &["prove.yml:3:"],
    );
    refused("version: 1\ngates:\n  a: !x touch ran\n", &["prove.yml:3:"]);
}

#[test]
fn habits_from_elsewhere_get_a_hint() {
    for (key, right) in [
        ("if: main", "`when`"),
        ("rules: []", "`when`"),
        ("only: [main]", "`when`"),
        ("depends_on: [b]", "needs"),
        ("working-directory: x", "cwd"),
        ("continue-on-error: true", "advisory"),
        ("timeout-minutes: 3", "timeout"),
        ("script: x", "run"),
    ] {
        refused(
            format!("version: 1\ngates:\n  a: {{ run: touch ran, {key} }}\n"),
            &["prove.yml:3:", right],
        );
    }
}

#[test]
fn a_newer_prove_can_be_asked_for() {
    refused(
        "version: 1\nrequires: '>=99'\ngates: { a: touch ran }\n",
        &["prove.yml:2:", "99"],
    );
    refused("version: 2\ngates: { a: touch ran }\n", &["prove.yml:1:"]);
}

#[test]
fn a_need_of_an_advisory_gate_is_a_mistake() {
    refused(
        "version: 1\ngates:\n  a: { run: touch ran, advisory: { reason: new } }\n  b: { run: touch ran, needs: a }\n",
        &["prove.yml:4:", "advisory"],
    );
}

#[test]
fn a_check_that_waits_for_the_image_it_must_precede_is_a_cycle() {
    refused(
        "version: 1\ngates:\n  base: { run: touch ran, needs: app-test }\n  app: { build: ., needs: base }\n  app-test: { run: x, in: app }\n",
        &["cycle", "app", "base"],
    );
}
