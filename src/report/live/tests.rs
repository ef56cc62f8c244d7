//! The view at several widths, frame by frame, on streams of events.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use super::*;
use crate::model::RunVerdict;
use crate::report::hostile;
use crate::report::samples::{Pipe, Stream, failed, finished, name};

mod tamed;

/// A terminal that knows what [`canvas`] writes: lines, and where the cursor is.
#[derive(Default)]
struct Screened {
    lines: Vec<String>,
    at: usize,
}

impl Screened {
    fn take(&mut self, bytes: &str) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
                let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                self.obey(&sequence[..end], &sequence[end..=end]);
                rest = &sequence[end + 1..];
            } else if let Some(behind) = rest.strip_prefix("\r\n") {
                self.at += 1;
                rest = behind;
            } else if let Some(behind) = rest.strip_prefix('\r') {
                rest = behind;
            } else {
                let end = rest.find(['\r', '\u{1b}']).unwrap_or(rest.len());
                assert!(!rest[..end].contains(char::is_control), "{rest:?}");
                self.lines
                    .resize(self.lines.len().max(self.at + 1), String::new());
                rest[..end].clone_into(&mut self.lines[self.at]);
                rest = &rest[end..];
            }
        }
    }

    fn obey(&mut self, argument: &str, word: &str) {
        match word {
            "A" => self.at -= argument.parse::<usize>().unwrap(),
            "J" => self.lines.truncate(self.at),
            "K" | "h" | "l" => {}
            _ => panic!("{argument}{word}"),
        }
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// A view that hears events and ticks, and the terminal that it paints.
struct Seat {
    live: Live,
    listener: Box<dyn Listener>,
    written: Rc<RefCell<Vec<u8>>>,
    terminal: Screened,
    screen: Screen,
}

impl Seat {
    fn at(columns: usize, wishes: Wishes) -> Self {
        let options = Options {
            unicode: true,
            width: Some(columns),
            ..Options::default()
        };
        let written = Rc::new(RefCell::new(Vec::new()));
        let pipe = Pipe {
            shown: written.clone(),
            writes: usize::MAX,
        };
        let (live, listener) = Live::new(Sink::Stream(Box::new(pipe)), &options, wishes);
        Self {
            live,
            listener,
            written,
            terminal: Screened::default(),
            screen: Screen {
                columns,
                rows: 24,
                foreground: true,
            },
        }
    }

    fn hear(&mut self, events: &[Event]) -> &mut Self {
        for event in events {
            self.listener.hear(event).unwrap();
        }
        let bytes = self.written.take();
        self.terminal.take(std::str::from_utf8(&bytes).unwrap());
        self
    }

    fn tick(&mut self, now_ms: u64) -> String {
        let bytes = self.live.tick(now_ms, self.screen);
        self.terminal.take(std::str::from_utf8(&bytes).unwrap());
        self.terminal.text()
    }
}

fn started(gate: &str, attempt: u32) -> Body {
    Body::GateStarted {
        gate: name(gate),
        attempt,
    }
}

/// Five gates: one failed, one was retried, an image is being built.
fn events() -> Vec<Event> {
    let step = |text: &str| Body::Progress {
        gate: name("app"),
        text: text.to_owned(),
    };
    Stream::of(&["lint", "unit", "ui/types", "app<lint", "app-test<app"])
        .event(started("unit", 1))
        .passed("lint")
        .event(started("app", 1))
        .event(step("[1/3] FROM node:20"))
        .event(step("CACHED"))
        .event(step("[2/3] RUN npm ci"))
        .gate(failed(
            "ui/types",
            Reason::new("exit code 2"),
            &["src/a.ts:3", "1 error"],
        ))
        .event(Body::Retrying {
            gate: name("unit"),
            attempt: 1,
            reason: Reason::new("exit code 1"),
            backoff_ms: 0,
        })
        .event(started("unit", 2))
        .end()
}

fn going(columns: usize) -> String {
    let mut seat = Seat::at(columns, Wishes::default());
    let events = events();
    seat.hear(&events[..events.len() - 1]);
    let before = BTreeMap::from([("unit", 90_000), ("app", 30_000), ("app-test", 9_000)]);
    let before = before
        .into_iter()
        .map(|(gate, ms)| (name(gate), ms))
        .collect();
    seat.live.learn(&before);
    let said = "\u{1b}[32m 10%\r 99%\u{1b}[0m\n日本語のテスト";
    seat.live.output(&name("unit"), 0, said.as_bytes());
    seat.live.output(&name("app"), 1, b"added 200 packages\n\n");
    seat.tick(65_000)
}

#[test]
fn a_run_at_a_glance() {
    insta::assert_snapshot!(going(80), @r#"
    prove 0.1.0: dental-mvp, 5 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✓ passed    lint            1.2 s
    ✗ failed    ui/types        1.2 s  exit code 2
      │ src/a.ts:3
      │ 1 error
      retry     unit      attempt 1: exit code 1; again now

    ████░░░░░░░░  2 of 5, 1 failed, 1:05, about 30 s left
      unit       1:04  attempt 2: 日本語のテスト
      app        1:04  [2/3] RUN npm ci (1 cached): added 200 packages
    "#);
}

#[test]
fn at_forty_columns() {
    insta::assert_snapshot!(going(40), @r#"
    prove 0.1.0: dental-mvp, 5 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✓ passed    lint            1.2 s
    ✗ failed    ui/types        1.2 s  exit…
      │ src/a.ts:3
      │ 1 error
      retry     unit      attempt 1: exit c…

    2/5, 1 failed, 1:05, about 30 s left
      unit       1:04  attempt 2: 日本語の…
      app        1:04  [2/3] RUN npm ci (1…
    "#);
}

#[test]
fn at_twenty_columns_it_is_still_a_screen() {
    let shown = going(20);
    insta::assert_snapshot!(shown, @r#"
    prove 0.1.0: dental-mvp, 5 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✓ passed    lint            1.2 s
    ✗ failed    ui/types        1.2 s  exit…
      │ src/a.ts:3
      │ 1 error
      retry     unit      attempt 1: exit c…

    2/5, 1 failed, 1:05
      unit       1:04
      app        1:04
    "#);
}

#[test]
fn no_row_of_the_block_is_as_wide_as_the_terminal() {
    for columns in 20..120 {
        let shown = going(columns);
        let block = shown.rsplit_once("\n\n").unwrap().1;
        for line in block.lines() {
            assert!(text::columns(line) < columns, "{columns}: {line}");
        }
    }
}

#[test]
fn the_end_is_that_of_the_plain_report_and_where_the_time_went() {
    let mut seat = Seat::at(80, Wishes::default());
    seat.hear(&events());
    insta::assert_snapshot!(seat.terminal.text(), @r#"
    prove 0.1.0: dental-mvp, 5 gates, 2 at once, run 20261121T002500Z-k3w5qa

    ✓ passed    lint            1.2 s
    ✗ failed    ui/types        1.2 s  exit code 2
      │ src/a.ts:3
      │ 1 error
      retry     unit      attempt 1: exit code 1; again now

    ✗ ui/types failed: exit code 2
        run: npm run ui/types
        │ src/a.ts:3
        │ 1 error
        log     .prove/runs/20261121T002500Z-k3w5qa/logs/ui+types.log
        rerun   prove run ui/types

    slowest        lint 1.2 s, ui/types 1.2 s (2.4 s of work in 12.3 s)

    refuted: 1 failed, 1 passed, 3 without a verdict in 12.3 s
    "#);
}

#[test]
fn many_gates_take_a_third_of_the_screen_and_a_row_stays_where_it_is() {
    let names: Vec<String> = (0..200).map(|at| format!("g{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut stream = Stream::of(&names);
    for gate in &names[..40] {
        stream = stream.event(started(gate, 1));
    }
    let gone = stream.end();
    let mut seat = Seat::at(60, Wishes::default());
    let start = seat.hear(&gone[..gone.len() - 1]).tick(3_000);
    insta::assert_snapshot!(start, @r#"
    prove 0.1.0: dental-mvp, 200 gates, 2 at once, run 20261121T002500Z-k3w5qa


    ░░░░░░░░░░░░  0 of 200, 0:03
      g0     0:02
      g1     0:02
      g2     0:02
      g3     0:02
      g4     0:02
      and 35 more
    "#);
    let passed = Event {
        seq: 41,
        at_ms: 3_100,
        body: Body::GateFinished(Box::new(finished("g2", VerdictWord::Passed))),
    };
    let then = seat.hear(&[passed]).tick(3_200);
    insta::assert_snapshot!(then.rsplit_once("\n\n").unwrap().1, @r#"
    ░░░░░░░░░░░░  1 of 200, 0:03
      g0     0:03
      g1     0:03
      g5     0:02
      g3     0:02
      g4     0:02
      and 34 more
    "#);
}

#[test]
fn a_frame_that_shows_nothing_new_writes_nothing() {
    let mut seat = Seat::at(80, Wishes::default());
    let events = events();
    seat.hear(&events[..4]);
    assert!(!seat.live.tick(1_200, seat.screen).is_empty());
    assert_eq!(seat.live.tick(1_900, seat.screen), b"");
    let frame = String::from_utf8(seat.live.tick(2_000, seat.screen)).unwrap();
    assert!(
        frame.starts_with("\u{1b}[?2026h") && frame.ends_with("\u{1b}[?2026l\r\n"),
        "{frame:?}"
    );
    assert!(!frame.contains("?25"), "the cursor stays: {frame:?}");
}

#[test]
fn rows_that_a_narrower_terminal_broke_are_painted_over() {
    let mut seat = Seat::at(80, Wishes::default());
    seat.hear(&events()[..7]).tick(1_000);
    seat.screen.columns = 20;
    let frame = String::from_utf8(seat.live.tick(1_000, seat.screen)).unwrap();
    // The empty row, the head of 47 columns, and two gates of 40 and 16.
    assert!(frame.contains("\u{1b}[7A"), "{frame:?}");
}

#[test]
fn in_the_background_only_lines_scroll_by() {
    let mut seat = Seat::at(80, Wishes::default());
    seat.screen.foreground = false;
    seat.hear(&events()[..8]);
    assert!(!seat.tick(1_000).contains("0:01"));
    assert_eq!(seat.live.tick(2_000, seat.screen), b"");
}

#[test]
fn what_gates_print_scrolls_by_when_that_is_wished() {
    let wishes = Wishes {
        verbose: true,
        ..Wishes::default()
    };
    let mut seat = Seat::at(80, wishes);
    seat.hear(&events()[..4]);
    seat.live.output(&name("unit"), 0, b"one\ntw");
    seat.live.output_ended(&name("unit"));
    let shown = seat.tick(1_000);
    assert!(
        shown.contains("\nunit     │ one\nunit     │ tw\n"),
        "{shown}"
    );
}

#[test]
fn title_and_bell_only_by_choice_and_the_old_title_comes_back() {
    let wishes = Wishes {
        title: true,
        bell: true,
        verbose: false,
    };
    let all = |wishes: Wishes| {
        let seat = Seat::at(80, wishes);
        let mut listener = seat.listener;
        let mut shown = Vec::new();
        for event in events() {
            listener.hear(&event).unwrap();
            shown.extend(seat.live.tick(event.at_ms, seat.screen));
        }
        shown.write_all(&seat.written.take()).unwrap();
        String::from_utf8(shown).unwrap()
    };
    let shown = all(wishes);
    assert!(shown.contains("\u{1b}[22;2t\u{1b}]2;0/5 - prove dental-mvp\u{7}"));
    assert!(shown.contains("\u{1b}]2;2/5, 1 failed - prove dental-mvp\u{7}"));
    assert_eq!(shown.matches("\u{1b}[23;2t").count(), 1);
    assert_eq!(
        shown.matches('\u{7}').count(),
        shown.matches("\u{1b}]2;").count() + 1
    );
    let none = all(Wishes::default());
    assert!(!none.contains('\u{7}') && !none.contains("\u{1b}]") && !none.contains("2t"));
}

/// [`Screened`] panics at anything that a terminal would obey but what the canvas writes.
#[test]
fn nothing_hostile_is_obeyed() {
    for text in hostile::HOSTILE {
        let wishes = Wishes {
            verbose: true,
            ..Wishes::default()
        };
        let mut seat = Seat::at(80, wishes);
        for event in hostile::run(text) {
            for gate in ["bad", "flaky"] {
                seat.live.output(&name(gate), 1, text.as_bytes());
            }
            seat.hear(&[event]).tick(1_000);
        }
        let last = seat.terminal.lines.last().unwrap();
        assert!(last.starts_with(RunVerdict::Refuted.as_str()), "{last}");
    }
}
