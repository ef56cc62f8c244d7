//! The build context as a tar stream: what `.dockerignore` lets through, never whole in memory.
//!
//! Sorted, so that equal trees give equal streams; owners are 0; links, modes and times are kept;
//! sockets are left out, as docker leaves them. `.prove/` is never part of a context.

mod entry;

use std::fs::Metadata;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;

use self::entry::{Pipe, append, append_file, at};
use crate::format::dockerignore::Dockerignore;
use crate::model::{BuildRequest, NoAnswer, Unanswered};
use crate::sys::fs::read_limited;

/// Our own folder, wherever it lies in a context: that may be above the project, too.
const OURS: &str = ".prove";
/// Bytes of an ignore file.
const IGNORE_BYTES: u64 = 10 << 20;
/// Bytes of one piece of the stream.
const PIECE: usize = 64 << 10;

/// A context that was looked at, and not read yet.
pub(super) struct Context {
    /// The directory.
    pub(super) dir: PathBuf,
    /// The Dockerfile on this machine.
    pub(super) dockerfile: PathBuf,
    /// Its name inside of the stream.
    pub(super) dockerfile_name: String,
    /// It lies outside of the context.
    outside: bool,
    /// The text of the ignore file that holds; empty when there is none.
    pub(super) ignore_text: Vec<u8>,
    /// Where it lies, or would.
    ignore_file: PathBuf,
    rules: Dockerignore,
}

/// Why a context cannot be used.
pub(super) enum Bad {
    /// The project's own mistake: the build is refused.
    Refused(String),
    /// It cannot be known.
    Unknown(Unanswered),
}

impl Context {
    /// Looks at the context of a request.
    pub(super) fn open(root: &Path, request: &BuildRequest) -> Result<Self, Bad> {
        let given = if request.context.is_empty() {
            "."
        } else {
            &request.context
        };
        if given.contains("://") || given.starts_with("git@") {
            let message = format!("the build context {given} is not in the project");
            let hint = "check the sources out and build them from a directory";
            return Err(Bad::Unknown(
                Unanswered::new(NoAnswer::Unsupported, message).hint(hint),
            ));
        }
        let dir = root.join(given);
        if !dir.is_dir() {
            let message = format!("the build context {given} is no directory");
            return Err(Bad::Unknown(Unanswered::new(NoAnswer::Io, message)));
        }
        let name = request.dockerfile.as_deref().unwrap_or("Dockerfile");
        let dockerfile = dir.join(name);
        if !dockerfile.is_file() {
            return Err(Bad::Refused(format!("there is no {name} in {given}")));
        }
        let (ignore_file, ignore_text) = ignore_file(&dir, &dockerfile)?;
        let rules = Dockerignore::parse(&ignore_text)
            .map_err(|error| Bad::Refused(format!("{}: {error}", ignore_file.display())))?;
        let inside = name_inside(&dir, &dockerfile);
        let outside = inside.is_none();
        let dockerfile_name = inside.unwrap_or_else(|| ".dockerfile.prove".to_owned());
        Ok(Self {
            dir,
            dockerfile,
            dockerfile_name,
            outside,
            ignore_text,
            ignore_file,
            rules,
        })
    }

    /// Whether the rules keep the Dockerfile out. The engine gets it all the same: it needs it.
    pub(super) fn ignores_dockerfile(&self) -> bool {
        self.rules.ignored(&self.dockerfile_name)
    }

