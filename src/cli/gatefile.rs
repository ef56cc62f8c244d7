//! Finds and reads the gate file.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::args::Common;
use super::facts;
use super::failure::Failure;
use crate::format::yaml;
use crate::kind;
use crate::model::{Facts, limits};
use crate::spec::{self, Diagnostic, Diagnostics, Origin, Pipeline, Sources};
use crate::sys;

/// The names that are looked for.
pub(super) const NAMES: [&str; 2] = ["prove.yml", "prove.yaml"];

/// A gate file as it is on disk.
#[derive(Debug, Clone)]
pub(super) struct GateFile {
    /// Where.
    pub origin: Origin,
    /// What it is called in diagnostics: relative to where prove was started, if below.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The ref that the sources are taken for, when they are not the work tree as it is.
    pub stands_for: Option<String>,
}

/// A gate file that was understood.
#[derive(Debug)]
pub(super) struct Project {
    pub origin: Origin,
    /// What it means.
    pub pipeline: Pipeline,
    /// What its spans point into.
    pub sources: Sources,
    /// What was gathered for it.
    pub facts: Facts,
}

/// Finds, reads and understands the gate file; says all of its mistakes when there are any.
///
/// # Errors
/// It cannot be read, or is wrong: exit 2.
pub(super) fn load(common: &Common) -> Result<Project, Failure> {
    let mut file = read(common.file.as_deref())?;
    file.stands_for.clone_from(&common.stands_for);
    file.load()
        .map_err(|diagnostics| Failure::mistakes(diagnostics.render(true)))
}

/// The root of the project, for what needs no gate file itself: where the file would be, or here.
///
/// # Errors
/// There is no current directory, or there are two gate files.
pub(super) fn root(common: &Common) -> Result<PathBuf, Failure> {
    let here = here()?;
    let file = match &common.file {
        Some(path) => Some(here.join(path)),
        None => nearest(&here)?,
    };
    Ok(file
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(&here)
        .to_owned())
}

impl GateFile {
    /// Understands it, with the facts that it asks for.
    ///
    /// # Errors
    /// All of its mistakes.
    pub fn load(&self) -> Result<Project, Diagnostics> {
        let registry = kind::registry();
        let read = yaml::parse(0, &self.bytes);
        // What is no YAML asks for nothing; `spec::load_read` says why it is none.
        let asks = read
            .as_ref()
            .map(|document| spec::survey(document, registry))
            .unwrap_or_default();
        let root = &self.origin.root;
        let facts = facts::gather(root, &asks, self.stands_for.as_deref());
        let file = spec::GateFile {
            name: &self.name,
            bytes: &self.bytes,
        };
        let name = root
            .file_name()
            .map_or_else(|| "project".into(), |name| name.to_string_lossy());
        let loaded = spec::load_read(file, read, &facts, registry, &name)?;
        Ok(Project {
            origin: self.origin.clone(),
            pipeline: loaded.pipeline,
            sources: loaded.sources,
            facts,
        })
    }
}

impl Project {
    /// Mistakes that were found after loading, with their lines.
    pub fn mistakes(&self, list: Vec<Diagnostic>) -> Failure {
        Failure::mistakes(Diagnostics::new(self.sources.clone(), list).render(true))
    }
}

/// Reads the file that was asked for, or the nearest one.
///
/// # Errors
/// By name: there is none, there are two, it is no file, too large, cannot be read.
pub(super) fn read(asked: Option<&Path>) -> Result<GateFile, Failure> {
    let here = here()?;
    let file = match asked {
        Some(path) => here.join(path),
        None => nearest(&here)?.ok_or_else(|| nowhere(&here))?,
    };
    let shown = file.strip_prefix(&here).unwrap_or(&file);
    let name = asked.unwrap_or(shown).display().to_string();
    let bytes = bytes(&file, &name)?;
    let root = file.parent().unwrap_or(&here);
    let root = root
        .canonicalize()
        .map_err(|error| cannot_read(&name).because(error))?;
    Ok(GateFile {
        origin: Origin { file, root },
        name,
        bytes,
        stands_for: None,
    })
}

/// A path without `.` and `..`, as it is written: nothing has to be there.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// Where prove was started, or what `-C` says.
///
/// # Errors
/// It is gone.
pub(super) fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .map_err(|error| Failure::usage("the current directory is gone").because(error))
}

