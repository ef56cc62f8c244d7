//! The order of things: variables, the files of the project, what they include.
//! Must not know what a service is.

use std::collections::HashMap;
use std::rc::Rc;

use super::grammar::FILE;
use super::merge::merge;
use super::path;
use super::problem::{Problem, ProblemKind};
use super::request::{File, Role};
use super::session::{Asker, Env, Place, Session};
use super::shape::Shape;
use crate::format::yaml::{Entry, Key, Node, Span, Value};
use crate::model::limits;

const NAMES: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];
const OVERRIDES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];
const SECTIONS: &[&str] = &[
    "services", "networks", "volumes", "secrets", "configs", "models",
];

static WHOLE: Shape = Shape::Record(&FILE);

fn empty_map() -> Node {
    Node {
        span: Span::default(),
        value: Value::Mapping(Vec::new()),
    }
}

/// A file in a chain: which, and where it is asked for.
type Chain<'c> = &'c [(String, String)];

impl Session<'_> {
    /// The project directory and the variables.
    pub(super) fn place(&mut self) -> Place {
        let request = self.request;
        let first = request
            .files
            .first()
            .map(|file| path::parent(&path::join("", file)));
        let directory = request.directory.as_ref().map(|dir| path::join("", dir));
        let base = directory.or(first).unwrap_or_else(|| ".".to_owned());
        let own = request.environment.clone().into_iter().collect();
        let env = self.with_files(&Rc::new(own), &base, &request.env_files.clone());
        Place { base, env }
    }

    /// An environment with the variables of files below it; without files those of `.env`.
    fn with_files(&mut self, known: &Env, base: &str, files: &[String]) -> Env {
        let mut all: HashMap<String, String> = HashMap::new();
        let default = [path::join(base, ".env")];
        let named = !files.is_empty();
        for file in if named { files } else { &default } {
            let asker = Asker {
                role: Role::Dotenv,
                span: None,
                required: named,
            };
            for variable in self.dotenv(&path::join("", file), known, asker) {
                all.extend(variable.value.map(|value| (variable.name, value)));
            }
        }
        all.extend(
            known
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Rc::new(all)
    }

    /// The files that the project is made of; `None` while that is not known.
    pub(super) fn project_files(&mut self, place: &Place) -> Option<Vec<String>> {
        let named = &self.request.files;
        if !named.is_empty() {
            return Some(named.iter().map(|file| path::join("", file)).collect());
        }
        if let Some(list) = self.lookup(&place.env, "COMPOSE_FILE") {
            let separator = self.lookup(&place.env, "COMPOSE_PATH_SEPARATOR");
            let separator = separator
                .filter(|s| !s.is_empty())
                .unwrap_or_else(|| ":".to_owned());
            return Some(
                list.split(&*separator)
                    .map(|file| path::join("", file))
                    .collect(),
            );
        }
        let mut found = self.present(place, NAMES)?;
        let overrides = self.present(place, OVERRIDES)?;
        for several in [&found, &overrides] {
            if let [first, second, ..] = &several[..] {
                let message =
                    format!("`{first}` and `{second}` are both here, and only the first is read");
                let problem = Problem::new(Span::default(), ProblemKind::WhichFile, message);
                self.problems
                    .push(problem.help("take one away, or name the files").lax());
            }
        }
        if found.is_empty() {
            let message = format!("there is no compose file: none of {}", NAMES.join(", "));
            self.problems.push(Problem::new(
                Span::default(),
                ProblemKind::WhichFile,
                message,
            ));
        }
        found.truncate(1);
        found.extend(overrides.into_iter().take(usize::from(!found.is_empty())));
        Some(found)
    }

    fn present(&mut self, place: &Place, names: &[&str]) -> Option<Vec<String>> {
        let asker = Asker {
            role: Role::Compose,
            span: None,
            required: false,
        };
        let mut here = Some(Vec::new());
        for name in names {
            let file = path::join(&place.base, name);
            match self.answer(&file, asker) {
                None => here = None,
                Some(File::Missing) => {}
                Some(_) => here.iter_mut().for_each(|all| all.push(file.clone())),
            }
        }
        here
    }

    /// Several files, laid over each other in order.
    pub(super) fn model(
        &mut self,
        files: &[(String, Asker)],
        place: &Place,
        chain: Chain<'_>,
    ) -> Node {
        let mut model = empty_map();
        for (file, asker) in files {
            let Some(tree) = self.tree(file, place, *asker) else {
                continue;
            };
            let mut tree = self.extended(&tree, file, place);
            self.include(&mut tree, file, place, chain);
            model = merge(model, tree, &WHOLE, &self.tags);
        }
        model
    }

    fn include(&mut self, tree: &mut Node, file: &str, place: &Place, chain: Chain<'_>) {
        let Value::Mapping(entries) = &mut tree.value else {
            return;
        };
        let Some(index) = entries.iter().position(|entry| entry.key.text == "include") else {
            return;
        };
        let includes = entries.remove(index).value;
        let mut chain = chain.to_vec();
        chain.push((file.to_owned(), place.base.clone()));
        for include in includes.items() {
            let Some(model) = self.included(include, place, &chain) else {
                continue;
            };
            self.import(tree, model);
        }
    }

    fn included(&mut self, include: &Node, place: &Place, chain: Chain<'_>) -> Option<Node> {
        let paths = include.get("path").map(Node::items).unwrap_or_default();
        let asked: Vec<(String, Span)> = paths
            .iter()
            .filter_map(|node| Some((node.scalar()?.to_owned(), node.span)))
            .collect();
        let (first, at) = asked.first()?;
        if let Some(cycle) = chain
            .iter()
            .position(|(file, _)| asked.iter().any(|(path, _)| path == file))
        {
            let names = chain.iter().skip(cycle).map(|(file, _)| file.as_str());
            let path = names
                .chain([first.as_str()])
                .collect::<Vec<_>>()
                .join(" → ");
            let message = format!("the files include each other: {path}");
            self.problems
                .push(Problem::new(*at, ProblemKind::IncludeCycle, message));
            return None;
        }
        self.loads += 1;
        if chain.len() >= limits::COMPOSE_DEPTH || self.loads > limits::COMPOSE_LOADS {
            let message = "more files include each other than anybody keeps";
            self.problems
                .push(Problem::new(*at, ProblemKind::TooMuch, message));
            return None;
        }
        let directory = include.get("project_directory").and_then(Node::scalar);
        let base = directory.map_or_else(|| path::parent(first), str::to_owned);
        let env_files = include.get("env_file").map(Node::items).unwrap_or_default();
        let env_files: Vec<String> = env_files
            .iter()
            .filter_map(|node| Some(node.scalar()?.to_owned()))
            .collect();
        let env = self.with_files(&place.env, &base, &env_files);
        let place = Place { base, env };
        let files: Vec<(String, Asker)> = asked
            .into_iter()
            .map(|(file, span)| {
                let span = Some(span);
                (
                    file,
                    Asker {
                        role: Role::Include,
                        span,
                        required: true,
                    },
                )
            })
            .collect();
        Some(self.model(&files, &place, chain))
    }

    /// Takes what another file brings; what is there already must say the same.
    fn import(&mut self, tree: &mut Node, model: Node) {
        let Value::Mapping(brought) = model.value else {
            return;
        };
        for section in brought {
            if !SECTIONS.contains(&&*section.key.text) {
                continue;
            }
            let Value::Mapping(fresh) = section.value.value else {
                continue;
            };
            let Some(known) = section_of(tree, &section.key) else {
                continue;
            };
            for entry in fresh {
                let Some(own) = known.iter().find(|own| own.key.text == entry.key.text) else {
                    known.push(entry);
                    continue;
                };
                if !same(&own.value, &entry.value) {
                    let word = section.key.text.trim_end_matches('s');
                    let message = format!(
                        "the {word} `{}` is here and in an included file, and differs",
                        entry.key.text
                    );
                    let problem = Problem::new(own.key.span, ProblemKind::IncludeConflict, message);
                    let help = "give one of them another name, or change it in an override file of the include";
                    self.problems.push(
                        problem
                            .also(entry.key.span, "included from here")
                            .help(help),
                    );
                }
            }
        }
    }
}

