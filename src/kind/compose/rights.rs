//! What containers may do on the host: privileges, namespaces, capabilities, users.

use super::image::{Known, is_root};
use super::judge::Judge;
use crate::format::compose::Service;
use crate::format::compose::model::Text;
use crate::model::{Rule, Severity};

const SERVICES: &str = "https://docs.docker.com/reference/compose-file/services/";
const SECURITY: &str = "https://docs.docker.com/engine/security/#linux-kernel-capabilities";

/// `privileged: true`.
pub(super) const PRIVILEGED: Rule = Rule {
    id: "privileged",
    aliases: &["CL-0002"],
    severity: Severity::Error,
    about: "A container is privileged",
    why: "It has every capability and every device of the host: who takes the container over has the \
          host.",
    fix: "take `privileged` out, and give what is needed alone by `cap_add` or `devices`",
    source: SERVICES,
    settings: "",
    bad: "services:\n  app:\n    image: demo/app:1.0\n    privileged: true\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    devices: ['/dev/ttyUSB0:/dev/ttyUSB0']\n",
};

/// A namespace of the host.
pub(super) const HOST_NAMESPACE: Rule = Rule {
    id: "host-namespace",
    aliases: &["CL-0008", "CL-0010"],
    severity: Severity::Error,
    about: "A container shares a namespace with the host",
    why: "With `network_mode`, `pid`, `ipc`, `uts`, `userns_mode` or `cgroup` of the host there is no \
          wall between the two: other processes, their sockets or their memory can be reached.",
    fix: "take the key out; publish the ports that are needed",
    source: SERVICES,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', pid: host}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', ipc: private}\n",
};

/// `seccomp:unconfined` and its like.
pub(super) const UNCONFINED: Rule = Rule {
    id: "unconfined",
    aliases: &["CL-0009"],
    severity: Severity::Error,
    about: "A container runs without the engine's confinement",
    why: "The profiles of seccomp, AppArmor and SELinux keep a process that was taken over from the \
          system calls that lead out of the container.",
    fix: "take the line out, or name a profile that allows what is needed",
    source: "https://docs.docker.com/engine/security/seccomp/",
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', security_opt: ['seccomp:unconfined']}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', security_opt: ['seccomp:./profile.json']}\n",
};

/// A capability that gives the host away.
pub(super) const DANGEROUS_CAPABILITY: Rule = Rule {
    id: "dangerous-capability",
    aliases: &["CL-0011", "CL-0024", "CL-0028"],
    severity: Severity::Error,
    about: "A container gets a capability that gives the host away",
    why: "With it a process in the container can mount, trace, load or read what is not its own: it is \
          as good as privileged.",
    fix: "take it out; when the program really needs it, waive this with the reason",
    source: SECURITY,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', cap_add: [SYS_ADMIN]}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', cap_add: [NET_BIND_SERVICE]}\n",
};

/// A capability that is not on the list.
pub(super) const CAPABILITY_ADDED: Rule = Rule {
    id: "capability-added",
    aliases: &["CL-0027"],
    severity: Severity::Error,
    about: "A container gets a capability that is not on the list",
    why: "The gate file says which capabilities may be added; what is not there was not thought about.",
    fix: "take it out, or put it on the list `cap_add`",
    source: SECURITY,
    settings: "{cap_add: [NET_BIND_SERVICE]}",
    bad: "services:\n  app: {image: 'demo/app:1.0', cap_add: [NET_RAW]}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', cap_add: [CAP_NET_BIND_SERVICE]}\n",
};

/// A capability that is not dropped.
pub(super) const CAPABILITY_KEPT: Rule = Rule {
    id: "capability-kept",
    aliases: &["CL-0006"],
    severity: Severity::Error,
    about: "A container keeps capabilities that it must drop",
    why: "The engine gives fourteen capabilities to every container, and few programs need one of them.",
    fix: "write `cap_drop: [ALL]`, and add again what is needed",
    source: SECURITY,
    settings: "{cap_drop: [ALL]}",
    bad: "services:\n  app: {image: 'demo/app:1.0', cap_drop: [NET_RAW]}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', cap_drop: [ALL], cap_add: [CHOWN]}\n",
};

/// Privileges may be gained.
pub(super) const NEW_PRIVILEGES: Rule = Rule {
    id: "new-privileges",
    aliases: &["CL-0003"],
    severity: Severity::Error,
    about: "Processes in a container may gain privileges",
    why: "A program with the setuid bit makes root of anybody; with no-new-privileges the kernel \
          refuses that.",
    fix: "write `security_opt: [no-new-privileges:true]`",
    source: SERVICES,
    settings: "{no_new_privileges: true}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', security_opt: ['no-new-privileges:true']}\n",
};

/// The root file system can be written.
pub(super) const WRITABLE_ROOT: Rule = Rule {
    id: "writable-root",
    aliases: &["CL-0007"],
    severity: Severity::Error,
    about: "The root file system of a container can be written",
    why: "Who breaks in can leave programs behind, and what is written there is lost at the next start \
          anyhow.",
    fix: "write `read_only: true`, with `tmpfs` or a volume where the program writes",
    source: SERVICES,
    settings: "{read_only: true}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', read_only: true, tmpfs: [/tmp]}\n",
};

