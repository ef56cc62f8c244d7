//! JUnit XML, read: the test cases of a report, strictly.
//!
//! There is no standard, only habits; where they differ the reading that sees a failure wins. Must
//! not know gates or verdicts; the caller limits the size.

use roxmltree::{Document, Node, ParsingOptions};

use crate::model::{Case, CaseStatus};

/// Bytes of a message that are kept.
const MESSAGE_BYTES: usize = 8 << 10;
/// Bytes of a suite's or case's name that are kept.
const NAME_BYTES: usize = 1 << 10;
/// How deep suites may nest. Real reports: four.
const DEPTH: usize = 64;

/// A report that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct JunitError {
    /// 1-based.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// The cases of a report, in its order. A suite that counts more failures than it shows, or
/// that failed as a whole, adds a case of its own, so that no failure is lost.
///
/// # Errors
/// [`JunitError`] when it is not UTF-8, not well-formed XML (a DTD is refused), or not JUnit.
pub fn read(bytes: &[u8]) -> Result<Vec<Case>, JunitError> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let options = ParsingOptions {
        allow_dtd: false,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| JunitError {
        line: error.pos().row,
        message: clean(&error.to_string(), NAME_BYTES),
    })?;
    let root = document.root_element();
    let mut reader = Reader { cases: Vec::new() };
    match root.tag_name().name() {
        "testsuites" | "testsuite" => reader.suite(root, "", 0).map(|_| reader.cases),
        other => {
            let message = format!(
                "the root element is <{}>, not <testsuites> or <testsuite>: this is no JUnit report",
                clean(other, 100)
            );
            Err(wrong(root, message))
        }
    }
}

struct Reader {
    cases: Vec<Case>,
}

impl Reader {
    /// Reads a suite and says how many failures it shows.
    fn suite(&mut self, node: Node<'_, '_>, outer: &str, depth: usize) -> Result<u64, JunitError> {
        let name = attribute(node, "name").filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| outer.to_owned());
        let shown = self.children(node, &name, depth)?;
        let claimed = count(node, "failures")?.saturating_add(count(node, "errors")?);
        if claimed <= shown {
            return Ok(shown);
        }
        let message = format!(
            "the suite counts {claimed} failed or errored cases but the report shows {shown}"
        );
        let title = "failures that the report does not show".to_owned();
        self.cases
            .push(broken(&name, title, CaseStatus::Errored, message));
        Ok(claimed)
    }

    fn children(
        &mut self,
        node: Node<'_, '_>,
        suite: &str,
        depth: usize,
    ) -> Result<u64, JunitError> {
        if depth >= DEPTH {
            return Err(wrong(node, format!("elements nest deeper than {DEPTH}")));
        }
        let mut shown: u64 = 0;
        for child in node.children().filter(Node::is_element) {
            shown = shown.saturating_add(match child.tag_name().name() {
                "testcase" => self.case(child, suite, depth + 1)?,
                "testsuite" => self.suite(child, suite, depth + 1)?,
                "failure" => self.whole_suite(child, suite, CaseStatus::Failed),
                "error" => self.whole_suite(child, suite, CaseStatus::Errored),
                "properties" | "system-out" | "system-err" => 0,
                _ => self.children(child, suite, depth + 1)?,
            });
        }
        Ok(shown)
    }

    /// A failure that stands in a suite itself (its set-up broke).
    fn whole_suite(&mut self, node: Node<'_, '_>, suite: &str, status: CaseStatus) -> u64 {
        self.cases.push(broken(
            suite,
            "the suite itself".to_owned(),
            status,
            message(node),
        ));
        1
    }

    fn case(&mut self, node: Node<'_, '_>, suite: &str, depth: usize) -> Result<u64, JunitError> {
        let class = attribute(node, "classname").filter(|class| !class.is_empty());
        let name = attribute(node, "name").filter(|name| !name.is_empty());
        let (status, told_by) = status(node);
        self.cases.push(Case {
            suite: class.unwrap_or_else(|| suite.to_owned()),
            name: name.unwrap_or_else(|| "(without a name)".to_owned()),
            status,
            duration_ms: node.attribute("time").and_then(milliseconds),
            message: told_by.map(message).unwrap_or_default(),
        });
        let elements = |name| node.children().filter(|c| c.has_tag_name_of(name)).count() as u64;
        let bad = u64::from(matches!(status, CaseStatus::Failed | CaseStatus::Errored));
        let mut shown = bad.max(elements("failure") + elements("error"));
        // No reporter is known to nest cases; if one does, a failure inside must not be lost.
        for child in node
            .children()
            .filter(|c| c.has_tag_name_of("testcase") || c.has_tag_name_of("testsuite"))
        {
            if depth >= DEPTH {
                return Err(wrong(child, format!("elements nest deeper than {DEPTH}")));
            }
            shown += match child.tag_name().name() {
                "testcase" => self.case(child, suite, depth + 1)?,
                _ => self.suite(child, suite, depth + 1)?,
            };
        }
        Ok(shown)
    }
}

