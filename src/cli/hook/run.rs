//! `prove hook run`: what git is about to push or to commit is proved, unless it is already. Each
//! commit is a `prove run` of its own, as runs do not share a process.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};

use super::from_hook;
use crate::cli::args::Common;
use crate::cli::failure::Failure;
use crate::cli::gatefile;
use crate::cli::output::Terminal;
use crate::hook::refs::{self, Push};
use crate::hook::{Hook, HookError, Proven, Repository, Subject, Wanted, install};
use crate::model::ExitStatus;
use crate::sys;

/// What git writes to a hook is shorter.
const STDIN_BYTES: u64 = 64 << 20;
/// The hook from before that runs: it must not be started by itself.
const CALLS: &str = "PROVE_HOOK_CALLS";

/// Options of `prove hook run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove hook run pre-push \"$@\"        in a pre-push hook of your own, with its standard input
  prove hook run pre-commit           in a pre-commit hook")]
pub(super) struct Run {
    /// Which hook.
    #[arg(value_name = "HOOK")]
    which: Which,
    /// The script that calls, when git calls that itself.
    #[arg(long, hide = true, value_name = "PATH")]
    hook: Option<PathBuf>,
    /// What git hands to the hook.
    #[arg(
        value_name = "WORD",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// Proves the commits that git names on standard input.
    PrePush,
    /// Proves what is staged.
    PreCommit,
}

impl Which {
    fn hook(self) -> Hook {
        match self {
            Self::PrePush => Hook::PrePush,
            Self::PreCommit => Hook::PreCommit,
        }
    }
}

pub(super) fn run(run: &Run, common: &Common, terminal: &Terminal) -> Result<ExitStatus, Failure> {
    let hook = run.which.hook();
    let ended = match hook {
        Hook::PrePush => pre_push(run, common, terminal),
        Hook::PreCommit => pre_commit(run, common, terminal),
    };
    let held = |failure: Failure| {
        let act = hook.act();
        failure.hint(format!(
            "nothing was proved, so the {act} is held back; `git {act} --no-verify` is git's own way past its hooks"
        ))
    };
    ended.map_err(held)
}

fn pre_push(run: &Run, common: &Common, terminal: &Terminal) -> Result<ExitStatus, Failure> {
    let stdin = stdin()?;
    let pushes = pushed(run, stdin.as_deref(), terminal)?;
    if !pushes.is_empty() {
        let desk = Desk::open(Hook::PrePush, common, terminal)?;
        let ended = desk.prove_all(&pushes)?;
        if ended != ExitStatus::Proved {
            return Ok(ended);
        }
    }
    // Last: such a hook may send something itself (git-lfs does).
    before(run, stdin.unwrap_or_default(), terminal)
}

fn pre_commit(run: &Run, common: &Common, terminal: &Terminal) -> Result<ExitStatus, Failure> {
    // First: such a hook may stage something itself.
    let ended = before(run, Vec::new(), terminal)?;
    if ended != ExitStatus::Proved {
        return Ok(ended);
    }
    let desk = Desk::open(Hook::PreCommit, common, terminal)?;
    let index = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
    let subject = Subject::staged(&desk.repository, index.as_deref());
    let subject = subject.map_err(|error| from_hook(&error))?;
    let name = subject.stands_for.as_deref();
    desk.prove(&subject.key(), &subject.object, name, &subject.label)
}

