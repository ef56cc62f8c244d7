//! Doors by which a secret would get out, and by which a stranger would get in.

use super::{bad, messages};

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
