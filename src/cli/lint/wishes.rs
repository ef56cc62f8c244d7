//! What the arguments want of the rules, each looked up: a name that no rule has is a mistake.

use clap::ValueEnum;

use super::Lint;
use crate::cli::failure::Failure;
use crate::cli::rules;
use crate::kind::Wishes;
use crate::model::Severity;
use crate::sys;

/// A weight, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Level {
    /// Worth knowing.
    Info,
    /// Likely wrong.
    Warning,
    /// Wrong.
    Error,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Info => Self::Info,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

/// What is wanted, and what must be said of it.
pub(super) struct Wanted {
    /// For the kinds.
    pub wishes: Wishes,
    /// Ids of rules that are left out.
    pub ignored: Vec<String>,
    /// Ids of rules with another weight, and its word.
    pub overridden: Vec<(String, &'static str)>,
}

pub(super) fn read(lint: &Lint) -> Result<Wanted, Failure> {
    let mut wanted = Wanted {
        wishes: Wishes {
            threshold: lint.failure_threshold.into(),
            levels: std::collections::BTreeMap::new(),
            today: sys::clock::today(),
        },
        ignored: Vec::new(),
        overridden: Vec::new(),
    };
    for typed in &lint.overrides {
        let (name, word) = typed.split_once('=').ok_or_else(|| not_a_pair(typed))?;
        let level = level(word).ok_or_else(|| not_a_pair(typed))?;
        for id in ids(name)? {
            let word = level.map_or("off", Severity::as_str);
            wanted.overridden.push((id.to_owned(), word));
            wanted.set(id, level)?;
        }
    }
    for name in &lint.ignore {
        for id in ids(name)? {
            wanted.ignored.push(id.to_owned());
            wanted.set(id, None)?;
        }
    }
    Ok(wanted)
}

impl Wanted {
    /// Which of two weights holds would be anybody's guess.
    fn set(&mut self, id: &'static str, level: Option<Severity>) -> Result<(), Failure> {
        match self.wishes.levels.insert(id, level) {
            Some(other) if other != level => Err(Failure::usage(format!(
                "the rule {id} is given two weights"
            ))
            .hint("give it one, by `--override` or by `--ignore`")),
            _ => Ok(()),
        }
    }
}

/// The ids of the rules that are called so; kinds may share one.
fn ids(name: &str) -> Result<Vec<&'static str>, Failure> {
    let mut ids: Vec<_> = rules::named(name)?
        .into_iter()
        .map(|known| known.rule.id)
        .collect();
    ids.dedup();
    Ok(ids)
}

/// `None` is no level, `Some(None)` is `off`.
fn level(word: &str) -> Option<Option<Severity>> {
    if word == "off" {
        return Some(None);
    }
    let level = Severity::ALL
        .into_iter()
        .find(|level| level.as_str() == word);
    level.map(Some)
}

fn not_a_pair(typed: &str) -> Failure {
    Failure::usage(format!("`--override {typed}` is no rule with a weight"))
        .hint("write RULE=LEVEL; a level is off, info, warning or error")
}
