//! Reading recorded runs back. A recording is whole and in order, or it is refused by name.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::run::log_path;
use super::{StoreError, is_run_id};
use crate::event::wire::{self, WireError};
use crate::event::{Body, Event, Summary};
use crate::model::GateName;
use crate::sys::fs::open_own;

/// A run on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its id (the name of its folder).
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// The events of a recorded run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// In order, from 0, without a gap.
    pub events: Vec<Event>,
    /// The last line was half a line: `prove` was killed while it wrote it. To be said.
    pub cut: bool,
}

impl Recording {
    /// Whether the run came to its end.
    #[must_use]
    pub fn finished(&self) -> bool {
        matches!(
            self.events.last().map(|event| &event.body),
            Some(Body::RunFinished { .. })
        )
    }
}

/// All runs of the project with this root, the newest first. None when nothing has run yet.
///
/// # Errors
/// When `.prove/runs` is there and cannot be read.
pub fn list(root: &Path) -> Result<Vec<Recorded>, StoreError> {
    let runs = root.join(".prove/runs");
    let entries = match fs::read_dir(&runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("read", &runs, error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| StoreError::io("read", &runs, error))?;
        let Ok(id) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry
            .file_type()
            .map_err(|error| StoreError::io("look at", entry.path(), error))?;
        if kind.is_dir() && is_run_id(&id) {
            found.push(Recorded {
                id,
                folder: entry.path(),
            });
        }
    }
    found.sort_by(|a, b| b.id.cmp(&a.id));
    Ok(found)
}

impl Recorded {
    pub(super) fn open(root: &Path, which: &str) -> Result<Self, StoreError> {
        let all = list(root)?;
        let newest = all.first().map(|run| run.id.clone());
        let found = if which == "last" {
            all.into_iter().next()
        } else {
            all.into_iter().find(|run| run.id == which)
        };
        found
            .or_else(|| at_path(which))
            .ok_or_else(|| StoreError::NoSuchRun {
                which: which.to_owned(),
                runs: root.join(".prove/runs"),
                newest,
            })
    }

    /// Where the page of this run stands, once somebody looked at it.
    #[must_use]
    pub fn page(&self) -> PathBuf {
        self.folder.join("report.html")
    }

    /// Reads the whole recording.
    ///
    /// # Errors
    /// A newer schema or event, a damaged line, a gap, a stream without its head: by name and
    /// with the line. Only half a last line is let through, and said in [`Recording::cut`].
    pub fn events(&self) -> Result<Recording, StoreError> {
        let path = self.folder.join("events.jsonl");
        let mut lines = BufReader::new(open_read(&path)?);
        let mut recording = Recording {
            events: Vec::new(),
            cut: false,
        };
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = lines.read_until(b'\n', &mut line);
            if read.map_err(|error| StoreError::io("read", &path, error))? == 0 {
                break;
            }
            let whole = line.ends_with(b"\n");
            match parse(&line) {
                Ok(event) => {
                    check_place(&path, number, &recording, &event)?;
                    recording.events.push(event);
                }
                // Nobody was killed while writing behind the end of a run: that is damage.
                Err(WireError::Damaged(_)) if !whole && number > 1 && !recording.finished() => {
                    recording.cut = true;
                }
                Err(source) => {
                    return Err(StoreError::BadLine {
                        path,
                        line: number,
                        source,
                    });
                }
            }
        }
        check_sense(&path, &recording)?;
        Ok(recording)
    }

    /// The log of a gate, its bytes as recorded.
    ///
    /// # Errors
    /// When the run has none: the gate printed nothing, or it did not run.
    pub fn log(&self, gate: &GateName) -> Result<File, StoreError> {
        let path = self.folder.join(log_path(gate));
        match open_read(&path) {
            Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Err(StoreError::NoSuchLog {
                    run: self.id.clone(),
                    gate: gate.to_string(),
                })
            }
            other => other,
        }
    }
}

