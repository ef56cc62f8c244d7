//! Total on any bytes: never a panic, never a hang, a name for everything that is beyond measure.

use proptest::prelude::*;

use super::{ProblemKind, load, one};
use crate::format::compose::{File, Files, Loader, Request, Step};
use crate::format::{compose::Loaded, dotenv};

const REAL: &str = include_str!("../../../../compose.yaml");
const FULL: &str = "name: x\nx-e: &e {A: 1}\ninclude: [i.yaml]\nservices:\n  a: &a\n    <<: {image: 'x:${T:-1}'}\n    build: {context: ., args: [A=1]}\n    ports: ['127.0.0.1:80-81:80-81/udp', {target: 80}]\n    volumes: ['./d:/d:ro,z', {type: tmpfs, target: /t}]\n    environment: *e\n    env_file: [e.env, {path: f.env, required: false}]\n    depends_on: {b: {condition: service_healthy}}\n    healthcheck: {test: [CMD, x], interval: 1m30s}\n    deploy: {resources: {limits: {cpus: '0.5', memory: 1g}}}\n    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}\n  b: {extends: {service: a, file: i.yaml}, ports: !reset [], profiles: [p]}\nnetworks: {n: }\nsecrets: {s: {file: ./s}}\n";

/// Answers every question with the same bytes.
fn flood(bytes: &[u8]) -> Option<Box<Loaded>> {
    let loader = Loader::new(Request::default());
    let mut files = Files::new();
    for _ in 0..40 {
        match loader.step(&files) {
            Step::Done(loaded) => return Some(loaded),
            Step::Need(wanted) => {
                for want in wanted {
                    files.insert(want.path, File::Bytes(bytes.to_vec()));
                }
            }
        }
    }
    None
}

fn mutated(text: &str, edits: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, byte) in edits {
        let at = at.index(bytes.len());
        match byte % 3 {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, b" :-{}[]$&*!\n"[usize::from(*byte) % 12]),
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

#[track_caller]
fn first(text: &str) -> ProblemKind {
    one(text).problems.first().expect("nothing is said").kind
}

#[test]
fn what_is_no_compose_file_has_a_name() {
    assert_eq!(first(""), ProblemKind::Unreadable);
    assert_eq!(first("# nothing\n"), ProblemKind::Unreadable);
    assert_eq!(first("\u{0}\u{1}"), ProblemKind::Yaml);
    assert_eq!(first("- a\n"), ProblemKind::WrongType);
    assert_eq!(first("services: {}\n"), ProblemKind::NoServices);
    assert_eq!(first("services: {a: {image: x}"), ProblemKind::Yaml);
    assert_eq!(first(&"#".repeat(10 << 20)), ProblemKind::Unreadable);
    assert_eq!(first(&"[".repeat(5000)), ProblemKind::TooMuch);
    assert_eq!(load(&[]).problems[0].kind, ProblemKind::WhichFile);
}

#[test]
fn an_alias_bomb_is_too_much() {
    let level = |n: usize| {
        format!(
            "x-{n}: &l{n} [{}]\n",
            vec![format!("*l{}", n - 1); 10].join(",")
        )
    };
    let levels: String = (1..9).map(level).collect();
    assert_eq!(
        first(&format!("x-0: &l0 x\n{levels}")),
        ProblemKind::TooMuch
    );
}

#[test]
fn variables_that_double_each_other_are_too_much() {
    let mut env = "A0=xxxxxxxxxxxxxxxx\n".to_owned();
    for n in 1..40 {
        env.push_str(&format!("A{n}=${{A{0}}}${{A{0}}}\n", n - 1));
    }
    let loaded = load(&[
        ("compose.yaml", "services: {a: {image: x}}\n"),
        (".env", &env),
    ]);
    assert!(
        loaded
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::TooMuch)
    );
}

#[test]
fn a_file_that_is_everywhere_ends() {
    assert!(flood(FULL.as_bytes()).is_some_and(|loaded| !loaded.problems.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = flood(&bytes);
        let _ = dotenv::parse(0, &bytes, &|_| None);
    }

    #[test]
    fn a_damaged_file_is_answered(full in any::<bool>(), edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let text = if full { FULL } else { REAL };
        if let Some(loaded) = flood(&mutated(text, &edits)) {
            for problem in &loaded.problems {
                let text = loaded.sources.text(problem.span.source);
                prop_assert!(text.is_empty() || problem.span.end as usize <= text.len());
            }
        }
    }
}
