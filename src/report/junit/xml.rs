//! Pieces of the document: cases, statuses, properties, and text that XML can hold.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus};

use crate::model::Reason;
use crate::report::{gates, text};

pub(super) fn errored(said: &str, reason: Option<&Reason>) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("errored");
    told(status, said, reason)
}

pub(super) fn skipped(said: &str, reason: Option<&Reason>) -> TestCaseStatus {
    told(TestCaseStatus::skipped(), said, reason)
}

fn told(mut status: TestCaseStatus, said: &str, reason: Option<&Reason>) -> TestCaseStatus {
    status.set_message(xml(said));
    if let Some(reason) = reason {
        status.set_description(xml(&gates::lines(reason).join("\n")));
    }
    status
}

pub(super) fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(xml(name), status);
    case.set_classname(xml(class)).set_time(Duration::ZERO);
    case
}

pub(super) fn property(name: &str, value: &str) -> Property {
    Property::new(name.to_owned(), xml(value))
}

/// Text that XML can hold: control characters made visible, and so is what is no character
/// (quick-junit lets U+FFFE and U+FFFF through, which no parser accepts).
pub(super) fn xml(text: &str) -> String {
    text::show(text)
}

pub(super) fn written(report: &Report) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    match report.serialize(&mut bytes) {
        Ok(()) => without_skipped(bytes),
        Err(error) => Err(Reason::new(format!(
            "the junit report could not be made: {error}"
        ))),
    }
}

/// quick-junit counts what was skipped on the root, too, where Jenkins's schema knows no such
/// attribute. A quotation mark inside a value is escaped: the first one found is the attribute.
fn without_skipped(bytes: Vec<u8>) -> Result<Vec<u8>, Reason> {
    let text = String::from_utf8(bytes)
        .map_err(|error| Reason::new(format!("the junit report is not UTF-8: {error}")))?;
    let root = text.find("<testsuites").unwrap_or_default();
    let end = text[root..].find('>').map_or(text.len(), |end| root + end);
    let Some(start) = text[root..end].find(" skipped=\"").map(|at| root + at) else {
        return Ok(text.into_bytes());
    };
    let value = start + " skipped=\"".len();
    let close = text[value..end].find('"').map_or(end, |at| value + at + 1);
    Ok(format!("{}{}", &text[..start], &text[close..]).into_bytes())
}
