//! What git says about the project: facts, tracked files, files of the work tree.
//!
//! Asks the `git` program, with nothing of the user's configuration that could run something.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::model::GitFacts;

/// Why git did not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no `git`.
    #[error("git is not installed, or not in PATH")]
    ToolMissing,
    /// The project is in no repository.
    #[error("{0} is not in a git repository")]
    NoRepository(PathBuf),
    /// The repository belongs to somebody else and git refuses it.
    #[error(
        "git refuses the repository because it belongs to another user; \
         `git config --global --add safe.directory {0}` lets it in"
    )]
    DubiousOwnership(PathBuf),
    /// There is a repository without a commit.
    #[error("the repository has no commit yet")]
    NoCommit,
    /// Anything else, in git's own words.
    #[error("`git {0}` failed: {1}")]
    Failed(String, String),
}

/// Git, asked from one directory.
#[derive(Clone, Debug)]
pub struct Git {
    root: PathBuf,
    env: Vec<(&'static str, OsString)>,
}

/// Set by git for hooks and aliases; a repository is found from the directory, not from these.
/// Whoever starts something for another directory takes them out of its environment.
pub const LOCAL_ENV: [&str; 14] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
];

impl Git {
    /// Asks from this directory; paths are relative to it.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            env: Vec::new(),
        }
    }

    /// Asks with this variable set.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Runs git with these words and gives what it printed.
    ///
    /// # Errors
    /// [`GitError`]; any exit code but 0.
    pub fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, GitError> {
        self.run(args)
    }

    /// The same for words whose answer is one line of text.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn text<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String, GitError> {
        self.line(args)
    }

    /// The same for words whose answer is one path: its own newlines are part of it.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn path<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<PathBuf, GitError> {
        let mut bytes = self.run(args)?;
        bytes.pop_if(|last| *last == b'\n');
        Ok(PathBuf::from(OsString::from_vec(bytes)))
    }

    /// Runs git with these words, feeds it these bytes, and gives what it printed.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn fed(&self, args: &[&str], stdin: Vec<u8>) -> Result<Vec<u8>, GitError> {
        let failed = |error: io::Error| GitError::Failed(args.join(" "), error.to_string());
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.cannot(args, &error))?;
        let pipe = child.stdin.take();
        // Beside the reading: git answers before it has heard all.
        let writer = std::thread::spawn(move || pipe.map_or(Ok(()), |mut p| p.write_all(&stdin)));
        let out = child.wait_with_output().map_err(failed)?;
        let written = writer.join();
        if !out.status.success() {
            return Err(self.failure(args, &out.stderr));
        }
        match written {
            Ok(written) => written.map_err(failed)?,
            Err(_) => return Err(failed(io::Error::other("it could not be written to"))),
        }
        Ok(out.stdout)
    }

    /// What `${{ git.* }}` may give. `env` is the caller's environment: on a detached HEAD the
    /// CI's variables may know the branch.
    ///
    /// # Errors
    /// [`GitError`]; without a commit there are no facts.
    pub fn facts(&self, env: &BTreeMap<String, String>) -> Result<GitFacts, GitError> {
        self.line(&["rev-parse", "--git-dir"])?;
        let Some(sha) = self.maybe(&["rev-parse", "--verify", "-q", "HEAD^{commit}"])? else {
            return Err(GitError::NoCommit);
        };
        let branch = self.maybe(&["symbolic-ref", "-q", "--short", "HEAD"])?;
        let tags = self.line(&["tag", "--points-at", "HEAD"])?;
        let tags: Vec<String> = tags.lines().map(str::to_owned).collect();
        let ci = super::ci::facts(env);
        // A stranger's `main` must not be believed, also where it is checked out as a branch.
        let branch = branch.filter(|_| ci.pull_request == Some(false));
        Ok(GitFacts {
            sha,
            base: self.base()?,
            branch: branch.or(ci.branch),
            tag: match &*tags {
                [tag] => Some(tag.clone()),
                _ => None,
            },
            tags,
        })
    }

    /// Files that changed since HEAD left the default branch, in commits or in the work tree, those
    /// of nobody yet included; or why that says nothing: then all may have.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn changed(&self) -> Result<Result<Vec<PathBuf>, String>, GitError> {
        if self.line(&["rev-parse", "--is-shallow-repository"])? != "false" {
            return Ok(Err("the clone is shallow".to_owned()));
        }
        let Some(base) = self.base()? else {
            return Ok(Err("there is no base branch to compare with".to_owned()));
        };
        if self.line(&["rev-parse", "HEAD"])? == base {
            return Ok(Err("HEAD is on the base branch itself".to_owned()));
        }
        let diff = [
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--relative",
        ];
        let diff = self.run(&[&diff[..], &[&base]].concat())?;
        let new = self.run(&["ls-files", "-z", "--others", "--exclude-standard"])?;
        Ok(Ok(paths(&[diff, new].concat())))
    }

    /// Where HEAD left the default branch.
    fn base(&self) -> Result<Option<String>, GitError> {
        for name in [
            "origin/HEAD",
            "origin/main",
            "origin/master",
            "main",
            "master",
        ] {
            let commit = format!("{name}^{{commit}}");
            if self
                .maybe(&["rev-parse", "--verify", "-q", &commit])?
                .is_some()
            {
                return self.maybe(&["merge-base", "HEAD", name]);
            }
        }
        Ok(None)
    }

    /// Paths that git tracks below this directory, as bytes are (`\xNN` for what is not UTF-8).
    ///
    /// # Errors
    /// [`GitError`].
    pub fn tracked(&self) -> Result<Vec<String>, GitError> {
        Ok(split(&self.run(&["ls-files", "-z", "--cached"])?))
    }

    /// Paths that git tracks or would track if it were asked to: ignored files left out.
    /// A repository inside comes as one path, its directory's.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn work_files(&self) -> Result<Vec<PathBuf>, GitError> {
        let args = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        Ok(paths(&self.run(&args)?))
    }

    /// One answer, its last newline taken off.
    fn line<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.run(args)?)
            .trim_end()
            .to_owned())
    }

    /// One answer of a command that says "there is none" by failing with code 1.
    ///
    /// # Errors
    /// [`GitError`]; any other exit code.
    pub fn maybe<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Option<String>, GitError> {
        let out = self.ask(args)?;
        match out.status.code() {
            Some(0) => Ok(Some(
                String::from_utf8_lossy(&out.stdout).trim_end().to_owned(),
            )),
            Some(1) => Ok(None),
            _ => Err(self.failure(args, &out.stderr)),
        }
    }

    fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, GitError> {
        let out = self.ask(args)?;
        if out.status.success() {
            Ok(out.stdout)
        } else {
            Err(self.failure(args, &out.stderr))
        }
    }

    fn ask<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, GitError> {
        let mut command = self.command(args);
        command.stdin(Stdio::null());
        command.output().map_err(|error| self.cannot(args, &error))
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new("git");
        command
            .args(["-c", "core.fsmonitor=", "-c", "core.quotepath=off"])
            .args(args)
            .current_dir(&self.root)
            .env("GIT_OPTIONAL_LOCKS", "0")
            // `git replace` shows other files here than a push sends.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("LC_ALL", "C");
        for name in LOCAL_ENV {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    fn cannot<S: AsRef<OsStr>>(&self, args: &[S], error: &io::Error) -> GitError {
        match error.kind() {
            io::ErrorKind::NotFound if self.root.is_dir() => GitError::ToolMissing,
            _ => GitError::Failed(words(args), error.to_string()),
        }
    }

    fn failure<S: AsRef<OsStr>>(&self, args: &[S], stderr: &[u8]) -> GitError {
        let text = String::from_utf8_lossy(stderr);
        if text.contains("dubious ownership") {
            GitError::DubiousOwnership(self.root.clone())
        } else if text.contains("not a git repository") {
            GitError::NoRepository(self.root.clone())
        } else {
            GitError::Failed(words(args), text.trim().to_owned())
        }
    }
}

fn words<S: AsRef<OsStr>>(args: &[S]) -> String {
    let words = args.iter().map(|word| word.as_ref().to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}

fn paths(out: &[u8]) -> Vec<PathBuf> {
    let names = out.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let path = |name: &[u8]| PathBuf::from(OsStr::from_bytes(name));
    names.map(path).collect()
}

fn split(out: &[u8]) -> Vec<String> {
    out.split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| super::fs::text(Path::new(OsStr::from_bytes(name))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs git for a test, without the machine's configuration.
    pub(super) fn git(dir: &Path, args: &[&str]) {
        let out = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args([
                "-c",
                "init.defaultBranch=main",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(args)
            .current_dir(dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }

    #[test]
    fn facts_of_a_branch_a_tag_and_a_detached_head() {
        let dir = tempfile::tempdir().unwrap();
        let none = BTreeMap::new();
        git(dir.path(), &["init", "-q"]);
        let asked = Git::at(dir.path());
        assert!(matches!(asked.facts(&none), Err(GitError::NoCommit)));
        git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "one"]);
        git(dir.path(), &["checkout", "-q", "-b", "work"]);
        git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "two"]);
        git(dir.path(), &["tag", "v1"]);
        let facts = asked.facts(&none).unwrap();
        assert_eq!(
            (facts.branch.as_deref(), facts.tag.as_deref()),
            (Some("work"), Some("v1"))
        );
        assert!(
            facts
                .base
                .is_some_and(|base| base != facts.sha && base.len() >= 40)
        );
        git(dir.path(), &["checkout", "-q", "--detach"]);
        assert_eq!(asked.facts(&none).unwrap().branch, None);
        let ci = BTreeMap::from([("GITHUB_REF".to_owned(), "refs/heads/x/y".to_owned())]);
        assert_eq!(asked.facts(&ci).unwrap().branch.as_deref(), Some("x/y"));
        for (name, value) in [
            ("GITHUB_EVENT_NAME", "pull_request_target"),
            ("GITHUB_EVENT_NAME", "workflow_run"),
            ("GITHUB_HEAD_REF", "main"),
        ] {
            let mut env = ci.clone();
            env.insert(name.to_owned(), value.to_owned());
            assert_eq!(asked.facts(&env).unwrap().branch, None, "{value}");
            git(dir.path(), &["checkout", "-q", "work"]);
            assert_eq!(asked.facts(&env).unwrap().branch, None, "{value}");
            git(dir.path(), &["checkout", "-q", "--detach"]);
        }
        let mut push = ci;
        push.insert("GITHUB_EVENT_NAME".to_owned(), "push".to_owned());
        assert_eq!(asked.facts(&push).unwrap().branch.as_deref(), Some("x/y"));
    }

    #[test]
    fn no_repository_is_told_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let error = Git::at(dir.path()).facts(&BTreeMap::new()).unwrap_err();
        assert!(matches!(error, GitError::NoRepository(_)), "{error}");
    }

    #[test]
    fn tracked_names_come_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "-q"]);
        for name in ["ü \"x\"\n.txt", "b"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        git(dir.path(), &["add", "."]);
        assert_eq!(
            Git::at(dir.path()).tracked().unwrap(),
            ["b", "ü \"x\"\n.txt"]
        );
    }
}
