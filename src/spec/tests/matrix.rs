//! What `matrix:` promises: cells, names, joins, and what is refused.

use super::{bad, good, messages};
use crate::spec::Pipeline;

fn names(pipeline: &Pipeline) -> Vec<&str> {
    let gates = pipeline.gates.iter();
    gates.map(|gate| gate.name.as_str()).collect()
}

/// What each gate needs, as `gate: needed, needed`.
fn needs(pipeline: &Pipeline) -> Vec<String> {
    let line = |gate: &crate::spec::Gate| {
        let needs: Vec<&str> = gate.needs.iter().map(|(name, _)| name.as_str()).collect();
        format!("{}: {}", gate.name, needs.join(", "))
    };
    pipeline.gates.iter().map(line).collect()
}

fn summaries(pipeline: &Pipeline) -> Vec<String> {
    let gates = pipeline.gates.iter();
    gates.map(|gate| gate.kind.summary()).collect()
}

fn uses(pipeline: &Pipeline, gate: &str) -> Vec<String> {
    let gate = pipeline.gates.iter().find(|g| g.name.as_str() == gate);
    let uses = gate.unwrap().kind.uses();
    uses.iter().map(ToString::to_string).collect()
}

#[test]
fn every_combination_is_a_gate_of_its_own() {
    let file = "version: 1\ngates:\n  unit:\n    run: test ${{ matrix.node }} on ${{ matrix.os }}\n    matrix: { node: [1.20, \"22\"], os: [linux, linux/arm64] }\n";
    let pipeline = good(file);
    let expected = [
        "unit[node=1.20,os=linux]",
        "unit[node=1.20,os=linux-arm64]",
        "unit[node=22,os=linux]",
        "unit[node=22,os=linux-arm64]",
    ];
    assert_eq!(names(&pipeline), expected);
    assert_eq!(summaries(&pipeline)[1], "test 1.20 on linux/arm64");
}

#[test]
fn a_value_goes_everywhere_where_a_template_goes() {
    let file = "version: 1\nvars: { v: 20 }\ngates:\n  a:\n    run: x\n    matrix: { node: [\"${{ vars.v }}\"] }\n    description: on ${{ matrix.node }}\n    cwd: p${{ matrix.node }}\n    timeout: ${{ matrix.node }}s\n    locks: [\"l${{ matrix.node }}\"]\n    inputs: [\"${{ matrix.node }}/*\"]\n    outputs: [\"${{ matrix.node }}/x\"]\n    retries: ${{ matrix.node }}\n";
    let pipeline = good(file);
    let gate = &pipeline.gates[0];
    assert_eq!(gate.name.as_str(), "a[node=20]");
    assert_eq!(gate.description.as_deref(), Some("on 20"));
    assert_eq!(gate.cwd, "p20");
    assert_eq!(gate.timeout.as_secs(), 20);
    assert_eq!(gate.locks, ["l20"]);
    assert_eq!(gate.inputs, ["20/*"]);
    assert_eq!(gate.outputs, ["20/x"]);
    assert_eq!(gate.retries.times, 20);
}

#[test]
fn cells_are_left_out_and_added_and_given_more() {
    let file = "version: 1\ngates:\n  unit:\n    run: x ${{ matrix.npm }}\n    matrix:\n      node: [20, 22]\n      os: [linux, mac]\n      exclude: [{ node: 20, os: mac }]\n      include:\n        - { node: 24, os: linux, npm: 11 }\n        - { node: 22, npm: 10 }\n        - { node: 20, npm: 9 }\n";
    let pipeline = good(file);
    let expected = [
        "unit[node=20,os=linux]",
        "unit[node=22,os=linux]",
        "unit[node=22,os=mac]",
        "unit[node=24,os=linux]",
    ];
    assert_eq!(names(&pipeline), expected);
    assert_eq!(summaries(&pipeline), ["x 9", "x 10", "x 10", "x 11"]);
}

#[test]
fn without_axes_the_cells_are_those_that_are_written() {
    let file = "version: 1\ngates:\n  unit:\n    run: x ${{ matrix.image }}\n    matrix: { include: [{ db: pg, image: \"postgres:16\" }, { db: my, image: \"mysql:8\" }] }\n";
    let pipeline = good(file);
    let expected = ["unit[db=pg,image=postgres-16]", "unit[db=my,image=mysql-8]"];
    assert_eq!(names(&pipeline), expected);
    assert_eq!(summaries(&pipeline), ["x postgres:16", "x mysql:8"]);
}

