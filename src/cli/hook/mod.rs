//! `prove hook`: puts prove before `git push` and `git commit`, takes it away, says what stands
//! there, and is what the hooks call.

mod run;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::Common;
use super::failure::Failure;
use super::gatefile;
use super::output::Terminal;
use crate::hook::install::{self, Installed, Standing};
use crate::hook::{self, Hook, HookError, Kept, Proven, Repository, Script};
use crate::model::ExitStatus;
use crate::sys;

/// `prove hook`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove hook install                  from now on `git push` proves what it pushes
  prove hook install --pre-commit     and `git commit` what is staged
  prove hook status
  prove hook uninstall                as it was before

The pre-push hook proves each commit that is pushed, not the work tree: in the work tree when that is
exactly the commit, else in a tree of its own in the user's cache. It runs `--stage pre-push`; a
commit that was proved before costs nothing. `git push --no-verify` is git's own way past its hooks.")]
pub(super) struct Hooks {
    #[command(subcommand)]
    word: Word,
}

#[derive(Debug, Subcommand)]
enum Word {
    /// Puts the pre-push hook up; one that is there already is kept, and runs too.
    Install(Which),
    /// Takes prove's hooks away and puts back what was there.
    Uninstall(Which),
    /// Says what stands where git looks for hooks.
    Status,
    /// What the hooks call: proves what git is about to push or to commit.
    Run(run::Run),
}

/// Which hooks.
#[derive(Debug, Args)]
struct Which {
    /// The hook before a commit: proves what is staged.
    #[arg(long)]
    pre_commit: bool,
    /// The hook before a push.
    #[arg(long)]
    pre_push: bool,
}

impl Which {
    fn or(&self, otherwise: &[Hook]) -> Vec<Hook> {
        let asked = |hook: &Hook| match hook {
            Hook::PrePush => self.pre_push,
            Hook::PreCommit => self.pre_commit,
        };
        let asked: Vec<Hook> = Hook::ALL.into_iter().filter(asked).collect();
        if asked.is_empty() {
            otherwise.to_vec()
        } else {
            asked
        }
    }
}

pub(super) fn hook(
    hooks: &Hooks,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let text = match &hooks.word {
        Word::Install(which) => install_all(&which.or(&[Hook::PrePush]), common)?,
        Word::Uninstall(which) => uninstall_all(&which.or(&Hook::ALL))?,
        Word::Status => status()?,
        Word::Run(run) => return run::run(run, common, terminal),
    };
    terminal.print(&super::output::visible(&text))?;
    Ok(ExitStatus::Proved)
}

