//! Pipelines of GitLab: jobs in stages, templates, rules.

use std::collections::BTreeSet;

use super::super::lint::Found;
use super::doc::{Doc, cut, flat, is_true, texts};
use super::library::{Library, Page};
use super::path::{Flow, Job};
use super::trust::Trust;
use super::walk::{Around, Shell, Walk, is_live};
use crate::format::yaml::{Node, Value};

/// Words at the top that are no job.
const WORDS: &[&str] = &[
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];
/// How deep templates extend each other.
const EXTENDS: usize = 11;

/// Whether a file is such a pipeline, by what is in it.
pub(super) fn is_pipeline(root: &Node) -> bool {
    let job = |node: &Node| {
        ["script", "trigger", "extends"]
            .iter()
            .any(|key| node.get(key).is_some())
    };
    root.entries().iter().any(|entry| job(&entry.value)) || root.get("include").is_some()
}

/// A job and the templates that it is made of, nearest first.
struct Made<'n> {
    layers: Vec<(&'n Doc<'n>, &'n Node)>,
}

impl<'n> Made<'n> {
    fn get(&self, key: &str) -> Option<(&'n Doc<'n>, &'n Node)> {
        self.layers
            .iter()
            .find_map(|(doc, node)| Some((*doc, node.get(key)?)))
    }

    fn flat(&self, key: &str) -> Option<String> {
        self.get(key).map(|(_, node)| flat(node))
    }
}

/// Reads a pipeline with the files of the project that it includes.
pub(super) fn read(library: &Library, trust: Trust, path: &str, text: &str) -> Flow {
    let mut flow = Flow {
        file: path.to_owned(),
        ..Flow::default()
    };
    let mut texts = vec![(path.to_owned(), text.to_owned())];
    included(library, &mut texts, &mut flow);
    let mut docs = Vec::new();
    for (name, text) in &texts {
        match Doc::read(name, text) {
            Ok(doc) => docs.push(doc),
            Err(why) => flow.unjudged.push(format!("{name} {why}")),
        }
    }
    let stages = stages(&docs);
    let mut seen = BTreeSet::new();
    let mut staged: Vec<(usize, Job)> = Vec::new();
    for doc in &docs {
        for entry in doc.root.entries() {
            let name = entry.key.text.as_str();
            let mapping = matches!(entry.value.value, Value::Mapping(_));
            if WORDS.contains(&name) || name.starts_with('.') || !mapping || !seen.insert(name) {
                continue;
            }
            let made = made(&docs, name, &mut flow);
            let job = job(library, trust, (&docs, &made), name, &mut flow);
            let stage = made.flat("stage").unwrap_or_else(|| "test".to_owned());
            let Some(at) = stages.iter().position(|known| *known == stage) else {
                flow.unjudged.push(format!(
                    "{path}: the job `{name}` is of the stage `{stage}`, which is not there"
                ));
                continue;
            };
            staged.push((at, job));
        }
    }
    if staged.is_empty() && flow.unjudged.is_empty() {
        flow.unjudged.push(format!("{path} has no job"));
    }
    waits(&mut staged, &docs);
    flow.jobs = staged.into_iter().map(|(_, job)| job).collect();
    flow
}

