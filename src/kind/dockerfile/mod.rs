//! `dockerfile:`, the quality of a Dockerfile, judged without building it.
//!
//! The file is read as the engine reads it, its variables put in, its stages followed. A file that
//! the engine would refuse cannot be judged, and never passes. Must not know single rules.

mod bases;
mod dependencies;
mod ignores;
mod packages;
mod rules;
mod script;
mod settings;
mod subject;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::ignores::Ignores;
use self::settings::{FIELDS, Settings};
use self::subject::Subject;
use super::lint::{self, Survey, Text};
use super::{judge, paths};
use crate::format::dockerfile::scope::{Base, Evaluation, Given, evaluate};
use crate::format::dockerfile::{self, Dockerfile, Problem};
use crate::format::dockerignore::Dockerignore;
use crate::format::yaml::Node;
use crate::model::{Answer, Content, Probe, Rule, Step};
use crate::spec::{Decoder, Field, Kind, KindSpec, Lints, Shape, Turn};

/// Mistakes of one file that are told; the rest is counted.
const TOLD: usize = 10;

/// The word `dockerfile`.
pub(super) struct DockerfileSpec;

impl KindSpec for DockerfileSpec {
    fn word(&self) -> &'static str {
        "dockerfile"
    }

    fn doc(&self) -> &'static str {
        "The quality of a Dockerfile, judged without building it. A path, a glob or a list of them is \
         short for `path`."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::GLOBS, Shape::Record(FIELDS)])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::rules()
    }

    fn usual_file(&self) -> &'static str {
        "Dockerfile"
    }

    fn lints(&self) -> Option<Lints> {
        Some(Lints {
            files: "Dockerfile, Containerfile, Dockerfile.*, *.Dockerfile",
            recognises: |path, _| is_called_dockerfile(path),
            settings: "{path: FILE}",
        })
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("dockerfile")?;
        let settings = Settings::decode(node, decoder)?;
        Some(Arc::new(Linting { settings }))
    }
}

/// Whether people call such a file a Dockerfile; what stays out of its context is another's.
fn is_called_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let called = |word: &str| {
        let ends = name.strip_suffix(word);
        let begins = name.strip_prefix(word);
        ends.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            || begins.is_some_and(|rest| rest.starts_with('.'))
    };
    !name.ends_with(".dockerignore") && ["dockerfile", "containerfile"].into_iter().any(called)
}

/// A gate of this kind.
#[derive(Debug)]
struct Linting {
    settings: Settings,
}

impl Kind for Linting {
    fn word(&self) -> &'static str {
        "dockerfile"
    }

    fn summary(&self) -> String {
        self.settings.paths.join(", ")
    }

    /// Two questions: the files, and then what their contexts leave out.
    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let patterns = &self.settings.paths;
        let Some(read) = answers.first() else {
            return Step::Ask(vec![lint::ask(turn, patterns)]);
        };
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        let mut survey = Survey::default();
        let Some(texts) = lint::texts(turn, patterns, read, &mut survey) else {
            return Step::judge(judge::misplaced("dockerfile"));
        };
        let beside: Vec<String> = texts.iter().flat_map(|text| self.beside(text)).collect();
        match &answers[1..] {
            [] if !texts.is_empty() => {
                return Step::Ask(vec![Probe::Read {
                    cwd: turn.cwd.to_owned(),
                    patterns: beside,
                }]);
            }
            [] => {}
            [Answer::Contents(lists)] if lists.len() == beside.len() => {
                for (text, lists) in texts.iter().zip(lists.chunks(2)) {
                    self.one(turn, *text, lists, &mut survey);
                }
            }
            _ => return Step::judge(judge::misplaced("dockerfile")),
        }
        survey.judge(turn, &self.settings.policy, answers)
    }
}

impl Linting {
    /// Where the engine looks for what stays out of the context of a file: beside the file first.
    fn beside(&self, text: &Text<'_>) -> [String; 2] {
        let folder = text.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let context = self.settings.context.as_deref().unwrap_or(folder);
        let context = context.trim_end_matches('/');
        let ignore = match context {
            "" if self.settings.context.is_none() => ".dockerignore".to_owned(),
            context => format!("{context}/.dockerignore"),
        };
        [format!("{}.dockerignore", text.name), ignore]
    }

    /// What the words of a file come to. The environment of a base image is filled in where it is
    /// known to be empty.
    fn values(&self, file: &Dockerfile) -> Evaluation {
        let mut given = Given {
            args: self.settings.build_args.clone(),
            ..Given::default()
        };
        let values = evaluate(file, &given);
        for stage in values.stages {
            if let Base::Image(image) = stage.base
                && bases::known(&image).plain
            {
                given.bases.insert(image, BTreeMap::new());
            }
        }
        evaluate(file, &given)
    }

    fn one(&self, turn: &Turn<'_>, text: Text<'_>, lists: &[Vec<Content>], survey: &mut Survey) {
        let path = paths::from_root(turn.cwd, text.name);
        let file = dockerfile::parse(0, text.bytes);
        if !file.errors.is_empty() {
            for line in mistakes(&path, &file) {
                survey.unjudged.push(line);
            }
            return;
        }
        let values = self.values(&file);
        let ignored = match ignored(turn, lists) {
            Ok(ignored) => ignored,
            Err(why) => return survey.unjudged.push(why),
        };
        let known = (&file, &values);
        match Subject::new(&path, known, &self.settings, ignored.as_ref()) {
            Ok(subject) => judged(&subject, survey),
            Err(why) => survey.cannot_judge(&path, &why),
        }
    }
}

/// All rules on one file, and what its comments make of them.
fn judged(subject: &Subject<'_>, survey: &mut Survey) {
    survey.judged += 1;
    let mut found = Vec::new();
    for check in rules::checks() {
        (check.find)(subject, &mut found);
    }
    let ignores = Ignores::of(subject);
    ignores.apply(subject, &mut found, &mut survey.notes);
    survey.found.extend(found);
}

/// The rules of the context; `None` when there is no such file.
fn ignored(turn: &Turn<'_>, lists: &[Vec<Content>]) -> Result<Option<Dockerignore>, String> {
    let Some(Content { path, bytes }) = lists.iter().flatten().next() else {
        return Ok(None);
    };
    let path = paths::from_root(turn.cwd, path);
    let bytes = bytes.as_ref().map_err(|why| format!("{path} {why}"))?;
    let read = Dockerignore::parse(bytes);
    read.map(Some)
        .map_err(|error| format!("{path}:{}: {}", error.line, error.problem))
}

/// What the engine would refuse, line for line.
fn mistakes(path: &str, file: &Dockerfile) -> Vec<String> {
    let line = |problem: &Problem| {
        let (line, column) = file.place(problem.span.start);
        let help = problem.help.as_ref();
        let help = help.map_or(String::new(), |help| format!(" ({help})"));
        format!("{path}:{line}:{column}: {}{help}", problem.message)
    };
    let mut lines: Vec<String> = file.errors.iter().take(TOLD).map(line).collect();
    let more = file.errors.len() - lines.len();
    if more > 0 {
        lines.push(format!("{path}: and {more} mistakes more"));
    }
    lines
}