/// What came on standard input; `None` when that is no place from which git speaks. Git hands over a
/// pipe, also when there is nothing to say; a terminal, `/dev/null` and a closed one (which is
/// `/dev/null` by now) mean that somebody stands in between.
fn stdin() -> Result<Option<Vec<u8>>, Failure> {
    let cannot =
        |error| Failure::undecided("cannot read what git hands to the hook").because(error);
    let mut bytes = Vec::new();
    let stdin = io::stdin();
    let place = File::from(stdin.as_fd().try_clone_to_owned().map_err(cannot)?);
    let place = place.metadata().map_err(cannot)?;
    if place.file_type().is_char_device() {
        return Ok(None);
    }
    let read = stdin.take(STDIN_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(cannot)?;
    if bytes.len() as u64 > STDIN_BYTES {
        return Err(Failure::undecided("git hands more than 64 MiB to the hook"));
    }
    Ok(Some(bytes))
}

/// What is pushed. Nothing is a fine answer of git's (all is there already), but not of others:
/// they may have kept it to themselves.
fn pushed(run: &Run, stdin: Option<&[u8]>, terminal: &Terminal) -> Result<Vec<Push>, Failure> {
    let words = stdin.unwrap_or_default();
    let pushes = refs::parse(words).map_err(|error| from_hook(&error))?;
    if !words.is_empty() || (run.hook.is_some() && stdin.is_some()) {
        return Ok(pushes);
    }
    // pre-commit and prek read it themselves and hand over what they make of it: as an object, or,
    // when the first commit of all is among what goes out, as a name only.
    let object = given("PRE_COMMIT_TO_REF").or_else(|| given("PRE_COMMIT_LOCAL_BRANCH"));
    let Some(object) = object else {
        return Err(
            Failure::usage("nobody says what is pushed: standard input is empty")
                .hint("hand it over as git gives it; in lefthook with `use_stdin: true`"),
        );
    };
    terminal.note("pre-commit and prek tell of one ref of a push: what goes out beside it is not looked at; put `prove hook install` before them, which sees all");
    Ok(vec![Push {
        object,
        remote_ref: given("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default(),
    }])
}

/// What a framework says in its environment. A name of git's has one line.
fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    (!value.is_empty() && !value.contains('\n')).then_some(value)
}

/// The hook that was there before prove. A framework that came later may have renamed ours (to
/// `pre-push.legacy`); the one that we keep has its name from before.
fn kept(run: &Run) -> Option<PathBuf> {
    let called = run.hook.as_deref()?;
    let named = called.with_file_name(run.which.hook().as_str());
    let (path, runs) = install::look_kept(called).or_else(|| {
        let found = install::look_kept(&named)?;
        // Unless that is what has called us: ours, theirs, and ours again.
        let calls = std::env::var_os(CALLS).map(PathBuf::from);
        (calls != found.0.canonicalize().ok()).then_some(found)
    })?;
    runs.then_some(path)
}

/// The hook that was there before prove, if there is one; its exit code counts.
fn before(run: &Run, stdin: Vec<u8>, terminal: &Terminal) -> Result<ExitStatus, Failure> {
    let Some(path) = kept(run) else {
        return Ok(ExitStatus::Proved);
    };
    let shown = sys::fs::text(&path);
    let cannot = |error| Failure::undecided(format!("cannot run the hook {shown}")).because(error);
    let program = if path.is_absolute() {
        path
    } else {
        Path::new(".").join(path)
    };
    let mut command = Command::new(&program);
    command.args(&run.words).stdin(Stdio::piped());
    command.env(CALLS, program.canonicalize().map_err(cannot)?);
    let mut child = command.spawn().map_err(cannot)?;
    let pipe = child.stdin.take();
    // One that does not read it all is fine, and is not waited for.
    std::thread::spawn(move || pipe.map_or(Ok(()), |mut pipe| pipe.write_all(&stdin)));
    let status = child.wait().map_err(cannot)?;
    if status.success() {
        return Ok(ExitStatus::Proved);
    }
    terminal.note(&format!(
        "the hook that was here before prove says no: {shown}, {status}"
    ));
    Ok(ExitStatus::Refuted)
}

/// Where hooks prove.
struct Desk<'d> {
    hook: Hook,
    common: &'d Common,
    terminal: &'d Terminal,
    repository: Repository,
    /// Any of these, relative to the root of the repository.
    gate_files: Vec<String>,
}

impl<'d> Desk<'d> {
    fn open(hook: Hook, common: &'d Common, terminal: &'d Terminal) -> Result<Self, Failure> {
        let here = gatefile::here()?;
        let repository = Repository::find(&here).map_err(|error| from_hook(&error))?;
        let gate_files = match &common.file {
            Some(file) => {
                let file = gatefile::plain(&here.join(file));
                let below = file.strip_prefix(&repository.top).unwrap_or(&file);
                vec![sys::fs::text(below)]
            }
            None => gatefile::NAMES.map(str::to_owned).to_vec(),
        };
        Ok(Self {
            hook,
            common,
            terminal,
            repository,
            gate_files,
        })
    }

