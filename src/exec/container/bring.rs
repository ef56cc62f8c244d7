//! Brings files back from a container that saw nothing of the project.
//!
//! The engine's own account of what changed in the container is the stamp: what it does not list
//! came with the image and is stale. Volumes and tmpfs are not in that account.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, Write};

use bollard::models::ChangeType;
use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::deliver::{Brought, Wanted, Whole, is_plain, read_result, write_below};
use super::engine::Trouble;
use super::session::Session;
use super::{Desk, stop_answer};
use crate::exec::process::keep::too_large;
use crate::model::{Collected, NoAnswer, RunRequest, Stamp, Unanswered, limits};

/// Bytes within which an archive's first entry must have begun.
const HEAD_BYTES: usize = 1 << 20;
/// The mode of a kept file: nobody's but the caller's.
const KEPT: u32 = 0o600;

/// Where a file of the container stands: its stamps before and after.
type Stamps = (Option<Stamp>, Stamp);

/// Brings back what the request wants.
pub(super) async fn bring(
    session: &Session,
    request: &RunRequest,
    name: &str,
    desk: &Desk<'_>,
) -> Result<Brought, Unanswered> {
    let collect = &request.collect;
    if collect.results.is_empty() && collect.keep.is_empty() && collect.outputs.is_empty() {
        return Ok(Brought::default());
    }
    tokio::select! {
        brought = fetch_all(session, request, name, desk) => brought,
        stop = desk.stopped() => Err(stop_answer(stop)),
    }
}

/// Brings back what a gate that was stopped wants kept, and its reports, within the grace; but no
/// outputs, which are half. What stopped it stays what it is: the rest is only said.
pub(super) async fn bring_stopped(
    session: &Session,
    request: &RunRequest,
    name: &str,
    desk: &Desk<'_>,
) -> Brought {
    let mut request = request.clone();
    request.collect.outputs.clear();
    if request.collect.results.is_empty() && request.collect.keep.is_empty() {
        return Brought::default();
    }
    let fetched = tokio::select! {
        fetched = timeout(limits::GRACE, fetch_all(session, &request, name, desk)) => fetched,
        _ = desk.killed() => Ok(Err(Unanswered::new(NoAnswer::Io, "prove was told to kill"))),
    };
    let why = match fetched {
        Ok(Ok(brought)) => return brought,
        Ok(Err(why)) => why.message,
        Err(_) => "it takes too long".to_owned(),
    };
    Brought {
        notes: vec![format!("what it wanted kept was not: {why}")],
        ..Brought::default()
    }
}

async fn fetch_all(
    session: &Session,
    request: &RunRequest,
    name: &str,
    desk: &Desk<'_>,
) -> Result<Brought, Unanswered> {
    let wanted = Wanted::new(&request.collect)?;
    let work_dir = work_dir(session, name).await.map_err(lost)?;
    let mut files = changed(session, name, &work_dir, &wanted)
        .await
        .map_err(lost)?;
    for pattern in request
        .collect
        .results
        .iter()
        .filter(|pattern| is_plain(pattern))
    {
        let stale = Stamp("as in the image".to_owned());
        let path = pattern.trim_start_matches("./").to_owned();
        files.entry(path).or_insert((Some(stale.clone()), stale));
    }
    let mut brought = Brought::default();
    if files.len() > limits::RESULT_FILES {
        let message = format!("more than {} files to bring back", limits::RESULT_FILES);
        return Err(Unanswered::new(NoAnswer::Io, message));
    }
    for (path, stamps) in files {
        let inside = if path.starts_with('/') {
            path.clone()
        } else {
            format!("{work_dir}/{path}")
        };
        let place = Place {
            session,
            request,
            wanted: &wanted,
            desk,
            room: limits::KEEP_BYTES.saturating_sub(brought.kept),
        };
        match download(session, name, &inside, place.limit(&path)).await {
            Ok(fetched) => place
                .put(fetched, &path, stamps, &mut brought)
                .map_err(|error| {
                    let message = format!("bringing back {path} failed: {error}");
                    Unanswered::new(NoAnswer::Io, message)
                })?,
            // A report that is not there: the judgement sees that it is missing.
            Err(trouble) if trouble.is_not_found() => {}
            Err(trouble) => return Err(lost(trouble)),
        }
    }
    Ok(brought)
}

fn lost(trouble: Trouble) -> Unanswered {
    trouble.unanswered(NoAnswer::Io, "bringing back files from the container")
}

async fn work_dir(session: &Session, name: &str) -> Result<String, Trouble> {
    let engine = &session.engine;
    let found = engine
        .bounded(engine.docker().inspect_container(name, None))
        .await?;
    let dir = found
        .config
        .and_then(|config| config.working_dir)
        .unwrap_or_default();
    Ok(dir.trim_end_matches('/').to_owned())
}

/// The wanted paths that this container changed or added, relative to its working directory.
async fn changed(
    session: &Session,
    name: &str,
    work_dir: &str,
    wanted: &Wanted,
) -> Result<BTreeMap<String, Stamps>, Trouble> {
    let changes = session
        .engine
        .patient()
        .container_changes(name)
        .await
        .map_err(Trouble::from)?;
    let mut files = BTreeMap::new();
    for change in changes.unwrap_or_default() {
        let relative = change
            .path
            .strip_prefix(work_dir)
            .and_then(|rest| rest.strip_prefix('/'));
        let path = relative
            .filter(|path| wanted.wants(path))
            .unwrap_or(&change.path);
        let before = match change.kind {
            ChangeType::_2 => continue,
            ChangeType::_1 => None,
            ChangeType::_0 => Some(Stamp("as in the image".to_owned())),
        };
        if wanted.wants(path) {
            files.insert(path.to_owned(), (before, Stamp("changed".to_owned())));
        }
    }
    Ok(files)
}

