//! What git says about the project: facts, tracked files, files of the work tree.
//!
//! Asks the `git` program, with nothing of the user's configuration that could run something.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
}

/// Set by git for hooks and aliases; a repository is found from the directory, not from these.
const LOCAL_ENV: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_CEILING_DIRECTORIES",
];

impl Git {
    /// Asks from this directory; paths are relative to it.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
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
        let mut tags = tags.lines();
        let tag = tags
            .next()
            .filter(|_| tags.next().is_none())
            .map(str::to_owned);
        let branch = branch.or_else(|| ci_branch(env));
        let branch = branch.filter(|_| !is_of_a_stranger(env));
        Ok(GitFacts {
            sha,
            base: self.base()?,
            branch,
            tag,
        })
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
        use std::os::unix::ffi::OsStrExt;
        let out = self.run(&[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])?;
        let path = |name: &[u8]| PathBuf::from(std::ffi::OsStr::from_bytes(name));
        Ok(out
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(path)
            .collect())
    }

    /// One answer, its last newline taken off.
    fn line(&self, args: &[&str]) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.run(args)?)
            .trim_end()
            .to_owned())
    }

    /// One answer of a command that says "there is none" by failing with code 1.
    fn maybe(&self, args: &[&str]) -> Result<Option<String>, GitError> {
        let out = self.ask(args)?;
        match out.status.code() {
            Some(0) => Ok(Some(
                String::from_utf8_lossy(&out.stdout).trim_end().to_owned(),
            )),
            Some(1) => Ok(None),
            _ => Err(self.failure(args, &out.stderr)),
        }
    }

    fn run(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let out = self.ask(args)?;
        if out.status.success() {
            Ok(out.stdout)
        } else {
            Err(self.failure(args, &out.stderr))
        }
    }

    fn ask(&self, args: &[&str]) -> Result<std::process::Output, GitError> {
        let mut command = Command::new("git");
        command
            .args(["-c", "core.fsmonitor=", "-c", "core.quotepath=off"])
            .args(args)
            .current_dir(&self.root)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        for name in LOCAL_ENV {
            command.env_remove(name);
        }
        command.output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if self.root.is_dir() => GitError::ToolMissing,
            _ => GitError::Failed(args.join(" "), error.to_string()),
        })
    }

    fn failure(&self, args: &[&str], stderr: &[u8]) -> GitError {
        let text = String::from_utf8_lossy(stderr);
        if text.contains("dubious ownership") {
            GitError::DubiousOwnership(self.root.clone())
        } else if text.contains("not a git repository") {
            GitError::NoRepository(self.root.clone())
        } else {
            GitError::Failed(args.join(" "), text.trim().to_owned())
        }
    }
}

fn split(out: &[u8]) -> Vec<String> {
    use std::os::unix::ffi::OsStrExt;
    out.split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| super::fs::text(Path::new(std::ffi::OsStr::from_bytes(name))))
        .collect()
}

/// The branch that a CI checked out detached. For a pull request there is none: its name is
/// chosen by whoever opened it, and `when: {branch: main}` must not believe a stranger's `main`.
fn ci_branch(env: &BTreeMap<String, String>) -> Option<String> {
    let get = |name: &str| {
        env.get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let head = |name| get(name).and_then(|full| full.strip_prefix("refs/heads/"));
    let unless = |name, request: &str| {
        get(request)
            .is_none_or(|value| value == "false")
            .then(|| get(name))
            .flatten()
    };
    head("GITHUB_REF")
        .or_else(|| get("CI_COMMIT_BRANCH"))
        .or_else(|| head("BUILD_SOURCEBRANCH"))
        .or_else(|| unless("BUILDKITE_BRANCH", "BUILDKITE_PULL_REQUEST"))
        .or_else(|| unless("BITBUCKET_BRANCH", "BITBUCKET_PR_ID"))
        .or_else(|| unless("CIRCLE_BRANCH", "CIRCLE_PULL_REQUEST"))
        .or_else(|| unless("TRAVIS_BRANCH", "TRAVIS_PULL_REQUEST"))
        .or_else(|| unless("BRANCH_NAME", "CHANGE_ID"))
        .map(str::to_owned)
}

/// Whether a GitHub event that a stranger can set off runs this, also where it checks out a branch
/// of the project itself (`pull_request_target`, `workflow_run` are told `refs/heads/main`).
fn is_of_a_stranger(env: &BTreeMap<String, String>) -> bool {
    let get = |name: &str| env.get(name).map_or("", String::as_str);
    let event = get("GITHUB_EVENT_NAME");
    !get("GITHUB_HEAD_REF").is_empty()
        || event.starts_with("pull_request")
        || event == "workflow_run"
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
    fn a_pull_request_has_no_branch() {
        let env = |pairs: &[(&str, &str)]| {
            ci_branch(
                &pairs
                    .iter()
                    .map(|(k, v)| ((*k).into(), (*v).into()))
                    .collect(),
            )
        };
        assert_eq!(
            env(&[
                ("GITHUB_REF", "refs/pull/1/merge"),
                ("GITHUB_HEAD_REF", "main")
            ]),
            None
        );
        assert_eq!(
            env(&[
                ("BUILDKITE_BRANCH", "main"),
                ("BUILDKITE_PULL_REQUEST", "7")
            ]),
            None
        );
        let fine = env(&[
            ("BUILDKITE_BRANCH", "main"),
            ("BUILDKITE_PULL_REQUEST", "false"),
        ]);
        assert_eq!(fine.as_deref(), Some("main"));
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
