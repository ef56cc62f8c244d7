//! The rules of `dockerfile:`, by theme. A theme is a file with a table of checks; a new one is the
//! file and its lines here.
//!
//! A rule sees a [`Subject`] and says what it found. Must not know settings that are not its own,
//! weights, waivers or comments.

mod base;
mod copies;
mod health;
mod layers;
mod pipes;
mod secrets;
mod shape;
mod user;
mod variables;

use std::sync::LazyLock;

use super::subject::Subject;
use crate::kind::lint::Found;
use crate::model::Rule;

/// A rule and how its findings are found.
pub(super) struct Check {
    /// The rule.
    pub rule: &'static Rule,
    /// Pushes what it finds.
    pub find: fn(&Subject<'_>, &mut Vec<Found>),
}

/// In the order of the reference.
const TABLES: &[&[Check]] = &[
    base::CHECKS,
    user::CHECKS,
    health::CHECKS,
    secrets::CHECKS,
    shape::CHECKS,
    layers::CHECKS,
    copies::CHECKS,
    variables::CHECKS,
    pipes::CHECKS,
];

static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let checked = checks().map(|check| check.rule);
    checked.chain([&super::ignores::INLINE_IGNORE]).collect()
});

/// All rules.
pub(super) fn rules() -> &'static [&'static Rule] {
    &RULES
}

/// All checks.
pub(super) fn checks() -> impl Iterator<Item = &'static Check> {
    TABLES.iter().copied().flatten()
}
