//! `--rev` and `--staged`: the sources that a run stands on when it is not the work tree as it is.
//!
//! In place when the work tree is exactly that, else in the kept tree (`hook/kept.rs`). What was
//! recorded, and the reports, are where the user is.

use std::path::{Path, PathBuf};

use clap::Args;

use super::adapters::{self, Declared};
use crate::cli::args::Common;
use crate::cli::failure::Failure;
use crate::cli::gatefile::{self, Project};
use crate::cli::hook::from_hook;
use crate::cli::output::Terminal;
use crate::cli::plan::Chosen;
use crate::event::{Event, Listener, Summary};
use crate::hook::{self, Difference, Kept, Proof, Proven, Repository, Subject};
use crate::model::Reason;
use crate::sys;

/// Paths that are named; the rest is counted.
const SHOWN: usize = 5;

/// Which sources.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Sources {
    /// Proves this commit, branch or tag, and not the work tree with what is changed in it.
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    pub rev: Option<String>,
    /// Proves what is staged, and not the work tree.
    #[arg(long)]
    pub staged: bool,
    /// The branch or tag that REV is to be taken for, in full (`refs/heads/main`).
    #[arg(long = "as", value_name = "REF", requires = "rev")]
    pub stands_for: Option<String>,
    /// Ends when this process does.
    #[arg(long, hide = true, value_name = "PID")]
    pub with: Option<u32>,
}

/// Sources out of git, laid out.
pub(super) struct Ground {
    /// Which gate file to read.
    pub common: Common,
    repository: Repository,
    subject: Subject,
    /// `None` is in place.
    kept: Option<Kept>,
}

impl Ground {
    /// What was asked for, laid out; `None` when it is the work tree as it is.
    ///
    /// # Errors
    /// It is not there, or cannot be laid out.
    pub fn of(
        sources: &Sources,
        common: &Common,
        terminal: &Terminal,
    ) -> Result<Option<Self>, Failure> {
        if sources.rev.is_none() && !sources.staged {
            return Ok(None);
        }
        let here = gatefile::here()?;
        let repository = Repository::find(&here).map_err(|error| from_hook(&error))?;
        let mut subject = match &sources.rev {
            Some(name) => Subject::named(&repository, name),
            None => Subject::staged(&repository, None),
        }
        .map_err(|error| from_hook(&error))?;
        subject.stands_for = sources.stands_for.clone().or(subject.stands_for);
        let exact = subject.differences(&repository);
        let exact = exact.map_err(|error| from_hook(&error))?;
        let kept = if exact.is_some_and(|differences| differences.is_empty()) {
            None
        } else {
            let waits = |path: &Path| {
                let path = sys::fs::text(path);
                terminal.note(&format!(
                    "another commit is being proved in {path}; waiting for that"
                ));
            };
            let kept = Kept::lay_out(&repository, &subject, waits);
            Some(kept.map_err(|error| from_hook(&error))?)
        };
        let mut ground = Self {
            common: common.clone(),
            repository,
            subject,
            kept,
        };
        ground.common.stands_for = ground.subject.stands_for.clone();
        if ground.kept.is_some() {
            ground.common.file = Some(ground.gate_file(&here, common)?);
        }
        Ok(Some(ground))
    }

    /// The tree that was laid out for them; `None` when they are the work tree.
    pub fn laid_out(&self) -> Option<&Path> {
        self.kept.as_ref().map(|kept| kept.path.as_path())
    }

    /// The root of the sources.
    fn tree(&self) -> &Path {
        let kept = self.kept.as_ref().map(|kept| &kept.path);
        kept.unwrap_or(&self.repository.top)
    }

    /// The gate file in the kept tree that stands where the user's would.
    fn gate_file(&self, here: &Path, common: &Common) -> Result<PathBuf, Failure> {
        let inside = |path: &Path| path.strip_prefix(&self.repository.top).map(Path::to_owned);
        match &common.file {
            Some(file) => match inside(&gatefile::plain(&here.join(file))) {
                Ok(below) => Ok(self.tree().join(below)),
                Err(_) => Err(Failure::usage(format!(
                    "the gate file `{}` is not in the repository, and so not in {}",
                    file.display(),
                    self.subject.label
                ))),
            },
            None => {
                let below = inside(here).unwrap_or_default();
                let found = gatefile::nearest(&self.tree().join(below))?;
                found.ok_or_else(|| {
                    Failure::usage(format!("there is no gate file in {}", self.subject.label))
                        .hint("commit a `prove.yml`; what is only in the work tree does not count")
                })
            }
        }
    }

