//! What can be reached from outside: ports on every interface, databases, one port twice.

use super::judge::Judge;
use super::stores;
use crate::format::compose::Service;
use crate::format::compose::model::Port;
use crate::model::{Rule, Severity};

const SOURCE: &str = "https://docs.docker.com/engine/network/port-publishing/";

/// A database for everybody.
pub(super) const DATABASE_PUBLISHED: Rule = Rule {
    id: "database-published",
    aliases: &[],
    severity: Severity::Error,
    about: "A database is published on every interface of the host",
    why: "The engine opens the port past the host's own firewall: whoever reaches the host reaches the \
          database. Services of the project reach it without any published port.",
    fix: "take the port out, or bind it to the host itself: `127.0.0.1:5432:5432`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  db: {image: 'postgres:16.4', ports: ['5432:5432']}\n",
    good: "services:\n  db: {image: 'postgres:16.4', ports: ['127.0.0.1:5432:5432']}\n",
};

/// A port for everybody.
pub(super) const PUBLISHED_EVERYWHERE: Rule = Rule {
    id: "published-everywhere",
    aliases: &["CL-0005", "no-unbound-port-interfaces", "DCL005"],
    severity: Severity::Error,
    about: "A port that is not meant for everybody is published on every interface of the host",
    why: "The engine opens it past the host's own firewall.",
    fix: "take the port out, bind it to an address (`127.0.0.1:8080:80`), or name the service in \
          `expose_only`",
    source: SOURCE,
    settings: "{expose_only: [proxy]}",
    bad: "services:\n  app: {image: 'demo/app:1.0', ports: ['8080:80']}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', ports: ['127.0.0.1:8080:80']}\n  proxy: {image: 'nginx:1.27', ports: ['80:80']}\n",
};

/// One port of the host for two services.
pub(super) const PORT_TAKEN: Rule = Rule {
    id: "port-taken",
    aliases: &["no-duplicate-exported-ports", "DCL003"],
    severity: Severity::Error,
    about: "Two services publish one port of the host",
    why: "The one that starts second does not start.",
    fix: "give one of them another port",
    source: SOURCE,
    settings: "",
    bad: "services:\n  a: {image: 'demo/app:1.0', ports: ['8080:80']}\n  b: {image: 'demo/app:1.0', ports: ['127.0.0.1:8080:81']}\n",
    good: "services:\n  a: {image: 'demo/app:1.0', ports: ['8080:80']}\n  b: {image: 'demo/app:1.0', ports: ['8080:80/udp']}\n",
};

/// Whether it is open on every interface.
fn is_open(port: &Port) -> bool {
    let ip = port.host_ip.as_ref().map_or("", |ip| ip.value.as_str());
    matches!(ip.trim_matches(['[', ']']), "" | "0.0.0.0" | "::" | "*")
}

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    let name = &service.name;
    let only = judge.settings.expose_only.as_ref();
    for port in service.ports.iter().filter(|port| is_open(port)) {
        let target = port.target.first;
        if stores::of(service).is_some() {
            let message = format!("port {target} of `{name}` is open on every interface");
            judge.hit(&DATABASE_PUBLISHED, service, port.span, message);
        } else if only.is_some_and(|only| !only.contains(&name.value)) {
            let message = format!("port {target} of `{name}` is open on every interface");
            judge.hit(&PUBLISHED_EVERYWHERE, service, port.span, message);
        }
    }
}

/// Two services that may run at once and publish the same port.
pub(super) fn taken(judge: &mut Judge<'_>) {
    let project = judge.project;
    let mut known: Vec<(&Service, &Port)> = Vec::new();
    for service in &project.services {
        for port in service.ports.iter().filter(|port| port.published.is_some()) {
            let clash = known.iter().find(|(other, there)| {
                other.name.value != service.name.value
                    && together(other, service)
                    && same(there, port)
            });
            if let Some((other, _)) = clash {
                let first = port.published.map_or(0, |published| published.first);
                let message = format!(
                    "`{}` and `{}` both publish port {first} of the host",
                    other.name, service.name
                );
                judge.hit(&PORT_TAKEN, service, port.span, message);
            }
            known.push((service, port));
        }
    }
}

/// Services of different profiles are often each other's replacement.
fn together(one: &Service, other: &Service) -> bool {
    let shares = |profile: &&crate::format::compose::model::Text| {
        other.profiles.iter().any(|own| own.value == profile.value)
    };
    one.profiles.is_empty() && other.profiles.is_empty() || one.profiles.iter().any(|p| shares(&p))
}

fn same(one: &Port, other: &Port) -> bool {
    let (Some(here), Some(there)) = (one.published, other.published) else {
        return false;
    };
    let ip = |port: &Port| port.host_ip.as_ref().map(|ip| ip.value.clone());
    // A range on the host for one port in the container: the engine takes one that is free.
    let free = |port: &Port| {
        port.published
            .is_some_and(|published| published.count() > port.target.count())
    };
    let meet = one.protocol == other.protocol && here.meets(there.value);
    meet && !free(one) && !free(other) && (is_open(one) || is_open(other) || ip(one) == ip(other))
}
