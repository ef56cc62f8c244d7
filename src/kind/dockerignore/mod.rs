//! `dockerignore:`, what stays out of the build context and what must not.
//!
//! Judged by the engine's own matching of real paths, not by comparing lines: `node_modules` in the
//! file leaves `packages/ui/node_modules` in the context, and that is what counts.

mod paths;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::paths::{ALWAYS, WHERE_THERE, sample};
use super::lint::{self, Found, OVERRIDE, Policy, Survey, THRESHOLD, WAIVE};
use super::{judge, paths as gate_paths};
use crate::format::dockerignore::Dockerignore;
use crate::format::yaml::{Node, Value};
use crate::model::{Answer, Entry, EntryKind, Probe, Rule, Step};
use crate::spec::{Decoder, Field, Kind, KindSpec, Lints, Shape, Turn};

/// Paths that are told one by one for each pattern; the rest is counted.
const TOLD: usize = 5;

/// The word `dockerignore`.
pub(super) struct DockerignoreSpec;

const FIELDS: &[Field] = &[
    Field::new("path", Shape::Path, "The file.").default(".dockerignore"),
    Field::new(
        "context",
        Shape::Path,
        "The build context. Without it, the directory of the file.",
    ),
    Field::new(
        "must_ignore",
        Shape::GLOBS,
        "Seen from the context: none of these may get in, whether it is there today or not. Without \
         this key: `.git` and `.env`, and what looks like a secret or like installed dependencies \
         wherever it lies.",
    ),
    Field::new(
        "must_not_ignore",
        Shape::GLOBS,
        "Seen from the context: these must get in.",
    ),
    Field::new(
        "max_context_size",
        Shape::Size,
        "Bytes that the context may have, what is ignored left out.",
    ),
    THRESHOLD,
    OVERRIDE,
    WAIVE,
];

/// What a `.dockerignore` must do.
#[derive(Debug)]
struct Ignoring {
    path: String,
    context: String,
    /// `None`: the usual ones.
    must_ignore: Option<Vec<String>>,
    must_not_ignore: Vec<String>,
    max_context_size: Option<u64>,
    policy: Policy,
}

impl KindSpec for DockerignoreSpec {
    fn word(&self) -> &'static str {
        "dockerignore"
    }

    fn doc(&self) -> &'static str {
        "What a .dockerignore keeps out of the build context, judged on the files that are there. A \
         path is short for `path`."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::Path, Shape::Record(FIELDS)])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::RULES
    }

    fn usual_file(&self) -> &'static str {
        ".dockerignore"
    }

    fn lints(&self) -> Option<Lints> {
        Some(Lints {
            files: ".dockerignore, *.dockerignore",
            recognises: |path, _| path.ends_with(".dockerignore"),
            settings: "{path: FILE}",
        })
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("dockerignore")?;
        if !matches!(node.value, Value::Mapping(_)) {
            let path = decoder.path(node)?;
            return Some(Arc::new(Ignoring::of(path)));
        }
        let path = decoder.optional(node, "path", Decoder::path);
        let context = decoder.optional(node, "context", Decoder::path);
        let must_ignore = decoder.optional(node, "must_ignore", Decoder::globs);
        let must_not_ignore = decoder.optional(node, "must_not_ignore", Decoder::globs);
        let max_context_size = decoder.optional(node, "max_context_size", Decoder::size);
        let policy = Policy::decode(decoder, node, rules::RULES);
        let usual = Ignoring::of(path?.unwrap_or_else(|| ".dockerignore".to_owned()));
        Some(Arc::new(Ignoring {
            context: context?.unwrap_or(usual.context),
            must_ignore: must_ignore?,
            must_not_ignore: must_not_ignore?.unwrap_or_default(),
            max_context_size: max_context_size?,
            policy: policy?,
            path: usual.path,
        }))
    }
}

impl Kind for Ignoring {
    fn word(&self) -> &'static str {
        "dockerignore"
    }

    fn summary(&self) -> String {
        self.path.clone()
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let patterns = [self.path.clone()];
        if answers.is_empty() {
            return Step::Ask(vec![lint::ask(turn, &patterns), self.listing(turn)]);
        }
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        let [read, Answer::Listed(lists)] = answers else {
            return Step::judge(judge::misplaced("dockerignore"));
        };
        let mut survey = Survey::default();
        let Some(texts) = lint::texts(turn, &patterns, read, &mut survey) else {
            return Step::judge(judge::misplaced("dockerignore"));
        };
        for text in texts {
            let name = gate_paths::from_root(turn.cwd, text.name);
            match Dockerignore::parse(text.bytes) {
                Ok(ignore) => self.judge(&name, &ignore, lists, &mut survey),
                Err(error) => {
                    let why = format!("cannot be read: line {}: {}", error.line, error.problem);
                    survey.cannot_judge(&name, &why);
                }
            }
        }
        survey.judge(turn, &self.policy, answers)
    }
}

impl Ignoring {
    /// The usual demands on this file.
    fn of(path: String) -> Self {
        let context = match path.rsplit_once('/') {
            Some(("", _)) => "/".to_owned(),
            Some((folder, _)) => folder.to_owned(),
            None => ".".to_owned(),
        };
        Self {
            path,
            context,
            must_ignore: None,
            must_not_ignore: Vec::new(),
            max_context_size: None,
            policy: Policy::default(),
        }
    }

