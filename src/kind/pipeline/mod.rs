//! `pipeline:`, whether prove stands before every image that the project builds, pushes or deploys.
//!
//! Reads workflows, recipes and deploy scripts, and what they call, and looks for the back door. Runs
//! nothing and asks no forge.

mod command;
mod doc;
mod github;
mod gitlab;
mod library;
mod order;
mod path;
mod read;
mod recipes;
mod rules;
#[cfg(test)]
mod tests;
mod trust;
mod walk;
mod woodpecker;

use std::sync::Arc;

use self::library::Library;
use self::trust::{Pin, Trust};
use super::lint::{self, OVERRIDE, Policy, Survey, THRESHOLD, WAIVE};
use super::{judge, paths};
use crate::format::yaml::{Node, Value};
use crate::model::{Answer, Probe, Rule, Step};
use crate::spec::{Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Turn};

/// How often more files are asked for.
const ROUNDS: usize = 12;

/// Where such files usually lie.
const USUAL: &[&str] = &[
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    ".gitlab-ci.yml",
    ".woodpecker.yml",
    ".woodpecker.yaml",
    ".woodpecker/*.yml",
    ".woodpecker/*.yaml",
    "justfile",
    "Justfile",
    ".justfile",
    "GNUmakefile",
    "makefile",
    "Makefile",
    "package.json",
    "**/*deploy*.sh",
    "**/*release*.sh",
    "**/*publish*.sh",
];

const FIELDS: &[Field] = &[
    Field::new(
        "files",
        Shape::GLOBS,
        "The files. Without this key: workflows of GitHub, GitLab and Woodpecker, justfile, Makefile, \
         package.json and deploy scripts, where they usually lie.",
    ),
    Field::new(
        "pin_images",
        Shape::Word(&["tag", "digest"]),
        "How exactly the images that jobs run in must be named.",
    )
    .default("tag"),
    Field::new(
        "pin_actions",
        Shape::Bool,
        "Whether actions of GitHub itself (`actions/…`, `github/…`) must be pinned to a commit, too.",
    )
    .default("false"),
    THRESHOLD,
    OVERRIDE,
    WAIVE,
];

/// The word `pipeline`.
pub(super) struct PipelineSpec;

/// What must stand before what.
#[derive(Debug)]
struct Pipeline {
    /// `None`: the usual ones.
    files: Option<Vec<String>>,
    trust: Trust,
    policy: Policy,
}

impl KindSpec for PipelineSpec {
    fn word(&self) -> &'static str {
        "pipeline"
    }

    fn doc(&self) -> &'static str {
        "Whether prove comes before every image that workflows, recipes and scripts of the project \
         build, push or deploy. Paths are short for `files`; `{}` means the usual ones."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::GLOBS, Shape::Record(FIELDS)])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::RULES
    }

    fn usual_file(&self) -> &'static str {
        ".github/workflows/ci.yml"
    }

    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        &[&["pipeline"]]
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("pipeline")?;
        let map = matches!(node.value, Value::Mapping(_));
        let files = match map {
            true => decoder.optional(node, "files", Decoder::globs),
            false => decoder.globs(node).map(Some),
        };
        if let Some(Some(files)) = &files
            && files.is_empty()
        {
            let help = "name at least one, or write `{}` for the usual ones";
            return decoder.refuse(Diagnostic::new(node.span, "this names no file").help(help));
        }
        let pin = decoder.optional(node, "pin_images", Decoder::text);
        let first_party = decoder.optional(node, "pin_actions", Decoder::boolean);
        let policy = Policy::decode(decoder, node, rules::RULES);
        Some(Arc::new(Pipeline {
            files: files?,
            trust: Trust {
                images: if pin?.as_deref() == Some("digest") {
                    Pin::Digest
                } else {
                    Pin::Tag
                },
                first_party: first_party?.unwrap_or(false),
            },
            policy: policy?,
        }))
    }
}

impl Kind for Pipeline {
    fn word(&self) -> &'static str {
        "pipeline"
    }

    fn summary(&self) -> String {
        match &self.files {
            Some(files) => files.join(", "),
            None => "workflows, recipes and deploy scripts".to_owned(),
        }
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let patterns = self.patterns();
        let Some((first, more)) = answers.split_first() else {
            return Step::Ask(vec![lint::ask(turn, &patterns)]);
        };
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        let mut survey = Survey::default();
        let texts = match &self.files {
            Some(_) => lint::texts(turn, &patterns, first, &mut survey),
            None => there(turn, &patterns, first, &mut survey),
        };
        let Some(texts) = texts else {
            return Step::judge(judge::misplaced("pipeline"));
        };
        let mut library = Library::default();
        let mut files = Vec::new();
        for text in texts {
            let path = paths::from_root(turn.cwd, text.name);
            library.add(&path, Some(Ok(text.bytes)));
            files.push(path);
        }
        let mut answers_left = more.iter();
        loop {
            let mut tried = survey.clone();
            read::judge(&library, self.trust, &files, &mut tried);
            let wanted = library.wanted();
            if wanted.is_empty() {
                return tried.judge(turn, &self.policy, answers);
            }
            match answers_left.next() {
                Some(answer) if keep(&mut library, &wanted, answer) => {}
                Some(_) => return Step::judge(judge::misplaced("pipeline")),
                None if more.len() >= ROUNDS => {
                    tried.cannot_judge(&wanted[0], "is called too deep to be followed");
                    return tried.judge(turn, &self.policy, answers);
                }
                None => {
                    let patterns = wanted.iter().map(|path| format!("/{path}")).collect();
                    return Step::Ask(vec![Probe::Read {
                        cwd: ".".to_owned(),
                        patterns,
                    }]);
                }
            }
        }
    }
}

impl Pipeline {
    fn patterns(&self) -> Vec<String> {
        match &self.files {
            Some(files) => files.clone(),
            None => USUAL.iter().map(|pattern| (*pattern).to_owned()).collect(),
        }
    }
}

/// The files that are there, of those that may be.
fn there<'a>(
    turn: &Turn<'_>,
    patterns: &[String],
    answer: &'a Answer,
    survey: &mut Survey,
) -> Option<Vec<lint::Text<'a>>> {
    let mut all = Survey::default();
    let texts = lint::texts(turn, patterns, answer, &mut all);
    let absent =
        |line: &String| line.ends_with(" is not there") || line.ends_with(" matches no file");
    survey
        .unjudged
        .extend(all.unjudged.into_iter().filter(|line| !absent(line)));
    texts
}

/// Keeps what was asked for; `false` when this is the answer to another question.
fn keep(library: &mut Library, wanted: &[String], answer: &Answer) -> bool {
    let Answer::Contents(lists) = answer else {
        return false;
    };
    for (path, list) in wanted.iter().zip(lists) {
        let bytes = list.first().map(|content| match &content.bytes {
            Ok(bytes) => Ok(bytes.as_slice()),
            Err(why) => Err(why.clone()),
        });
        library.add(path, bytes);
    }
    lists.len() == wanted.len()
}
