//! Which files are judged, and by which kinds: named ones, those in directories, standard input.
//!
//! Whatever was named and is not judged in the end is told with the reason; nothing falls away.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::all;
use crate::cli::failure::Failure;
use crate::exec::files::Files;
use crate::model::Reason;
use crate::model::limits::READ_BYTES;
use crate::report::Unjudged;
use crate::spec::KindSpec;
use crate::sys;

/// Bytes that are read to recognise a file by what is in it.
const HEAD_BYTES: u64 = 64 << 10;

/// A file, and the kind that is to judge it.
pub(super) struct Target {
    /// As a user sees it from here.
    pub shown: String,
    /// The repository's root, or what stands for it; paths that the kind asks for are seen from there.
    pub root: PathBuf,
    /// The file, seen from there.
    pub below: String,
    /// What is in it.
    pub source: Source,
    /// The kind.
    pub spec: &'static dyn KindSpec,
}

/// Where the text of a target is.
pub(super) enum Source {
    /// In this file.
    File(PathBuf),
    /// It was read already.
    Text(Vec<u8>),
}

/// What there is to judge, and what cannot be.
#[derive(Default)]
pub(super) struct Search {
    pub targets: Vec<Target>,
    pub unjudged: Vec<Unjudged>,
    /// Here, without links: paths below it are shown as seen from it.
    pub here: PathBuf,
    /// The root that here belongs to.
    roots: BTreeMap<PathBuf, PathBuf>,
    /// Files that are targets already, by whatever way they were named.
    seen: BTreeSet<PathBuf>,
}

/// Looks at everything that was named. With a kind, named files are taken for one of it.
pub(super) fn find(
    named: &[PathBuf],
    kind: Option<&'static dyn KindSpec>,
) -> Result<Search, Failure> {
    let cannot = |error| Failure::undecided("it cannot be known where this is").because(error);
    let here = std::env::current_dir().and_then(fs::canonicalize);
    let mut search = Search {
        here: here.map_err(cannot)?,
        ..Search::default()
    };
    let mut input_taken = false;
    for path in named {
        if path.as_os_str() == "-" {
            if !std::mem::replace(&mut input_taken, true) {
                search.input(kind)?;
            }
            continue;
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => search.directory(path, kind),
            Ok(_) => search.named(path, kind),
            Err(error) => search.refuse(path, unreadable(&error)),
        }
    }
    Ok(search)
}

impl Search {
    /// Standard input: its name tells nothing, so the kind must.
    fn input(&mut self, kind: Option<&'static dyn KindSpec>) -> Result<(), Failure> {
        let Some(spec) = kind else {
            return Err(Failure::usage(
                "`-` needs `--kind`: nothing tells what is on standard input",
            )
            .hint("for example: prove lint - --kind dockerignore < .dockerignore"));
        };
        let mut text = Vec::new();
        let read = io::stdin().take(READ_BYTES + 1).read_to_end(&mut text);
        let name = PathBuf::from("standard input");
        match read {
            Err(error) => self.refuse(&name, unreadable(&error)),
            Ok(_) if text.len() as u64 > READ_BYTES => self.refuse(&name, too_long()),
            Ok(_) => {
                let place = self.here.join(spec.usual_file());
                let (root, below) = self.place(&place);
                self.targets.push(Target {
                    shown: sys::fs::text(&name),
                    root,
                    below,
                    source: Source::Text(text),
                    spec,
                });
            }
        }
        Ok(())
    }

    /// A file that was named: if no kind knows it, that is said.
    fn named(&mut self, path: &Path, kind: Option<&'static dyn KindSpec>) {
        let real = match real(path) {
            Ok(real) => real,
            Err(error) => return self.refuse(path, unreadable(&error)),
        };
        let (root, below) = self.place(&real);
        let kinds = match kind {
            Some(spec) => Ok(vec![spec]),
            None => knowing(&real, &below),
        };
        match kinds {
            Err(why) => self.refuse(path, why),
            Ok(kinds) if kinds.is_empty() => {
                let why = Reason::new("no kind knows such a file").hint(format!(
                    "known are {}; `--kind KIND` says what else it is",
                    known_files()
                ));
                self.refuse(path, why);
            }
            Ok(kinds) => self.take(path, &real, (root, below), kinds),
        }
    }

