//! Between the engine's traits and what stands behind them: the clock
//! and the watch over the work tree.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::engine::{Clock, TreeWatch};
use crate::spec::Pipeline;
use crate::sys;

/// The monotonic clock, from the start of the run.
#[derive(Debug)]
pub(super) struct Monotonic(pub sys::clock::Clock);

impl Clock for Monotonic {
    fn now_ms(&self) -> u64 {
        self.0.ms()
    }
}

/// The work tree as it was before the first check, but for what gates declare to write.
pub(super) struct Tree(Result<sys::Tree, String>);

impl Tree {
    /// Takes its fingerprint. `also`: further paths that prove itself writes.
    pub fn take(root: &Path, pipeline: &Pipeline, also: &[PathBuf]) -> Self {
        let own = also.iter().filter_map(|path| path.strip_prefix(root).ok());
        let own: Vec<String> = own.map(sys::fs::text).collect();
        let tree = declared(pipeline).and_then(|globs| {
            let excluded =
                move |path: &str| own.iter().any(|own| own == path) || globs.is_match(path);
            sys::Tree::take(root, Box::new(excluded))
        });
        Self(tree)
    }
}

impl TreeWatch for Tree {
    fn changed(&self) -> Result<Vec<String>, String> {
        self.0.as_ref().map_err(Clone::clone)?.changed()
    }
}

/// What gates declare to write: the paths that match, and all that is below them.
fn declared(pipeline: &Pipeline) -> Result<GlobSet, String> {
    let mut globs = GlobSetBuilder::new();
    for gate in &pipeline.gates {
        for written in gate.outputs.iter().cloned().chain(gate.kind.writes()) {
            let path = from_root(&gate.cwd, &written);
            for pattern in [path.clone(), format!("{path}/**")] {
                let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
                globs.add(glob.map_err(|error| error.to_string())?);
            }
        }
    }
    globs.build().map_err(|error| error.to_string())
}

/// A path of a gate as seen from the root, without `.` and `..`.
fn from_root(cwd: &str, path: &str) -> String {
    let (base, rest) = path
        .strip_prefix('/')
        .map_or((cwd, path), |rest| ("", rest));
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(rest.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::from_root;

    #[test]
    fn paths_are_seen_from_the_root() {
        assert_eq!(from_root(".", "dist/**"), "dist/**");
        assert_eq!(from_root("packages/ui", "./dist"), "packages/ui/dist");
        assert_eq!(from_root("packages/ui", "../../dist"), "dist");
        assert_eq!(from_root("packages/ui", "/dist"), "dist");
    }
}
