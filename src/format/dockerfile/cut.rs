//! Cuts a line into keyword, flags and words, as BuildKit's parser does it, down to its quirks.
//! Works on offsets into the logical line. Must not know instructions.

use std::ops::Range;

/// Blanks between words. Not all white space is: a no-break space belongs to a word.
pub(super) const BLANK: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// A flag as cut out.
pub(super) struct CutFlag {
    /// The whole of it.
    pub(super) range: Range<usize>,
    /// Quotes and escapes taken off: `--name=value`.
    pub(super) text: String,
    /// Where the first `=` stands: in `text`, and in the line.
    pub(super) equals: Option<(usize, usize)>,
}

/// The part of a range without white space at its ends.
pub(super) fn trim(line: &str, range: Range<usize>) -> Range<usize> {
    let text = &line[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    start..start + text.trim().len()
}

/// The keyword and all that stands behind the blanks that follow it.
pub(super) fn keyword(line: &str, range: Range<usize>) -> (Range<usize>, Range<usize>) {
    let Range { start, end } = trim(line, range);
    let split = line[start..end].find(BLANK).map_or(end, |at| start + at);
    let rest = line[split..end].trim_start_matches(BLANK).len();
    (start..split, end - rest..end)
}

/// Words between blanks.
pub(super) fn words(line: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = range.start;
    if range.is_empty() {
        return words;
    }
    loop {
        let rest = &line[at..range.end];
        let end = rest.find(BLANK).map_or(range.end, |n| at + n);
        words.push(at..end);
        if end == range.end {
            return words;
        }
        at = range.end - line[end..range.end].trim_start_matches(BLANK).len();
    }
}

/// Takes the flags off the front of a line; the rest starts where the returned offset says.
pub(super) fn flags(line: &str, range: Range<usize>) -> (Vec<CutFlag>, usize) {
    let mut flags = Vec::new();
    let mut at = range.start;
    loop {
        at = range.end - line[at..range.end].trim_start().len();
        if !line[at..range.end].starts_with("--") {
            return (flags, at);
        }
        let flag = flag(line, at..range.end);
        at = flag.range.end;
        if flag.text == "--" {
            return (flags, at);
        }
        flags.push(flag);
    }
}

/// Here the escape is always a backslash, whatever the directive says: the engine's parser has it so.
fn flag(line: &str, range: Range<usize>) -> CutFlag {
    let mut text = String::new();
    let mut equals = None;
    let mut quote = None;
    let mut end = range.end;
    let mut chars = line[range.clone()].char_indices();
    while let Some((mut offset, mut c)) = chars.next() {
        match (c, quote) {
            (c, None) if c.is_whitespace() => {
                end = range.start + offset;
                break;
            }
            ('\'' | '"', None) => {
                quote = Some(c);
                continue;
            }
            (c, Some(open)) if c == open => {
                quote = None;
                continue;
            }
            ('\\', _) => match chars.next() {
                Some(next) => (offset, c) = next,
                None => break,
            },
            _ => {}
        }
        if c == '=' && equals.is_none() {
            equals = Some((text.len(), range.start + offset));
        }
        text.push(c);
    }
    CutFlag {
        range: range.start..end,
        text,
        equals,
    }
}

/// Words in which quotes hold together what is between them, for `ENV`, `LABEL` and `ARG`. Quotes
/// and escapes stay; only an escape at the very end is dropped.
pub(super) fn quoted_words(
    line: &str,
    range: Range<usize>,
    escape: char,
) -> Vec<(String, Range<usize>)> {
    let mut words = Vec::new();
    let mut word: Option<(String, usize)> = None;
    let mut quote: Option<char> = None;
    let mut chars = line[range.clone()].char_indices();
    while let Some((offset, c)) = chars.next() {
        let at = range.start + offset;
        if quote.is_none() && c.is_whitespace() {
            words.extend(word.take().map(|(text, start)| (text, start..at)));
            continue;
        }
        let (text, _) = word.get_or_insert_with(|| (String::new(), at));
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if c != escape || quote == Some('\'') {
            text.push(c);
        } else if let Some((_, next)) = chars.next() {
            text.extend([c, next]);
        }
    }
    words.extend(word.map(|(text, start)| (text, start..range.end)));
    // A lone escape at the end makes no word.
    words.retain(|(text, _)| !text.is_empty());
    words
}
