//! `exists:`, presence: files that must be there, and files that must not; what is in them, and how
//! big they are.

mod contents;
mod presence;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::contents::{CONTENTS, Contents};
use super::judge;
use super::lint::{OVERRIDE, Policy, Survey, THRESHOLD, WAIVE};
use crate::format::glob::is_glob;
use crate::format::yaml::{Node, Style, Value};
use crate::model::{Answer, Content, Entry, Probe, Rule, Step};
use crate::spec::{Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Turn};

/// The word `exists`.
pub(super) struct ExistsSpec;

const FIELDS: &[Field] = &[
    Field::new("require", Shape::GLOBS, "Each must be there."),
    Field::new(
        "any_of",
        Shape::List(&Shape::GLOBS),
        "Of each list at least one must be there.",
    ),
    Field::new("forbid", Shape::GLOBS, "None may be there."),
    Field::new(
        "forbid_tracked",
        Shape::GLOBS,
        "None may be tracked by git.",
    ),
    Field::new(
        "contents",
        Shape::OneOrMany(&Shape::Record(CONTENTS)),
        "What must and must not be in files. A file that cannot be read, or a pattern that means \
         none, cannot be judged.",
    ),
    Field::new(
        "max_size",
        Shape::Map(&Shape::Size),
        "How big files may be, by path or pattern. A pattern means files that git does not ignore, \
         and must mean one.",
    ),
    THRESHOLD,
    OVERRIDE,
    WAIVE,
];

/// What must and must not be there.
#[derive(Debug, Default)]
struct Exists {
    require: Vec<String>,
    any_of: Vec<Vec<String>>,
    forbid: Vec<String>,
    forbid_tracked: Vec<String>,
    contents: Vec<Contents>,
    max_size: Vec<(String, u64)>,
    policy: Policy,
}

/// The answers, one by one.
struct Answered<'a> {
    /// A list for each of [`Exists::patterns`].
    lists: &'a [Vec<Entry>],
    tracked: &'a [String],
    /// A list for each pattern of `contents`.
    contents: &'a [Vec<Content>],
    /// Files that the patterns of `max_size` mean and git does not ignore.
    sources: &'a [String],
}

impl KindSpec for ExistsSpec {
    fn word(&self) -> &'static str {
        "exists"
    }

    fn doc(&self) -> &'static str {
        "Presence of files and directories, what is in files and how big they are. A path or a list \
         of paths is short for `require`."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::GLOBS, Shape::Record(FIELDS)])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::RULES
    }

    fn usual_file(&self) -> &'static str {
        "README.md"
    }

    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        &[&["exists", "contents"], &["exists", "max_size"]]
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("exists")?;
        let exists = match node.value {
            Value::Mapping(_) => record(node, decoder)?,
            _ => Exists {
                require: decoder.globs(node)?,
                ..Exists::default()
            },
        };
        if exists.is_empty() {
            let span = gate
                .entry("exists")
                .map_or(node.span, |entry| entry.key.span);
            let help = "name something: `require`, `any_of`, `forbid`, `forbid_tracked`, `contents` or \
                        `max_size`";
            decoder.report(Diagnostic::new(span, "this asks for nothing").help(help));
            return None;
        }
        Some(Arc::new(exists))
    }
}

fn record(node: &Node, decoder: &mut Decoder<'_>) -> Option<Exists> {
    let require = decoder.optional(node, "require", Decoder::globs);
    let any_of = decoder.optional(node, "any_of", |d, lists| d.each(lists, one_of));
    let forbid = decoder.optional(node, "forbid", Decoder::globs);
    let forbid_tracked = decoder.optional(node, "forbid_tracked", Decoder::globs);
    let contents = decoder.optional(node, "contents", |d, list| d.each(list, contents::decode));
    let max_size = decoder.optional(node, "max_size", sizes);
    let policy = Policy::decode(decoder, node, rules::RULES);
    Some(Exists {
        require: require?.unwrap_or_default(),
        any_of: any_of?.unwrap_or_default(),
        forbid: forbid?.unwrap_or_default(),
        forbid_tracked: forbid_tracked?.unwrap_or_default(),
        contents: contents?.unwrap_or_default(),
        max_size: max_size?.unwrap_or_default(),
        policy: policy?,
    })
}

/// The limits of `max_size`. Keys have no shape of their own.
fn sizes(decoder: &mut Decoder<'_>, map: &Node) -> Option<Vec<(String, u64)>> {
    let entries = map.entries().iter();
    let read: Vec<Option<(String, u64)>> = entries
        .map(|entry| {
            let key = Node {
                span: entry.key.span,
                value: Value::Scalar {
                    text: entry.key.text.clone(),
                    style: Style::Quoted,
                },
            };
            let pattern = decoder.glob(&key);
            pattern.zip(decoder.size(&entry.value))
        })
        .collect();
    read.into_iter().collect()
}

/// Nothing can be one of no things.
fn one_of(decoder: &mut Decoder<'_>, node: &Node) -> Option<Vec<String>> {
    let globs = decoder.globs(node)?;
    if globs.is_empty() {
        decoder.report(Diagnostic::new(
            node.span,
            "one of nothing can never be there",
        ));
        return None;
    }
    Some(globs)
}

