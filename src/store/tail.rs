//! The last lines of a log as people may see them: no escape sequence, no control character.
//!
//! What a gate prints is chosen by whoever wrote the code under test; it must not be able to
//! steer a terminal, a CI log or a report.

use crate::model::limits::{TAIL_BYTES, TAIL_LINES};

/// The last [`TAIL_LINES`] lines of at most [`TAIL_BYTES`]. `cut` says that something came before
/// these bytes, so that their first line may be half of one.
#[must_use]
pub fn tail_lines(bytes: &[u8], cut: bool) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let half = usize::from(cut && lines.len() > 1);
    let mut left = TAIL_BYTES;
    let mut shown = Vec::new();
    for line in lines[half..].iter().rev().take(TAIL_LINES) {
        let line = clean(line);
        if line.len() > left {
            if shown.is_empty() {
                shown.push(end_of(&line, left));
            }
            break;
        }
        left -= line.len();
        shown.push(line);
    }
    shown.reverse();
    shown
}

/// The last `most` bytes of a line, on a character's border.
fn end_of(line: &str, most: usize) -> String {
    let from = (line.len() - most..line.len()).find(|at| line.is_char_boundary(*at));
    line[from.unwrap_or(line.len())..].to_owned()
}

/// One line without what a terminal would obey; of a line that was overwritten with `\r`, only
/// what stood there last.
fn clean(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches('\r');
    let last = text
        .rsplit('\r')
        .find(|part| !strip(part).trim().is_empty());
    strip(last.unwrap_or_default())
}

fn strip(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\t' => shown.push_str("    "),
            '\u{1b}' => match chars.next() {
                Some('[') => skip_sequence(&mut chars),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut chars),
                Some(' '..='/') => skip_sequence(&mut chars),
                _ => {}
            },
            '\u{9b}' => skip_sequence(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
            c if c.is_control() || turns_text(c) => {}
            c => shown.push(c),
        }
    }
    shown
}

/// Marks that reorder what is behind them: they can make a line read as what it is not.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A control sequence ends with its first letter.
fn skip_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    let _ = chars.next_if(|c| matches!(c, '@'..='~'));
}

/// A control string (a title, a link) ends with BEL or ST; at the latest with its line.
fn skip_string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(c) = chars.next() {
        if matches!(c, '\u{7}' | '\u{9c}') || c == '\u{1b}' && chars.next_if_eq(&'\\').is_some() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str) -> Vec<String> {
        tail_lines(text.as_bytes(), false)
    }

    #[test]
    fn colours_titles_links_and_bells_are_taken_out() {
        assert_eq!(
            lines("\u{1b}[1;31mred\u{1b}[0m \u{1b}(Bok\u{7}"),
            ["red ok"]
        );
        assert_eq!(
            lines("\u{1b}]0;title\u{7}a \u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\"),
            ["a link"]
        );
        assert_eq!(
            lines("\u{9b}31mred \u{202e}gnp.exe\u{0}\u{8}"),
            ["red gnp.exe"]
        );
        assert_eq!(lines("a\u{1b}]never ends\nb\tc"), ["a", "b    c"]);
        assert_eq!(lines("cut\u{1b}"), ["cut"]);
        assert_eq!(lines("cut\u{1b}[3"), ["cut"]);
    }

    #[test]
    fn a_progress_line_is_what_stood_there_last() {
        assert_eq!(lines("10%\r50%\r100%\ndone\r\n"), ["100%", "done"]);
        assert_eq!(lines("50%\r100%\r\u{1b}[K\n"), ["100%"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        assert_eq!(tail_lines(b"bad \xff\xfe", false), ["bad \u{fffd}\u{fffd}"]);
    }

    #[test]
    fn lines_and_bytes_are_bounded_and_the_end_wins() {
        let many: String = (0..1000).map(|n| format!("line {n}\n")).collect();
        let tail = lines(&many);
        assert_eq!(tail.len(), TAIL_LINES);
        assert_eq!(tail.last().unwrap(), "line 999");
        let long = format!("{}end", "é".repeat(TAIL_BYTES));
        let tail = lines(&long);
        assert_eq!(tail.len(), 1);
        assert!(tail[0].len() <= TAIL_BYTES && tail[0].ends_with("éend"));
    }

    #[test]
    fn half_a_line_is_left_out_unless_it_is_all_there_is() {
        assert_eq!(tail_lines(b"alf\nwhole\n", true), ["whole"]);
        assert_eq!(tail_lines(b"alf", true), ["alf"]);
        assert!(tail_lines(b"", true).is_empty());
        assert_eq!(lines("\n\n"), ["", ""]);
    }

    proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_comes_through(bytes: Vec<u8>, cut: bool) {
            let tail = tail_lines(&bytes, cut);
            prop_assert!(tail.iter().all(|line| !line.chars().any(char::is_control)));
            prop_assert!(tail.iter().map(String::len).sum::<usize>() <= TAIL_BYTES);
        }
    }
}
