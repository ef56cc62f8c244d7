//! What of the host reaches into containers: the engine's socket, folders of the system, devices.

use super::judge::Judge;
use crate::format::compose::Service;
use crate::format::compose::model::{Mount, MountKind};
use crate::model::{Rule, Severity};

const SOURCE: &str = "https://docs.docker.com/engine/security/#docker-daemon-attack-surface";

/// The engine's socket.
pub(super) const ENGINE_SOCKET: Rule = Rule {
    id: "engine-socket",
    aliases: &["CL-0001", "docker-socket"],
    severity: Severity::Error,
    about: "A container can reach the engine's socket",
    why: "Who can talk to the engine can start a privileged container, and so has the host; `:ro` does \
          not help, for a socket is talked to and not written.",
    fix: "put a proxy between them that lets only the needed requests through",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', environment: {DOCKER_HOST: 'tcp://proxy:2375'}}\n",
};

/// A folder of the system.
pub(super) const HOST_PATH: Rule = Rule {
    id: "host-path",
    aliases: &["CL-0013", "CL-0025"],
    severity: Severity::Error,
    about: "A folder of the host's system is mounted into a container",
    why: "What is in it decides what the host runs, or tells what it runs: keys, accounts, processes, \
          the data of other containers.",
    fix: "mount the one file or folder that is needed, read-only",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', volumes: ['/:/host']}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', volumes: ['/etc/localtime:/etc/localtime:ro']}\n",
};

/// A device that is the host.
pub(super) const DANGEROUS_DEVICE: Rule = Rule {
    id: "dangerous-device",
    aliases: &["CL-0016"],
    severity: Severity::Error,
    about: "A device that holds the host itself is given to a container",
    why: "Its memory and its disks can be read and written through it, past every permission.",
    fix: "take it out; give the container the files that it needs instead",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', devices: ['/dev/sda:/dev/sda']}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', devices: ['/dev/dri:/dev/dri']}\n",
};

const SOCKETS: &[&str] = &[
    "docker.sock",
    "containerd.sock",
    "podman.sock",
    "crio.sock",
    "docker_engine",
];

/// Folders that must not be mounted as a whole.
const WHOLE: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var",
    "/var/lib",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/run",
];

/// Folders below which nothing may be written.
const FROZEN: &[&str] = &[
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/containerd",
    "/var/lib/docker",
];

/// Files that must not even be read.
const UNREAD: &[&str] = &[
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/root/.ssh",
    "/etc/ssh",
];

const DEVICES: &[&str] = &["/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg"];
const DISKS: &[&str] = &[
    "/dev/sd",
    "/dev/hd",
    "/dev/vd",
    "/dev/xvd",
    "/dev/nvme",
    "/dev/dm-",
    "/dev/mapper/",
];

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    for mount in &service.volumes {
        let Some(source) = bound(mount) else {
            continue;
        };
        if SOCKETS.iter().any(|socket| source.ends_with(socket)) {
            let message = format!("`{}` can reach the engine through {source}", service.name);
            judge.hit(&ENGINE_SOCKET, service, mount.span, message);
        } else if let Some(what) = dangerous(source, mount.read_only.value) {
            let message = format!("`{}` mounts {source}: {what}", service.name);
            judge.hit(&HOST_PATH, service, mount.span, message);
        }
    }
    if let Some(entry) = service.node.entry("use_api_socket")
        && entry.value.scalar() == Some("true")
    {
        let message = format!("`{}` can reach the engine", service.name);
        judge.hit(&ENGINE_SOCKET, service, entry.key.span, message);
    }
    for device in &service.rights.devices {
        let path = device.source.value.as_str();
        if DEVICES.contains(&path) || DISKS.iter().any(|disk| path.starts_with(disk)) {
            let message = format!("`{}` gets the device {path}", service.name);
            judge.hit(&DANGEROUS_DEVICE, service, device.source.span, message);
        }
    }
}

/// The path of the host that is mounted.
fn bound(mount: &Mount) -> Option<&str> {
    let bind = matches!(mount.kind, MountKind::Bind | MountKind::Npipe);
    let source = mount.source.as_ref().filter(|_| bind)?;
    let trimmed = source.value.trim_end_matches('/');
    Some(if trimmed.is_empty() { "/" } else { trimmed })
}

fn dangerous(source: &str, read_only: bool) -> Option<&'static str> {
    let below = |folder: &&str| {
        let rest = source.strip_prefix(*folder);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if WHOLE.contains(&source) {
        return Some("a whole folder of the system");
    }
    if UNREAD.iter().any(below) {
        return Some("what is in it is secret");
    }
    (!read_only && FROZEN.iter().any(below)).then_some("it can be written")
}