/// The gate file in this directory or the nearest above, up to the root of the repository.
///
/// # Errors
/// There are two in one directory.
pub(super) fn nearest(here: &Path) -> Result<Option<PathBuf>, Failure> {
    for directory in here.ancestors() {
        let mut found = NAMES.iter().filter(|name| there_is(&directory.join(name)));
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                let both = NAMES.join(" and ");
                return Err(
                    Failure::usage(format!("{both} are both in {}", directory.display()))
                        .hint("keep one of them, or say which with `--file`"),
                );
            }
            (Some(name), None) => return Ok(Some(directory.join(name))),
            (None, _) if there_is(&directory.join(".git")) => break,
            (None, _) => {}
        }
    }
    Ok(None)
}

fn nowhere(here: &Path) -> Failure {
    let names = NAMES.join(" and ");
    Failure::usage("there is no gate file")
        .detail(format!(
            "looked for {names} in {} and its parents, up to the root of the repository",
            here.display()
        ))
        .hint("write a `prove.yml`, or say where it is with `--file`")
}

/// Links to nothing are there too: reading them says what is wrong.
fn there_is(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn bytes(file: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let metadata = fs::metadata(file).map_err(|error| missing(file, name, error))?;
    if metadata.is_dir() {
        let inside = NAMES
            .iter()
            .map(|name| file.join(name))
            .find(|path| there_is(path));
        let failure = cannot_read(name).detail("it is a directory");
        return Err(match inside {
            Some(path) => failure.hint(format!("did you mean `{}`?", path.display())),
            None => failure.hint("`--file` takes the gate file, `-C` a directory"),
        });
    }
    let limit = limits::GATE_FILE_BYTES as u64;
    let bytes =
        sys::fs::read_limited(file, limit).map_err(|error| cannot_read(name).because(error))?;
    bytes.ok_or_else(|| {
        cannot_read(name).detail(format!(
            "it has more than {} MiB",
            limits::GATE_FILE_BYTES >> 20
        ))
    })
}

fn missing(file: &Path, name: &str, error: std::io::Error) -> Failure {
    if error.kind() != std::io::ErrorKind::NotFound {
        return cannot_read(name).because(error);
    }
    if there_is(file) {
        return cannot_read(name).detail("it is a link to a file that there is not");
    }
    Failure::usage(format!("there is no gate file `{name}`"))
}

fn cannot_read(name: &str) -> Failure {
    Failure::usage(format!("cannot read the gate file `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &Path) -> String {
        let failure = read(Some(path)).unwrap_err();
        assert_eq!(failure.status(), crate::model::ExitStatus::Usage);
        let details = failure.details.iter().cloned().chain(failure.causes());
        format!(
            "{} {}",
            failure.headline,
            details.collect::<Vec<_>>().join(" ")
        )
    }

    #[test]
    fn what_cannot_be_read_is_said_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        assert!(said(&at("none")).contains("there is no gate file"));
        assert!(said(dir.path()).contains("it is a directory"));
        std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
        assert!(said(&at("dangling")).contains("a link to a file that there is not"));
        let large = fs::File::create(at("large")).unwrap();
        large.set_len(limits::GATE_FILE_BYTES as u64 + 1).unwrap();
        assert!(said(&at("large")).contains("more than 10 MiB"));
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert!(said(&at("socket")).contains("not a regular file"));
    }

    #[test]
    fn the_nearest_one_up_to_the_repository_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let repo = dir.path().join("repo");
        let deep = repo.join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir(repo.join(".git")).unwrap();
        fs::write(dir.path().join("prove.yml"), "outside").unwrap();
        assert_eq!(nearest(&deep).unwrap(), None);
        fs::write(repo.join("prove.yaml"), "").unwrap();
        assert_eq!(nearest(&deep).unwrap(), Some(repo.join("prove.yaml")));
        fs::write(repo.join("prove.yml"), "").unwrap();
        assert!(nearest(&deep).unwrap_err().headline.contains("both"));
        fs::write(repo.join("a/prove.yml"), "").unwrap();
        assert_eq!(nearest(&deep).unwrap(), Some(repo.join("a/prove.yml")));
    }
}
