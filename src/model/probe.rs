//! Probes: what a gate may ask of the world. An executor answers; nothing here acts.

use std::collections::BTreeMap;
use std::fmt;

use super::ImageIdentity;

/// One question to the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    /// Run this and say how it ended.
    Run(Box<RunRequest>),
    /// Which entries match each of these patterns? Relative to `cwd`; `/x` is from the root.
    List {
        /// The gate's directory, relative to the project's root.
        cwd: String,
        /// Globs or plain paths.
        patterns: Vec<String>,
    },
    /// Which paths that git tracks match these patterns?
    Tracked {
        /// The gate's directory.
        cwd: String,
        /// Globs or plain paths.
        patterns: Vec<String>,
    },
    /// Which files of the work tree match these patterns?
    Files {
        /// The gate's directory.
        cwd: String,
        /// Globs or plain paths.
        patterns: Vec<String>,
        /// And which of them changed since the base branch?
        since_base: bool,
    },
    /// The bytes of these files. A plain path is that very file; a glob means files of the work
    /// tree that git does not ignore.
    Read {
        /// The gate's directory.
        cwd: String,
        /// Globs or plain paths.
        patterns: Vec<String>,
    },
    /// What is in the files that match these patterns?
    Snapshot {
        /// The gate's directory.
        cwd: String,
        /// Globs or plain paths.
        patterns: Vec<String>,
    },
    /// Build this image.
    Build(Box<BuildRequest>),
    /// Put this reference on this very image.
    Tag {
        /// The image, by identity.
        image: ImageIdentity,
        /// `name` or `name:tag`; without a tag the engine's `latest`.
        reference: String,
    },
}

/// Run a command somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRequest {
    /// Where.
    pub place: Place,
    /// What.
    pub command: Command,
    /// The gate's directory, relative to the project's root (`.` is the root).
    /// In a container without a mounted workspace the image's own WORKDIR holds instead.
    pub cwd: String,
    /// The whole environment on a host; in a container, what is set on top of the image's own.
    pub env: BTreeMap<String, String>,
    /// Secrets, set like `env`, masked in every sink.
    pub secrets: BTreeMap<String, Secret>,
    /// Used when the place is a container.
    pub container: ContainerOptions,
    /// Hold stdout for the judgement.
    pub capture_stdout: bool,
    /// Hold stderr for the judgement.
    pub capture_stderr: bool,
    /// Files to bring back.
    pub collect: Collect,
    /// Who of what it starts shares the run's job slots; nobody does in a container.
    pub jobserver: SharedJobs,
}

/// Who takes part in the run's jobserver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SharedJobs {
    /// cargo, and what reads `CARGO_MAKEFLAGS` as it does: what would be parallel anyhow.
    #[default]
    Cargo,
    /// make, too: that makes it parallel.
    Make,
    /// Nobody.
    Nobody,
}

/// A text that must not be seen: its `Debug` does not show it and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Executed as it is; never empty.
    Argv(Vec<String>),
    /// Handed to a shell as one argument.
    Shell {
        /// The shell and its options up to and including the one that takes the text
        /// (`["bash", "-euo", "pipefail", "-c"]`).
        shell: Vec<String>,
        /// The text.
        text: String,
    },
}

impl Command {
    /// The argument vector that is executed.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        match self {
            Self::Argv(argv) => argv.clone(),
            Self::Shell { shell, text } => shell.iter().cloned().chain([text.clone()]).collect(),
        }
    }
}

/// Where a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this machine.
    Host,
    /// In a container of this image.
    Image(ImageRef),
}

/// An image to run in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageRef {
    /// Built in this run: run by identity.
    Built(ImageIdentity),
    /// Somebody else's, by reference; it must be on the engine or be pullable.
    Named(String),
}

/// Files to bring back from a run. Patterns are relative to the gate's directory
/// (in a container without a workspace: to the container's working directory).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collect {
    /// Report files, read and handed to the judgement.
    pub results: Vec<String>,
    /// Files to keep whatever the outcome, copied into the run's folder.
    pub keep: Vec<String>,
    /// Declared outputs; from a container without a workspace they are copied into the project.
    pub outputs: Vec<String>,
}

/// How the project is seen from inside a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workspace {
    /// Not at all.
    None,
    /// Mounted read-only at `/work`.
    ReadOnly,
    /// Mounted read-write at `/work`.
    ReadWrite,
}

/// A container's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// Loopback only. The default.
    None,
    /// The engine's default bridge.
    Bridge,
    /// The host's own.
    Host,
    /// A network that exists, by name.
    Named(String),
}

/// A bind mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// On the host, relative to the project's root unless absolute.
    pub source: String,
    /// In the container, absolute.
    pub target: String,
    /// Read-only unless asked otherwise.
    pub read_only: bool,
}

/// `container:` of a gate, whole, defaults applied: hardened (cap_drop ALL, no-new-privileges).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerOptions {
    /// The project's visibility.
    pub workspace: Workspace,
    /// The network.
    pub network: Network,
    /// Extra bind mounts.
    pub mounts: Vec<Mount>,
    /// `user[:group]`; `None` keeps the image's.
    pub user: Option<String>,
    /// `None` keeps the image's; an empty list takes it away.
    pub entrypoint: Option<Vec<String>>,
    /// Root file system read-only.
    pub read_only: bool,
    /// Paths that get a tmpfs.
    pub tmpfs: Vec<String>,
    /// Capabilities given back after ALL were dropped.
    pub cap_add: Vec<String>,
    /// Bytes; `None` is no limit.
    pub memory: Option<u64>,
    /// Thousandths of a CPU; `None` is no limit.
    pub millicpus: Option<u64>,
    /// `None` is no limit.
    pub pids: Option<u32>,
}

impl Default for ContainerOptions {
    fn default() -> Self {
        Self {
            workspace: Workspace::None,
            network: Network::None,
            mounts: Vec::new(),
            user: None,
            entrypoint: None,
            read_only: false,
            tmpfs: Vec::new(),
            cap_add: Vec::new(),
            memory: None,
            millicpus: None,
            pids: None,
        }
    }
}

/// Build an image. Names are those of compose's build section.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BuildRequest {
    /// The build context, relative to the project's root.
    pub context: String,
    /// The Dockerfile, relative to the context; `None` is `Dockerfile`.
    pub dockerfile: Option<String>,
    /// The stage; `None` is the last.
    pub target: Option<String>,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// `os/arch[/variant]`; `None` is the engine's own.
    pub platform: Option<String>,
    /// Secrets by id.
    pub secrets: BTreeMap<String, Secret>,
    /// Network of RUN steps (`default`, `none`, `host`); `None` is the builder's default.
    pub network: Option<String>,
    /// Files in the work tree may have been checked before: refuse when they changed since.
    /// False for tool builds.
    pub product: bool,
}
