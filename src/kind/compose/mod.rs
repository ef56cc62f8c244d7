//! `compose:`, the services of a compose project as they are meant: files merged, variables filled
//! in, everything that no profile switches on included.
//!
//! What compose refuses cannot be judged; what it forgives is a finding. Must not know how a compose
//! file is read.

mod ask;
mod depend;
mod drift;
mod health;
mod image;
mod judge;
mod limits;
mod loading;
mod mounts;
mod pins;
mod ports;
mod rights;
mod rules;
mod secrets;
mod settings;
mod stores;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::ask::Gathered;
use self::judge::Judge;
use self::settings::Settings;
use super::lint::{Policy, Survey};
use super::paths;
use crate::format::compose::{Loaded, Request};
use crate::format::yaml::Node;
use crate::model::{Answer, Rule, Step};
use crate::spec::{Decoder, Field, Kind, KindSpec, Lints, Shape, Turn};

/// The word `compose`.
pub(super) struct ComposeSpec;

/// What a compose project must be like.
#[derive(Debug)]
struct Composing {
    /// The files of the project; none: those that compose looks for.
    files: Vec<String>,
    directory: Option<String>,
    env_files: Vec<String>,
    profiles: Vec<String>,
    environment: Vec<(String, String)>,
    /// Projects that are held against each other.
    compare: Vec<Vec<String>>,
    /// In what they may differ.
    allow: Vec<String>,
    settings: Settings,
    policy: Policy,
}

impl KindSpec for ComposeSpec {
    fn word(&self) -> &'static str {
        "compose"
    }

    fn doc(&self) -> &'static str {
        "What a compose project asks an engine for: files merged and variables filled in as compose \
         does it, services of all profiles judged. A path, or a list of paths that are merged, is \
         short for `files`."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[
            Shape::Path,
            Shape::List(&Shape::Path),
            Shape::Record(settings::FIELDS),
        ])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::RULES
    }

    fn usual_file(&self) -> &'static str {
        "compose.yaml"
    }

    fn lints(&self) -> Option<Lints> {
        Some(Lints {
            files: "compose.yaml, compose.*.yaml, docker-compose*.yml, YAML with `services:`",
            recognises: is_compose_file,
            settings: "{files: [FILE]}",
        })
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let composing = settings::decode(gate.get("compose")?, decoder)?;
        Some(Arc::new(composing))
    }
}

/// By its name, or because services stand at its top.
fn is_compose_file(path: &str, bytes: &dyn Fn() -> Vec<u8>) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, "yml" | "yaml")) = name.rsplit_once('.') else {
        return false;
    };
    let called = ["compose", "docker-compose", "podman-compose"]
        .into_iter()
        .any(|word| {
            let rest = stem.strip_prefix(word);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        });
    called
        || bytes()
            .split(|byte| *byte == b'\n')
            .any(|line| line.trim_ascii_end() == b"services:")
}

impl Kind for Composing {
    fn word(&self) -> &'static str {
        "compose"
    }

    fn summary(&self) -> String {
        match (self.files.as_slice(), self.compare.is_empty()) {
            ([], true) => "the project's compose file".to_owned(),
            ([], false) => {
                let sides = self.compare.iter().map(|side| side.join(" + "));
                sides.collect::<Vec<_>>().join(" and ")
            }
            (files, _) => files.join(" + "),
        }
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let gathered = match ask::gather(self, turn, answers) {
            Ok(gathered) => gathered,
            Err(step) => return *step,
        };
        let mut survey = Survey::default();
        let sound: Vec<bool> = gathered
            .projects
            .iter()
            .map(|loaded| loading::said(loaded, &mut survey))
            .collect();
        let all_sound = sound.iter().all(|sound| *sound);
        for ((loaded, sound), compared) in gathered.projects.iter().zip(sound).zip(self.roles()) {
            if sound && !compared {
                self.judge(loaded, &gathered, &mut survey);
            }
        }
        if all_sound {
            self.compared(&gathered, &mut survey);
        }
        survey.judge(turn, &self.policy, answers)
    }
}

impl Composing {
    /// The projects that are read, in order: the own one, and those that are compared.
    fn requests(&self, turn: &Turn<'_>) -> Vec<Request> {
        let own = Some(&self.files).filter(|files| !files.is_empty() || self.compare.is_empty());
        let all = own.into_iter().chain(&self.compare);
        let from_root = |path: &String| paths::from_root(turn.cwd, path);
        all.map(|files| Request {
            files: files.iter().map(from_root).collect(),
            directory: self.directory(turn, files.is_empty()),
            env_files: self.env_files.iter().map(from_root).collect(),
            environment: self.environment.iter().cloned().collect(),
            name: None,
            root_name: "project".to_owned(),
            profiles: self.profiles.clone(),
        })
        .collect()
    }

    /// Without files, compose looks in the gate's directory.
    fn directory(&self, turn: &Turn<'_>, unnamed: bool) -> Option<String> {
        let named = self.directory.as_deref();
        let path = named.or_else(|| unnamed.then_some("."))?;
        Some(paths::from_root(turn.cwd, path))
    }

    /// For each of the requests: whether it is only there to be compared.
    fn roles(&self) -> impl Iterator<Item = bool> {
        let own = !self.files.is_empty();
        std::iter::once(false).chain(std::iter::repeat(own))
    }

    fn judge(&self, loaded: &Loaded, gathered: &Gathered, survey: &mut Survey) {
        let images = gathered.images(loaded, survey);
        let mut judge = Judge::new(loaded, &self.settings, &images);
        rules::check(&mut judge);
        survey.judged += loaded.project.services.len();
        survey.found.extend(judge.found);
    }

    /// Each further side of a comparison against the first.
    fn compared(&self, gathered: &Gathered, survey: &mut Survey) {
        let own = usize::from(!self.files.is_empty());
        let sides = gathered.projects.get(own..).unwrap_or_default();
        if let ([first, others @ ..], false) = (sides, self.compare.is_empty()) {
            for other in others {
                survey
                    .found
                    .extend(drift::found((first, other), &self.allow));
            }
            survey.judged += sides.len();
        }
    }
}
