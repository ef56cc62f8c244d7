//! JUnit XML, read: the test cases of a report, strictly.
//!
//! There is no standard, only habits; where they differ the reading that sees a failure wins. Must
//! not know gates or verdicts; the caller limits the size.

#[cfg(test)]
mod tests;

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

/// The cases of a report, in its order. A suite that counts more cases or failures than it shows,
/// or that failed as a whole, adds a case of its own, so that no failure is lost.
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
        "testsuites" | "testsuite" => {
            reader.suite(root, "", 0)?;
            Ok(reader.cases)
        }
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

/// What stands below an element, with what was claimed and said to be missing there.
#[derive(Default, Clone, Copy)]
struct Shown {
    /// Cases, and suites that broke as a whole.
    cases: u64,
    /// Those that did not go well.
    bad: u64,
}

impl Shown {
    fn add(&mut self, more: Self) {
        self.cases = self.cases.saturating_add(more.cases);
        self.bad = self.bad.saturating_add(more.bad);
    }
}

impl Reader {
    /// Reads a suite and says what it shows. What it claims beyond that is said once: the suites
    /// around it count it as shown.
    fn suite(
        &mut self,
        node: Node<'_, '_>,
        outer: &str,
        depth: usize,
    ) -> Result<Shown, JunitError> {
        let name = attribute(node, "name").filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| outer.to_owned());
        let mut shown = self.children(node, &name, depth)?;
        let bad = count(node, "failures")?.saturating_add(count(node, "errors")?);
        let cases = count(node, "tests")?;
        if bad > shown.bad {
            let shows = shown.bad;
            let told = format!("{bad} failed or errored cases but the report shows {shows}");
            self.unseen(&name, "failures that the report does not show", &told);
        } else if cases > shown.cases && !counts_assertions(node) {
            let shows = shown.cases;
            let told = format!("{cases} cases but the report shows {shows}");
            self.unseen(&name, "cases that the report does not show", &told);
        }
        shown.bad = shown.bad.max(bad);
        shown.cases = shown.cases.max(cases);
        Ok(shown)
    }

    fn unseen(&mut self, suite: &str, title: &str, told: &str) {
        let message = format!("the suite counts {told}");
        self.cases.push(broken(
            suite,
            title.to_owned(),
            CaseStatus::Errored,
            message,
        ));
    }

    fn children(
        &mut self,
        node: Node<'_, '_>,
        suite: &str,
        depth: usize,
    ) -> Result<Shown, JunitError> {
        if depth >= DEPTH {
            return Err(wrong(node, format!("elements nest deeper than {DEPTH}")));
        }
        let mut shown = Shown::default();
        for child in node.children().filter(Node::is_element) {
            shown.add(match child.tag_name().name() {
                "testcase" => self.case(child, suite, depth + 1)?,
                "testsuite" => self.suite(child, suite, depth + 1)?,
                "failure" => self.whole_suite(child, suite, CaseStatus::Failed),
                "error" => self.whole_suite(child, suite, CaseStatus::Errored),
                "properties" | "system-out" | "system-err" => Shown::default(),
                _ => self.children(child, suite, depth + 1)?,
            });
        }
        Ok(shown)
    }

    /// A failure that stands in a suite itself (its set-up broke).
    fn whole_suite(&mut self, node: Node<'_, '_>, suite: &str, status: CaseStatus) -> Shown {
        self.cases.push(broken(
            suite,
            "the suite itself".to_owned(),
            status,
            message(node),
        ));
        Shown { cases: 1, bad: 1 }
    }

    fn case(&mut self, node: Node<'_, '_>, suite: &str, depth: usize) -> Result<Shown, JunitError> {
        let class = attribute(node, "classname").filter(|class| !class.is_empty());
        let name = attribute(node, "name").filter(|name| !name.is_empty());
        let (status, message) = status(node);
        self.cases.push(Case {
            suite: class.unwrap_or_else(|| suite.to_owned()),
            name: name.unwrap_or_else(|| "(without a name)".to_owned()),
            status,
            duration_ms: node.attribute("time").and_then(milliseconds),
            message,
        });
        let elements = |name| node.children().filter(|c| c.has_tag_name_of(name)).count() as u64;
        let bad = u64::from(matches!(status, CaseStatus::Failed | CaseStatus::Errored));
        let mut shown = Shown {
            cases: 1,
            bad: bad.max(elements("failure") + elements("error")),
        };
        // No reporter is known to nest cases; if one does, a failure inside must not be lost.
        for child in node
            .children()
            .filter(|c| c.has_tag_name_of("testcase") || c.has_tag_name_of("testsuite"))
        {
            if depth >= DEPTH {
                return Err(wrong(child, format!("elements nest deeper than {DEPTH}")));
            }
            shown.add(match child.tag_name().name() {
                "testcase" => self.case(child, suite, depth + 1)?,
                _ => self.suite(child, suite, depth + 1)?,
            });
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

/// Words of `status` and `result`, in small letters, that say how a case ended.
const FAILED: &[&str] = &["failed", "failure", "fail"];
const ERRORED: &[&str] = &["error", "errored", "broken"];
const SKIPPED: &[&str] = &[
    "notrun",
    "not run",
    "not_run",
    "disabled",
    "skipped",
    "skip",
    "suppressed",
    "ignored",
    "ignore",
    "pending",
    "todo",
    "excluded",
];
const PASSED: &[&str] = &[
    "",
    "run",
    "completed",
    "complete",
    "passed",
    "pass",
    "success",
    "successful",
    "succeeded",
    "ok",
];

/// How a case ended, and what is told of it. `rerunFailure` and `flakyFailure` tell of earlier
/// attempts and decide nothing. A word that is not known is no success.
fn status(case: Node<'_, '_>) -> (CaseStatus, String) {
    let told = |name| {
        let element = case.children().find(|child| child.has_tag_name_of(name));
        element.map(message)
    };
    let words: Vec<String> = ["status", "result"]
        .iter()
        .filter_map(|key| case.attribute(*key))
        .map(|word| word.trim().to_lowercase())
        .collect();
    let said = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let known = |word: &str| {
        [FAILED, ERRORED, SKIPPED, PASSED]
            .iter()
            .any(|words| words.contains(&word))
    };
    if let Some(error) = told("error") {
        (CaseStatus::Errored, error)
    } else if let Some(failure) = told("failure") {
        (CaseStatus::Failed, failure)
    } else if said(FAILED) {
        (CaseStatus::Failed, String::new())
    } else if said(ERRORED) {
        (CaseStatus::Errored, String::new())
    } else if let Some(word) = words.iter().find(|word| !known(word)) {
        let word = clean(word, 100);
        let message = format!("the report says `{word}` of this case: neither passed nor failed");
        (CaseStatus::Errored, message)
    } else if let Some(skipped) = told("skipped") {
        (CaseStatus::Skipped, skipped)
    } else if said(SKIPPED) {
        (CaseStatus::Skipped, String::new())
    } else {
        (CaseStatus::Passed, String::new())
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

/// Catch2 and doctest write the number of assertions as `tests`; these marks are theirs alone.
fn counts_assertions(suite: Node<'_, '_>) -> bool {
    suite.attribute("hostname") == Some("tbd") || suite.has_attribute("doctest_version")
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
