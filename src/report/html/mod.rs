//! `--report html`: one page that holds all of a run. No network, no file beside it.
//!
//! Whatever can be said without a script is in the markup; the script only unpacks logs, filters
//! and zooms. Nothing from outside is ever markup (`markup.rs`), and the page itself forbids
//! everything but its own style and its own script.

mod ansi;
mod contrast;
mod embed;
mod gates;
mod layout;
mod markup;
mod picture;
mod run;
mod timeline;
mod verdict;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::form::Form;
use super::logs::Logs;
use crate::event::{Body, Event, RunStarted, Summary};
use crate::model::Reason;
use embed::{Log, Packed, Room};
use markup::Markup;
use run::{Run, Times};

const STYLE: &str = concat!(include_str!("page.css"), include_str!("picture.css"));
const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("viewer.js"));

/// The form: what the summary does not hold.
pub(super) struct Html {
    logs: Logs,
    times: Times,
}

impl Html {
    pub(super) fn new(logs: Logs) -> Self {
        Self {
            logs,
            times: Times::default(),
        }
    }
}

impl Form for Html {
    fn word(&self) -> &'static str {
        "html"
    }

    fn take(&mut self, event: &Event, _: &Summary) -> Result<Vec<u8>, Reason> {
        match &event.body {
            Body::GateStarted { gate, .. } => self.times.started(gate, event.at_ms),
            Body::Retrying { gate, .. } => self.times.ended(gate, event.at_ms, true),
            Body::GateFinished(gate) => self.times.ended(&gate.gate, event.at_ms, false),
            _ => {}
        }
        Ok(Vec::new())
    }

    fn unfinished(&self, head: &RunStarted) -> Result<Vec<u8>, Reason> {
        let mut page = Markup::default();
        open(&format!("not finished \u{b7} {}", head.project), &mut page);
        page.raw("<header class=\"top\"><p><b>")
            .text(&head.project)
            .raw("</b> ");
        page.element("span", "muted", &head.run)
            .raw("</p></header><main id=\"main\"><section class=\"verdict\">");
        page.raw("<h1 class=\"undecided\"><span class=\"word\">not finished</span></h1>")
            .element(
                "p",
                "why",
                "This run has not finished. Nothing is proved; look again when it has.",
            )
            .raw("</section></main>");
        close(&mut page);
        Ok(page.into_bytes())
    }

    fn is_document(&self) -> bool {
        true
    }

    fn document(&self, summary: &Summary) -> Result<Vec<u8>, Reason> {
        let Some(head) = &summary.head else {
            return Err(Reason::new("the stream of events has no head"));
        };
        let run = Run::new(head, summary, &self.times);
        let mut room = Room::new();
        let logs = embed::logs(&run, &self.logs, &mut room);
        let cases: Vec<Option<Packed>> = run
            .rows
            .iter()
            .map(|row| {
                embed::cases(
                    row.finished.map_or(&[], |gate| gate.cases.as_slice()),
                    &mut room,
                )
            })
            .collect();
        Ok(page(&run, &logs, &cases).into_bytes())
    }
}

fn page(run: &Run<'_>, logs: &[Log], cases: &[Option<Packed>]) -> Markup {
    let mut page = Markup::default();
    open(
        &format!("{} \u{b7} {}", run.verdict.as_str(), run.head.project),
        &mut page,
    );
    top(run, &mut page);
    let critical = timeline::critical(&run.rows);
    page.raw("<main id=\"main\">");
    verdict::section(run, &mut page);
    gates::failures(run, logs, &mut page);
    verdict::aside(run, &mut page);
    picture::section(run, &critical, &mut page);
    timeline::section(run, &critical, &mut page);
    gates::list(run, logs, cases, &mut page);
    page.raw("</main><footer><p class=\"muted\">Made by prove ")
        .text(&run.head.version);
    page.raw(" out of the events of the run; the same run gives the same page.</p></footer>");
    page.raw(include_str!("viewer.html"));
    // Before the logs: the page works while a browser still reads these.
    page.raw("<script>").raw(SCRIPT).raw("</script>\n");
    for (at, log) in logs.iter().enumerate() {
        blob("log", at, log.whole.as_ref(), &mut page);
    }
    for (at, packed) in cases.iter().enumerate() {
        blob(
            "cases",
            at,
            packed.as_ref().filter(|packed| !packed.text.is_empty()),
            &mut page,
        );
    }
    close(&mut page);
    page
}

/// An inert block: a script of a type that no browser runs.
fn blob(kind: &'static str, at: usize, packed: Option<&Packed>, page: &mut Markup) {
    if let Some(packed) = packed {
        page.raw("<script type=\"text/plain\"")
            .attr("id", &format!("{kind}-{at}"))
            .raw(">");
        page.text(&packed.text).raw("</script>\n");
    }
}

fn top(run: &Run<'_>, page: &mut Markup) {
    page.raw(
        "<a class=\"skip\" href=\"#main\">Skip to the verdict</a><header class=\"top\"><p><b>",
    );
    page.text(&run.head.project)
        .raw("</b> ")
        .element("span", "muted", &run.head.run);
    page.raw("</p><nav aria-label=\"On this page\"><ul>");
    let failed = run.rows.iter().any(run::Row::is_failure);
    if failed {
        page.raw("<li><a href=\"#failures\">Failures</a></li>");
    }
    page.raw("<li><a href=\"#graph\">Graph</a></li><li><a href=\"#timeline\">Timeline</a></li>")
        .raw("<li><a href=\"#gates\">Gates</a></li></ul></nav>")
        .raw("<button type=\"button\" class=\"js\" id=\"theme\">Theme: system</button></header>");
}

/// All before the content. Everything is forbidden but this very style and this very script.
fn open(title: &str, page: &mut Markup) {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\"");
    // Quotes are escaped in an attribute; the parser gives them back.
    page.attr("content", &policy)
        .raw("><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .raw("<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"color-scheme\" content=\"light dark\">")
        .element("title", "", title)
        .raw("<style>")
        .raw(STYLE)
        .raw("</style></head><body>");
}

fn close(page: &mut Markup) {
    page.raw("</body></html>\n");
}

#[cfg(test)]
mod tests;
