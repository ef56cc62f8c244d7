//! The plan as a picture: boxes and edges while that can be read; gates that stand alike folded
//! into one box when there are many; a wall of cells, layer by layer, when there are very many.

use super::layout::{self, BOX, Edge, Layout};
use super::markup::Markup;
use super::run::{Row, Run};
use crate::report::text;

/// Gates up to which each has its own box.
const SINGLE: usize = 60;
/// Boxes up to which there are boxes at all.
const BOXES: usize = 90;
/// Characters of a name in a box.
const NAME: usize = 21;
/// Names that a folded box tells.
const TOLD: usize = 12;

/// The section.
pub(super) fn section(run: &Run<'_>, critical: &[usize], page: &mut Markup) {
    if run.rows.is_empty() {
        return;
    }
    page.raw("<section id=\"graph\" aria-labelledby=\"graph-h\">")
        .raw("<div class=\"bar\"><h2 id=\"graph-h\">Graph</h2>");
    let after: Vec<Vec<usize>> = run.rows.iter().map(|row| row.after.clone()).collect();
    let groups: Vec<Vec<usize>> = if run.rows.len() <= SINGLE {
        (0..run.rows.len()).map(|at| vec![at]).collect()
    } else {
        layout::twins(&after)
    };
    if groups.len() <= BOXES {
        page.raw("<div class=\"tools\" data-zoom=\"graph-view\"></div></div>")
            .raw(
                "<p class=\"muted\">What waits for what, from left to right; edges that a longer \
                  way already says are not drawn. The heavy outline is the critical path. \
                  The list of gates says the same in words.</p>",
            );
        boxes(run, &groups, &after, critical, page);
    } else {
        page.raw(
            "</div><p class=\"muted\">One cell for each gate; each step waits for something \
                  in the step before it. Point at a cell to see what it waits for and what waits \
                  for it. The list of gates says the same in words.</p>",
        );
        wall(run, &after, critical, page);
    }
    legend(page);
    page.raw("</section>");
}

fn legend(page: &mut Markup) {
    page.raw("<p class=\"legend\" aria-hidden=\"true\">")
        .raw("<span class=\"v passed\">\u{2713} passed</span> <span class=\"v failed\">\u{2715} failed</span> ")
        .raw("<span class=\"v errored\">! errored</span> <span class=\"v skipped\">\u{2013} skipped</span> ")
        .raw("<span class=\"v cancelled\">\u{25a0} cancelled</span> <span class=\"v na\">\u{25cb} not applicable</span></p>");
}

/// The member that says most about a box: the worst one.
fn worst<'r>(run: &'r Run<'_>, group: &[usize]) -> Option<&'r Row<'r>> {
    let rank = |row: &&Row<'_>| match row.word() {
        "failed" => 0,
        "errored" | "unknown" => 1,
        "cancelled" => 2,
        "skipped" => 3,
        "passed" => 4,
        _ => 5,
    };
    group.iter().map(|at| &run.rows[*at]).min_by_key(rank)
}

fn boxes(
    run: &Run<'_>,
    groups: &[Vec<usize>],
    after: &[Vec<usize>],
    critical: &[usize],
    page: &mut Markup,
) {
    let mut home = vec![0; run.rows.len()];
    for (nth, group) in groups.iter().enumerate() {
        for at in group {
            home[*at] = nth;
        }
    }
    let folded: Vec<Vec<usize>> = groups
        .iter()
        .map(|group| {
            let needs = group.first().map(|at| after[*at].as_slice());
            let mut needs: Vec<usize> = needs
                .unwrap_or_default()
                .iter()
                .map(|need| home[*need])
                .collect();
            needs.sort_unstable();
            needs.dedup();
            needs
        })
        .collect();
    let laid = layout::lay(&layout::reduced(&folded));
    let hot: Vec<bool> = groups
        .iter()
        .map(|group| group.iter().any(|at| critical.contains(at)))
        .collect();
    open_svg(&laid, page);
    for edge in &laid.edges {
        path(edge, hot[edge.from] && hot[edge.to], page);
    }
    for ((group, place), hot) in groups.iter().zip(&laid.boxes).zip(&hot) {
        if let Some(row) = worst(run, group) {
            one_box(run, group, row, (*place, *hot), page);
        }
    }
    page.raw("</svg></div>");
}

fn open_svg(laid: &Layout, page: &mut Markup) {
    let (width, height) = (laid.width + 4, laid.height + 4);
    page.raw("<div class=\"view\" id=\"graph-view\" tabindex=\"0\" role=\"region\" aria-label=\"Graph of the gates\"><svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dag\"")
        .attr("viewBox", &format!("-2 -2 {width} {height}"))
        .attr("width", &width.to_string())
        .attr("height", &height.to_string())
        .raw(">");
}

