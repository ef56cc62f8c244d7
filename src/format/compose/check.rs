//! What must hold in the whole project: nothing missing, nothing undefined, no circle. Must not know
//! files.

use std::collections::{BTreeMap, HashSet};

use super::canon::is_address;
use super::grammar::FILE;
use super::model::{MountKind, Project, Service, Spanned, Text};
use super::problem::{Problem, ProblemKind};
use super::shape::{Record, Shape, Short};
use crate::format::near::nearest;
use crate::format::yaml::{Entry, Node, Span, Value};

/// Everything that is wrong with a project as a whole. `whole`: all of it was read, so that what is
/// not there is not there.
pub(super) fn check(project: &Project, whole: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    required(&project.node, &FILE, project.node.span, &mut problems);
    if whole && project.services.is_empty() {
        let message = "the project has no service";
        problems.push(Problem::new(
            project.node.span,
            ProblemKind::NoServices,
            message,
        ));
    }
    for service in &project.services {
        service_stands(service, &mut problems);
        agreements(service, &mut problems);
        references(project, service, &mut problems);
    }
    for secret in project.secrets.iter().chain(&project.configs) {
        let sources = [&secret.file, &secret.environment, &secret.content];
        let given =
            sources.iter().filter(|source| source.is_some()).count() + usize::from(secret.external);
        if given != 1 && secret.node.get("driver").is_none() {
            let message = format!(
                "`{}` needs one of file, environment, content or external",
                secret.key
            );
            problems.push(Problem::new(
                secret.key.span,
                ProblemKind::MissingKey,
                message,
            ));
        }
    }
    circles(project, &mut problems);
    problems
}

/// Keys that must be there, in every record of the tree.
fn required(node: &Node, record: &Record, at: Span, problems: &mut Vec<Problem>) {
    if node.value == Value::Null {
        return;
    }
    for name in record.required {
        if node.get(name).is_none() {
            let message = format!("{} needs `{name}`", record.what);
            problems.push(Problem::new(at, ProblemKind::MissingKey, message));
        }
    }
    for Entry { key, value } in node.entries() {
        if let Some(field) = record.field(&key.text) {
            inside(value, &field.shape, key.span, problems);
        }
    }
}

fn inside(node: &Node, shape: &Shape, at: Span, problems: &mut Vec<Problem>) {
    match shape {
        Shape::Short(Short::Gpus, record) => {
            node.items()
                .iter()
                .for_each(|item| required(item, record, item.span, problems));
        }
        Shape::Record(record) | Shape::Short(_, record) => required(node, record, at, problems),
        Shape::Names(record) => {
            for Entry { key, value } in node.entries() {
                required(value, record, key.span, problems);
            }
        }
        Shape::Dict(shape) => {
            for Entry { key, value } in node.entries() {
                inside(value, shape, key.span, problems);
            }
        }
        Shape::List(shape) | Shape::Some(shape) => {
            node.items()
                .iter()
                .for_each(|item| inside(item, shape, item.span, problems));
        }
        _ => {}
    }
}

fn service_stands(service: &Service, problems: &mut Vec<Problem>) {
    let name = &service.name;
    if service.image.is_none() && service.build.is_none() && service.node.get("provider").is_none()
    {
        let message = format!("the service `{name}` has neither `image` nor `build`");
        problems.push(Problem::new(name.span, ProblemKind::MissingKey, message));
    }
    let inline = service.build.as_ref().filter(|b| b.dockerfile.is_some());
    if let Some(inline) = inline.and_then(|build| build.dockerfile_inline.as_ref()) {
        let message = "`dockerfile` and `dockerfile_inline` exclude each other";
        problems.push(Problem::new(inline.span, ProblemKind::Conflict, message));
    }
    let mode = service.run.network_mode.as_ref();
    if let Some(mode) = mode.filter(|_| !service.networks.is_empty()) {
        let message = "`network_mode` and `networks` exclude each other";
        let problem = Problem::new(mode.span, ProblemKind::Conflict, message);
        problems.push(problem.also(service.key_span("networks"), "networks here"));
    }
    let replicas = service
        .deploy
        .as_ref()
        .and_then(|deploy| deploy.replicas)
        .or(service.run.scale);
    let fixed = service.run.container_name.as_ref();
    if let (Some(replicas), Some(fixed)) = (replicas.filter(|n| n.value > 1), fixed) {
        let message = "a `container_name` is for one container, and there are several replicas";
        let problem = Problem::new(fixed.span, ProblemKind::Conflict, message);
        problems.push(problem.also(replicas.span, "replicas here"));
    }
}

