//! What a gate brings back that worked in the project itself, on the host or in a container that
//! has it mounted: report files with their stamps. What it wants kept is `keep.rs`.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::exec::files::{Found, expand};
use crate::format::glob::{Pattern, relative};
use crate::model::{Collected, NoAnswer, RunRequest, Stamp, Unanswered, limits};
use crate::sys::fs::read_limited;
use crate::sys::walk::{Budget, is_gone};

/// A clock tick of an older kernel: two writes within one get the same time.
const TICK: Duration = Duration::from_millis(12);

/// Stamps by path (relative to the project's root).
pub(in crate::exec) type Stamps = BTreeMap<String, Stamp>;

/// The stamps of the report files that are there before the attempt. Waits a tick when one is so
/// young that an equal-sized rewrite could get the same stamp.
pub(in crate::exec) async fn before(
    root: &Path,
    request: &RunRequest,
) -> Result<Stamps, Unanswered> {
    if request.collect.results.is_empty() {
        return Ok(Stamps::new());
    }
    let (root, cwd) = (root.to_owned(), request.cwd.clone());
    let patterns = request.collect.results.clone();
    let (stamps, young) = beside(move || {
        let files = files(&root, (&cwd, &patterns), false, &Budget::default())?;
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
pub(in crate::exec) async fn results(
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
        Ok(files(&root, (&cwd, &patterns), false, &Budget::default())?
            .into_iter()
            .map(read)
            .collect())
    })
    .await
}

/// The regular files that the patterns mean (a link stands for what it leads to), each once.
pub(super) fn files(
    root: &Path,
    (cwd, patterns): (&str, &[String]),
    whole: bool,
    budget: &Budget,
) -> Result<Vec<(Found, Metadata)>, Unanswered> {
    let mut all: BTreeMap<String, (Found, Metadata)> = BTreeMap::new();
    for text in patterns {
        let pattern = Pattern::parse(cwd, text).map_err(|error| io(error.to_string()))?;
        let mut count = 0;
        for found in expand(root, &pattern, whole, budget).map_err(io)? {
            let Some(meta) = regular(&found.full)? else {
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

/// What cannot be looked at may be the report with the failure: an error. A link to nothing is
/// nothing.
fn regular(path: &Path) -> Result<Option<Metadata>, Unanswered> {
    match fs::metadata(path) {
        Ok(meta) => Ok(meta.is_file().then_some(meta)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(io(format!("{} cannot be read: {error}", path.display()))),
    }
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

pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unanswered> + Send + 'static,
) -> Result<T, Unanswered> {
    let done = crate::exec::beside::beside(work).await;
    done.unwrap_or_else(|error| Err(io(format!("reading files broke: {error}"))))
}

fn io(message: String) -> Unanswered {
    Unanswered::new(NoAnswer::Io, message)
}