    /// Starts the stream. What could not be read is in the slot when the stream breaks off.
    pub(super) fn stream(
        self: Arc<Self>,
    ) -> (
        impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        Arc<OnceLock<String>>,
    ) {
        let (sender, receiver) = mpsc::channel(4);
        let slot = Arc::new(OnceLock::new());
        let (wrong, teller) = (Arc::clone(&slot), sender.clone());
        let begun = std::thread::Builder::new().spawn(move || {
            let pipe = BufWriter::with_capacity(PIECE, Pipe(sender.clone()));
            if let Err(error) = self.write(pipe) {
                // A broken pipe is the engine's doing: it answered before it had read all.
                if error.kind() != io::ErrorKind::BrokenPipe {
                    let _ = wrong.set(error.to_string());
                    let _ = sender.blocking_send(Err(error));
                }
            }
        });
        if let Err(error) = begun {
            let _ = slot.set(error.to_string());
            let _ = teller.try_send(Err(error));
        }
        let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|piece| (piece, receiver))
        });
        (stream, slot)
    }

    /// Writes the whole context as a tar archive.
    pub(super) fn write(&self, to: impl Write) -> io::Result<()> {
        let mut tar = tar::Builder::new(to);
        self.walk(&mut |file, path, meta| append(&mut tar, file, path, meta))?;
        if self.outside || self.is_hidden() {
            let meta = self.dockerfile.metadata()?;
            append_file(&mut tar, &self.dockerfile, &self.dockerfile_name, &meta)?;
        }
        tar.into_inner()?.flush()
    }

    /// Everything that decides what is sent: each entry of the stream, and the Dockerfile and the
    /// ignore file wherever they lie.
    pub(super) fn entries(&self) -> io::Result<Vec<PathBuf>> {
        let mut entries = vec![self.dockerfile.clone(), self.ignore_file.clone()];
        self.walk(&mut |file, _, _| {
            entries.push(file.to_owned());
            Ok(())
        })?;
        Ok(entries)
    }

    fn walk(&self, visit: &mut Visit<'_>) -> io::Result<()> {
        let mut walk = Walk {
            context: self,
            visit,
            pending: Vec::new(),
        };
        walk.directory("")
    }

    /// The Dockerfile lies in the context but the walk does not come by.
    fn is_hidden(&self) -> bool {
        let parents = self.dockerfile_name.match_indices('/');
        let mut parents = parents.map(|(at, _)| &self.dockerfile_name[..at]);
        parents.any(|parent| self.skips_directory(parent))
    }

    fn skips_directory(&self, path: &str) -> bool {
        path.rsplit('/').next() == Some(OURS) || self.rules.prunes(path)
    }

    fn sends(&self, path: &str) -> bool {
        let for_the_engine = path == self.dockerfile_name || path == ".dockerignore";
        for_the_engine || !self.rules.ignored(path)
    }
}

/// `<Dockerfile>.dockerignore` beats `.dockerignore`.
fn ignore_file(dir: &Path, dockerfile: &Path) -> Result<(PathBuf, Vec<u8>), Bad> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    for path in [PathBuf::from(own), dir.join(".dockerignore")] {
        match read_limited(&path, IGNORE_BYTES) {
            Ok(Some(text)) => return Ok((path, text)),
            Ok(None) => {
                let limit = IGNORE_BYTES >> 20;
                let message = format!("{} has more than {limit} MiB", path.display());
                return Err(Bad::Unknown(Unanswered::new(NoAnswer::Io, message)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("cannot read {}: {error}", path.display());
                return Err(Bad::Unknown(Unanswered::new(NoAnswer::Io, message)));
            }
        }
    }
    Ok((dir.join(".dockerignore"), Vec::new()))
}

/// The Dockerfile's path in the context. One from outside has none: it travels under a name that
/// nobody else uses, as the docker CLI does it.
fn name_inside(dir: &Path, dockerfile: &Path) -> Option<String> {
    let parent = dockerfile.parent()?.canonicalize().ok()?;
    let inside = parent.strip_prefix(dir.canonicalize().ok()?).ok()?;
    Some(
        inside
            .join(dockerfile.file_name()?)
            .to_string_lossy()
            .into_owned(),
    )
}

/// Takes an entry of the stream: where it is, its path in the context, what it is.
type Visit<'v> = dyn FnMut(&Path, &str, &Metadata) -> io::Result<()> + 'v;

struct Walk<'a, 'v> {
    context: &'a Context,
    visit: &'a mut Visit<'v>,
    /// Directories that are themselves ignored and are sent only if something in them is.
    pending: Vec<(String, Metadata)>,
}

impl Walk<'_, '_> {
    fn directory(&mut self, relative: &str) -> io::Result<()> {
        let dir = self.context.dir.join(relative);
        let named = |error: io::Error| at(&dir, &error);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&dir).map_err(named)? {
            names.push(entry.map_err(named)?.file_name());
        }
        names.sort();
        for name in names {
            let Some(name) = name.to_str() else {
                let message = format!("{}: a name that is no UTF-8", dir.join(&name).display());
                return Err(io::Error::other(message));
            };
            let path = if relative.is_empty() {
                name.to_owned()
            } else {
                format!("{relative}/{name}")
            };
            self.entry(&path)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &str) -> io::Result<()> {
        let file = self.context.dir.join(path);
        let meta = file.symlink_metadata().map_err(|error| at(&file, &error))?;
        if meta.is_dir() {
            return self.enter(path, meta);
        }
        if !self.context.sends(path) || meta.file_type().is_socket() {
            return Ok(());
        }
        self.send_parents()?;
        (self.visit)(&file, path, &meta)
    }

    fn enter(&mut self, path: &str, meta: Metadata) -> io::Result<()> {
        if self.context.skips_directory(path) {
            return Ok(());
        }
        let depth = self.pending.len();
        self.pending.push((path.to_owned(), meta));
        if self.context.sends(path) {
            self.send_parents()?;
        }
        self.directory(path)?;
        self.pending.truncate(depth);
        Ok(())
    }

    fn send_parents(&mut self) -> io::Result<()> {
        for (path, meta) in std::mem::take(&mut self.pending) {
            (self.visit)(&self.context.dir.join(&path), &path, &meta)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
