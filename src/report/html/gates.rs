//! Every gate: what did not pass first and with its output, then all of them as a list that opens.

use super::ansi;
use super::embed::{self, Log, Packed};
use super::markup::Markup;
use super::run::{Row, Run};
use super::verdict::reason;
use crate::event::GateFinished;
use crate::model::{CaseStatus, CaseTotals, Ending, Finding, Severity, StopCause};
use crate::report::text;

/// Failures that are shown with their output; more are named.
const FAILURES: usize = 25;
/// Cases that did not pass and are shown with a failure.
const CASES: usize = 10;
/// Findings that are shown with a gate.
const FINDINGS: usize = 200;

/// Gates that keep the run from being proved.
pub(super) fn failures(run: &Run<'_>, logs: &[Log], page: &mut Markup) {
    let (failed, errored): (Vec<_>, Vec<_>) = run
        .rows
        .iter()
        .filter(|row| row.is_failure())
        .partition(|row| row.word() == "failed");
    let all = [failed, errored].concat();
    if all.is_empty() {
        return;
    }
    page.raw("<section id=\"failures\" aria-labelledby=\"failures-h\"><h2 id=\"failures-h\">")
        .text("What did not pass")
        .raw(" <span class=\"n\">")
        .text(&all.len().to_string())
        .raw("</span></h2>");
    for row in all.iter().take(FAILURES) {
        failure(row, &logs[row.at], page);
    }
    if all.len() > FAILURES {
        let more = &all[FAILURES..];
        page.raw("<h3>")
            .text(&format!("{} more, in the list of gates", more.len()));
        page.raw("</h3><ul class=\"more\">");
        for row in more {
            page.raw("<li><a")
                .attr("href", &format!("#g-{}", row.at))
                .raw(">");
            page.text(row.name()).raw("</a> ");
            if let Some(reason) = row.finished.and_then(|gate| gate.reason.as_ref()) {
                page.text(&reason.headline);
            }
            page.raw("</li>");
        }
        page.raw("</ul>");
    }
    page.raw("</section>");
}

fn failure(row: &Row<'_>, log: &Log, page: &mut Markup) {
    let Some(gate) = row.finished else {
        return;
    };
    page.raw("<article")
        .attr("class", &format!("failure {}", row.word()))
        .raw(">");
    page.raw("<header><h3><a")
        .attr("href", &format!("#g-{}", row.at))
        .raw(">");
    page.text(row.name()).raw("</a></h3>");
    badge(row, page);
    soft(row, page);
    page.element("span", "took", &text::duration(row.duration_ms()));
    page.element("code", "what", &row.head.summary)
        .raw("</header>");
    if let Some(why) = &gate.reason {
        page.raw("<div class=\"why\">");
        reason(why, page);
        page.raw("</div>");
    }
    bad_cases(gate, page);
    findings(&gate.findings, page);
    output(row, log, page);
    page.raw("</article>");
}

fn badge(row: &Row<'_>, page: &mut Markup) {
    page.raw("<span")
        .attr("class", &format!("v {}", row.word()))
        .raw(">");
    page.text(row.sign())
        .text(" ")
        .text(row.verdict())
        .raw("</span>");
}

/// What is soft about it.
fn soft(row: &Row<'_>, page: &mut Markup) {
    if row.is_flaky() {
        page.element("span", "v soft", "flaky");
    }
    if row.head.advisory.is_some() {
        page.element("span", "v soft", "advisory");
    }
}

/// The first cases that did not pass.
fn bad_cases(gate: &GateFinished, page: &mut Markup) {
    let bad = |status| matches!(status, CaseStatus::Failed | CaseStatus::Errored);
    let all: Vec<_> = gate.cases.iter().filter(|case| bad(case.status)).collect();
    if all.is_empty() {
        return;
    }
    page.raw("<ul class=\"cases\">");
    for case in all.iter().take(CASES) {
        page.raw("<li><b")
            .attr("class", embed::word(case.status))
            .raw(">");
        page.text(embed::word(case.status)).raw("</b> ");
        if !case.suite.is_empty() {
            page.element("span", "muted", &case.suite).raw(" ");
        }
        page.text(&case.name);
        if !case.message.is_empty() {
            page.element("pre", "", embed::clipped(&case.message));
        }
        page.raw("</li>");
    }
    if all.len() > CASES {
        page.element("li", "muted", &format!("and {} more", all.len() - CASES));
    }
    page.raw("</ul>");
}

