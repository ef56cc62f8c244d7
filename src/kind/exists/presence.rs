//! What is there and what is not, as findings. Must not know what is in files.

use super::rules;
use crate::kind::lint::Found;
use crate::kind::paths;
use crate::model::{Entry, EntryKind};
use crate::spec::Turn;

/// Findings for one pattern before they are only counted.
pub(super) const FINDINGS: usize = 50;

/// Lists of which no name is there.
pub(super) fn none_of(any_of: &[Vec<String>], lists: &[Vec<Entry>]) -> Vec<Found> {
    let mut lists = lists.iter();
    let mut findings = Vec::new();
    for names in any_of {
        let found: Vec<&Vec<Entry>> = lists.by_ref().take(names.len()).collect();
        if found.iter().any(|list| is_there(list)) {
            continue;
        }
        let message = format!("none of {} exists", names.join(", "));
        let broken = found.iter().find_map(|list| broken_link(list));
        let message = broken.map_or(message.clone(), |link| format!("{message} ({link})"));
        let help = format!("add one of them, such as {}", names[0]);
        findings.push(Found::new(&rules::NONE_OF, message).fix(help));
    }
    findings
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

/// A pattern behind which there must be something.
pub(super) fn missing(pattern: &str, entries: &[Entry]) -> Option<Found> {
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
    Some(Found::new(&rules::MISSING_FILE, message).fix(help))
}

/// A path that `forbid` means.
pub(super) fn forbidden_file(turn: &Turn<'_>, pattern: &str, path: &str) -> Found {
    let path = paths::from_root(turn.cwd, path);
    let message = format!("{path} must not be there (`forbid: {pattern}`)");
    Found::new(&rules::FORBIDDEN_FILE, message).at(&path, 0, 0)
}

/// A path that `forbid_tracked` means.
pub(super) fn tracked_file(turn: &Turn<'_>, path: &str) -> Found {
    let path = paths::from_root(turn.cwd, path);
    let help = format!(
        "`git rm --cached {path}` and add it to .gitignore; if it held a secret, replace the \
         secret: it stays in the history"
    );
    Found::new(&rules::TRACKED_FILE, format!("git tracks {path}"))
        .at(&path, 0, 0)
        .fix(help)
}

/// One finding each for the first [`FINDINGS`]; the last of them says how many there are.
pub(super) fn bounded<'p>(
    paths: impl ExactSizeIterator<Item = &'p str>,
    make: impl FnMut(&'p str) -> Found,
) -> Vec<Found> {
    let more = paths.len().saturating_sub(FINDINGS);
    let mut findings: Vec<Found> = paths.take(FINDINGS).map(make).collect();
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.message.push_str(&format!(", and {more} more like it"));
    }
    findings
}
