//! Brings files back from a workspace that was mounted: they lie on this machine already.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind::NotFound;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::Desk;
use super::deliver::{Brought, Wanted, read_result, write_below};
use super::session::Session;
use crate::model::{Collected, NoAnswer, RunRequest, Stamp, Unanswered, Workspace, limits};

/// Files by path relative to the gate's directory.
type Files = BTreeMap<String, (PathBuf, Stamp)>;

/// The stamps before the start.
pub(super) fn before(session: &Session, request: &RunRequest) -> Result<Files, Unanswered> {
    if request.container.workspace == Workspace::None {
        return Ok(Files::new());
    }
    find(session, request)
}

/// Brings back what the request wants. Outputs are where they belong already.
pub(super) fn bring(
    session: &Session,
    request: &RunRequest,
    before: Files,
    desk: &Desk<'_>,
) -> Result<Brought, Unanswered> {
    let wanted = Wanted::new(&request.collect)?;
    let mut brought = Brought::default();
    for (path, (file, after)) in find(session, request)? {
        let open = || File::open(&file);
        if wanted.is_result(&path) {
            let bytes = open().and_then(read_result).unwrap_or(None);
            let before = before.get(&path).map(|(_, stamp)| stamp.clone());
            brought.results.push(Collected {
                path: path.clone(),
                bytes,
                before,
                after,
            });
        }
        if let Some(base) = desk.sink.keep_dir().filter(|_| wanted.is_kept(&path)) {
            let kept = std::fs::create_dir_all(&base)
                .and_then(|()| open())
                .and_then(|from| write_below(&base, &path, 0o644, from));
            if let Err(error) = kept {
                brought
                    .notes
                    .push(format!("{path} could not be kept: {error}"));
            }
        }
    }
    Ok(brought)
}

/// The files that match, links not followed.
fn find(session: &Session, request: &RunRequest) -> Result<Files, Unanswered> {
    let collect = &request.collect;
    let wanted = Wanted::new(collect)?;
    let base = session.root.join(request.cwd.trim_start_matches('/'));
    let mut files = Files::new();
    for pattern in collect.results.iter().chain(&collect.keep) {
        let (start, prefix) = match pattern.strip_prefix('/') {
            Some(rest) => (session.root.join(fixed_part(rest)), &session.root),
            None => (base.join(fixed_part(pattern)), &base),
        };
        let walk = ignore::WalkBuilder::new(&start)
            .standard_filters(false)
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.io_error().is_some_and(|e| e.kind() == NotFound) => continue,
                // A report that cannot be seen may be the one with the failure.
                Err(error) => return Err(Unanswered::new(NoAnswer::Io, error.to_string())),
            };
            let Ok(relative) = entry.path().strip_prefix(prefix) else {
                continue;
            };
            let mut path = relative.to_string_lossy().into_owned();
            if pattern.starts_with('/') {
                path.insert(0, '/');
            }
            let Ok(meta) = entry.path().symlink_metadata() else {
                continue;
            };
            if meta.is_file() && wanted.wants(&path) {
                files.insert(path, (entry.into_path(), stamp(&meta)));
            }
        }
        if files.len() > limits::RESULT_FILES {
            let message = format!("more than {} files to bring back", limits::RESULT_FILES);
            return Err(Unanswered::new(NoAnswer::Io, message));
        }
    }
    Ok(files)
}

/// The segments before the first wildcard: where a walk may start.
fn fixed_part(pattern: &str) -> String {
    let wild = |segment: &&str| segment.contains(['*', '?', '[', '{', '\\']);
    let fixed: Vec<&str> = pattern
        .split('/')
        .take_while(|segment| !wild(segment))
        .collect();
    fixed.join("/")
}

fn stamp(meta: &std::fs::Metadata) -> Stamp {
    let (mtime, ctime) = (meta.mtime(), meta.ctime());
    let (mtime_ns, ctime_ns) = (meta.mtime_nsec(), meta.ctime_nsec());
    Stamp(format!(
        "{}:{}:{mtime}.{mtime_ns}:{ctime}.{ctime_ns}",
        meta.ino(),
        meta.size()
    ))
}
