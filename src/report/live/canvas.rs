//! The last lines of a terminal, painted over again and again: bytes that turn what stands there
//! into what should.
//!
//! Nothing of the terminal is switched off or over: the cursor stays visible, on the line below
//! the block, so there is nothing to put back, however `prove` ends. Even SIGKILL leaves the
//! prompt on a line of its own. What is typed meanwhile (`^C`) lands on that line, which every
//! paint clears.

use crate::report::text;

/// A terminal that knows it shows what stands between these two at once.
const BEGIN: &str = "\u{1b}[?2026h";
const END: &str = "\u{1b}[?2026l";
/// Clears what is behind the cursor on its line.
const REST_OF_LINE: &str = "\u{1b}[K";
/// Clears what is behind the cursor and below it.
const REST: &str = "\u{1b}[J";

/// A row of the block: narrower than the terminal, whose last column is a trap (the cursor waits
/// there in some, and clearing takes the last character along).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// As it is painted.
    pub painted: String,
    /// Columns that it takes.
    pub columns: usize,
}

impl Row {
    /// An unpainted one.
    pub fn plain(text: String) -> Self {
        let columns = text::columns(&text);
        Self {
            painted: text,
            columns,
        }
    }
}

/// What stands there now.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    rows: Vec<Row>,
    /// Of the terminal, when it was painted.
    columns: usize,
}

impl Canvas {
    /// The bytes, in one piece, that put `above` over the block and make the block be `rows`.
    /// Empty when that is what stands there.
    pub fn paint(&mut self, above: &[String], rows: Vec<Row>, columns: usize) -> String {
        let same_size = columns == self.columns && rows.len() == self.rows.len();
        let painted = if above.is_empty() && same_size {
            self.changed(&rows)
        } else {
            self.anew(above, &rows, columns)
        };
        self.rows = rows;
        self.columns = columns;
        painted
    }

    /// The bytes that put these lines in the place of the block.
    pub fn clear(&mut self, above: &[String]) -> String {
        self.paint(above, Vec::new(), self.columns)
    }

    /// What stands there is no longer ours: somebody else has written meanwhile.
    pub fn forget(&mut self) {
        self.rows.clear();
    }

    /// Only the rows that changed.
    fn changed(&self, rows: &[Row]) -> String {
        let Some(first) = (0..rows.len()).find(|at| rows[*at] != self.rows[*at]) else {
            return String::new();
        };
        let mut bytes = format!("{}{}", up(0), REST) + &up(rows.len() - first);
        for (row, old) in rows.iter().zip(&self.rows).skip(first) {
            if row != old {
                bytes.push_str(&row.painted);
                bytes.push_str(REST_OF_LINE);
            }
            bytes.push_str("\r\n");
        }
        framed(&bytes)
    }

    /// Everything, the lines above first: they take the place of the old block. Cleared first and
    /// not behind each line, as these may be as wide as the terminal, or wider.
    fn anew(&self, above: &[String], rows: &[Row], columns: usize) -> String {
        let mut bytes = up(self.height(columns)) + REST;
        let rows = rows.iter().map(|row| &row.painted);
        for line in above.iter().chain(rows) {
            bytes.push_str(line);
            bytes.push_str("\r\n");
        }
        framed(&bytes)
    }

    /// Lines that the block takes on a terminal that has become this wide: rows that are wider
    /// now than it were broken by it.
    fn height(&self, columns: usize) -> usize {
        let lines = |row: &Row| row.columns.div_ceil(columns.max(1)).max(1);
        self.rows.iter().map(lines).sum()
    }
}

fn up(lines: usize) -> String {
    match lines {
        0 => "\r".to_owned(),
        n => format!("\r\u{1b}[{n}A"),
    }
}

/// Shown at once. The line break comes last: a stream that is written line by line would make two
/// pieces of it otherwise.
fn framed(bytes: &str) -> String {
    match bytes.strip_suffix("\r\n") {
        Some(lines) => format!("{BEGIN}{lines}{END}\r\n"),
        None => format!("{BEGIN}{bytes}{END}"),
    }
}
