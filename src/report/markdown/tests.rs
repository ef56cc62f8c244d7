//! Markdown, read by a parser of its own: what stands where, what is cut, and that nothing from
//! outside is markup.

use pulldown_cmark::{Event as Piece, Options as Extensions, Parser, Tag};

use crate::event::Event;
use crate::model::{Reason, VerdictWord};
use crate::report::hostile::{self, HOSTILE};
use crate::report::samples::{Shelf, Stream, failed, green, red};
use crate::report::{Options, make, replay};

fn page_of(events: &[Event]) -> String {
    let shelf = Shelf::default();
    let reporter = make("markdown", shelf.file(), &Options::default()).unwrap();
    assert_eq!(replay(events, &mut [reporter]), []);
    shelf.last()
}

/// All markup in a page: kinds of elements, and HTML as it is written.
fn markup(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in Parser::new_ext(page, Extensions::all()) {
        match piece {
            Piece::Start(Tag::Link { .. } | Tag::Image { .. }) => found.push("link".to_owned()),
            Piece::Start(Tag::Strong | Tag::Emphasis | Tag::Strikethrough) => {
                found.push("emphasis".to_owned());
            }
            Piece::Start(Tag::Heading { .. }) => found.push("heading".to_owned()),
            Piece::Code(_) => found.push("code".to_owned()),
            Piece::InlineMath(_) | Piece::DisplayMath(_) => found.push("math".to_owned()),
            Piece::Html(html) | Piece::InlineHtml(html) => found.push(tags(&html)),
            _ => {}
        }
    }
    found
}

/// The tags in a piece of HTML, and anything that is neither text nor one of ours.
fn tags(html: &str) -> String {
    let mut rest = html;
    let mut seen = String::new();
    while let Some(start) = rest.find('<') {
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |at| start + at + 1);
        let tag = &rest[start..end];
        let ours = ["code", "details", "summary"];
        let bare = tag.trim_matches(['<', '>', '/']);
        assert!(ours.contains(&bare), "{html}");
        seen.push_str(tag);
        rest = &rest[end..];
    }
    seen
}

#[test]
fn a_red_run_is_told() {
    let page = page_of(&red());
    let expected = "\
## prove: refuted

<code>dental-mvp</code>: 2 failed, 1 errored, 3 skipped in 12.3 s

| gate | verdict | why | time |
|---|---|---|---|
| <code>lint</code> | failed | <code>exit code 2</code> | 1.2 s |
| <code>unit</code> | failed | <code>exit code 1&#59; 1 of 3 cases failed</code> | 1.2 s |
| <code>ui&#47;scan</code> | errored | <code>&#96;docker&#96; was not found</code> | 1.2 s |
| <code>app</code> | skipped | <code>a needed gate did not pass</code> |  |
| <code>app-test</code> | skipped | <code>a needed gate did not pass</code> |  |
| <code>app&#58;tag</code> | skipped | <code>a needed gate did not pass</code> |  |

<details><summary><code>lint</code> failed</summary>

<code>run&#58; npm run lint</code>

- <code>exit code 2</code>

```text
src/a.ts:3:1 error  no-var
```

</details>
";
    assert!(page.starts_with(expected), "{page}");
    assert!(
        page.ends_with(
            "prove <code>0&#46;1&#46;0</code>, run <code>20261121T002500Z-k3w5qa</code>\n"
        )
    );
}

#[test]
fn what_passed_is_folded_and_what_is_soft_is_said() {
    let mut flaky = crate::report::samples::finished("e2e", VerdictWord::Passed);
    flaky.flaky = true;
    flaky.attempts = 2;
    let events = Stream::of(&["e2e", "soft"])
        .advisory("soft", "new")
        .left_out("publish", "not asked for")
        .gate(flaky)
        .gate(failed("soft", Reason::new("exit code 1"), &[]))
        .end();
    let page = page_of(&events);
    for words in [
        "## prove: proved",
        "| <code>soft</code> | failed (advisory) |",
        "- <code>e2e</code> is flaky: passed at attempt 2",
        "- <code>soft</code> is advisory, does not decide: <code>new</code>",
        "- <code>publish</code> is left out: <code>not asked for</code>",
        "<details><summary>1 passed</summary>\n\n- <code>e2e</code>, 1.2 s\n",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page_of(&green()).contains("| gate |"));
}

#[test]
fn a_page_fits_into_a_comment_and_says_what_it_left_out() {
    let names: Vec<String> = (0..200).map(|n| format!("gate-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let line = "|".repeat(1_000);
    let tail: Vec<&str> = (0..100).map(|_| line.as_str()).collect();
    let bad = |stream: Stream, name: &&str| {
        stream.gate(failed(name, Reason::new(&*line).hint("x"), &tail))
    };
    let page = page_of(&names.iter().fold(Stream::of(&names), bad).end());
    assert!(page.len() < 65_536 && page.len() > 60_000, "{}", page.len());
    assert!(page.contains("parts of this report left out**"));
    let count = |tag: &str| page.matches(tag).count();
    assert_eq!(count("<details>"), count("</details>"));
    assert_eq!(count("<code>"), count("</code>"));
}

#[test]
fn nothing_hostile_is_markup() {
    let harmless = markup(&page_of(&hostile::run("harmless")));
    assert!(harmless.iter().filter(|kind| *kind == "heading").count() == 1);
    for text in HOSTILE {
        let page = page_of(&hostile::run(text));
        let mut found = markup(&page);
        let mut expected = harmless.clone();
        // A text of many lines is told by its first lines; how many there are is no markup.
        found.dedup();
        expected.dedup();
        let kinds = |found: &[String]| {
            let kinds: std::collections::BTreeSet<String> = found.iter().cloned().collect();
            kinds
        };
        let (found, expected) = (kinds(&found), kinds(&expected));
        assert!(found.is_subset(&expected), "{text:?}: {found:?}\n{page}");
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!page.contains(control), "{text:?}");
    }
}
