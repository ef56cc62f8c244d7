//! Gate files in, questions or diagnostics out: how the kinds read what the user writes.

mod empty;
mod mistakes;

use std::collections::BTreeMap;

use super::judge::testing::{Desk, image};
use super::registry;
use crate::model::{
    BuildRequest, Command, Facts, GateName, GitFacts, ImageRef, Network, Place, Probe, RunRequest,
    Step, Workspace,
};
use crate::spec::{self, Pipeline};

fn facts() -> Facts {
    let env = [
        ("PATH", "/bin"),
        ("NPM_TOKEN", "s3cret"),
        ("NODE_ENV", "test"),
        ("EMPTY", ""),
    ];
    let git = GitFacts {
        branch: Some("a b; rm -rf /".into()),
        ..GitFacts::default()
    };
    Facts {
        env: env
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        git: Some(Ok(git)),
        today: "2026-11-21".into(),
        cpus: 2,
        ..Facts::default()
    }
}

fn load(gates: &str) -> Result<Pipeline, Vec<String>> {
    let text = format!("version: 1\ngates:\n  app: {{ build: . }}\n{gates}\n");
    let file = spec::GateFile {
        name: "prove.yml",
        bytes: text.as_bytes(),
    };
    match spec::load(file, &facts(), registry(), "project") {
        Ok(loaded) => Ok(loaded.pipeline),
        Err(wrong) => Err(wrong.list().iter().map(|d| d.message.clone()).collect()),
    }
}

/// The first question of the gate `x`.
fn asked(gate: &str) -> Probe {
    let pipeline =
        load(&format!("  x: {gate}")).unwrap_or_else(|wrong| panic!("{gate}: {wrong:?}"));
    let gate = pipeline
        .gates
        .iter()
        .find(|gate| gate.name.as_str() == "x")
        .unwrap();
    let mut desk = Desk::new();
    desk.images
        .insert(GateName::segment("app").unwrap(), image("abc"));
    match gate.kind.step(&desk.turn(), &[]) {
        Step::Ask(probes) => probes.into_iter().next().unwrap(),
        Step::Judge(judgement) => panic!("{judgement:?}"),
    }
}

fn request(gate: &str) -> RunRequest {
    match asked(gate) {
        Probe::Run(request) => *request,
        other => panic!("{other:?}"),
    }
}

