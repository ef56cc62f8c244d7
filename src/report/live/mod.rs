//! `--report live`: for whoever sits at a terminal. What is done with scrolls by above; the last
//! lines tell how far the run is and what runs, and are painted over.
//!
//! As pure as the other reports: events, output and ticks go in, bytes come out. Must not know
//! what time it is or how large the terminal is: whoever ticks says so.

mod block;
mod board;
mod canvas;
mod estimate;
mod running;
mod spent;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::form::{Form, Reporter};
use super::plain::Plain;
use super::{Options, Sink, Verbose, text};
use crate::event::{Body, Event, GateFinished, Listener, RunStarted, Summary};
use crate::model::{GateName, Reason, VerdictWord};
use board::Board;
use canvas::Canvas;
use spent::Spent;

/// Plans up to this size are told gate by gate; of larger ones a pass is only counted.
const TOLD: usize = 50;
/// Lines of its output with which a gate that did not pass is told at once.
const LAST_LINES: usize = 6;
/// Bytes that may wait for the next frame before gates' output is left out.
const WAITING: usize = 256 << 10;

/// The terminal as it is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Its width.
    pub columns: usize,
    /// Its height.
    pub rows: usize,
    /// Nobody else writes to it: no other job of the shell is in front.
    pub foreground: bool,
}

/// What a user may like or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The window's title tells how far the run is.
    pub title: bool,
    /// The bell rings at the end.
    pub bell: bool,
    /// What gates print scrolls by.
    pub verbose: bool,
}

/// The view. Clones are the same one.
#[derive(Clone)]
pub struct Live(Rc<RefCell<View>>);

struct View {
    plain: Plain,
    board: Board,
    canvas: Canvas,
    spent: Spent,
    wishes: Wishes,
    verbose: Option<Verbose>,
    /// What goes above the block with the next frame.
    above: Vec<String>,
    above_bytes: usize,
    /// The title that was set last.
    title: String,
    /// Between the first and the last event.
    going: bool,
}

impl Live {
    /// The view, and the listener that it hears through, which writes its end. Everything else is
    /// what [`Live::tick`] gives.
    #[must_use]
    pub fn new(sink: Sink, options: &Options, wishes: Wishes) -> (Self, Box<dyn Listener>) {
        let live = Self(Rc::new(RefCell::new(View {
            plain: Plain::new(options.clone()),
            board: Board::default(),
            canvas: Canvas::default(),
            spent: Spent::default(),
            wishes,
            verbose: None,
            above: Vec::new(),
            above_bytes: 0,
            title: String::new(),
            going: false,
        })));
        (live.clone(), Box::new(Reporter::new(live, sink)))
    }

    /// The bytes, to be written in one piece, that make the terminal show the run as it is now.
    /// Empty when that is what it shows.
    #[must_use]
    pub fn tick(&self, now_ms: u64, screen: Screen) -> Vec<u8> {
        let mut view = self.0.borrow_mut();
        if !view.going {
            return Vec::new();
        }
        view.frame(now_ms, screen).into_bytes()
    }

    /// Takes what a gate prints, secrets masked. `stream`: 0 is standard output, 1 standard error.
    pub fn output(&self, gate: &GateName, stream: usize, bytes: &[u8]) {
        self.0.borrow_mut().output(gate, stream, bytes);
    }

    /// An attempt of a gate prints no more.
    pub fn output_ended(&self, gate: &GateName) {
        let mut view = self.0.borrow_mut();
        let lines = view.verbose.as_mut().map(|verbose| verbose.end(gate));
        view.say(lines.unwrap_or_default());
    }

    /// How long gates took in earlier runs, in milliseconds.
    pub fn learn(&self, durations: &BTreeMap<GateName, u64>) {
        self.0.borrow_mut().board.estimate.learn(durations);
    }

    /// Somebody else has written to the terminal: the block starts anew below.
    pub fn forget(&self) {
        self.0.borrow_mut().canvas.forget();
    }
}

impl Form for Live {
    fn word(&self) -> &'static str {
        "live"
    }

    fn take(&mut self, event: &Event, summary: &Summary) -> Result<Vec<u8>, Reason> {
        Ok(self.0.borrow_mut().take(event, summary)?.into_bytes())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        self.0.borrow().plain.unfinished(head)
    }
}