/// A run by the path of its folder or its recording.
fn at_path(which: &str) -> Option<Recorded> {
    let path = Path::new(which);
    let folder = if path.is_file() { path.parent()? } else { path };
    if !folder.join("events.jsonl").is_file() {
        return None;
    }
    let folder = folder.canonicalize().ok()?;
    let id = folder.file_name()?.to_string_lossy().into_owned();
    Some(Recorded { id, folder })
}

/// Opens for reading; follows no link and waits for no writer of a pipe.
pub(super) fn open_read(path: &Path) -> Result<File, StoreError> {
    open_own(path, OpenOptions::new().read(true))
        .map_err(|error| StoreError::io("read", path, error))
}

fn parse(line: &[u8]) -> Result<Event, WireError> {
    let text = std::str::from_utf8(line).map_err(|error| WireError::Damaged(error.to_string()))?;
    wire::from_line(text.trim_end_matches('\n'))
}

/// Whether this event may stand here.
fn check_place(
    path: &Path,
    line: u64,
    before: &Recording,
    event: &Event,
) -> Result<(), StoreError> {
    let path = || path.to_owned();
    let expected = before.events.len() as u64;
    if event.seq != expected {
        return Err(StoreError::Gap {
            path: path(),
            line,
            expected,
            found: event.seq,
        });
    }
    let is_head = matches!(event.body, Body::RunStarted(_));
    if is_head != (expected == 0) {
        let what = if is_head {
            "a second head of a run"
        } else {
            "it has no head of a run"
        };
        return Err(StoreError::OutOfOrder {
            path: path(),
            line,
            what,
        });
    }
    if before.finished() {
        let what = "an event behind the end of the run";
        return Err(StoreError::OutOfOrder {
            path: path(),
            line,
            what,
        });
    }
    Ok(())
}

