//! Two projects that must not drift apart: what one has and the other has not.

use super::super::lint::Found;
use super::judge::at;
use crate::format::compose::model::{Command, Pair};
use crate::format::compose::{Loaded, Service};
use crate::format::yaml::Span;
use crate::model::{Rule, Severity};

/// They differ.
pub(super) const DRIFT: Rule = Rule {
    id: "drift",
    aliases: &[],
    severity: Severity::Error,
    about: "Two projects that are compared differ in something that is not allowed",
    why: "What is tested in the one is not what runs in the other.",
    fix: "make them equal, or name the difference in `allow`",
    source: "https://docs.docker.com/compose/how-tos/production/",
    settings: "{compare: [dev.yml, prod.yml], allow: ['*.ports']}",
    bad: "=== dev.yml\nservices:\n  app: {image: 'demo/app:1.0'}\n=== prod.yml\nservices:\n  app: {image: 'demo/app:1.1'}\n",
    good: "=== dev.yml\nservices:\n  app: {image: 'demo/app:1.0', ports: ['80:80']}\n=== prod.yml\nservices:\n  app: {image: 'demo/app:1.0'}\n",
};

/// One thing of a service: what it is called, its value, and where it stands.
#[derive(Debug)]
struct Trait {
    /// `image`, `environment.NAME`.
    name: String,
    value: String,
    span: Span,
}

/// What the second of two projects has otherwise than the first.
pub(super) fn found((first, second): (&Loaded, &Loaded), allow: &[String]) -> Vec<Found> {
    let mut all = Vec::new();
    let names = (title(first), title(second));
    for service in &first.project.services {
        let Some(other) = second.project.service(&service.name.value) else {
            let message = format!(
                "`{}` is in {} and not in {}",
                service.name, names.0, names.1
            );
            all.extend(one(first, service, ("", service.name.span), message, allow));
            continue;
        };
        all.extend(services((first, service), (second, other), &names, allow));
    }
    for service in &second.project.services {
        if first.project.service(&service.name.value).is_none() {
            let message = format!(
                "`{}` is in {} and not in {}",
                service.name, names.1, names.0
            );
            all.extend(one(
                second,
                service,
                ("", service.name.span),
                message,
                allow,
            ));
        }
    }
    all
}

/// The files of a project, for people.
fn title(loaded: &Loaded) -> String {
    let services = loaded.project.services.last();
    let source = services.map_or(0, |service| service.name.span.source);
    loaded.sources.name(source).to_owned()
}

/// A finding, unless the difference is allowed.
fn one(
    loaded: &Loaded,
    service: &Service,
    (what, span): (&str, Span),
    message: String,
    allow: &[String],
) -> Option<Found> {
    let path = format!("{}.{what}", service.name);
    let path = path.trim_end_matches('.');
    if allow.iter().any(|allowed| covers(allowed, path)) {
        return None;
    }
    let mut found = at(Found::new(&DRIFT, message), &loaded.sources, span);
    found.on = Some(service.name.value.clone());
    found.fix = Some(format!("make them equal, or write `allow: [\"{path}\"]`"));
    Some(found)
}

/// Whether an allowed path is this one or leads to it.
fn covers(allowed: &str, path: &str) -> bool {
    let mut parts = path.split('.');
    allowed.split('.').all(|want| {
        let part = parts.next();
        part.is_some_and(|part| want == "*" || want == part)
    })
}

fn services(
    (first, here): (&Loaded, &Service),
    (second, there): (&Loaded, &Service),
    names: &(String, String),
    allow: &[String],
) -> Vec<Found> {
    let (ours, theirs) = (traits(here), traits(there));
    let mut all = Vec::new();
    for own in &ours {
        let twin = theirs.iter().find(|twin| twin.name == own.name);
        let (message, loaded, service, span) = match twin {
            Some(twin) if twin.value == own.value => continue,
            Some(twin) => (
                format!("`{}` of `{}` differs from {}", own.name, here.name, names.0),
                second,
                there,
                twin.span,
            ),
            None => (
                format!("`{}` of `{}` is not in {}", own.name, here.name, names.1),
                first,
                here,
                own.span,
            ),
        };
        all.extend(one(loaded, service, (&own.name, span), message, allow));
    }
    for other in &theirs {
        if ours.iter().all(|own| own.name != other.name) {
            let message = format!("`{}` of `{}` is not in {}", other.name, there.name, names.0);
            all.extend(one(
                second,
                there,
                (&other.name, other.span),
                message,
                allow,
            ));
        }
    }
    all
}

/// What is held against the other side. Of variables only the names: that their values differ is
/// what they are for.
fn traits(service: &Service) -> Vec<Trait> {
    let mut all = Vec::new();
    let mut add = |name: String, value: String, span: Span| all.push(Trait { name, value, span });
    if let Some(image) = &service.image {
        add("image".to_owned(), image.value.clone(), image.span);
    }
    if let Some(build) = &service.build {
        let texts = [&build.context, &build.dockerfile, &build.target];
        let texts = texts.map(|text| text.as_ref().map_or("", |text| text.value.as_str()));
        add(
            "build".to_owned(),
            texts.join(" "),
            service.key_span("build"),
        );
        for Pair { name, value } in &build.args {
            let value = value.as_ref().map_or("", |value| value.value.as_str());
            add(format!("build.{name}"), value.to_owned(), name.span);
        }
    }
    for (key, command) in [
        ("command", &service.command),
        ("entrypoint", &service.entrypoint),
    ] {
        if let Some(command) = command {
            add(key.to_owned(), words(command), command.span);
        }
    }
    if let Some(user) = &service.run.user {
        add("user".to_owned(), user.value.clone(), user.span);
    }
    for variable in &service.environment {
        let name = &variable.name;
        add(format!("environment.{name}"), String::new(), name.span);
    }
    for port in &service.ports {
        let (target, protocol) = (port.target.value, &port.protocol);
        let name = format!("ports.{}-{}/{protocol}", target.first, target.last);
        add(name, String::new(), port.span);
    }
    for mount in &service.volumes {
        let target = mount
            .target
            .as_ref()
            .map_or("", |target| target.value.as_str());
        add(
            format!("volumes.{target}"),
            format!("{:?}", mount.kind),
            mount.span,
        );
    }
    for on in &service.depends_on {
        let value = format!("{:?}", on.condition.value);
        add(format!("depends_on.{}", on.service), value, on.service.span);
    }
    if let Some(check) = &service.healthcheck {
        let test: Vec<&str> = check.test.iter().map(|word| word.value.as_str()).collect();
        let value = format!("{} {}", check.disabled, test.join(" "));
        add(
            "healthcheck".to_owned(),
            value,
            service.key_span("healthcheck"),
        );
    }
    all
}

fn words(command: &Command) -> String {
    let words = command.words.iter().map(|word| word.value.as_str());
    words.collect::<Vec<_>>().join(" ")
}
