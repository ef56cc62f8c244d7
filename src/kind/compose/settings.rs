//! What a gate file may say about a compose project, and what holds when it says nothing.

use super::super::lint::{OVERRIDE, Policy, THRESHOLD, WAIVE};
use super::{Composing, rules};
use crate::format::yaml::{Node, Value};
use crate::spec::{Decoder, Diagnostic, Field, Shape};

const RESOURCES: Shape = Shape::OneOrMany(&Shape::Word(&["memory", "cpus", "pids"]));

pub(super) const FIELDS: &[Field] = &[
    Field::new(
        "files",
        Shape::OneOrMany(&Shape::Path),
        "The files of the project, merged in this order. Without this key those that compose looks \
         for: `compose.yaml` and its like, and an override file beside it.",
    ),
    Field::new(
        "directory",
        Shape::Path,
        "The project directory. Without it, that of the first file.",
    ),
    Field::new(
        "env_files",
        Shape::OneOrMany(&Shape::Path),
        "Files with variables, in place of `.env`.",
    ),
    Field::new(
        "env",
        Shape::TEXT_MAP,
        "Variables that are filled in: they outrank those of `.env`. What the gate file sets or \
         passes to every gate is there, too.",
    ),
    Field::new(
        "profiles",
        Shape::TEXTS,
        "Profiles that are switched on. The services of all profiles are judged anyhow.",
    ),
    Field::new(
        "hardened",
        Shape::Bool,
        "All demands of a hardened production stack at once: `read_only`, `no_new_privileges`, \
         `cap_drop: [ALL]`, `cap_add: [NET_BIND_SERVICE]`, `non_root`, limits and reservations, \
         `updates`, `restart`, `logging`, `healthcheck: required`. A key beside it outranks it.",
    )
    .default("false"),
    Field::new(
        "read_only",
        Shape::Bool,
        "The root file system of every container must be read-only.",
    )
    .default("false"),
    Field::new(
        "no_new_privileges",
        Shape::Bool,
        "No process may gain privileges (`security_opt: [no-new-privileges:true]`).",
    )
    .default("false"),
    Field::new(
        "cap_drop",
        Shape::TEXTS,
        "Capabilities that every service must drop; `ALL` covers every other.",
    ),
    Field::new(
        "cap_add",
        Shape::TEXTS,
        "The only capabilities that a service may add. Without this key, those that give the host \
         away are found.",
    ),
    Field::new(
        "non_root",
        Shape::Bool,
        "Every service must run as somebody else than root: by `user:`, or by the `USER` of the \
         Dockerfile that it is built from.",
    )
    .default("false"),
    Field::new(
        "pin",
        Shape::Word(&["tag", "digest"]),
        "How an image must be named: with a tag that is not `latest`, or with a digest.",
    )
    .default("tag"),
    Field::new(
        "expose_only",
        Shape::TEXTS,
        "The only services that may publish ports on every interface of the host.",
    ),
    Field::new(
        "limits",
        RESOURCES,
        "What every service must have a limit of.",
    ),
    Field::new(
        "reservations",
        Shape::OneOrMany(&Shape::Word(&["memory", "cpus"])),
        "What every service must reserve.",
    ),
    Field::new(
        "replicas",
        Shape::Map(&Shape::COUNT),
        "The least number of instances, by service.",
    ),
    Field::new(
        "updates",
        Shape::Bool,
        "A service of several instances must say how they are replaced (`update_config`).",
    )
    .default("false"),
    Field::new(
        "restart",
        Shape::Bool,
        "Every service that is meant to stay must be started again when it ends.",
    )
    .default("false"),
    Field::new(
        "logging",
        Shape::Bool,
        "Logs must not grow without limit (`max-size` and `max-file`).",
    )
    .default("false"),
    Field::new(
        "healthcheck",
        Shape::Word(&["required", "optional"]),
        "Whether every service that is meant to stay must have a healthcheck, its own or that of \
         the Dockerfile that it is built from.",
    )
    .default("optional"),
    Field::new(
        "compare",
        Shape::List(&Shape::OneOrMany(&Shape::Path)),
        "Projects that must not drift apart, such as `[dev.yml, prod.yml]`; each is a file or a list \
         of files that are merged. Without `files`, each is judged.",
    ),
    Field::new(
        "allow",
        Shape::TEXTS,
        "In what they may differ: `SERVICE`, `SERVICE.KEY` or `SERVICE.environment.NAME`; `*` stands \
         for any one part.",
    ),
    THRESHOLD,
    OVERRIDE,
    WAIVE,
];

/// The demands.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub read_only: bool,
    pub no_new_privileges: bool,
    pub cap_drop: Vec<String>,
    pub cap_add: Option<Vec<String>>,
    pub non_root: bool,
    pub pin_digest: bool,
    pub expose_only: Option<Vec<String>>,
    pub limits: Vec<String>,
    pub reservations: Vec<String>,
    pub replicas: Vec<(String, u32)>,
    pub updates: bool,
    pub restart: bool,
    pub logging: bool,
    pub healthcheck: bool,
}

