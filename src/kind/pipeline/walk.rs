//! What a shell text does, step by step, with what it calls out of the project: scripts, targets of a
//! Makefile, recipes of a justfile, scripts of package.json.

mod called;
mod outcome;

use std::collections::{BTreeMap, BTreeSet};

use outcome::{harmless, stops};

use super::doc::Doc;
use super::library::Library;
use super::path::{Act, Event};
use crate::format::words::{Item, Joint, Node, commands};
use crate::format::yaml;
use crate::model::Location;

/// How deep calls are followed.
const CALLS: usize = 12;
/// How much is looked at on one path before it is too much.
const EVENTS: usize = 5_000;
/// Commands that are looked at on one path before it is too much.
const STEPS: usize = 20_000;
/// Words in a name that tell of users.
const LIVE: &[&str] = &[
    "deploy", "prod", "release", "rollout", "go-live", "publish", "ship",
];

/// How a shell goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shell {
    /// It stops at a command that fails (`-e`).
    pub errexit: bool,
    /// A pipe fails with any of its commands.
    pub pipefail: bool,
}

/// Where a text stands, and how its outcome is looked at.
#[derive(Clone)]
pub(super) struct Around<'p> {
    /// The place of an offset in the text.
    pub place: &'p dyn Fn(usize) -> Location,
    /// Why nothing looks at its outcome.
    pub soft: Option<String>,
    /// Nothing comes behind it in the same shell.
    pub last: bool,
    /// It runs where users are: a stack that is started here is a deployment.
    pub live: bool,
    pub shell: Shell,
}

/// A walk along one path.
pub(super) struct Walk<'l> {
    pub library: &'l Library,
    pub events: Vec<Event>,
    pub unjudged: BTreeSet<String>,
    pub notes: BTreeSet<String>,
    /// The directory, from the root.
    pub cwd: String,
    depth: usize,
    pulled: bool,
    functions: BTreeMap<String, Vec<Item>>,
    called: BTreeSet<String>,
    steps: usize,
    shell: Shell,
}

/// Whether a name tells of users.
pub(super) fn is_live(name: &str) -> bool {
    let name = name.to_lowercase();
    LIVE.iter().any(|word| name.contains(word))
}

impl<'l> Walk<'l> {
    pub fn new(library: &'l Library, cwd: &str) -> Self {
        Self {
            library,
            events: Vec::new(),
            unjudged: BTreeSet::new(),
            notes: BTreeSet::new(),
            cwd: cwd.to_owned(),
            depth: 0,
            pulled: false,
            functions: BTreeMap::new(),
            called: BTreeSet::new(),
            steps: 0,
            shell: Shell {
                errexit: false,
                pipefail: false,
            },
        }
    }

    /// Walks through a script that a plugin runs on another machine. `stops_at_once` when a command that
    /// fails ends it.
    pub fn over_ssh(&mut self, doc: &Doc<'_>, script: &yaml::Node, stops_at_once: bool) {
        let place = doc.within(script);
        let shell = Shell {
            errexit: stops_at_once,
            pipefail: false,
        };
        let around = Around {
            place: &place,
            soft: None,
            last: true,
            live: true,
            shell,
        };
        self.text(script.scalar().unwrap_or_default(), &around);
    }

    /// Walks through a text. Its directory and functions are its own.
    pub fn text(&mut self, text: &str, around: &Around<'_>) {
        let items = match commands(text) {
            Ok(items) => items,
            Err(why) => {
                let at = (around.place)(0);
                self.unjudged
                    .insert(format!("{}:{} the shell text {why}", at.path, at.line));
                return;
            }
        };
        let outer = (
            self.cwd.clone(),
            std::mem::replace(&mut self.shell, around.shell),
        );
        let functions = std::mem::take(&mut self.functions);
        let called = std::mem::take(&mut self.called);
        self.items(&items, around);
        let mine = std::mem::replace(&mut self.functions, functions);
        let done = std::mem::replace(&mut self.called, called);
        for (_, body) in mine.iter().filter(|(name, _)| !done.contains(*name)) {
            self.apart(
                "in a function that is called from elsewhere",
                (around.place)(0),
                |walk| {
                    walk.items(body, around);
                },
            );
        }
        (self.cwd, self.shell) = outer;
    }

    /// What happens only under a condition.
    pub fn apart(&mut self, condition: &str, at: Location, inner: impl FnOnce(&mut Self)) {
        self.events
            .push(Event::new(Act::Enter(condition.to_owned()), at.clone()));
        inner(self);
        self.events.push(Event::new(Act::Leave, at));
    }

