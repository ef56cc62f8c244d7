//! One attempt to load a project with the files at hand: what is asked for, read, filled in and
//! said. Must not know in which order files belong to a project.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::canon::{Canon, OVERRIDE, RESET, Tags};
use super::grammar::FILE;
use super::path;
use super::problem::{Problem, ProblemKind};
use super::request::{File, Files, Request, Role, Wanted};
use crate::format::dotenv::{self, DotenvErrorKind, variable_words};
use crate::format::interpolate::{self, FaultKind};
use crate::format::source::Sources;
use crate::format::yaml::{self, Node, Span, Value};
use crate::model::limits;

/// Variables, by name.
pub(super) type Env = Rc<HashMap<String, String>>;

/// Where a file's paths start, and what its variables are.
#[derive(Clone)]
pub(super) struct Place {
    pub base: String,
    pub env: Env,
}

pub(super) struct Session<'s> {
    pub request: &'s Request,
    pub files: &'s Files,
    pub wanted: BTreeMap<String, Wanted>,
    pub problems: Vec<Problem>,
    pub sources: Sources,
    pub tags: Tags,
    /// The variables with which each source was filled in.
    pub envs: HashMap<u32, Env>,
    pub name: String,
    trees: HashMap<(String, String, usize), Option<Rc<Node>>>,
    bytes: usize,
    pub(super) loads: usize,
    expanded: usize,
}

/// Who asks for a file.
#[derive(Clone, Copy)]
pub(super) struct Asker {
    pub role: Role,
    pub span: Option<Span>,
    pub required: bool,
}

impl<'s> Session<'s> {
    pub(super) fn new(request: &'s Request, files: &'s Files) -> Self {
        Self {
            request,
            files,
            wanted: BTreeMap::new(),
            problems: Vec::new(),
            sources: Sources::default(),
            tags: Tags::new(),
            envs: HashMap::new(),
            name: String::new(),
            trees: HashMap::new(),
            bytes: 0,
            loads: 0,
            expanded: 0,
        }
    }

