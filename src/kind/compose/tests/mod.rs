//! Verdicts of the kind `compose`: what is found, what cannot be judged, and that neither passes.

mod hardened;
mod images;

use std::collections::BTreeMap;

use super::super::judge::testing::{Desk, word};
use super::super::lint::shelf::{Shelf, gate, talk};
use crate::model::{Answer, Judgement, NoAnswer, Unanswered};

fn shelf(files: &[(&str, &str)]) -> Shelf {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    Shelf(files.iter().map(owned).collect::<BTreeMap<_, _>>())
}

fn judged(value: &str, files: &[(&str, &str)]) -> Judgement {
    talk(&*gate("compose", value), &shelf(files))
}

/// Verdict and findings of one compose file: `rule line:column`.
fn found(value: &str, files: &[(&str, &str)]) -> (&'static str, Vec<String>) {
    let judgement = judged(value, files);
    let place = |finding: &crate::model::Finding| {
        let at = finding.location.as_ref();
        let at = at.map_or(String::new(), |at| {
            format!(" {}:{}:{}", at.path, at.line, at.column)
        });
        format!("{}{at}", finding.rule)
    };
    let findings = judgement.findings.iter().map(place).collect();
    (word(&judgement.verdict), findings)
}

/// The same for the one file `compose.yaml`, without its name.
fn one(value: &str, text: &str) -> (&'static str, Vec<String>) {
    let (verdict, found) = found(value, &[("compose.yaml", text)]);
    let short = found
        .iter()
        .map(|line| line.replace("compose.yaml:", ""))
        .collect();
    (verdict, short)
}

const FINE: &str = "services:\n  app: {image: 'demo/app:1.0'}\n";

#[test]
fn a_fine_file_passes_and_says_which_one_it_was() {
    assert_eq!(one("{}", FINE), ("passed", vec![]));
    assert_eq!(
        gate("compose", "{}").summary(),
        "the project's compose file"
    );
    assert_eq!(gate("compose", "[a.yml, b.yml]").summary(), "a.yml + b.yml");
    let compared = gate("compose", "{compare: [[a.yml, b.yml], c.yml]}");
    assert_eq!(compared.summary(), "a.yml + b.yml and c.yml");
}

#[test]
fn what_cannot_be_judged_never_passes() {
    for (text, said) in [
        ("", "empty"),
        ("services: {}\n", "no service"),
        ("services: {app: {image: x", "compose.yaml:"),
        ("- a\n", "compose.yaml:1:1:"),
        (
            "services:\n  app: {imgae: 'a:1'}\n",
            "did you mean `image`?",
        ),
        (
            "services:\n  app: {image: 'a:${T:?set it}'}\n",
            "compose.yaml:2:",
        ),
        (
            "include: [../up.yaml]\nservices: {app: {image: 'a:1'}}\n",
            "outside",
        ),
        (
            "include: [gone.yaml]\nservices: {app: {image: 'a:1'}}\n",
            "gone.yaml",
        ),
        (
            "services:\n  app: {image: 'a:1', depends_on: [b]}\n",
            "not there",
        ),
        (
            "services:\n  app: {image: 'a:1', env_file: 'a*.env'}\n",
            "pattern",
        ),
    ] {
        let judgement = judged("{}", &[("compose.yaml", text)]);
        assert_eq!(word(&judgement.verdict), "errored", "{text}");
        let told = format!("{:?}", judgement.verdict);
        assert!(told.contains(said), "{text}: {told}");
    }
    let (verdict, _) = found("compose.prod.yml", &[("compose.yaml", FINE)]);
    assert_eq!(verdict, "errored");
    assert_eq!(found("{}", &[]).0, "errored");
}

#[test]
fn no_answer_and_a_wrong_one_never_pass() {
    let kind = gate("compose", "compose.yaml");
    let desk = Desk::new();
    let verdict = |answers: &[Answer]| match kind.step(&desk.turn(), answers) {
        crate::model::Step::Judge(judgement) => word(&judgement.verdict),
        crate::model::Step::Ask(_) => "asked",
    };
    assert_eq!(verdict(&[]), "asked");
    let io = Unanswered::new(NoAnswer::Io, "the disk is gone");
    assert_eq!(verdict(&[Answer::Unanswered(io)]), "errored");
    assert_eq!(verdict(&[Answer::Tagged]), "errored");
    assert_eq!(verdict(&[Answer::Contents(vec![])]), "errored");
}

