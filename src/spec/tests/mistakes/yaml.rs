//! YAML's own traps.

use super::bad;

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