/// A job without `needs` waits for all of the stages before.
fn waits(staged: &mut [(usize, Job)], docs: &[Doc<'_>]) {
    let names: Vec<(usize, String)> = staged
        .iter()
        .map(|(at, job)| (*at, job.name.clone()))
        .collect();
    for (at, job) in staged {
        let made = made(docs, &job.name, &mut Flow::default());
        job.needs = match made.get("needs") {
            Some((_, needs)) => {
                let name = |need: &Node| {
                    need.scalar()
                        .or_else(|| need.get("job").and_then(Node::scalar))
                        .map(str::to_owned)
                };
                let needed: Vec<String> = needs.items().iter().filter_map(name).collect();
                // A parallel job is needed as `name: [cell]`, and one that may be missing may.
                needed
                    .into_iter()
                    .filter(|need| names.iter().any(|(_, known)| known == need))
                    .collect()
            }
            None => names
                .iter()
                .filter(|(earlier, _)| earlier < at)
                .map(|(_, name)| name.clone())
                .collect(),
        };
    }
}

fn stages(docs: &[Doc<'_>]) -> Vec<String> {
    let own = docs.iter().find_map(|doc| doc.root.get("stages"));
    let own: Vec<String> = match own {
        Some(node) => node
            .items()
            .iter()
            .filter_map(Node::scalar)
            .map(str::to_owned)
            .collect(),
        None => ["build", "test", "deploy"].map(str::to_owned).to_vec(),
    };
    std::iter::once(".pre".to_owned())
        .chain(own)
        .chain([".post".to_owned()])
        .collect()
}

/// Adds the files of the project that are included; others are said.
fn included(library: &Library, texts: &mut Vec<(String, String)>, flow: &mut Flow) {
    let mut next = 0;
    while next < texts.len() && texts.len() < 50 {
        let (name, text) = texts[next].clone();
        next += 1;
        let Ok(doc) = Doc::read(&name, &text) else {
            continue;
        };
        for include in doc.root.get("include").map(Node::items).unwrap_or_default() {
            let local = include
                .get("local")
                .or(Some(include))
                .and_then(Node::scalar);
            let Some(local) = local.filter(|local| !local.contains("://") && !local.contains('$'))
            else {
                let at = doc.at(include.span);
                flow.unjudged.push(format!(
                    "{}:{} includes what is not in the project ({}), and it cannot be looked into",
                    at.path,
                    at.line,
                    cut(&flat(include))
                ));
                continue;
            };
            let (path, page) = library.page(".", local.trim_start_matches('/'));
            match page {
                Page::There(text) if texts.iter().all(|(known, _)| *known != path) => {
                    texts.push((path, text.to_owned()));
                }
                Page::There(_) | Page::Later => {}
                Page::Missing => flow
                    .unjudged
                    .push(format!("{path} is not there ({name} includes it)")),
                Page::Unread(why) => flow.unjudged.push(format!("{path} {why}")),
            }
        }
    }
}

/// A job with the templates that it extends.
fn made<'n>(docs: &'n [Doc<'n>], name: &str, flow: &mut Flow) -> Made<'n> {
    let mut layers = Vec::new();
    let mut open = vec![(name.to_owned(), 0)];
    while let Some((name, depth)) = open.pop() {
        let found = docs
            .iter()
            .find_map(|doc| Some((doc, doc.root.get(&name)?)));
        let Some((doc, node)) = found else {
            flow.unjudged
                .push(format!("{}: the template `{name}` is not there", flow.file));
            continue;
        };
        layers.push((doc, node));
        if depth < EXTENDS {
            let more = texts(node.get("extends"))
                .into_iter()
                .filter_map(Node::scalar);
            open.extend(more.map(|name| (name.to_owned(), depth + 1)));
        }
    }
    Made { layers }
}

fn job<'n>(
    library: &Library,
    trust: Trust,
    (docs, made): (&'n [Doc<'n>], &Made<'n>),
    name: &str,
    flow: &mut Flow,
) -> Job {
    flow.remarks.extend(images(trust, docs, made));
    let base = flow.file.rsplit_once('/').map_or(".", |(base, _)| base);
    let mut walk = Walk::new(library, base);
    let live = is_live(name) || made.get("environment").is_some();
    let shell = Shell {
        errexit: true,
        pipefail: true,
    };
    for key in ["before_script", "script", "after_script"] {
        let from = walk.events.len();
        let part = made.get(key).or_else(|| default(docs, key));
        let lines =
            part.map(|(doc, node)| texts(Some(node)).into_iter().map(move |node| (doc, node)));
        for (doc, node) in lines.into_iter().flatten() {
            let place = doc.within(node);
            let around = Around {
                place: &place,
                soft: None,
                last: true,
                live,
                shell,
            };
            walk.text(node.scalar().unwrap_or_default(), &around);
        }
        if key == "after_script" {
            for event in &mut walk.events[from..] {
                event.regardless =
                    Some("`after_script` runs also when the script failed".to_owned());
                event.soft = Some("nothing looks at the outcome of `after_script`".to_owned());
            }
        }
    }
    flow.unjudged.extend(walk.unjudged);
    flow.notes.extend(walk.notes);
    Job {
        name: name.to_owned(),
        events: walk.events,
        soft: soft(made),
        regardless: regardless(made),
        condition: condition(made),
        ..Job::default()
    }
}

/// What `default:` or the top of a file says for all jobs.
fn default<'n>(docs: &'n [Doc<'n>], key: &str) -> Option<(&'n Doc<'n>, &'n Node)> {
    docs.iter().find_map(|doc| {
        let own = doc.root.get("default").and_then(|node| node.get(key));
        own.or_else(|| doc.root.get(key)).map(|node| (doc, node))
    })
}

/// The images of a job, and what moves about them.
fn images<'n>(trust: Trust, docs: &'n [Doc<'n>], made: &Made<'n>) -> Vec<Found> {
    let mut found = Vec::new();
    for key in ["image", "services"] {
        let Some((doc, node)) = made.get(key).or_else(|| default(docs, key)) else {
            continue;
        };
        let images = match key {
            "services" => node.items(),
            _ => std::slice::from_ref(node),
        };
        found.extend(images.iter().filter_map(|image| trust.image(doc, image)));
    }
    found
}

/// Why a failure of a job does not stop the stages behind it.
fn soft(made: &Made<'_>) -> Option<String> {
    let manual = |(_, node): (_, &Node)| node.scalar() == Some("manual");
    match made.get("allow_failure") {
        Some((_, node)) if is_true(Some(node)) => Some("`allow_failure: true`".to_owned()),
        Some((_, node)) if node.get("exit_codes").is_some() => {
            Some(format!("`allow_failure: {}`", cut(&flat(node))))
        }
        Some(_) => None,
        None if made.get("when").is_some_and(manual) && made.get("rules").is_none() => {
            Some("`when: manual`: nothing waits for a job that nobody starts".to_owned())
        }
        None => rules(made)
            .find(|rule| is_true(rule.get("allow_failure")))
            .map(|rule| format!("a rule says `allow_failure: true` ({})", cut(&flat(rule)))),
    }
}

fn rules<'n>(made: &Made<'n>) -> impl Iterator<Item = &'n Node> {
    made.get("rules")
        .map(|(_, node)| node.items())
        .unwrap_or_default()
        .iter()
}

