//! Brings files back from a container that saw nothing of the project.
//!
//! The engine's own account of what changed in the container is the stamp: what it does not list
//! came with the image and is stale. Volumes and tmpfs are not in that account.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};

use bollard::models::ChangeType;
use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::StreamExt;

use super::deliver::{Brought, Wanted, is_plain, read_result, write_below};
use super::engine::Trouble;
use super::session::Session;
use super::{Desk, stop_answer, stopped};
use crate::model::{Collected, NoAnswer, RunRequest, Stamp, Unanswered, limits};

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
        stop = stopped(desk) => Err(stop_answer(stop)),
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
        match download(session, name, &inside).await {
            Ok(mut archive) => {
                let place = Place {
                    session,
                    request,
                    wanted: &wanted,
                    desk,
                };
                place
                    .put(&mut archive, &path, stamps, &mut brought)
                    .map_err(|error| {
                        let message = format!("bringing back {path} failed: {error}");
                        Unanswered::new(NoAnswer::Io, message)
                    })?;
            }
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

/// A path as a tar archive, in an unnamed temporary file: it may be large.
async fn download(session: &Session, name: &str, path: &str) -> Result<File, Trouble> {
    let broken = |error: std::io::Error| Trouble::Broke(error.to_string());
    let mut file = tempfile::tempfile().map_err(broken)?;
    let options = DownloadFromContainerOptionsBuilder::default()
        .path(path)
        .build();
    let client = session.engine.patient();
    let mut chunks = Box::pin(client.download_from_container(name, Some(options)));
    while let Some(chunk) = chunks.next().await {
        file.write_all(&chunk.map_err(Trouble::from)?)
            .map_err(broken)?;
    }
    file.rewind().map_err(broken)?;
    Ok(file)
}

/// Where a file goes.
struct Place<'a> {
    session: &'a Session,
    request: &'a RunRequest,
    wanted: &'a Wanted,
    desk: &'a Desk<'a>,
}

impl Place<'_> {
    /// Takes one path out of its archive. Directories come file by file; links are left behind.
    fn put(
        &self,
        archive: &mut File,
        path: &str,
        (before, after): Stamps,
        brought: &mut Brought,
    ) -> std::io::Result<()> {
        if self.wanted.is_result(path) {
            self.each(archive, path, brought, |entry, brought| {
                let bytes = read_result(entry)?;
                let path = path.to_owned();
                let (before, after) = (before.clone(), after.clone());
                brought.results.push(Collected {
                    path,
                    bytes,
                    before,
                    after,
                });
                Ok(())
            })?;
        }
        if self.wanted.is_output(path) {
            let base = self
                .session
                .root
                .join(self.request.cwd.trim_start_matches('/'));
            self.each(archive, path, brought, |entry, _| {
                let mode = entry.header().mode().unwrap_or(0o644);
                write_below(&base, path, mode, entry)
            })?;
        }
        if let Some(base) = self
            .desk
            .sink
            .keep_dir()
            .filter(|_| self.wanted.is_kept(path))
        {
            std::fs::create_dir_all(&base)?;
            self.each(archive, path, brought, |entry, _| {
                write_below(&base, path, 0o644, entry)
            })?;
        }
        Ok(())
    }

    fn each(
        &self,
        archive: &mut File,
        path: &str,
        brought: &mut Brought,
        mut take: impl FnMut(&mut tar::Entry<'_, &mut File>, &mut Brought) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        archive.rewind()?;
        let mut archive = tar::Archive::new(archive);
        // The first entry is the path itself; of a directory only that is looked at.
        let Some(entry) = archive.entries()?.next() else {
            return Ok(());
        };
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_file() {
            take(&mut entry, brought)?;
        } else if !kind.is_dir() {
            brought.notes.push(format!(
                "{path} is no regular file and was left in the container"
            ));
        }
        Ok(())
    }
}
