//! What is no gate, no group or no gate file.

use super::bad;

#[test]
fn two_kinds_in_one_gate() {
    let file = "version: 1\ngates:\n  a: { run: x, build: {} }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `a` is two kinds of gate: `run` and `build`
     --> prove.yml:3:16
      |
    3 |   a: { run: x, build: {} }
      |        ---     ^^^^^ and this
      |        |
      |        this
      |
      = help: make two gates of it, the second with `needs`

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_gate_without_a_kind() {
    let file = "version: 1\ngates:\n  a: { timeout: 5s }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `a` does nothing
     --> prove.yml:3:3
      |
    3 |   a: { timeout: 5s }
      |   ^ no kind of gate is named here
      |
      = help: a gate has exactly one of `run`, `setup`, `exists` or `build`, or `gates`

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_gate_that_is_a_list() {
    let file = "version: 1\ngates:\n  a: [x, y]\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: the gate `a` is a list
     --> prove.yml:3:3
      |
    3 |   a: [x, y]
      |   ^
      |
      = note: it could be arguments or several commands, so neither is assumed
      = help: arguments are written `run: [cmd, arg]`; several commands are lines of `run: |`

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_gate_that_is_empty() {
    let file = "version: 1\ngates:\n  a:\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: the gate `a` is empty
     --> prove.yml:3:3
      |
    3 |   a:
      |   ^
      |
      = help: say what it does: `a: <command>`, or one of `run`, `setup`, `exists` or `build`

    1 mistake; nothing ran
    "##);
}

#[test]
fn no_gates() {
    let file = "version: 1\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `gates` is missing here
     --> prove.yml:1:1
      |
    1 | version: 1
      | ^
      |
      = note: What is to be proved: names and their gates.

    1 mistake; nothing ran
    "##);
}

#[test]
fn an_empty_map_of_gates() {
    let file = "version: 1\ngates: {}\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: there are no gates: nothing would be proved
     --> prove.yml:2:1
      |
    2 | gates: {}
      | ^^^^^
      |
      = help: such as `test: <command>`

    1 mistake; nothing ran
    "##);
}

#[test]
fn an_empty_file() {
    let file = "# hi\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: the file is empty
     --> prove.yml:1:1
      |
    1 | # hi
      | ^

    1 mistake; nothing ran
    "##);
}

#[test]
fn another_version() {
    let file = "version: 2\nrequires: \">=9\"\ngates: { a: x }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: expected 1, found 2
     --> prove.yml:1:10
      |
    1 | version: 2
      |          ^

    error: this file asks for prove >=9, this is prove 0.1.0
     --> prove.yml:2:11
      |
    2 | requires: ">=9"
      |           ^^^^^

    2 mistakes; nothing ran
    "##);
}

#[test]
fn an_unknown_pack() {
    let file = "version: 1\nuse: [dokcer]\ngates: { a: x }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: there is no pack `dokcer`
     --> prove.yml:2:7
      |
    2 | use: [dokcer]
      |       ^^^^^^
      |
      = help: did you mean `docker`?

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_name_that_is_none() {
    let file = "version: 1\ngates: { \"a b\": x }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: a gate name cannot contain ' '
     --> prove.yml:2:10
      |
    2 | gates: { "a b": x }
      |          ^^^^^
      |
      = help: letters, digits, `_`, `-` and `.`; groups join names with `/`

    1 mistake; nothing ran
    "##);
}

#[test]
fn groups_that_cannot_be() {
    let file = "version: 1\ngates:\n  g: { shell: sh, gates: { a: { exists: { require: x } } } }\n  h: { gates: {} }\n  i: { run: x, gates: { b: y } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: no gate of the group `g` has a key `shell`
     --> prove.yml:3:8
      |
    3 |   g: { shell: sh, gates: { a: { exists: { require: x } } } }
      |        ^^^^^

    error: the group `h` has no gates
     --> prove.yml:4:3
      |
    4 |   h: { gates: {} }
      |   ^

    error: `i` is a group and a `run` gate at once
     --> prove.yml:5:8
      |
    5 |   i: { run: x, gates: { b: y } }
      |        ^^^
      |
      = help: make the command a member of the group

    3 mistakes; nothing ran
    "##);
}

#[test]
fn a_file_that_is_no_map() {
    let file = "hello\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: a gate file is a map, this is `hello`
     --> prove.yml:1:1
      |
    1 | hello
      | ^^^^^
      |
      = help: the smallest one is `version: 1`, then `gates: { test: <command> }`

    1 mistake; nothing ran
    "##);
}
