//! Between the engine's traits and what stands behind them: the clock
//! and the watch over the work tree.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::cli::gatefile::Project;
use crate::engine::{Clock, Stamps, TreeWatch};
use crate::exec::LocalFuture;
use crate::exec::container::shipped;
use crate::model::{BuildRequest, Digest};
use crate::spec::Pipeline;
use crate::sys;
use crate::sys::git::{Git, GitError};
use crate::sys::walk::Budget;

/// The monotonic clock, from the start of the run.
#[derive(Debug)]
pub(super) struct Monotonic(pub sys::clock::Clock);

impl Clock for Monotonic {
    fn now_ms(&self) -> u64 {
        self.0.ms()
    }
}

/// The work tree and the build contexts as they were before the first check, but for what gates
/// declare to write. Read on another thread, which ends when nobody waits for it any more.
pub(super) struct Tree(Result<Arc<sys::Tree>, String>);

impl Tree {
    /// Takes its fingerprint. `also`: further paths that prove itself writes. The gate file counts
    /// whoever says that it writes it.
    pub async fn take(project: &Project, also: &[PathBuf]) -> Self {
        let (root, pipeline) = (&project.origin.root, &project.pipeline);
        let own = also.iter().filter_map(|path| path.strip_prefix(root).ok());
        let own: Vec<String> = own.map(sys::fs::text).collect();
        let gate_file = gate_file(project);
        let gate_text = sys::fs::text(&gate_file);
        let (globs, sent) = (globs_of(pipeline), contexts(root, pipeline));
        let further: sys::tree::Further = Box::new(move || {
            let mut paths = sent()?;
            paths.push(gate_file.clone());
            Ok(paths)
        });
        let root = root.clone();
        let tree = beside(move |budget| {
            let declared = declared(&root, globs?)?;
            let excluded = move |path: &str| {
                path != gate_text && (own.iter().any(|own| own == path) || declared.covers(path))
            };
            sys::Tree::take_with(&root, Box::new(excluded), further, budget)
        });
        Self(tree.await.map(Arc::new))
    }

    /// A file that the gate file was understood with (it itself, those of `vars:`) and that is
    /// another one in the fingerprint: what is proved would not be what was read.
    pub async fn overtook(&self, project: &Project) -> Result<Option<String>, String> {
        let files = project.facts.files.iter();
        let files = files.filter_map(|(path, text)| {
            let path = PathBuf::from(path.trim_start_matches('/'));
            Some((path, Digest::of(text.as_ref().ok()?.as_bytes())))
        });
        let own = Digest::of(project.sources.text(0).as_bytes());
        let read: Vec<_> = std::iter::once((gate_file(project), own))
            .chain(files)
            .collect();
        let root = project.origin.root.clone();
        self.ask(move |tree, budget| {
            for (path, digest) in read {
                // A link, or a file that does not count, is read now.
                let now = match tree.digest(&path) {
                    Some(now) => Ok(now),
                    None => sys::tree::digest_file(&root.join(&path), budget),
                };
                if now.is_err() || now.is_ok_and(|now| now != digest) {
                    return Ok(Some(sys::fs::text(&path)));
                }
            }
            Ok(None)
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&sys::Tree, &Budget) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let tree = self.0.clone()?;
        beside(move |budget| question(&tree, budget)).await
    }
}

impl TreeWatch for Tree {
    fn changed(&self) -> LocalFuture<'_, Result<Vec<String>, String>> {
        Box::pin(self.ask(sys::Tree::changed))
    }

    fn stamps(&self) -> LocalFuture<'_, Result<Stamps, String>> {
        Box::pin(self.ask(sys::Tree::stamps))
    }
}

/// The gate file as seen from the root, in which it lies.
fn gate_file(project: &Project) -> PathBuf {
    project
        .origin
        .file
        .file_name()
        .map(PathBuf::from)
        .unwrap_or_default()
}

/// Stops the work when nobody waits for it any more.
struct Leash(Budget);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.stop();
    }
}

async fn beside<T: Send + 'static>(
    work: impl FnOnce(&Budget) -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let leash = Leash(Budget::until_stopped());
    let budget = leash.0.clone();
    let done = tokio::task::spawn_blocking(move || work(&budget)).await;
    done.unwrap_or_else(|error| Err(format!("reading the files broke: {error}")))
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
pub(super) struct Declared {
    outputs: GlobSet,
    /// Reports, files to keep, what a setup creates: a wide glob (`keep: ['**']`) means no source.
    others: GlobSet,
    tracked: HashSet<String>,
}

impl Declared {
    /// Whether this path, relative to the project's root, is one of these.
    pub fn covers(&self, path: &str) -> bool {
        self.outputs.is_match(path) || self.others.is_match(path) && !self.tracked.contains(path)
    }
}

/// What those globs stand for in this project.
///
/// # Errors
/// In words: git does not say what it tracks.
pub(super) fn declared(
    root: &Path,
    (outputs, others): (GlobSet, GlobSet),
) -> Result<Declared, String> {
    Ok(Declared {
        outputs,
        others,
        tracked: tracked(root)?,
    })
}

/// Outputs, and whatever else gates write by declaration.
///
/// # Errors
/// In words: what is written is no glob.
pub(super) fn globs_of(pipeline: &Pipeline) -> Result<(GlobSet, GlobSet), String> {
    let gates = || pipeline.gates.iter();
    let outputs =
        gates().flat_map(|gate| gate.outputs.iter().map(|path| (&gate.cwd, path.clone())));
    let others =
        gates().flat_map(|gate| gate.kind.writes().into_iter().map(|path| (&gate.cwd, path)));
    Ok((globs(outputs)?, globs(others)?))
}

fn tracked(root: &Path) -> Result<HashSet<String>, String> {
    match Git::at(root).tracked() {
        Ok(names) => Ok(names.into_iter().collect()),
        Err(GitError::NoRepository(_) | GitError::ToolMissing) => Ok(HashSet::new()),
        Err(error) => Err(error.to_string()),
    }
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
    use super::{Tree, from_root};
    use crate::cli::gatefile::read;

    #[tokio::test]
    async fn a_file_that_changed_since_it_was_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (path, version) = (
            dir.path().join("prove.yml"),
            dir.path().join("version.json"),
        );
        let text = concat!(
            "version: 1\nvars: { v: { file: version.json, path: v } }\n",
            "gates: { a: { run: 'true', outputs: ['*'] } }\n",
        );
        std::fs::write(&version, r#"{"v": "1"}"#).unwrap();
        std::fs::write(&path, text).unwrap();
        let loaded = read(Some(&path)).unwrap().load();
        let project = loaded.map_err(|mistakes| mistakes.render(false)).unwrap();
        let overtook = async || Tree::take(&project, &[]).await.overtook(&project).await;
        assert_eq!(overtook().await, Ok(None));
        std::fs::write(&version, r#"{"v": "2"}"#).unwrap();
        assert_eq!(overtook().await, Ok(Some("version.json".to_owned())));
        std::fs::write(&path, format!("{text}# other\n")).unwrap();
        assert_eq!(overtook().await, Ok(Some("prove.yml".to_owned())));
    }

    #[test]
    fn paths_are_seen_from_the_root() {
        assert_eq!(from_root(".", "dist/**"), "dist/**");
        assert_eq!(from_root("packages/ui", "./dist"), "packages/ui/dist");
        assert_eq!(from_root("packages/ui", "../../dist"), "dist");
        assert_eq!(from_root("packages/ui", "/dist"), "dist");
    }
}
