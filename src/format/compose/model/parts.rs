//! What a service is made of: builds, ports, mounts, dependencies and the rest. Types only; must not
//! know how they are made.

use std::time::Duration;

use super::{Spanned, Text};
use crate::format::compose::port::PortRange;
use crate::format::yaml::{Node, Span};

/// `build:`
#[derive(Debug, Clone)]
pub struct Build {
    /// Where `build:` is written.
    pub span: Span,
    /// The context: a path from the project's root, or an address.
    pub context: Option<Text>,
    /// The Dockerfile, from the context.
    pub dockerfile: Option<Text>,
    /// The Dockerfile itself.
    pub dockerfile_inline: Option<Text>,
    /// `target:`
    pub target: Option<Text>,
    /// `args:`
    pub args: Vec<Pair>,
    /// `secrets:`
    pub secrets: Vec<SecretUse>,
    /// `platforms:`
    pub platforms: Vec<Text>,
    /// `tags:`
    pub tags: Vec<Text>,
    /// `cache_from:`
    pub cache_from: Vec<Text>,
    /// `labels:`
    pub labels: Vec<Pair>,
    /// `additional_contexts:`
    pub additional_contexts: Vec<Pair>,
    /// `network:`
    pub network: Option<Text>,
    /// `privileged:`
    pub privileged: Option<Spanned<bool>>,
}

/// `command:` or `entrypoint:`
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Where.
    pub span: Span,
    /// Its words. A text is split as compose does it: no shell sees it.
    pub words: Vec<Text>,
    /// Whether it is written as a list.
    pub listed: bool,
}

/// A name and a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The name.
    pub name: Text,
    /// The value as text; `None` when only the name is written.
    pub value: Option<Text>,
}

/// A variable of a container.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// Its value; `None` when only the name is written and the surroundings have no value.
    pub value: Option<Text>,
    /// Where it is from.
    pub origin: Origin,
}

/// Where a variable of a container is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `environment:`
    Environment,
    /// A file of `env_file:`.
    EnvFile,
}

/// A file of `env_file:`.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvFile {
    /// Its path, from the project's root.
    pub path: Text,
    /// Whether it must be there.
    pub required: bool,
    /// `format:`; `raw` fills no variables in.
    pub format: Option<Text>,
}

/// A port.
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    /// Where it is written.
    pub span: Span,
    /// The address on the host; none: every address.
    pub host_ip: Option<Text>,
    /// The ports on the host; none: the engine chooses one.
    pub published: Option<Spanned<PortRange>>,
    /// The ports in the container.
    pub target: Spanned<PortRange>,
    /// `tcp` (also when nothing is written), `udp` or `sctp`.
    pub protocol: String,
    /// `mode:`
    pub mode: Option<Text>,
}

/// What is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountKind {
    /// A path of the host.
    Bind,
    /// A volume, named or not.
    Volume,
    /// Memory.
    Tmpfs,
    /// The files of an image.
    Image,
    /// A cluster volume.
    Cluster,
    /// A Windows pipe.
    Npipe,
}

/// A volume of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Mount {
    /// Where it is written.
    pub span: Span,
    /// What.
    pub kind: MountKind,
    /// A path (from the project's root) for a bind mount, the key of a volume, or an image.
    pub source: Option<Text>,
    /// Where in the container.
    pub target: Option<Text>,
    /// Whether it is read-only.
    pub read_only: Spanned<bool>,
    /// All of it, for options that have no field here.
    pub node: Node,
}

/// A network of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkUse {
    /// Its key.
    pub name: Text,
    /// `aliases:`
    pub aliases: Vec<Text>,
    /// `ipv4_address:`
    pub ipv4_address: Option<Text>,
}

/// What a service waits for before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `service_started`
    Started,
    /// `service_healthy`
    Healthy,
    /// `service_completed_successfully`
    Completed,
}

/// A service that is depended on.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// Its name.
    pub service: Text,
    /// Until what.
    pub condition: Spanned<Condition>,
    /// Whether it must be there at all.
    pub required: bool,
    /// Whether a restart of it restarts this one.
    pub restart: bool,
}

