//! Files in `.prove` that were never finished: whoever wrote them was killed.
//!
//! Must not know who wants them gone.

use std::path::{Path, PathBuf};

use super::{StoreError, folder, list};
use crate::model::limits::UNFINISHED;
use crate::sys::fs::partials;

/// Those of the project with this root, in `.prove` and in the runs that are over.
///
/// # Errors
/// When `.prove` cannot be read, or is not a folder of its own.
pub fn partial(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let prove = root.join(".prove");
    let runs = prove.join("runs");
    if !folder::is_there(&prove)? {
        return Ok(Vec::new());
    }
    let mut folders = vec![prove];
    if folder::is_there(&runs)? {
        let over = list(root)?.into_iter().filter(super::Recorded::is_over);
        folders.extend(over.map(|run| run.folder));
    }
    let mut found = Vec::new();
    for folder in folders {
        let here = partials(&folder, UNFINISHED);
        found.extend(here.map_err(|error| StoreError::io("read", folder, error))?);
    }
    Ok(found)
}