fn findings(all: &[Finding], page: &mut Markup) {
    if all.is_empty() {
        return;
    }
    page.raw("<ul class=\"findings\">");
    for finding in all.iter().take(FINDINGS) {
        let class = match finding.severity {
            _ if finding.waived.is_some() => "skipped",
            Severity::Error => "failed",
            Severity::Warning => "errored",
            Severity::Info => "skipped",
        };
        page.raw("<li>")
            .element("b", class, finding.word())
            .raw(" ")
            .element("code", "", &finding.rule);
        page.raw(" ");
        if let Some(at) = &finding.location {
            page.element("span", "place", &at.told()).raw(" ");
        }
        page.text(embed::clipped(&finding.told()));
        for more in finding.why.iter().chain(&finding.help) {
            page.raw(" ").element("span", "muted", more);
        }
        page.raw("</li>");
    }
    if all.len() > FINDINGS {
        page.element("li", "muted", &format!("and {} more", all.len() - FINDINGS));
    }
    page.raw("</ul>");
}

/// The end of the log, and the way to all of it.
fn output(row: &Row<'_>, log: &Log, page: &mut Markup) {
    if log.tail.is_empty() && log.whole.is_none() {
        return;
    }
    page.raw("<div class=\"output\">");
    tail(row, log, page);
    if let Some(whole) = &log.whole {
        page.raw("<p>");
        if whole.count > log.tail.len() {
            let said = format!(
                "The last {} of {}.",
                log.tail.len(),
                text::count(whole.count, "line")
            );
            page.element("span", "muted", &said).raw(" ");
        }
        page.raw("<button type=\"button\" class=\"js\"")
            .attr("data-log", &row.at.to_string())
            .attr("data-name", row.name())
            .raw(">Whole log</button></p>");
    }
    said_of(log, page);
    page.raw("</div>");
}

fn tail(row: &Row<'_>, log: &Log, page: &mut Markup) {
    if log.tail.is_empty() {
        return;
    }
    page.raw("<pre class=\"log\" tabindex=\"0\" role=\"region\"")
        .attr("aria-label", &format!("Last lines of {}", row.name()))
        .raw(">");
    for line in &log.tail {
        styled(line, page);
        page.raw("\n");
    }
    page.raw("</pre>");
}

/// What of the log is not in the page, and why.
fn said_of(log: &Log, page: &mut Markup) {
    let cut = log.whole.as_ref().map(|whole| whole.cut.as_str());
    for said in cut
        .filter(|cut| !cut.is_empty())
        .into_iter()
        .chain(log.why_not.as_deref())
    {
        page.element("p", "muted", said);
    }
}

/// A line of a log with its styles: classes for those that have names, `data-` for exact colours.
fn styled(line: &str, page: &mut Markup) {
    for (words, piece) in ansi::pieces(line) {
        if words.is_empty() {
            page.text(piece);
            continue;
        }
        let (exact, named): (Vec<&str>, Vec<&str>) =
            words.split(' ').partition(|word| word.contains('#'));
        let classes: Vec<String> = named.iter().map(|word| format!("t-{word}")).collect();
        page.raw("<span").attr("class", &classes.join(" "));
        for word in exact {
            match word.split_at_checked(1) {
                Some(("f", colour)) => page.attr("data-f", colour),
                Some((_, colour)) => page.attr("data-k", colour),
                None => page,
            };
        }
        page.raw(">").text(piece).raw("</span>");
    }
}

/// The list of all gates.
pub(super) fn list(run: &Run<'_>, logs: &[Log], cases: &[Option<Packed>], page: &mut Markup) {
    page.raw("<section id=\"gates\" aria-labelledby=\"gates-h\"><h2 id=\"gates-h\">Gates <span class=\"n\">")
        .text(&run.rows.len().to_string())
        .raw("</span></h2><form class=\"tools js\" id=\"filter\" role=\"search\" aria-label=\"Gates\">")
        .raw("<label>Find <input type=\"search\" name=\"q\" autocomplete=\"off\" aria-keyshortcuts=\"/\" title=\"Key: /\" placeholder=\"name, command, kind\"></label>")
        .raw("<label>Show <select name=\"v\"><option value=\"\">all</option><option value=\"bad\">what did not pass</option>")
        .raw("<option>passed</option><option>failed</option><option>errored</option><option>skipped</option><option>cancelled</option>")
        .raw("<option value=\"na\">not applicable</option><option value=\"flaky\">flaky</option><option value=\"advisory\">advisory</option></select></label>")
        .raw("<label>Sort <select name=\"s\"><option value=\"\">as in the file</option><option value=\"time\">slowest first</option><option value=\"name\">by name</option></select></label>")
        .raw("<output name=\"n\" aria-live=\"polite\"></output></form><ul class=\"gates\">");
    for row in &run.rows {
        item(row, &logs[row.at], cases[row.at].as_ref(), page);
    }
    page.raw("</ul></section>");
}

