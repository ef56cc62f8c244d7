//! What a caller asks for and hands in: names of files, the environment, the bytes. Data only.

use std::collections::BTreeMap;

use crate::format::yaml::Span;

/// Which project to load. All paths are relative to the project's root, with `/`.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Compose files, in the order in which they are merged. None: the default names are looked for.
    pub files: Vec<String>,
    /// The project directory. None: the folder of the first file.
    pub directory: Option<String>,
    /// Files in place of `.env`.
    pub env_files: Vec<String>,
    /// The environment: it outranks `.env`.
    pub environment: BTreeMap<String, String>,
    /// The project's name. None: `COMPOSE_PROJECT_NAME`, `name:`, or the directory's name.
    pub name: Option<String>,
    /// What the folder of the project's root is called: a name of last resort.
    pub root_name: String,
    /// Profiles that are switched on (`*`: all), beside those of `COMPOSE_PROFILES`.
    pub profiles: Vec<String>,
}

/// The world's answer about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// There is none.
    Missing,
    /// It is not handed out (it lies outside, it is a folder, it cannot be read), and why.
    Refused(String),
}

/// The answers so far, by the path that was asked for.
pub type Files = BTreeMap<String, File>;

/// A file that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its path: from the project's root, or absolute, or starting with `~` or `..`.
    pub path: String,
    /// What for.
    pub role: Role,
    /// Whether the path leads out of the project's root.
    pub outside: bool,
    /// Where it is asked for; none for files that nobody named.
    pub span: Option<Span>,
}

/// What a file is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A compose file, named or by default, or its override.
    Compose,
    /// Variables of the project.
    Dotenv,
    /// `include:`
    Include,
    /// `extends: {file}`
    Extends,
    /// `env_file:` of a service.
    EnvFile,
    /// `label_file:` of a service.
    LabelFile,
}