/// `healthcheck:`
#[derive(Debug, Clone, PartialEq)]
pub struct Healthcheck {
    /// Where.
    pub span: Span,
    /// `disable: true`, or a test of `NONE`.
    pub disabled: bool,
    /// `[CMD, …]`, `[CMD-SHELL, text]` or `[NONE]`; none: that of the image.
    pub test: Vec<Text>,
    /// `interval:`
    pub interval: Option<Spanned<Duration>>,
    /// `timeout:`
    pub timeout: Option<Spanned<Duration>>,
    /// `retries:`
    pub retries: Option<Spanned<i64>>,
    /// `start_period:`
    pub start_period: Option<Spanned<Duration>>,
    /// `start_interval:`
    pub start_interval: Option<Spanned<Duration>>,
}

/// `deploy:`
#[derive(Debug, Clone)]
pub struct Deploy {
    /// Where.
    pub span: Span,
    /// `mode:`
    pub mode: Option<Text>,
    /// `replicas:`
    pub replicas: Option<Spanned<i64>>,
    /// `resources: {limits}`
    pub limits: Option<Resources>,
    /// `resources: {reservations}`
    pub reservations: Option<Resources>,
    /// `update_config:`
    pub update_config: Option<UpdateConfig>,
    /// `rollback_config:`
    pub rollback_config: Option<UpdateConfig>,
    /// `restart_policy:`
    pub restart_policy: Option<RestartPolicy>,
}

/// Limits or reservations.
#[derive(Debug, Clone)]
pub struct Resources {
    /// Where.
    pub span: Span,
    /// `cpus:`
    pub cpus: Option<Spanned<f64>>,
    /// `memory:`, in bytes.
    pub memory: Option<Spanned<i64>>,
    /// `pids:`
    pub pids: Option<Spanned<i64>>,
}

/// How instances are replaced.
#[derive(Debug, Clone)]
pub struct UpdateConfig {
    /// Where.
    pub span: Span,
    /// `parallelism:`
    pub parallelism: Option<Spanned<i64>>,
    /// `delay:`
    pub delay: Option<Spanned<Duration>>,
    /// `failure_action:`
    pub failure_action: Option<Text>,
    /// `order:`
    pub order: Option<Text>,
}

/// When an instance is started again.
#[derive(Debug, Clone)]
pub struct RestartPolicy {
    /// Where.
    pub span: Span,
    /// `condition:`
    pub condition: Option<Text>,
    /// `delay:`
    pub delay: Option<Spanned<Duration>>,
    /// `max_attempts:`
    pub max_attempts: Option<Spanned<i64>>,
}

/// `logging:`
#[derive(Debug, Clone)]
pub struct Logging {
    /// Where.
    pub span: Span,
    /// `driver:`
    pub driver: Option<Text>,
    /// `options:`
    pub options: Vec<Pair>,
}

/// A device of the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// On the host.
    pub source: Text,
    /// In the container.
    pub target: Option<Text>,
    /// `rwm`
    pub permissions: Option<Text>,
}

/// A secret or config of a service or a build.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretUse {
    /// Where it is written.
    pub span: Span,
    /// Its key.
    pub source: Text,
    /// Where in the container.
    pub target: Option<Text>,
    /// `mode:`, as it is written.
    pub mode: Option<Text>,
}

/// A network of the project.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its key.
    pub key: Text,
    /// `name:`
    pub name: Option<Text>,
    /// `driver:`
    pub driver: Option<Text>,
    /// `external:`
    pub external: bool,
    /// `internal:`
    pub internal: Option<Spanned<bool>>,
    /// All of it.
    pub node: Node,
}

/// A volume of the project.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Its key.
    pub key: Text,
    /// `name:`
    pub name: Option<Text>,
    /// `driver:`
    pub driver: Option<Text>,
    /// `external:`
    pub external: bool,
    /// All of it.
    pub node: Node,
}

/// A secret or a config of the project.
#[derive(Debug, Clone)]
pub struct Secret {
    /// Its key.
    pub key: Text,
    /// `name:`
    pub name: Option<Text>,
    /// `file:`, from the project's root.
    pub file: Option<Text>,
    /// `environment:`, the variable that holds it.
    pub environment: Option<Text>,
    /// `content:` of a config.
    pub content: Option<Text>,
    /// `external:`
    pub external: bool,
    /// All of it.
    pub node: Node,
}