/// One gate. What it waits for, where it is written and the way to its log are attributes, and the script makes them
/// visible when the gate is opened: thousands of elements that nobody sees would only cost time
/// (a thousand `details` alone take a browser 150 ms). Without the script all stand open.
fn item(row: &Row<'_>, log: &Log, cases: Option<&Packed>, page: &mut Markup) {
    let after: Vec<String> = row.after.iter().map(ToString::to_string).collect();
    page.raw("<li")
        .attr("data-v", row.word())
        .attr("data-ms", &row.duration_ms().to_string());
    if row.is_flaky() {
        page.attr("data-flaky", "");
    }
    if row.head.advisory.is_some() {
        page.attr("data-advisory", "");
    }
    if !after.is_empty() {
        page.attr("data-after", &after.join(" "));
    }
    if let Some(whole) = &log.whole {
        page.attr("data-lines", &whole.count.to_string());
    }
    if let Some(place) = &row.head.place {
        page.attr("data-at", &format!("{}:{}", place.path, place.line));
    }
    page.attr("id", &format!("g-{}", row.at));
    page.raw("><button type=\"button\" class=\"row\">");
    badge(row, page);
    // The name stands before the badges that few have, so that names stand below each other.
    page.element("span", "name", row.name());
    soft(row, page);
    page.element(
        "span",
        "what",
        &format!("{} \u{b7} {}", row.head.kind, row.head.summary),
    )
    .element("span", "took", &took(row))
    .raw("</button>");
    let mut body = Markup::default();
    inside(row, log, cases, &mut body);
    if !body.is_empty() {
        page.raw("<div class=\"body\">").add(&body).raw("</div>");
    }
    page.raw("</li>");
}

fn inside(row: &Row<'_>, log: &Log, cases: Option<&Packed>, page: &mut Markup) {
    if let Some(description) = &row.head.description {
        page.element("p", "", description);
    }
    if let Some(why) = row.finished.and_then(|gate| gate.reason.as_ref()) {
        page.raw("<div class=\"why\">");
        reason(why, page);
        page.raw("</div>");
    }
    more(row, page);
    if let Some(gate) = row.finished {
        findings(&gate.findings, page);
        if let Some(cases) = cases {
            offer_cases(row, gate, cases, page);
        }
    }
    if log.whole.is_none() {
        tail(row, log, page);
    }
    said_of(log, page);
}

fn took(row: &Row<'_>) -> String {
    if row.spans.is_empty() {
        "\u{2013}".to_owned()
    } else {
        text::duration(row.duration_ms())
    }
}

/// What is known besides.
fn more(row: &Row<'_>, page: &mut Markup) {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    if let Some(why) = &row.head.advisory {
        facts.push(("advisory", why.clone()));
    }
    if let Some(gate) = row.finished {
        if gate.attempts > 1 {
            facts.push(("attempts", gate.attempts.to_string()));
        }
        if let Some(ending) = gate.ending.filter(|ending| *ending != Ending::Exited(0)) {
            facts.push(("ended", ended(ending)));
        }
        if let Some(image) = &gate.image {
            facts.push(("image", image.id.clone()));
        }
        facts.extend(gate.notes.iter().map(|note| ("note", note.clone())));
    }
    if facts.is_empty() {
        return;
    }
    page.raw("<dl class=\"facts\">");
    for (name, value) in &facts {
        page.raw("<div>")
            .element("dt", "", name)
            .element("dd", "", value)
            .raw("</div>");
    }
    page.raw("</dl>");
}

fn ended(ending: Ending) -> String {
    match ending {
        Ending::Exited(code) => format!("exit code {code}"),
        Ending::Signaled(signal) => format!("killed by {}", text::signal(signal)),
        Ending::OutOfMemory => "killed: the memory ran out".to_owned(),
        Ending::Stopped(StopCause::Timeout) => "stopped at its timeout".to_owned(),
        Ending::Stopped(_) => "stopped by prove".to_owned(),
    }
}

fn offer_cases(row: &Row<'_>, gate: &GateFinished, cases: &Packed, page: &mut Markup) {
    let totals = CaseTotals::of(&gate.cases);
    let mut said = vec![format!("{} passed", totals.passed)];
    for (count, word) in [
        (totals.failed, "failed"),
        (totals.errored, "errored"),
        (totals.skipped, "skipped"),
    ] {
        if count > 0 {
            said.push(format!("{count} {word}"));
        }
    }
    let all = text::count(gate.cases.len(), "test case");
    page.raw("<p>")
        .text(&format!("{all}: {}. ", said.join(", ")));
    if !cases.text.is_empty() {
        page.raw("<button type=\"button\" class=\"js\"")
            .attr("data-cases", &row.at.to_string())
            .attr("data-name", row.name())
            .raw(">Show the cases</button>");
    }
    page.text(&cases.cut).raw("</p>");
}
