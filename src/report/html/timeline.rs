//! When what ran: attempts in lanes, as many as ran at once, and the critical path.

use super::markup::Markup;
use super::run::{Row, Run, Span};
use crate::report::{critical, text};

/// Height of a lane, in pixels.
const LANE: usize = 26;
/// Bars narrower than this part of the whole, in tenths of a percent, are too narrow for a name.
const NAMED: u64 = 30;
/// Plain bars narrower than this part of the whole, in hundredths of a percent, are drawn together:
/// a thousand of them are no thousand elements.
const THIN: u64 = 40;
/// Bars up to which each is an element of its own.
const SINGLE: usize = 200;
/// Gates of the critical path that are told.
const TOLD: usize = 40;

/// A bar: which gate, which attempt, in which lane.
#[derive(Debug, PartialEq, Eq)]
struct Bar {
    gate: usize,
    span: Span,
    lane: usize,
}

/// Attempts by their start, each in the first lane that is free.
fn lanes(rows: &[Row<'_>]) -> Vec<Bar> {
    let mut all: Vec<(usize, Span)> = rows
        .iter()
        .flat_map(|row| row.spans.iter().map(|span| (row.at, *span)))
        .collect();
    all.sort_by_key(|(gate, span)| (span.from, *gate));
    let mut free: Vec<u64> = Vec::new();
    let place = |(gate, span): (usize, Span)| {
        let lane = free.iter().position(|until| *until <= span.from);
        let lane = lane.unwrap_or(free.len());
        // What took no whole millisecond still takes its place.
        let until = span.to.max(span.from + 1);
        match free.get_mut(lane) {
            Some(free) => *free = until,
            None => free.push(until),
        }
        Bar { gate, span, lane }
    };
    all.into_iter().map(place).collect()
}

/// The gates that the end of the run waited for, first to last.
pub(super) fn critical(rows: &[Row<'_>]) -> Vec<usize> {
    let ends: Vec<Option<u64>> = rows.iter().map(Row::end).collect();
    let after: Vec<Vec<usize>> = rows.iter().map(|row| row.after.clone()).collect();
    critical::path(&ends, &after)
}

/// The section.
pub(super) fn section(run: &Run<'_>, critical: &[usize], page: &mut Markup) {
    let bars = lanes(&run.rows);
    let last = bars.iter().map(|bar| bar.span.to).max().unwrap_or(0);
    let total = run.duration_ms.max(last).max(1);
    let count = bars.iter().map(|bar| bar.lane + 1).max().unwrap_or(0);
    page.raw("<section id=\"timeline\" aria-labelledby=\"timeline-h\"><div class=\"bar\">")
        .raw("<h2 id=\"timeline-h\">Timeline</h2><div class=\"tools\" data-zoom=\"time-view\"></div></div>");
    if bars.is_empty() {
        page.raw("<p class=\"muted\">No gate ran.</p></section>");
        return;
    }
    path_in_words(run, critical, total, page);
    page.raw("<div class=\"view\" id=\"time-view\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline of the gates\">")
        .raw("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"time\" width=\"100%\"")
        .attr("height", &(count * LANE + 24).to_string())
        .raw(">");
    axis(total, count * LANE, page);
    let mut hot = vec![false; run.rows.len()];
    critical.iter().for_each(|at| hot[*at] = true);
    let is_thin = |bar: &&Bar| {
        let length = bar.span.to.saturating_sub(bar.span.from);
        let plain = !hot[bar.gate] && !bar.span.retried && run.rows[bar.gate].word() == "passed";
        bars.len() > SINGLE && plain && length * 10_000 / total < THIN
    };
    let (thin, single): (Vec<&Bar>, Vec<&Bar>) = bars.iter().partition(is_thin);
    together(&thin, count, total, page);
    for bar in single {
        draw(&run.rows[bar.gate], bar, hot[bar.gate], total, page);
    }
    page.raw("</svg></div></section>");
}

/// A part of the whole in percent, with two digits behind the point.
fn percent(part: u64, total: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(total.max(1));
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn axis(total: u64, height: usize, page: &mut Markup) {
    let steps = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000,
        300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
    ];
    let step = steps
        .into_iter()
        .find(|step| total / step <= 6)
        .unwrap_or(total.max(1));
    for at in (0..=total / step).map(|n| n * step) {
        let x = percent(at, total);
        page.raw("<line class=\"tick\" y1=\"0\"")
            .attr("x1", &x)
            .attr("x2", &x)
            .attr("y2", &(height + 4).to_string())
            .raw("/>");
        // A label at the very end would be cut off.
        if at * 100 <= total * 92 {
            page.raw("<text class=\"tick\" dx=\"3\"")
                .attr("x", &x)
                .attr("y", &(height + 18).to_string())
                .raw(">")
                .text(&text::duration(at))
                .raw("</text>");
        }
    }
}

/// Passed gates that are too narrow to be told apart, in one path.
fn together(bars: &[&Bar], lanes: usize, total: u64, page: &mut Markup) {
    if bars.is_empty() {
        return;
    }
    let mut way = String::new();
    for bar in bars {
        let length = (bar.span.to.saturating_sub(bar.span.from)).max(1);
        let (x, y) = (bar.span.from, bar.lane * LANE);
        let height = LANE - 4;
        way.push_str(&format!("M{x} {y}h{length}v{height}h-{length}z"));
    }
    page.raw("<svg preserveAspectRatio=\"none\" width=\"100%\"")
        .attr("height", &(lanes * LANE).to_string())
        .attr("viewBox", &format!("0 0 {total} {}", lanes * LANE))
        .raw("><path class=\"thin\"")
        .attr("d", &way)
        .raw("/></svg>");
}

fn draw(row: &Row<'_>, bar: &Bar, hot: bool, total: u64, page: &mut Markup) {
    let length = bar.span.to.saturating_sub(bar.span.from);
    let word = if bar.span.retried {
        "failed"
    } else {
        row.word()
    };
    let said = if bar.span.retried {
        "did not pass, tried again"
    } else {
        row.verdict()
    };
    let title = format!("{}: {said}, {}", row.name(), text::duration(length));
    // A bar that is there can be seen.
    let width = percent(length.max(total / 700), total);
    page.raw("<svg")
        .attr("x", &percent(bar.span.from, total))
        .attr("y", &(bar.lane * LANE).to_string())
        .attr("width", &width)
        .attr("height", &(LANE - 4).to_string())
        .raw("><a tabindex=\"-1\"")
        .attr("href", &format!("#g-{}", row.at))
        .attr(
            "class",
            &format!("span {word}{}", if hot { " hot" } else { "" }),
        )
        .raw(">")
        .element("title", "", &title)
        .raw("<rect width=\"100%\" height=\"100%\" rx=\"3\"/>");
    if length * 1_000 / total.max(1) >= NAMED {
        page.raw("<text x=\"6\" y=\"15\">")
            .text(if bar.span.retried {
                "\u{2715} "
            } else {
                row.sign()
            })
            .text(" ")
            .text(row.name())
            .raw("</text>");
    }
    page.raw("</a></svg>");
}

fn path_in_words(run: &Run<'_>, critical: &[usize], total: u64, page: &mut Markup) {
    let busy: u64 = critical.iter().map(|at| run.rows[*at].duration_ms()).sum();
    let rest = if busy * 2 < total {
        "; most of the rest is waiting for a free place.</p><ol class=\"path\">"
    } else {
        ". To be faster, make one of these faster.</p><ol class=\"path\">"
    };
    page.raw(
        "<p class=\"muted\">As many lanes as gates ran at once. The critical path, outlined, ",
    )
    .raw("is what the end waited for: ")
    .text(&text::duration(busy))
    .raw(" of ")
    .text(&text::duration(total))
    .raw(rest);
    let mut before: Option<u64> = None;
    for at in critical.iter().take(TOLD) {
        let row = &run.rows[*at];
        let from = row.spans.first().map_or(0, |span| span.from);
        page.raw("<li><a")
            .attr("href", &format!("#g-{at}"))
            .raw(">")
            .text(row.name())
            .raw("</a> ");
        page.element("span", "muted", &text::duration(row.duration_ms()));
        let waited = before.map_or(0, |before| from.saturating_sub(before));
        if waited > total / 50 {
            let said = format!(" ({} later)", text::duration(waited));
            page.element("span", "muted", &said);
        }
        page.raw("</li>");
        before = row.end();
    }
    if critical.len() > TOLD {
        page.element("li", "", &format!("and {} more", critical.len() - TOLD));
    }
    page.raw("</ol>");
}
