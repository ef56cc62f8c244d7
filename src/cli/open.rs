//! `prove open`: the page of a recorded run, made beside it and shown in the browser.

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::output::Terminal;
use super::replay;
use super::run::reports::{self, Report};
use crate::model::ExitStatus;
use crate::sys;

/// Options of `prove open`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove open                             the newest run
  prove open 20261121T002500Z-k3w5qa     another one
  BROWSER='firefox --new-window' prove open

The page stands in the run's folder and goes with it; its path is printed. The browser is that of
$BROWSER, else what the desktop opens pages with. Exit codes: 0 it was handed to a browser, 3 it
could not be made, 4 it was made and there is no browser to show it.")]
pub(super) struct Open {
    /// The run: its id, `last`, or the path of its folder.
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
}

pub(super) fn open(
    open: &Open,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let (recorded, look) = replay::opened(&open.run, false, common)?;
    let page = recorded.page();
    let html = Report {
        word: "html".to_owned(),
        path: Some(page.clone()),
    };
    let listeners = reports::asked(&[html], &look, *terminal)?;
    replay::tell(&recorded, listeners, *terminal)?;
    terminal.print(&format!("{}\n", sys::fs::text(&page)))?;
    match sys::browser::show(&page) {
        Ok(()) => Ok(ExitStatus::Proved),
        Err(tried) => {
            terminal
                .note("no browser could be started; open the page by hand, or say one in BROWSER");
            for why in tried {
                terminal.note(&why);
            }
            Ok(ExitStatus::NotShown)
        }
    }
}