/// Compares names without namespaces: some reporters put everything into one.
trait Named {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

/// How a case ended, and the element that says so. `rerunFailure` and `flakyFailure` tell of
/// earlier attempts and decide nothing.
fn status<'a, 'i>(case: Node<'a, 'i>) -> (CaseStatus, Option<Node<'a, 'i>>) {
    let child = |name| case.children().find(|child| child.has_tag_name_of(name));
    let said = |words: &[&str]| {
        ["status", "result"]
            .iter()
            .filter_map(|key| case.attribute(*key))
            .any(|value| {
                words
                    .iter()
                    .any(|word| word.eq_ignore_ascii_case(value.trim()))
            })
    };
    if let Some(error) = child("error") {
        (CaseStatus::Errored, Some(error))
    } else if let Some(failure) = child("failure") {
        (CaseStatus::Failed, Some(failure))
    } else if said(&["failed", "failure", "fail"]) {
        (CaseStatus::Failed, None)
    } else if said(&["error", "errored", "broken"]) {
        (CaseStatus::Errored, None)
    } else if let Some(skipped) = child("skipped") {
        (CaseStatus::Skipped, Some(skipped))
    } else if said(&["notrun", "disabled", "skipped", "suppressed", "ignored"]) {
        (CaseStatus::Skipped, None)
    } else {
        (CaseStatus::Passed, None)
    }
}

fn broken(suite: &str, name: String, status: CaseStatus, message: String) -> Case {
    Case {
        suite: suite.to_owned(),
        name,
        status,
        duration_ms: None,
        message,
    }
}

/// The `message` attribute and the text; one when the other repeats it.
fn message(node: Node<'_, '_>) -> String {
    let title = node.attribute("message").unwrap_or_default().trim();
    let mut text = String::new();
    for part in node
        .descendants()
        .filter(|n| n.is_text())
        .filter_map(|n| n.text())
    {
        text.push_str(part);
        if text.len() > MESSAGE_BYTES {
            break;
        }
    }
    let body = text.trim();
    let whole = match (title.is_empty(), body.is_empty()) {
        (true, _) => body.to_owned(),
        (_, true) => title.to_owned(),
        _ if body.contains(title) => body.to_owned(),
        _ => format!("{title}\n{body}"),
    };
    clean(&whole, MESSAGE_BYTES)
}

fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute(name).map(|value| clean(value, NAME_BYTES))
}

/// A count such as `failures="2"`; absent or empty is none.
fn count(node: Node<'_, '_>, name: &str) -> Result<u64, JunitError> {
    let text = node.attribute(name).unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(0);
    }
    text.parse()
        .map_err(|_| wrong(node, format!("{name}={:?} is no count", clean(text, 100))))
}

/// Seconds as text to milliseconds. What is no plain positive number is not guessed at
/// (`1,234` is a thousand here and one and a bit there).
fn milliseconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.trim().parse().ok()?;
    let sane = seconds.is_finite() && (0.0..1e12).contains(&seconds);
    sane.then(|| (seconds * 1000.0).round() as u64)
}

/// Without control characters but line ends and tabs, and not longer than `limit` bytes.
fn clean(text: &str, limit: usize) -> String {
    let mut kept = String::new();
    for c in text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
    {
        if kept.len() + c.len_utf8() > limit {
            kept.push_str(" … (cut)");
            break;
        }
        kept.push(c);
    }
    kept
}

