//! Keys that are not there, are there twice, or are called so elsewhere.

use super::bad;

#[test]
fn a_misspelt_key() {
    let file = "version: 1\ngates:\n  lint: { run: x, timeot: 5m }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `timeot`
     --> prove.yml:3:19
      |
    3 |   lint: { run: x, timeot: 5m }
      |                   ^^^^^^
      |
      = help: did you mean `timeout`?

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_misspelt_kind() {
    let file = "version: 1\ngates:\n  lint: { rnu: x }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `rnu`
     --> prove.yml:3:11
      |
    3 |   lint: { rnu: x }
      |           ^^^
      |
      = help: did you mean `run`?

    1 mistake; nothing ran
    "##);
}

#[test]
fn habits_from_elsewhere() {
    let file = "version: 1\ngates:\n  lint: { run: x, depends_on: y, working-directory: z }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `depends_on`
     --> prove.yml:3:19
      |
    3 |   lint: { run: x, depends_on: y, working-directory: z }
      |                   ^^^^^^^^^^
      |
      = help: here this is called `needs`

    error: unknown key `working-directory`
     --> prove.yml:3:34
      |
    3 |   lint: { run: x, depends_on: y, working-directory: z }
      |                                  ^^^^^^^^^^^^^^^^^
      |
      = help: here this is called `cwd`

    2 mistakes; nothing ran
    "##);
}

#[test]
fn a_kind_by_its_name_elsewhere() {
    let file = "version: 1\ngates:\n  lint: { script: x }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `script`
     --> prove.yml:3:11
      |
    3 |   lint: { script: x }
      |           ^^^^^^
      |
      = help: here this is called `run`

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_key_that_comes_later() {
    let file = "version: 1\ngates:\n  lint: { run: x, scan: { image: app } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `scan`
     --> prove.yml:3:19
      |
    3 |   lint: { run: x, scan: { image: app } }
      |                   ^^^^
      |
      = help: this key comes with a later version of prove

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_misspelt_key_of_the_file() {
    let file = "version: 1\ngate:\n  lint: x\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `gate`
     --> prove.yml:2:1
      |
    2 | gate:
      | ^^^^
      |
      = help: did you mean `gates`?

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_gate_twice() {
    let file = "version: 1\ngates:\n  lint: x\n  lint: y\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `lint` is here twice
     --> prove.yml:4:3
      |
    3 |   lint: x
      |   ---- first here
    4 |   lint: y
      |   ^^^^ again here
      |
      = help: YAML readers keep one of the two without a word: take one away

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_required_key_that_is_missing() {
    let file = "version: 1\ngates:\n  a: { run: x, advisory: { until: 2026-01-01 } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `reason` is missing here
     --> prove.yml:3:16
      |
    3 |   a: { run: x, advisory: { until: 2026-01-01 } }
      |                ^^^^^^^^
      |
      = note: Why its outcome does not decide.

    1 mistake; nothing ran
    "##);
}
