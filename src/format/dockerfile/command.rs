//! Layer 2: what the instructions say, typed by keyword. Values are still as written: quotes and
//! variables are in them, the scope puts the values in. Must not know how they were read.

use std::time::Duration;

use super::syntax::{Head, Pair, Word};
use crate::format::Span;

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Keyword, flags, here-documents, comments, places.
    pub head: Head,
    /// What it says.
    pub command: Command,
}

/// What an instruction says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `ADD`
    Add(Transfer),
    /// `ARG`
    Arg(Vec<Arg>),
    /// `CMD`
    Cmd(Form),
    /// `COPY`
    Copy(Transfer),
    /// `ENTRYPOINT`
    Entrypoint(Form),
    /// `ENV`
    Env(Vec<Pair>),
    /// `EXPOSE`
    Expose(Vec<Word>),
    /// `HEALTHCHECK`
    Healthcheck(Healthcheck),
    /// `LABEL`
    Label(Vec<Pair>),
    /// `MAINTAINER`
    Maintainer(Word),
    /// `ONBUILD`: an instruction for images that are built on this one.
    Onbuild(Box<Instruction>),
    /// `RUN`
    Run(Run),
    /// `SHELL`
    Shell(Vec<Word>),
    /// `STOPSIGNAL`
    Stopsignal(Word),
    /// `USER`
    User(Word),
    /// `VOLUME`
    Volume(Vec<Word>),
    /// `WORKDIR`
    Workdir(Word),
    /// No instruction; a problem says so.
    Unknown {
        /// The keyword that was meant, if one is near.
        near: Option<&'static str>,
    },
    /// A known instruction that cannot be read; a problem says why. Nothing may be concluded.
    Broken,
}

/// How a command is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// `["a", "b"]`: executed as it is.
    Exec {
        /// The words; none for `[]`.
        words: Vec<Word>,
        /// The array.
        span: Span,
    },
    /// Text for the shell.
    Shell(Word),
    /// Nothing is there.
    Empty,
}

/// A name that `ARG` declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// Its name.
    pub name: Word,
    /// What stands behind the `=`; none without a `=`.
    pub default: Option<Word>,
}

/// `RUN`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The command. Here-documents are in the head.
    pub form: Form,
    /// `--mount`
    pub mounts: Vec<Mount>,
    /// `--network`
    pub network: Option<Word>,
    /// `--security`
    pub security: Option<Word>,
    /// `--device`
    pub devices: Vec<Word>,
}

/// A `--mount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The whole flag.
    pub span: Span,
    /// Its fields in order; a key is in small letters and in its long form.
    pub fields: Vec<MountField>,
}

/// A field of a `--mount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountField {
    /// `type`, `from`, `source`, `target`, `readonly`, `readwrite`, `id`, `sharing`, `required`,
    /// `mode`, `uid`, `gid`, `size`, `env`.
    pub key: String,
    /// Its value; none without a `=`.
    pub value: Option<String>,
}

/// `COPY` and `ADD`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The paths (and URLs).
    pub sources: Vec<Word>,
    /// Here-documents among the sources: their markers. The bodies are in the head.
    pub inline: Vec<Word>,
    /// Where to.
    pub dest: Word,
    /// Whether it is written as a JSON array.
    pub json: bool,
    /// `--from`, only `COPY`.
    pub from: Option<Word>,
    /// `--chown`
    pub chown: Option<Word>,
    /// `--chmod`
    pub chmod: Option<Word>,
    /// `--link`
    pub link: bool,
    /// `--parents`, only `COPY`.
    pub parents: bool,
    /// `--exclude`
    pub exclude: Vec<Word>,
    /// `--checksum`, only `ADD`.
    pub checksum: Option<Word>,
    /// `--keep-git-dir`, only `ADD`.
    pub keep_git_dir: bool,
    /// `--unpack`, only `ADD`: none when nothing is said.
    pub unpack: Option<bool>,
}

/// `HEALTHCHECK`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Healthcheck {
    /// `NONE`: that of the base image is switched off.
    None,
    /// `CMD`
    Cmd {
        /// The command.
        form: Form,
        /// Its flags.
        options: HealthOptions,
    },
}

/// The flags of `HEALTHCHECK`; what is not said or zero is left to the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthOptions {
    /// `--interval`
    pub interval: Option<Duration>,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// `--start-period`
    pub start_period: Option<Duration>,
    /// `--start-interval`
    pub start_interval: Option<Duration>,
    /// `--retries`
    pub retries: Option<u32>,
}

/// A stage: a `FROM` and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// From 0, as `COPY --from=0` counts.
    pub index: usize,
    /// The `FROM` itself.
    pub head: Head,
    /// The image or the earlier stage, as written.
    pub image: Word,
    /// `--platform`
    pub platform: Option<Word>,
    /// The `AS`, as written.
    pub as_keyword: Option<Word>,
    /// The name, as written. Capital letters do not count: see [`Stage::is_named`].
    pub name: Option<Word>,
    /// Its instructions, those that could not be read included.
    pub instructions: Vec<Instruction>,
}

impl Stage {
    /// Whether this is its name; capital letters do not count.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let own = self.name.as_ref();
        own.is_some_and(|own| own.text.eq_ignore_ascii_case(name))
    }
}

impl Mount {
    /// The value of a field; of two the last, as the engine takes them.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut fields = self.fields.iter().rev();
        fields.find(|field| field.key == key)?.value.as_deref()
    }

    /// `bind` when nothing is said.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.get("type").unwrap_or("bind")
    }
}

impl Instruction {
    /// The keyword in capital letters.
    #[must_use]
    pub fn keyword(&self) -> String {
        self.head.keyword.text.to_ascii_uppercase()
    }
}

impl Form {
    /// The words of the exec form, or the whole text of the shell form as one.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        match self {
            Self::Exec { words, .. } => words,
            Self::Shell(word) => std::slice::from_ref(word),
            Self::Empty => &[],
        }
    }
}