/// What came of one path.
enum Fetched {
    /// A regular file, in an archive in an unnamed temporary file: it may be large.
    File(File),
    /// More bytes than were wanted.
    TooLarge,
    /// Its files are fetched one by one.
    Directory,
    /// A link, a pipe, a device.
    Other,
}

/// Fetches a path. What it is and how large is known by its head: more is not taken.
async fn download(
    session: &Session,
    name: &str,
    path: &str,
    limit: u64,
) -> Result<Fetched, Trouble> {
    let broken = |error: std::io::Error| Trouble::Broke(error.to_string());
    let mut file = tempfile::tempfile().map_err(broken)?;
    let options = DownloadFromContainerOptionsBuilder::default()
        .path(path)
        .build();
    let client = session.engine.patient();
    let mut chunks = Box::pin(client.download_from_container(name, Some(options)));
    let mut head = Some(Vec::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(Trouble::from)?;
        file.write_all(&chunk).map_err(broken)?;
        let Some(seen) = &mut head else { continue };
        seen.extend_from_slice(&chunk);
        match first_entry(seen) {
            Some((kind, _)) if kind.is_dir() => return Ok(Fetched::Directory),
            Some((kind, _)) if !kind.is_file() => return Ok(Fetched::Other),
            Some((_, size)) if size > limit => return Ok(Fetched::TooLarge),
            Some(_) => head = None,
            None if seen.len() > HEAD_BYTES => break,
            None => {}
        }
    }
    if head.is_some() {
        return Err(Trouble::Broke("the engine sent no archive".to_owned()));
    }
    file.rewind().map_err(broken)?;
    Ok(Fetched::File(file))
}

/// The kind and the size of an archive's first entry, once enough of it is there. It is the path
/// itself.
fn first_entry(seen: &[u8]) -> Option<(tar::EntryType, u64)> {
    let mut archive = tar::Archive::new(seen);
    let entry = archive.entries().ok()?.next()?.ok()?;
    Some((entry.header().entry_type(), entry.size()))
}

/// Where a file goes.
struct Place<'a> {
    session: &'a Session,
    request: &'a RunRequest,
    wanted: &'a Wanted,
    desk: &'a Desk<'a>,
    /// Bytes that may still be kept.
    room: u64,
}

impl Place<'_> {
    /// How many bytes of this path are wanted at most.
    fn limit(&self, path: &str) -> u64 {
        let result = match self.wanted.is_result(path) {
            true => limits::RESULT_BYTES,
            false => 0,
        };
        match (self.wanted.is_output(path), self.wanted.is_kept(path)) {
            (true, _) => u64::MAX,
            (false, true) => self.room.max(result),
            (false, false) => result,
        }
    }

    /// Takes one path out of its archive. Directories come file by file; links are left behind.
    fn put(
        &self,
        fetched: Fetched,
        path: &str,
        (before, after): Stamps,
        brought: &mut Brought,
    ) -> std::io::Result<()> {
        let mut file = match fetched {
            Fetched::File(file) => Some(file),
            Fetched::TooLarge => {
                if self.wanted.is_kept(path) {
                    brought.notes.push(too_large(path, 0));
                }
                None
            }
            Fetched::Directory => return Ok(()),
            Fetched::Other => {
                brought.notes.push(format!(
                    "{path} is no regular file and was left in the container"
                ));
                return Ok(());
            }
        };
        if self.wanted.is_result(path) {
            let bytes = match &mut file {
                Some(file) => entry(file, |_, content| read_result(content))?,
                None => None,
            };
            brought.results.push(Collected {
                path: path.to_owned(),
                bytes,
                before,
                after,
            });
        }
        let Some(file) = &mut file else { return Ok(()) };
        if self.wanted.is_output(path) {
            let base = self
                .session
                .root
                .join(self.request.cwd.trim_start_matches('/'));
            entry(file, |mode, content| {
                write_below(&base, path, mode, content)
            })?;
        }
        if self.wanted.is_kept(path) {
            brought
                .notes
                .extend(self.keep(file, path, &mut brought.kept)?);
        }
        Ok(())
    }

    /// Keeps a file; gives why it was not. `kept` counts bytes.
    fn keep(&self, file: &mut File, path: &str, kept: &mut u64) -> std::io::Result<Option<String>> {
        let Some(base) = self.desk.sink.keep_dir() else {
            return Ok(None);
        };
        let size = entry(file, |_, content| Ok(content.left))?;
        if size > self.room {
            return Ok(Some(too_large(path, 0)));
        }
        let put = std::fs::create_dir_all(&base).and_then(|()| {
            entry(file, |mode, content| {
                write_below(&base, path, KEPT | mode & 0o100, content)
            })
        });
        match put {
            Ok(()) => *kept += size,
            Err(error) => return Ok(Some(format!("{path} could not be kept: {error}"))),
        }
        Ok(None)
    }
}

/// Reads the one file of an archive: its mode and its content, whole or with an error.
fn entry<T>(
    archive: &mut File,
    take: impl FnOnce(u32, &mut Whole<&mut dyn Read>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    archive.rewind()?;
    let mut archive = tar::Archive::new(archive);
    let missing = || std::io::Error::other("the archive is empty");
    let mut entry = archive.entries()?.next().ok_or_else(missing)??;
    let mode = entry.header().mode().unwrap_or(KEPT);
    let mut content = Whole {
        left: entry.size(),
        from: &mut entry as &mut dyn Read,
    };
    take(mode, &mut content)
}
