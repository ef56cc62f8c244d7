//! `exists:`, presence: files that must be there, and files that must not.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{judge, paths};
use crate::format::yaml::{Node, Value};
use crate::model::{
    Answer, Entry, EntryKind, Finding, Judged, Judgement, Location, Probe, Reason, Severity, Step,
};
use crate::spec::{Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Turn};

/// Findings for one pattern before they are only counted.
const FINDINGS: usize = 50;

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
];

/// What must and must not be there.
#[derive(Debug, Default)]
struct Exists {
    require: Vec<String>,
    any_of: Vec<Vec<String>>,
    forbid: Vec<String>,
    forbid_tracked: Vec<String>,
}

impl KindSpec for ExistsSpec {
    fn word(&self) -> &'static str {
        "exists"
    }

    fn doc(&self) -> &'static str {
        "Presence of files and directories. A path or a list of paths is short for `require`."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::GLOBS, Shape::Record(FIELDS)])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
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
            let help = "name something: `require`, `any_of`, `forbid` or `forbid_tracked`";
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
    Some(Exists {
        require: require?.unwrap_or_default(),
        any_of: any_of?.unwrap_or_default(),
        forbid: forbid?.unwrap_or_default(),
        forbid_tracked: forbid_tracked?.unwrap_or_default(),
    })
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
        let Some(findings) = self.findings(turn, answers) else {
            return Step::judge(judge::misplaced("exists"));
        };
        if findings.is_empty() {
            return Step::judge(judge::pass(answers));
        }
        let mut judgement = Judgement::new(Judged::Failed(reason(&findings)));
        judgement.findings = findings;
        judge::done(judgement)
    }
}

impl Exists {
    fn is_empty(&self) -> bool {
        self.patterns().is_empty() && self.forbid_tracked.is_empty()
    }

    /// Every pattern that is listed, in a fixed order.
    fn patterns(&self) -> Vec<String> {
        let any_of = self.any_of.iter().flatten();
        self.require
            .iter()
            .chain(any_of)
            .chain(&self.forbid)
            .cloned()
            .collect()
    }

    fn probes(&self, turn: &Turn<'_>) -> Vec<Probe> {
        let (cwd, patterns) = (turn.cwd.to_owned(), self.patterns());
        let list = (!patterns.is_empty()).then(|| Probe::List {
            cwd: cwd.clone(),
            patterns,
        });
        let tracked = (!self.forbid_tracked.is_empty()).then(|| Probe::Tracked {
            cwd,
            patterns: self.forbid_tracked.clone(),
        });
        list.into_iter().chain(tracked).collect()
    }

    /// What is wrong; `None` when the answers are not to these questions.
    fn findings(&self, turn: &Turn<'_>, answers: &[Answer]) -> Option<Vec<Finding>> {
        let listed = self.patterns().len();
        let (lists, tracked): (&[Vec<Entry>], &[String]) = match answers {
            [Answer::Listed(lists)] if self.forbid_tracked.is_empty() => (lists, &[]),
            [Answer::Tracked(paths)] if listed == 0 => (&[], paths),
            [Answer::Listed(lists), Answer::Tracked(paths)] => (lists, paths),
            _ => return None,
        };
        if lists.len() != listed {
            return None;
        }
        let (required, rest) = lists.split_at(self.require.len());
        let (any_of, forbidden) = rest.split_at(listed - self.require.len() - self.forbid.len());
        let mut findings = Vec::new();
        findings.extend(
            self.require
                .iter()
                .zip(required)
                .filter_map(|(p, l)| missing(p, l)),
        );
        findings.extend(self.none_of(any_of));
        for (pattern, entries) in self.forbid.iter().zip(forbidden) {
            let paths = entries.iter().map(|entry| entry.path.as_str());
            findings.extend(bounded(paths, |path| forbidden_file(turn, pattern, path)));
        }
        let paths = tracked.iter().map(String::as_str);
        findings.extend(bounded(paths, |path| tracked_file(turn, path)));
        Some(findings)
    }

    fn none_of(&self, lists: &[Vec<Entry>]) -> Vec<Finding> {
        let mut lists = lists.iter();
        let mut findings = Vec::new();
        for names in &self.any_of {
            let found: Vec<&Vec<Entry>> = lists.by_ref().take(names.len()).collect();
            if found.iter().any(|list| is_there(list)) {
                continue;
            }
            let message = format!("none of {} exists", names.join(", "));
            let broken = found.iter().find_map(|list| broken_link(list));
            let message = broken.map_or(message.clone(), |link| format!("{message} ({link})"));
            let help = format!("add one of them, such as {}", names[0]);
            findings.push(finding("none-of", None, message, help));
        }
        findings
    }
}

fn is_there(entries: &[Entry]) -> bool {
    entries
        .iter()
        .any(|entry| entry.kind != EntryKind::BrokenLink)
}

fn broken_link(entries: &[Entry]) -> Option<String> {
    let link = entries
        .iter()
        .find(|entry| entry.kind == EntryKind::BrokenLink)?;
    Some(format!("{} is a symbolic link to nothing", link.path))
}

fn missing(pattern: &str, entries: &[Entry]) -> Option<Finding> {
    if is_there(entries) {
        return None;
    }
    let (message, help) = match broken_link(entries) {
        Some(link) => (
            format!("{pattern} is missing: {link}"),
            "create what the link points to".to_owned(),
        ),
        None => (
            format!("{pattern} is missing"),
            "add it (the path is relative to the gate's `cwd`, and capitals count)".to_owned(),
        ),
    };
    Some(finding("missing-file", None, message, help))
}

fn forbidden_file(turn: &Turn<'_>, pattern: &str, path: &str) -> Finding {
    let path = paths::from_root(turn.cwd, path);
    let message = format!("{path} must not be there (`forbid: {pattern}`)");
    finding(
        "forbidden-file",
        Some(&path),
        message,
        "take it away".to_owned(),
    )
}

fn tracked_file(turn: &Turn<'_>, path: &str) -> Finding {
    let path = paths::from_root(turn.cwd, path);
    let help = format!(
        "`git rm --cached {path}` and add it to .gitignore; if it held a secret, replace the \
         secret: it stays in the history"
    );
    finding(
        "tracked-file",
        Some(&path),
        format!("git tracks {path}"),
        help,
    )
}

fn finding(rule: &str, path: Option<&str>, message: String, help: String) -> Finding {
    let at = path.map(|path| Location {
        path: path.to_owned(),
        line: 0,
        column: 0,
    });
    Finding::new(rule, Severity::Error, message)
        .at(at)
        .help(help)
}

/// One finding each for the first [`FINDINGS`]; the last of them says how many there are.
fn bounded<'p>(
    paths: impl ExactSizeIterator<Item = &'p str>,
    make: impl FnMut(&'p str) -> Finding,
) -> Vec<Finding> {
    let more = paths.len().saturating_sub(FINDINGS);
    let mut findings: Vec<Finding> = paths.take(FINDINGS).map(make).collect();
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.message.push_str(&format!(", and {more} more like it"));
    }
    findings
}

/// Why it failed: the findings themselves stand beside it.
fn reason(findings: &[Finding]) -> Reason {
    let first = findings.first().map_or("", |first| &first.message);
    if findings.len() > 1 {
        let number = findings.len();
        return Reason::new(format!(
            "{number} things are missing or must not be there, the first: {first}"
        ));
    }
    let hint = findings.first().and_then(|only| only.help.clone());
    Reason {
        hint,
        ..Reason::new(first)
    }
}

fn prefixed(prefix: &str, names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("{prefix}{}", names.join(", "))
    }
}
