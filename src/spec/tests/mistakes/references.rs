//! What one gate says of another, or of a variable, and there is no such thing.

use super::{bad, messages};

#[test]
fn names_that_are_not_defined() {
    let file = "version: 1\nvars: { node: x }\ngates:\n  a: \"x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}\"\n  b: \"${{ vars.node\"\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: there is no variable `nod`
     --> prove.yml:4:9
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |         ^^^^^^^^^^^^^^^
      |
      = help: did you mean `vars.node`?

    error: `NOPE` is not set in the caller's environment
     --> prove.yml:4:25
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                         ^^^^^^^^^^^^^^^
      |
      = help: set it, or give it a default: `vars: { x: { env: NOPE, default: … } }`

    error: `git.tag` cannot be had: not exactly one tag points at HEAD
     --> prove.yml:4:41
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                                         ^^^^^^^^^^^^^^

    error: there is no `git.brunch`
     --> prove.yml:4:56
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                                                        ^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `git.branch`?

    error: `foo` is not defined
     --> prove.yml:4:74
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                                                                          ^^^^^^^^^^
      |
      = help: there are `vars.NAME`, `env.NAME`, `matrix.NAME`, `git.sha|base|branch|tag` and `GATE.ref|digest`

    error: `a || b` is no name
     --> prove.yml:4:85
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                                                                                     ^^^^^^^^^^^^^
      |
      = note: `${{ }}` holds one name: it has no operators and calls nothing
      = help: there are `vars.NAME`, `env.NAME`, `matrix.NAME`, `git.sha|base|branch|tag` and `GATE.ref|digest`

    error: there is no gate `imge`
     --> prove.yml:4:99
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                                                                                                   ^^^^^^^^^^^^^^^
      |
      = help: no gate of this file builds an image; one that is built elsewhere is `{ image: … }`

    error: `a` cannot use its own image
     --> prove.yml:4:115
      |
    4 |   a: "x ${{ vars.nod }} ${{ env.NOPE }} ${{ git.tag }} ${{ git.brunch }} ${{ foo }} ${{ a || b }} ${{ imge.ref }} ${{ a.ref }}"
      |                                                                                                                   ^^^^^^^^^^^^

    error: this `${{` is never closed
     --> prove.yml:5:7
      |
    5 |   b: "${{ vars.node"
      |       ^^^
      |
      = help: close it with `}}`; for the text itself write `$${{`

    9 mistakes; nothing ran
    "##);
}

#[test]
fn an_image_of_a_gate_that_builds_none() {
    let file = "version: 1\ngates:\n  a: x\n  b: { run: y, in: a }\n  c: \"${{ a.ref }}\"\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `a` builds no image
     --> prove.yml:4:20
      |
    3 |   a: x
      |   - this gate
    4 |   b: { run: y, in: a }
      |                    ^
      |
      = help: no gate of this file builds an image; one that is built elsewhere is `{ image: … }`

    error: `a` builds no image
     --> prove.yml:5:7
      |
    3 |   a: x
      |   - this gate
    4 |   b: { run: y, in: a }
    5 |   c: "${{ a.ref }}"
      |       ^^^^^^^^^^^^
      |
      = help: no gate of this file builds an image; one that is built elsewhere is `{ image: … }`

    2 mistakes; nothing ran
    "##);
}

#[test]
fn needs_that_cannot_be() {
    let file = "version: 1\ngates:\n  lint: x\n  a: { run: x, needs: [lnit, a, soft] }\n  soft: { run: x, advisory: { reason: r } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: there is no gate `lnit`
     --> prove.yml:4:24
      |
    4 |   a: { run: x, needs: [lnit, a, soft] }
      |                        ^^^^
      |
      = help: did you mean `lint`?

    error: `a` needs itself
     --> prove.yml:4:30
      |
    4 |   a: { run: x, needs: [lnit, a, soft] }
      |                              ^

    error: `soft` is advisory: nothing may need it
     --> prove.yml:4:33
      |
    4 |   a: { run: x, needs: [lnit, a, soft] }
      |                                 ^^^^
    5 |   soft: { run: x, advisory: { reason: r } }
      |   ---- this one
      |
      = note: an advisory outcome never decides, so nothing can wait for it to pass
      = help: make it required, or take this need away

    3 mistakes; nothing ran
    "##);
}

