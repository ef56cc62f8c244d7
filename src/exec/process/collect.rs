//! What a gate brings back: report files with their stamps, and files to keep.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::exec::Desk;
use crate::exec::files::{Found, expand};
use crate::format::glob::{Pattern, relative};
use crate::model::{Collected, NoAnswer, RunRequest, Stamp, Unanswered, limits};
use crate::sys::fs::{read_limited, write_whole_with};
use crate::sys::walk::Budget;

/// A clock tick of an older kernel: two writes within one get the same time.
const TICK: Duration = Duration::from_millis(12);

/// Stamps by path (relative to the project's root).
pub(super) type Stamps = BTreeMap<String, Stamp>;

/// The stamps of the report files that are there before the attempt. Waits a tick when one is so
/// young that an equal-sized rewrite could get the same stamp.
pub(super) async fn before(root: &Path, request: &RunRequest) -> Result<Stamps, Unanswered> {
    if request.collect.results.is_empty() {
        return Ok(Stamps::new());
    }
    let (root, cwd) = (root.to_owned(), request.cwd.clone());
    let patterns = request.collect.results.clone();
    let (stamps, young) = beside(move || {
        let files = files(&root, &cwd, &patterns, false)?;
        let young = files.iter().any(|(_, meta)| is_young(meta));
        let stamps = files
            .iter()
            .map(|(found, meta)| (found.path.clone(), stamp(meta)));
        Ok((stamps.collect(), young))
    })
    .await?;
    if young {
        tokio::time::sleep(TICK).await;
    }
    Ok(stamps)
}

/// The report files that are there after the attempt.
pub(super) async fn results(
    root: &Path,
    request: &RunRequest,
    mut before: Stamps,
) -> Result<Vec<Collected>, Unanswered> {
    if request.collect.results.is_empty() {
        return Ok(Vec::new());
    }
    let (root, cwd) = (root.to_owned(), request.cwd.clone());
    let patterns = request.collect.results.clone();
    beside(move || {
        let read = |(found, meta): (Found, Metadata)| Collected {
            path: relative(&cwd, &found.path),
            bytes: read_limited(&found.full, limits::RESULT_BYTES)
                .ok()
                .flatten(),
            before: before.remove(&found.path),
            after: stamp(&meta),
        };
        Ok(files(&root, &cwd, &patterns, false)?
            .into_iter()
            .map(read)
            .collect())
    })
    .await
}

/// Copies what the gate wants kept; gives what could not be.
pub(super) async fn keep(root: &Path, request: &RunRequest, desk: &Desk<'_>) -> Vec<String> {
    if request.collect.keep.is_empty() {
        return Vec::new();
    }
    let Some(target) = desk.sink.keep_dir() else {
        return vec!["nothing was kept: there is no folder for it".to_owned()];
    };
    let (root, cwd) = (root.to_owned(), request.cwd.clone());
    let patterns = request.collect.keep.clone();
    let copied = beside(move || {
        let files = files(&root, &cwd, &patterns, true)?;
        Ok(files
            .iter()
            .filter_map(|(found, _)| {
                inside_of(&root, found)
                    .and_then(|()| copy(&cwd, found, &target))
                    .err()
            })
            .collect())
    });
    copied
        .await
        .unwrap_or_else(|error: Unanswered| vec![format!("not kept: {}", error.message)])
}

/// A link may lead to what is none of the project's: keys in the home of whoever runs this.
fn inside_of(root: &Path, found: &Found) -> Result<(), String> {
    let real = fs::canonicalize(&found.full).and_then(|to| Ok((to, fs::canonicalize(root)?)));
    let (to, root) = real.map_err(|error| format!("{} was not kept: {error}", found.path))?;
    if to.starts_with(root) {
        return Ok(());
    }
    Err(format!(
        "{} was not kept: it leads out of the project",
        found.path
    ))
}

fn copy(cwd: &str, found: &Found, target: &Path) -> Result<(), String> {
    let inside = relative(cwd, &found.path);
    let place = if inside.starts_with("../") {
        // Out of the gate's directory: by its path from the root, where nothing else can be.
        target.join("_root").join(found.path.replace("../", "_/"))
    } else {
        target.join(&inside)
    };
    let copied = fs::File::open(&found.full).and_then(|mut source| {
        write_whole_with(&place, 0o600, |file| {
            std::io::copy(&mut source, file).map(drop)
        })
    });
    copied.map_err(|error| format!("{inside} could not be kept: {error}"))
}

/// The regular files that the patterns mean (a link stands for what it leads to), each once.
fn files(
    root: &Path,
    cwd: &str,
    patterns: &[String],
    whole: bool,
) -> Result<Vec<(Found, Metadata)>, Unanswered> {
    let budget = Budget::default();
    let mut all: BTreeMap<String, (Found, Metadata)> = BTreeMap::new();
    for text in patterns {
        let pattern = Pattern::parse(cwd, text).map_err(|error| io(error.to_string()))?;
        let mut count = 0;
        for found in expand(root, &pattern, whole, &budget).map_err(io)? {
            let Some(meta) = regular(&found.full) else {
                continue;
            };
            count += 1;
            if count > limits::RESULT_FILES {
                let limit = limits::RESULT_FILES;
                return Err(io(format!("`{text}` means more than {limit} files")));
            }
            all.insert(found.path.clone(), (found, meta));
        }
    }
    Ok(all.into_values().collect())
}

fn regular(path: &PathBuf) -> Option<Metadata> {
    fs::metadata(path).ok().filter(Metadata::is_file)
}

/// Any write changes it, one of the same bytes too.
fn stamp(meta: &Metadata) -> Stamp {
    Stamp(format!(
        "{}:{}:{}:{}.{:09}:{}.{:09}",
        meta.dev(),
        meta.ino(),
        meta.size(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec()
    ))
}

fn is_young(meta: &Metadata) -> bool {
    let age = meta
        .modified()
        .ok()
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    // A time in the future, or none, says nothing: wait as well.
    age.is_none_or(|age| age < TICK)
}

async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unanswered> + Send + 'static,
) -> Result<T, Unanswered> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(io(format!("reading files broke: {error}"))))
}

fn io(message: String) -> Unanswered {
    Unanswered::new(NoAnswer::Io, message)
}