/// What went wrong with hooks, as a failure of the command line.
pub(super) fn from_hook(error: &HookError) -> Failure {
    let failure = match error {
        HookError::NoCommit(_) | HookError::Bare(_) | HookError::NoWorkTree(_) => {
            Failure::usage(error.to_string())
        }
        _ => Failure::undecided(error.to_string()),
    };
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn repository() -> Result<Repository, Failure> {
    Repository::find(&gatefile::here()?).map_err(|error| from_hook(&error))
}

fn install_all(hooks: &[Hook], common: &Common) -> Result<String, Failure> {
    let repository = repository()?;
    let folder = repository.hooks().map_err(|error| from_hook(&error))?;
    let gate_file = gate_file(&repository, common)?;
    let program = std::env::current_exe().map_err(|error| {
        Failure::undecided("where prove itself is cannot be known").because(error)
    })?;
    let mut text = String::new();
    for hook in hooks {
        let script = Script {
            hook: *hook,
            program: &program,
            gate_file: gate_file.as_deref(),
        };
        let installed = install::install(&folder, &script).map_err(|error| from_hook(&error))?;
        let path = folder.join(hook.as_str());
        let word = match installed {
            Installed::New => "installed",
            Installed::AsItWas => "was installed already",
            Installed::Renewed => "renewed",
        };
        text.push_str(&format!(
            "{}: {word} in {}\n",
            hook.as_str(),
            sys::fs::text(&path)
        ));
        text.push_str(&beside(*hook, &path));
    }
    text.push_str(
        "every work tree of this repository has it; `prove hook uninstall` takes it away\n",
    );
    Ok(text)
}

/// The gate file relative to the root of the work tree, unless it is found from there anyway.
fn gate_file(repository: &Repository, common: &Common) -> Result<Option<PathBuf>, Failure> {
    let here = gatefile::here()?;
    let file = match &common.file {
        Some(file) => Some(gatefile::plain(&here.join(file))),
        None => gatefile::nearest(&here)?,
    };
    let file = file.filter(|file| file.exists()).ok_or_else(|| {
        Failure::usage("there is no gate file, so every push would be held back")
            .hint("write a `prove.yml` first, or say where it is with `--file`")
    })?;
    let below = file.strip_prefix(&repository.top).map_err(|_| {
        Failure::usage(format!("{} is not in the repository", sys::fs::text(&file)))
            .hint("a commit is proved with the gate file that is in it")
    })?;
    let is_found = gatefile::NAMES.iter().any(|name| below == Path::new(name));
    Ok((!is_found).then(|| below.to_owned()))
}

/// What is said of a hook that is kept beside ours.
fn beside(hook: Hook, path: &Path) -> String {
    let Some((kept, runs)) = install::look_kept(path) else {
        return String::new();
    };
    let when = match (hook, runs) {
        (_, false) => "is not executable, and does not run, as before",
        (Hook::PrePush, true) => "runs once the push is proved; both must let it",
        (Hook::PreCommit, true) => "runs first, and may stage; both must let it",
    };
    format!(
        "  the hook that was there is kept as {}: it {when}\n",
        sys::fs::text(&kept)
    )
}

fn uninstall_all(hooks: &[Hook]) -> Result<String, Failure> {
    let repository = repository()?;
    let folder = repository.hooks().map_err(|error| from_hook(&error))?;
    let mut text = String::new();
    for hook in hooks {
        let path = folder.join(hook.as_str());
        let kept = install::look_kept(&path).is_some();
        let gone = install::uninstall(&folder, *hook).map_err(|error| from_hook(&error))?;
        let what = match (gone, kept) {
            (true, true) => "uninstalled; the hook that was there before is back",
            (true, false) => "uninstalled",
            (false, _) => "was not installed",
        };
        text.push_str(&format!("{}: {what}\n", hook.as_str()));
    }
    let mut left = false;
    for hook in Hook::ALL {
        let standing = install::look(&folder.join(hook.as_str()));
        left |= matches!(
            standing.map_err(|error| from_hook(&error))?,
            Standing::Ours(_)
        );
    }
    if !left && Kept::remove(&repository).map_err(|error| from_hook(&error))? {
        text.push_str("the tree in which commits were proved is gone\n");
    }
    Ok(text)
}

fn status() -> Result<String, Failure> {
    let repository = repository()?;
    let folder = repository.hooks().map_err(|error| from_hook(&error))?;
    let mut text = String::new();
    for hook in Hook::ALL {
        let path = folder.join(hook.as_str());
        let shown = sys::fs::text(&path);
        let name = hook.as_str();
        match install::look(&path).map_err(|error| from_hook(&error))? {
            Standing::Absent => text.push_str(&format!("{name}: not installed\n")),
            Standing::Foreign => text.push_str(&format!(
                "{name}: not installed; {shown} is a hook of somebody else (`prove hook install` keeps it, and it runs too)\n"
            )),
            Standing::Ours(_) => {
                text.push_str(&format!("{name}: installed in {shown}\n{}", beside(hook, &path)));
            }
        }
    }
    let proven = Proven::read(&repository).map_err(|error| from_hook(&error))?;
    text.push_str(&format!("remembered proofs: {}\n", proven.len()));
    let tree = hook::place(&repository).map_err(|error| from_hook(&error))?;
    if tree.exists() {
        let tree = sys::fs::text(&tree);
        text.push_str(&format!(
            "commits that the work tree is not are proved in {tree}\n"
        ));
    }
    Ok(text)
}
