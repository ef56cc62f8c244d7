//! The keys of `build:` and of what a build and a service share. Tables only.

use super::words;
use crate::format::compose::shape::{Record, Shape, Short, key, needs, record};

/// `build:`
pub(super) static BUILD: Record = record(
    "a build",
    &[
        key("context", Shape::Context),
        key("dockerfile", Shape::Text),
        key("dockerfile_inline", Shape::Text),
        words("entitlements"),
        key("args", Shape::Pairs),
        key("ssh", Shape::Pairs),
        key("labels", Shape::Pairs),
        words("cache_from"),
        words("cache_to"),
        key("no_cache", Shape::Bool),
        key("no_cache_filter", Shape::Some(&Shape::Text)),
        key("additional_contexts", Shape::Pairs),
        key("network", Shape::Text),
        key("provenance", Shape::Scalar),
        key("sbom", Shape::Scalar),
        key("pull", Shape::Bool),
        key("target", Shape::Text),
        key("shm_size", Shape::Bytes),
        key("extra_hosts", Shape::Hosts),
        key("isolation", Shape::Text),
        key("privileged", Shape::Bool),
        key("secrets", Shape::List(&Shape::Short(Short::Mount, &MOUNT))),
        words("tags"),
        key(
            "ulimits",
            Shape::Dict(&Shape::Short(Short::Ulimit, &ULIMIT)),
        ),
        words("platforms"),
    ],
);

/// A secret or config in a service.
pub(super) static MOUNT: Record = record(
    "a secret or config of a service",
    &[
        key("source", Shape::Text),
        key("target", Shape::Text),
        key("uid", Shape::Text),
        key("gid", Shape::Text),
        key("mode", Shape::TextOrNumber),
    ],
);

/// A limit with its two values.
pub(super) static ULIMIT: Record = needs(
    "a ulimit",
    &[key("hard", Shape::Integer), key("soft", Shape::Integer)],
    &["soft", "hard"],
);