impl Kind for Exists {
    fn word(&self) -> &'static str {
        "exists"
    }

    fn summary(&self) -> String {
        let any_of = self
            .any_of
            .iter()
            .map(|list| format!("one of {}", list.join(", ")));
        let parts = [
            self.require.join(", "),
            any_of.collect::<Vec<_>>().join("; "),
            prefixed("no ", &self.forbid),
            prefixed("not in git: ", &self.forbid_tracked),
            prefixed("contents of ", &self.read_patterns()),
            prefixed("size of ", &self.sized()),
        ];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let probes = self.probes(turn);
        if answers.is_empty() {
            return Step::Ask(probes);
        }
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        let mut survey = Survey::default();
        match self.answered(answers) {
            Some(answered) => self.look(turn, &answered, &mut survey),
            None => return Step::judge(judge::misplaced("exists")),
        }
        survey.judge(turn, &self.policy, answers)
    }
}

impl Exists {
    fn is_empty(&self) -> bool {
        self.patterns().is_empty() && self.forbid_tracked.is_empty() && self.contents.is_empty()
    }

    /// The patterns of `contents`, in order.
    fn read_patterns(&self) -> Vec<String> {
        let patterns = self.contents.iter().flat_map(|item| &item.files);
        patterns.cloned().collect()
    }

    /// The patterns of `max_size`, in order.
    fn sized(&self) -> Vec<String> {
        self.max_size
            .iter()
            .map(|(pattern, _)| pattern.clone())
            .collect()
    }

    /// Every pattern that is listed, in a fixed order.
    fn patterns(&self) -> Vec<String> {
        let any_of = self.any_of.iter().flatten();
        self.require
            .iter()
            .chain(any_of)
            .chain(&self.forbid)
            .chain(self.max_size.iter().map(|(pattern, _)| pattern))
            .cloned()
            .collect()
    }

    fn probes(&self, turn: &Turn<'_>) -> Vec<Probe> {
        let (cwd, patterns) = (turn.cwd.to_owned(), self.patterns());
        let there = |patterns: Vec<String>| Some(patterns).filter(|list| !list.is_empty());
        let list = there(patterns).map(|patterns| Probe::List {
            cwd: cwd.clone(),
            patterns,
        });
        let tracked = there(self.forbid_tracked.clone()).map(|patterns| Probe::Tracked {
            cwd: cwd.clone(),
            patterns,
        });
        let read = there(self.read_patterns()).map(|patterns| Probe::Read {
            cwd: cwd.clone(),
            patterns,
        });
        let globs = self.sized().into_iter().filter(|pattern| is_glob(pattern));
        let files = there(globs.collect()).map(|patterns| Probe::Files {
            cwd,
            patterns,
            since_base: false,
        });
        list.into_iter()
            .chain(tracked)
            .chain(read)
            .chain(files)
            .collect()
    }

    /// The answers to [`Self::probes`]; `None` when they are not to these questions.
    fn answered<'a>(&self, answers: &'a [Answer]) -> Option<Answered<'a>> {
        let mut out = Answered {
            lists: &[],
            tracked: &[],
            contents: &[],
            sources: &[],
        };
        let mut rest = answers.iter();
        if !self.patterns().is_empty() {
            let Answer::Listed(lists) = rest.next()? else {
                return None;
            };
            out.lists = lists;
        }
        if !self.forbid_tracked.is_empty() {
            let Answer::Tracked(paths) = rest.next()? else {
                return None;
            };
            out.tracked = paths;
        }
        if !self.contents.is_empty() {
            let Answer::Contents(lists) = rest.next()? else {
                return None;
            };
            out.contents = lists;
        }
        if self.max_size.iter().any(|(pattern, _)| is_glob(pattern)) {
            let Answer::Matched(matched) = rest.next()? else {
                return None;
            };
            out.sources = &matched.paths;
        }
        let whole = rest.next().is_none()
            && out.lists.len() == self.patterns().len()
            && out.contents.len() == self.read_patterns().len();
        whole.then_some(out)
    }

    fn look(&self, turn: &Turn<'_>, answered: &Answered<'_>, survey: &mut Survey) {
        survey.judged += self.require.len() + self.any_of.len();
        survey.judged += self.forbid.len() + self.forbid_tracked.len();
        let (required, rest) = answered.lists.split_at(self.require.len());
        let (any_of, rest) = rest.split_at(self.any_of.iter().map(Vec::len).sum());
        let (forbidden, sized) = rest.split_at(self.forbid.len());
        let pairs = self.require.iter().zip(required);
        survey
            .found
            .extend(pairs.filter_map(|(pattern, list)| presence::missing(pattern, list)));
        survey.found.extend(presence::none_of(&self.any_of, any_of));
        for (pattern, entries) in self.forbid.iter().zip(forbidden) {
            let paths = entries.iter().map(|entry| entry.path.as_str());
            let found =
                presence::bounded(paths, |path| presence::forbidden_file(turn, pattern, path));
            survey.found.extend(found);
        }
        let paths = answered.tracked.iter().map(String::as_str);
        survey.found.extend(presence::bounded(paths, |path| {
            presence::tracked_file(turn, path)
        }));
        let mut lists = answered.contents;
        for item in &self.contents {
            let (own, rest) = lists.split_at(item.files.len());
            contents::judge(item, turn, own, survey);
            lists = rest;
        }
        contents::sizes(&self.max_size, turn, (sized, answered.sources), survey);
    }
}

fn prefixed(prefix: &str, names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("{prefix}{}", names.join(", "))
    }
}