#[test]
fn a_reference_joins_on_the_axes_that_both_have() {
    let file = "version: 1\ngates:\n  build: { run: x, matrix: { os: [linux, mac], node: [20, 22] } }\n  test: { run: x, matrix: build, needs: build }\n  lint: { run: x, matrix: { node: [20, 22] }, needs: build }\n  db: { run: x, matrix: { db: [pg] }, needs: build }\n  all: { run: x, needs: build }\n  some: { run: x, needs: \"build[node=20]\" }\n  one: { run: x, needs: [\"build[node=22,os=mac]\", \"build[ os=mac, node=22 ]\"] }\n  mixed: { run: x, matrix: { node: [20] }, needs: \"build[os=mac]\" }\n  far: { run: x, matrix: { node: [20] }, needs: [\"build[node=22]\", \"build[node=${{ matrix.node }}]\"] }\n";
    let pipeline = good(file);
    let needs = needs(&pipeline);
    let expected = [
        "test[os=linux,node=20]: build[os=linux,node=20]",
        "test[os=linux,node=22]: build[os=linux,node=22]",
        "test[os=mac,node=20]: build[os=mac,node=20]",
        "test[os=mac,node=22]: build[os=mac,node=22]",
        "lint[node=20]: build[node=20]",
        "lint[node=22]: build[node=22]",
        "db[db=pg]: build",
        "all: build",
        "some: build[node=20]",
        "one: build[os=mac,node=22]",
        "mixed[node=20]: build[os=mac,node=20]",
        "far[node=20]: build[node=22], build[node=20]",
    ];
    assert_eq!(needs[4..], expected);
    let named = crate::spec::needed(&pipeline.gates);
    let members = crate::spec::members(&pipeline.gates, &named);
    assert_eq!(members["build"], [0, 1, 2, 3]);
    assert_eq!(members["build[node=20]"], [0, 2]);
    assert_eq!(members["build[node=22]"], [1, 3]);
    assert!(!members.contains_key("build[os=mac,node=22]"));
}

#[test]
fn a_group_hands_its_matrix_down_and_stands_for_all_cells() {
    let file = "version: 1\ngates:\n  ui:\n    matrix: { node: [20, 22] }\n    cwd: ui-${{ matrix.node }}\n    gates:\n      build: x\n      test: { run: x, needs: build }\n      own: { run: x, matrix: { os: [mac] }, cwd: . }\n  e2e: { run: x, needs: ui }\n";
    let pipeline = good(file);
    let expected = [
        "ui/build[node=20]: ",
        "ui/build[node=22]: ",
        "ui/test[node=20]: ui/build[node=20]",
        "ui/test[node=22]: ui/build[node=22]",
        "ui/own[os=mac]: ",
        "e2e: ui",
    ];
    assert_eq!(needs(&pipeline), expected);
    assert_eq!(pipeline.gates[1].cwd, "ui-22");
    let named = crate::spec::needed(&pipeline.gates);
    let members = crate::spec::members(&pipeline.gates, &named);
    assert_eq!(members["ui"], [0, 1, 2, 3, 4]);
}

#[test]
fn an_image_is_one_cell() {
    let file = "version: 1\ngates:\n  app:\n    build: { context: ., args: { N: \"${{ matrix.node }}\" } }\n    matrix: { node: [20, 22] }\n  test: { run: \"x ${{ app.ref }}\", matrix: app, in: app }\n  old: { run: \"x ${{ app[node=20].ref }}\", in: \"app[node=22]\" }\n";
    let pipeline = good(file);
    assert_eq!(uses(&pipeline, "test[node=22]"), ["app[node=22]"]);
    assert_eq!(uses(&pipeline, "old"), ["app[node=20]"]);
}

#[test]
fn an_image_that_is_several_cells_is_refused() {
    let file = "version: 1\ngates:\n  app: { build: { context: . }, matrix: { node: [20, 22] } }\n  test: { run: x, in: app }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `app` is 2 images here: app[node=20], app[node=22]
     --> prove.yml:4:23
      |
    4 |   test: { run: x, in: app }
      |                       ^^^
      |
      = note: cells are joined on the axes that both have; exactly one must be left
      = help: name it, such as `app[node=20]`, or give this gate the axes, too: `matrix: app`

    1 mistake; nothing ran
    "##);
}

