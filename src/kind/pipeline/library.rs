//! The files that a pipeline calls: those that are there, those that are not, and those that must be
//! asked for next.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::paths;
use crate::format::glob::is_glob;

/// Files by their path from the root.
#[derive(Debug, Default)]
pub(super) struct Library {
    files: BTreeMap<String, Result<String, String>>,
    wanted: RefCell<BTreeSet<String>>,
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Page<'l> {
    There(&'l str),
    /// It is not there.
    Missing,
    /// Why it cannot be read.
    Unread(&'l str),
    /// It has been asked for.
    Later,
}

impl Library {
    /// Keeps a file; `None`: it is not there.
    pub fn add(&mut self, path: &str, bytes: Option<Result<&[u8], String>>) {
        let text = match bytes {
            None => Err(String::new()),
            Some(Err(why)) => Err(why),
            Some(Ok(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(_) => Err("is no text (UTF-8)".to_owned()),
            },
        };
        self.files.insert(path.to_owned(), text);
    }

    /// A file, seen from a directory. What nobody has asked for yet is asked for.
    pub fn page(&self, base: &str, path: &str) -> (String, Page<'_>) {
        let path = paths::from_root(base, path);
        let page = match self.files.get(&path) {
            Some(Ok(text)) => Page::There(text),
            Some(Err(why)) if why.is_empty() => Page::Missing,
            Some(Err(why)) => Page::Unread(why),
            None if path.starts_with("..")
                || path == "."
                || is_glob(&path)
                || path.contains('\\') =>
            {
                Page::Missing
            }
            None => {
                self.wanted.borrow_mut().insert(path.clone());
                Page::Later
            }
        };
        (path, page)
    }

    /// The first of these that is there.
    pub fn first(&self, base: &str, names: &[&str]) -> (String, Page<'_>) {
        let mut last = (paths::from_root(base, names[0]), Page::Missing);
        for name in names {
            let (path, page) = self.page(base, name);
            match page {
                Page::Missing => {}
                Page::Later => last = (path, Page::Later),
                _ if last.1 == Page::Later => {}
                _ => return (path, page),
            }
        }
        last
    }

    /// What must be asked for, and forgets it.
    pub fn wanted(&self) -> Vec<String> {
        self.wanted.take().into_iter().collect()
    }
}
