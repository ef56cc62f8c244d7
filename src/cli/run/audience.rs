//! Who hears a run: the recorder, the reports, and whoever sits at the terminal.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use super::compose::Parts;
use super::forge;
use super::from_store;
use super::live::{Ear, Show};
use super::reports::{self, Look, Report};
use crate::cli::failure::Failure;
use crate::event::Listener;
use crate::report::{Verbose, Wishes};
use crate::store::RunStore;
use crate::sys::{self, Outlet};

/// All of them.
pub(super) struct Audience {
    pub listeners: Vec<Box<dyn Listener>>,
    /// The live view.
    pub show: Option<Show>,
    /// Who hears what gates print.
    pub ear: Option<Ear>,
}

impl Audience {
    /// The audience that was asked for.
    ///
    /// # Errors
    /// The run cannot be recorded, or the kept tree not be watched.
    pub fn of(parts: &mut Parts<'_>, store: &RunStore, look: &Look) -> Result<Self, Failure> {
        let recorder = store.recorder().map_err(|error| from_store(&error))?;
        let mut all = Self {
            listeners: vec![Box::new(recorder)],
            show: None,
            ear: None,
        };
        if let Some(ground) = parts.ground {
            let reports = parts.reports.iter();
            let files: Vec<PathBuf> = reports.filter_map(|r| r.path.clone()).collect();
            all.listeners.push(ground.watch(parts.project, &files)?);
        }
        let terminal = *parts.terminal;
        let callers = std::mem::take(&mut parts.audience);
        let shown = parts.reports.iter().find(|report| report.path.is_none());
        let mut asked = parts.reports.clone();
        let outlets = look.outlets.as_ref();
        let mut plain = outlets.map(|outlets| &outlets.stdout);
        match shown {
            _ if !callers.is_empty() => {
                plain = None;
                all.listeners.extend(callers);
            }
            _ if is_live(shown, look) => {
                asked.retain(|report| report.path.is_some());
                plain = None;
                all.go_live(parts, look);
            }
            None => {
                plain = plain.filter(|_| forge::log_word() == "plain");
                all.listeners.push(reports::plain(look, terminal)?);
            }
            Some(shown) if ["plain", "live"].contains(&shown.word.as_str()) => {}
            Some(shown) if forge::is_log(&shown.word) => plain = None,
            Some(_) => {
                plain = outlets.map(|outlets| &outlets.stderr);
                all.listeners.push(reports::plain_beside(look, terminal)?);
            }
        }
        if parts.run.verbose && all.show.is_none() {
            match plain {
                Some(outlet) => all.ear = Some(ear(parts, look, outlet)),
                None => terminal
                    .note("the log of a CI system has no place for `-v`: add `--report plain`"),
            }
        }
        let asked = reports::asked(&asked, look, terminal)?;
        all.listeners.extend(asked);
        Ok(all)
    }

    fn go_live(&mut self, parts: &Parts<'_>, look: &Look) {
        let (Some(outlets), Some(home)) = (&look.outlets, &look.home) else {
            return;
        };
        let wishes = Wishes {
            title: parts.run.title,
            bell: parts.run.bell,
            verbose: parts.run.verbose,
        };
        let (live, listener) = reports::live(look, *parts.terminal, wishes);
        self.listeners.push(listener);
        self.ear = Some(Ear::Live(live.clone()));
        self.show = Some(Show {
            live,
            stdout: outlets.stdout.clone(),
            home: home.clone(),
        });
    }
}

/// Whether somebody watches standard output and nothing else was asked for there. In a CI system
/// nobody does, though some of them have a terminal.
fn is_live(shown: Option<&Report>, look: &Look) -> bool {
    let asked = shown.is_some_and(|report| report.word == "live");
    let by_itself = || {
        let ci = std::env::var_os("CI").is_some_and(|said| !said.is_empty() && said != "false");
        shown.is_none() && forge::log_word() == "plain" && !ci && sys::terminal::is_in_front()
    };
    let possible = !look.quiet && sys::terminal::stdout().interactive;
    possible && (asked || by_itself())
}

fn ear(parts: &Parts<'_>, look: &Look, outlet: &Outlet) -> Ear {
    let gates = parts.plan.nodes().iter().map(|node| &node.name);
    let unicode = reports::on_stdout(look, *parts.terminal).unicode;
    let verbose = Verbose::new(gates, unicode);
    Ear::Plain(Rc::new(RefCell::new(verbose)), outlet.clone())
}
