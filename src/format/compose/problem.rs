//! What can be wrong with a compose project, in words for people. Must not know who finds it.

use crate::format::yaml::{Span, YamlError, YamlErrorKind};

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where. `Span.source` is the number of a file in `Sources`.
    pub span: Span,
    /// Which.
    pub kind: ProblemKind,
    /// What happened, one line.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// A second place that belongs to it ("first here").
    pub also: Option<(Span, String)>,
    /// A text that would be right in place of what is at `span`.
    pub suggestion: Option<String>,
    /// Compose itself goes on with this, in silence or with a warning; it is wrong all the same.
    pub lax: bool,
}

/// Which mistake. [`ProblemKind::word`] is its stable name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The file is no YAML, or YAML that says one thing twice.
    Yaml,
    /// The file is empty, longer than the limit, or no text.
    Unreadable,
    /// A file that is asked for is not there.
    MissingFile,
    /// A file that the caller does not hand out.
    RefusedFile,
    /// There is no compose file at all, or more than one that it could be.
    WhichFile,
    /// A key that nothing knows.
    UnknownKey,
    /// A list where a map is expected, and the like.
    WrongType,
    /// A value that is none of those allowed, or not of the form.
    BadValue,
    /// A key that must be there and is not.
    MissingKey,
    /// The same item twice in one list.
    Duplicate,
    /// No service in the whole project.
    NoServices,
    /// A variable without a value and without a default.
    UnsetVariable,
    /// A variable that its author requires has no value.
    RequiredVariable,
    /// A `$` that starts no variable.
    BadVariable,
    /// An `.env` or `env_file` that does not say what its author thinks.
    Dotenv,
    /// A chain of `extends` that comes back to where it began.
    ExtendsCycle,
    /// `extends` of a service that is not there.
    ExtendsMissing,
    /// A chain of `include` that comes back to where it began.
    IncludeCycle,
    /// Two files that are brought together say different things about one resource.
    IncludeConflict,
    /// A network, volume, secret, config or service that is named and not there.
    Undefined,
    /// `depends_on` in a circle.
    DependencyCycle,
    /// Two keys that exclude each other.
    Conflict,
    /// A key or a form that compose has given up.
    Obsolete,
    /// More files, levels or bytes than anybody writes.
    TooMuch,
}

impl ProblemKind {
    /// Its stable name, for reports and waivers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Unreadable => "unreadable",
            Self::MissingFile => "missing-file",
            Self::RefusedFile => "refused-file",
            Self::WhichFile => "which-file",
            Self::UnknownKey => "unknown-key",
            Self::WrongType => "wrong-type",
            Self::BadValue => "bad-value",
            Self::MissingKey => "missing-key",
            Self::Duplicate => "duplicate",
            Self::NoServices => "no-services",
            Self::UnsetVariable => "unset-variable",
            Self::RequiredVariable => "required-variable",
            Self::BadVariable => "bad-variable",
            Self::Dotenv => "dotenv",
            Self::ExtendsCycle => "extends-cycle",
            Self::ExtendsMissing => "extends-missing",
            Self::IncludeCycle => "include-cycle",
            Self::IncludeConflict => "include-conflict",
            Self::Undefined => "undefined",
            Self::DependencyCycle => "dependency-cycle",
            Self::Conflict => "conflict",
            Self::Obsolete => "obsolete",
            Self::TooMuch => "too-much",
        }
    }
}

impl Problem {
    pub(super) fn new(span: Span, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            span,
            kind,
            message: message.into(),
            help: None,
            also: None,
            suggestion: None,
            lax: false,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }

    pub(super) fn suggest(mut self, text: impl Into<String>) -> Self {
        self.suggestion = Some(text.into());
        self
    }

    pub(super) fn lax(mut self) -> Self {
        self.lax = true;
        self
    }
}

impl From<YamlError> for Problem {
    fn from(error: YamlError) -> Self {
        let kind = match error.kind {
            YamlErrorKind::NotUtf8 | YamlErrorKind::TooLong | YamlErrorKind::Empty => {
                ProblemKind::Unreadable
            }
            YamlErrorKind::TooDeep | YamlErrorKind::TooManyNodes => ProblemKind::TooMuch,
            _ => ProblemKind::Yaml,
        };
        let mut problem = Self::new(error.span, kind, error.message);
        problem.help = error.help;
        if let YamlErrorKind::DuplicateKey { first } = error.kind {
            problem = problem.also(first, "first here");
        }
        problem
    }
}