    /// Each commit that is not proved yet; the first that cannot be proved ends it.
    fn prove_all(&self, pushes: &[Push]) -> Result<ExitStatus, Failure> {
        let commits = self.commits(pushes)?;
        for (at, (push, commit)) in pushes.iter().zip(&commits).enumerate() {
            let label = format!("commit {}", commit.get(..10).unwrap_or(commit));
            let ended = self.prove(commit, commit, Some(&push.remote_ref), &label)?;
            if ended != ExitStatus::Proved {
                let mut rest: Vec<&String> = commits[at + 1..].iter().collect();
                rest.retain(|other| *other != commit);
                rest.sort();
                rest.dedup();
                if !rest.is_empty() {
                    let rest = rest.len();
                    self.terminal.note(&format!(
                        "{rest} more commits of this push were not looked at"
                    ));
                }
                return Ok(ended);
            }
        }
        Ok(ExitStatus::Proved)
    }

    /// The commits that are pushed: git names tags by their own objects.
    fn commits(&self, pushes: &[Push]) -> Result<Vec<String>, Failure> {
        let asked: String = pushes
            .iter()
            .map(|push| format!("{}^{{commit}}\n", push.object))
            .collect();
        let words = ["cat-file", "--batch-check=%(objectname)"];
        let answer = self.repository.git().fed(&words, asked.into_bytes());
        let answer = answer.map_err(|error| from_hook(&error.into()))?;
        let answer = String::from_utf8_lossy(&answer);
        let mut lines = answer.lines();
        let commit = |push: &Push| match lines.next() {
            Some(line) if !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(line.to_owned())
            }
            _ => Err(from_hook(&HookError::NoCommit(push.remote_ref.clone()))),
        };
        pushes.iter().map(commit).collect()
    }

    /// Runs the gates on it, unless that was done.
    fn prove(
        &self,
        key: &str,
        object: &str,
        stands_for: Option<&str>,
        label: &str,
    ) -> Result<ExitStatus, Failure> {
        let proven = Proven::read(&self.repository).map_err(|error| from_hook(&error))?;
        let wanted = Wanted {
            subject: key,
            gate_files: &self.gate_files,
            stage: self.hook.as_str(),
            stands_for,
            today: &sys::clock::today(),
            env: &|name| std::env::var_os(name),
            pull_request: sys::ci::facts(&sys::env::vars()).pull_request,
        };
        if let Some(proof) = proven.find(&wanted) {
            self.terminal
                .note(&format!("{label} was proved before, by run {}", proof.run));
            return Ok(ExitStatus::Proved);
        }
        let status = self.run(object, stands_for.filter(|name| !name.is_empty()))?;
        if status != ExitStatus::Proved {
            let act = self.hook.act();
            let what = if status == ExitStatus::Refuted {
                "refuted"
            } else {
                "not proved"
            };
            let logs = match status {
                ExitStatus::Usage => "",
                _ => "; what a gate printed: `prove logs GATE`",
            };
            let note = format!("{label} is {what}, so the {act} is held back{logs}");
            self.terminal.note(&note);
        }
        Ok(status)
    }

    fn run(&self, object: &str, stands_for: Option<&str>) -> Result<ExitStatus, Failure> {
        let cannot = |error| Failure::undecided("cannot start prove itself").because(error);
        let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
        command.current_dir(&self.repository.top);
        // What git tells its hooks would lead the gates' own git astray.
        for name in sys::git::LOCAL_ENV {
            command.env_remove(name);
        }
        if let Some(file) = &self.common.file {
            command.arg("--file").arg(gatefile::here()?.join(file));
        }
        command.args(["run", "--wait", "--stage", self.hook.as_str()]);
        command.args(["--with", &std::process::id().to_string(), "--rev", object]);
        if let Some(name) = stands_for {
            command.args(["--as", name]);
        }
        // What git says on standard output is for whoever reads it there.
        let stderr = io::stderr().as_fd().try_clone_to_owned().map_err(cannot)?;
        command.stdin(Stdio::null()).stdout(Stdio::from(stderr));
        let ended = sys::signals::see_through(command).map_err(cannot)?;
        Ok(status(ended))
    }
}

/// How `prove run` ended, by its own table.
fn status(ended: std::process::ExitStatus) -> ExitStatus {
    match ended.code() {
        Some(0) => ExitStatus::Proved,
        Some(1) => ExitStatus::Refuted,
        Some(2) => ExitStatus::Usage,
        Some(code @ 129..=255) => ExitStatus::Signal(u8::try_from(code - 128).unwrap_or(15)),
        _ => ExitStatus::Undecided,
    }
}
