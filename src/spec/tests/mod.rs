//! What the language promises, on a registry of three small kinds.

mod fuzz;
mod matrix;
mod mistakes;
mod packs;
mod pipeline;
mod tables;
mod when;

use std::sync::Arc;

use super::{
    Decoder, Field, GateFile, Kind, KindSpec, Loaded, Registry, Shape, Text, Turn, keys, load,
};
use crate::format::yaml::Node;
use crate::model::{Answer, CiFacts, Facts, GateName, GitFacts, Judged, Reason, Step};

#[derive(Debug)]
struct Fake {
    word: &'static str,
    text: Text,
    environment: super::Environment,
}

impl Kind for Fake {
    fn word(&self) -> &'static str {
        self.word
    }

    fn summary(&self) -> String {
        self.text.display()
    }

    fn uses(&self) -> Vec<GateName> {
        self.text.gates()
    }

    fn is_setup(&self) -> bool {
        self.word == "setup"
    }

    fn step(&self, _turn: &Turn<'_>, _answers: &[Answer]) -> Step {
        Step::judge(Judged::Errored(Reason::new(format!(
            "{:?}",
            self.environment
        ))))
    }
}

struct Spec {
    word: &'static str,
    shape: Shape,
    keys: &'static [Field],
}

impl KindSpec for Spec {
    fn word(&self) -> &'static str {
        self.word
    }

    fn doc(&self) -> &'static str {
        "A kind for tests."
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn keys(&self) -> &'static [Field] {
        self.keys
    }

    fn builds(&self) -> bool {
        self.word == "build"
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let environment = decoder.environment();
        let body = gate.get(self.word)?;
        if let Some(image) = gate.get("in") {
            decoder.image_gate(image)?;
        }
        let text = match body.scalar() {
            Some(_) => {
                let script = decoder.script(body)?;
                decoder.refuse_strange(&script).then(|| script.text())?
            }
            None => Text::literal("…"),
        };
        Some(Arc::new(Fake {
            word: self.word,
            text,
            environment,
        }))
    }
}

const RUN_KEYS: &[Field] = &[
    Field::new("in", Shape::Text, "Where it runs."),
    Field::new("shell", Shape::Text, "The shell."),
    Field::new("stdin", Shape::Bool, "Whether it gets input."),
    keys::ENV,
    keys::PASS_ENV,
    keys::REQUIRE_ENV,
    keys::SECRETS,
];
static RUN: Spec = Spec {
    word: "run",
    shape: Shape::TEXTS,
    keys: RUN_KEYS,
};
static SETUP: Spec = Spec {
    word: "setup",
    shape: Shape::TEXTS,
    keys: RUN_KEYS,
};
static EXISTS: Spec = Spec {
    word: "exists",
    shape: Shape::Record(&[
        Field::new("require", Shape::GLOBS, "Must be there."),
        Field::new("size", Shape::Size, "At most."),
        Field::new("mode", Shape::Word(&["all", "any"]), "How many."),
    ]),
    keys: &[],
};
static BUILD: Spec = Spec {
    word: "build",
    shape: Shape::Record(&[
        Field::new("context", Shape::Path, "The context."),
        Field::new("args", Shape::TEXT_MAP, "Arguments."),
    ]),
    keys: &[],
};

pub(super) struct Kinds;

impl Registry for Kinds {
    fn kinds(&self) -> &[&'static dyn KindSpec] {
        const ALL: &[&dyn KindSpec] = &[&RUN, &SETUP, &EXISTS, &BUILD];
        ALL
    }

    fn pack(&self, name: &str) -> Option<&'static str> {
        (name == "docker").then_some(
            "version: 1\nvars: { file: Dockerfile }\ngates:\n  dockerfile:\n    description: there is one\n    exists: { require: [\"${{ vars.file }}\"] }\n  image:\n    build: { context: . }\n",
        )
    }

    fn packs(&self) -> Vec<&'static str> {
        vec!["docker"]
    }
}

fn facts() -> Facts {
    let env = [
        ("PATH", "/bin"),
        ("HOME", "/home/x"),
        ("CI", "1"),
        ("npm_config_a", "b"),
        ("TOKEN", "hush"),
    ];
    let git = GitFacts {
        sha: "a".repeat(40),
        branch: Some("x; rm -rf /".into()),
        ..GitFacts::default()
    };
    Facts {
        weighed: std::collections::BTreeSet::new(),
        needs_base: false,
        env: env
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        files: [
            (
                "package.json".to_owned(),
                Ok("{\"version\": \"1.2.3\", \"a\": [{\"b\": 1.10}]}".to_owned()),
            ),
            ("gone.json".to_owned(), Err("no such file".to_owned())),
        ]
        .into(),
        git: Some(Ok(git)),
        today: "2026-11-21".to_owned(),
        cpus: 2,
        os: "linux".to_owned(),
        ci: CiFacts {
            pull_request: Some(false),
            ..CiFacts::default()
        },
        unreadable_env: ["BYTES".to_owned()].into(),
    }
}

fn try_load(text: &str) -> Result<Loaded, super::Diagnostics> {
    try_load_with(text, &facts())
}

fn try_load_with(text: &str, facts: &Facts) -> Result<Loaded, super::Diagnostics> {
    let file = GateFile {
        name: "prove.yml",
        bytes: text.as_bytes(),
    };
    load(file, facts, &Kinds, "dir")
}

#[track_caller]
fn good(text: &str) -> super::Pipeline {
    try_load(text)
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
        .pipeline
}

#[track_caller]
fn bad(text: &str) -> String {
    try_load(text)
        .expect_err("this must be refused")
        .render(false)
}

/// The messages alone.
#[track_caller]
fn messages(text: &str) -> Vec<String> {
    let diagnostics = try_load(text).expect_err("this must be refused");
    diagnostics
        .list()
        .iter()
        .map(|diagnostic| diagnostic.message.clone())
        .collect()
}
