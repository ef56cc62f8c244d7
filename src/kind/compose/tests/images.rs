//! What the images of services say of themselves: healthchecks and users out of Dockerfiles.

use super::{found, judged, one, word};

const WAITS: &str = "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {api: {condition: service_healthy}}\n";

/// Verdict and rules for a service that is waited for and built from this Dockerfile.
fn built(build: &str, dockerfile: &str) -> (&'static str, Vec<String>) {
    let text = format!("{WAITS}  api: {{build: {build}}}\n");
    found("{}", &[("compose.yaml", &text), ("Dockerfile", dockerfile)])
}

#[test]
fn a_dockerfile_that_checks_health_is_enough() {
    let checked = "FROM node:20\nHEALTHCHECK CMD curl -f localhost\n";
    assert_eq!(built(".", checked), ("passed", vec![]));
    let below = "FROM node:20 AS base\nHEALTHCHECK CMD x\nFROM base\nRUN y\n";
    assert_eq!(built(".", below), ("passed", vec![]));
    let inline = "{dockerfile_inline: \"FROM node:20\\nHEALTHCHECK CMD x\\n\"}";
    assert_eq!(built(inline, "FROM node:20\n"), ("passed", vec![]));
}

#[test]
fn one_that_does_not_is_an_error_where_that_is_known() {
    let wrong = (
        "failed",
        vec!["healthy-without-check compose.yaml:4:35".to_owned()],
    );
    assert_eq!(built(".", "FROM node:20\nRUN x\n"), wrong);
    assert_eq!(built(".", "FROM scratch\nCOPY a /a\n"), wrong);
    assert_eq!(built(".", "FROM demo/base:1\nHEALTHCHECK NONE\n"), wrong);
    let stages = "FROM node:20 AS dev\nRUN x\nFROM node:20\nHEALTHCHECK CMD x\n";
    assert_eq!(built("{context: ., target: dev}", stages), wrong);
    assert_eq!(
        built("{context: ., target: '1'}", stages),
        ("passed", vec![])
    );
}

#[test]
fn what_only_the_image_knows_is_said_with_less_weight() {
    let (verdict, found) = built(".", "FROM demo/base:1\nRUN x\n");
    assert_eq!(
        (verdict, found.as_slice()),
        (
            "failed",
            &["health-unknown compose.yaml:4:35".to_owned()][..]
        )
    );
    let text = format!("{WAITS}  api: {{image: 'demo/api:1.0'}}\n");
    let (verdict, found) = one("{failure_threshold: error}", &text);
    assert_eq!(
        (verdict, found.as_slice()),
        ("passed", &["health-unknown 4:35".to_owned()][..])
    );
    let text = format!("{WAITS}  api: {{build: 'https://example.com/api.git'}}\n");
    assert_eq!(one("{}", &text).1, ["health-unknown 4:35"]);
}

#[test]
fn a_healthcheck_that_is_switched_off_is_none() {
    for off in ["{disable: true}", "{test: [NONE]}"] {
        let text = format!("{WAITS}  api: {{image: 'demo/api:1.0', healthcheck: {off}}}\n");
        assert_eq!(one("{}", &text).1, ["healthy-without-check 4:35"], "{off}");
    }
    // It only changes how often the image's own check runs.
    let text = format!("{WAITS}  api: {{build: ., healthcheck: {{interval: 5s}}}}\n");
    let dockerfile = ("Dockerfile", "FROM node:20\nHEALTHCHECK CMD x\n");
    assert_eq!(
        found("{}", &[("compose.yaml", &text), dockerfile]).0,
        "passed"
    );
}

#[test]
fn a_dockerfile_that_cannot_be_read_leaves_it_undecided() {
    for (dockerfile, said) in [
        (None, "Dockerfile is not there"),
        (Some("FROM\n"), "Dockerfile cannot be read: line 1"),
        (Some("FROM node:20 AS a\n"), "has no stage `prod`"),
    ] {
        let text = format!("{WAITS}  api: {{build: {{context: ., target: prod}}}}\n");
        let files = [("compose.yaml", text.as_str())];
        let files = files
            .into_iter()
            .chain(dockerfile.map(|text| ("Dockerfile", text)));
        let judgement = judged("{}", &files.collect::<Vec<_>>());
        assert_eq!(word(&judgement.verdict), "errored");
        let told = format!("{:?}", judgement.verdict);
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_dockerfile_that_nothing_depends_on_is_not_read() {
    assert_eq!(
        one("{}", "services:\n  app: {build: ./gone}\n"),
        ("passed", vec![])
    );
}

#[test]
fn who_a_container_runs_as_is_in_the_dockerfile_too() {
    let text = "services:\n  app: {build: .}\n";
    let rules = |dockerfile: &str| {
        found(
            "{non_root: true}",
            &[("compose.yaml", text), ("Dockerfile", dockerfile)],
        )
        .1
    };
    assert_eq!(rules("FROM node:20\nUSER node\n"), Vec::<String>::new());
    let root = ["root-user compose.yaml:2:3"];
    assert_eq!(rules("FROM node:20\n"), root);
    assert_eq!(rules("FROM node:20\nUSER node\nUSER 0:0\n"), root);
    assert_eq!(rules("FROM demo/base:1\n"), root);
    let own = "services:\n  app: {image: 'a:1', user: 'root'}\n";
    assert_eq!(one("{non_root: true}", own).1, ["root-user 2:29"]);
}
