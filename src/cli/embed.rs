//! prove inside of another program: what the crate offers at its root. The same run as on the
//! command line, but that its events go to a listener of the caller.
//!
//! Must not hand out types of the crates that prove is made with.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use super::args::{Color, Common};
use super::failure::Failure;
use super::output::Terminal;
use super::{gatefile, plan, run};
use crate::event::{Event, GateHead, LeftOut, Listener, Summary};
use crate::model::{ExitStatus, Reason, Stage};
use crate::plan::Selection;
use crate::sys;

/// A project whose gate file was read and understood.
#[derive(Debug)]
pub struct Project {
    common: Common,
    loaded: gatefile::Project,
}

/// What is wanted of a run, beside the gates. `Options::default()` is what `prove run` does.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// How many gates may run at once; `None` is the number of CPUs.
    pub jobs: Option<u16>,
    /// Stops everything at the first required gate that does not pass.
    pub fail_fast: bool,
    /// Stops everything after this time: what is not judged by then is undecided.
    pub timeout: Option<Duration>,
    /// Leaves out what is not of this stage, but for what the others wait for.
    pub stage: Option<Stage>,
    /// Waits so long for another run in the same project instead of being refused.
    pub wait: Option<Duration>,
}

/// What would run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Planned {
    /// The gates and the tag steps, each behind what it waits for.
    pub gates: Vec<GateHead>,
    /// Gates of the file that would not run, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// Why there was no run, or no project: nothing was proved.
#[derive(Debug)]
pub struct Error {
    status: ExitStatus,
    text: String,
}

impl Error {
    /// What the command line would exit with: `Usage` when the gate file or what was asked for is
    /// wrong, `Undecided` when something could not be known or done.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        self.status
    }
}

impl fmt::Display for Error {
    /// All of it, for people: every mistake with its lines, what to do next. No colours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self {
            status: failure.status(),
            text: Terminal::told(&failure),
        }
    }
}

impl Project {
    /// Reads the gate file of a directory, or of the nearest one above it up to the root of the git
    /// repository, or the gate file that `path` is. Runs nothing.
    ///
    /// # Errors
    /// There is none, it cannot be read, or it has mistakes: all of them at once.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = std::path::absolute(path.as_ref())
            .map_err(|error| Failure::usage("the current directory is gone").because(error))?;
        let file = match path.is_dir() {
            true => gatefile::nearest(&path)?.ok_or_else(|| {
                Failure::usage(format!("there is no gate file in {}", path.display()))
            })?,
            false => path,
        };
        let common = Common {
            file: Some(file),
            directory: None,
            stands_for: None,
        };
        let loaded = gatefile::load(&common)?;
        Ok(Self { common, loaded })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.loaded.pipeline.project
    }

    /// Its directory: where the gate file lies.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.loaded.origin.root
    }

    /// What would run. Runs nothing.
    ///
    /// # Errors
    /// A name that stands for no gate, a selection that comes out empty, a cycle.
    pub fn plan(&self, selection: &Selection, options: &Options) -> Result<Planned, Error> {
        let chosen = chosen(selection, options);
        let plan = plan::make(&self.loaded, &chosen)?;
        Ok(Planned {
            gates: plan.heads(),
            left_out: plan.left_out().to_vec(),
        })
    }

    /// Runs gates, as `prove run` does: with the lock, the record in `.prove`, the reports of the
    /// gate file, and the tags when all of it is proved. Every event goes to `listener`; nothing is
    /// written to the terminal. The gate file is read again: what is run is what is there now.
    ///
    /// While it runs, the process listens for SIGINT, SIGTERM and SIGHUP as `prove run` does: the
    /// run ends, and [`Summary::interrupted`] says so.
    ///
    /// # Errors
    /// What keeps a run from starting: then no gate ran. And when the process has other threads, or
    /// it cannot be known whether it has: what guards the gates should the process be killed is
    /// forked, which is sound only while there is one. Call this first, or from a program of its own.
    pub fn run(
        &self,
        selection: &Selection,
        options: &Options,
        listener: Box<dyn Listener>,
    ) -> Result<Summary, Error> {
        alone()?;
        let summary = Rc::new(RefCell::new(Summary::default()));
        let fold = Fold(Rc::clone(&summary));
        let wanted = run::Run {
            chosen: chosen(selection, options),
            jobs: options.jobs,
            fail_fast: options.fail_fast,
            timeout: options.timeout,
            wait: options.wait.map(Some),
            quiet: true,
            ..run::Run::default()
        };
        run::heard_by(
            &wanted,
            &self.common,
            &Terminal::new(Color::Never),
            vec![Box::new(fold), listener],
        )?;
        Ok(summary.take())
    }
}

/// There is no other thread in this process.
fn alone() -> Result<(), Failure> {
    match sys::process::threads() {
        Ok(1) => Ok(()),
        Ok(n) => Err(Failure::undecided(format!(
            "this process has {n} threads, and a run can be started only while there is one"
        ))
        .hint("start the run before any thread, or in a process of its own")),
        Err(error) => Err(Failure::undecided(
            "it cannot be known how many threads this process has",
        )
        .because(error)),
    }
}

fn chosen(selection: &Selection, options: &Options) -> plan::Chosen {
    let (gates, only, from) = match selection {
        Selection::All => (Vec::new(), false, Vec::new()),
        Selection::Closed(names) => (names.clone(), false, Vec::new()),
        Selection::Exactly(names) => (names.clone(), true, Vec::new()),
        Selection::From(names) => (Vec::new(), false, names.clone()),
    };
    plan::Chosen {
        gates,
        only,
        stage: options.stage,
        from,
        failed: false,
    }
}

/// What the run amounts to, whatever becomes of the caller's listener.
struct Fold(Rc<RefCell<Summary>>);

impl Listener for Fold {
    fn name(&self) -> String {
        "the summary".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        self.0.borrow_mut().add(event);
        Ok(())
    }

    fn amend(&mut self, _: &[Event], summary: &Summary) -> Result<(), Reason> {
        self.0.borrow_mut().clone_from(summary);
        Ok(())
    }
}
