//! The keys of a compose file, top level: what the Compose Specification knows and nothing else.
//! Tables only; must not know how they are used.

mod build;
mod deploy;
mod service;

pub(super) use service::SERVICE;

use super::shape::{Field, Record, Shape, Short, key, maybe, needs, record};

/// A compose file.
pub(super) static FILE: Record = record(
    "a compose file",
    &[
        key("version", Shape::TextOrNumber),
        key("name", Shape::Text),
        key(
            "include",
            Shape::List(&Shape::Short(Short::Include, &INCLUDE)),
        ),
        key("services", Shape::Dict(&Shape::Record(&SERVICE))),
        key("models", Shape::Dict(&Shape::Record(&MODEL))),
        key("networks", Shape::Dict(&Shape::Record(&NETWORK))),
        key("volumes", Shape::Dict(&Shape::Record(&VOLUME))),
        key("secrets", Shape::Dict(&Shape::Record(&SECRET))),
        key("configs", Shape::Dict(&Shape::Record(&CONFIG))),
    ],
);

static INCLUDE: Record = needs(
    "an include",
    &[
        key("path", Shape::Some(&Shape::Path)),
        key("env_file", Shape::Some(&Shape::Path)),
        key("project_directory", Shape::Path),
    ],
    &["path"],
);

static MODEL: Record = needs(
    "a model",
    &[
        key("name", Shape::Text),
        key("model", Shape::Text),
        key("context_size", Shape::Integer),
        key("runtime_flags", Shape::List(&Shape::Text)),
    ],
    &["model"],
);

static NETWORK: Record = maybe(
    "a network",
    &[
        key("name", Shape::Text),
        key("driver", Shape::Text),
        key("driver_opts", Shape::Dict(&Shape::TextOrNumber)),
        key("ipam", Shape::Record(&IPAM)),
        key("external", Shape::External),
        key("internal", Shape::Bool),
        key("enable_ipv4", Shape::Bool),
        key("enable_ipv6", Shape::Bool),
        key("attachable", Shape::Bool),
        key("labels", Shape::Pairs),
    ],
);

static IPAM: Record = record(
    "an ipam",
    &[
        key("driver", Shape::Text),
        key("config", Shape::List(&Shape::Record(&SUBNET))),
        key("options", Shape::Dict(&Shape::Text)),
    ],
);

static SUBNET: Record = record(
    "a subnet",
    &[
        key("subnet", Shape::Text),
        key("ip_range", Shape::Text),
        key("gateway", Shape::Text),
        key("aux_addresses", Shape::Dict(&Shape::Text)),
    ],
);

static VOLUME: Record = maybe(
    "a volume",
    &[
        key("name", Shape::Text),
        key("driver", Shape::Text),
        key("driver_opts", Shape::Dict(&Shape::TextOrNumber)),
        key("external", Shape::External),
        key("labels", Shape::Pairs),
    ],
);

static SECRET: Record = record(
    "a secret",
    &[
        key("name", Shape::Text),
        key("environment", Shape::Text),
        key("file", Shape::Path),
        key("external", Shape::External),
        key("labels", Shape::Pairs),
        key("driver", Shape::Text),
        key("driver_opts", Shape::Dict(&Shape::TextOrNumber)),
        key("template_driver", Shape::Text),
    ],
);

static CONFIG: Record = record(
    "a config",
    &[
        key("name", Shape::Text),
        key("content", Shape::Text),
        key("environment", Shape::Text),
        key("file", Shape::Path),
        key("external", Shape::External),
        key("labels", Shape::Pairs),
        key("template_driver", Shape::Text),
    ],
);

/// The fields of a list of words, for those who want a name for it.
pub(super) const fn words(name: &'static str) -> Field {
    key(name, Shape::List(&Shape::Text))
}
