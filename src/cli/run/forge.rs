//! CI systems: which one this is, and the files in which GitHub's runner takes a step's summary
//! and outputs.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use super::reports::Report;
use crate::cli::failure::Failure;
use crate::event::Listener;
use crate::report::{self, Options, Sink, Whole};

/// The variable by which each system tells of itself, its value, and the report for its log.
const SYSTEMS: [(&str, &str, &str); 3] = [
    ("GITHUB_ACTIONS", "true", "github"),
    ("GITLAB_CI", "true", "gitlab"),
    ("BUILDKITE", "true", "buildkite"),
];

/// The report for standard output when none was asked for. `--report plain` switches it off.
pub(super) fn log_word() -> &'static str {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|said| said == value);
    let found = SYSTEMS.iter().find(|(name, value, _)| is(name, value));
    found.map_or("plain", |(.., word)| word)
}

/// Whether a report is a log for people: beside it no other is shown.
pub(super) fn is_log(word: &str) -> bool {
    ["plain", "live"].contains(&word) || SYSTEMS.iter().any(|(.., log)| *log == word)
}

/// With `--report github`: the summary of the job and the outputs of the step, where the runner
/// says that it takes them.
///
/// # Errors
/// None that a user can cause: the words are known.
pub(super) fn beside(reports: &[Report]) -> Result<Vec<Box<dyn Listener>>, Failure> {
    let asked = |report: &Report| report.word == "github" && report.path.is_none();
    if !reports.iter().any(asked) {
        return Ok(Vec::new());
    }
    let mut listeners = Vec::new();
    if let Some(path) = file_of("GITHUB_STEP_SUMMARY") {
        let sink = Sink::File(Box::new(Appended::to(path)));
        let made = report::make("markdown", sink, &Options::default());
        listeners.push(made.map_err(|error| Failure::usage(error.to_string()))?);
    }
    if let Some(path) = file_of("GITHUB_OUTPUT") {
        let sink = Sink::File(Box::new(Appended::to(path)));
        listeners.push(report::github_outputs(sink));
    }
    Ok(listeners)
}

fn file_of(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).filter(|path| !path.is_empty());
    path.map(PathBuf::from)
}

/// A file that others write to as well: ours goes behind theirs, and in place of our own when
/// nobody wrote meanwhile.
struct Appended {
    path: PathBuf,
    /// Where ours starts and ends.
    ours: Option<(u64, u64)>,
}

impl Appended {
    fn to(path: PathBuf) -> Self {
        Self { path, ours: None }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file: File = options
            .create(true)
            .write(true)
            .truncate(false)
            .open(&self.path)?;
        let end = file.metadata()?.len();
        let start = match self.ours {
            Some((start, ours)) if ours == end => start,
            _ => end,
        };
        file.set_len(start)?;
        file.seek(SeekFrom::Start(start))?;
        file.write_all(bytes)?;
        self.ours = Some((start, start + bytes.len() as u64));
        Ok(())
    }
}

impl Whole for Appended {
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        let done = self.put(bytes);
        done.map_err(|error| {
            let path = crate::sys::fs::text(&self.path);
            io::Error::new(error.kind(), format!("{path}: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_replaced_and_what_others_wrote_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("summary");
        std::fs::write(&path, "theirs\n").unwrap();
        let mut file = Appended::to(path.clone());
        let text = || std::fs::read_to_string(&path).unwrap();
        file.replace(b"not finished\n").unwrap();
        file.replace(b"proved\n").unwrap();
        assert_eq!(text(), "theirs\nproved\n");
        std::fs::write(&path, text() + "more\n").unwrap();
        file.replace(b"undecided\n").unwrap();
        assert_eq!(text(), "theirs\nproved\nmore\nundecided\n");
    }
}