#[test]
fn what_compose_refuses_is_not_hidden_by_a_finding() {
    let text = "version: '3'\nservices:\n  app: {image: 'a:1', volumes: ['nowhere:/x']}\n";
    let judgement = judged("{}", &[("compose.yaml", text)]);
    assert_eq!(word(&judgement.verdict), "failed");
    let told = format!("{:?}", judgement.verdict);
    assert!(told.contains("not judged: compose.yaml:3:"), "{told}");
    let light = judged("{failure_threshold: error}", &[("compose.yaml", text)]);
    assert_eq!(word(&light.verdict), "errored");
}

#[test]
fn files_are_merged_and_a_finding_stands_where_it_is_written() {
    let files = [
        ("compose.yaml", FINE),
        (
            "compose.prod.yml",
            "services:\n  app:\n    privileged: true\n",
        ),
    ];
    assert_eq!(
        found("[compose.yaml, compose.prod.yml]", &files),
        (
            "failed",
            vec!["privileged compose.prod.yml:3:17".to_owned()]
        )
    );
    assert_eq!(found("compose.yaml", &files).0, "passed");
    let reset = [
        (
            "compose.yaml",
            "services:\n  app: {image: 'a:1', privileged: true}\n",
        ),
        (
            "compose.override.yaml",
            "services:\n  app: {privileged: false}\n",
        ),
    ];
    assert_eq!(found("{}", &reset), ("passed", vec![]));
}

#[test]
fn services_of_all_profiles_are_judged() {
    let text = "services:\n  app: {image: 'a:1'}\n  tool: {image: 'b:1', profiles: [dev], privileged: true}\n";
    assert_eq!(
        one("{}", text),
        ("failed", vec!["privileged 3:53".to_owned()])
    );
}

#[test]
fn variables_come_from_the_gate_before_dotenv() {
    let files = [
        ("compose.yaml", "services:\n  app: {image: 'a:${TAG}'}\n"),
        (".env", "TAG=latest\n"),
    ];
    assert_eq!(found("{}", &files).1, ["latest-tag compose.yaml:2:16"]);
    assert_eq!(found("{env: {TAG: '1'}}", &files), ("passed", vec![]));
    assert_eq!(
        found("{}", &files[..1]).1,
        ["unset-variable compose.yaml:2:19"]
    );
}

#[test]
fn a_waiver_may_be_for_one_service() {
    let text =
        "services:\n  a: {image: 'a:1', privileged: true}\n  b: {image: 'b:1', privileged: true}\n";
    let waived = |on: &str| {
        let value = format!("{{waive: [{{rule: CL-0002, reason: it mounts, on: {on}}}]}}");
        let judgement = judged(&value, &[("compose.yaml", text)]);
        let open = judgement.findings.iter().filter(|f| f.waived.is_none());
        open.map(|f| f.location.as_ref().unwrap().line)
            .collect::<Vec<_>>()
    };
    assert_eq!(waived("a"), [3]);
    assert_eq!(waived("b"), [2]);
}

#[test]
fn compared_projects_must_not_drift_apart() {
    let dev = "services:\n  app: {image: 'a:1', environment: {A: 1, DEBUG: 1}, ports: ['1:1']}\n  mail: {image: 'm:1'}\n";
    let prod = "services:\n  app: {image: 'a:2', environment: {A: 2}, command: [x]}\n";
    let files = [("dev.yml", dev), ("prod.yml", prod)];
    let (verdict, all) = found("{compare: [dev.yml, prod.yml]}", &files);
    assert_eq!(verdict, "failed");
    assert_eq!(
        all,
        [
            "drift dev.yml:2:43",
            "drift dev.yml:2:62",
            "drift dev.yml:3:3",
            "drift prod.yml:2:16",
            "drift prod.yml:2:53"
        ]
    );
    let allow = "[mail, app.image, '*.environment.DEBUG', app.ports, app.command]";
    let value = format!("{{compare: [dev.yml, prod.yml], allow: {allow}}}");
    assert_eq!(found(&value, &files), ("passed", vec![]));
    assert_eq!(found("{compare: [dev.yml, gone.yml]}", &files).0, "errored");
}

#[test]
fn circles_are_found_and_the_rest_is_judged() {
    let text =
        "services:\n  a: {image: 'a:1', depends_on: [b]}\n  b: {image: b, depends_on: [a]}\n";
    let (verdict, all) = one("{}", text);
    assert_eq!(verdict, "failed");
    assert_eq!(all, ["untagged-image 3:14", "dependency-cycle 3:30"]);
}
