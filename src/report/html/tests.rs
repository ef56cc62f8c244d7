//! What stands in the page, and that nothing from outside is more than text.

use std::rc::Rc;

use super::{SCRIPT, STYLE};
use crate::event::{Body, Event};
use crate::model::{GateName, Reason, VerdictWord};
use crate::report::hostile::{self, HOSTILE};
use crate::report::samples::{self, Shelf, Stream, failed, finished, name};
use crate::report::{Ends, LogSource, Logs, Options, make, replay};

fn page(events: &[Event], logs: Logs) -> String {
    let options = Options {
        logs,
        ..Options::default()
    };
    let shelf = Shelf::default();
    let reporter = make("html", shelf.file(), &options).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    shelf.last()
}

/// Every gate printed this.
struct Same(Result<Option<Ends>, String>);

impl LogSource for Same {
    fn ends(&self, _: &GateName, _: usize, _: usize) -> Result<Option<Ends>, String> {
        self.0.clone()
    }
}

fn printed(bytes: &[u8], cut: u64) -> Logs {
    Logs::from(Rc::new(Same(Ok(Some(Ends {
        head: bytes.to_owned(),
        cut,
        tail: Vec::new(),
    })))))
}

/// The tags of a page, without its own style and script, each up to its first attribute.
fn tags(page: &str) -> Vec<&str> {
    let rest = page.split_once(STYLE).unwrap();
    let (before, after) = rest.1.split_once(SCRIPT).unwrap_or((rest.1, ""));
    [rest.0, before, after]
        .iter()
        .flat_map(|part| part.split('<').skip(1))
        .map(|tag| tag.split([' ', '>']).next().unwrap())
        .collect()
}

#[test]
fn a_hostile_text_adds_no_tag_and_leaves_no_attribute() {
    let plain = page(&hostile::run("plain"), printed(b"plain", 0));
    for text in HOSTILE {
        let page = page(&hostile::run(text), printed(text.as_bytes(), 0));
        for bad in [
            "<img",
            "<svg onload",
            "<iframe",
            "<base",
            "<!--",
            "onmouseover='",
            "<link",
        ] {
            assert!(!page.contains(bad), "{bad} in the page of {text:?}");
        }
        let kinds = |page: &str| {
            let mut all: Vec<String> = tags(page).into_iter().map(str::to_owned).collect();
            // How many spans a log has is up to its colours, and packed logs are blocks of text.
            all.retain(|tag| {
                ![
                    "span", "/span", "script", "/script", "p", "/p", "button", "/button",
                ]
                .contains(&tag.as_str())
            });
            all
        };
        assert_eq!(kinds(&page), kinds(&plain), "{text:?}");
        assert_eq!(page.matches("<script>").count(), 1, "{text:?}");
    }
}

#[test]
fn everything_is_forbidden_but_its_own_style_and_script() {
    let page = page(&samples::red(), Logs::default());
    let policy = page
        .split_once("content=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    assert!(
        policy.starts_with("default-src &#39;none&#39;; style-src &#39;sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
    for word in [
        "http://",
        "https://",
        "innerHTML",
        "eval(",
        "document.write",
        " style=\"",
        "@import",
        "url(",
    ] {
        let used = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!used.contains(word), "{word}");
    }
}

#[test]
fn the_verdict_comes_first_and_failures_come_with_their_output() {
    let page = page(&samples::red(), printed(b"the \x1b[31mclue\x1b[0m\n", 0));
    assert!(page.contains("<title>refuted \u{b7} dental-mvp</title>"));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    let order = [
        "<h1",
        "What did not pass",
        "Said aloud",
        "graph-h\">",
        "timeline-h\">",
        "gates-h\">",
    ];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])));
    assert!(page.contains("the <span class=\"t-f1\">clue</span>"));
    assert!(page.contains("<b>What to do:</b> install it, or say where it is in PATH"));
    assert!(page.contains("expected 2, got 3\n  at math.test.js:7"));
    // Three skipped gates, each with its reason.
    assert!(page.contains("Skipped <span class=\"n\">3</span>"));
}

#[test]
fn all_that_is_soft_is_said() {
    let mut flaky = finished("flaky", VerdictWord::Passed);
    (flaky.attempts, flaky.flaky) = (2, true);
    flaky.notes = vec!["allowed to be empty: a new project".to_owned()];
    let events = Stream::of(&["flaky", "new", "win"])
        .advisory("new", "being introduced")
        .left_out("publish", "not asked for")
        .gate(flaky)
        .gate(failed("new", Reason::new("exit code 1"), &[]))
        .never_ran(&["win"], VerdictWord::NotApplicable, "only on Windows")
        .event(Body::Notice {
            text: "an advisory is over".to_owned(),
        })
        .event(Body::Doubt {
            reason: Reason::new("the work tree changed"),
        })
        .end();
    let page = page(&events, Logs::default());
    for said in [
        "passed, but only at attempt 2",
        "allowed to be empty: a new project",
        "failed, and does not decide: being introduced",
        "only on Windows",
        "publish: not asked for",
        "an advisory is over",
        "the work tree changed",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("undecided</span></h1>"));
}

#[test]
fn what_is_not_in_the_page_is_said() {
    let cut = page(&samples::red(), printed(b"a\n", 77));
    assert!(cut.contains("77 bytes of the middle are not in this page"));
    let gone = page(&samples::red(), Logs::from(Rc::new(Same(Ok(None)))));
    assert!(gone.contains("Only the last lines were recorded"));
    let bad = page(
        &samples::red(),
        Logs::from(Rc::new(Same(Err("no <i>access".to_owned())))),
    );
    assert!(bad.contains("could not be read: no &lt;i&gt;access"));
}

#[test]
fn many_gates_are_a_wall_and_a_stream_without_gates_is_a_page() {
    let names: Vec<String> = (0..300)
        .map(|n| {
            if n < 100 {
                format!("g{n}")
            } else {
                format!("g{n}<g{}<g{}", n - 100, (n * 7) % 100)
            }
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let stream = names.iter().fold(Stream::of(&names), |stream, gate| {
        stream.passed(gate.split('<').next().unwrap())
    });
    let page = page(&stream.end(), Logs::default());
    assert_eq!(
        page.matches("<a tabindex=\"-1\" class=\"cell passed")
            .count(),
        300
    );
    assert!(!page.contains("class=\"dag\""));
    let none = super::tests::page(&Stream::of(&[]).end(), Logs::default());
    assert!(none.contains("No gate ran."));
}

#[test]
fn the_critical_path_is_what_the_end_waited_for() {
    use super::run::{Run, Times};
    let events = Stream::of(&["a", "b", "c<a<b", "d"]).end();
    let summary = crate::event::Summary::of(&events);
    let mut times = Times::default();
    for (gate, from, to) in [("a", 0, 10), ("b", 0, 30), ("c", 30, 50), ("d", 10, 20)] {
        times.started(&name(gate), from);
        times.ended(&name(gate), to, false);
    }
    let run = Run::new(summary.head.as_ref().unwrap(), &summary, &times);
    assert_eq!(super::timeline::critical(&run.rows), [1, 2]);
}
