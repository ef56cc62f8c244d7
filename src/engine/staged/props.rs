//! A clock that follows tokio's, logs in memory, a work tree with a script.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use tokio::time::Instant;

use crate::engine::{Clock, Log, Logs, TreeWatch};
use crate::event::LogRef;
use crate::exec::{LocalFuture, Stream};
use crate::model::GateName;

/// Milliseconds since then.
pub struct TestClock(pub Instant);

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// Logs in memory: what was written, by `gate#attempt`.
#[derive(Clone, Default)]
pub struct Shelf {
    pub written: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    pub full: bool,
}

struct Page(Shelf, String);

impl Logs for Shelf {
    fn open(&self, gate: &GateName, attempt: u32) -> Result<Box<dyn Log>, String> {
        let page = format!("{gate}#{attempt}");
        self.written.borrow_mut().insert(page.clone(), Vec::new());
        Ok(Box::new(Page(self.clone(), page)))
    }

    fn keep_dir(&self, _: &GateName, _: u32) -> Option<PathBuf> {
        None
    }
}

impl Log for Page {
    fn write(&mut self, _: Stream, bytes: &[u8]) -> Result<(), String> {
        if self.0.full {
            return Err("no space left on device".to_owned());
        }
        self.0
            .written
            .borrow_mut()
            .entry(self.1.clone())
            .or_default()
            .extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<LogRef>, String> {
        let bytes = self.0.written.borrow()[&self.1].len() as u64;
        Ok(Some(LogRef {
            path: self.1.clone(),
            bytes,
            cut: 0,
            tail: vec!["hunter2".to_owned()],
        }))
    }
}

/// Answers about the work tree in turn; the last one holds. Without any, reading it never ends.
pub struct Tree(pub RefCell<Vec<Result<Vec<String>, String>>>);

impl TreeWatch for Tree {
    fn changed(&self) -> LocalFuture<'_, Result<Vec<String>, String>> {
        let mut answers = self.0.borrow_mut();
        let answer = match answers.len() {
            // It has no end.
            0 => return Box::pin(std::future::pending()),
            1 => answers[0].clone(),
            _ => answers.remove(0),
        };
        Box::pin(std::future::ready(answer))
    }
}