/// A curve through the bends.
fn path(edge: &Edge, hot: bool, page: &mut Markup) {
    let mut way = String::new();
    for (nth, (x, y)) in edge.points.iter().enumerate() {
        match nth {
            0 => way.push_str(&format!("M{x} {y}")),
            // From one column to the next it swings, along a bend it runs straight.
            n if n % 2 == 1 => {
                let (from_x, from_y) = edge.points[n - 1];
                let half = (from_x + x) / 2;
                way.push_str(&format!("C{half} {from_y} {half} {y} {x} {y}"));
            }
            _ => way.push_str(&format!("H{x}")),
        }
    }
    page.raw("<path")
        .attr("class", if hot { "edge hot" } else { "edge" })
        .attr("d", &way)
        .raw("/>");
}

fn one_box(
    run: &Run<'_>,
    group: &[usize],
    row: &Row<'_>,
    (place, hot): ((i32, i32), bool),
    page: &mut Markup,
) {
    let members: Vec<&str> = group.iter().map(|at| run.rows[*at].name()).collect();
    let (name, title) = match members.as_slice() {
        [one] => ((*one).to_owned(), format!("{one}: {}", row.verdict())),
        _ => {
            let same = group
                .iter()
                .filter(|at| run.rows[**at].word() == row.word());
            let told = text::some(&members, TOLD);
            (
                format!("{} gates", members.len()),
                format!("{} {}: {told}", same.count(), row.verdict()),
            )
        }
    };
    let sub = match members.as_slice() {
        [_] if row.spans.is_empty() => row.verdict().to_owned(),
        [_] => text::duration(row.duration_ms()),
        [first, ..] => text::fit(&format!("{first} \u{2026}"), NAME, true),
        [] => String::new(),
    };
    page.raw("<a").attr("href", &format!("#g-{}", row.at));
    page.attr(
        "class",
        &format!("box {}{}", row.word(), if hot { " hot" } else { "" }),
    )
    .attr("transform", &format!("translate({} {})", place.0, place.1))
    .raw(">")
    .element("title", "", &title)
    .raw("<rect rx=\"5\"")
    .attr("width", &BOX.0.to_string())
    .attr("height", &BOX.1.to_string())
    .raw("/><text class=\"sign\" x=\"10\" y=\"21\">")
    .text(row.sign())
    .raw("</text><text class=\"name\" x=\"28\" y=\"15\">")
    .text(&short(&name))
    .raw("</text><text class=\"sub\" x=\"28\" y=\"28\">")
    .text(&sub)
    .raw("</text></a>");
}

/// A name that fits: the end of it says more than its start.
fn short(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length + 1 - NAME).collect();
    format!("\u{2026}{end}")
}

fn wall(run: &Run<'_>, after: &[Vec<usize>], critical: &[usize], page: &mut Markup) {
    let layer = layout::layers(after);
    let count = layer.iter().max().map_or(0, |last| last + 1);
    let mut steps: Vec<Vec<&Row<'_>>> = vec![Vec::new(); count];
    for row in &run.rows {
        steps[layer[row.at]].push(row);
    }
    let mut hot = vec![false; run.rows.len()];
    critical.iter().for_each(|at| hot[*at] = true);
    page.raw("<p class=\"pointed\" id=\"pointed\" aria-hidden=\"true\"></p><ol class=\"wall\" aria-hidden=\"true\">");
    for (nth, step) in steps.iter().enumerate() {
        let label = format!("step {}: {}", nth + 1, text::count(step.len(), "gate"));
        page.raw("<li>")
            .element("span", "step", &label)
            .raw("<div class=\"cells\">");
        for row in step {
            let needs: Vec<String> = row.after.iter().map(ToString::to_string).collect();
            page.raw("<a tabindex=\"-1\"")
                .attr(
                    "class",
                    &format!(
                        "cell {}{}",
                        row.word(),
                        if hot[row.at] { " hot" } else { "" }
                    ),
                )
                .attr("href", &format!("#g-{}", row.at));
            if !needs.is_empty() {
                page.attr("data-after", &needs.join(" "));
            }
            // Most have passed: an empty cell is that, all others have their sign.
            let sign = if row.word() == "passed" {
                ""
            } else {
                row.sign()
            };
            page.raw(">").text(sign).raw("</a>");
        }
        page.raw("</div></li>");
    }
    page.raw("</ol>");
}