impl View {
    fn take(&mut self, event: &Event, summary: &Summary) -> Result<String, Reason> {
        self.board.take(event);
        self.spent.take(event);
        match &event.body {
            Body::RunFinished {
                verdict,
                duration_ms,
            } => {
                let mut lines = vec![String::new()];
                let stories = self.plain.stories(summary).into_iter();
                lines.extend(stories.flat_map(|(_, story)| story));
                let spent = self.spent.lines(summary, *duration_ms, self.plain.width());
                if !spent.is_empty() {
                    lines.extend(spent);
                    lines.push(String::new());
                }
                lines.extend(self.plain.rest(summary, *verdict, *duration_ms));
                self.say(lines);
                return Ok(self.end());
            }
            // In the row of the gate.
            Body::Progress { .. } | Body::GateSlow { .. } => {}
            Body::GateFinished(gate) => {
                let lines = self.finished(gate, summary);
                self.say(lines);
            }
            Body::RunStarted(head) => {
                self.going = true;
                if self.wishes.verbose {
                    let gates = head.gates.iter().map(|head| &head.gate);
                    self.verbose = Some(Verbose::new(gates, self.plain.paint().unicode));
                }
                self.heard(event, summary)?;
            }
            _ => self.heard(event, summary)?,
        }
        Ok(String::new())
    }

    /// What the plain report says of it.
    fn heard(&mut self, event: &Event, summary: &Summary) -> Result<(), Reason> {
        let bytes = self.plain.take(event, summary)?;
        let lines = String::from_utf8_lossy(&bytes);
        self.say(lines.lines().map(str::to_owned).collect());
        Ok(())
    }

    /// The line of a gate that is finished, with its last lines when it did not pass.
    fn finished(&self, gate: &GateFinished, summary: &Summary) -> Vec<String> {
        let plain_pass =
            gate.verdict == VerdictWord::Passed && !gate.flaky && gate.notes.is_empty();
        if plain_pass && self.board.gates > TOLD {
            return Vec::new();
        }
        let mut lines = self.plain.finished(gate, summary);
        let bad = matches!(gate.verdict, VerdictWord::Failed | VerdictWord::Errored);
        if let Some(log) = gate.log.as_ref().filter(|_| bad) {
            let tail = &log.tail[log.tail.len().saturating_sub(LAST_LINES)..];
            let paint = self.plain.paint();
            let bar = paint.dim(paint.bar());
            lines.extend(tail.iter().map(|line| {
                let line = self.plain.fit(&format!("    {}", text::show_line(line)));
                let line = line.get(4..).unwrap_or_default();
                format!("  {bar} {line}").trim_end().to_owned()
            }));
        }
        lines
    }

    fn output(&mut self, gate: &GateName, stream: usize, bytes: &[u8]) {
        self.board.running.output(gate, bytes);
        let room = self.above_bytes < WAITING;
        if let Some(verbose) = &mut self.verbose {
            let lines = verbose.take(gate, stream, bytes, room);
            self.say(lines);
        }
    }

    fn say(&mut self, lines: Vec<String>) {
        self.above_bytes += lines.iter().map(String::len).sum::<usize>();
        self.above.extend(lines);
    }

    fn frame(&mut self, now_ms: u64, screen: Screen) -> String {
        self.plain.set_width(screen.columns.saturating_sub(1));
        let above = std::mem::take(&mut self.above);
        self.above_bytes = 0;
        let rows = if screen.foreground {
            block::rows(&mut self.board, now_ms, screen, self.plain.paint())
        } else {
            // What stands there now may be somebody else's.
            self.canvas.forget();
            Vec::new()
        };
        if above.is_empty() && rows.is_empty() {
            return String::new();
        }
        let painted = self.canvas.paint(&above, rows, screen.columns);
        self.titled() + &painted
    }

    /// The end: no block any more.
    fn end(&mut self) -> String {
        self.going = false;
        let above = std::mem::take(&mut self.above);
        let mut bytes = self.canvas.clear(&above);
        if !self.title.is_empty() {
            bytes.insert_str(0, "\u{1b}[23;2t");
        }
        if self.wishes.bell {
            bytes.insert(0, '\u{7}');
        }
        bytes
    }

    /// What sets the window's title, when that is wished and it is another one now. The old one is
    /// put on the terminal's own stack.
    fn titled(&mut self) -> String {
        if !self.wishes.title {
            return String::new();
        }
        let board = &self.board;
        let failed = match board.failed {
            0 => String::new(),
            n => format!(", {n} failed"),
        };
        let project = text::show_line(&board.project);
        let title = format!(
            "{}/{}{failed} - prove {project}",
            board.finished, board.gates
        );
        if title == self.title {
            return String::new();
        }
        let push = if self.title.is_empty() {
            "\u{1b}[22;2t"
        } else {
            ""
        };
        let bytes = format!("{push}\u{1b}]2;{title}\u{7}");
        self.title = title;
        bytes
    }
}

#[cfg(test)]
mod tests;
