//! The exec form: a JSON array of texts, each with its place. Must not know instructions.
//!
//! What is no JSON at all is no mistake: the engine then takes the shell form.

use std::ops::Range;

use serde::de::IgnoredAny;

/// What an argument is as JSON.
pub(super) enum Json {
    /// An array of texts: each with where its literal stands.
    Texts(Vec<(String, Range<usize>)>),
    /// An array with something else in it.
    Other,
    /// No JSON array.
    No,
}

/// JSON's own blanks.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

pub(super) fn read(text: &str) -> Json {
    let blank = text.len() - text.trim_start().len();
    let Some(items) = text[blank..].strip_prefix('[') else {
        return Json::No;
    };
    match texts(text, text.len() - items.len()) {
        Some(texts) => Json::Texts(texts),
        // Skipping a value needs no recursion: depth is no danger here.
        None if serde_json::from_str::<IgnoredAny>(&text[blank..]).is_ok() => Json::Other,
        None => Json::No,
    }
}

/// Reads texts up to the closing bracket, which must be the end; `None` for anything else.
fn texts(text: &str, mut at: usize) -> Option<Vec<(String, Range<usize>)>> {
    let mut found = Vec::new();
    at = skip(text, at);
    if text[at..].starts_with(']') {
        return ends(text, at).then_some(found);
    }
    loop {
        let end = literal(text, at)?;
        found.push((unescape(&text[at..end])?, at..end));
        at = skip(text, end);
        match text[at..].chars().next()? {
            ',' => at = skip(text, at + 1),
            ']' => return ends(text, at).then_some(found),
            _ => return None,
        }
    }
}

fn skip(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches(BLANK).len()
}

fn ends(text: &str, bracket: usize) -> bool {
    skip(text, bracket + 1) == text.len()
}

/// The end of the literal that starts here.
fn literal(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'"' => return Some(end + 1),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
}

/// Go takes a half of a surrogate pair for U+FFFD where others see a mistake.
fn unescape(literal: &str) -> Option<String> {
    if let Ok(text) = serde_json::from_str(literal) {
        return Some(text);
    }
    serde_json::from_str::<IgnoredAny>(literal).ok()?;
    let mut mended = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(at) = rest.find('\\') {
        mended.push_str(&rest[..at]);
        let (escape, behind) = unit(&rest[at..])?;
        rest = behind;
        match escape {
            Escape::Half => mended.push('\u{fffd}'),
            Escape::Whole(text) => mended.push_str(text),
        }
    }
    mended.push_str(rest);
    serde_json::from_str(&mended).ok()
}

enum Escape<'t> {
    /// Half of a pair.
    Half,
    /// Anything that reads well.
    Whole(&'t str),
}

/// The escape at the start of a text, and what follows it.
fn unit(text: &str) -> Option<(Escape<'_>, &str)> {
    let code = |text: &str| {
        let hex = text.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(hex, 16).ok()
    };
    let split = |at: usize| Some((text.get(..at)?, text.get(at..)?));
    match code(text) {
        Some(0xd800..=0xdbff) => {
            let pair = text.get(6..).and_then(code);
            if matches!(pair, Some(0xdc00..=0xdfff)) {
                split(12).map(|(pair, rest)| (Escape::Whole(pair), rest))
            } else {
                split(6).map(|(_, rest)| (Escape::Half, rest))
            }
        }
        Some(0xdc00..=0xdfff) => split(6).map(|(_, rest)| (Escape::Half, rest)),
        Some(_) => split(6).map(|(whole, rest)| (Escape::Whole(whole), rest)),
        None => split(2).map(|(whole, rest)| (Escape::Whole(whole), rest)),
    }
}