fn build(gate: &str) -> BuildRequest {
    match asked(gate) {
        Probe::Build(request) => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_goes_to_a_shell_only_when_it_must() {
    let argv = |words: &[&str]| Command::Argv(words.iter().map(|w| (*w).to_owned()).collect());
    assert_eq!(
        request("npm run 'a b'").command,
        argv(&["npm", "run", "a b"])
    );
    assert_eq!(
        request("{ run: [npm, run, '*'] }").command,
        argv(&["npm", "run", "*"])
    );
    assert_eq!(
        request("a | b").command.argv(),
        ["bash", "-euo", "pipefail", "-c", "a | b"]
    );
    assert_eq!(
        request("{ run: a && b, shell: sh -eu }").command.argv(),
        ["sh", "-eu", "-c", "a && b"]
    );
    assert_eq!(
        request("{ run: a b, shell: sh -eu }").command,
        argv(&["a", "b"])
    );
    assert_eq!(
        request("{ run: 'a; b', shell: bash -c }").command.argv(),
        ["bash", "-c", "a; b"]
    );
}

#[test]
fn strangers_text_is_an_argument_but_never_code() {
    let direct = request("{ run: 'lint --on ${{ git.branch }}' }");
    assert_eq!(direct.command.argv(), ["lint", "--on", "a b; rm -rf /"]);
    let list = request("{ run: [lint, '${{ git.branch }}'] }");
    assert_eq!(list.command.argv(), ["lint", "a b; rm -rf /"]);
    assert!(load("  x: { run: 'lint ${{ git.branch }} | cat' }").is_err());
    let by_env = request("{ run: 'lint \"$B\"', env: { B: '${{ git.branch }}' } }");
    assert_eq!(
        by_env.env.get("B").map(String::as_str),
        Some("a b; rm -rf /")
    );
}

#[test]
fn images_of_this_run_are_filled_in() {
    let direct = request("{ run: 'scan ${{ app.ref }}', env: { D: '${{ app.digest }}' } }");
    assert_eq!(direct.command.argv(), ["scan", "sha256:abc"]);
    assert_eq!(direct.env.get("D").map(String::as_str), Some("sha256:abc"));
    let pipeline = load("  x: { run: 'scan ${{ app.ref }} | cat' }").unwrap();
    assert_eq!(
        pipeline.gates[1].kind.uses(),
        [GateName::segment("app").unwrap()]
    );
}

#[test]
fn containers_are_hardened_unless_the_file_says_more() {
    let built = request("{ run: npm test, in: app }");
    assert_eq!(built.place, Place::Image(ImageRef::Built(image("abc"))));
    assert_eq!(
        (built.container.workspace, built.container.network),
        (Workspace::None, Network::None)
    );
    let other = request("{ run: npm test, in: { image: 'node:20' } }");
    assert_eq!(other.place, Place::Image(ImageRef::Named("node:20".into())));
    assert_eq!(other.container.workspace, Workspace::ReadWrite);
    let full = request(
        "{ run: x, in: app, container: { workspace: ro, network: my-net, user: '1000:1000', \
         mounts: ['./a:/a', '/b:/b:rw', { source: c, target: /c, read_only: false }], \
         entrypoint: [], read_only: true, tmpfs: /tmp, cap_add: [NET_ADMIN], memory: 1GiB, \
         cpus: 1.5, pids: 64 } }",
    )
    .container;
    assert_eq!(
        (full.workspace, full.network),
        (Workspace::ReadOnly, Network::Named("my-net".into()))
    );
    let mounts: Vec<_> = full
        .mounts
        .iter()
        .map(|m| (m.source.as_str(), m.read_only))
        .collect();
    assert_eq!(mounts, [("./a", true), ("/b", false), ("c", false)]);
    assert_eq!(
        (full.entrypoint, full.user.as_deref()),
        (Some(vec![]), Some("1000:1000"))
    );
    assert_eq!(
        (full.memory, full.millicpus, full.pids),
        (Some(1 << 30), Some(1500), Some(64))
    );
    assert_eq!(
        (full.tmpfs, full.cap_add),
        (vec!["/tmp".to_owned()], vec!["NET_ADMIN".to_owned()])
    );
}

#[test]
fn what_comes_back_is_asked_for() {
    let asked = request(
        "{ run: x, results: { junit: 'r/*.xml' }, keep: [log], outputs: [dist/**], \
         expect: { stdout: ok, stderr: { empty: true } } }",
    );
    assert_eq!(
        (asked.collect.results, asked.collect.keep),
        (vec!["r/*.xml".into()], vec!["log".into()])
    );
    assert!(asked.capture_stdout && asked.capture_stderr);
}

#[test]
fn builds_are_read_whole() {
    assert_eq!(build("{ build: sub }").context, "sub");
    let full = build(
        "{ cwd: web, build: { context: ., dockerfile: Dockerfile.dev, target: runner, \
         args: { NODE: '20', REF: '${{ app.ref }}' }, platform: linux/arm64, network: none, \
         secrets: [NPM_TOKEN], tag: 'org/app:1' } }",
    );
    assert_eq!(full.dockerfile.as_deref(), Some("Dockerfile.dev"));
    let args: BTreeMap<_, _> = full
        .args
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(args, [("NODE", "20"), ("REF", "sha256:abc")].into());
    assert_eq!(full.secrets["NPM_TOKEN"].0, "s3cret");
    assert!(full.product);
    let args = build("{ build: { args: ['A=1=2', 'B='] } }").args;
    assert_eq!((args["A"].as_str(), args["B"].as_str()), ("1=2", ""));
    assert!(!build("{ build: { tool: true } }").product);
    assert_eq!(
        build("{ build: { secrets: { npm: { env: NPM_TOKEN } } } }").secrets["npm"].0,
        "s3cret"
    );
}

#[test]
fn an_image_by_the_reference_of_its_gate_is_the_built_image() {
    for text in ["${{ app.ref }}", "${{ app.digest }}"] {
        let named = request(&format!("{{ run: x, in: {{ image: '{text}' }} }}"));
        assert_eq!(named, request("{ run: x, in: app }"), "{text}");
        assert_eq!(named.container.workspace, Workspace::None);
    }
}

#[test]
fn only_what_a_shell_reads_as_code_is_refused() {
    for gate in [
        "{ run: [node, -c, '${{ git.branch }}'] }",
        "{ run: [bash, deploy.sh, '${{ git.branch }}'] }",
        "{ run: [env, 'B=${{ git.branch }}', bash, -c, 'echo \"$B\"'] }",
        "{ run: \"# why\\nnpm test\" }",
    ] {
        assert!(load(&format!("  x: {gate}")).is_ok(), "{gate}");
    }
}

#[test]
fn a_builds_secret_is_masked_and_required() {
    let pipeline = load("  x: { build: { secrets: [NPM_TOKEN, NOT_SET] } }").unwrap();
    assert_eq!(pipeline.secrets["NPM_TOKEN"].0, "s3cret");
    let missing: Vec<_> = pipeline
        .missing_env
        .iter()
        .map(|m| m.name.as_str())
        .collect();
    assert_eq!(missing, ["NOT_SET"]);
}

#[test]
fn presence_has_a_short_form() {
    for gate in [
        "{ exists: Dockerfile }",
        "{ exists: [Dockerfile] }",
        "{ exists: { require: Dockerfile } }",
    ] {
        let patterns = vec!["Dockerfile".to_owned()];
        assert_eq!(
            asked(gate),
            Probe::List {
                cwd: ".".into(),
                patterns
            },
            "{gate}"
        );
    }
    let tracked = asked("{ exists: { forbid_tracked: .env } }");
    assert_eq!(
        tracked,
        Probe::Tracked {
            cwd: ".".into(),
            patterns: vec![".env".into()]
        }
    );
}

#[test]
fn a_builds_secret_reaches_nobody_else() {
    for secrets in ["[NPM_TOKEN]", "NPM_TOKEN", "{ npm: { env: NPM_TOKEN } }"] {
        for (gate, says) in [
            (
                "{ run: a, pass_env: [NPM_TOKEN] }",
                "`NPM_TOKEN` is a secret in this file",
            ),
            (
                "{ run: a, require_env: [NPM_TOKEN] }",
                "`NPM_TOKEN` is a secret in this file",
            ),
            (
                "{ run: ['a', '${{ env.NPM_TOKEN }}'] }",
                "`NPM_TOKEN` is a secret and cannot be put into a text",
            ),
        ] {
            let file = format!("  x: {gate}\n  y: {{ build: {{ secrets: {secrets} }} }}");
            assert_eq!(load(&file).unwrap_err(), [says], "{file}");
        }
        let file = format!(
            "  x: {{ run: a, pass_env: ['NPM_*', NODE_ENV] }}\n  y: {{ build: {{ secrets: {secrets} }} }}"
        );
        let told = format!("{:?}", load(&file).unwrap());
        assert!(
            told.contains("\"NODE_ENV\"") && !told.contains("s3cret"),
            "{told}"
        );
    }
}

#[test]
fn a_builds_secret_is_named_in_plain_text() {
    let file = "  x: { build: { secrets: ['NPM_${{ git.branch }}'] } }";
    assert_eq!(
        load(file).unwrap_err(),
        ["the secret `NPM_a b; rm -rf /` is not named in plain text"]
    );
}

#[test]
fn an_empty_secret_of_a_build_is_a_missing_one() {
    let pipeline = load("  x: { build: { secrets: [EMPTY] } }").unwrap();
    assert_eq!(pipeline.missing_env.len(), 1);
}

#[test]
fn somebody_who_enters_sees_what_the_command_sees() {
    let entered = |gate: &str| {
        let pipeline = load(&format!("  x: {gate}")).unwrap();
        let gate = pipeline.gates.last().unwrap();
        let mut desk = Desk::new();
        let app = GateName::segment("app").unwrap();
        desk.images.insert(app, image("abc"));
        let request = gate.kind.enters(&desk.turn())?;
        Some(request.unwrap())
    };
    let told = "env: { A: '1' }, pass_env: [NODE_ENV], secrets: [NPM_TOKEN]";
    for gate in [
        format!("{{ run: a | b, shell: zsh -eu, {told} }}"),
        format!("{{ run: a b, in: app, container: {{ user: '7' }}, {told} }}"),
        // What is asked before the command runs does not stand in the way.
        format!("{{ run: a b, expect: {{ unchanged: [x] }}, {told} }}"),
    ] {
        let here = entered(&gate).unwrap();
        assert_eq!(here.env["A"], "1");
        assert_eq!(here.env["NODE_ENV"], "test");
        assert_eq!(here.secrets["NPM_TOKEN"].0, "s3cret");
        let zsh = gate.contains("zsh");
        assert_eq!(here.command.argv(), [if zsh { "zsh" } else { "bash" }]);
    }
    let inside = entered("{ run: a b, in: app, container: { user: '7' } }").unwrap();
    assert_eq!(inside.place, Place::Image(ImageRef::Built(image("abc"))));
    assert_eq!(inside.container.user.as_deref(), Some("7"));
    assert!(entered("{ exists: { require: [a] } }").is_none());
}

#[test]
fn a_build_is_entered_through_its_image_and_only_when_there_is_one() {
    let pipeline = load("").unwrap();
    let (app, mut desk) = (&pipeline.gates[0], Desk::new());
    let entered = |desk: &Desk| {
        app.kind
            .enters(&app.turn(&desk.images))
            .unwrap()
            .map(|request| request.place)
    };
    assert!(entered(&desk).is_err());
    desk.images.insert(app.name.clone(), image("abc"));
    let place = Place::Image(ImageRef::Built(image("abc")));
    assert_eq!(entered(&desk), Ok(place));
}