#[test]
fn what_a_matrix_gets_wrong_is_said_at_once_with_its_places() {
    let file = "version: 1\ngates:\n  unit:\n    run: x ${{ matrix.nod }}\n    matrix:\n      node: [20, 22, 20]\n      os: []\n      image: [a/b, a-b]\n      exclude: [{ nod: 20 }, { node: 18 }, {}]\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `20` is here twice
     --> prove.yml:6:22
      |
    6 |       node: [20, 22, 20]
      |              --      ^^
      |              |
      |              first here
      |
      = note: two cells would be the same

    error: the axis `os` has no values
     --> prove.yml:7:7
      |
    7 |       os: []
      |       ^^
      |
      = note: nothing times anything is no gate at all

    error: `a/b` and `a-b` are both `a-b` in the name of a gate
     --> prove.yml:8:20
      |
    8 |       image: [a/b, a-b]
      |               ---  ^^^
      |               |
      |               the other one
      |
      = note: names have letters, digits, `_`, `-` and `.`; anything else becomes a `-`
      = help: give them names of their own on an axis, and these as more values by `include`

    error: there is no axis `nod`
     --> prove.yml:9:19
      |
    9 |       exclude: [{ nod: 20 }, { node: 18 }, {}]
      |                   ^^^
      |
      = help: did you mean `node`?

    error: the axis `node` has no value `18`
     --> prove.yml:9:38
      |
    9 |       exclude: [{ nod: 20 }, { node: 18 }, {}]
      |                                      ^^

    error: this names no axis, so it would leave out everything
     --> prove.yml:9:44
      |
    9 |       exclude: [{ nod: 20 }, { node: 18 }, {}]
      |                                            ^^

    6 mistakes; nothing ran
    "##);
}

#[track_caller]
fn refused(matrix: &str, message: &str) {
    let file = format!("version: 1\ngates:\n  a: {{ run: x, matrix: {matrix} }}\n");
    assert_eq!(messages(&file), [message], "{matrix}");
}

#[test]
fn a_matrix_that_says_nothing_or_too_much_is_refused() {
    for (matrix, message) in [
        ("{}", "this matrix has no axes"),
        (
            "{ n: [1], exclude: [{ n: 1 }] }",
            "nothing is left of this matrix",
        ),
        ("{ n: [1, 2], exclude: [{ m: 1 }] }", "there is no axis `m`"),
        (
            "{ node: [20, 22], exclude: [{ node: 21 }] }",
            "the axis `node` has no value `21`",
        ),
        (
            "{ n: [1, 2], exclude: [{ n: 1 }, { n: 1 }] }",
            "this leaves out nothing that is not left out already",
        ),
        (
            "{ n: [1, 2], exclude: [{}] }",
            "this names no axis, so it would leave out everything",
        ),
        (
            "{ n: [1, 2], include: [{ n: 1 }] }",
            "these cells are there already",
        ),
        ("{ n: [1, 2], include: [{ m: 1 }] }", "this names no axis"),
        (
            "{ n: [1], m: [1], include: [{ n: 2 }] }",
            "no cell agrees with this, and it is no whole cell itself",
        ),
        (
            "{ n: [1], include: [{ n: 1, x: 1 }, { n: 1, x: 2 }] }",
            "`x` is given to one cell twice",
        ),
        (
            "{ n: [1], include: [{ n: 1, x: 1 }] }",
            "nothing uses `${{ matrix.x }}`",
        ),
        (
            "{ include: [{ a: 1 }, { b: 1 }] }",
            "these cells have no key in common",
        ),
        (
            "{ include: [{ a: 1 }, { a: 1 }] }",
            "these cells are there already",
        ),
        ("{ a b: [1] }", "`a b` is no name for an axis"),
        ("{ n: 20 }", "expected a list, found `20`"),
        ("{ n: [[1]] }", "expected a text, found a list"),
        (
            "{ n: [\"${{ matrix.n }}\"] }",
            "there is no `matrix.n`: this has no matrix",
        ),
        ("[a]", "expected the name of a gate or a map, found a list"),
        ("a", "the matrix of `a` leads back to itself"),
        ("b", "there is no gate `b`"),
    ] {
        refused(matrix, message);
    }
    let wide = format!(
        "{{ a: [{0}], b: [{0}] }}",
        (0..100)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(", ")
    );
    refused(&wide, "this matrix has more than 4096 cells");
    let long = format!("{{ a: [{}] }}", "x".repeat(101));
    refused(&long, "a value of a matrix has at most 100 characters");
}

