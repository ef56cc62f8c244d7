//! The top of the page: the verdict in words, what the run was, and all that is soft about it,
//! said aloud.

use super::markup::Markup;
use super::run::{Row, Run};
use crate::model::{Reason, RunVerdict, VerdictWord};
use crate::report::text;

/// Names of one kind that are told.
const TOLD: usize = 200;

/// The verdict and what it rests on.
pub(super) fn section(run: &Run<'_>, page: &mut Markup) {
    page.raw("<section class=\"verdict\" aria-labelledby=\"verdict-h\"><h1 id=\"verdict-h\"")
        .attr("class", run.verdict.as_str())
        .raw("><span class=\"seal\" aria-hidden=\"true\">")
        .text(match run.verdict {
            RunVerdict::Proved => "\u{2713}",
            RunVerdict::Refuted => "\u{2715}",
            RunVerdict::Undecided => "?",
        })
        .raw("</span>")
        .element("span", "word", run.verdict.as_str())
        .raw("</h1>")
        .element("p", "why", &why(run));
    for doubt in &run.summary.doubts {
        page.raw("<div class=\"doubt\">")
            .element("strong", "", "Doubt: ");
        reason(doubt, page);
        page.raw("</div>");
    }
    if run.head.narrowed {
        page.element(
            "p",
            "narrowed",
            "Only a part of the pipeline was selected: this run puts on no tag.",
        );
    }
    counts(run, page);
    facts(run, page);
    page.raw("</section>");
}

/// One sentence.
fn why(run: &Run<'_>) -> String {
    let count = |word: VerdictWord| run.count(word);
    let total = text::count(run.rows.len(), "gate");
    let mut parts = Vec::new();
    for (word, said) in [
        (VerdictWord::Failed, "failed"),
        (VerdictWord::Errored, "could not be judged"),
        (VerdictWord::Cancelled, "cancelled"),
        (VerdictWord::Skipped, "skipped"),
    ] {
        if count(word) > 0 {
            parts.push(format!("{} {said}", count(word)));
        }
    }
    if let Some(signal) = run.summary.interrupted {
        parts.push(format!("interrupted by {}", text::signal(signal)));
    }
    if !run.summary.doubts.is_empty() {
        parts.push(text::count(run.summary.doubts.len(), "doubt"));
    }
    match (run.verdict, parts.is_empty()) {
        (RunVerdict::Proved, _) => {
            let passed = count(VerdictWord::Passed);
            format!("{passed} of {total} passed, and nothing is in doubt.")
        }
        (_, true) => format!("{total}, and nothing that decides was judged good."),
        (_, false) => format!("Of {total}: {}.", parts.join(", ")),
    }
}

fn counts(run: &Run<'_>, page: &mut Markup) {
    page.raw("<ul class=\"counts\">");
    for (word, class) in [
        (VerdictWord::Passed, "v passed"),
        (VerdictWord::Failed, "v failed"),
        (VerdictWord::Errored, "v errored"),
        (VerdictWord::Skipped, "v skipped"),
        (VerdictWord::Cancelled, "v cancelled"),
        (VerdictWord::NotApplicable, "v na"),
    ] {
        let count = run.count(word);
        if count > 0 {
            page.raw("<li")
                .attr("class", class)
                .raw("><b>")
                .text(&count.to_string());
            page.raw("</b> ").text(word.as_str()).raw("</li>");
        }
    }
    let flaky = run.rows.iter().filter(|row| row.is_flaky()).count();
    let advisory = run
        .rows
        .iter()
        .filter(|row| row.head.advisory.is_some())
        .count();
    for (count, word) in [(flaky, "flaky"), (advisory, "advisory")] {
        if count > 0 {
            page.raw("<li class=\"v soft\"><b>")
                .text(&count.to_string())
                .raw("</b> ");
            page.text(word).raw("</li>");
        }
    }
    page.raw("</ul>");
}

fn facts(run: &Run<'_>, page: &mut Markup) {
    let head = run.head;
    page.raw("<dl class=\"facts\">");
    let mut fact = |name: &'static str, value: &str| {
        if !value.is_empty() {
            page.raw("<div>")
                .element("dt", "", name)
                .element("dd", "", value)
                .raw("</div>");
        }
    };
    fact(
        "started",
        &head.started.replace('T', " ").replace('Z', " UTC"),
    );
    fact("took", &text::duration(run.duration_ms));
    fact("at once", &text::count(head.jobs, "gate"));
    fact("run", &head.run);
    let words = std::iter::once("prove").chain(head.arguments.iter().map(String::as_str));
    fact("command", &text::shell(words));
    fact("prove", &head.version);
    for row in &run.rows {
        if let Some(image) = row.finished.and_then(|gate| gate.image.as_ref()) {
            fact("image", &format!("{} ({})", image.id, row.name()));
        }
    }
    page.raw("</dl>");
}