/// Some things can be said in two places, which must not differ.
fn agreements(service: &Service, problems: &mut Vec<Problem>) {
    let deploy = service.deploy.as_ref();
    let limits = deploy.and_then(|deploy| deploy.limits.as_ref());
    let reserved = deploy.and_then(|deploy| deploy.reservations.as_ref());
    let own = &service.limits;
    let mut agree = |names: (&str, &str), here: Option<(Span, f64)>, there: Option<(Span, f64)>| {
        let (Some((span, here)), Some((also, there))) = (here, there) else {
            return;
        };
        if (here - there).abs() > f64::EPSILON {
            let message = format!("`{}` and `{}` differ", names.0, names.1);
            let problem = Problem::new(span, ProblemKind::Conflict, message);
            problems.push(problem.also(also, "the other one").help("keep one of them"));
        }
    };
    let whole = |number: Spanned<i64>| (number.span, number.value as f64);
    let broken = |number: Spanned<f64>| (number.span, number.value);
    agree(
        ("mem_limit", "deploy.resources.limits.memory"),
        own.memory.map(whole),
        limits.and_then(|limits| limits.memory).map(whole),
    );
    agree(
        ("cpus", "deploy.resources.limits.cpus"),
        own.cpus.map(broken),
        limits.and_then(|limits| limits.cpus).map(broken),
    );
    agree(
        ("pids_limit", "deploy.resources.limits.pids"),
        own.pids.map(whole),
        limits.and_then(|limits| limits.pids).map(whole),
    );
    agree(
        ("mem_reservation", "deploy.resources.reservations.memory"),
        own.memory_reservation.map(whole),
        reserved.and_then(|reserved| reserved.memory).map(whole),
    );
    agree(
        ("scale", "deploy.replicas"),
        service.run.scale.map(whole),
        deploy.and_then(|deploy| deploy.replicas).map(whole),
    );
}

fn references(project: &Project, service: &Service, problems: &mut Vec<Problem>) {
    let services: Vec<&Text> = project.services.iter().map(|s| &s.name).collect();
    let networks: Vec<&Text> = project.networks.iter().map(|n| &n.key).collect();
    let volumes: Vec<&Text> = project.volumes.iter().map(|v| &v.key).collect();
    let secrets: Vec<&Text> = project.secrets.iter().map(|s| &s.key).collect();
    let configs: Vec<&Text> = project.configs.iter().map(|c| &c.key).collect();
    let mut need = |what: &str, wanted: &Text, known: &[&Text]| {
        problems.extend(undefined(service, what, wanted, known));
    };
    for dependency in service.depends_on.iter().filter(|d| d.required) {
        need("service", &dependency.service, &services);
    }
    for network in &service.networks {
        if network.name.value != "default" {
            need("network", &network.name, &networks);
        }
    }
    for mount in &service.volumes {
        if let (MountKind::Volume, Some(source)) = (mount.kind, &mount.source) {
            need("volume", source, &volumes);
        }
    }
    let build = service.build.iter().flat_map(|build| &build.secrets);
    for secret in service.secrets.iter().chain(build) {
        need("secret", &secret.source, &secrets);
    }
    for config in &service.configs {
        need("config", &config.source, &configs);
    }
    let shared = [
        &service.run.network_mode,
        &service.rights.pid,
        &service.rights.ipc,
    ];
    for mode in shared.into_iter().flatten() {
        if let Some(name) = mode.value.strip_prefix("service:") {
            let (value, span) = (name.to_owned(), mode.span);
            need("service", &Text { value, span }, &services);
        }
    }
}

fn undefined(service: &Service, what: &str, wanted: &Text, known: &[&Text]) -> Option<Problem> {
    if known.iter().any(|name| name.value == wanted.value) {
        return None;
    }
    let message = format!(
        "`{}` names the {what} `{wanted}`, which is not there",
        service.name
    );
    let problem = Problem::new(wanted.span, ProblemKind::Undefined, message);
    let known = known.iter().map(|name| name.value.as_str());
    Some(match nearest(wanted, known) {
        Some(word) => problem
            .help(format!("did you mean `{word}`?"))
            .suggest(word),
        None => problem,
    })
}

/// Circles of `depends_on`, each once.
fn circles(project: &Project, problems: &mut Vec<Problem>) {
    let edges: BTreeMap<&str, Vec<&Text>> = project
        .services
        .iter()
        .map(|service| {
            (
                service.name.as_str(),
                service.depends_on.iter().map(|d| &d.service).collect(),
            )
        })
        .collect();
    let mut done: HashSet<&str> = HashSet::new();
    for start in edges.keys() {
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        while let Some((name, next)) = path.last_mut() {
            let name = *name;
            let edge = edges
                .get(name)
                .and_then(|all| all.get(*next))
                .filter(|_| !done.contains(name));
            *next += 1;
            let Some(edge) = edge else {
                done.insert(name);
                path.pop();
                continue;
            };
            let target = edge.value.as_str();
            if let Some(at) = path.iter().position(|(known, _)| *known == target) {
                let names = path.iter().skip(at).map(|(name, _)| *name).chain([target]);
                let circle = names.collect::<Vec<_>>().join(" → ");
                let message = format!("the services depend on each other: {circle}");
                problems.push(Problem::new(
                    edge.span,
                    ProblemKind::DependencyCycle,
                    message,
                ));
            } else if !done.contains(target) {
                path.push((target, 0));
            }
        }
    }
}

/// A context that is an address is no path: for those who look at build contexts.
#[must_use]
pub fn is_remote_context(context: &str) -> bool {
    is_address(context)
}