    fn items(&mut self, items: &[Item], around: &Around<'_>) {
        let mut from = 0;
        while from < items.len() {
            let mut end = from;
            while end + 1 < items.len() && items[end].after == Joint::And {
                end += 1;
            }
            let chain = &items[from..=end];
            let rest = &items[end + 1..];
            let last = rest.is_empty() && around.last;
            let plain = chain.len() == 1 || last || chain[..chain.len() - 1].iter().all(harmless);
            if plain {
                self.chain(chain, rest, around);
            } else {
                let at = (around.place)(chain[0].at);
                let condition = format!("as long as the commands of line {} go well", at.line);
                self.apart(&condition, at, |walk| walk.chain(chain, rest, around));
            }
            from = end + 1;
        }
    }

    /// Items that `&&` holds together, and what comes behind them.
    fn chain(&mut self, chain: &[Item], rest: &[Item], around: &Around<'_>) {
        for (n, item) in chain.iter().enumerate() {
            let ends = n + 1 == chain.len();
            let mut inner = around.clone();
            inner.last = around.last && rest.is_empty() && ends;
            inner.soft = around
                .soft
                .clone()
                .or_else(|| self.softened(item, chain, rest));
            inner.shell = self.shell;
            self.item(item, &inner);
        }
    }

    fn item(&mut self, item: &Item, around: &Around<'_>) {
        self.steps += 1;
        if self.events.len() > EVENTS || self.steps > STEPS {
            self.unjudged
                .insert("there is more on one path than can be looked at".to_owned());
            return;
        }
        match &item.node {
            Node::Group(inner) => self.items(inner, around),
            Node::Function(name, body) => drop(self.functions.insert(name.clone(), body.clone())),
            Node::Branch(condition, arms) => self.branch((condition, arms), item.at, around),
            Node::Command(words, here) => {
                let at = (around.place)(item.at);
                if let Some(body) = words
                    .first()
                    .and_then(|name| self.functions.get(name))
                    .cloned()
                {
                    self.called.insert(words[0].clone());
                    self.deeper(|walk| walk.items(&body, around));
                } else {
                    self.settings(words);
                    self.command(words, here.as_ref(), &at, around);
                }
            }
        }
    }

    fn branch(
        &mut self,
        (condition, arms): (&[Item], &[Vec<Item>]),
        at: usize,
        around: &Around<'_>,
    ) {
        let place = (around.place)(at);
        let told = format!("in a branch (line {})", place.line);
        let asked = Around {
            soft: around.soft.clone(),
            last: true,
            ..around.clone()
        };
        let refused = condition.last().is_some_and(|item| item.negated)
            && arms
                .first()
                .is_some_and(|arm| arm.last().is_some_and(stops));
        let mut rest = arms;
        if refused {
            let turned: Vec<Item> = condition
                .iter()
                .cloned()
                .map(|item| Item {
                    negated: false,
                    ..item
                })
                .collect();
            self.items(&turned, &asked);
        } else if let Some((first, others)) = arms.split_first() {
            self.apart(&told, place.clone(), |walk| {
                walk.items(condition, &asked);
                walk.items(first, around);
            });
            rest = others;
        }
        for arm in rest {
            let told = format!("in another branch (line {})", place.line);
            self.apart(&told, place.clone(), |walk| walk.items(arm, around));
        }
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self)) {
        if self.depth >= CALLS {
            self.unjudged
                .insert("calls go deeper than can be followed".to_owned());
            return;
        }
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }

    /// `set -e`, `cd`.
    fn settings(&mut self, words: &[String]) {
        match words.first().map(String::as_str) {
            Some("set") => {
                let mut named = false;
                for word in &words[1..] {
                    let on = word.starts_with('-');
                    let letters = word.starts_with(['-', '+']) && !word.starts_with("--");
                    if (letters && word.contains('e')) || (named && word == "errexit") {
                        self.shell.errexit = on || named;
                    }
                    if word == "pipefail" {
                        self.shell.pipefail = named;
                    }
                    named = letters && word.ends_with('o') && on;
                }
            }
            Some("cd" | "pushd") => {
                if let Some(to) = words
                    .get(1)
                    .filter(|to| !to.contains('$') && !to.starts_with(['-', '/', '~']))
                {
                    self.cwd = super::super::paths::from_root(&self.cwd, to);
                }
            }
            _ => {}
        }
    }
}

/// Places in a whole file.
pub(super) fn place_in(path: String, text: &str) -> impl Fn(usize) -> Location {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let text = text.to_owned();
    move |offset| {
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1];
        let column = text
            .get(start..offset)
            .map_or(0, |part| part.chars().count());
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Location {
            path: path.clone(),
            line: narrow(line),
            column: narrow(column + 1),
        }
    }
}