/// Runs as root.
pub(super) const ROOT_USER: Rule = Rule {
    id: "root-user",
    aliases: &["CL-0018"],
    severity: Severity::Error,
    about: "A container runs as root, or nothing says that it does not",
    why: "Root in a container is root of the host where a wall between them has a hole.",
    fix: "write `user: \"1000:1000\"`, or a USER in the Dockerfile that it is built from",
    source: SERVICES,
    settings: "{non_root: true}",
    bad: "services:\n  app: {image: 'demo/app:1.0', user: '0:0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', user: '1000:1000'}\n",
};

/// Those that lead out of a container, by what the kernel's manual says of them.
const DANGEROUS: &[&str] = &[
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "PERFMON",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    if let Some(on) = service.rights.privileged.filter(|on| on.value) {
        let message = format!("`{}` is privileged", service.name);
        judge.hit(&PRIVILEGED, service, on.span, message);
    }
    namespaces(judge, service);
    for option in &service.rights.security_opt {
        let parts = option.value.split_once([':', '=']);
        if parts.is_some_and(|(_, profile)| matches!(profile, "unconfined" | "disable")) {
            let message = format!("`{}` runs with `{option}`", service.name);
            judge.hit(&UNCONFINED, service, option.span, message);
        }
    }
    capabilities(judge, service);
    if judge.settings.no_new_privileges && !service.rights.security_opt.iter().any(is_no_new) {
        let message = format!("`{}` may gain privileges", service.name);
        let span = service.key_span("security_opt");
        judge.hit(&NEW_PRIVILEGES, service, span, message);
    }
    if judge.settings.read_only && service.run.read_only.is_none_or(|on| !on.value) {
        let message = format!("the root file system of `{}` can be written", service.name);
        judge.hit(
            &WRITABLE_ROOT,
            service,
            service.key_span("read_only"),
            message,
        );
    }
    if judge.settings.non_root {
        user(judge, service);
    }
}

fn is_no_new(option: &Text) -> bool {
    let text = option.value.replace('=', ":");
    matches!(&*text, "no-new-privileges" | "no-new-privileges:true")
}

fn namespaces(judge: &mut Judge<'_>, service: &Service) {
    let rights = &service.rights;
    let shared = [
        ("network_mode", &service.run.network_mode),
        ("pid", &rights.pid),
        ("ipc", &rights.ipc),
        ("uts", &rights.uts),
        ("userns_mode", &rights.userns_mode),
        ("cgroup", &rights.cgroup),
    ];
    for (key, value) in shared {
        if let Some(value) = value.as_ref().filter(|value| value.value == "host") {
            let message = format!("`{}` shares the host's `{key}`", service.name);
            judge.hit(&HOST_NAMESPACE, service, value.span, message);
        }
    }
}

/// The name as the kernel's manual has it, without its `CAP_`.
fn bare(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
}

fn capabilities(judge: &mut Judge<'_>, service: &Service) {
    let settings = judge.settings;
    for added in &service.rights.cap_add {
        let name = bare(added);
        let listed = settings.cap_add.as_ref().map(|list| {
            let mut list = list.iter();
            list.any(|allowed| bare(allowed) == name)
        });
        let rule = match listed {
            Some(true) => continue,
            Some(false) => &CAPABILITY_ADDED,
            None if DANGEROUS.contains(&&*name) => &DANGEROUS_CAPABILITY,
            None => continue,
        };
        let message = format!("`{}` gets {name}", service.name);
        judge.hit(rule, service, added.span, message);
    }
    let dropped: Vec<String> = service
        .rights
        .cap_drop
        .iter()
        .map(|drop| bare(drop))
        .collect();
    let kept = settings.cap_drop.iter().map(|must| bare(must));
    let kept: Vec<String> = kept
        .filter(|must| !dropped.contains(must) && !dropped.iter().any(|drop| drop == "ALL"))
        .collect();
    if !kept.is_empty() {
        let message = format!("`{}` does not drop {}", service.name, kept.join(", "));
        judge.hit(
            &CAPABILITY_KEPT,
            service,
            service.key_span("cap_drop"),
            message,
        );
    }
}

fn user(judge: &mut Judge<'_>, service: &Service) {
    let span = service.key_span("user");
    if let Some(user) = &service.run.user {
        if is_root(user) {
            let message = format!("`{}` runs as root", service.name);
            judge.hit(&ROOT_USER, service, user.span, message);
        }
        return;
    }
    let message = match judge.images.get(service).map(|image| &image.non_root) {
        Some(Known::Yes | Known::Unjudged) => return,
        Some(Known::No(why)) => format!("`{}` runs as root: {why}", service.name),
        Some(Known::Unknown(why)) => {
            format!(
                "nothing says that `{}` does not run as root: {why}",
                service.name
            )
        }
        None => format!("nothing says that `{}` does not run as root", service.name),
    };
    judge.hit(&ROOT_USER, service, span, message);
}
