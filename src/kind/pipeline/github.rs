//! Workflows of GitHub Actions (and of forges that read the same): jobs with steps, conditions,
//! actions, and other workflows of the project.

mod actions;

use super::doc::{Doc, cut, flat, texts};
use super::library::{Library, Page};
use super::path::{Act, Event, Flow, Job};
use super::trust::Trust;
use super::walk::{Around, Shell, Walk, is_live};
use crate::format::yaml::{Entry, Node, Value};

/// How deep workflows and actions of the project may call each other.
const CALLS: usize = 4;

/// Whether a file is a workflow, by what is in it.
pub(super) fn is_workflow(root: &Node) -> bool {
    root.get("on").is_some()
        && root
            .get("jobs")
            .is_some_and(|jobs| !jobs.entries().is_empty())
}

/// Whether a workflow runs only when another calls it.
pub(super) fn is_called(root: &Node) -> bool {
    let triggers = triggers(root);
    triggers.len() == 1 && triggers[0] == "workflow_call"
}

fn triggers(root: &Node) -> Vec<&str> {
    let Some(on) = root.get("on") else {
        return Vec::new();
    };
    match &on.value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| entry.key.text.as_str())
            .collect(),
        _ => on.items().iter().filter_map(Node::scalar).collect(),
    }
}

/// Reads a workflow.
pub(super) struct Reader<'l> {
    pub library: &'l Library,
    pub trust: Trust,
    /// The directory in which steps start.
    pub base: String,
    pub flow: Flow,
    /// Workflows of the project that were called.
    pub called: Vec<String>,
    depth: usize,
}

impl<'l> Reader<'l> {
    pub fn new(library: &'l Library, trust: Trust, path: &str) -> Self {
        let base = path
            .find(".github/")
            .map_or(".", |at| path[..at].trim_end_matches('/'));
        Self {
            library,
            trust,
            base: if base.is_empty() {
                ".".to_owned()
            } else {
                base.to_owned()
            },
            flow: Flow {
                file: path.to_owned(),
                ..Flow::default()
            },
            called: Vec::new(),
            depth: 0,
        }
    }

    /// All jobs of a workflow.
    pub fn workflow(&mut self, doc: &Doc<'_>, prefix: &str, needs: &[String]) -> Vec<String> {
        let mut names = Vec::new();
        for entry in doc.root.get("jobs").map(Node::entries).unwrap_or_default() {
            let name = format!("{prefix}{}", entry.key.text);
            self.job(doc, entry, (prefix, needs));
            names.push(name);
        }
        self.strangers(doc);
        names
    }

    fn job(&mut self, doc: &Doc<'_>, entry: &Entry, (prefix, outer): (&str, &[String])) {
        let node = &entry.value;
        let condition = node.get("if").map(flat).unwrap_or_default();
        let needs: Vec<&str> = texts(node.get("needs"))
            .into_iter()
            .filter_map(Node::scalar)
            .collect();
        let looks = |name: &&&str| {
            let bare = condition.replace(' ', "");
            bare.contains(&format!("needs.{name}.result=='success'"))
        };
        let vouched = needs
            .iter()
            .filter(looks)
            .map(|name| format!("{prefix}{name}"))
            .collect();
        let own: Vec<String> = needs.iter().map(|name| format!("{prefix}{name}")).collect();
        let mut job = Job {
            name: format!("{prefix}{}", entry.key.text),
            needs: if own.is_empty() { outer.to_vec() } else { own },
            regardless: regardless(&condition),
            soft: soft(node),
            vouched,
            ..Job::default()
        };
        if let Some(uses) = node.get("uses") {
            self.other(doc, (uses, &mut job));
        }
        for image in [node.get("container")].into_iter().flatten() {
            self.flow.remarks.extend(self.trust.image(doc, image));
        }
        for service in node.get("services").map(Node::entries).unwrap_or_default() {
            self.flow
                .remarks
                .extend(self.trust.image(doc, &service.value));
        }
        let mut walk = Walk::new(self.library, &self.base);
        let named = node.get("name").and_then(Node::scalar).unwrap_or_default();
        let live = is_live(&entry.key.text) || is_live(named) || node.get("environment").is_some();
        for step in node.get("steps").map(Node::items).unwrap_or_default() {
            self.step(doc, (step, node), live, &mut walk);
        }
        job.events = walk.events;
        self.flow.unjudged.extend(walk.unjudged);
        self.flow.notes.extend(walk.notes);
        self.flow.jobs.push(job);
    }

