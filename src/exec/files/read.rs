//! What is in the files that match: their bytes, within limits.
//!
//! A link is followed as long as it stays in the project. What is no file, too long or not readable
//! is an answer of its own, never left out.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::{Found, Patterns, expand, io, matched, parse, relative};
use crate::model::limits::{READ_ALL_BYTES, READ_BYTES};
use crate::model::{Content, Unanswered};
use crate::sys::walk::Budget;

/// One list of files per pattern.
pub(super) fn read(
    root: &Path,
    (cwd, patterns): (&str, &[String]),
    budget: &Budget,
) -> Result<Vec<Vec<Content>>, Unanswered> {
    let mut room = READ_ALL_BYTES;
    let mut lists = Vec::new();
    for text in patterns {
        let mut list = Vec::new();
        for path in paths(root, &parse(cwd, std::slice::from_ref(text))?, budget)? {
            budget.check(list.len()).map_err(io)?;
            let bytes = bytes(root, &path);
            let long = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
            room = room.checked_sub(long).ok_or_else(|| {
                io(format!(
                    "`{text}` means more than {} MiB of files",
                    READ_ALL_BYTES >> 20
                ))
            })?;
            list.push(Content {
                path: relative(cwd, &path),
                bytes,
            });
        }
        lists.push(list);
    }
    Ok(lists)
}

/// The paths that one pattern means, from the root.
fn paths(root: &Path, one: &Patterns, budget: &Budget) -> Result<Vec<String>, Unanswered> {
    let Some(literal) = one.iter().find(|pattern| pattern.literal().is_some()) else {
        return matched::names(root, one, budget);
    };
    let found = expand(root, literal, false, budget).map_err(io)?;
    Ok(found.into_iter().map(|Found { path, .. }| path).collect())
}

/// The bytes of one file, or why they cannot be had.
fn bytes(root: &Path, path: &str) -> Result<Vec<u8>, String> {
    let full = root.join(path);
    let told = |error: std::io::Error| format!("cannot be read: {error}");
    let real = full.canonicalize().map_err(told)?;
    if !real.starts_with(root.canonicalize().map_err(told)?) {
        return Err("is a link that leads out of the project".to_owned());
    }
    // Without this flag, opening a pipe that nobody writes to would never end.
    let mut options = File::options();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    let file = options.open(&real).map_err(told)?;
    let meta = file.metadata().map_err(told)?;
    if !meta.is_file() {
        let what = if meta.is_dir() {
            "a directory"
        } else {
            "no regular file"
        };
        return Err(format!("is {what}"));
    }
    let mut bytes = Vec::new();
    file.take(READ_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(told)?;
    if bytes.len() as u64 > READ_BYTES {
        return Err(format!("is longer than {} MiB", READ_BYTES >> 20));
    }
    Ok(bytes)
}
