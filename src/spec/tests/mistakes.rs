//! Bad files: what is said, word for word. Read by eye: would you show this to somebody?

use super::{bad, messages, try_load};

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
fn a_template_without_quotes_in_braces() {
    let file = "version: 1\nvars: { v: x }\ngates:\n  a: { run: x, env: { A: ${{ vars.v }} } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: inside `{…}` and `[…]` YAML reads an unquoted `${{` as the start of a map
     --> prove.yml:4:26
      |
    4 |   a: { run: x, env: { A: ${{ vars.v }} } }
      |                          ^^^^^^^^^^^^^
      |
      = help: put it in quotes: "${{ vars.v }}"

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_glob_that_yaml_reads_as_an_alias() {
    let file = "version: 1\ngates:\n  a: { run: x, inputs: [**/*.rs] }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: to YAML `**/*.rs` is an alias, and there is no anchor `&*/*.rs`
     --> prove.yml:3:25
      |
    3 |   a: { run: x, inputs: [**/*.rs] }
      |                         ^^^^^^^
      |
      = help: for the text, put it in quotes: "**/*.rs"

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_glob_that_yaml_reads_as_a_tag() {
    let file = "version: 1\ngates:\n  a: { run: x, inputs: [src/**, !src/gen] }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: to YAML `!src/gen` is a tag, not text
     --> prove.yml:3:33
      |
    3 |   a: { run: x, inputs: [src/**, !src/gen] }
      |                                 ^^^^^^^^
      |
      = help: for the text, put it in quotes: "!src/gen"

    1 mistake; nothing ran
    "##);
}

#[test]
fn braces_without_quotes() {
    let file = "version: 1\ngates:\n  a: { run: {{ x }} }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: expected a text or a list, found a map
     --> prove.yml:3:13
      |
    3 |   a: { run: {{ x }} }
      |             ^^^^^^^ a text or a list is expected here
      |
      = help: to YAML `{` opens a map: put a text with braces in quotes

    error: a key must be text, here it is a list or a map
     --> prove.yml:3:14
      |
    3 |   a: { run: {{ x }} }
      |              ^^^^^
      |
      = help: to YAML `{` opens a map: put a text with braces in quotes

    2 mistakes; nothing ran
    "##);
}

#[test]
fn a_tab() {
    let file = "version: 1\ngates:\n\ta: x\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: this is not YAML: tabs disallowed within this context (block indentation)
     --> prove.yml:3:2
      |
    3 |     a: x
      |     ^
      |
      = help: YAML is indented with spaces: replace the tab

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_colon_in_a_text() {
    let file = "version: 1\ngates:\n  a: echo a: b\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: this is not YAML: mapping values are not allowed in this context
     --> prove.yml:3:12
      |
    3 |   a: echo a: b
      |            ^
      |
      = help: a text with `: ` in it must be in quotes

    1 mistake; nothing ran
    "##);
}

#[test]
fn an_open_bracket() {
    let file = "version: 1\ngates: { a: [x\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: this is not YAML: unclosed bracket '['
     --> prove.yml:2:13
      |
    2 | gates: { a: [x
      |             ^
      |
      = help: close the bracket

    1 mistake; nothing ran
    "##);
}

#[test]
fn two_documents() {
    let file = "version: 1\ngates: { a: x }\n---\nversion: 1\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: a second document starts here: there must be one
     --> prove.yml:3:1
      |
    3 | ---
      | ^^^
      |
      = help: take the `---` and what follows it away

    1 mistake; nothing ran
    "##);
}

#[test]
fn an_injection() {
    let file =
        "version: 1\ngates:\n  a:\n    run: |\n      echo hi\n      deploy ${{ git.branch }}\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `git.branch` in a shell string is an injection
     --> prove.yml:6:14
      |
    6 |       deploy ${{ git.branch }}
      |              ^^^^^^^^^^^^^^^^^ to the shell this text is code
      |
      = note: whoever may choose it (the name of a branch will do) runs commands in this gate
      = help: hand it over by `env: { BRANCH: "${{ git.branch }}" }` and write "$BRANCH"

    1 mistake; nothing ran
    "##);
}

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
fn a_secret_in_a_text() {
    let file = "version: 1\ngates:\n  a: { run: \"x ${{ env.TOKEN }}\", secrets: [TOKEN] }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `TOKEN` is a secret and cannot be put into a text
     --> prove.yml:3:16
      |
    3 |   a: { run: "x ${{ env.TOKEN }}", secrets: [TOKEN] }
      |                ^^^^^^^^^^^^^^^^
      |
      = note: a command line can be read by everyone on the machine
      = help: the gates that name it under `secrets` find it as $TOKEN

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_secret_that_is_also_set() {
    let file = "version: 1\ngates:\n  a: { run: x, secrets: [TOKEN], env: { TOKEN: x } }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: `TOKEN` is set by `env` and named in `secrets`
     --> prove.yml:3:41
      |
    3 |   a: { run: x, secrets: [TOKEN], env: { TOKEN: x } }
      |                          -----          ^^^^^
      |                          |
      |                          named as a secret here
      |
      = note: a secret comes from the caller; a value in the file is none
      = help: take one of the two away

    1 mistake; nothing ran
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

#[test]
fn three_mistakes_are_said_at_once() {
    let file = "version: 1\ngates:\n  a: { run: x, timeot: 5m }\n  b: { run: y, needs: [c] }\n  d: { run: z, retries: lots }\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: unknown key `timeot`
     --> prove.yml:3:16
      |
    3 |   a: { run: x, timeot: 5m }
      |                ^^^^^^
      |
      = help: did you mean `timeout`?

    error: there is no gate `c`
     --> prove.yml:4:24
      |
    4 |   b: { run: y, needs: [c] }
      |                        ^

    error: expected a whole number, found `lots`
     --> prove.yml:5:25
      |
    5 |   d: { run: z, retries: lots }
      |                         ^^^^

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

#[test]
fn an_alias_bomb() {
    let file = "version: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f]\n";
    insta::assert_snapshot!(bad(file), @r##"
    error: the document, aliases written out, has more than 1000000 nodes or 10 MiB of copies
     --> prove.yml:7:26
      |
    7 | f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
      |                          ^^

    1 mistake; nothing ran
    "##);
}

#[test]
fn a_mistake_for_machines_has_a_place() {
    let diagnostics = try_load("version: 1\ngates:\n  lint: { run: x, timeot: 5m }\n").unwrap_err();
    insta::assert_snapshot!(diagnostics.json(), @r##"[{"file":"prove.yml","line":3,"column":19,"end_line":3,"end_column":25,"message":"unknown key `timeot`","label":null,"why":null,"help":"did you mean `timeout`?","suggestion":"timeout"}]"##);
}

#[test]
fn of_very_many_mistakes_fifty_are_shown() {
    let gates: String = (0..60)
        .map(|n| format!("  g{n}: {{ run: x, bad: y }}\n"))
        .collect();
    let file = format!("version: 1\ngates:\n{gates}");
    assert_eq!(messages(&file).len(), 60);
    let shown = bad(&file);
    assert!(shown.contains("and 10 more") && shown.ends_with("60 mistakes; nothing ran\n"));
}

#[test]
fn a_secret_reaches_nobody_by_another_door() {
    let secret = "b: { run: y, secrets: TOKEN }";
    for (top, gate, want) in [
        (
            "",
            "a: { run: x, require_env: [TOKEN] }",
            "`TOKEN` is a secret in this file",
        ),
        (
            "require_env: [TOKEN]\n",
            "a: x",
            "`TOKEN` is a secret in this file",
        ),
        (
            "vars: { t: { env: TOKEN } }\n",
            "a: x",
            "`TOKEN` is a secret and cannot be put into a text",
        ),
        (
            "vars: { t: { env: TOKEN, default: d } }\n",
            "a: { run: 'x ${{ vars.t }}' }",
            "`TOKEN` is a secret and cannot be put into a text",
        ),
    ] {
        let file = format!("version: 1\n{top}gates: {{ {gate}, {secret} }}\n");
        assert_eq!(messages(&file), [want], "{file}");
    }
}

#[test]
fn an_image_gate_has_a_name_that_can_be_referenced() {
    for name in ["env", "git", "vars", "matrix"] {
        let file = format!("version: 1\ngates: {{ {name}: {{ build: {{ context: . }} }} }}\n");
        let want = format!("no gate that builds an image can be called `{name}`");
        assert_eq!(messages(&file), [want], "{file}");
    }
    super::good(
        "version: 1\ngates: { env: x, g: { gates: { git: { build: { context: . } } } } }\n",
    );
}