impl Settings {
    fn hardened() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            read_only: true,
            no_new_privileges: true,
            cap_drop: words(&["ALL"]),
            cap_add: Some(words(&["NET_BIND_SERVICE"])),
            non_root: true,
            limits: words(&["memory", "cpus", "pids"]),
            reservations: words(&["memory", "cpus"]),
            updates: true,
            restart: true,
            logging: true,
            healthcheck: true,
            ..Self::default()
        }
    }

    fn decode(decoder: &mut Decoder<'_>, map: &Node) -> Option<Self> {
        let hardened = decoder.optional(map, "hardened", Decoder::boolean);
        let usual = match hardened {
            Some(Some(true)) => Self::hardened(),
            _ => Self::default(),
        };
        let mut truth = |key| decoder.optional(map, key, Decoder::boolean);
        let [read_only, no_new_privileges, non_root] =
            ["read_only", "no_new_privileges", "non_root"].map(&mut truth);
        let [updates, restart, logging] = ["updates", "restart", "logging"].map(&mut truth);
        let mut words = |key| decoder.optional(map, key, Decoder::texts);
        let [cap_drop, cap_add, expose_only] =
            ["cap_drop", "cap_add", "expose_only"].map(&mut words);
        let [limits, reservations] = ["limits", "reservations"].map(&mut words);
        let [pin, healthcheck] =
            ["pin", "healthcheck"].map(|key| decoder.optional(map, key, Decoder::text));
        let replicas = decoder.optional(map, "replicas", |decoder, node| {
            decoder.map(node, Decoder::count)
        });
        hardened?;
        Some(Self {
            read_only: read_only?.unwrap_or(usual.read_only),
            no_new_privileges: no_new_privileges?.unwrap_or(usual.no_new_privileges),
            cap_drop: cap_drop?.unwrap_or(usual.cap_drop),
            cap_add: cap_add?.or(usual.cap_add),
            non_root: non_root?.unwrap_or(usual.non_root),
            pin_digest: pin?.is_some_and(|pin| pin == "digest"),
            expose_only: expose_only?,
            limits: limits?.unwrap_or(usual.limits),
            reservations: reservations?.unwrap_or(usual.reservations),
            replicas: replicas?.unwrap_or_default(),
            updates: updates?.unwrap_or(usual.updates),
            restart: restart?.unwrap_or(usual.restart),
            logging: logging?.unwrap_or(usual.logging),
            healthcheck: healthcheck?.map_or(usual.healthcheck, |word| word == "required"),
        })
    }
}

/// The whole gate.
pub(super) fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Composing> {
    let surroundings = surroundings(decoder);
    if !matches!(node.value, Value::Mapping(_)) {
        return Some(Composing {
            files: decoder.paths(node)?,
            directory: None,
            env_files: Vec::new(),
            profiles: Vec::new(),
            environment: surroundings,
            compare: Vec::new(),
            allow: Vec::new(),
            settings: Settings::default(),
            policy: Policy::default(),
        });
    }
    let files = decoder.optional(node, "files", Decoder::paths);
    let directory = decoder.optional(node, "directory", Decoder::path);
    let env_files = decoder.optional(node, "env_files", Decoder::paths);
    let env = decoder.optional(node, "env", |decoder, node| {
        decoder.map(node, Decoder::text)
    });
    let profiles = decoder.optional(node, "profiles", Decoder::texts);
    let compare = decoder.optional(node, "compare", |decoder, node| {
        let sides: Option<Vec<_>> = decoder.each(node, Decoder::paths);
        if sides.as_ref().is_some_and(|sides| sides.len() < 2) {
            let one = Diagnostic::new(node.span, "there is nothing to compare it with");
            return decoder.refuse(one.help("name two projects: `[dev.yml, prod.yml]`"));
        }
        sides
    });
    let allow = decoder.optional(node, "allow", Decoder::texts);
    if let (Some(allow), None) = (node.get("allow"), node.get("compare")) {
        let idle = Diagnostic::new(allow.span, "`allow` means nothing without `compare`");
        decoder.report(idle.help("it says in what compared projects may differ"));
    }
    let settings = Settings::decode(decoder, node);
    let policy = Policy::decode(decoder, node, rules::RULES);
    let mut environment = surroundings;
    environment.extend(env?.unwrap_or_default());
    Some(Composing {
        files: files?.unwrap_or_default(),
        directory: directory?,
        env_files: env_files?.unwrap_or_default(),
        profiles: profiles?.unwrap_or_default(),
        environment,
        compare: compare?.unwrap_or_default(),
        allow: allow?.unwrap_or_default(),
        settings: settings?,
        policy: policy?,
    })
}

/// What the gate file lets through to every gate: a compose run by one of them would see it.
fn surroundings(decoder: &Decoder<'_>) -> Vec<(String, String)> {
    let environment = decoder.environment();
    let secrets = environment.secrets.into_iter();
    let secrets = secrets.map(|(name, secret)| (name, secret.0));
    let vars = environment.vars.into_iter();
    let vars = vars.filter_map(|(name, text)| Some((name, text.as_literal()?)));
    let base = environment.base.iter();
    let base = base.map(|(name, value)| (name.clone(), value.clone()));
    let passed = environment.passed.into_iter();
    base.chain(passed).chain(vars).chain(secrets).collect()
}