    /// The answer about a file; `None` when it has to be asked for first.
    pub(super) fn answer(&mut self, path: &str, asker: Asker) -> Option<&'s File> {
        let answer = self.files.get(path);
        if answer.is_none() {
            let wanted = Wanted {
                path: path.to_owned(),
                role: asker.role,
                outside: path::leaves_root(path),
                span: asker.span,
            };
            self.wanted.entry(path.to_owned()).or_insert(wanted);
        }
        answer
    }

    /// The bytes of a file, when they are there; that a required one is missing is said.
    pub(super) fn bytes(&mut self, path: &str, asker: Asker) -> Option<&'s [u8]> {
        let span = asker.span.unwrap_or_default();
        let problem = match self.answer(path, asker)? {
            File::Missing if !asker.required => return None,
            File::Missing => {
                let message = format!("there is no file `{path}`");
                Problem::new(span, ProblemKind::MissingFile, message)
            }
            File::Refused(why) => {
                let message = format!("`{path}` cannot be read: {why}");
                Problem::new(span, ProblemKind::RefusedFile, message)
            }
            File::Bytes(bytes) if bytes.len() > limits::COMPOSE_FILE_BYTES => {
                let limit = limits::COMPOSE_FILE_BYTES >> 20;
                let message = format!("`{path}` is longer than {limit} MiB");
                Problem::new(span, ProblemKind::Unreadable, message)
            }
            File::Bytes(bytes) => {
                self.bytes += bytes.len();
                self.loads += 1;
                if self.bytes <= limits::COMPOSE_BYTES && self.loads <= limits::COMPOSE_LOADS {
                    return Some(bytes);
                }
                let message = "the project is made of more files than anybody keeps";
                Problem::new(span, ProblemKind::TooMuch, message)
            }
        };
        self.problems.push(problem);
        None
    }

    /// One file: read, filled in, made canonical. Neither `extends` nor `include` is followed.
    pub(super) fn tree(&mut self, path: &str, place: &Place, asker: Asker) -> Option<Rc<Node>> {
        let env = Rc::as_ptr(&place.env) as usize;
        let key = (path.to_owned(), place.base.clone(), env);
        if let Some(known) = self.trees.get(&key) {
            return known.clone();
        }
        let tree = self.read(path, place, asker).map(Rc::new);
        self.trees.insert(key, tree.clone());
        tree
    }

    fn read(&mut self, path: &str, place: &Place, asker: Asker) -> Option<Node> {
        let bytes = self.bytes(path, asker)?;
        let source = self.sources.add(path, String::from_utf8_lossy(bytes));
        self.envs.insert(source, Rc::clone(&place.env));
        let document = match yaml::parse_with_tags(source, bytes, &[RESET, OVERRIDE]) {
            Ok(document) => document,
            Err(errors) => {
                self.problems.extend(errors.into_iter().map(Problem::from));
                return None;
            }
        };
        self.problems
            .extend(document.mistakes.into_iter().map(Problem::from));
        self.tags.extend(document.tags);
        let mut root = document.root;
        self.fill(&mut root, &place.env);
        if let Some(version) = root.entry("version") {
            let message = "`version` means nothing any more";
            let problem = Problem::new(version.key.span, ProblemKind::Obsolete, message);
            self.problems.push(problem.help("take the line away").lax());
        }
        let mut canon = Canon {
            sources: &self.sources,
            tags: &self.tags,
            problems: &mut self.problems,
            base: place.base.clone(),
        };
        let mut tree = canon.record(root, &FILE)?;
        pass_through(&mut tree, &place.env);
        Some(tree)
    }

    /// The value of a variable.
    pub(super) fn lookup(&self, env: &Env, name: &str) -> Option<String> {
        let own = || (name == "COMPOSE_PROJECT_NAME").then(|| self.name.clone());
        env.get(name).cloned().or_else(own)
    }

    /// Fills the variables of a tree in; keys stay as they are.
    fn fill(&mut self, node: &mut Node, env: &Env) {
        let span = node.span;
        match &mut node.value {
            Value::Null => {}
            Value::Sequence(items) => items.iter_mut().for_each(|item| self.fill(item, env)),
            Value::Mapping(entries) => {
                entries
                    .iter_mut()
                    .for_each(|entry| self.fill(&mut entry.value, env));
            }
            Value::Scalar { text, style } => {
                if text.contains('$') {
                    // What comes out of a variable is text: a number only where one is expected.
                    *style = yaml::Style::Quoted;
                    *text = self.filled(text, span, env);
                }
            }
        }
    }

    fn filled(&mut self, text: &str, span: Span, env: &Env) -> String {
        let out = interpolate::expand(text, &|name| self.lookup(env, name));
        for fault in out.faults {
            let written = text.get(fault.at).unwrap_or_default();
            let at = self.sources.narrow(span, written);
            self.problems.push(variable(at, &fault.kind));
        }
        self.expanded += out.text.len();
        if self.expanded > limits::ALL_EXPANDED_BYTES {
            self.problems.push(variable(span, &FaultKind::TooLong));
            return String::new();
        }
        out.text
    }

    /// The variables of a file like `.env`; `known` outranks them.
    pub(super) fn dotenv(
        &mut self,
        path: &str,
        known: &Env,
        asker: Asker,
    ) -> Vec<dotenv::Variable> {
        let Some(bytes) = self.bytes(path, asker) else {
            return Vec::new();
        };
        let source = self.sources.add(path, String::from_utf8_lossy(bytes));
        let out = dotenv::parse(source, bytes, &|name| self.lookup(known, name));
        for error in out.errors {
            let message = error.kind.to_string();
            let problem = match error.kind {
                DotenvErrorKind::Variable(fault) => variable(error.span, &fault),
                DotenvErrorKind::Duplicate { first, .. } => {
                    let problem = Problem::new(error.span, ProblemKind::Dotenv, message);
                    problem.also(first, "first here").lax()
                }
                DotenvErrorKind::AfterQuote => {
                    Problem::new(error.span, ProblemKind::Dotenv, message).lax()
                }
                DotenvErrorKind::NotUtf8 | DotenvErrorKind::TooLong => {
                    Problem::new(error.span, ProblemKind::Unreadable, message)
                }
                _ => Problem::new(error.span, ProblemKind::Dotenv, message),
            };
            self.problems.push(problem);
        }
        out.variables
    }
}

/// `environment: [NAME]` and `args: [NAME]` take the value that the surroundings have.
fn pass_through(tree: &mut Node, env: &Env) {
    let entries = |node: &mut Node, keys: &[&str], then: &mut dyn FnMut(&mut Node)| {
        if let Value::Mapping(entries) = &mut node.value {
            let wanted = entries
                .iter_mut()
                .filter(|e| keys.is_empty() || keys.contains(&&*e.key.text));
            wanted.for_each(|entry| then(&mut entry.value));
        }
    };
    let mut give = |pairs: &mut Node| {
        let Value::Mapping(entries) = &mut pairs.value else {
            return;
        };
        for entry in entries
            .iter_mut()
            .filter(|entry| entry.value.value == Value::Null)
        {
            if let Some(text) = env.get(&entry.key.text) {
                entry.value = super::canon::text_at(entry.value.span, text.clone());
            }
        }
    };
    entries(tree, &["services"], &mut |services| {
        entries(services, &[], &mut |service| {
            entries(service, &["environment"], &mut give);
            entries(service, &["build"], &mut |build| {
                entries(build, &["args"], &mut give);
            });
        });
    });
}

/// What is wrong with a variable, as a problem.
fn variable(span: Span, fault: &FaultKind) -> Problem {
    let message = variable_words(fault);
    match fault {
        FaultKind::Unset(name) => Problem::new(span, ProblemKind::UnsetVariable, message)
            .help(format!("set it, or give it a default: `${{{name}:-…}}`"))
            .lax(),
        FaultKind::Required { .. } => Problem::new(span, ProblemKind::RequiredVariable, message),
        FaultKind::Syntax(_) => Problem::new(span, ProblemKind::BadVariable, message),
        FaultKind::TooDeep | FaultKind::TooLong => {
            Problem::new(span, ProblemKind::TooMuch, message)
        }
    }
}
