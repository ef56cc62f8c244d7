//! Logs and test cases inside the page: packed (gzip, base64), so that a browser carries them as
//! inert text and unpacks one only when somebody looks at it.
//!
//! Everything is bounded, and whatever is left out is said where it would stand.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};

use super::ansi;
use super::run::{Row, Run};
use crate::event::GateFinished;
use crate::model::limits::TAIL_LINES;
use crate::model::{Case, CaseStatus};
use crate::report::logs::Logs;

/// Bytes of one log from its start.
const HEAD_BYTES: usize = 512 << 10;
/// Bytes of one log up to its end: the end says what went wrong.
const TAIL_BYTES: usize = 1536 << 10;
/// Bytes of all logs, as they were printed.
const ALL_BYTES: usize = 96 << 20;
/// Bytes of all that is packed, as it stands in the page: a browser reads about 100 MB a second.
const ALL_PACKED: usize = 24 << 20;
/// Test cases of one gate.
const CASES: usize = 20_000;
/// Bytes of the message of one case.
const MESSAGE_BYTES: usize = 4_000;

/// Something packed.
#[derive(Debug)]
pub(super) struct Packed {
    /// Base64 of gzip of UTF-8.
    pub text: String,
    /// Lines of a log, or cases.
    pub count: usize,
    /// What was left out, in words; empty when it is whole.
    pub cut: String,
}

/// A gate's log.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// All that the page holds of it.
    pub whole: Option<Packed>,
    /// Its last lines in the form of [`ansi`].
    pub tail: Vec<String>,
    /// Why there is not more, in words.
    pub why_not: Option<String>,
}

/// What is left of the room in the page.
pub(super) struct Room {
    printed: usize,
    packed: usize,
}

impl Room {
    pub fn new() -> Self {
        Self {
            printed: ALL_BYTES,
            packed: ALL_PACKED,
        }
    }
}

/// The logs of all gates, by their place in the plan. Gates that did not pass are served first.
pub(super) fn logs(run: &Run<'_>, source: &Logs, room: &mut Room) -> Vec<Log> {
    let mut order: Vec<&Row<'_>> = run.rows.iter().collect();
    order.sort_by_key(|row| row.is_well());
    let mut logs: Vec<Log> = run.rows.iter().map(|_| Log::default()).collect();
    for row in order {
        if let Some(finished) = row.finished {
            logs[row.at] = log(finished, source, room, !row.is_well());
        }
    }
    logs
}

fn log(gate: &GateFinished, source: &Logs, room: &mut Room, ends_shown: bool) -> Log {
    let Some(known) = &gate.log else {
        return Log::default();
    };
    let mut log = Log {
        tail: known.tail.clone(),
        ..Log::default()
    };
    let more = format!("`prove logs {}` shows all that was kept", gate.gate);
    if room.printed == 0 || room.packed == 0 {
        log.why_not = Some(format!(
            "The page is full, so only the last lines are in it; {more}."
        ));
        return log;
    }
    let ends = match source.ends(&gate.gate, HEAD_BYTES, TAIL_BYTES) {
        Ok(Some(ends)) => ends,
        Ok(None) => {
            log.why_not = Some("Only the last lines were recorded, or the log is gone.".to_owned());
            return log;
        }
        Err(why) => {
            log.why_not = Some(format!("The log could not be read: {why}"));
            return log;
        }
    };
    let mut text = String::with_capacity(ends.head.len() + ends.tail.len());
    let mut count = ansi::tidy(&ends.head, &mut text);
    let mut cut = String::new();
    if ends.cut > 0 {
        cut = format!(
            "{} bytes of the middle are not in this page; {more}.",
            ends.cut
        );
        text.push_str(&format!(
            "\u{1b}d\u{1b}… {} bytes are not in this page …\n",
            ends.cut
        ));
        count += 1;
    }
    count += ansi::tidy(&ends.tail, &mut text);
    if known.cut > 0 {
        cut.push_str(&format!(" {} bytes were not even kept.", known.cut));
    }
    let packed = pack(&text);
    if packed.len() > room.packed {
        log.why_not = Some(format!(
            "The page is full, so only the last lines are in it; {more}."
        ));
        return log;
    }
    room.printed = room
        .printed
        .saturating_sub(ends.head.len() + ends.tail.len());
    room.packed -= packed.len();
    if ends_shown {
        let lines: Vec<&str> = text.lines().collect();
        let last = &lines[lines.len().saturating_sub(TAIL_LINES)..];
        log.tail = last.iter().map(|line| (*line).to_owned()).collect();
    }
    log.whole = Some(Packed {
        text: packed,
        count,
        cut,
    });
    log
}

