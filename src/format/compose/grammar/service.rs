//! The keys of a service. Tables only.

use super::build::{BUILD, MOUNT, ULIMIT};
use super::deploy::{DEPLOY, DEVELOP, GPU};
use super::words;
use crate::format::compose::shape::{Record, Shape, Short, key, maybe, needs, record, whole};

/// A service.
pub(in crate::format::compose) static SERVICE: Record = record(
    "a service",
    &[
        key("annotations", Shape::Pairs),
        key("attach", Shape::Bool),
        key("blkio_config", Shape::Record(&BLKIO)),
        key("build", Shape::Short(Short::Build, &BUILD)),
        words("cap_add"),
        words("cap_drop"),
        key("cgroup", Shape::OneOf(&["host", "private"])),
        key("cgroup_parent", Shape::Text),
        whole("command", Shape::Command),
        key("configs", Shape::List(&Shape::Short(Short::Mount, &MOUNT))),
        key("container_name", Shape::Text),
        key("cpu_count", Shape::Integer),
        key("cpu_percent", Shape::Number),
        key("cpu_period", Shape::TextOrNumber),
        key("cpu_quota", Shape::TextOrNumber),
        key("cpu_rt_period", Shape::TextOrNumber),
        key("cpu_rt_runtime", Shape::TextOrNumber),
        key("cpu_shares", Shape::Number),
        key("cpus", Shape::Number),
        key("cpuset", Shape::Text),
        key("credential_spec", Shape::Record(&CREDENTIAL)),
        key("depends_on", Shape::Names(&DEPENDENCY)),
        key("deploy", Shape::Record(&DEPLOY)),
        key("develop", Shape::Record(&DEVELOP)),
        words("device_cgroup_rules"),
        key(
            "devices",
            Shape::List(&Shape::Short(Short::Device, &DEVICE)),
        ),
        key("dns", Shape::Some(&Shape::Text)),
        words("dns_opt"),
        key("dns_search", Shape::Some(&Shape::Text)),
        key("domainname", Shape::Text),
        whole("entrypoint", Shape::Command),
        key(
            "env_file",
            Shape::Some(&Shape::Short(Short::EnvFile, &ENV_FILE)),
        ),
        key("environment", Shape::Pairs),
        key("expose", Shape::List(&Shape::TextOrNumber)),
        key("extends", Shape::Short(Short::Extends, &EXTENDS)),
        words("external_links"),
        key("extra_hosts", Shape::Hosts),
        key("gpus", Shape::Short(Short::Gpus, &GPU)),
        key("group_add", Shape::List(&Shape::TextOrNumber)),
        key("healthcheck", Shape::Record(&HEALTHCHECK)),
        key("hostname", Shape::Text),
        key("image", Shape::Text),
        key("init", Shape::Bool),
        key("ipc", Shape::Text),
        key("isolation", Shape::Text),
        key("label_file", Shape::Some(&Shape::Path)),
        key("labels", Shape::Pairs),
        words("links"),
        key("logging", Shape::Record(&LOGGING)),
        key("mac_address", Shape::Text),
        key("mem_limit", Shape::Bytes),
        key("mem_reservation", Shape::Bytes),
        key("mem_swappiness", Shape::Integer),
        key("memswap_limit", Shape::Bytes),
        key("models", Shape::Names(&SERVICE_MODEL)),
        key("network_mode", Shape::Text),
        key("networks", Shape::Names(&SERVICE_NETWORK)),
        key("oom_kill_disable", Shape::Bool),
        key("oom_score_adj", Shape::Integer),
        key("pid", Shape::Scalar),
        key("pids_limit", Shape::Integer),
        key("platform", Shape::Text),
        key("ports", Shape::List(&Shape::Short(Short::Port, &PORT))),
        key("post_start", Shape::List(&Shape::Record(&HOOK))),
        key("pre_start", Shape::List(&Shape::Record(&START_HOOK))),
        key("pre_stop", Shape::List(&Shape::Record(&HOOK))),
        key("privileged", Shape::Bool),
        words("profiles"),
        key("provider", Shape::Record(&PROVIDER)),
        key("pull_policy", Shape::Text),
        key("pull_refresh_after", Shape::Text),
        key("read_only", Shape::Bool),
        key("restart", Shape::Text),
        key("runtime", Shape::Text),
        key("scale", Shape::Integer),
        key("secrets", Shape::List(&Shape::Short(Short::Mount, &MOUNT))),
        words("security_opt"),
        key("shm_size", Shape::Bytes),
        key("stdin_open", Shape::Bool),
        key("stop_grace_period", Shape::Duration),
        key("stop_signal", Shape::Text),
        key("storage_opt", Shape::Dict(&Shape::Any)),
        key("sysctls", Shape::Pairs),
        key("tmpfs", Shape::Some(&Shape::Text)),
        key("tty", Shape::Bool),
        key(
            "ulimits",
            Shape::Dict(&Shape::Short(Short::Ulimit, &ULIMIT)),
        ),
        key("use_api_socket", Shape::Bool),
        key("user", Shape::Text),
        key("userns_mode", Shape::Text),
        key("uts", Shape::Text),
        key(
            "volumes",
            Shape::List(&Shape::Short(Short::Volume, &MOUNTED)),
        ),
        words("volumes_from"),
        key("working_dir", Shape::Text),
    ],
);

