//! Dockerfiles, as BuildKit reads them: bytes to a tree with places, total on any input, all
//! mistakes at once, and the tree that is left of a bad file.
//!
//! Two layers: [`Syntax`] is what is written, [`Instruction`] and [`Stage`] are what it says. Values
//! keep their quotes and variables; [`expand`] takes those out. Must not know rules: what is
//! allowed but unwise is no business of a parser.

mod command;
mod cut;
mod directive;
mod duration;
pub mod expand;
mod flags;
mod heredoc;
mod instruction;
mod json;
mod mount;
mod problem;
mod read;
pub mod scope;
mod source;
mod stages;
mod syntax;
#[cfg(test)]
mod tests;
mod typed;

pub use command::{
    Arg, Command, Form, HealthOptions, Healthcheck, Instruction, Mount, MountField, Run, Stage,
    Transfer,
};
pub use directive::Directive;
pub use problem::{Problem, ProblemKind};
pub use syntax::{Args, Comment, Flag, Head, Heredoc, LineRange, Pair, Syntax, Word};

use super::Span;
use crate::model::limits;
use source::Source;
use typed::Found;

/// A Dockerfile.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// Its text. A byte that is no UTF-8 is replaced by U+001A, so offsets are those of the file.
    pub text: String,
    /// The escape character: `\` or a backtick.
    pub escape: char,
    /// Its parser directives.
    pub directives: Vec<Directive>,
    /// All of its comments, those between the lines of an instruction included.
    pub comments: Vec<Comment>,
    /// The `ARG`s before the first `FROM`.
    pub global_args: Vec<Instruction>,
    /// Anything else before the first `FROM`; each is an error.
    pub stray: Vec<Instruction>,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// What the engine would refuse. A reader that ignores these is wrong.
    pub errors: Vec<Problem>,
    /// What the engine warns about itself, or takes without effect.
    pub warnings: Vec<Problem>,
}

/// Reads a Dockerfile. `source` is the number that all spans bear.
#[must_use]
pub fn parse(source: u32, bytes: &[u8]) -> Dockerfile {
    let (read, source) = layer_one(source, bytes);
    let mut found = Found {
        errors: read.errors,
        warnings: read.warnings,
    };
    let empty = read.instructions.is_empty();
    let parts = stages::build(read.instructions, &mut found);
    let start = Span::new(source.id, 0, 0);
    if bytes.len() > limits::DOCKERFILE_BYTES {
        let limit = limits::DOCKERFILE_BYTES >> 20;
        let message = format!("the file is longer than {limit} MiB");
        let problem = Problem::new(start, ProblemKind::TooLong, message);
        let help = "nobody writes this much by hand: look at what wrote it";
        found.errors = vec![problem.help(help)];
    } else if empty {
        let problem = Problem::new(start, ProblemKind::Empty, "there is no instruction in it");
        found.errors.push(problem.help("start with `FROM image`"));
    } else if parts.stages.is_empty() {
        let problem = Problem::new(start, ProblemKind::NoStage, "there is no FROM in it");
        found.errors.push(problem.help("start with `FROM image`"));
    }
    let comments: Vec<Span> = read.comments.iter().map(|comment| comment.span).collect();
    let (hard, soft) = source::bad_bytes(&source.bad, &comments);
    found.errors.extend(hard);
    found.warnings.extend(soft);
    Dockerfile {
        text: source.text,
        escape: read.directives.escape,
        directives: read.directives.found,
        comments: read.comments,
        global_args: parts.global_args,
        stray: parts.stray,
        stages: parts.stages,
        errors: in_order(found.errors),
        warnings: in_order(found.warnings),
    }
}

fn layer_one(source: u32, bytes: &[u8]) -> (read::Read, Source) {
    // Offsets are 32 bits wide, and what is too long is not worth reading.
    let fits = bytes.len() <= limits::DOCKERFILE_BYTES;
    let source = Source::new(source, if fits { bytes } else { &[] });
    (read::read(&source), source)
}

/// By place, and not more than anybody reads.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    if problems.len() > limits::DOCKERFILE_PROBLEMS {
        let more = problems.len() - limits::DOCKERFILE_PROBLEMS;
        problems.truncate(limits::DOCKERFILE_PROBLEMS);
        let span = problems.last().map(|last| last.span).unwrap_or_default();
        let message = format!("and {more} more, which are not listed");
        problems.push(Problem::new(span, ProblemKind::TooMany, message));
    }
    problems
}

impl Dockerfile {
    /// Line and column of an offset, both from 1, the column in characters.
    #[must_use]
    pub fn place(&self, offset: u32) -> (usize, usize) {
        let end = (offset as usize).min(self.text.len());
        let before = self.text.get(..end).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// All instructions of the file in order, without the `FROM`s: those are the stages.
    pub fn instructions(&self) -> impl Iterator<Item = &Instruction> {
        let stages = self.stages.iter().flat_map(|stage| &stage.instructions);
        self.global_args.iter().chain(&self.stray).chain(stages)
    }

    /// The stage that a `FROM` or a `--from` names, out of those before a stage: by name, where the
    /// last of a name counts, or (not in a `FROM`) by number.
    #[must_use]
    pub fn stage_before(&self, before: usize, name: &str) -> Option<&Stage> {
        let stages = self.stages.get(..before).unwrap_or(&self.stages);
        stages.iter().rev().find(|stage| stage.is_named(name))
    }
}
