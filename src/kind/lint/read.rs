//! The files of a static gate: asked for once, handed over one by one.

use crate::model::{Answer, Content, Probe};
use crate::spec::Turn;

use super::super::paths;
use super::Survey;

/// A file that was read: its path from the project's root, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kind) struct Text<'a> {
    /// As the gate's `cwd` sees it.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The question for these files.
pub(in crate::kind) fn ask(turn: &Turn<'_>, patterns: &[String]) -> Probe {
    Probe::Read {
        cwd: turn.cwd.to_owned(),
        patterns: patterns.to_vec(),
    }
}

/// What the answer brought, each file once. A pattern behind which nothing is, and a file that
/// cannot be read, are told to the survey: they are not judged. `None` when it is the answer to
/// another question.
pub(in crate::kind) fn texts<'a>(
    turn: &Turn<'_>,
    patterns: &[String],
    answer: &'a Answer,
    survey: &mut Survey,
) -> Option<Vec<Text<'a>>> {
    let Answer::Contents(lists) = answer else {
        return None;
    };
    if lists.len() != patterns.len() {
        return None;
    }
    let mut texts: Vec<Text<'a>> = Vec::new();
    for (pattern, list) in patterns.iter().zip(lists) {
        if list.is_empty() {
            survey.absent(&paths::from_root(turn.cwd, pattern));
        }
        for Content { path, bytes } in list {
            match bytes {
                Ok(bytes) if texts.iter().all(|text| text.name != path) => {
                    texts.push(Text { name: path, bytes });
                }
                Ok(_) => {}
                Err(why) => survey.cannot_judge(&paths::from_root(turn.cwd, path), why),
            }
        }
    }
    Some(texts)
}
