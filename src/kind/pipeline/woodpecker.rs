//! Workflows of Woodpecker: steps one after another or as they depend on each other, workflows that
//! wait for workflows.

use super::command::{Ship, Verb};
use super::doc::{Doc, cut, flat, is_true, texts};
use super::library::Library;
use super::path::{Act, Event, Flow, Job};
use super::trust::Trust;
use super::walk::{Around, Shell, Walk, is_live};
use crate::format::yaml::{Node, Value};

/// Plugins that build and push: a part of their image's name.
const BUILDERS: &[&str] = &[
    "plugin-docker-buildx",
    "plugins/docker",
    "plugins/kaniko",
    "plugin-kaniko",
    "drone-kaniko",
    "buildx",
];
/// Plugins that deploy.
const DEPLOYERS: &[&str] = &[
    "drone-helm",
    "plugin-kubernetes",
    "plugins/helm",
    "drone-kubectl",
    "plugin-fly",
];

/// Whether a file is such a workflow, by what is in it.
pub(super) fn is_workflow(root: &Node) -> bool {
    root.get("steps")
        .or_else(|| root.get("pipeline"))
        .is_some_and(|steps| !matches!(steps.value, Value::Null))
}

/// A step and its name.
fn steps(root: &Node) -> Vec<(String, &Node)> {
    let Some(steps) = root.get("steps").or_else(|| root.get("pipeline")) else {
        return Vec::new();
    };
    match &steps.value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.text.clone(), &entry.value))
            .collect(),
        _ => {
            let name = |(n, step): (usize, &Node)| match step.get("name").and_then(Node::scalar) {
                Some(name) => name.to_owned(),
                None => format!("step {}", n + 1),
            };
            steps
                .items()
                .iter()
                .enumerate()
                .map(|(n, step)| (name((n, step)), step))
                .collect()
        }
    }
}

/// The name of a workflow: its file without the ending.
fn workflow_name(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.trim_end_matches(".yaml")
        .trim_end_matches(".yml")
        .trim_start_matches('.')
}

/// All workflows of a project: they may wait for each other.
pub(super) fn read(library: &Library, trust: Trust, docs: &[Doc<'_>]) -> Flow {
    let mut flow = Flow {
        file: docs.first().map_or(String::new(), |doc| doc.path.clone()),
        ..Flow::default()
    };
    for doc in docs {
        one(library, trust, (docs, doc), &mut flow);
    }
    flow
}

fn one(library: &Library, trust: Trust, (docs, doc): (&[Doc<'_>], &Doc<'_>), flow: &mut Flow) {
    let own = workflow_name(&doc.path);
    let steps = steps(&doc.root);
    let named = |name: &str| format!("{own}/{name}");
    let graph = steps
        .iter()
        .any(|(_, step)| step.get("depends_on").is_some());
    let mut outer = Vec::new();
    for need in texts(doc.root.get("depends_on"))
        .into_iter()
        .filter_map(Node::scalar)
    {
        match docs.iter().find(|other| workflow_name(&other.path) == need) {
            Some(other) => {
                let names = self::steps(&other.root)
                    .into_iter()
                    .map(|(name, _)| format!("{need}/{name}"));
                outer.extend(names);
            }
            None => flow.unjudged.push(format!(
                "{}: waits for the workflow `{need}`, which is not there",
                doc.path
            )),
        }
    }
    let anyway = doc
        .root
        .get("runs_on")
        .map(flat)
        .filter(|told| told.contains("failure"));
    let whole = doc
        .root
        .get("when")
        .map(|when| format!("where `when: {}`", cut(&flat(when))));
    let mut before: Option<String> = None;
    for (name, step) in &steps {
        let mut job = self::step(library, trust, (doc, step), name, flow);
        job.name = named(name);
        let inner = texts(step.get("depends_on"))
            .into_iter()
            .filter_map(Node::scalar)
            .map(named);
        job.needs = if graph {
            inner.collect()
        } else {
            before.iter().cloned().collect()
        };
        if job.needs.is_empty() {
            job.needs.clone_from(&outer);
            if let Some(told) = &anyway {
                job.regardless = Some(format!("`runs_on: {}`", cut(told)));
            }
        }
        // What waits for a workflow that is left out runs all the same.
        job.condition = job.condition.or_else(|| whole.clone());
        before = Some(job.name.clone());
        flow.jobs.push(job);
    }
}

fn step(
    library: &Library,
    trust: Trust,
    (doc, step): (&Doc<'_>, &Node),
    name: &str,
    flow: &mut Flow,
) -> Job {
    let base = doc
        .path
        .split(".woodpecker")
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    let mut walk = Walk::new(library, if base.is_empty() { "." } else { base });
    if let Some(image) = step.get("image") {
        flow.remarks.extend(trust.image(doc, image));
        plugin(doc, (step, image), &mut walk);
    }
    for node in texts(step.get("commands")) {
        let place = doc.within(node);
        let shell = Shell {
            errexit: true,
            pipefail: false,
        };
        let around = Around {
            place: &place,
            soft: None,
            last: true,
            live: is_live(name),
            shell,
        };
        walk.text(node.scalar().unwrap_or_default(), &around);
    }
    flow.unjudged.extend(walk.unjudged);
    flow.notes.extend(walk.notes);
    let when = step.get("when");
    let told = when.map(flat).unwrap_or_default();
    let soft =
        step.get("failure").and_then(Node::scalar) == Some("ignore") || is_true(step.get("detach"));
    let status = when.is_some_and(|when| {
        when.items().iter().any(|when| {
            when.get("status")
                .is_some_and(|status| flat(status).contains("failure"))
        })
    });
    let only_status = when.is_none_or(|when| {
        when.items().iter().all(|when| {
            when.entries()
                .iter()
                .all(|entry| entry.key.text == "status")
        })
    });
    Job {
        events: walk.events,
        soft: soft.then(|| "`failure: ignore` or `detach`".to_owned()),
        regardless: status.then(|| format!("`when: {}`", cut(&told))),
        condition: (!only_status).then(|| format!("where `when: {}`", cut(&told))),
        ..Job::default()
    }
}

/// A step that is a plugin.
fn plugin(doc: &Doc<'_>, (step, image): (&Node, &Node), walk: &mut Walk<'_>) {
    let name = image.scalar().unwrap_or_default();
    let at = doc.at(image.span);
    let setting = |key: &str| step.get("settings").and_then(|settings| settings.get(key));
    if step.get("commands").is_some() {
        return;
    }
    let shipped = if BUILDERS.iter().any(|part| name.contains(part)) {
        let dry = ["dry_run", "dry-run", "no_push"]
            .iter()
            .any(|key| is_true(setting(key)));
        Some((if dry { Verb::Build } else { Verb::Push }, true))
    } else if DEPLOYERS.iter().any(|part| name.contains(part)) {
        Some((Verb::Deploy, false))
    } else {
        None
    };
    if let Some((verb, builds)) = shipped {
        let told = name.split(':').next().unwrap_or(name).to_owned();
        walk.events
            .push(Event::new(Act::Ship(Ship { verb, builds, told }), at));
    }
    if name.contains("drone-ssh") {
        for node in texts(setting("script")) {
            walk.over_ssh(doc, node, is_true(setting("script_stop")));
        }
    }
}
