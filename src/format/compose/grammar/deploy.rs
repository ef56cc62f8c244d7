//! The keys of `deploy:`, `gpus:` and `develop:`. Tables only.

use super::words;
use crate::format::compose::shape::{Record, Shape, key, maybe, needs, record};

/// `deploy:`
pub(super) static DEPLOY: Record = maybe(
    "a deploy",
    &[
        key("mode", Shape::Text),
        key("endpoint_mode", Shape::Text),
        key("replicas", Shape::Integer),
        key("labels", Shape::Pairs),
        key("rollback_config", Shape::Record(&UPDATE)),
        key("update_config", Shape::Record(&UPDATE)),
        key("resources", Shape::Record(&RESOURCES)),
        key("restart_policy", Shape::Record(&RESTART)),
        key("placement", Shape::Record(&PLACEMENT)),
    ],
);

static UPDATE: Record = record(
    "an update_config",
    &[
        key("parallelism", Shape::Integer),
        key("delay", Shape::Duration),
        key("failure_action", Shape::Text),
        key("monitor", Shape::Duration),
        key("max_failure_ratio", Shape::Number),
        key("order", Shape::OneOf(&["start-first", "stop-first"])),
    ],
);

static RESOURCES: Record = record(
    "resources",
    &[
        key("limits", Shape::Record(&LIMITS)),
        key("reservations", Shape::Record(&RESERVATIONS)),
    ],
);

static LIMITS: Record = record(
    "limits",
    &[
        key("cpus", Shape::Number),
        key("memory", Shape::Bytes),
        key("pids", Shape::Integer),
    ],
);

static RESERVATIONS: Record = record(
    "reservations",
    &[
        key("cpus", Shape::Number),
        key("memory", Shape::Bytes),
        key("generic_resources", Shape::List(&Shape::Record(&GENERIC))),
        key("devices", Shape::List(&Shape::Record(&DEVICE_REQUEST))),
    ],
);

static GENERIC: Record = record(
    "a generic resource",
    &[key("discrete_resource_spec", Shape::Record(&DISCRETE))],
);

static DISCRETE: Record = record(
    "a discrete_resource_spec",
    &[key("kind", Shape::Text), key("value", Shape::Number)],
);

static DEVICE_REQUEST: Record = needs("a device request", DEVICE_FIELDS, &["capabilities"]);

/// One of `gpus:`.
pub(super) static GPU: Record = record("a gpu", DEVICE_FIELDS);

static DEVICE_FIELDS: &[crate::format::compose::shape::Field] = &[
    words("capabilities"),
    key("count", Shape::TextOrNumber),
    words("device_ids"),
    key("driver", Shape::Text),
    key("options", Shape::Pairs),
];

static RESTART: Record = record(
    "a restart_policy",
    &[
        key("condition", Shape::Text),
        key("delay", Shape::Duration),
        key("max_attempts", Shape::Integer),
        key("window", Shape::Duration),
    ],
);

static PLACEMENT: Record = record(
    "a placement",
    &[
        words("constraints"),
        key("preferences", Shape::List(&Shape::Record(&PREFERENCE))),
        key("max_replicas_per_node", Shape::Integer),
    ],
);

static PREFERENCE: Record = record("a preference", &[key("spread", Shape::Text)]);

/// `develop:`
pub(super) static DEVELOP: Record = maybe(
    "a develop",
    &[key("watch", Shape::List(&Shape::Record(&WATCH)))],
);

static WATCH: Record = needs(
    "a watch",
    &[
        key("ignore", Shape::Some(&Shape::Text)),
        key("include", Shape::Some(&Shape::Text)),
        key("path", Shape::Path),
        key(
            "action",
            Shape::OneOf(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"]),
        ),
        key("target", Shape::Text),
        key("exec", Shape::Record(&super::service::HOOK)),
        key("initial_sync", Shape::Bool),
    ],
    &["path", "action"],
);
