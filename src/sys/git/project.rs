//! What git says about a project: facts, what changed, tracked files, files of the work tree.
//!
//! Must not know how git is started.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::{Git, GitError};
use crate::model::GitFacts;
use crate::sys::{ci, fs};

impl Git {
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
        let ci = ci::facts(env);
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
            default_branch: match ci.default_branch {
                Some(name) => Some(name),
                None => self.default_branch()?,
            },
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

    /// The branch that the remote takes for its own; a clone knows it, and nobody guesses it.
    fn default_branch(&self) -> Result<Option<String>, GitError> {
        let head = ["symbolic-ref", "-q", "--short", "refs/remotes/origin/HEAD"];
        let name = self.maybe(&head)?;
        Ok(name.and_then(|name| name.strip_prefix("origin/").map(str::to_owned)))
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
}

fn paths(out: &[u8]) -> Vec<PathBuf> {
    let names = out.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let path = |name: &[u8]| PathBuf::from(OsStr::from_bytes(name));
    names.map(path).collect()
}

fn split(out: &[u8]) -> Vec<String> {
    out.split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| fs::text(Path::new(OsStr::from_bytes(name))))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

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
        assert_eq!(asked.facts(&none).unwrap().default_branch, None);
        let head = [
            "symbolic-ref",
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/trunk",
        ];
        git(dir.path(), &head);
        let facts = asked.facts(&none).unwrap();
        assert_eq!(facts.default_branch.as_deref(), Some("trunk"));
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
