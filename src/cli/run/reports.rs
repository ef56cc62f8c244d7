//! Which reports go where: `--report KIND[=PATH]` and the gate file's `reports:`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::outlets::{Outlets, is_pipe, write_into};
use crate::cli::failure::Failure;
use crate::cli::gatefile::Project;
use crate::cli::output::{Stdout, Terminal};
use crate::event::{Body, Event, Listener, RunStarted, SCHEMA};
use crate::report::{self, Live, Logs, Options, Sink, Wishes};
use crate::sys;

/// A report that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Report {
    /// The word of the reporter.
    pub word: String,
    /// Where to; `None` is standard output.
    pub path: Option<PathBuf>,
}

/// Reads `KIND[=PATH]`.
///
/// # Errors
/// For clap, in words.
pub(in crate::cli) fn parse(text: &str) -> Result<Report, String> {
    let (word, path) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no path behind `=`".to_owned()),
        Some((word, path)) => (word, Some(PathBuf::from(path))),
        None => (text, None),
    };
    report::check_word(word).map_err(|error| error.to_string())?;
    Ok(Report {
        word: word.to_owned(),
        path,
    })
}

/// Those that were asked for, and those of the gate file; all paths absolute, nothing twice.
///
/// # Errors
/// Two reports to one place, a word in the gate file that is no report.
pub(in crate::cli) fn distinct(
    asked: &[Report],
    of_file: &[Report],
) -> Result<Vec<Report>, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::usage("the current directory is gone").because(error))?;
    let mut reports: Vec<Report> = Vec::new();
    for report in asked.iter().chain(of_file) {
        report::check_word(&report.word).map_err(|error| Failure::usage(error.to_string()))?;
        let path = report.path.as_ref().map(|path| here.join(path));
        let report = Report {
            word: report.word.clone(),
            path,
        };
        if reports.contains(&report) {
            continue;
        }
        if reports.iter().any(|other| other.path == report.path) {
            let place = report
                .path
                .map_or("standard output".to_owned(), |p| sys::fs::text(&p));
            return Err(Failure::usage(format!("two reports go to {place}"))
                .hint("give each a path of its own: `--report junit=out.xml`"));
        }
        reports.push(report);
    }
    Ok(reports)
}

/// `reports:` of the gate file, relative to the project's root where the user is.
pub(super) fn of_file(project: &Project, home: &Path) -> Vec<Report> {
    let report = |(word, path): (&String, &String)| Report {
        word: word.clone(),
        path: Some(home.join(path.trim_start_matches('/'))),
    };
    project.pipeline.reports.iter().map(report).collect()
}

/// Rule 10: what an earlier run said must not stand for one that did not even begin. Files that
/// are there are replaced by ones that say "not finished", or deleted where there is no room for
/// that; the failure says those.
pub(super) fn overtake(reports: &[Report], run: &str, failure: Failure) -> Failure {
    let files = reports.iter().filter_map(|report| {
        let path = report.path.as_ref().filter(|path| path.is_file())?;
        Some((report, path))
    });
    files.fold(failure, |failure, (report, path)| {
        match not_finished(report, path, run) {
            Ok(()) => failure,
            Err(why) => {
                let what = if path.exists() {
                    "is of an earlier run"
                } else {
                    "was of an earlier run, and is gone"
                };
                failure.detail(format!("{} {what}: {why}", sys::fs::text(path)))
            }
        }
    })
}

fn not_finished(report: &Report, path: &Path, run: &str) -> Result<(), String> {
    let mut report = file(&report.word, path.to_owned(), &Logs::default())
        .map_err(|failure| failure.headline)?;
    let begun = Body::RunStarted(Box::new(RunStarted {
        schema: SCHEMA,
        run: run.to_owned(),
        project: "prove".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: String::new(),
        arguments: Vec::new(),
        revision: None,
        jobs: 0,
        narrowed: false,
        gates: Vec::new(),
        left_out: Vec::new(),
    }));
    let begun = Event {
        seq: 0,
        at_ms: 0,
        body: begun,
    };
    report.hear(&begun).map_err(|reason| reason.headline)
}

/// How the plain report looks.
#[derive(Debug)]
pub(in crate::cli) struct Look {
    pub quiet: bool,
    pub command: Vec<String>,
    /// The logs of the run.
    pub logs: Logs,
    /// The folder that `.prove` of a run lies in.
    pub home: Option<PathBuf>,
    /// The streams of a run. A replay has none: it writes, and dies of a signal.
    pub outlets: Option<Outlets>,
}

