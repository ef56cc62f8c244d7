//! `allow_empty`: where it is taken, and how the mistake reads.

use super::{facts, load, registry};
use crate::spec;

const ALLOWED: &str = "allow_empty: { reason: r }";

/// How many mistakes there are in these gates.
fn mistakes(gates: &str) -> usize {
    load(gates).map_or_else(|wrong| wrong.len(), |_| 0)
}

#[test]
fn what_may_find_nothing_takes_it() {
    for looks in [
        "files: ['*.sh']",
        "results: { junit: r.xml }",
        "expect: { unchanged: [src] }",
    ] {
        for word in ["run", "setup"] {
            let gate = format!("  x: {{ {word}: lint, {looks}, {ALLOWED} }}");
            assert_eq!(mistakes(&gate), 0, "{gate}");
        }
    }
}

#[test]
fn a_group_hands_it_to_those_who_can_use_it() {
    let looks = "a: { run: lint, files: ['*.sh'] }";
    let group = |members: &str| mistakes(&format!("  x: {{ {ALLOWED}, gates: {{ {members} }} }}"));
    assert_eq!(group(&format!("{looks}, b: make, c: {{ build: . }}")), 0);
    assert_eq!(group(&format!("in: {{ gates: {{ {looks} }} }}")), 0);
    // The only one that could use it has one of its own.
    assert_eq!(
        group(&format!(
            "in: {{ {ALLOWED}, gates: {{ {looks} }} }}, b: make"
        )),
        1
    );
}

#[test]
fn every_cell_of_a_matrix_is_the_same_mistake() {
    let gate = format!("  x: {{ run: make, matrix: {{ n: [1, 2] }}, {ALLOWED} }}");
    assert_eq!(mistakes(&gate), 1);
}

#[test]
fn it_is_said_with_its_place_and_what_to_do() {
    let file = concat!(
        "version: 1\ngates:\n",
        "  app: { build: ., allow_empty: { reason: r } }\n",
        "  test: { run: x, allow_empty: { reason: r } }\n",
    );
    let file = spec::GateFile {
        name: "prove.yml",
        bytes: file.as_bytes(),
    };
    let wrong = spec::load(file, &facts(), registry(), "project").unwrap_err();
    insta::assert_snapshot!(wrong.render(false), @r##"
    error: `allow_empty` means nothing here: no `build` gate finds nothing and passes
     --> prove.yml:3:20
      |
    3 |   app: { build: ., allow_empty: { reason: r } }
      |                    ^^^^^^^^^^^
      |
      = note: it would read as a permission that holds, and allow nothing
      = help: take it away

    error: `allow_empty` means nothing here: `test` looks for nothing that may be empty
     --> prove.yml:4:19
      |
    4 |   test: { run: x, allow_empty: { reason: r } }
      |                   ^^^^^^^^^^^
      |
      = note: it would read as a permission that holds, and allow nothing
      = help: take it away, or say what may be empty: `files`, `results` or `expect: unchanged`

    2 mistakes; nothing ran
    "##);
}
