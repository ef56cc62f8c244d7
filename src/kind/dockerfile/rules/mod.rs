//! The rules of `dockerfile:`, by theme. A theme is a file with a table of checks; a new one is the
//! file and its lines here.
//!
//! A rule sees a [`Subject`] and says what it found. Must not know settings that are not its own,
//! weights, waivers or comments.

#[cfg(test)]
mod agreement_tests;
mod base;
mod buildkit;
mod copies;
mod hadolint_apk;
mod hadolint_apt;
mod hadolint_files;
mod hadolint_languages;
mod hadolint_pip;
mod hadolint_shell;
mod hadolint_stages;
#[cfg(test)]
mod hadolint_tests;
mod hadolint_values;
mod hadolint_yum;
mod hadolint_zypper;
mod health;
mod layers;
mod pipes;
mod runs;
mod secrets;
mod shape;
#[cfg(test)]
mod shape_tests;
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

/// Those that hadolint or BuildKit has and that are about one place, in the order of the reference.
pub(super) const COMMON: &[&[Check]] = &[
    hadolint_apt::CHECKS,
    hadolint_apk::CHECKS,
    hadolint_yum::CHECKS,
    hadolint_zypper::CHECKS,
    hadolint_pip::CHECKS,
    hadolint_languages::CHECKS,
    hadolint_shell::CHECKS,
    hadolint_files::CHECKS,
    hadolint_stages::CHECKS,
    hadolint_values::CHECKS,
    buildkit::CHECKS,
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
    TABLES.iter().chain(COMMON).copied().flatten()
}
