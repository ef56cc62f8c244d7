//! A compose project as it is meant: files merged, variables filled in, every value with its place.
//! Types and questions to them; must not know how they are made.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

mod parts;

use crate::format::yaml::{Node, Span};
pub use parts::{
    Build, Command, Condition, Dependency, Deploy, Device, EnvFile, Healthcheck, Logging, Mount,
    MountKind, Network, NetworkUse, Origin, Pair, Port, Resources, RestartPolicy, Secret,
    SecretUse, UpdateConfig, Variable, Volume,
};

/// A value and where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where. In a short form (`8080:80`) often the whole of it.
    pub span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A text with its place.
pub type Text = Spanned<String>;

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its name.
    pub name: Text,
    /// The project directory, from the project's root.
    pub directory: String,
    /// All services, also those that no profile switches on, in the order of the files.
    pub services: Vec<Service>,
    /// `networks:`
    pub networks: Vec<Network>,
    /// `volumes:`
    pub volumes: Vec<Volume>,
    /// `secrets:`
    pub secrets: Vec<Secret>,
    /// `configs:`
    pub configs: Vec<Secret>,
    /// The merged tree, in its canonical form.
    pub node: Node,
}

impl Project {
    /// A service by its name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services
            .iter()
            .find(|service| service.name.value == name)
    }

    /// The services that would be started.
    pub fn active(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.active)
    }

    /// A network by its key.
    #[must_use]
    pub fn network(&self, key: &str) -> Option<&Network> {
        self.networks
            .iter()
            .find(|network| network.key.value == key)
    }

    /// A volume by its key.
    #[must_use]
    pub fn volume(&self, key: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.key.value == key)
    }

    /// A secret by its key.
    #[must_use]
    pub fn secret(&self, key: &str) -> Option<&Secret> {
        self.secrets.iter().find(|secret| secret.key.value == key)
    }

    /// A config by its key.
    #[must_use]
    pub fn config(&self, key: &str) -> Option<&Secret> {
        self.configs.iter().find(|config| config.key.value == key)
    }
}

/// A service. What is not written is `None` or empty: no default of an engine is filled in.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its name, where it is written last.
    pub name: Text,
    /// Whether the profiles switch it on.
    pub active: bool,
    /// `image:`
    pub image: Option<Text>,
    /// `build:`
    pub build: Option<Build>,
    /// `command:`
    pub command: Option<Command>,
    /// `entrypoint:`
    pub entrypoint: Option<Command>,
    /// `environment:` over the variables of the `env_file`s.
    pub environment: Vec<Variable>,
    /// `env_file:`
    pub env_files: Vec<EnvFile>,
    /// `ports:`
    pub ports: Vec<Port>,
    /// `expose:`
    pub expose: Vec<Text>,
    /// `volumes:`
    pub volumes: Vec<Mount>,
    /// `networks:`
    pub networks: Vec<NetworkUse>,
    /// `depends_on:`
    pub depends_on: Vec<Dependency>,
    /// `healthcheck:`
    pub healthcheck: Option<Healthcheck>,
    /// `deploy:`
    pub deploy: Option<Deploy>,
    /// `restart:`, `read_only:`, `user:` and the like.
    pub run: RunOptions,
    /// `cap_add:`, `privileged:`, `pid:` and the like.
    pub rights: Rights,
    /// `mem_limit:`, `cpus:`, `ulimits:` and the like.
    pub limits: Limits,
    /// `logging:`
    pub logging: Option<Logging>,
    /// `secrets:`
    pub secrets: Vec<SecretUse>,
    /// `configs:`
    pub configs: Vec<SecretUse>,
    /// `profiles:`
    pub profiles: Vec<Text>,
    /// `labels:`, without those of a `label_file`.
    pub labels: Vec<Pair>,
    /// `extra_hosts:`, a host and one address each.
    pub extra_hosts: Vec<Pair>,
    /// `sysctls:`
    pub sysctls: Vec<Pair>,
    /// All of it, in its canonical form: for keys that have no field here.
    pub node: Node,
}

impl Service {
    /// Where a key is written (`image`), for a finding about it; the service's name when it is not.
    #[must_use]
    pub fn key_span(&self, key: &str) -> Span {
        self.node
            .entry(key)
            .map_or(self.name.span, |entry| entry.key.span)
    }

    /// A variable by its name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.environment
            .iter()
            .find(|variable| variable.name.value == name)
    }
}

/// `restart:`, `read_only:`, `user:` and what else says how the container runs.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// `container_name:`
    pub container_name: Option<Text>,
    /// `hostname:`
    pub hostname: Option<Text>,
    /// `restart:`
    pub restart: Option<Text>,
    /// `read_only:`
    pub read_only: Option<Spanned<bool>>,
    /// `tmpfs:`
    pub tmpfs: Vec<Text>,
    /// `user:`
    pub user: Option<Text>,
    /// `working_dir:`
    pub working_dir: Option<Text>,
    /// `init:`
    pub init: Option<Spanned<bool>>,
    /// `platform:`
    pub platform: Option<Text>,
    /// `pull_policy:`
    pub pull_policy: Option<Text>,
    /// `stop_grace_period:`
    pub stop_grace_period: Option<Spanned<Duration>>,
    /// `stop_signal:`
    pub stop_signal: Option<Text>,
    /// `scale:`
    pub scale: Option<Spanned<i64>>,
    /// `network_mode:`
    pub network_mode: Option<Text>,
    /// `links:`
    pub links: Vec<Text>,
}

/// What the container may do.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    /// `cap_add:`
    pub cap_add: Vec<Text>,
    /// `cap_drop:`
    pub cap_drop: Vec<Text>,
    /// `security_opt:`
    pub security_opt: Vec<Text>,
    /// `privileged:`
    pub privileged: Option<Spanned<bool>>,
    /// `pid:`
    pub pid: Option<Text>,
    /// `ipc:`
    pub ipc: Option<Text>,
    /// `uts:`
    pub uts: Option<Text>,
    /// `userns_mode:`
    pub userns_mode: Option<Text>,
    /// `cgroup:`
    pub cgroup: Option<Text>,
    /// `devices:`
    pub devices: Vec<Device>,
    /// `group_add:`
    pub group_add: Vec<Text>,
}

/// What the container may use.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// `mem_limit:`, in bytes.
    pub memory: Option<Spanned<i64>>,
    /// `mem_reservation:`, in bytes.
    pub memory_reservation: Option<Spanned<i64>>,
    /// `cpus:`
    pub cpus: Option<Spanned<f64>>,
    /// `pids_limit:`
    pub pids: Option<Spanned<i64>>,
    /// `ulimits:`
    pub ulimits: Vec<Ulimit>,
}

/// A limit with its two values.
#[derive(Debug, Clone)]
pub struct Ulimit {
    /// `nofile`
    pub name: Text,
    /// What a process starts with.
    pub soft: Option<i64>,
    /// What it may raise it to.
    pub hard: Option<i64>,
}