    /// All files below a directory that a kind knows; there must be one.
    fn directory(&mut self, path: &Path, kind: Option<&'static dyn KindSpec>) {
        let (base, files) = match fs::canonicalize(path) {
            Ok(base) => (base.clone(), Files::new(&base).sources()),
            Err(error) => return self.refuse(path, unreadable(&error)),
        };
        let files = match files {
            Ok(files) => files,
            Err(no) => {
                let why = Reason::new(no.message);
                return self.refuse(
                    path,
                    Reason {
                        hint: no.hint,
                        ..why
                    },
                );
            }
        };
        let before = self.targets.len() + self.unjudged.len();
        let mut met = false;
        for file in files {
            let (real, shown) = (base.join(&file), inside(path, &file));
            let (root, below) = self.place(&real);
            let mut kinds = match knowing(&real, &below) {
                Ok(kinds) => kinds,
                Err(why) => {
                    self.refuse(&shown, why);
                    continue;
                }
            };
            kinds.retain(|spec| kind.is_none_or(|kind| kind.word() == spec.word()));
            if !kinds.is_empty() {
                met = true;
                self.take(&shown, &real, (root, below), kinds);
            }
        }
        if !met && self.targets.len() + self.unjudged.len() == before {
            let wanted = match kind.and_then(KindSpec::lints) {
                Some(lints) => lints.files.to_owned(),
                None => known_files(),
            };
            let why = Reason::new("there is no file in it that a kind knows").hint(format!(
                "looked for: {wanted}; what git ignores is left out"
            ));
            self.refuse(path, why);
        }
    }

    fn take(
        &mut self,
        path: &Path,
        real: &Path,
        (root, below): (PathBuf, String),
        kinds: Vec<&'static dyn KindSpec>,
    ) {
        if !self.seen.insert(real.to_owned()) {
            return;
        }
        self.targets.extend(kinds.into_iter().map(|spec| Target {
            shown: sys::fs::text(path),
            root: root.clone(),
            below: below.clone(),
            source: Source::File(real.to_owned()),
            spec,
        }));
    }

    fn refuse(&mut self, path: &Path, reason: Reason) {
        let real = real(path).unwrap_or_else(|_| path.to_owned());
        let (_, from_root) = self.place(&real);
        self.unjudged.push(Unjudged {
            file: sys::fs::text(path),
            from_root,
            reason,
        });
    }

    /// The root that a file belongs to, and its path from there: the nearest directory above with a
    /// `.git`; else here, if the file is below; else its own directory.
    fn place(&mut self, real: &Path) -> (PathBuf, String) {
        let folder = real.parent().unwrap_or(Path::new("/")).to_owned();
        let here = &self.here;
        let root = self.roots.entry(folder).or_insert_with_key(|folder| {
            let mut above = folder.ancestors();
            let repository = above.find(|above| above.join(".git").exists());
            let near = if folder.starts_with(here) {
                here
            } else {
                folder
            };
            repository.unwrap_or(near).to_owned()
        });
        let below = real.strip_prefix(&*root).unwrap_or(real);
        (root.clone(), sys::fs::text(below))
    }
}

/// The file itself, with links above it resolved: what was named is judged, a link or not.
fn real(path: &Path) -> io::Result<PathBuf> {
    let Some(name) = path.file_name() else {
        return fs::canonicalize(path);
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(folder)?.join(name))
}

/// A path in a directory as the user would type it.
fn inside(directory: &Path, file: &Path) -> PathBuf {
    match directory.strip_prefix(".") {
        Ok(rest) => rest.join(file),
        Err(_) => directory.join(file),
    }
}

/// The kinds that know this file, by its name or by what is in it.
fn knowing(real: &Path, below: &str) -> Result<Vec<&'static dyn KindSpec>, Reason> {
    let head: RefCell<Option<Result<Vec<u8>, io::Error>>> = RefCell::new(None);
    let begins = || {
        let mut head = head.borrow_mut();
        let read = head.get_or_insert_with(|| beginning(real));
        read.as_ref().map_or_else(|_| Vec::new(), Clone::clone)
    };
    let knows = |spec: &&'static dyn KindSpec| {
        let lints = spec.lints();
        lints.is_some_and(|lints| (lints.recognises)(below, &begins))
    };
    let kinds: Vec<_> = all().filter(knows).collect();
    match head.into_inner() {
        Some(Err(error)) if kinds.is_empty() => Err(unreadable(&error)),
        _ => Ok(kinds),
    }
}

/// How a file begins. What is no regular file has no beginning: a pipe would not end.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = File::options();
    let file = options
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)?;
    let mut bytes = Vec::new();
    if file.metadata()?.is_file() {
        file.take(HEAD_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// What every kind knows, in words.
fn known_files() -> String {
    let files = all().filter_map(KindSpec::lints).map(|lints| lints.files);
    files.collect::<Vec<_>>().join(", ")
}

fn unreadable(error: &io::Error) -> Reason {
    Reason::new(format!("it cannot be read: {error}"))
}

/// Longer than any file that a person writes.
pub(super) fn too_long() -> Reason {
    Reason::new(format!("it is longer than {} MiB", READ_BYTES >> 20))
}
