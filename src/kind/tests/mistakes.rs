//! What the kinds refuse, each mistake by its words.

use super::load;

/// The one mistake in the gate `x`.
fn mistake(gate: &str) -> String {
    match load(&format!("  x: {gate}")) {
        Ok(_) => format!("{gate}: no mistake"),
        Err(wrong) => wrong.join(" | "),
    }
}

/// A gate, and a part of what is said of it.
const TABLE: &[(&str, &str)] = &[
    ("{ run: '' }", "there is no command here"),
    ("{ run: '  ' }", "there is no command here"),
    ("{ run: [] }", "there is no command here"),
    ("{ run: [''] }", "there is no command here"),
    ("'# npm test'", "there is no command here"),
    ("{ setup: '  # npm ci' }", "there is no command here"),
    (
        "{ run: \"# npm test\\n\\n   # later; a | b\\n\" }",
        "there is no command here",
    ),
    (
        "{ run: [bash, -ec, '# npm test', a] }",
        "there is no command here",
    ),
    (
        "{ run: 'a | b', shell: 'bash ${{ env.NODE_ENV }}' }",
        "`env.NODE_ENV` in a shell string is an injection",
    ),
    (
        "{ run: 'bash -c \"echo ${{ env.NODE_ENV }}\"' }",
        "`env.NODE_ENV` in a shell string is an injection",
    ),
    (
        "{ run: [/bin/sh, -euc, 'echo ${{ git.branch }}'] }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [env, -i, A=b, dash, -c, -e, 'echo ${{ git.branch }}'] }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [busybox, sh, -c, 'echo ${{ git.branch }}'], in: app }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [fish, '--command=echo ${{ git.branch }}'] }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: ['echo ${{ git.branch }}'], in: app, container: { entrypoint: [bash, -c] } }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [-c, 'echo ${{ git.branch }}'], in: app, container: { entrypoint: sh } }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [a], in: app, container: { entrypoint: 'sh -c \"${{ git.branch }}\"' } }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [a], in: app, container: { entrypoint: [sh, -c, 'echo ${{ git.branch }}'] } }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [a], in: app, container: { entrypoint: ['${{ env.NODE_ENV }}'] } }",
        "`env.NODE_ENV` in a shell string is an injection",
    ),
    (
        "{ run: [a], in: app, container: { entrypoint: [\"a\\0b\"] } }",
        "an entrypoint cannot contain a NUL",
    ),
    (
        "{ run: [env, '-Sbash -c', 'echo ${{ git.branch }}'] }",
        "`git.branch` in a shell string is an injection",
    ),
    (
        "{ run: [npm, true] }",
        "to YAML `true` is a boolean, not a text",
    ),
    ("{ run: [npm, 'true', {a: b}] }", "expected a text"),
    (
        "{ run: \"echo it's\" }",
        "this command line cannot be split: this ' is never closed",
    ),
    ("{ run: 'a | b', shell: '' }", "`shell` is empty"),
    (
        "{ run: a, shell: \"x '\" }",
        "`shell` cannot be split into words",
    ),
    ("{ run: a, in: host }", "there is no gate `host`"),
    (
        "{ run: a, in: { image: '' } }",
        "this is no image reference",
    ),
    ("{ run: a, in: { image: a, service: b } }", "service"),
    (
        "{ run: a, container: { memory: 1GiB } }",
        "`container` without `in`",
    ),
    (
        "{ run: a, in: app, container: { mounts: [x] } }",
        "`x` is no mount",
    ),
    (
        "{ run: a, in: app, container: { mounts: ['a:b'] } }",
        "the target of a mount",
    ),
    (
        "{ run: a, in: app, container: { mounts: ['~/a:/b'] } }",
        "the source of a mount",
    ),
    (
        "{ run: a, in: app, container: { network: 'a b' } }",
        "`a b` is no network",
    ),
    (
        "{ run: a, in: app, container: { tmpfs: tmp } }",
        "`tmp` is no absolute path",
    ),
    (
        "{ run: a, in: app, container: { cap_add: net } }",
        "`net` is no capability",
    ),
    (
        "{ run: a, in: app, container: { memory: 0 } }",
        "a limit must be above 0",
    ),
    (
        "{ run: a, in: app, container: { cpus: 0 } }",
        "a limit must be above 0",
    ),
    (
        "{ run: a, in: app, container: { workspace: all } }",
        "expected `none`, `ro` or `rw`",
    ),
    (
        "{ run: a, expect: { exit: 127 } }",
        "127 cannot be expected",
    ),
    (
        "{ run: a, expect: { exit: [] } }",
        "no exit code would be good",
    ),
    (
        "{ run: a, expect: { exit: 300 } }",
        "expected a whole number from 0 to 255",
    ),
    (
        "{ run: a, expect: { stdout: '' } }",
        "every text contains this",
    ),
    (
        "{ run: a, expect: { stdout: { contains: '' } } }",
        "every text contains this",
    ),
    (
        "{ run: a, expect: { stdout: { contains: [] } } }",
        "nothing is expected here",
    ),
    (
        "{ run: a, expect: { stderr: { matches: [] } } }",
        "nothing is expected here",
    ),
    (
        "{ run: a, expect: { stdout: { matches: '' } } }",
        "every text matches this",
    ),
    (
        "{ run: a, expect: { stdout: { matches: [a, ''] } } }",
        "every text matches this",
    ),
    (
        "{ run: a, retries: { times: 2, on_exit: [] } }",
        "no exit code would be tried again",
    ),
    (
        "{ run: a, expect: { stdout: {} } }",
        "nothing is expected here",
    ),
    (
        "{ run: a, expect: { stdout: { matches: '(' } } }",
        "this is no regular expression",
    ),
    (
        "{ run: a, expect: { unchanged: [] } }",
        "`unchanged` names no file",
    ),
    (
        "{ run: a, results: { junit: [] } }",
        "`junit` names no file",
    ),
    ("{ run: a, results: {} }", "`results` names no report"),
    ("{ run: a, creates: [b] }", "creates"),
    ("{ exists: {} }", "this asks for nothing"),
    ("{ exists: [] }", "this asks for nothing"),
    (
        "{ exists: { any_of: [[]] } }",
        "one of nothing can never be there",
    ),
    ("{ exists: { any_of: [a] , requires: b } }", "requires"),
    (
        "{ build: { tool: true, tag: app } }",
        "a tool image is never tagged",
    ),
    ("{ build: { tag: App } }", "`App` is no image reference"),
    ("{ build: { platform: linux } }", "`linux` is no platform"),
    (
        "{ build: { platform: 'linux/amd64,linux/arm64' } }",
        "is no platform",
    ),
    ("{ build: { args: [NAME] } }", "this is no build argument"),
    (
        "{ build: { args: ['A=1', 'B=2', 'A=2'] } }",
        "`A` is here twice",
    ),
    ("{ build: { target: '' } }", "this is empty"),
    (
        "{ build: { network: bridge } }",
        "expected `default`, `none` or `host`",
    ),
    ("{ build: { context: ../x } }", "leads out of the project"),
    (
        "{ build: ., allow_empty: { reason: r } }",
        "no `build` gate finds nothing and passes",
    ),
    (
        "{ exists: a, allow_empty: { reason: r } }",
        "looks for nothing that may be empty",
    ),
    (
        "{ run: a, expect: { exit: 1 }, allow_empty: { reason: r } }",
        "`x` looks for nothing that may be empty",
    ),
    (
        "{ setup: a, creates: [b], allow_empty: { reason: r } }",
        "`x` looks for nothing that may be empty",
    ),
    (
        "{ allow_empty: { reason: r }, gates: { a: b, c: { build: . } } }",
        "no gate of the group `x` has a use for it",
    ),
];

#[test]
fn mistakes_are_named() {
    let mut wrong = Vec::new();
    for (gate, want) in TABLE {
        let told = mistake(gate);
        if !told.contains(want) || told.contains(" | ") {
            wrong.push(format!("{gate}: {told:?} instead of {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_of_a_gate_are_said_at_once() {
    let told = mistake("{ run: '', in: nowhere, expect: { exit: 126, stdout: '' } }");
    assert_eq!(told.split(" | ").count(), 4, "{told}");
}

#[test]
fn a_gate_does_not_run_in_the_tag_of_a_build_of_its_own_file() {
    let with = |image: &str| {
        let built = "  shop: { build: { context: ., tag: dental } }";
        load(&format!(
            "{built}\n  x: {{ run: npm test, in: {{ image: {image} }} }}"
        ))
    };
    for same in [
        "dental",
        "dental:latest",
        "docker.io/library/dental",
        "library/dental:latest",
    ] {
        let wrong = with(same).unwrap_err();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(
            wrong[0].contains("the tag that `shop` puts on its image"),
            "{wrong:?}"
        );
    }
    for other in ["dental:1", "other/dental", "node:22"] {
        assert!(with(other).is_ok(), "{other}");
    }
}