#[test]
fn outputs_that_overlap() {
    let file = "version: 1\ngates:\n  a: { run: x, outputs: [dist] }\n  b: { run: x, outputs: [dist/b] }\n  c: { run: x, outputs: [./dist] }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `a` makes `dist`, `b` makes `dist/b` inside it
     --> prove.yml:4:3
      |
    3 |   a: { run: x, outputs: [dist] }
      |   - the other one
    4 |   b: { run: x, outputs: [dist/b] }
      |   ^
      |
      = note: neither waits for the other, so it is chance whose file stays
      = help: `needs: a` if that order is meant, or another path

    error: `c` makes `dist`, `b` makes `dist/b` inside it
     --> prove.yml:4:3
      |
    4 |   b: { run: x, outputs: [dist/b] }
      |   ^
    5 |   c: { run: x, outputs: [./dist] }
      |   - the other one
      |
      = note: neither waits for the other, so it is chance whose file stays
      = help: `needs: c` if that order is meant, or another path

    error: `a` and `c` both make `dist`
     --> prove.yml:5:3
      |
    3 |   a: { run: x, outputs: [dist] }
      |   - the other one
    4 |   b: { run: x, outputs: [dist/b] }
    5 |   c: { run: x, outputs: [./dist] }
      |   ^
      |
      = note: neither waits for the other, so it is chance whose file stays
      = help: `needs: a` if that order is meant, or another path

    3 mistakes; nothing ran
    "##);
}

#[test]
fn variables_that_cannot_be_had() {
    let file = "version: 1\nvars:\n  a: { env: NOPE }\n  b: { file: gone.json, path: x }\n  c: { file: package.json, path: versoin }\n  d: \"${{ vars.a }}\"\n  e: {}\ngates: { x: \"${{ vars.a }}\" }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `NOPE` is not set and has no default
     --> prove.yml:3:13
      |
    3 |   a: { env: NOPE }
      |             ^^^^
      |
      = help: set it: `NOPE=… prove …`, or add `default: …`

    error: `gone.json` cannot be read: no such file
     --> prove.yml:4:14
      |
    4 |   b: { file: gone.json, path: x }
      |              ^^^^^^^^^

    error: `package.json`: there is no `versoin`
     --> prove.yml:5:34
      |
    5 |   c: { file: package.json, path: versoin }
      |                                  ^^^^^^^

    error: there is no variable `a`
     --> prove.yml:6:7
      |
    6 |   d: "${{ vars.a }}"
      |       ^^^^^^^^^^^^^
      |
      = note: a variable cannot be made of variables

    error: a variable comes from `env` or from `file`: exactly one of them
     --> prove.yml:7:3
      |
    7 |   e: {}
      |   ^

    5 mistakes; nothing ran
    "##);
}

#[test]
fn an_image_before_the_run() {
    let file =
        "version: 1\nuse: docker\ngates: { a: { run: x, description: \"${{ image.ref }}\" } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `${{ image.ref }}` is not known before the run
     --> prove.yml:3:36
      |
    3 | gates: { a: { run: x, description: "${{ image.ref }}" } }
      |                                    ^^^^^^^^^^^^^^^^^^
      |
      = help: an image may be named in `run`, in `env`, and where an image is expected

    1 mistake; nothing ran
    "##);
}

#[test]
fn an_image_gate_has_a_name_that_can_be_referenced() {
    for name in ["env", "git", "vars", "matrix"] {
        let file = format!("version: 1\ngates: {{ {name}: {{ build: {{ context: . }} }} }}\n");
        let want = format!("no gate that builds an image can be called `{name}`");
        assert_eq!(messages(&file), [want], "{file}");
    }
    super::super::good(
        "version: 1\ngates: { env: x, g: { gates: { git: { build: { context: . } } } } }\n",
    );
}
