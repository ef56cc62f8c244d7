//! What can be wrong with a Dockerfile, in words for people. Must not know the readers.

use crate::format::Span;

/// Something that is wrong, or that will not do what its author thinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: ProblemKind,
    /// What happened, one sentence.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// Which problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// Longer than [`crate::model::limits::DOCKERFILE_BYTES`].
    TooLong,
    /// A line longer than [`crate::model::limits::DOCKERFILE_LINE_BYTES`].
    LineTooLong,
    /// More mistakes than [`crate::model::limits::DOCKERFILE_PROBLEMS`]; the rest is not listed.
    TooMany,
    /// Bytes that are no UTF-8; in a comment a warning.
    NotUtf8,
    /// No instruction at all.
    Empty,
    /// A parser directive for the second time.
    DuplicateDirective,
    /// An `escape` directive that is neither a backslash nor a backtick.
    BadEscape,
    /// An empty line inside of a continuation; a warning.
    EmptyContinuation,
    /// A here-document that is never closed.
    UnterminatedHeredoc,
    /// A here-document whose word cannot be read.
    BadHeredoc,
    /// A JSON array with something else than texts in it.
    JsonNotTexts,
    /// A word that is no instruction.
    UnknownInstruction,
    /// An instruction without what it needs.
    MissingArgument,
    /// An instruction with more than it takes.
    TooManyArguments,
    /// A `name=value` without its sign.
    MissingEquals,
    /// A `=value` without its name.
    BlankName,
    /// A flag that the instruction does not know.
    UnknownFlag,
    /// A flag for the second time.
    DuplicateFlag,
    /// A flag with a value that it does not take, or without one.
    BadFlagValue,
    /// No `FROM` before this, or no `FROM` at all.
    NoStage,
    /// A `FROM` that is not `FROM image [AS name]`.
    BadFrom,
    /// A name that no stage can have.
    BadStageName,
    /// A stage's name for the second time; a warning.
    DuplicateStageName,
    /// An `ONBUILD` in an `ONBUILD`, or one of the two instructions that may not stand there.
    BadTrigger,
    /// A `HEALTHCHECK` that is neither `NONE` nor `CMD`.
    BadHealthcheck,
    /// A `SHELL` that is no JSON array.
    NotJson,
    /// A `--mount` that cannot be read.
    BadMount,
}

impl Problem {
    pub(super) fn new(span: Span, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            span,
            kind,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