    /// The project's directory in the user's own work tree: what is recorded goes there.
    pub fn home(&self, project: &Project) -> PathBuf {
        let top = &self.repository.top;
        let below = project.origin.root.strip_prefix(self.tree());
        let home = sys::fs::join(top, &below.map(sys::fs::text).unwrap_or_default());
        if home.is_dir() { home } else { top.clone() }
    }

    /// The options that ask for the same sources again.
    pub fn words(&self) -> Vec<String> {
        match self.subject.is_commit() {
            true => vec!["--rev".to_owned(), self.subject.object.clone()],
            false => vec!["--staged".to_owned()],
        }
    }

    /// What every report says of it.
    pub fn notice(&self) -> String {
        let label = &self.subject.label;
        let of = match &self.subject.stands_for {
            Some(name) => format!("{label}, as {name}"),
            None => label.clone(),
        };
        match &self.kept {
            Some(kept) => format!("proves {of}, in {}", sys::fs::text(&kept.path)),
            None => format!("proves {of}, in the work tree, which is exactly that"),
        }
    }

    /// Somebody else may have been at the work tree while this waited.
    ///
    /// # Errors
    /// It is no longer the subject.
    pub fn check(&self) -> Result<(), Failure> {
        if self.kept.is_some() {
            return Ok(());
        }
        let differences = self.subject.differences(&self.repository);
        match differences.map_err(|error| from_hook(&error))? {
            Some(differences) if differences.is_empty() => Ok(()),
            _ => Err(Failure::undecided(format!(
                "the work tree is no longer {}: it changed while another run was waited for",
                self.subject.label
            ))
            .hint("try again")),
        }
    }

    /// The gate file and all that is read for it are of the subject: git may ignore some of it, and
    /// links may lead out. A pack from outside is named by its digest, so it is what it was.
    ///
    /// # Errors
    /// Those that are not; git does not answer.
    pub fn owns(&self, project: &Project) -> Result<(), Failure> {
        let root = &project.origin.root;
        let read = project.facts.files.keys();
        let read = read.map(|file| gatefile::plain(&root.join(file.trim_start_matches('/'))));
        let read = read.filter(|path| path.starts_with(root));
        let all: Vec<PathBuf> = read.chain([project.origin.file.clone()]).collect();
        let foreign = hook::foreign(self.tree(), &all).map_err(|error| from_hook(&error))?;
        if foreign.is_empty() {
            return Ok(());
        }
        let what = format!("what the gates are is not in {}", self.subject.label);
        let shown = foreign
            .iter()
            .map(|path| match path.strip_prefix(self.tree()) {
                Ok(path) => sys::fs::text(path),
                Err(_) => sys::fs::text(path),
            });
        let failure = shown.fold(Failure::usage(what), Failure::detail);
        Err(failure.hint("commit it; what git ignores or what a link leads to does not count"))
    }

    /// Says at the end whether the sources still are the subject, wherever they lie: a gate that
    /// mends them proves nothing. What gates declare to write does not count, nor do `reports`.
    ///
    /// # Errors
    /// What they declare cannot be known.
    pub fn watch(
        &self,
        project: &Project,
        reports: &[PathBuf],
    ) -> Result<Box<dyn Listener>, Failure> {
        let tree = self.tree();
        let root = &project.origin.root;
        let declared = adapters::globs_of(&project.pipeline)
            .and_then(|globs| adapters::declared(root, globs))
            .map_err(|why| {
                Failure::undecided("what the gates write cannot be known").detail(why)
            })?;
        let own = reports
            .iter()
            .filter_map(|path| path.strip_prefix(tree).ok());
        let below = root.strip_prefix(tree).unwrap_or(Path::new(""));
        Ok(Box::new(Watch {
            repository: Repository {
                top: tree.to_owned(),
                common: self.repository.common.clone(),
            },
            subject: self.subject.clone(),
            own: own.map(sys::fs::text).collect(),
            below: sys::fs::text(below),
            declared,
        }))
    }

