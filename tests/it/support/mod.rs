//! What every test stands on: a project in a directory of its own, and `prove` run in it with an
//! environment that is ours.

pub mod browser;
pub mod docker;
pub mod registry;
pub mod repo;
pub mod terminal;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use prove::event::{Body, Event, GateFinished};

/// A project in a temporary directory, gone when it is dropped.
pub struct Project {
    dir: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

/// What a run of `prove` left.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// An empty project that is no git repository.
    pub fn bare() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("prove-it-")
            .tempdir()
            .unwrap();
        let mut env = BTreeMap::new();
        env.insert("PATH".to_owned(), std::env::var("PATH").unwrap());
        env.insert(
            "HOME".to_owned(),
            dir.path().join(".home").display().to_string(),
        );
        env.insert("LANG".to_owned(), "C.UTF-8".to_owned());
        for name in ["DOCKER_HOST", "PROVE_BUILDER"] {
            if let Ok(value) = std::env::var(name) {
                env.insert(name.to_owned(), value);
            }
        }
        Self { dir, env }
    }

    /// A project with this gate file.
    pub fn with(gate_file: &str) -> Self {
        let project = Self::bare();
        project.file("prove.yml", gate_file);
        project
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file, directories included.
    pub fn file(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes an executable script.
    pub fn script(&self, path: &str, text: &str) -> &Self {
        self.file(path, text);
        let path = self.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Sets a variable of the caller's environment.
    pub fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable out of the caller's environment.
    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.env.remove(name);
        self
    }

    /// Makes it a git repository with everything committed.
    pub fn git(&self) -> &Self {
        self.run_git(&["init", "-q", "-b", "main"]);
        self.run_git(&["add", "-A"]);
        self.run_git(&["commit", "-q", "-m", "start", "--allow-empty"]);
        self
    }

    /// Git in this project, with nothing of the user's configuration.
    pub fn run_git(&self, args: &[&str]) {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {args:?}: {output:?}");
    }

    /// `prove` in this project, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prove"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .envs(&self.env);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `prove` to its end.
    pub fn prove(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// `prove run`.
    pub fn run(&self) -> Ran {
        self.prove(&["run"])
    }

    /// The folder of the newest run.
    pub fn run_dir(&self) -> PathBuf {
        let runs = fs::read_dir(self.path().join(".prove/runs")).expect("there was a run");
        let mut runs: Vec<PathBuf> = runs.map(|entry| entry.unwrap().path()).collect();
        runs.sort();
        runs.pop().expect("a run left its folder")
    }

    /// The events of the newest run.
    pub fn events(&self) -> Vec<Event> {
        let text = fs::read_to_string(self.run_dir().join("events.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }

    /// What became of a gate in the newest run.
    pub fn gate(&self, name: &str) -> GateFinished {
        let mut events = self.events().into_iter();
        let found = events.find_map(|event| match event.body {
            Body::GateFinished(gate) if gate.gate.as_str() == name => Some(*gate),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no verdict of gate {name}"))
    }

    /// The verdict words of the newest run, by gate.
    pub fn verdicts(&self) -> BTreeMap<String, &'static str> {
        let finished = self
            .events()
            .into_iter()
            .filter_map(|event| match event.body {
                Body::GateFinished(gate) => Some((gate.gate.to_string(), gate.verdict.as_str())),
                _ => None,
            });
        finished.collect()
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let code = output
            .status
            .code()
            .unwrap_or_else(|| 1000 + output.status.signal().unwrap());
        Self {
            code,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Both streams, for messages and searches.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Asserts the exit code and that each of these stands in the output.
    #[track_caller]
    pub fn expect(&self, code: i32, words: &[&str]) -> &Self {
        let text = self.text();
        assert_eq!(self.code, code, "exit code; output:\n{text}");
        for word in words {
            assert!(text.contains(word), "`{word}` is missing in:\n{text}");
        }
        assert!(!text.contains("panicked at"), "it panicked:\n{text}");
        self
    }
}

/// A FIFO in the project: a hand-shake without a clock.
pub fn fifo(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(status.success());
}

/// Opens a FIFO for reading and waits until the other side wrote a line (or closed it).
pub fn wait_for_line(path: &Path) -> String {
    use std::io::BufRead as _;
    let mut line = String::new();
    let file = fs::File::open(path).unwrap();
    std::io::BufReader::new(file).read_line(&mut line).unwrap();
    line.trim().to_owned()
}

/// Whether a process lives (a zombie does not).
pub fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().next());
    !matches!(state, None | Some("Z" | "X"))
}

/// Waits until a process is gone, by its pidfd: an event of the kernel, not a clock.
#[track_caller]
pub fn wait_until_gone(pid: &str) {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let number: i32 = pid.parse().expect("a pid");
    let Ok(fd) = pidfd_open(Pid::from_raw(number).unwrap(), PidfdFlags::empty()) else {
        return;
    };
    let mut fds = [rustix::event::PollFd::new(
        &fd,
        rustix::event::PollFlags::IN,
    )];
    let limit = rustix::event::Timespec {
        tv_sec: 30,
        tv_nsec: 0,
    };
    let ready = rustix::event::poll(&mut fds, Some(&limit)).unwrap();
    assert!(ready == 1 || !lives(pid), "process {pid} outlived prove");
}

/// The exit code; a `prove` that does not end within half a minute fails the test and is killed.
#[track_caller]
pub fn ended(mut child: std::process::Child) -> Option<i32> {
    let pid = child.id().to_string();
    let waited = std::panic::catch_unwind(|| wait_until_gone(&pid));
    if waited.is_err() {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("prove is deaf");
    }
    child.wait().unwrap().code()
}

/// Sends a signal to a process.
pub fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Whether a program is on this machine.
pub fn has(program: impl AsRef<OsStr>) -> bool {
    which::which(program).is_ok()
}
