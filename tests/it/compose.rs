//! Compose projects in a whole run: what is found in the files of tests/corpus/compose, and that what
//! cannot be judged is never proved.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::Project;

/// Name, text, and what its first lines say is found: `LINE RULE`.
fn corpus() -> Vec<(String, String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/compose");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let said = text
            .lines()
            .filter_map(|line| line.strip_prefix("# finds:"));
        let said = said.flat_map(|line| line.split(';'));
        let said = said
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty());
        let said = said.collect();
        all.push((
            path.file_stem().unwrap().to_str().unwrap().to_owned(),
            text,
            said,
        ));
    }
    all.sort();
    all
}

#[test]
fn in_every_file_of_the_corpus_just_that_is_found_which_it_says() {
    let corpus = corpus();
    assert!(corpus.len() >= 25, "{}", corpus.len());
    let mut gates = String::from("version: 1\ngates:\n");
    for (name, ..) in &corpus {
        writeln!(gates, "  {name}: {{ compose: corpus/{name}.yaml }}").unwrap();
    }
    let project = Project::with(&gates);
    for (name, text, _) in &corpus {
        project.file(&format!("corpus/{name}.yaml"), text);
    }
    project.run();
    let mut wrong = Vec::new();
    for (name, _, said) in &corpus {
        let finished = project.gate(name);
        let found = finished.findings.iter().map(|finding| {
            let line = finding.location.as_ref().map_or(0, |at| at.line);
            format!("{line} {}", finding.rule)
        });
        let found: Vec<String> = found.collect();
        if found != *said {
            wrong.push(format!("{name}: {}", found.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn project(gate: &str) -> Project {
    Project::with(&format!("version: 1\ngates:\n  stack: {{ {gate} }}\n"))
}

#[test]
fn a_compose_project_is_judged_as_it_is_merged() {
    let project = project("compose: [compose.yaml, compose.prod.yml]");
    project.file(
        "compose.yaml",
        "services:\n  app: {image: 'demo/app:${TAG}'}\n",
    );
    project.file(".env", "TAG=1.0\n");
    project.file("compose.prod.yml", "services:\n  app: {restart: always}\n");
    project.run().expect(0, &["passed", "stack"]);
    project.file(
        "compose.prod.yml",
        "services:\n  app:\n    privileged: true\n",
    );
    project.run().expect(
        1,
        &["compose.prod.yml:3:17: `app` is privileged [privileged]"],
    );
}

#[test]
fn a_healthcheck_may_be_in_the_dockerfile() {
    let project = project("compose: compose.yaml");
    let text = "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {api: {condition: service_healthy}}\n  api: {build: api}\n";
    project.file("compose.yaml", text);
    project.run().expect(3, &["api/Dockerfile is not there"]);
    project.file("api/Dockerfile", "FROM node:20\n");
    project
        .run()
        .expect(1, &["compose.yaml:4:35: ", "[healthy-without-check]"]);
    project.file("api/Dockerfile", "FROM node:20\nHEALTHCHECK CMD true\n");
    project.run().expect(0, &["passed"]);
}

#[test]
fn what_compose_would_refuse_is_undecided() {
    let project = project("compose: {}");
    project.run().expect(3, &["there is no compose file"]);
    project.file("compose.yaml", "services:\n  app: {imgae: x}\n");
    project
        .run()
        .expect(3, &["compose.yaml:2:9: ", "did you mean `image`?"]);
    project.file("compose.yaml", "services: {}\n");
    project.run().expect(3, &["no service"]);
}

#[test]
fn a_waiver_is_for_a_service_and_an_unknown_key_a_mistake() {
    let waived =
        project("compose: { waive: { rule: engine-socket, reason: it is the proxy, on: proxy } }");
    let socket = |name: &str| {
        format!("services:\n  {name}: {{image: 'a:1', volumes: ['/var/run/docker.sock:/s']}}\n")
    };
    waived.file("compose.yaml", socket("proxy"));
    waived
        .run()
        .expect(0, &["waived engine-socket once: it is the proxy"]);
    waived.file("compose.yaml", socket("app"));
    waived.run().expect(1, &["`app` can reach the engine"]);
    project("compose: { readonly: true }")
        .run()
        .expect(2, &["did you mean `read_only`?"]);
    project("compose: { compare: [a.yml] }")
        .run()
        .expect(2, &["there is nothing to compare it with"]);
}