impl Look {
    fn stdout(&self) -> Box<dyn Write> {
        match &self.outlets {
            Some(outlets) => Box::new(outlets.stdout.clone()),
            None => Box::new(Stdout),
        }
    }

    fn stderr(&self) -> Box<dyn Write> {
        match &self.outlets {
            Some(outlets) => Box::new(outlets.stderr.clone()),
            None => Box::new(io::stderr()),
        }
    }
}

type Made = Result<Box<dyn Listener>, Failure>;

/// Makes the reports that were asked for.
///
/// # Errors
/// A word that is no report.
pub(in crate::cli) fn asked(
    reports: &[Report],
    look: &Look,
    terminal: Terminal,
) -> Result<Vec<Box<dyn Listener>>, Failure> {
    let one = |report: &Report| match &report.path {
        None => stdout(&report.word, look, terminal),
        Some(path) => match &look.outlets {
            Some(outlets) if is_pipe(path) => {
                let pipe = Sink::File(Box::new(outlets.to(path)));
                make(&report.word, pipe, &with(&look.logs))
            }
            _ => file(&report.word, path.clone(), &look.logs),
        },
    };
    let mut listeners = reports.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    listeners.extend(super::forge::beside(reports)?);
    Ok(listeners)
}

/// The report for whoever started prove, on standard output: as the CI system likes it.
pub(in crate::cli) fn plain(look: &Look, terminal: Terminal) -> Made {
    stdout(super::forge::log_word(), look, terminal)
}

/// The same beside a report that was asked for on standard output.
pub(super) fn plain_beside(look: &Look, terminal: Terminal) -> Made {
    let options = options(sys::terminal::stderr(), look, terminal);
    make("plain", Sink::Stream(look.stderr()), &options)
}

fn stdout(word: &str, look: &Look, terminal: Terminal) -> Made {
    make(
        word,
        Sink::Stream(look.stdout()),
        &on_stdout(look, terminal),
    )
}

/// The live view on standard output, and its listener.
pub(super) fn live(look: &Look, terminal: Terminal, wishes: Wishes) -> (Live, Box<dyn Listener>) {
    let sink = Sink::Stream(look.stdout());
    Live::new(sink, &on_stdout(look, terminal), wishes)
}

/// How a report on standard output looks.
pub(super) fn on_stdout(look: &Look, terminal: Terminal) -> Options {
    let is = sys::terminal::stdout();
    let home = look
        .home
        .as_ref()
        .filter(|_| is.interactive && sys::terminal::has_links());
    Options {
        links: home.map(|home| (sys::env::host(), sys::fs::text(home))),
        ..options(is, look, terminal)
    }
}

fn make(word: &str, sink: Sink, options: &Options) -> Made {
    report::make(word, sink, options).map_err(|error| Failure::usage(error.to_string()))
}

fn file(word: &str, path: PathBuf, logs: &Logs) -> Made {
    let mut first = true;
    let replace = move |bytes: &[u8]| {
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", sys::fs::text(&path)))
        };
        let ended = put(&path, bytes);
        // What is there then is of an earlier run. A full disk has no room for "not finished", but
        // a file can be deleted all the same; where not even that can be done, it is said.
        if ended.is_err() && first && path.is_file() {
            let _ = std::fs::remove_file(&path);
        }
        first = false;
        ended.map_err(named)
    };
    make(word, Sink::File(Box::new(replace)), &with(logs))
}

/// How a file looks: the same wherever it is made.
fn with(logs: &Logs) -> Options {
    Options {
        logs: logs.clone(),
        ..Options::default()
    }
}

/// A pipe or a device is written to, a file is replaced.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_pipe(path) {
        write_into(path, bytes)
    } else {
        sys::fs::write_whole(path, bytes)
    }
}

fn options(is: sys::terminal::Terminal, look: &Look, terminal: Terminal) -> Options {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = locale.unwrap_or_default().to_uppercase();
    Options {
        colour: terminal.forced().unwrap_or(is.colour),
        unicode: locale.contains("UTF-8") || locale.contains("UTF8"),
        width: is.width,
        quiet: look.quiet,
        command: look.command.clone(),
        logs: look.logs.clone(),
        links: None,
    }
}