    /// What must stay out: the pattern, and whether it counts when nothing like it is there.
    fn unwanted(&self) -> Vec<(String, bool)> {
        match &self.must_ignore {
            Some(patterns) => patterns.iter().map(|p| (p.clone(), true)).collect(),
            None => {
                let always = ALWAYS.iter().map(|p| ((*p).to_owned(), true));
                let there = WHERE_THERE.iter().map(|p| ((*p).to_owned(), false));
                always.chain(there).collect()
            }
        }
    }

    /// The question what is there: one pattern for each demand, and the whole context if its size
    /// counts.
    fn listing(&self, turn: &Turn<'_>) -> Probe {
        let unwanted = self.unwanted().into_iter().map(|(pattern, _)| pattern);
        let wanted = self.must_not_ignore.iter().cloned();
        let whole = self.max_context_size.map(|_| ["**", ".git/**"]);
        let whole = whole.into_iter().flatten().map(str::to_owned);
        Probe::List {
            cwd: gate_paths::from_root(turn.cwd, &self.context),
            patterns: unwanted.chain(wanted).chain(whole).collect(),
        }
    }

    fn judge(&self, name: &str, ignore: &Dockerignore, lists: &[Vec<Entry>], survey: &mut Survey) {
        survey.judged += 1;
        if ignore.is_empty() {
            let message = rules::IGNORES_NOTHING.about;
            let found = Found::new(&rules::IGNORES_NOTHING, message).at(name, 0, 0);
            survey.found.push(found);
        }
        let unwanted = self.unwanted();
        let mut lists = lists.iter();
        for ((pattern, always), there) in unwanted.iter().zip(lists.by_ref()) {
            survey
                .found
                .extend(gets_in(name, (pattern, *always), ignore, there));
        }
        for (pattern, there) in self.must_not_ignore.iter().zip(lists.by_ref()) {
            survey.found.extend(stays_out(name, pattern, ignore, there));
        }
        if let Some(most) = self.max_context_size {
            let files = lists
                .flatten()
                .filter(|entry| entry.kind != EntryKind::Directory);
            survey.found.extend(too_big(name, most, ignore, files));
        }
    }
}

/// What a pattern means that must stay out and does not.
fn gets_in(
    name: &str,
    (pattern, always): (&str, bool),
    ignore: &Dockerignore,
    there: &[Entry],
) -> Option<Found> {
    let open: Vec<&str> = there
        .iter()
        .filter(|entry| !out(ignore, entry))
        .map(|entry| entry.path.as_str())
        .collect();
    let sample = sample(pattern);
    let message = match (open.as_slice(), sample) {
        ([], Some(sample)) if always && there.is_empty() && !ignore.ignored(&sample) => {
            format!("{sample} would get into the build context")
        }
        ([], _) => return None,
        ([only], _) => format!("{only} gets into the build context"),
        (many, _) => format!("{} get into the build context", told(many)),
    };
    let fix = format!("add `{pattern}` to {name}");
    Some(
        Found::new(&rules::NOT_IGNORED, message)
            .at(name, 0, 0)
            .fix(fix),
    )
}

/// Whether an entry stays out. Of a directory all that is in it must: a later line may take
/// something back in.
fn out(ignore: &Dockerignore, entry: &Entry) -> bool {
    match entry.kind {
        EntryKind::Directory => ignore.prunes(&entry.path),
        _ => ignore.ignored(&entry.path),
    }
}

/// What a pattern means that must get in and does not.
fn stays_out(name: &str, pattern: &str, ignore: &Dockerignore, there: &[Entry]) -> Option<Found> {
    let shut: Vec<&str> = there
        .iter()
        .map(|entry| entry.path.as_str())
        .filter(|path| ignore.ignored(path))
        .collect();
    let message = match shut.as_slice() {
        [] if there.is_empty() => {
            let sample = sample(pattern).filter(|sample| ignore.ignored(sample))?;
            format!("{sample} would stay out of the build context")
        }
        [] => return None,
        [only] => format!("{only} stays out of the build context"),
        many => format!("{} stay out of the build context", told(many)),
    };
    Some(Found::new(&rules::IGNORED, message).at(name, 0, 0))
}

fn too_big<'e>(
    name: &str,
    most: u64,
    ignore: &Dockerignore,
    files: impl Iterator<Item = &'e Entry>,
) -> Option<Found> {
    let mut inside: Vec<&Entry> = files.filter(|file| !ignore.ignored(&file.path)).collect();
    inside.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.path.cmp(&b.path)));
    inside.dedup_by(|a, b| a.path == b.path);
    let size: u64 = inside.iter().map(|file| file.size).sum();
    if size <= most {
        return None;
    }
    let biggest = inside.iter().take(TOLD).filter(|file| file.size > 0);
    let biggest: Vec<String> = biggest
        .map(|file| format!("{} ({})", file.path, paths::bytes(file.size)))
        .collect();
    let message = format!(
        "the build context has {}, which is more than {}; the biggest: {}",
        paths::bytes(size),
        paths::bytes(most),
        biggest.join(", ")
    );
    Some(Found::new(&rules::CONTEXT_SIZE, message).at(name, 0, 0))
}

/// The first paths, and how many more there are.
fn told(paths: &[&str]) -> String {
    let first = paths
        .iter()
        .take(TOLD)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match paths.len().saturating_sub(TOLD) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
