//! One service of the merged tree to its type. Must not know files.

use super::decode::{
    boolean, build, bytes, command, deploy, duration, entries, hosts, integer, items, key, logging,
    number, own_text, pairs, secret_uses, spanned, text, texts,
};
use super::model::{
    Condition, Dependency, Device, EnvFile, Healthcheck, Limits, Mount, MountKind, NetworkUse,
    Origin, Port, Rights, RunOptions, Service, Ulimit, Variable,
};
use super::port::PortRange;
use super::value;
use crate::format::yaml::{Entry, Node};

/// A service; `files` are the variables of its `env_file`s.
pub(super) fn service(entry: &Entry, files: Vec<Variable>, active: bool) -> Service {
    let node = &entry.value;
    Service {
        name: key(entry),
        active,
        image: text(node, "image"),
        build: build(node),
        command: command(node, "command"),
        entrypoint: command(node, "entrypoint"),
        environment: environment(node, files),
        env_files: env_files(node),
        ports: items(node, "ports").iter().filter_map(port).collect(),
        expose: texts(node, "expose"),
        volumes: items(node, "volumes").iter().filter_map(mount).collect(),
        networks: entries(node, "networks").iter().map(network).collect(),
        depends_on: entries(node, "depends_on")
            .iter()
            .filter_map(dependency)
            .collect(),
        healthcheck: node.get("healthcheck").map(healthcheck),
        deploy: deploy(node),
        run: run_options(node),
        rights: rights(node),
        limits: limits(node),
        logging: logging(node),
        secrets: secret_uses(node, "secrets"),
        configs: secret_uses(node, "configs"),
        profiles: texts(node, "profiles"),
        labels: pairs(node, "labels"),
        extra_hosts: hosts(node, "extra_hosts"),
        sysctls: pairs(node, "sysctls"),
        node: node.clone(),
    }
}

fn environment(node: &Node, files: Vec<Variable>) -> Vec<Variable> {
    let mut all = files;
    for pair in pairs(node, "environment") {
        all.retain(|known| known.name.value != pair.name.value);
        all.push(Variable {
            name: pair.name,
            value: pair.value,
            origin: Origin::Environment,
        });
    }
    all
}

pub(super) fn env_files(service: &Node) -> Vec<EnvFile> {
    let one = |node: &Node| {
        Some(EnvFile {
            path: text(node, "path")?,
            required: boolean(node, "required").is_none_or(|required| *required),
            format: text(node, "format"),
        })
    };
    items(service, "env_file").iter().filter_map(one).collect()
}

fn port(node: &Node) -> Option<Port> {
    let range = |key: &str| {
        let node = node.get(key)?;
        Some(spanned(PortRange::parse(node.scalar()?)?, node.span))
    };
    let protocol = text(node, "protocol").map(|protocol| protocol.value);
    Some(Port {
        span: node.span,
        host_ip: text(node, "host_ip"),
        published: range("published"),
        target: range("target")?,
        protocol: protocol.unwrap_or_else(|| "tcp".to_owned()),
        mode: text(node, "mode"),
    })
}

fn mount(node: &Node) -> Option<Mount> {
    let kind = match node.get("type")?.scalar()? {
        "bind" => MountKind::Bind,
        "volume" => MountKind::Volume,
        "tmpfs" => MountKind::Tmpfs,
        "image" => MountKind::Image,
        "cluster" => MountKind::Cluster,
        _ => MountKind::Npipe,
    };
    Some(Mount {
        span: node.span,
        kind,
        source: text(node, "source"),
        target: text(node, "target"),
        read_only: boolean(node, "read_only").unwrap_or(spanned(false, node.span)),
        node: node.clone(),
    })
}

fn network(entry: &Entry) -> NetworkUse {
    NetworkUse {
        name: key(entry),
        aliases: texts(&entry.value, "aliases"),
        ipv4_address: text(&entry.value, "ipv4_address"),
    }
}

fn dependency(entry: &Entry) -> Option<Dependency> {
    let node = &entry.value;
    let written = node.get("condition")?;
    let condition = match written.scalar()? {
        "service_healthy" => Condition::Healthy,
        "service_completed_successfully" => Condition::Completed,
        _ => Condition::Started,
    };
    Some(Dependency {
        service: key(entry),
        condition: spanned(condition, written.span),
        required: boolean(node, "required").is_none_or(|required| *required),
        restart: boolean(node, "restart").is_some_and(|restart| *restart),
    })
}

fn healthcheck(node: &Node) -> Healthcheck {
    let test = texts(node, "test");
    let none = test.first().is_some_and(|word| word.value == "NONE");
    Healthcheck {
        span: node.span,
        disabled: none || boolean(node, "disable").is_some_and(|disable| *disable),
        test,
        interval: duration(node, "interval"),
        timeout: duration(node, "timeout"),
        retries: integer(node, "retries"),
        start_period: duration(node, "start_period"),
        start_interval: duration(node, "start_interval"),
    }
}

fn run_options(node: &Node) -> RunOptions {
    RunOptions {
        container_name: text(node, "container_name"),
        hostname: text(node, "hostname"),
        restart: text(node, "restart"),
        read_only: boolean(node, "read_only"),
        tmpfs: texts(node, "tmpfs"),
        user: text(node, "user"),
        working_dir: text(node, "working_dir"),
        init: boolean(node, "init"),
        platform: text(node, "platform"),
        pull_policy: text(node, "pull_policy"),
        stop_grace_period: duration(node, "stop_grace_period"),
        stop_signal: text(node, "stop_signal"),
        scale: integer(node, "scale"),
        network_mode: text(node, "network_mode"),
        links: texts(node, "links"),
    }
}

fn rights(node: &Node) -> Rights {
    let device = |node: &Node| {
        Some(Device {
            source: text(node, "source")?,
            target: text(node, "target"),
            permissions: text(node, "permissions"),
        })
    };
    Rights {
        cap_add: texts(node, "cap_add"),
        cap_drop: texts(node, "cap_drop"),
        security_opt: texts(node, "security_opt"),
        privileged: boolean(node, "privileged"),
        pid: text(node, "pid"),
        ipc: text(node, "ipc"),
        uts: text(node, "uts"),
        userns_mode: text(node, "userns_mode"),
        cgroup: text(node, "cgroup"),
        devices: items(node, "devices").iter().filter_map(device).collect(),
        group_add: items(node, "group_add")
            .iter()
            .filter_map(own_text)
            .collect(),
    }
}

fn limits(node: &Node) -> Limits {
    let value_of = |node: &Node, key: &str| value::integer(node.get(key)?.scalar()?);
    let ulimit = |entry: &Entry| Ulimit {
        name: key(entry),
        soft: value_of(&entry.value, "soft"),
        hard: value_of(&entry.value, "hard"),
    };
    Limits {
        memory: bytes(node, "mem_limit"),
        memory_reservation: bytes(node, "mem_reservation"),
        cpus: number(node, "cpus"),
        pids: integer(node, "pids_limit"),
        ulimits: entries(node, "ulimits").iter().map(ulimit).collect(),
    }
}
