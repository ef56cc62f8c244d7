//! What gates print and what a plan is called, through the painted view: nothing of it is obeyed,
//! and no row becomes wider than the terminal.

use super::*;

/// Lines that want the cursor, the title, the other screen, another direction, or more room than
/// there is. None of them uses a sequence in the very form in which the canvas writes its own.
const LINES: [&str; 16] = [
    "\u{1b}[77A\u{1b}[2J\u{1b}[Hup and away",
    "\u{1b}[5;5Hmoved\u{1b}[s\u{1b}[u\u{1b}7\u{1b}8",
    "\u{1b}[1K\u{1b}[2Kcleared\u{8}\u{8}\u{8}",
    "\u{1b}]0;title\u{7}a title",
    "\u{1b}]2;title\u{1b}\\another title",
    "\u{1b}]52;c;Zm9yZ2Vk\u{7}the clipboard",
    "\u{1b}]8;;http://127.0.0.1:9/\u{1b}\\a link\u{1b}]8;;\u{1b}\\",
    "\u{1b}[?25l\u{1b}[?1049h\u{1b}[?1000h\u{1b}[?2004hmodes",
    "\u{1b}P+q544e\u{1b}\\\u{1b}_x\u{1b}\\\u{1b}^x\u{1b}\\strings",
    "\u{1b}c\u{1b}#8\u{1b}(0\u{e}reset",
    "\u{9b}2J\u{9d}0;title\u{9c}eight bits",
    "\u{202e}desrever\u{2066}\u{200f} reversed",
    "tab\ttab\ttab\u{b}\u{c}\u{85}\u{2028}lines",
    "日本語のテストの名前がとても長いときの表示について",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦 👨🏽\u{200d}🚀 ❤\u{fe0f} joined",
    "\u{1b}]never ends",
];

/// The sequences of a frame. All but those of the canvas, and control characters outside of them,
/// are somebody else's.
fn is_ours(frame: &str) {
    let mut parts = frame.split('\u{1b}');
    let quiet = |text: &str| {
        let steers = |c: char| c.is_control() && !matches!(c, '\r' | '\n') || text::turns_text(c);
        assert!(!text.contains(steers), "{text:?} in {frame:?}");
    };
    quiet(parts.next().unwrap());
    for part in parts {
        let ours = ["[?2026h", "[?2026l", "[J", "[K"];
        let rest = ours.iter().find_map(|ours| part.strip_prefix(ours));
        let rest = rest.or_else(|| {
            let (lines, rest) = part.strip_prefix('[')?.split_once('A')?;
            lines
                .parse::<usize>()
                .is_ok_and(|n| n <= 24)
                .then_some(rest)
        });
        let rest = rest.unwrap_or_else(|| panic!("ESC {part:?} in {frame:?}"));
        quiet(rest);
    }
}

/// A view of one long-named gate that has printed this, in these pieces, at this width.
fn painted(columns: usize, pieces: impl Iterator<Item = Vec<u8>>) -> Seat {
    let long = format!("{}/{}", "x".repeat(100), "y".repeat(100));
    let mut seat = Seat::at(columns, Wishes::default());
    let events = Stream::of(&[&long, "b"]).event(started(&long, 1)).end();
    seat.hear(&events[..events.len() - 1]);
    for piece in pieces {
        seat.live.output(&name(&long), 0, &piece);
    }
    seat
}

#[test]
fn nothing_that_a_gate_prints_is_obeyed_in_its_row() {
    for line in LINES {
        for columns in [20, 40, 80, 200] {
            let text = format!("{line}\n").into_bytes();
            let seat = painted(columns, std::iter::once(text));
            let frame = String::from_utf8(seat.live.tick(1_000, seat.screen)).unwrap();
            is_ours(&frame);
        }
    }
}

#[test]
fn nor_while_half_of_it_is_there() {
    for line in LINES {
        let bytes = line.as_bytes();
        for end in 1..=bytes.len() {
            let pieces = bytes[..end].iter().map(|byte| vec![*byte]);
            let seat = painted(80, pieces);
            let frame = seat.live.tick(1_000, seat.screen);
            is_ours(std::str::from_utf8(&frame).unwrap());
        }
    }
}

#[test]
fn no_row_is_as_wide_as_the_terminal_whatever_is_printed() {
    for line in LINES {
        let long = format!("{}\n", line.repeat(40));
        for columns in [20, 21, 40, 41, 80, 200] {
            let mut seat = painted(columns, std::iter::once(long.clone().into_bytes()));
            let shown = seat.tick(1_000);
            let block = shown.rsplit_once("\n\n").unwrap().1;
            assert!(block.contains("0:0"), "no block: {shown}");
            for row in block.lines() {
                assert!(text::columns(row) < columns, "{columns}: {row:?}");
            }
        }
    }
}

/// A plan is called what its file says; the title is built of that.
#[test]
fn a_hostile_project_has_a_tame_title() {
    for line in LINES {
        let wishes = Wishes {
            title: true,
            ..Wishes::default()
        };
        let seat = Seat::at(80, wishes);
        let mut listener = seat.listener;
        let mut head = Stream::of(&["a"]).end().remove(0);
        if let Body::RunStarted(head) = &mut head.body {
            line.clone_into(&mut head.project);
        }
        listener.hear(&head).unwrap();
        let frame = String::from_utf8(seat.live.tick(1_000, seat.screen)).unwrap();
        let start = "\u{1b}[22;2t\u{1b}]2;";
        let (title, rest) = frame
            .strip_prefix(start)
            .unwrap()
            .split_once('\u{7}')
            .unwrap();
        assert!(!title.contains(char::is_control), "{title:?}");
        is_ours(rest);
    }
}

/// What could steer a terminal is no name: neither a file nor a recorded run can bring one.
#[test]
fn a_hostile_name_is_no_name() {
    let long = "x".repeat(300);
    for text in LINES
        .iter()
        .copied()
        .chain(["a\nb", "a\tb", "\u{1b}[31ma", &long])
    {
        assert!(GateName::try_from(text.to_owned()).is_err(), "{text:?}");
    }
}
