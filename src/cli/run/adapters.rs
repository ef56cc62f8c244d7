//! Between the engine's traits and what stands behind them: the clock
//! and the watch over the work tree.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::engine::{Clock, Stamps, TreeWatch};
use crate::exec::container::shipped;
use crate::model::BuildRequest;
use crate::spec::Pipeline;
use crate::sys;
use crate::sys::git::{Git, GitError};

/// The monotonic clock, from the start of the run.
#[derive(Debug)]
pub(super) struct Monotonic(pub sys::clock::Clock);

impl Clock for Monotonic {
    fn now_ms(&self) -> u64 {
        self.0.ms()
    }
}

/// The work tree and the build contexts as they were before the first check, but for what gates
/// declare to write.
pub(super) struct Tree(Result<sys::Tree, String>);

impl Tree {
    /// Takes its fingerprint. `also`: further paths that prove itself writes.
    pub fn take(root: &Path, pipeline: &Pipeline, also: &[PathBuf]) -> Self {
        let own = also.iter().filter_map(|path| path.strip_prefix(root).ok());
        let own: Vec<String> = own.map(sys::fs::text).collect();
        let tree = declared(root, pipeline).and_then(|declared| {
            let excluded =
                move |path: &str| own.iter().any(|own| own == path) || declared.covers(path);
            sys::Tree::take_with(root, Box::new(excluded), contexts(root, pipeline))
        });
        Self(tree)
    }
}

impl TreeWatch for Tree {
    fn changed(&self) -> Result<Vec<String>, String> {
        self.0.as_ref().map_err(Clone::clone)?.changed()
    }

    fn stamps(&self) -> Result<Stamps, String> {
        self.0.as_ref().map_err(Clone::clone)?.stamps()
    }
}

/// What a product build sends counts, also where git does not look: ignored files, a context
/// outside of the project.
fn contexts(root: &Path, pipeline: &Pipeline) -> sys::tree::Further {
    let requests = pipeline.gates.iter();
    let requests: Vec<BuildRequest> = requests
        .filter_map(|gate| gate.kind.ships(&gate.cwd))
        .collect();
    let root = root.to_owned();
    Box::new(move || {
        let sent = requests.iter().map(|request| shipped(&root, request));
        Ok(sent.collect::<Result<Vec<_>, _>>()?.concat())
    })
}

/// What gates declare to write: the paths that match, and all that is below them.
struct Declared {
    outputs: GlobSet,
    /// Reports, files to keep, what a setup creates: a wide glob (`keep: ['**']`) means no source.
    others: GlobSet,
    tracked: HashSet<String>,
}

impl Declared {
    fn covers(&self, path: &str) -> bool {
        self.outputs.is_match(path) || self.others.is_match(path) && !self.tracked.contains(path)
    }
}

fn declared(root: &Path, pipeline: &Pipeline) -> Result<Declared, String> {
    let gates = || pipeline.gates.iter();
    let outputs =
        gates().flat_map(|gate| gate.outputs.iter().map(|path| (&gate.cwd, path.clone())));
    let others =
        gates().flat_map(|gate| gate.kind.writes().into_iter().map(|path| (&gate.cwd, path)));
    let tracked = match Git::at(root).tracked() {
        Ok(names) => names.into_iter().collect(),
        Err(GitError::NoRepository(_) | GitError::ToolMissing) => HashSet::new(),
        Err(error) => return Err(error.to_string()),
    };
    Ok(Declared {
        outputs: globs(outputs)?,
        others: globs(others)?,
        tracked,
    })
}

fn globs<'g>(paths: impl Iterator<Item = (&'g String, String)>) -> Result<GlobSet, String> {
    let mut globs = GlobSetBuilder::new();
    for (cwd, path) in paths {
        let path = from_root(cwd, &path);
        for pattern in [path.clone(), format!("{path}/**")] {
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            globs.add(glob.map_err(|error| error.to_string())?);
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