/// The entries of a section, made when there is none.
fn section_of<'t>(tree: &'t mut Node, key: &Key) -> Option<&'t mut Vec<Entry>> {
    let Value::Mapping(sections) = &mut tree.value else {
        return None;
    };
    if !sections.iter().any(|section| section.key.text == key.text) {
        let value = Node {
            span: key.span,
            value: Value::Mapping(Vec::new()),
        };
        sections.push(Entry {
            key: key.clone(),
            value,
        });
    }
    let section = sections
        .iter_mut()
        .find(|section| section.key.text == key.text)?;
    match &mut section.value.value {
        Value::Mapping(entries) => Some(entries),
        _ => None,
    }
}

/// Whether two trees mean the same: neither places nor the order of keys nor quotes count.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Mapping(entries), Value::Mapping(others)) => {
            let there = |entry: &Entry| {
                let twin = others.iter().find(|twin| twin.key.text == entry.key.text);
                twin.is_some_and(|twin| same(&entry.value, &twin.value))
            };
            entries.len() == others.len() && entries.iter().all(there)
        }
        (Value::Sequence(items), Value::Sequence(others)) => {
            let pairs = items.iter().zip(others);
            items.len() == others.len() && pairs.into_iter().all(|(one, other)| same(one, other))
        }
        _ => one.scalar() == other.scalar() && one.what() == other.what(),
    }
}

/// The project's name as compose makes it of a folder's.
pub(super) fn name_of(text: &str) -> String {
    let lower = text.to_lowercase();
    let kept: String = lower
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(*c))
        .collect();
    kept.trim_start_matches(['_', '-']).to_owned()
}
