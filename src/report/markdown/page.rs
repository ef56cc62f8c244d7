//! A page of Markdown that stays below a size, and text from outside that stays text in it.

use crate::report::text;

/// GitHub takes comments of up to 65,536 characters; an astral character counts as more than one
/// there, so bytes are counted.
pub(super) const MOST_BYTES: usize = 65_000;
/// Kept free for what is said about the cut.
const RESERVE: usize = 500;
/// Characters of one text in a line.
const LINE_CHARS: usize = 240;

/// A page.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    /// Pieces that did not fit.
    left_out: usize,
}

impl Page {
    /// Adds a piece whole, or counts it as left out.
    pub(super) fn add(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() <= MOST_BYTES - RESERVE;
        if fits {
            self.text.push_str(piece);
        } else {
            self.left_out += 1;
        }
        fits
    }

    /// The page with what is said of the cut, when something did not fit.
    pub(super) fn finish(mut self, rest: &str) -> String {
        if self.left_out > 0 {
            let pieces = text::count(self.left_out, "part");
            self.text.push_str(&format!(
                "\n**{pieces} of this report left out**: it would be larger than a comment may be. {rest}\n"
            ));
        }
        self.text
    }
}

/// A text from outside on one line, as code: there nobody is mentioned and nothing is linked.
pub(super) fn code(text: &str) -> String {
    let line = text::fit(&text::show_line(text), LINE_CHARS, true);
    format!("<code>{}</code>", plain(&line))
}

/// Every mark that Markdown or HTML could obey as a character reference: those are never read as
/// structure (CommonMark 0.31, section 2.5), also not in the cell of a table.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_punctuation() && !matches!(c, ',' | '-') => {
                plain.push_str(&format!("&#{};", u32::from(c)));
            }
            c => plain.push(c),
        }
    }
    plain
}

/// Lines from outside in a fence that none of them can close.
pub(super) fn fence(lines: &[String]) -> String {
    let shown: Vec<String> = lines.iter().map(|line| text::show_line(line)).collect();
    let longest = shown.iter().flat_map(|line| line.split(|c| c != '`'));
    let longest = longest.map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest.max(2) + 1);
    format!("{ticks}text\n{}\n{ticks}\n", shown.join("\n"))
}