/// Why a job runs although one before it failed.
fn regardless(made: &Made<'_>) -> Option<String> {
    let whens = made.get("when").map(|(_, node)| node);
    let whens = whens
        .into_iter()
        .chain(rules(made).filter_map(|rule| rule.get("when")));
    let word = whens
        .filter_map(Node::scalar)
        .find(|word| matches!(*word, "always" | "on_failure"))?;
    Some(format!("`when: {word}`"))
}

/// What decides whether a job is there at all. One that is not is waited for by nobody.
fn condition(made: &Made<'_>) -> Option<String> {
    let rules_always = rules(made).any(|rule| {
        let free = ["if", "changes", "exists"]
            .iter()
            .all(|key| rule.get(key).is_none());
        free && rule.get("when").and_then(Node::scalar) != Some("never")
    });
    let only_rules = made.get("rules").is_some();
    let keys: &[&str] = if only_rules {
        &["rules"]
    } else {
        &["only", "except"]
    };
    if only_rules && rules_always && rules(made).count() == 1 {
        return None;
    }
    let told: Vec<String> = keys
        .iter()
        .filter_map(|key| Some(format!("{key}: {}", made.flat(key)?)))
        .collect();
    (!told.is_empty()).then(|| format!("where `{}`", cut(&told.join(", "))))
}
