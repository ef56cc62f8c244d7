//! `contents` and `max_size` of `exists:`: what is in files, and how big they are. Must not know
//! which files must be there.

use std::collections::BTreeSet;

use regex::bytes::Regex;

use super::rules;
use crate::format::yaml::Node;
use crate::kind::lint::{Found, Survey};
use crate::kind::{paths, pattern};
use crate::model::{Content, Entry, EntryKind};
use crate::spec::{Decoder, Diagnostic, Field, Shape, Turn};

/// Places of one text in one file that are told; the last says how many more there are.
const PLACES: usize = 10;

/// What must and must not be in some files.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    pub files: Vec<String>,
    /// Each must be found.
    pub matches: Vec<Regex>,
    /// None may be found.
    pub lacks: Vec<Regex>,
}

/// The keys of an item of `contents`.
pub(super) const CONTENTS: &[Field] = &[
    Field::new(
        "files",
        Shape::GLOBS,
        "The files, each judged; a pattern means those that git does not ignore. Each pattern must \
         mean one.",
    )
    .required(),
    Field::new(
        "matches",
        Shape::TEXTS,
        "Regular expressions, each of which must be found somewhere in each file; `^` and `$` are \
         the ends of a line.",
    ),
    Field::new(
        "lacks",
        Shape::TEXTS,
        "Regular expressions, none of which may be found in any.",
    ),
];

/// Reads an item of `contents`.
pub(super) fn decode(decoder: &mut Decoder<'_>, map: &Node) -> Option<Contents> {
    let files = map.get("files").and_then(|node| {
        let files = decoder.globs(node)?;
        if files.is_empty() {
            return decoder.refuse(Diagnostic::new(node.span, "no file is named"));
        }
        Some(files)
    });
    let mut list =
        |key: &str| decoder.optional(map, key, |decoder, list| decoder.each(list, expression));
    let (matches, lacks) = (list("matches"), list("lacks"));
    let (matches, lacks) = (matches?.unwrap_or_default(), lacks?.unwrap_or_default());
    if matches.is_empty() && lacks.is_empty() {
        let help = "say what must be in them (`matches`), or what must not (`lacks`)";
        return decoder.refuse(Diagnostic::new(map.span, "this asks for nothing").help(help));
    }
    Some(Contents {
        files: files?,
        matches,
        lacks,
    })
}

/// An expression that is not found everywhere anyhow.
fn expression(decoder: &mut Decoder<'_>, node: &Node) -> Option<Regex> {
    let regex = pattern::regex(decoder, node, true)?;
    if regex.as_str().is_empty() {
        return decoder.refuse(Diagnostic::new(node.span, "every text matches this"));
    }
    Some(regex)
}

/// Judges the files of one item, a list for each of its patterns.
pub(super) fn judge(
    asked: &Contents,
    turn: &Turn<'_>,
    lists: &[Vec<Content>],
    survey: &mut Survey,
) {
    let mut seen = BTreeSet::new();
    for (pattern, list) in asked.files.iter().zip(lists) {
        if list.is_empty() {
            nothing(turn, pattern, survey);
        }
        for Content { path, bytes } in list {
            if !seen.insert(path) {
                continue;
            }
            let name = paths::from_root(turn.cwd, path);
            match bytes {
                Ok(bytes) => one(asked, &name, bytes, survey),
                Err(why) => survey.cannot_judge(&name, why),
            }
        }
    }
}

/// A pattern behind which there is nothing: rule 2, unless the gate says why that is right.
pub(super) fn nothing(turn: &Turn<'_>, pattern: &str, survey: &mut Survey) {
    match turn.allow_empty {
        Some(reason) if crate::format::glob::is_glob(pattern) => {
            let note = format!("{pattern} matches no file, which is allowed: {reason}");
            survey.notes.push(note);
        }
        _ => survey.absent(&paths::from_root(turn.cwd, pattern)),
    }
}

fn one(asked: &Contents, name: &str, bytes: &[u8], survey: &mut Survey) {
    survey.judged += 1;
    for regex in &asked.matches {
        if !regex.is_match(bytes) {
            let message = format!("nothing in it matches /{regex}/");
            survey
                .found
                .push(Found::new(&rules::MISSING_TEXT, message).at(name, 0, 0));
        }
    }
    for regex in &asked.lacks {
        let places = regex.find_iter(bytes).map(|found| found.start());
        let places: Vec<usize> = places.take(1_000).collect();
        let more = places.len().saturating_sub(PLACES);
        for (n, at) in places.iter().take(PLACES).enumerate() {
            // What was found is not shown: such expressions look for secrets, too.
            let rest = match (n + 1 == PLACES, more) {
                (true, 1..) => format!(", and {more} more times"),
                _ => String::new(),
            };
            let message = format!("something here matches /{regex}/{rest}");
            let (line, column) = place(bytes, *at);
            let found = Found::new(&rules::FORBIDDEN_TEXT, message).at(name, line, column);
            survey.found.push(found);
        }
    }
}

/// Line and column, in characters, from 1.
fn place(bytes: &[u8], at: usize) -> (u32, u32) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |n| n + 1);
    let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default())
        .chars()
        .count()
        + 1;
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (narrow(line), narrow(column))
}

/// Judges sizes: a list of entries for each limit. `sources` are the files that git does not ignore.
pub(super) fn sizes(
    limits: &[(String, u64)],
    turn: &Turn<'_>,
    (lists, sources): (&[Vec<Entry>], &[String]),
    survey: &mut Survey,
) {
    let sources: BTreeSet<&str> = sources.iter().map(String::as_str).collect();
    for ((pattern, most), list) in limits.iter().zip(lists) {
        let plain = !crate::format::glob::is_glob(pattern);
        let mut judged = false;
        for entry in list {
            let name = paths::from_root(turn.cwd, &entry.path);
            match entry.kind {
                EntryKind::File if plain || sources.contains(entry.path.as_str()) => {
                    judged = true;
                    survey.judged += 1;
                    if entry.size > *most {
                        let message = format!("it has {} bytes, more than {most}", entry.size);
                        let found = Found::new(&rules::FILE_TOO_BIG, message).at(&name, 0, 0);
                        survey.found.push(found);
                    }
                }
                EntryKind::File => {}
                _ if plain => {
                    judged = true;
                    survey.cannot_judge(&name, "is no regular file");
                }
                _ => {}
            }
        }
        if !judged {
            nothing(turn, pattern, survey);
        }
    }
}