static BLKIO: Record = record(
    "a blkio_config",
    &[
        key("device_read_bps", Shape::List(&Shape::Record(&BLKIO_LIMIT))),
        key(
            "device_read_iops",
            Shape::List(&Shape::Record(&BLKIO_LIMIT)),
        ),
        key(
            "device_write_bps",
            Shape::List(&Shape::Record(&BLKIO_LIMIT)),
        ),
        key(
            "device_write_iops",
            Shape::List(&Shape::Record(&BLKIO_LIMIT)),
        ),
        key("weight", Shape::Integer),
        key("weight_device", Shape::List(&Shape::Record(&BLKIO_WEIGHT))),
    ],
);

static BLKIO_LIMIT: Record = record(
    "a limit",
    &[key("path", Shape::Text), key("rate", Shape::Bytes)],
);

static BLKIO_WEIGHT: Record = record(
    "a weight",
    &[key("path", Shape::Text), key("weight", Shape::Integer)],
);

static CREDENTIAL: Record = record(
    "a credential_spec",
    &[
        key("config", Shape::Text),
        key("file", Shape::Text),
        key("registry", Shape::Text),
    ],
);

static DEPENDENCY: Record = needs(
    "a dependency",
    &[
        key(
            "condition",
            Shape::OneOf(&[
                "service_started",
                "service_healthy",
                "service_completed_successfully",
            ]),
        ),
        key("restart", Shape::Bool),
        key("required", Shape::Bool),
    ],
    &["condition"],
);

static DEVICE: Record = needs(
    "a device",
    &[
        key("source", Shape::Text),
        key("target", Shape::Text),
        key("permissions", Shape::Text),
    ],
    &["source"],
);

static ENV_FILE: Record = needs(
    "an env_file",
    &[
        key("path", Shape::Path),
        key("format", Shape::Text),
        key("required", Shape::Bool),
    ],
    &["path"],
);

static EXTENDS: Record = needs(
    "an extends",
    &[key("service", Shape::Text), key("file", Shape::Path)],
    &["service"],
);

static HEALTHCHECK: Record = record(
    "a healthcheck",
    &[
        key("disable", Shape::Bool),
        key("interval", Shape::Duration),
        key("retries", Shape::Integer),
        whole("test", Shape::Test),
        key("timeout", Shape::Duration),
        key("start_period", Shape::Duration),
        key("start_interval", Shape::Duration),
    ],
);

/// A command around the life of a container.
pub(super) static HOOK: Record = needs("a hook", HOOK_FIELDS, &["command"]);

static HOOK_FIELDS: &[crate::format::compose::shape::Field] = &[
    whole("command", Shape::Command),
    key("user", Shape::Text),
    key("privileged", Shape::Bool),
    key("working_dir", Shape::Text),
    key("environment", Shape::Pairs),
];

static START_HOOK: Record = record(
    "a hook",
    &[
        whole("command", Shape::Command),
        key("image", Shape::Text),
        key("user", Shape::Text),
        key("privileged", Shape::Bool),
        key("working_dir", Shape::Text),
        key("environment", Shape::Pairs),
        key("per_replica", Shape::Bool),
    ],
);

static LOGGING: Record = record(
    "a logging",
    &[
        key("driver", Shape::Text),
        key("options", Shape::Dict(&Shape::Scalar)),
    ],
);

static SERVICE_MODEL: Record = maybe(
    "a model of a service",
    &[
        key("endpoint_var", Shape::Text),
        key("model_var", Shape::Text),
    ],
);

static SERVICE_NETWORK: Record = maybe(
    "a network of a service",
    &[
        words("aliases"),
        key("interface_name", Shape::Text),
        key("ipv4_address", Shape::Text),
        key("ipv6_address", Shape::Text),
        words("link_local_ips"),
        key("mac_address", Shape::Text),
        key("driver_opts", Shape::Dict(&Shape::TextOrNumber)),
        key("priority", Shape::Number),
        key("gw_priority", Shape::Number),
    ],
);

static PORT: Record = needs(
    "a port",
    &[
        key("name", Shape::Text),
        key("mode", Shape::Text),
        key("host_ip", Shape::Text),
        key("target", Shape::Integer),
        key("published", Shape::TextOrNumber),
        key("protocol", Shape::Text),
        key("app_protocol", Shape::Text),
    ],
    &["target"],
);

static PROVIDER: Record = needs(
    "a provider",
    &[
        key("type", Shape::Text),
        key("options", Shape::Dict(&Shape::Any)),
    ],
    &["type"],
);

static MOUNTED: Record = needs(
    "a volume of a service",
    &[
        key(
            "type",
            Shape::OneOf(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]),
        ),
        key("source", Shape::Text),
        key("target", Shape::Text),
        key("read_only", Shape::Bool),
        key("consistency", Shape::Text),
        key("bind", Shape::Record(&BIND)),
        key("volume", Shape::Record(&VOLUME_OPTIONS)),
        key("tmpfs", Shape::Record(&TMPFS)),
        key("image", Shape::Record(&IMAGE_MOUNT)),
    ],
    &["type"],
);

static BIND: Record = record(
    "bind options",
    &[
        key("propagation", Shape::Text),
        key("create_host_path", Shape::Bool),
        key(
            "recursive",
            Shape::OneOf(&["enabled", "disabled", "writable", "readonly"]),
        ),
        key("selinux", Shape::OneOf(&["z", "Z"])),
    ],
);

static VOLUME_OPTIONS: Record = record(
    "volume options",
    &[
        key("labels", Shape::Pairs),
        key("nocopy", Shape::Bool),
        key("subpath", Shape::Text),
    ],
);

static TMPFS: Record = record(
    "tmpfs options",
    &[key("size", Shape::Bytes), key("mode", Shape::TextOrNumber)],
);

static IMAGE_MOUNT: Record = record("image options", &[key("subpath", Shape::Text)]);
