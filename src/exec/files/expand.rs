//! From a pattern to the entries that it means.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use crate::format::glob::Pattern;
use crate::sys::walk::{self, Budget};

/// An entry that a pattern means.
#[derive(Debug, Clone)]
pub(in crate::exec) struct Found {
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// Where it is.
    pub full: PathBuf,
    /// What it is, links not followed.
    pub meta: Metadata,
}

/// All entries that a pattern means, sorted by path. `.git` and `.prove` are entered only when
/// the pattern names them. With `whole`, a directory that is meant stands for all that is in it.
///
/// # Errors
/// In words for people, when something cannot be read or is without bounds.
pub(in crate::exec) fn expand(
    root: &Path,
    pattern: &Pattern,
    whole: bool,
    budget: &Budget,
) -> Result<Vec<Found>, String> {
    let mut found = BTreeMap::new();
    if let Some(literal) = pattern.literal() {
        look(root, Path::new(literal), &mut found)?;
        if !whole || !found.values().any(|entry| entry.meta.is_dir()) {
            return Ok(found.into_values().collect());
        }
    }
    let base = Path::new(if pattern.base() == "." {
        ""
    } else {
        pattern.base()
    });

    let means = |path: &str| {
        if whole {
            pattern.covers(path)
        } else {
            pattern.is_match(path)
        }
    };
    let enter = |path: &Path, level: usize| {
        let name = crate::sys::fs::text(path);
        let may_hold = pattern.depth().is_none_or(|depth| level < depth)
            && pattern.literal().is_none()
            || whole && pattern.covers(&name);
        may_hold && (!walk::is_private(path) || names_private(pattern, path))
    };
    for met in walk::below(root, base, budget, enter)? {
        if means(&crate::sys::fs::text(&met.path)) {
            look(root, &met.path, &mut found)?;
        }
    }
    Ok(found.into_values().collect())
}

/// Whether the pattern itself spells the private directory that this path lies in.
fn names_private(pattern: &Pattern, path: &Path) -> bool {
    let spelt = |name: &str| pattern.text().split('/').any(|word| word == name);
    path.iter().all(|name| match name.to_str() {
        Some(name @ (".git" | ".prove")) => spelt(name),
        _ => true,
    })
}

fn look(root: &Path, path: &Path, found: &mut BTreeMap<String, Found>) -> Result<(), String> {
    let full = root.join(path);
    match fs::symlink_metadata(&full) {
        Ok(meta) => {
            let path = crate::sys::fs::text(path);
            found.insert(path.clone(), Found { path, full, meta });
            Ok(())
        }
        Err(error) if walk::is_gone(&error) => Ok(()),
        Err(error) => Err(format!("{} cannot be read: {error}", full.display())),
    }
}
