//! Cells by the values that were typed: `unit[node=20]`, `'*[node=2*]'`.
//!
//! Must not know the pipeline: what is asked is held against names.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use globset::GlobMatcher;

use super::select::{BadName, glob};
use crate::model::GateName;
use crate::model::name::{self, plain};

/// The values that were typed.
pub(super) struct Asked<'t> {
    axes: Vec<(&'t str, &'t str, Option<GlobMatcher>)>,
}

/// Takes apart what was typed; `None` when it does not ask for cells, as `[a-z]*` does not.
pub(super) fn asked(typed: &str) -> Option<(&str, Asked<'_>)> {
    let (gate, cell) = name::split_cell(typed)?;
    let mut axes = Vec::new();
    for (axis, value) in name::pairs(cell)? {
        let is_glob = value.contains(['*', '?', '{']);
        let matcher = if is_glob {
            Some(glob(value).ok()?)
        } else {
            None
        };
        axes.push((axis.trim(), value.trim(), matcher));
    }
    Some((gate, Asked { axes }))
}

impl Asked<'_> {
    /// Whether this cell has all the values.
    pub(super) fn takes(&self, gate: &GateName) -> bool {
        let has = |(axis, value, glob): &(&str, &str, Option<GlobMatcher>)| {
            gate.place().any(|(own, is)| {
                own == *axis
                    && match glob {
                        Some(glob) => glob.is_match(is),
                        None => is == *value || is == plain(value),
                    }
            })
        };
        self.axes.iter().all(has)
    }

    pub(super) fn is_glob(&self) -> bool {
        self.axes.iter().any(|(_, _, glob)| glob.is_some())
    }

    /// Why no cell of these gates is meant.
    pub(super) fn refused<'g>(
        &self,
        gate: &str,
        names: impl Iterator<Item = &'g GateName> + Clone,
    ) -> BadName {
        let typed: Vec<String> = self
            .axes
            .iter()
            .map(|(a, v, _)| format!("{a}={v}"))
            .collect();
        let typed = format!("{gate}[{}]", typed.join(","));
        let known: BTreeSet<&str> = names
            .clone()
            .flat_map(GateName::place)
            .map(|p| p.0)
            .collect();
        let missing = self.axes.iter().find(|(axis, ..)| !known.contains(axis));
        let (what, hint) = match missing {
            _ if known.is_empty() => (
                format!("`{gate}` has no matrix, so it has no cells"),
                format!("ask for `{gate}`"),
            ),
            Some((axis, ..)) => (
                format!("`{gate}` has no axis `{axis}`"),
                format!(
                    "it has {}",
                    known.into_iter().collect::<Vec<_>>().join(", ")
                ),
            ),
            None => {
                let some: Vec<&str> = names.map(GateName::as_str).take(5).collect();
                let what = format!("there is no cell `{typed}`");
                (what, format!("there are {}", some.join(", ")))
            }
        };
        BadName {
            typed,
            what,
            hint: Some(hint),
        }
    }
}