fn wrong(node: Node<'_, '_>, message: String) -> JunitError {
    JunitError {
        line: node.document().text_pos_at(node.range().start).row,
        message,
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> JunitError {
    let lines = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    let message = "the report is not UTF-8: let the reporter write UTF-8".to_owned();
    JunitError {
        line: u32::try_from(lines + 1).unwrap_or(u32::MAX),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cases(xml: &str) -> Vec<Case> {
        read(xml.as_bytes()).unwrap()
    }

    fn statuses(xml: &str) -> Vec<CaseStatus> {
        cases(xml).iter().map(|case| case.status).collect()
    }

    #[test]
    fn reads_suites_in_suites() {
        let found = cases(
            r#"<?xml version="1.0"?><testsuites><testsuite name="outer"><testsuite name="inner">
            <testcase name="a" time="0.25"/><testcase classname="K" name="b"><failure message="no">at x:1</failure>
            </testcase></testsuite></testsuite></testsuites>"#,
        );
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].suite.as_str(), found[0].duration_ms),
            ("inner", Some(250))
        );
        assert_eq!(
            (found[1].suite.as_str(), found[1].message.as_str()),
            ("K", "no\nat x:1")
        );
        assert_eq!(found[1].status, CaseStatus::Failed);
    }

    #[test]
    fn every_status_is_told_apart() {
        use CaseStatus::{Errored, Failed, Passed, Skipped};
        let table = [
            ("<testcase name='a'/>", Passed),
            ("<testcase name='a'><failure/></testcase>", Failed),
            ("<testcase name='a'><error/></testcase>", Errored),
            ("<testcase name='a'><failure/><error/></testcase>", Errored),
            ("<testcase name='a'><skipped/></testcase>", Skipped),
            ("<testcase name='a'><skipped/><failure/></testcase>", Failed),
            ("<testcase name='a' status='notrun'/>", Skipped),
            ("<testcase name='a' status='disabled'/>", Skipped),
            (
                "<testcase name='a' status='run' result='skipped'/>",
                Skipped,
            ),
            ("<testcase name='a' status='failed'/>", Failed),
            (
                "<testcase name='a'><flakyFailure/><rerunFailure/></testcase>",
                Passed,
            ),
            (
                "<testcase name='a'><system-out>failure</system-out></testcase>",
                Passed,
            ),
        ];
        for (case, status) in table {
            assert_eq!(
                statuses(&format!("<testsuite>{case}</testsuite>")),
                [status],
                "{case}"
            );
        }
    }

    #[test]
    fn nodes_own_runner_puts_cases_straight_below_the_root() {
        let xml =
            "<testsuites><testcase name='a'/><testcase name='b'><failure/></testcase></testsuites>";
        assert_eq!(statuses(xml), [CaseStatus::Passed, CaseStatus::Failed]);
    }

    #[test]
    fn failures_that_are_counted_but_not_shown_are_not_lost() {
        let found = cases(
            "<testsuites errors='1'><testsuite name='s' failures='2' errors='0'><testcase name='a'/></testsuite></testsuites>",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[1].suite.as_str(), found[1].status),
            ("s", CaseStatus::Errored)
        );
        assert!(found[1].message.contains("counts 2"));
    }

    #[test]
    fn totals_that_agree_add_nothing() {
        let one = "<testcase name='a'><failure/><error/></testcase>";
        let xml = format!(
            "<testsuites failures='1' errors='1'><testsuite failures='1' errors='1'>{one}</testsuite></testsuites>"
        );
        assert_eq!(cases(&xml).len(), 1);
    }

    #[test]
    fn a_suite_that_broke_as_a_whole_is_a_case() {
        let found = cases("<testsuite name='s'><error message='set-up'/></testsuite>");
        assert_eq!((found.len(), found[0].status), (1, CaseStatus::Errored));
    }

    #[test]
    fn nothing_in_it_is_an_empty_list() {
        assert_eq!(cases("<testsuites/>"), []);
        assert_eq!(cases("<testsuite tests='0'/>"), []);
    }

    #[test]
    fn what_is_no_report_is_an_error_with_its_line() {
        let line = |text: &[u8]| read(text).unwrap_err().line;
        assert_eq!(line(b""), 1);
        assert_eq!(line(b"<testsuite>\n<testcase></testsuite>"), 2);
        assert_eq!(line(b"\n<html/>"), 2);
        assert_eq!(line(b"<testsuite>\n\xff</testsuite>"), 2);
        assert_eq!(
            line(b"<testsuite>\n<testsuite failures='many'/></testsuite>"),
            2
        );
        assert!(read(b"<html/>").unwrap_err().message.contains("<html>"));
        assert!(read(b"<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>").is_err());
        assert!(read(b"<testsuite name='\x1b'/>").is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n: usize| format!("{}{}", "<testsuite>".repeat(n), "</testsuite>".repeat(n));
        assert!(read(deep(60).as_bytes()).is_ok());
        assert!(read(deep(500).as_bytes()).is_err());
        assert!(read(deep(200_000).as_bytes()).is_err());
    }

    #[test]
    fn odd_times_are_not_guessed_at() {
        for (text, ms) in [
            ("0.5", Some(500)),
            ("1e-3", Some(1)),
            ("", None),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("1,234.5", None),
            ("1e300", None),
        ] {
            assert_eq!(milliseconds(text), ms, "{text}");
        }
    }

    #[test]
    fn messages_are_bounded_and_clean() {
        let xml = format!(
            "<testsuite><testcase name='a'><failure>\u{9b}{}</failure></testcase></testsuite>",
            "é".repeat(9000)
        );
        let message = &cases(&xml)[0].message;
        assert!(message.len() < MESSAGE_BYTES + 20 && message.ends_with("(cut)"));
        assert!(message.starts_with('é'));
    }

    proptest! {
        #[test]
        fn total_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn total_on_almost_reports(parts in prop::collection::vec(prop::sample::select(vec![
            "<testsuites>", "</testsuites>", "<testsuite name='a' failures='1'>", "</testsuite>",
            "<testcase name='b' time='x'>", "</testcase>", "<failure/>", "<skipped/>", "<!--", "&lt;", "é",
        ]), 0..12)) {
            let _ = read(parts.concat().as_bytes());
        }

        #[test]
        fn a_failure_is_never_lost(good in 0usize..4, bad in 1usize..4) {
            let xml = format!("<testsuites><testsuite>{}{}</testsuite></testsuites>",
                "<testcase name='g'/>".repeat(good), "<testcase name='b'><failure/></testcase>".repeat(bad));
            let failed = statuses(&xml).iter().filter(|s| **s == CaseStatus::Failed).count();
            prop_assert_eq!(failed, bad);
        }
    }
}
