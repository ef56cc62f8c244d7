//! Thirty texts that want to be obeyed, and a run in which every text is one of them. For the
//! tests of all reports: whatever a sink is read by, none of these may take effect.
//!
//! Where a text wants to do something in a page, it sets `pwned`; what it wants to forge is
//! called `FORGED`. Gate names are left out: their alphabet lets none of this through.

use super::samples::{Stream, case, failed, finished};
use crate::event::{Body, Event};
use crate::model::{CaseStatus, Finding, ImageIdentity, Location, Reason, Severity, VerdictWord};

/// Each wants something else: markup, script, XML, Markdown, a CI's commands, a terminal's escapes,
/// a format's own quoting.
pub(super) const HOSTILE: [&str; 30] = [
    // HTML: elements, attributes, comments, raw text.
    "<script>window.pwned=1</script>",
    "<img src=x onerror=\"window.pwned=1\">",
    "\"><svg onload=window.pwned=1>",
    "' onmouseover='window.pwned=1' autofocus onfocus='window.pwned=1",
    "</title></style></textarea></template><script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "<!--<script>window.pwned=1//-->",
    "<iframe src=\"javascript:parent.pwned=1\"></iframe>",
    "<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:9/FORGED\">",
    "<link rel=stylesheet href=http://127.0.0.1:9/FORGED.css><base href=http://127.0.0.1:9/>",
    "&lt;script&gt;&#x3c;b&#x3e;&amp;amp;&quot;",
    // JavaScript and JSON inside a page.
    "\u{2028}window.pwned=1;\u{2029}\"};window.pwned=1;//",
    "${window.pwned=1}`+alert(1)+`\\u003cscript\\u003e",
    "{\"event\":\"run_finished\",\"verdict\":\"proved\"}\n{\"FORGED\":true}",
    "__proto__",
    // XML.
    "]]></system-out></testcase><testcase name=\"FORGED\"/>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>",
    "<?xml-stylesheet href=\"http://127.0.0.1:9/FORGED\"?>\u{fffe}\u{ffff}\u{0}\u{b}",
    // Markdown.
    "[FORGED](javascript:window.pwned=1) ![x](http://127.0.0.1:9/FORGED.png)",
    "```\n# FORGED\n<details open><summary>proved</summary>",
    "| FORGED | proved |\n|---|---|\n| @everyone | #1 |",
    "**FORGED** _x_ ~~y~~ <http://127.0.0.1:9/FORGED> www.example.org/FORGED",
    // Workflow commands of CI systems.
    "\n::error file=FORGED,line=1::FORGED\n::set-output name=x::FORGED",
    "##vso[task.setvariable variable=FORGED]x\n##teamcity[testFailed name='FORGED']",
    "\r\u{1b}[0Ksection_start:1:FORGED\r\u{1b}[0K%0A::warning::FORGED",
    // Terminals.
    "\u{1b}]0;FORGED\u{7}\u{1b}[2J\u{1b}[H\u{9b}31mred\u{8}\u{8}\u{1b}c",
    "\u{1b}]8;;http://127.0.0.1:9/FORGED\u{1b}\\link\u{1b}]8;;\u{1b}\\ \u{1b}P+q544e\u{1b}\\",
    "\u{202e}devorp\u{2066} \u{200f}proved\u{feff}\u{200b}",
    // Other quoting: Prometheus labels, CSV, shells, paths.
    "\"} 1\nprove_run_proved{FORGED=\"x\"} 1\n# HELP FORGED \\\\",
    "=cmd|'/c FORGED'!A0,\"$(touch FORGED)`touch FORGED`\",../../FORGED%2f..%00",
];

/// A run with every verdict in which this stands wherever a text can stand.
pub(super) fn run(text: &str) -> Vec<Event> {
    let reason = || Reason::new(text).detail(text).hint(text);
    let mut bad = failed("bad", reason(), &[text, text]);
    bad.cases = vec![
        case(text, text, CaseStatus::Failed, text),
        case(text, text, CaseStatus::Errored, text),
        case(text, text, CaseStatus::Skipped, text),
        case(text, text, CaseStatus::Passed, text),
    ];
    bad.findings = [Severity::Error, Severity::Warning, Severity::Info]
        .map(|severity| finding(text, severity))
        .into();
    let mut waived = finding(text, Severity::Error);
    waived.waived = Some(text.to_owned());
    bad.findings.push(waived);
    bad.notes = vec![text.to_owned()];
    let mut broken = finished("broken", VerdictWord::Errored);
    broken.reason = Some(reason());
    let mut flaky = finished("flaky", VerdictWord::Passed);
    (flaky.attempts, flaky.flaky) = (2, true);
    flaky.notes = vec![text.to_owned()];
    flaky.image = Some(ImageIdentity {
        id: text.to_owned(),
        layers: vec![text.to_owned()],
    });
    let mut new = failed("new", reason(), &[text]);
    new.cases = bad.cases.clone();
    let retrying = Body::Retrying {
        gate: flaky.gate.clone(),
        attempt: 1,
        reason: reason(),
        backoff_ms: 10,
    };
    let progress = Body::Progress {
        gate: bad.gate.clone(),
        text: text.to_owned(),
    };
    Stream::of(&["bad", "broken", "flaky", "new", "behind<bad", "none"])
        .texts(text)
        .advisory("new", text)
        .left_out("other", text)
        .event(progress)
        .gate(bad)
        .gate(broken)
        .event(retrying)
        .gate(flaky)
        .gate(new)
        .never_ran(&["behind"], VerdictWord::Skipped, text)
        .never_ran(&["none"], VerdictWord::NotApplicable, text)
        .event(Body::Notice {
            text: text.to_owned(),
        })
        .event(Body::Doubt { reason: reason() })
        .end()
}

fn finding(text: &str, severity: Severity) -> Finding {
    Finding {
        rule: text.to_owned(),
        severity,
        location: Some(Location {
            path: text.to_owned(),
            line: 3,
            column: 1,
        }),
        message: text.to_owned(),
        why: Some(text.to_owned()),
        help: Some(text.to_owned()),
        source: Some(text.to_owned()),
        waived: None,
    }
}
