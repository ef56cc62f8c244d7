//! A git repository with a gate file, two remotes, and hooks that call the `prove` under test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Project, Ran};

/// Says where it ran, and passes when `state` says `good`.
pub const GATES: &str = concat!(
    "version: 1\n",
    "gates:\n",
    "  state: { run: 'pwd >> \"$HOME/ran\"; grep good state' }\n",
);

/// A repository, its home, and the bare repositories `a` and `b` beside it.
pub struct Repo {
    pub project: Project,
    pub side: tempfile::TempDir,
}

impl Repo {
    /// `main` with a good commit, nothing pushed yet, the pre-push hook installed.
    pub fn hooked() -> Self {
        let repo = Self::new();
        repo.project
            .file("prove.yml", GATES)
            .file("state", "good\n");
        repo.commit("start");
        repo.prove(&["hook", "install"])
            .expect(0, &["pre-push: installed"]);
        repo
    }

    /// An empty repository without a commit.
    pub fn new() -> Self {
        let side = tempfile::Builder::new()
            .prefix("prove-it-")
            .tempdir()
            .unwrap();
        let mut project = Project::bare();
        let root = side.path().to_owned();
        let at = |name: &str| root.join(name).display().to_string();
        fs::create_dir(at("home")).unwrap();
        for (name, value) in [
            ("HOME", at("home").as_str()),
            ("GIT_CONFIG_GLOBAL", at("home/.gitconfig").as_str()),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "t"),
            ("GIT_AUTHOR_EMAIL", "t@example.org"),
            ("GIT_COMMITTER_NAME", "t"),
            ("GIT_COMMITTER_EMAIL", "t@example.org"),
        ] {
            project.env(name, value);
        }
        let repo = Self { project, side };
        repo.git(&["init", "-q", "-b", "main"]).expect(0, &[]);
        for name in ["a", "b"] {
            repo.git(&["init", "-q", "--bare", &at(name)])
                .expect(0, &[]);
            repo.git(&["remote", "add", name, &at(name)]).expect(0, &[]);
        }
        repo
    }

    /// A program in this directory, in the project's environment.
    pub fn program(&self, program: &str, dir: &Path) -> Command {
        let prove = self.project.command(&[]);
        let envs = prove
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new(program);
        command.env_clear().envs(envs).current_dir(dir);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn git_in(&self, dir: &Path, args: &[&str]) -> Ran {
        Ran::of(self.program("git", dir).args(args).output().unwrap())
    }

    pub fn git(&self, args: &[&str]) -> Ran {
        self.git_in(self.project.path(), args)
    }

    pub fn prove(&self, args: &[&str]) -> Ran {
        self.project.prove(args)
    }

    /// Commits all there is.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]).expect(0, &[]);
        self.git(&["commit", "-q", "--no-verify", "-m", message])
            .expect(0, &[]);
        self.sha("HEAD")
    }

    pub fn sha(&self, name: &str) -> String {
        self.git(&["rev-parse", name])
            .expect(0, &[])
            .stdout
            .trim()
            .to_owned()
    }

    /// What a remote has there.
    pub fn remote(&self, remote: &str, name: &str) -> Option<String> {
        let ran = self.git_in(
            &self.side.path().join(remote),
            &["rev-parse", "-q", "--verify", name],
        );
        (ran.code == 0).then(|| ran.stdout.trim().to_owned())
    }

    /// The directories in which the gate ran, one by one.
    pub fn ran(&self) -> Vec<PathBuf> {
        let text = fs::read_to_string(self.side.path().join("home/ran")).unwrap_or_default();
        text.lines().map(PathBuf::from).collect()
    }

    /// The kept tree.
    pub fn kept(&self) -> PathBuf {
        let trees = self.side.path().join("home/.cache/prove/trees");
        let one = |dir: &Path| fs::read_dir(dir).unwrap().next().unwrap().unwrap().path();
        one(&one(&trees))
    }

    pub fn hook(&self, name: &str) -> PathBuf {
        self.project.path().join(".git/hooks").join(name)
    }
}
