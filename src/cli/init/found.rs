//! What was read of a project, and questions about it. Pure: `look.rs` does the reading.

use std::collections::{BTreeMap, BTreeSet};

use crate::format::toml;
use crate::format::yaml::{self, Node};

/// What was read of a project.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Its name: that of its directory.
    pub name: String,
    /// All files that git would not ignore, relative to the root, with `/`.
    pub files: BTreeSet<String>,
    /// Those that can be executed.
    pub executable: BTreeSet<String>,
    /// The contents of those that say how a project is built and tested.
    pub texts: BTreeMap<String, String>,
    /// Rust files with tests in them.
    pub rust_tests: BTreeSet<String>,
    /// It is (in) a git repository.
    pub git: bool,
    /// Not all was read: there are too many files.
    pub cut: bool,
}

impl Found {
    pub fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    pub fn text(&self, path: &str) -> &str {
        self.texts.get(path).map_or("", String::as_str)
    }

    /// A JSON, TOML or YAML file as a tree; `None` when it is not there or is none.
    pub fn tree(&self, path: &str) -> Option<Node> {
        let text = self.texts.get(path)?;
        if path.ends_with(".toml") {
            return toml::tree(u32::MAX, text).ok();
        }
        let text = text.replace('\t', " ");
        Some(yaml::parse(u32::MAX, text.as_bytes()).ok()?.root)
    }

    /// The directories that have this file and lie below no other that has it: `""` is the root.
    pub fn homes(&self, file: &str) -> Vec<String> {
        let mut homes: Vec<String> = Vec::new();
        for path in &self.files {
            let Some(dir) = directory_of(path, file) else {
                continue;
            };
            homes.push(dir.to_owned());
        }
        let below = |dir: &String, other: &String| dir != other && is_below(dir, other);
        let all = homes.clone();
        homes.retain(|dir| !all.iter().any(|other| below(dir, other)));
        homes
    }

    /// Whether a file below `dir` has one of these endings.
    pub fn any(&self, dir: &str, endings: &[&str]) -> bool {
        self.below(dir)
            .any(|path| endings.iter().any(|ending| path.ends_with(ending)))
    }

    /// The files below a directory.
    pub fn below<'f>(&'f self, dir: &str) -> impl Iterator<Item = &'f str> {
        let dir = dir.to_owned();
        let files = self.files.iter().map(String::as_str);
        files.filter(move |path| is_below(path, &dir))
    }
}

/// `a/b` and `c` to `a/b/c`; the root is `""`.
pub(super) fn join(dir: &str, file: &str) -> String {
    if dir.is_empty() {
        file.to_owned()
    } else {
        format!("{dir}/{file}")
    }
}

fn directory_of<'p>(path: &'p str, file: &str) -> Option<&'p str> {
    if path == file {
        return Some("");
    }
    path.strip_suffix(file)?.strip_suffix('/')
}

fn is_below(path: &str, dir: &str) -> bool {
    dir.is_empty()
        || path
            .strip_prefix(dir)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The keys of a map in a tree, by a path of names.
pub(super) fn at<'n>(root: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, key| node.get(key))
}
