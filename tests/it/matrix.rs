//! `matrix:` from the outside: cells run, are selected, reported and refused as gates of their own.

use crate::support::Project;

const FILE: &str = r#"version: 1
gates:
  build:
    run: [sh, -c, 'mkdir -p out && echo "$V" > "out/$V"']
    matrix: { node: [1.20, "22"] }
    env: { V: "${{ matrix.node }}" }
  test:
    run: cat "out/${{ matrix.node }}"
    matrix: build
    needs: build
    expect: { stdout: "${{ matrix.node }}" }
  sum: { run: cat out/1.20 out/22, needs: build }
"#;

#[test]
fn each_cell_runs_behind_the_cells_that_it_needs() {
    let project = Project::with(FILE);
    project.run().expect(0, &["proved", "test[node=1.20]"]);
    let verdicts = project.verdicts();
    let names: Vec<&str> = verdicts.keys().map(String::as_str).collect();
    let expected = [
        "build[node=1.20]",
        "build[node=22]",
        "sum",
        "test[node=1.20]",
        "test[node=22]",
    ];
    assert_eq!(names, expected);
    assert!(verdicts.values().all(|verdict| *verdict == "passed"));
    let logs = project.prove(&["logs", "test[node=1.20]"]);
    assert_eq!((logs.code, logs.stdout.as_str()), (0, "1.20\n"));
    assert!(project.run_dir().join("logs/test@node=1.20.log").exists());
}

#[test]
fn a_cell_that_fails_takes_only_its_own_with_it() {
    let file = FILE.replace("mkdir -p out", "mkdir -p out; test \"$V\" = 22");
    let project = Project::with(&file);
    let ran = project.prove(&["run", "--report", "junit=r.xml", "--report", "plain"]);
    ran.expect(1, &["refuted", "run 'build[node=1.20]'"]);
    let verdicts = project.verdicts();
    assert_eq!(verdicts["build[node=1.20]"], "failed");
    assert_eq!(verdicts["test[node=1.20]"], "skipped");
    assert_eq!(verdicts["sum"], "skipped");
    assert_eq!(verdicts["test[node=22]"], "passed");
    let junit = std::fs::read_to_string(project.path().join("r.xml")).unwrap();
    assert!(junit.contains("name=\"test[node=22]\""), "{junit}");
}

#[test]
fn cells_are_selected_by_gate_value_and_glob() {
    let project = Project::with(FILE);
    for (typed, expected) in [
        ("build", &["build[node=1.20]", "build[node=22]"][..]),
        ("build[node=22]", &["build[node=22]"]),
        ("test[node=22]", &["build[node=22]", "test[node=22]"]),
        ("b*[node=2?]", &["build[node=22]"]),
    ] {
        // One run each: ids of the same second have no order.
        let project = Project::with(FILE);
        project.prove(&["run", typed]).expect(0, &["proved"]);
        let verdicts = project.verdicts();
        let names: Vec<&str> = verdicts.keys().map(String::as_str).collect();
        assert_eq!(names, expected, "{typed}");
    }
    let missing = project.prove(&["run", "build[node=18]"]);
    missing.expect(2, &["there is no cell `build[node=18]`", "build[node=22]"]);
    project.prove(&["run", "build[node=3*]"]).expect(3, &[]);
}

#[test]
fn the_plan_shows_cells() {
    let plan = Project::with(FILE).prove(&["plan"]);
    plan.expect(0, &["5 gates", "test[node=22]", "waits for build[node=22]"]);
}

#[track_caller]
fn refused(gate: &str, words: &[&str]) {
    let project = Project::with(&format!("version: 1\ngates:\n  app: {gate}\n"));
    project.run().expect(2, words);
    assert!(!project.path().join(".prove/runs").exists());
}

#[test]
fn two_cells_that_claim_one_thing_are_refused() {
    let apart = "such as `${{ matrix.AXIS }}`";
    refused(
        "{ build: { context: ., tag: app }, matrix: { node: [20, 22] } }",
        &[
            "prove.yml:3:3",
            "the cells of `app` put the same tag on: app",
            apart,
        ],
    );
    refused(
        "{ run: x, results: { junit: r.xml }, matrix: { node: [20, 22] } }",
        &["the cells of `app` read the same report: r.xml", apart],
    );
    refused(
        "{ run: x, outputs: [dist], matrix: { node: [20, 22] } }",
        &["the cells of `app` make the same: `dist`", apart],
    );
}

#[test]
fn an_empty_matrix_runs_nothing() {
    refused(
        "{ run: touch ran, matrix: { n: [1], exclude: [{ n: 1 }] } }",
        &["prove.yml:3:26", "nothing is left of this matrix"],
    );
}
