//! Comments that switch rules off: `# hadolint ignore=`, `# hadolint global ignore=`, and the
//! directive `# check=skip=`. They hold and are said, or are findings, as the gate has it.
//!
//! Must not know single rules.

use super::subject::Subject;
use crate::format::Span;
use crate::format::dockerfile::LineRange;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// A rule is switched off in the file.
pub(super) const INLINE_IGNORE: Rule = Rule {
    id: "inline-ignore",
    aliases: &["DL1001"],
    severity: Severity::Error,
    about: "A comment in the file switches rules off",
    why: "Whoever writes the file then decides what it is judged by, without a reason and without an \
          end. The project keeps its waivers in the gate file.",
    fix: "take the comment out, or move it to `waive:` of the gate, with its reason",
    source: "https://docs.docker.com/reference/dockerfile/#check",
    settings: "{inline_ignores: forbid}",
    bad: "# hadolint ignore=DL3006\nFROM alpine\n",
    good: "# The base of all of ours.\nFROM alpine:3.20\n",
};

/// The comments of one file that switch something off.
pub(super) struct Ignores {
    all: Vec<Ignore>,
}

struct Ignore {
    /// The comment.
    span: Span,
    /// Its first words.
    word: &'static str,
    /// Rules, as written.
    names: Vec<String>,
    /// Where it holds; everywhere when none.
    lines: Option<LineRange>,
}

impl Ignores {
    /// Those of a file.
    pub fn of(subject: &Subject<'_>) -> Self {
        let file = subject.file;
        let mut all = Vec::new();
        for directive in &file.directives {
            if directive.name == "check" {
                all.extend(skipped(&directive.value.text).map(|names| Ignore {
                    span: directive.span,
                    word: "check=skip",
                    names,
                    lines: None,
                }));
            }
        }
        for comment in &file.comments {
            let Some((word, names)) = pragma(&comment.text) else {
                continue;
            };
            let heads = file.stages.iter().map(|stage| &stage.head);
            let mut heads = heads.chain(file.instructions().map(|one| &one.head));
            let lines = heads.find(|head| head.comments.iter().any(|c| c.span == comment.span));
            let lines = match word {
                "hadolint ignore" => match lines {
                    Some(head) => Some(head.lines),
                    None => continue,
                },
                _ => None,
            };
            all.push(Ignore {
                span: comment.span,
                word,
                names,
                lines,
            });
        }
        Self { all }
    }

    /// Marks what they switch off, and says so; or finds them.
    pub fn apply(&self, subject: &Subject<'_>, found: &mut Vec<Found>, notes: &mut Vec<String>) {
        if subject.settings.forbid_ignores {
            found.extend(self.all.iter().map(|ignore| {
                let message = format!("this switches off {}", ignore.names.join(", "));
                subject.found(&INLINE_IGNORE, ignore.span, message)
            }));
            return;
        }
        for ignore in &self.all {
            let (line, _) = subject.file.place(ignore.span.start);
            let mut times = 0;
            for one in found.iter_mut().filter(|one| ignore.covers(one)) {
                times += 1;
                one.waived = Some(format!("`# {}` in line {line}", ignore.word));
            }
            let names = ignore.names.join(", ");
            let what = match times {
                0 => "which finds nothing there".to_owned(),
                1 => "once".to_owned(),
                times => format!("{times} times"),
            };
            notes.push(format!(
                "{}:{line}: a comment switches off {names}, {what}",
                subject.path
            ));
        }
    }
}

impl Ignore {
    fn covers(&self, found: &Found) -> bool {
        let line = found.at.as_ref().map_or(0, |at| at.line);
        let here = self
            .lines
            .is_none_or(|lines| (lines.first..=lines.last).contains(&line));
        here && self.names.iter().any(|name| {
            name.eq_ignore_ascii_case("all") && self.word == "check=skip"
                || found.rule.is_called(name)
        })
    }
}

/// `hadolint ignore=A,B`, `hadolint global ignore=A`.
fn pragma(text: &str) -> Option<(&'static str, Vec<String>)> {
    let rest = text.strip_prefix("hadolint")?.trim_start();
    let (word, rest) = match rest.strip_prefix("global") {
        Some(rest) => ("hadolint global ignore", rest.trim_start()),
        None => ("hadolint ignore", rest),
    };
    let rest = rest.strip_prefix("ignore")?.trim_start();
    let names = names(rest.strip_prefix('=')?);
    (!names.is_empty()).then_some((word, names))
}

/// `skip=A,B;error=true`.
fn skipped(value: &str) -> Option<Vec<String>> {
    let mut parts = value.split(';').filter_map(|part| part.split_once('='));
    let (_, list) = parts.find(|(key, _)| key.trim().eq_ignore_ascii_case("skip"))?;
    let names = names(list);
    (!names.is_empty()).then_some(names)
}

fn names(list: &str) -> Vec<String> {
    let names = list.split(',').map(|name| {
        let name = name.trim();
        let end = name.find(char::is_whitespace).unwrap_or(name.len());
        name[..end].to_owned()
    });
    names.filter(|name| !name.is_empty()).collect()
}
