//! The flags of each instruction, and which of them the engine takes. Must not know arguments.

use std::time::Duration;

use super::command::HealthOptions;
use super::duration;
use super::problem::{Problem, ProblemKind};
use super::syntax::{Flag, Head, Word};
use crate::format::near::nearest;

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Bool,
    Text,
    /// Text, and the flag may be there more than once.
    Texts,
}

use Takes::{Bool, Text, Texts};

/// The flags of an instruction.
fn known(keyword: &str) -> &'static [(&'static str, Takes)] {
    match keyword {
        "add" => &[
            ("chown", Text),
            ("chmod", Text),
            ("link", Bool),
            ("keep-git-dir", Bool),
            ("checksum", Text),
            ("unpack", Bool),
            ("exclude", Texts),
        ],
        "copy" => &[
            ("from", Text),
            ("chown", Text),
            ("chmod", Text),
            ("link", Bool),
            ("parents", Bool),
            ("exclude", Texts),
        ],
        "from" => &[("platform", Text)],
        "healthcheck" => &[
            ("interval", Text),
            ("timeout", Text),
            ("start-period", Text),
            ("start-interval", Text),
            ("retries", Text),
        ],
        "run" => &[
            ("mount", Texts),
            ("network", Text),
            ("security", Text),
            ("device", Texts),
        ],
        _ => &[],
    }
}

/// Flags that were looked through: what is left of them is sound.
pub(super) struct Flags<'h> {
    sound: Vec<&'h Flag>,
}

impl<'h> Flags<'h> {
    pub(super) fn check(head: &'h Head, problems: &mut Vec<Problem>) -> Self {
        let keyword = head.keyword.text.to_ascii_lowercase();
        let known = known(&keyword);
        let mut sound: Vec<&Flag> = Vec::new();
        for flag in &head.flags {
            let Some((_, takes)) = known.iter().find(|(name, _)| *name == flag.name) else {
                problems.push(unknown(&keyword, flag, known));
                continue;
            };
            let twice = sound.iter().any(|seen| seen.name == flag.name);
            if twice && *takes != Texts {
                let message = format!("`--{}` stands here twice", flag.name);
                let problem = Problem::new(flag.span, ProblemKind::DuplicateFlag, message);
                problems.push(problem.help("keep one of them"));
            } else if let Some(problem) = bad_value(flag, *takes) {
                problems.push(problem);
            } else {
                sound.push(flag);
            }
        }
        Self { sound }
    }

    fn find(&self, name: &str) -> Option<&'h Flag> {
        self.sound.iter().copied().find(|flag| flag.name == name)
    }

    /// The value of a flag. An empty one counts as none, as with the engine.
    pub(super) fn text(&self, name: &str) -> Option<Word> {
        let value = self.find(name)?.value.clone();
        value.filter(|value| !value.text.is_empty())
    }

    /// The values of a flag that may be there more than once.
    pub(super) fn texts(&self, name: &str) -> Vec<Word> {
        let flags = self.all(name);
        flags.filter_map(|flag| flag.value.clone()).collect()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'h Flag> {
        let flags = self.sound.iter().copied();
        flags.filter(move |flag| flag.name == name)
    }

    /// Whether a flag is set, and to what.
    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        let value = self.find(name)?.value.as_ref();
        Some(value.is_none_or(|value| value.text.eq_ignore_ascii_case("true")))
    }

    pub(super) fn health(&self, problems: &mut Vec<Problem>) -> HealthOptions {
        HealthOptions {
            interval: self.duration("interval", problems),
            timeout: self.duration("timeout", problems),
            start_period: self.duration("start-period", problems),
            start_interval: self.duration("start-interval", problems),
            retries: self.retries(problems),
        }
    }

    fn duration(&self, name: &str, problems: &mut Vec<Problem>) -> Option<Duration> {
        let value = self.text(name)?;
        let read = duration::read(&value.text);
        if read.is_none_or(|d| !d.is_zero() && d < Duration::from_millis(1)) {
            let message = format!("`{}` is no duration of at least 1ms", value.text);
            let problem = Problem::new(value.span, ProblemKind::BadFlagValue, message);
            problems.push(problem.help("write a number and a unit: 30s, 1m30s, 500ms"));
            return None;
        }
        read.filter(|duration| !duration.is_zero())
    }

    fn retries(&self, problems: &mut Vec<Problem>) -> Option<u32> {
        let value = self.text("retries")?;
        let digits = value.text.strip_prefix('+').unwrap_or(&value.text);
        let retries = digits.parse::<i32>().ok();
        let retries = retries.and_then(|retries| u32::try_from(retries).ok());
        if retries.is_none() {
            let message = format!("`{}` is no number of retries", value.text);
            let problem = Problem::new(value.span, ProblemKind::BadFlagValue, message);
            problems.push(problem.help("write a whole number that is not negative"));
        }
        retries.filter(|retries| *retries > 0)
    }
}

fn unknown(keyword: &str, flag: &Flag, known: &[(&'static str, Takes)]) -> Problem {
    let keyword = keyword.to_ascii_uppercase();
    let message = format!("{keyword} knows no flag `--{}`", flag.name);
    let problem = Problem::new(flag.span, ProblemKind::UnknownFlag, message);
    let names = known.iter().map(|(name, _)| *name);
    if let Some(near) = nearest(&flag.name, names.clone()) {
        return problem.help(format!("did you mean `--{near}`?"));
    }
    let listed: Vec<_> = names.map(|name| format!("--{name}")).collect();
    problem.help(if listed.is_empty() {
        format!("{keyword} has no flags; write `--` first if this is an argument")
    } else {
        format!("known here: {}", listed.join(", "))
    })
}

fn bad_value(flag: &Flag, takes: Takes) -> Option<Problem> {
    let value = flag.value.as_ref().map(|value| &*value.text);
    let name = &flag.name;
    let (message, help) = match (takes, value) {
        (Bool, None) => return None,
        (Bool, Some(value)) if is_bool(value) => return None,
        (Bool, _) => (
            format!("`--{name}` takes `true` or `false`"),
            format!("write `--{name}` alone, or `--{name}=false`"),
        ),
        (Text | Texts, None) => (
            format!("`--{name}` has no value"),
            format!("write `--{name}=value`"),
        ),
        (Text | Texts, Some(_)) => return None,
    };
    let problem = Problem::new(flag.span, ProblemKind::BadFlagValue, message);
    Some(problem.help(help))
}

fn is_bool(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}
