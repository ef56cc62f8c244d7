//! Here-documents: finds their markers in a line. Must not know where their bodies are.

use std::ops::Range;

use super::expand::{Lexer, Quotes};

/// `<<EOF`, as it stands in the line.
pub(super) struct Marker {
    pub(super) name: String,
    pub(super) range: Range<usize>,
    pub(super) descriptor: Option<u32>,
    pub(super) expand: bool,
    pub(super) chomp: bool,
}

/// The markers in a line; the range of the one whose word cannot be read.
pub(super) fn markers(line: &str) -> Result<Vec<Marker>, Range<usize>> {
    if !line.contains("<<") {
        return Ok(Vec::new());
    }
    let lexer = Lexer {
        quotes: Quotes::Keep,
        keep_escapes: true,
        ..word_lexer()
    };
    // A line in which a quote stays open has no here-documents; the shell will see the quote.
    let words = lexer.expand(line, &()).unwrap_or_default().words;
    let mut found = Vec::new();
    for word in words {
        match marker(&word.text) {
            Ok(Some(marker)) => found.push(Marker {
                range: word.range,
                ..marker
            }),
            Ok(None) => {}
            Err(()) => return Err(word.range),
        }
    }
    Ok(found)
}

/// Whether a single word, as it is written, is a marker.
pub(super) fn is_marker(word: &str) -> bool {
    matches!(marker(word), Ok(Some(_)))
}

fn marker(word: &str) -> Result<Option<Marker>, ()> {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = digits.strip_prefix("<<") else {
        return Ok(None);
    };
    let (chomp, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.trim_start_matches([' ', '\t', '\n', '\u{c}', '\r']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let bare = word_lexer().expand(rest, &()).map_err(|_| ())?.words;
    let [bare] = &*bare else {
        return Ok(None);
    };
    let raw = Lexer {
        quotes: Quotes::Keep,
        ..word_lexer()
    };
    let raw = raw.expand(rest, &()).map_err(|_| ())?.words;
    let [raw] = &*raw else {
        return Err(());
    };
    let quotes = |text: &str| text.matches(['\'', '"']).count();
    let descriptor = &word[..word.len() - digits.len()];
    Ok(Some(Marker {
        expand: quotes(&bare.text) == quotes(&raw.text),
        name: bare.text.clone(),
        range: 0..0,
        descriptor: descriptor.parse().ok(),
        chomp,
    }))
}

/// The escape is a backslash here whatever the directive says: the engine's parser has it so.
fn word_lexer() -> Lexer {
    Lexer {
        keep_unset: true,
        ..Lexer::new('\\')
    }
}
