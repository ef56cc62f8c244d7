//! What a run brings back: which paths are wanted, and how a file is put where it belongs.
//!
//! Must not know where the files come from.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Component, Path};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::{Collect, Collected, NoAnswer, Unanswered, limits};

/// What was brought back.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) results: Vec<Collected>,
    pub(super) notes: Vec<String>,
    /// Bytes that were kept.
    pub(super) kept: u64,
}

/// The wanted paths of a run.
pub(super) struct Wanted {
    results: GlobSet,
    keep: GlobSet,
    outputs: GlobSet,
}

impl Wanted {
    /// Compiles the patterns of a request.
    pub(super) fn new(collect: &Collect) -> Result<Self, Unanswered> {
        let results = globs(&collect.results)?;
        Ok(Self {
            results,
            keep: globs(&collect.keep)?,
            outputs: globs(&collect.outputs)?,
        })
    }

    /// A report file.
    pub(super) fn is_result(&self, path: &str) -> bool {
        self.results.is_match(path)
    }

    /// A file to keep; a directory's name means everything in it.
    pub(super) fn is_kept(&self, path: &str) -> bool {
        with_parents(path).any(|path| self.keep.is_match(path))
    }

    /// An output; a directory's name means everything in it.
    pub(super) fn is_output(&self, path: &str) -> bool {
        with_parents(path).any(|path| self.outputs.is_match(path))
    }

    /// Wanted for any reason.
    pub(super) fn wants(&self, path: &str) -> bool {
        self.is_result(path) || self.is_kept(path) || self.is_output(path)
    }
}

fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
    parents.chain([path]).filter(|path| !path.is_empty())
}

fn globs(patterns: &[String]) -> Result<GlobSet, Unanswered> {
    let bad = |error: globset::Error| Unanswered::new(NoAnswer::Io, error.to_string());
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let clean = pattern.trim_start_matches("./").trim_end_matches('/');
        set.add(
            GlobBuilder::new(clean)
                .literal_separator(true)
                .build()
                .map_err(bad)?,
        );
    }
    set.build().map_err(bad)
}

/// Whether a pattern is a plain path.
pub(super) fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['*', '?', '[', '{', '\\'])
}

/// A report file's bytes; `None` when there are too many.
pub(super) fn read_result(mut from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.by_ref()
        .take(limits::RESULT_BYTES + 1)
        .read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|len| len <= limits::RESULT_BYTES);
    Ok(fits.then_some(bytes))
}

/// Content of which all must be there: an archive that was cut ends like one that is whole.
pub(super) struct Whole<R> {
    pub(super) from: R,
    /// Bytes that must still come.
    pub(super) left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        if count == 0 && self.left > 0 && !buffer.is_empty() {
            let message = format!("it was cut: {} bytes are missing", self.left);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

/// Writes a file below `base`, whole or not at all. A path that would leave `base`, by `..` or by
/// a link on its way, is refused; a link in its own place is replaced, not followed.
pub(super) fn write_below(
    base: &Path,
    path: &str,
    mode: u32,
    mut from: impl Read,
) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let relative = Path::new(path.trim_start_matches('/'));
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if relative.as_os_str().is_empty() || !relative.components().all(plain) {
        return Err(io::Error::other(format!(
            "`{path}` leads out of the folder"
        )));
    }
    // `.GIT` is git's too where the file system does not tell them apart.
    let private = |name: &OsStr| {
        [".git", ".prove"]
            .iter()
            .any(|ours| name.eq_ignore_ascii_case(ours))
    };
    if relative.iter().any(private) {
        return Err(io::Error::other(format!(
            "`{path}` lies in a folder of git's or of prove's own, where nothing is put"
        )));
    }
    let mut parent = base.to_path_buf();
    for part in relative.parent().into_iter().flat_map(Path::components) {
        parent.push(part);
        match std::fs::symlink_metadata(&parent) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => {
                return Err(io::Error::other(format!(
                    "`{}` is no folder",
                    parent.display()
                )));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir(&parent)?;
            }
            Err(error) => return Err(error),
        }
    }
    let mut file = tempfile::NamedTempFile::new_in(&parent)?;
    io::copy(&mut from, &mut file)?;
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(mode & 0o777))?;
    file.persist(base.join(relative))
        .map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directorys_name_means_what_is_in_it_but_not_for_reports() {
        let collect = Collect {
            results: vec!["reports/*.xml".to_owned(), "r".to_owned()],
            keep: vec!["./logs/".to_owned()],
            outputs: vec!["dist".to_owned()],
        };
        let wanted = Wanted::new(&collect).unwrap();
        assert!(wanted.is_result("reports/a.xml"));
        assert!(!wanted.is_result("reports/deep/a.xml"));
        assert!(!wanted.is_result("r/a"));
        assert!(wanted.is_kept("logs/x/y"));
        assert!(wanted.is_output("dist/app.js"));
        assert!(!wanted.wants("distant"));
    }

    #[test]
    fn nothing_is_written_outside() {
        let base = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), base.path().join("link")).unwrap();
        let write = |path: &str| write_below(base.path(), path, 0o644, &b"x"[..]);
        assert!(write("../up").is_err());
        assert!(write("a/../../up").is_err());
        assert!(write("link/file").is_err());
        assert!(write("").is_err());
        for ours in [
            ".git/hooks/x",
            "a/.git/config",
            ".prove/x",
            ".GIT/x",
            "b/.prove",
        ] {
            assert!(write(ours).is_err(), "{ours}");
        }
        assert!(write(".gitignore").is_ok());
        assert!(write("a/b").is_ok());
        std::os::unix::fs::symlink(outside.path().join("t"), base.path().join("own")).unwrap();
        assert!(write("own").is_ok());
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