    /// A job that is another workflow: its jobs stand for it.
    fn other(&mut self, doc: &Doc<'_>, (uses, job): (&Node, &mut Job)) {
        self.flow.remarks.extend(self.trust.action(doc, uses));
        let path = uses.scalar().unwrap_or_default();
        let at = doc.at(uses.span);
        let Some(path) = path.strip_prefix("./") else {
            let note = format!("{}:{}: {} is not looked into", at.path, at.line, cut(path));
            self.flow.notes.push(note);
            return;
        };
        let (name, page) = self.library.page(&self.base, path);
        let why = match page {
            Page::There(_) if self.depth >= CALLS => "calls deeper than can be followed".to_owned(),
            Page::There(text) => match Doc::read(&name, text) {
                Ok(inner) => {
                    self.called.push(name);
                    self.depth += 1;
                    let names = self.workflow(&inner, &format!("{}/", job.name), &job.needs);
                    self.depth -= 1;
                    job.needs.extend(names);
                    return;
                }
                Err(why) => why,
            },
            Page::Missing => "is not there".to_owned(),
            Page::Unread(why) => why.to_owned(),
            Page::Later => return,
        };
        self.flow
            .unjudged
            .push(format!("{name} {why} ({}:{} calls it)", at.path, at.line));
    }

    fn step(
        &mut self,
        doc: &Doc<'_>,
        (step, job): (&Node, &Node),
        live: bool,
        walk: &mut Walk<'_>,
    ) {
        let from = walk.events.len();
        let named = step.get("name").and_then(Node::scalar).unwrap_or_default();
        let live = live || is_live(named);
        if let Some(run) = step.get("run") {
            let directory = [Some(step), default_run(job), default_run(&doc.root)]
                .into_iter()
                .flatten()
                .find_map(|node| node.get("working-directory").and_then(Node::scalar));
            let shell = [Some(step), default_run(job), default_run(&doc.root)]
                .into_iter()
                .flatten()
                .find_map(|node| node.get("shell").and_then(Node::scalar));
            walk.cwd = super::super::paths::from_root(&self.base, directory.unwrap_or("."));
            self.run(doc, run, (shell, live), walk);
        }
        if let Some(uses) = step.get("uses") {
            self.uses(doc, (step, uses), live, walk);
        }
        let Some(condition) = step.get("if") else {
            return settle(walk, from, None, soft(step));
        };
        let told = flat(condition);
        settle(walk, from, regardless(&told), soft(step));
        if !harmless(&told) && regardless(&told).is_none() {
            let at = doc.at(condition.span);
            let told = format!("where `if: {}`", cut(&told));
            walk.events
                .insert(from, Event::new(Act::Enter(told), at.clone()));
            walk.events.push(Event::new(Act::Leave, at));
        }
    }

    fn run(
        &self,
        doc: &Doc<'_>,
        run: &Node,
        (shell, live): (Option<&str>, bool),
        walk: &mut Walk<'_>,
    ) {
        let place = doc.within(run);
        let text = run.scalar().unwrap_or_default();
        let shell = match shell {
            None => Shell {
                errexit: true,
                pipefail: false,
            },
            Some("bash") => Shell {
                errexit: true,
                pipefail: true,
            },
            Some("sh") => Shell {
                errexit: true,
                pipefail: false,
            },
            Some(own) if own.contains("sh ") && !own.contains("pwsh") => Shell {
                errexit: own.contains(" -e") || own.contains("errexit"),
                pipefail: own.contains("pipefail"),
            },
            // PowerShell and others do not stop at a program that fails.
            Some(_) => Shell {
                errexit: false,
                pipefail: false,
            },
        };
        walk.text(
            text,
            &Around {
                place: &place,
                soft: None,
                last: true,
                live,
                shell,
            },
        );
    }
}

/// What holds for all that a step did.
fn settle(walk: &mut Walk<'_>, from: usize, regardless: Option<String>, soft: Option<String>) {
    for event in &mut walk.events[from..] {
        event.regardless = event.regardless.take().or_else(|| regardless.clone());
        event.soft = event.soft.take().or_else(|| soft.clone());
    }
}

fn default_run(node: &Node) -> Option<&Node> {
    node.get("defaults")
        .and_then(|defaults| defaults.get("run"))
}

/// Why a step or job runs although something before it failed.
fn regardless(condition: &str) -> Option<String> {
    let bare = condition.replace(' ', "");
    let asks = ["always()", "failure()", "!cancelled()"]
        .iter()
        .any(|word| bare.contains(word));
    asks.then(|| format!("`if: {}`", cut(condition)))
}

/// A condition that always holds where this can be reached.
fn harmless(condition: &str) -> bool {
    matches!(
        condition.replace([' ', '$', '{', '}'], "").as_str(),
        "success()" | "true" | ""
    )
}

fn soft(node: &Node) -> Option<String> {
    let told = node.get("continue-on-error").map(flat)?;
    (told != "false").then(|| format!("`continue-on-error: {}`", cut(&told)))
}
