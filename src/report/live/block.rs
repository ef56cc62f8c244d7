//! The block below what has scrolled by: one line on how far the run is, a row for each gate that
//! runs. Words say everything; colours and the bar only repeat them.

use super::Screen;
use super::board::Board;
use super::canvas::Row;
use super::estimate;
use super::running::Running;
use crate::model::{GateName, VerdictWord};
use crate::report::plain::paint::Paint;
use crate::report::text;

/// The widest column of names.
const NAME_COLUMNS: usize = 32;
/// Columns of a time.
const TIME_COLUMNS: usize = 6;
/// Less room is not worth a gate's words.
const SAID_COLUMNS: usize = 8;

/// The rows of this moment: at most a third of the screen.
pub(super) fn rows(board: &mut Board, now_ms: u64, screen: Screen, paint: Paint) -> Vec<Row> {
    let most = (screen.rows / 3).max(1);
    let columns = screen.columns.saturating_sub(1).max(1);
    let mut rows = Vec::new();
    // Air between the two, where there is room for it.
    if most >= 6 {
        rows.push(Row::default());
    }
    rows.push(head(board, now_ms, columns, paint));
    let room = most - rows.len();
    let running = board.running.count();
    let keep = board.waiting() > 0 && board.stopping.is_none();
    let (shown, more) = if running > room && room > 0 {
        (room - 1, running - (room - 1))
    } else {
        (room, 0)
    };
    let names = board.names.min(NAME_COLUMNS).min((columns / 3).max(8));
    let look = Look {
        now_ms,
        names,
        columns,
        paint,
    };
    let gates = board.running.shown(shown, keep);
    rows.extend(gates.into_iter().map(|gate| look.gate(gate)));
    if more > 0 {
        let line = text::fit(&format!("  and {more} more"), columns, paint.unicode);
        rows.push(painted(&line, |line| paint.dim(line)));
    }
    rows
}

fn painted(text: &str, paint: impl Fn(&str) -> String) -> Row {
    Row {
        columns: text::columns(text),
        painted: paint(text),
    }
}

/// A part of the head: the higher its weight, the sooner it goes where there is no room.
struct Part {
    weight: u8,
    text: String,
    verdict: Option<VerdictWord>,
}

fn head(board: &mut Board, now_ms: u64, columns: usize, paint: Paint) -> Row {
    let mut parts = parts(board, now_ms, columns);
    let width = |parts: &[Part]| {
        let texts: usize = parts.iter().map(|part| text::columns(&part.text) + 2).sum();
        texts.saturating_sub(2)
    };
    while width(&parts) > columns && parts.len() > 1 {
        let heaviest = (0..parts.len()).max_by_key(|at| parts[*at].weight);
        heaviest.map(|at| parts.remove(at));
    }
    let mut row = Row::default();
    let bar = match columns {
        100.. => 24,
        56.. => 12,
        _ => 0,
    };
    if bar > 0 && width(&parts) + bar + 2 <= columns {
        row.painted = self::bar(board, bar, paint) + "  ";
        row.columns = bar + 2;
    }
    for (at, part) in parts.iter().enumerate() {
        let room = columns.saturating_sub(row.columns);
        let said = text::fit(&part.text, room, paint.unicode);
        if at > 0 {
            row.painted.push_str(", ");
            row.columns += 2;
        }
        row.columns += text::columns(&said);
        row.painted.push_str(&match part.verdict {
            Some(word) => paint.verdict(word, &said),
            None => said,
        });
    }
    row
}

fn parts(board: &mut Board, now_ms: u64, columns: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut part = |weight, text: String, verdict| {
        parts.push(Part {
            weight,
            text,
            verdict,
        });
    };
    let between = if columns < 40 { "/" } else { " of " };
    let over = board.finished == board.gates;
    match board.stopping {
        Some(true) => part(1, "killing".to_owned(), Some(VerdictWord::Cancelled)),
        Some(false) => part(1, "stopping".to_owned(), Some(VerdictWord::Cancelled)),
        None if over => part(4, "clearing up".to_owned(), None),
        None => {}
    }
    part(
        0,
        format!("{}{between}{}", board.finished, board.gates),
        None,
    );
    let counts = [
        (1, board.failed, "failed", Some(VerdictWord::Failed)),
        (2, board.errored, "errored", Some(VerdictWord::Errored)),
        (6, board.skipped, "skipped", None),
        (5, board.flaky, "flaky", None),
    ];
    for (weight, n, word, verdict) in counts {
        if n > 0 {
            part(weight, format!("{n} {word}"), verdict);
        }
    }
    part(3, clock(now_ms), None);
    if board.stopping.is_none()
        && !over
        && let Some(left) = board.estimate.left(now_ms)
    {
        part(4, estimate::about(left), None);
    }
    parts
}

/// What is finished of all, in so many columns.
fn bar(board: &Board, columns: usize, paint: Paint) -> String {
    let (full, empty) = if paint.unicode {
        ("█", "░")
    } else {
        ("#", ".")
    };
    let done = board.finished * columns / board.gates.max(1);
    let word = if board.failed > 0 {
        VerdictWord::Failed
    } else if board.errored > 0 {
        VerdictWord::Errored
    } else {
        VerdictWord::Passed
    };
    let left = empty.repeat(columns - done);
    paint.verdict(word, &full.repeat(done)) + &paint.dim(&left)
}

/// How rows look.
struct Look {
    now_ms: u64,
    names: usize,
    columns: usize,
    paint: Paint,
}

impl Look {
    fn gate(&self, gate: Option<(&GateName, &Running)>) -> Row {
        let Some((name, running)) = gate else {
            return Row::default();
        };
        let unicode = self.paint.unicode;
        let name = text::pad(&text::fit(name.as_str(), self.names, unicode), self.names);
        let time = clock(self.now_ms.saturating_sub(running.since_ms));
        let start = format!("  {name} {time:>TIME_COLUMNS$}");
        let start = text::fit(&start, self.columns, unicode);
        let room = self.columns.saturating_sub(text::columns(&start) + 2);
        let mut row = Row::plain(start);
        let said = running.said();
        if room >= SAID_COLUMNS && !said.is_empty() {
            let said = text::fit(&said, room, unicode);
            row.columns += 2 + text::columns(&said);
            row.painted.push_str("  ");
            row.painted.push_str(&self.paint.dim(&said));
        }
        row
    }
}

/// A time that goes on: whole seconds, so that a frame seldom differs from the one before.
fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}
