//! Instructions to stages. Must not know how instructions are read.

use super::command::{Command, Instruction, Stage};
use super::flags::Flags;
use super::problem::{Problem, ProblemKind};
use super::syntax::{Args, Head, Syntax, Word};
use super::typed::{self, Found};
use crate::format::Span;

/// The file in order.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) global_args: Vec<Instruction>,
    pub(super) stray: Vec<Instruction>,
    pub(super) stages: Vec<Stage>,
}

pub(super) fn build(instructions: Vec<Syntax>, found: &mut Found) -> Parts {
    let mut parts = Parts::default();
    for syntax in instructions {
        if syntax.head.keyword.text.eq_ignore_ascii_case("from") {
            let stage = from(syntax, parts.stages.len(), found);
            duplicate(&stage, &parts.stages, found);
            parts.stages.push(stage);
            continue;
        }
        let instruction = typed::instruction(syntax, found);
        match parts.stages.last_mut() {
            Some(stage) => stage.instructions.push(instruction),
            None if matches!(instruction.command, Command::Arg(_)) => {
                parts.global_args.push(instruction);
            }
            None => {
                if !matches!(instruction.command, Command::Unknown { .. }) {
                    found.errors.push(stray(&instruction.head));
                }
                parts.stray.push(instruction);
            }
        }
    }
    parts
}

fn stray(head: &Head) -> Problem {
    let keyword = head.keyword.text.to_ascii_uppercase();
    let message = format!("{keyword} stands before the first FROM");
    let problem = Problem::new(head.span, ProblemKind::NoStage, message);
    problem.help("only ARG may stand there: move it below a FROM")
}

/// Only the first of the name can be meant by a `FROM` or a `COPY --from`.
fn duplicate(stage: &Stage, earlier: &[Stage], found: &mut Found) {
    let Some(name) = &stage.name else { return };
    if earlier.iter().any(|other| other.is_named(&name.text)) {
        let message = format!("a stage before is named `{}` already", name.text);
        let problem = Problem::new(name.span, ProblemKind::DuplicateStageName, message);
        let help = "give each stage its own name";
        found.warnings.push(problem.help(help));
    }
}

fn from(syntax: Syntax, index: usize, found: &mut Found) -> Stage {
    let Syntax { head, args } = syntax;
    let platform = Flags::check(&head, &mut found.errors).text("platform");
    let words = match args {
        Args::Words(words) => words,
        _ => Vec::new(),
    };
    let shape = words.len() == 1 || (words.len() == 3 && is_as(&words[1]));
    if !shape {
        let message = if words.is_empty() {
            "FROM needs an image"
        } else {
            "FROM takes an image, or an image, `AS` and a name"
        };
        let problem = Problem::new(head.span, ProblemKind::BadFrom, message);
        let help = "write `FROM image` or `FROM image AS name`";
        found.errors.push(problem.help(help));
    }
    let mut words = words.into_iter();
    // What is no image stays empty: no rule can take it for one.
    let nothing = Word {
        text: String::new(),
        span: Span::new(
            head.span.source,
            head.span.end as usize,
            head.span.end as usize,
        ),
    };
    let image = words.next().unwrap_or(nothing);
    let as_keyword = words.next().filter(|_| shape);
    let name = words.next().filter(|_| shape);
    if let Some(name) = name.as_ref().filter(|name| !is_name(&name.text)) {
        let message = format!("`{}` cannot name a stage", name.text);
        let problem = Problem::new(name.span, ProblemKind::BadStageName, message);
        let help = "a name starts with a letter; letters, digits, `-`, `_` and `.` may follow";
        found.errors.push(problem.help(help));
    }
    Stage {
        index,
        head,
        image,
        platform,
        as_keyword,
        name,
        instructions: Vec::new(),
    }
}

fn is_as(word: &Word) -> bool {
    word.text.eq_ignore_ascii_case("as")
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
