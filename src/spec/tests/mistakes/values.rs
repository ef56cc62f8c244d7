//! Values of the wrong type, and values that mean nothing.

use super::bad;

#[test]
fn values_of_a_wrong_type() {
    let file = "version: 1\ngates:\n  a: { run: x, timeout: 10, retries: many, cost: { cpus: some }, inputs: { a: b } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: a duration needs a unit: `10s`, `10m`
     --> prove.yml:3:25
      |
    3 |   a: { run: x, timeout: 10, retries: many, cost: { cpus: some }, inputs: { a: b } }
      |                         ^^

    error: expected a whole number, found `many`
     --> prove.yml:3:38
      |
    3 |   a: { run: x, timeout: 10, retries: many, cost: { cpus: some }, inputs: { a: b } }
      |                                      ^^^^

    error: expected a whole number or `all`, found `some`
     --> prove.yml:3:58
      |
    3 |   a: { run: x, timeout: 10, retries: many, cost: { cpus: some }, inputs: { a: b } }
      |                                                          ^^^^ a whole number or `all` is expected here

    error: expected a glob or a list, found a map
     --> prove.yml:3:74
      |
    3 |   a: { run: x, timeout: 10, retries: many, cost: { cpus: some }, inputs: { a: b } }
      |                                                                          ^^^^^^^^ a glob or a list is expected here

    4 mistakes; nothing ran
    "##);
}

#[test]
fn booleans_of_yaml_1_1_and_in_quotes() {
    let file =
        "version: 1\ngates:\n  a: { run: x, stdin: yes }\n  b: { run: x, stdin: \"true\" }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: expected `true` or `false`, found `yes`
     --> prove.yml:3:23
      |
    3 |   a: { run: x, stdin: yes }
      |                       ^^^
      |
      = note: YAML 1.1 read this as a boolean, YAML 1.2 reads it as a text
      = help: write `true`

    error: expected `true` or `false`, found the text "true"
     --> prove.yml:4:23
      |
    4 |   b: { run: x, stdin: "true" }
      |                       ^^^^^^
      |
      = note: in quotes it is a text
      = help: write `true`

    2 mistakes; nothing ran
    "##);
}

#[test]
fn a_word_that_is_not_among_the_words() {
    let file = "version: 1\ngates:\n  a: { exists: { mode: al, size: 5M } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: expected `all` or `any`, found `al`
     --> prove.yml:3:24
      |
    3 |   a: { exists: { mode: al, size: 5M } }
      |                        ^^

    error: `M` may be thousands or 1024s: write `5MB` or `5MiB`
     --> prove.yml:3:34
      |
    3 |   a: { exists: { mode: al, size: 5M } }
      |                                  ^^

    2 mistakes; nothing ran
    "##);
}

#[test]
fn paths_and_globs_that_cannot_be() {
    let file = "version: 1\ngates:\n  a: { run: x, cwd: ../other, inputs: [\"[a\", /../x] }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `../other` leads out of the project
     --> prove.yml:3:21
      |
    3 |   a: { run: x, cwd: ../other, inputs: ["[a", /../x] }
      |                     ^^^^^^^^
      |
      = help: paths are relative to the gate's `cwd`; `/x` is from the project's root

    error: `[a` is no glob: unclosed character class; missing ']'
     --> prove.yml:3:40
      |
    3 |   a: { run: x, cwd: ../other, inputs: ["[a", /../x] }
      |                                        ^^^^
      |
      = help: a glob has `*`, `**`, `?`, `[a-z]` and `{a,b}`; `\[` is a plain bracket

    error: `/../x` leads out of the project
     --> prove.yml:3:46
      |
    3 |   a: { run: x, cwd: ../other, inputs: ["[a", /../x] }
      |                                              ^^^^^
      |
      = help: paths are relative to the gate's `cwd`; `/x` is from the project's root

    3 mistakes; nothing ran
    "##);
}

#[test]
fn names_of_variables() {
    let file = "version: 1\npass_env: [A=b]\ngates: { a: { run: x, pass_env: TOKEN }, b: { run: y, secrets: TOKEN } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `A=b` is no name for a variable
     --> prove.yml:2:12
      |
    2 | pass_env: [A=b]
      |            ^^^
      |
      = help: only the name: `A`; values go under `env`

    error: `TOKEN` is a secret in this file
     --> prove.yml:3:33
      |
    3 | gates: { a: { run: x, pass_env: TOKEN }, b: { run: y, secrets: TOKEN } }
      |                                 ^^^^^
      |
      = help: name it under `secrets` of the gates that need it

    2 mistakes; nothing ran
    "##);
}

#[test]
fn values_that_mean_nothing() {
    let file = "version: 1\ngates: { a: { run: x, timeout: 0s, advisory: { reason: \"\", until: 2027-02-30 } } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: with a timeout of zero nothing can pass
     --> prove.yml:2:32
      |
    2 | gates: { a: { run: x, timeout: 0s, advisory: { reason: "", until: 2027-02-30 } } }
      |                                ^^

    error: the reason says nothing
     --> prove.yml:2:56
      |
    2 | gates: { a: { run: x, timeout: 0s, advisory: { reason: "", until: 2027-02-30 } } }
      |                                                        ^^

    error: there is no day 2027-02-30
     --> prove.yml:2:67
      |
    2 | gates: { a: { run: x, timeout: 0s, advisory: { reason: "", until: 2027-02-30 } } }
      |                                                                   ^^^^^^^^^^

    3 mistakes; nothing ran
    "##);
}

#[test]
fn lists_where_maps_belong() {
    let file = "version: 1\ngates: [a, b]\nenv: [A=b]\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `gates` is a map from names to gates
     --> prove.yml:2:1
      |
    2 | gates: [a, b]
      | ^^^^^
      |
      = help: such as `test: <command>`

    error: expected a map, found a list
     --> prove.yml:3:6
      |
    3 | env: [A=b]
      |      ^^^^^ a map is expected here

    2 mistakes; nothing ran
    "##);
}
