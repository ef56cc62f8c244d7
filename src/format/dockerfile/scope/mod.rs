//! What the words of a Dockerfile come to: `ARG` and `ENV` by stage, defaults of the global `ARG`s,
//! arguments that a build is given, and the variables that the engine brings itself.
//!
//! Says of every word that the engine expands what it becomes and which variables in it are not
//! set. The environment of a base image is only known where the caller brings it.

mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Dockerfile;
use super::command::Command;
use super::expand::{ExpandError, Lexer, Modifier};
use super::syntax::Word;
use crate::format::Span;
use crate::model::limits;
use walk::{Ground, Scope};

/// What a build is given.
#[derive(Clone, Debug)]
pub struct Given {
    /// `--build-arg`
    pub args: BTreeMap<String, String>,
    /// What the engine brings: `TARGETPLATFORM` and its like.
    pub predefined: BTreeMap<String, String>,
    /// The environments of base images, by what the `FROM` comes to.
    pub bases: BTreeMap<String, BTreeMap<String, String>>,
}

/// What a file comes to.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// For each of [`Dockerfile::global_args`].
    pub global_args: Vec<Step>,
    /// For each of [`Dockerfile::stages`].
    pub stages: Vec<StageValues>,
}

/// What a stage comes to.
#[derive(Clone, Debug)]
pub struct StageValues {
    /// What it is built on.
    pub base: Base,
    /// The image as the `FROM` names it.
    pub image: Value,
    /// `--platform`
    pub platform: Option<Value>,
    /// For each of its instructions.
    pub steps: Vec<Step>,
    /// Whether the environment of the base is known: then a variable that is not set is not set.
    pub base_known: bool,
    /// All variables at its end, those of `ARG` included.
    pub env: Rc<BTreeMap<String, String>>,
}

/// What a stage is built on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage.
    Stage(usize),
    /// Nothing.
    Scratch,
    /// An image.
    Image(String),
    /// The `FROM` comes to nothing; its value says why, or is empty.
    Unknown,
}

/// What the words of one instruction come to.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The words that the engine expands, in order.
    pub values: Vec<Value>,
}

/// What a word comes to.
#[derive(Clone, Debug)]
pub struct Value {
    /// Where the word stands.
    pub span: Span,
    /// What it becomes.
    pub text: Result<String, ExpandError>,
    /// The same as words: for `EXPOSE`, which takes the word apart.
    pub words: Vec<String>,
    /// Variables in it that are neither set nor declared.
    pub unset: Vec<Unset>,
    /// Names of variables in it that are set or declared.
    pub used: BTreeSet<String>,
}

/// A variable that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unset {
    /// Its name.
    pub name: String,
    /// Where it stands: the variable, or the whole word when that is continued on another line.
    pub span: Span,
    /// What is asked of it.
    pub modifier: Modifier,
}

impl Given {
    /// For a platform like `linux/amd64` or `linux/arm64/v8`, built on the same.
    #[must_use]
    pub fn for_platform(platform: &str) -> Self {
        let mut parts = platform.splitn(3, '/');
        let parts = [platform]
            .into_iter()
            .chain((0..3).map(|_| parts.next().unwrap_or_default()));
        let mut predefined = BTreeMap::new();
        for (name, value) in ["PLATFORM", "OS", "ARCH", "VARIANT"].into_iter().zip(parts) {
            predefined.insert(format!("BUILD{name}"), value.to_owned());
            predefined.insert(format!("TARGET{name}"), value.to_owned());
        }
        Self {
            args: BTreeMap::new(),
            predefined,
            bases: BTreeMap::new(),
        }
    }
}

impl Default for Given {
    fn default() -> Self {
        Self::for_platform("linux/amd64")
    }
}

impl Step {
    /// What a word of the instruction comes to; `None` when the engine does not expand it.
    #[must_use]
    pub fn value(&self, word: &Word) -> Option<&Value> {
        self.values.iter().find(|value| value.span == word.span)
    }
}

/// Evaluates a whole file. Total: what cannot be expanded says so in its value.
#[must_use]
pub fn evaluate(dockerfile: &Dockerfile, given: &Given) -> Evaluation {
    let mut scope = Scope {
        given,
        lexer: Lexer::new(dockerfile.escape),
        global: given.predefined.clone(),
        left: limits::EXPANDED_ALL_BYTES,
    };
    let mut global_args = Vec::new();
    for instruction in &dockerfile.global_args {
        let Command::Arg(args) = &instruction.command else {
            continue;
        };
        let mut step = Step::default();
        for arg in args {
            scope.global_arg(arg, &mut step);
        }
        global_args.push(step);
    }
    let mut stages: Vec<StageValues> = Vec::new();
    let mut ends: Vec<Ground> = Vec::new();
    for stage in &dockerfile.stages {
        let (values, end) = scope.stage(stage, dockerfile, &ends);
        stages.push(values);
        ends.push(end);
    }
    Evaluation {
        global_args,
        stages,
    }
}