/// The test cases that a gate brought, those that did not pass first.
pub(super) fn cases(all: &[Case], room: &mut Room) -> Option<Packed> {
    if all.is_empty() {
        return None;
    }
    let mut order: Vec<&Case> = all.iter().collect();
    order.sort_by_key(|case| match case.status {
        CaseStatus::Failed => 0,
        CaseStatus::Errored => 1,
        CaseStatus::Skipped => 2,
        CaseStatus::Passed => 3,
    });
    let kept = &order[..order.len().min(CASES)];
    let rows: Vec<_> = kept
        .iter()
        .map(|case| {
            serde_json::json!([
                word(case.status),
                crate::report::text::show(&case.suite),
                crate::report::text::show(&case.name),
                case.duration_ms,
                crate::report::text::show(clipped(&case.message)),
            ])
        })
        .collect();
    let packed = pack(&serde_json::Value::Array(rows).to_string());
    let mut cut = String::new();
    if kept.len() < all.len() {
        cut = format!(
            "{} more cases are not in this page.",
            all.len() - kept.len()
        );
    }
    if packed.len() > room.packed {
        return Some(Packed {
            text: String::new(),
            count: all.len(),
            cut: "The page is full, so these cases are not in it.".to_owned(),
        });
    }
    room.packed -= packed.len();
    Some(Packed {
        text: packed,
        count: kept.len(),
        cut,
    })
}

/// The word of a case's status.
pub(super) fn word(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Passed => "passed",
        CaseStatus::Failed => "failed",
        CaseStatus::Errored => "errored",
        CaseStatus::Skipped => "skipped",
    }
}

/// The first bytes of a message, whole characters.
pub(super) fn clipped(message: &str) -> &str {
    let fits = |at: &usize| message.is_char_boundary(*at);
    let end = (0..=message.len().min(MESSAGE_BYTES)).rev().find(fits);
    &message[..end.unwrap_or(0)]
}

/// The same bytes for the same text: no time and no system stand in the header.
fn pack(text: &str) -> String {
    let mut gzip = GzBuilder::new()
        .operating_system(255)
        .write(Vec::new(), Compression::new(6));
    // A vector takes everything.
    let packed = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    STANDARD.encode(packed.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn unpacked(text: &str) -> String {
        let bytes = STANDARD.decode(text).unwrap();
        let mut out = String::new();
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut out)
            .unwrap();
        out
    }

    #[test]
    fn what_is_packed_comes_back_and_is_inert_in_between() {
        let text = "</script><!-- \u{2028} ü\n".repeat(100);
        let packed = pack(&text);
        assert!(
            packed
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        );
        assert_eq!(unpacked(&packed), text);
        assert_eq!(packed, pack(&text));
    }

    #[test]
    fn cases_that_did_not_pass_come_first_and_a_full_page_says_so() {
        let one = |status| crate::report::samples::case("s", "n", status, "m");
        let all = [one(CaseStatus::Passed), one(CaseStatus::Failed)];
        let packed = cases(&all, &mut Room::new()).unwrap();
        assert_eq!(
            unpacked(&packed.text),
            r#"[["failed","s","n",5,"m"],["passed","s","n",5,"m"]]"#
        );
        let mut full = Room {
            printed: 0,
            packed: 0,
        };
        let none = cases(&all, &mut full).unwrap();
        assert!(none.text.is_empty() && none.cut.contains("full"));
        assert!(cases(&[], &mut full).is_none());
    }

    #[test]
    fn a_message_is_clipped_between_characters() {
        assert_eq!(clipped("short"), "short");
        assert_eq!(clipped(&"é".repeat(MESSAGE_BYTES)).len(), MESSAGE_BYTES);
        let odd = format!("x{}", "é".repeat(MESSAGE_BYTES));
        assert_eq!(clipped(&odd).len(), MESSAGE_BYTES - 1);
    }
}