/// Whether the whole agrees with itself: each gate of the head has one verdict at most, and the run
/// has the one that these amount to. Else two reports of one recording would differ.
fn check_sense(path: &Path, recording: &Recording) -> Result<(), StoreError> {
    let wrong = |at: usize, what| StoreError::OutOfOrder {
        path: path.to_owned(),
        line: at as u64 + 1,
        what,
    };
    let Some(Body::RunStarted(head)) = recording.events.first().map(|event| &event.body) else {
        return Err(wrong(0, "the recording is empty"));
    };
    let mut open: BTreeSet<&GateName> = head.gates.iter().map(|head| &head.gate).collect();
    for (at, event) in recording.events.iter().enumerate() {
        match &event.body {
            Body::GateFinished(gate) if !open.remove(&gate.gate) => {
                return Err(wrong(
                    at,
                    "a second verdict of a gate, or one of a gate that the run does not have",
                ));
            }
            Body::RunFinished { verdict, .. }
                if *verdict != Summary::of(&recording.events).verdict() =>
            {
                return Err(wrong(
                    at,
                    "the run has another verdict than its gates amount to",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RunStore;

    const ID: &str = "20261121T002500Z-aaaaaa";
    const HEAD: &str = r#"{"seq":0,"at_ms":0,"event":"run_started","schema":1,"run":"r","project":"p","version":"0.1.0","started":"2026-11-21T00:25:00Z","arguments":[],"jobs":1,"narrowed":false,"gates":[],"left_out":[]}"#;
    const END: &str =
        r#"{"seq":1,"at_ms":9,"event":"run_finished","verdict":"undecided","duration_ms":9}"#;

    fn read(text: &str) -> Result<Recording, StoreError> {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), ID).unwrap();
        fs::write(store.folder().join("events.jsonl"), text).unwrap();
        RunStore::open(root.path(), "last").unwrap().events()
    }

    fn refused(text: &str) -> String {
        let error = read(text).unwrap_err().to_string();
        error.split_once("events.jsonl:").unwrap().1.to_owned()
    }

    #[test]
    fn a_whole_recording_is_read() {
        let recording = read(&format!("{HEAD}\n{END}\n")).unwrap();
        assert_eq!(recording.events.len(), 2);
        assert!(recording.finished() && !recording.cut);
    }

    #[test]
    fn a_killed_run_may_end_in_half_a_line_and_that_is_said() {
        let recording = read(&format!("{HEAD}\n{}", &END[..20])).unwrap();
        assert!(recording.cut && !recording.finished());
    }

    #[test]
    fn anything_else_is_refused_with_its_line() {
        assert!(refused(&format!("{HEAD}\n{}\n", &END[..20])).starts_with("2: not an event: "));
        assert!(refused(&format!("{HEAD}\nxx\n{END}\n")).starts_with("2: not an event: "));
        let gap = END.replace("\"seq\":1", "\"seq\":2");
        assert_eq!(
            refused(&format!("{HEAD}\n{gap}\n")),
            "2: event 2 stands where event 1 must stand"
        );
        let newer = HEAD.replace("\"schema\":1", "\"schema\":9");
        assert_eq!(
            refused(&newer),
            "1: recorded in schema 9, this prove reads up to schema 1"
        );
        let unknown = END.replace("run_finished", "run_blessed");
        assert!(refused(&format!("{HEAD}\n{unknown}")).contains("\"run_blessed\""));
        assert_eq!(
            refused(&END.replace("\"seq\":1", "\"seq\":0")),
            "1: it has no head of a run"
        );
        let behind = END.replace("\"seq\":1", "\"seq\":2");
        assert_eq!(
            refused(&format!("{HEAD}\n{END}\n{behind}\n")),
            "3: an event behind the end of the run"
        );
        assert!(refused(&format!("{HEAD}\n{END}\n{}", &END[..20])).starts_with("3: not an event"));
        assert!(refused(&format!("{HEAD}\n{END}\nx")).starts_with("3: not an event"));
        assert_eq!(refused(""), "1: the recording is empty");
        assert!(refused("{").starts_with("1: not an event"));
    }

    #[test]
    fn runs_are_listed_newest_first_and_found_by_id_word_or_path() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(list(root.path()).unwrap(), []);
        let old = RunStore::create(root.path(), "20251121T002500Z-aaaaaa").unwrap();
        let new = RunStore::create(root.path(), ID).unwrap();
        fs::create_dir(root.path().join(".prove/runs/mine")).unwrap();
        let ids: Vec<String> = list(root.path())
            .unwrap()
            .into_iter()
            .map(|run| run.id)
            .collect();
        assert_eq!(ids, [new.id(), old.id()]);
        let open = |which: &str| RunStore::open(root.path(), which).map(|run| run.id);
        assert_eq!(open("last").unwrap(), new.id());
        assert_eq!(open(old.id()).unwrap(), old.id());
        assert_eq!(open(&old.folder().display().to_string()).unwrap(), old.id());
        let events = old.folder().join("events.jsonl");
        assert_eq!(open(&events.display().to_string()).unwrap(), old.id());
        let error = open("20241121T002500Z-aaaaaa").unwrap_err();
        assert!(
            error.to_string().starts_with("there is no run \"20241121T"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains(ID));
    }

    #[test]
    fn a_log_is_streamed_as_it_was_recorded_even_of_a_killed_run() {
        let root = tempfile::tempdir().unwrap();
        let store = RunStore::create(root.path(), ID).unwrap();
        let gate = GateName::parse("unit").unwrap();
        let mut log = store.open_log(&gate, 1);
        log.write(b"\x1b[1mraw\xff").unwrap();
        drop(log);
        let run = RunStore::open(root.path(), ID).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut run.log(&gate).unwrap(), &mut bytes).unwrap();
        assert_eq!(bytes, b"\x1b[1mraw\xff");
        let other = GateName::parse("lint").unwrap();
        assert!(matches!(run.log(&other), Err(StoreError::NoSuchLog { .. })));
    }
}