    /// Remembers that a run of all gates, or of all of a stage, was proved.
    ///
    /// # Errors
    /// It cannot be remembered; it is proved all the same.
    pub fn remember(&self, project: &Project, chosen: &Chosen, run: &str) -> Result<(), Failure> {
        // Whatever else narrows a run must be looked at here.
        let Chosen {
            gates,
            only,
            stage,
            failed,
            from,
        } = chosen;
        if !gates.is_empty() || *only || *failed || !from.is_empty() {
            return Ok(());
        }
        // What it would stand for is another branch tomorrow.
        let adrift = project.facts.git.is_some() && self.subject.stands_for.is_none();
        // With both, only `--file` tells them apart, and hooks do not have it.
        let names = gatefile::NAMES.iter();
        let both = names.filter(|name| project.origin.root.join(name).exists());
        // The default branch moves without this commit: other files would be looked at then.
        let moves = project.facts.needs_base;
        if adrift || moves || both.count() > 1 {
            return Ok(());
        }
        let name = project.origin.file.file_name().unwrap_or_default();
        let file = project.origin.root.join(name);
        let below = file.strip_prefix(self.tree()).unwrap_or(&file);
        let advisories = project
            .pipeline
            .gates
            .iter()
            .filter_map(|gate| gate.advisory.as_ref());
        let holds = advisories.filter(|advisory| !advisory.expired);
        let proof = Proof {
            subject: self.subject.key(),
            gate_file: sys::fs::text(below),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            stage: stage.map(|stage| stage.to_string()),
            stands_for: project
                .facts
                .git
                .as_ref()
                .and(self.subject.stands_for.clone()),
            env: Proof::sealed(run, &project.facts.weighed, &|name| std::env::var_os(name)),
            pull_request: project.facts.ci.pull_request,
            until: holds.filter_map(|advisory| advisory.until.clone()).min(),
            run: run.to_owned(),
        };
        Proven::remember(&self.repository, &proof).map_err(|error| from_hook(&error))
    }
}

/// Hears nothing and looks at the end.
struct Watch {
    repository: Repository,
    subject: Subject,
    /// Reports, relative to the root of the repository.
    own: Vec<String>,
    /// The project's root, relative to the repository's.
    below: String,
    declared: Declared,
}

impl Watch {
    fn counts(&self, difference: &Difference) -> bool {
        let path = &difference.path;
        let inside = Path::new(path).strip_prefix(&self.below).map(sys::fs::text);
        !self.own.contains(path) && !inside.is_ok_and(|path| self.declared.covers(&path))
    }
}

impl Listener for Watch {
    fn name(&self) -> String {
        self.subject.label.clone()
    }

    fn hear(&mut self, _: &Event) -> Result<(), Reason> {
        Ok(())
    }

    fn seal(&mut self, _: &Summary) -> Result<(), Reason> {
        let differences = self.subject.differences(&self.repository);
        let differences = differences.map_err(|error| {
            Reason::new("nobody can say whether the files are still that").detail(error.to_string())
        })?;
        let Some(mut differences) = differences else {
            return Err(Reason::new("the work tree is on something else by now")
                .hint("leave it alone until the run is over, and try again"));
        };
        differences.retain(|difference| self.counts(difference));
        if differences.is_empty() {
            return Ok(());
        }
        let reason = Reason::new("the files changed while the gates ran");
        let named = differences.iter().take(SHOWN).map(|difference| {
            let what = if difference.untracked {
                "new"
            } else {
                "changed"
            };
            format!("{what}: {}", difference.path)
        });
        let mut reason = named.fold(reason, Reason::detail);
        if let Some(more) = differences
            .len()
            .checked_sub(SHOWN)
            .filter(|more| *more > 0)
        {
            reason = reason.detail(format!("and {more} more"));
        }
        Err(reason.hint(
            "leave them alone until the run is over; what a gate writes is to be ignored by git or declared (`outputs`)",
        ))
    }
}