#[test]
fn a_matrix_of_another_gate_must_be_one() {
    for (gates, message) in [
        (
            "  b: { run: x }\n  a: { run: x, matrix: b }\n",
            "`b` has no matrix",
        ),
        (
            "  g: { gates: { b: x } }\n  a: { run: x, matrix: g }\n",
            "`g` is a group, whose gates have matrices of their own",
        ),
        (
            "  a: { run: x, matrix: b }\n  b: { run: x, matrix: a }\n",
            "the matrix of `a` leads back to itself",
        ),
    ] {
        assert_eq!(messages(&format!("version: 1\ngates:\n{gates}")), [message]);
    }
}

#[test]
fn a_reference_that_means_no_cell_is_refused() {
    let gates =
        "  b: { run: x, matrix: { node: [20, 22] } }\n  plain: x\n  g: { gates: { m: x } }\n";
    for (gate, message) in [
        ("{ run: x, needs: \"b[nod=20]\" }", "`b` has no axis `nod`"),
        (
            "{ run: x, needs: \"b[node=21]\" }",
            "the axis `node` of `b` has no value `21`",
        ),
        ("{ run: x, needs: \"b[node]\" }", "`[node]` names no cell"),
        (
            "{ run: x, needs: \"b[node=20,node=22]\" }",
            "`node` is here twice",
        ),
        (
            "{ run: x, needs: \"plain[node=20]\" }",
            "`plain` has no matrix, so it has no cells",
        ),
        (
            "{ run: x, needs: \"g[node=20]\" }",
            "`g` is a group, which has no cells",
        ),
        (
            "{ run: x, matrix: { node: [18] }, needs: b }",
            "no cell of `b` agrees with `a[node=18]`",
        ),
        (
            "{ run: x, matrix: b, needs: \"a[node=20]\" }",
            "`a` needs itself",
        ),
        (
            "{ run: \"x ${{ matrix.node }}\" }",
            "there is no `matrix.node`: this has no matrix",
        ),
    ] {
        let file = format!("version: 1\ngates:\n{gates}  a: {gate}\n");
        assert_eq!(messages(&file), [message], "{gate}");
    }
}

#[test]
fn cells_that_lack_a_value_are_named() {
    let file = "version: 1\ngates:\n  a: { run: \"x ${{ matrix.npm }}\", matrix: { node: [20, 22], include: [{ node: 20, npm: 9 }] } }\n";
    assert_eq!(messages(file), ["there is no `matrix.npm` in `a[node=22]`"]);
}

#[test]
fn a_value_that_a_stranger_chose_stays_strange() {
    let file = "version: 1\ngates:\n  a: { run: \"x | ${{ matrix.b }}\", matrix: { b: [\"${{ git.branch }}\"] } }\n";
    let said = bad(file);
    assert!(said.contains("injection"), "{said}");
}

#[test]
fn two_cells_do_not_make_the_same() {
    let file = "version: 1\ngates:\n  a: { run: x, matrix: { n: [1, 2, 3] }, outputs: [dist] }\n";
    assert_eq!(messages(file), ["the cells of `a` make the same: `dist`"]);
    good(
        "version: 1\ngates:\n  a: { run: x, matrix: { n: [1, 2, 3] }, outputs: [\"dist/${{ matrix.n }}\"] }\n",
    );
}

#[test]
fn all_matrices_together_have_a_limit() {
    let axis = (0..64)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let matrix = format!("{{ a: [{axis}], b: [{axis}] }}");
    let gates: String = (0..5)
        .map(|n| format!("  g{n}: {{ run: x, matrix: {matrix} }}\n"))
        .collect();
    let file = format!("version: 1\ngates:\n{gates}");
    assert_eq!(
        messages(&file),
        ["the matrices of this file make more than 20000 gates"]
    );
}