/// What happened, the details, what to do.
pub(super) fn reason(reason: &Reason, page: &mut Markup) {
    page.element("span", "headline", &reason.headline);
    if !reason.details.is_empty() {
        page.element("pre", "details", &reason.details.join("\n"));
    }
    if let Some(hint) = &reason.hint {
        page.raw("<p class=\"hint\"><b>What to do:</b> ")
            .text(hint)
            .raw("</p>");
    }
}

/// All that is soft (rule 7): nothing of it is silent, and nothing is a section when it is not there.
pub(super) fn aside(run: &Run<'_>, page: &mut Markup) {
    let mut lists = Markup::default();
    let all = |filter: fn(&Row<'_>) -> bool| run.rows.iter().filter(move |row| filter(row));
    let advisory = all(|row| row.head.advisory.is_some()).map(|row| {
        let why = row.head.advisory.as_deref().unwrap_or_default();
        (
            row,
            format!("{}, and does not decide: {why}", row.verdict()),
        )
    });
    list("Advisory", advisory, &mut lists);
    let flaky = all(|row| row.is_flaky()).map(|row| {
        let attempts = row.finished.map_or(0, |gate| gate.attempts);
        (row, format!("passed, but only at attempt {attempts}"))
    });
    list("Flaky", flaky, &mut lists);
    let notes = run.rows.iter().flat_map(|row| {
        let notes = row.finished.map(|gate| gate.notes.as_slice());
        notes
            .unwrap_or_default()
            .iter()
            .map(move |note| (row, note.clone()))
    });
    list("Notes", notes, &mut lists);
    for (heading, word) in [
        ("Not applicable", VerdictWord::NotApplicable),
        ("Skipped", VerdictWord::Skipped),
        ("Cancelled", VerdictWord::Cancelled),
    ] {
        let found = run.rows.iter().filter_map(|row| {
            let gate = row.finished.filter(|gate| gate.verdict == word)?;
            let why = gate.reason.as_ref().map(|reason| reason.headline.as_str());
            Some((row, chain(row.name(), why.unwrap_or_default())))
        });
        list(heading, found, &mut lists);
    }
    let unjudged = all(|row| row.finished.is_none()).map(|row| (row, "got no verdict".to_owned()));
    list("Without a verdict", unjudged, &mut lists);
    let left: Vec<String> = run
        .head
        .left_out
        .iter()
        .map(|left| format!("{}: {}", left.gate, left.reason))
        .collect();
    plain_list("Left out of this run", &left, &mut lists);
    plain_list("Notices", &run.summary.notices, &mut lists);
    if !lists.is_empty() {
        page.raw("<section id=\"aside\" aria-labelledby=\"aside-h\"><h2 id=\"aside-h\">Said aloud</h2>")
            .raw("<p class=\"muted\">What did not decide, or was not plainly judged.</p><div class=\"asides\">")
            .add(&lists)
            .raw("</div></section>");
    }
}

/// A chain of reasons starts with the gate's own name, which stands before it already.
fn chain(name: &str, why: &str) -> String {
    let rest = why
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(" \u{2190} "));
    match rest {
        Some(rest) => format!("waits for {rest}"),
        None => why.to_owned(),
    }
}

fn list<'r>(
    heading: &'static str,
    items: impl Iterator<Item = (&'r Row<'r>, String)>,
    page: &mut Markup,
) {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return;
    }
    open(heading, items.len(), page);
    for (row, said) in items.iter().take(TOLD) {
        page.raw("<li><a")
            .attr("href", &format!("#g-{}", row.at))
            .raw(">")
            .text(row.name());
        page.raw("</a> ").text(said).raw("</li>");
    }
    close(items.len(), page);
}

fn plain_list(heading: &'static str, items: &[String], page: &mut Markup) {
    if items.is_empty() {
        return;
    }
    open(heading, items.len(), page);
    for said in items.iter().take(TOLD) {
        page.element("li", "", said);
    }
    close(items.len(), page);
}

/// A few stand open; many fold.
fn open(heading: &'static str, count: usize, page: &mut Markup) {
    page.raw(if count <= 8 {
        "<details class=\"list\" open>"
    } else {
        "<details class=\"list\">"
    })
    .raw("<summary><h3>")
    .text(heading)
    .raw(" <span class=\"n\">")
    .text(&count.to_string())
    .raw("</span></h3></summary><ul>");
}

fn close(count: usize, page: &mut Markup) {
    if count > TOLD {
        page.element(
            "li",
            "muted",
            &format!("and {} more, in the list of gates", count - TOLD),
        );
    }
    page.raw("</ul></details>");
}
