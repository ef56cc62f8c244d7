//! Checkstyle's XML, which many linters write: what was found in which file, strictly. Must not know
//! gates or thresholds; the caller limits the size.

use roxmltree::Node;

use super::report::{ReportError, line, text, xml};
use crate::model::{Finding, Location, Severity};

/// What a report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files that it names.
    pub files: usize,
    /// What was found, in its order.
    pub findings: Vec<Finding>,
}

/// Reads a report.
///
/// # Errors
/// When it is no such XML, or says that the tool failed on a file.
pub fn read(bytes: &[u8]) -> Result<Checked, ReportError> {
    let text = text(bytes)?;
    let document = xml(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "checkstyle" {
        let message = format!(
            "the root element is <{}>, not <checkstyle>",
            root.tag_name().name()
        );
        return Err(ReportError::at(line(root), message));
    }
    let mut checked = Checked::default();
    for file in root.children().filter(Node::is_element) {
        match file.tag_name().name() {
            "file" => one(file, &mut checked)?,
            "exception" => return Err(failed(file)),
            other => {
                let message = format!("<{other}> has no place in <checkstyle>");
                return Err(ReportError::at(line(file), message));
            }
        }
    }
    Ok(checked)
}

fn one(file: Node<'_, '_>, checked: &mut Checked) -> Result<(), ReportError> {
    checked.files += 1;
    let path = file.attribute("name").unwrap_or_default();
    for element in file.children().filter(Node::is_element) {
        match element.tag_name().name() {
            "error" => checked.findings.extend(finding(path, element)?),
            "exception" => return Err(failed(element)),
            other => {
                let message = format!("<{other}> has no place in <file>");
                return Err(ReportError::at(line(element), message));
            }
        }
    }
    Ok(())
}

fn failed(element: Node<'_, '_>) -> ReportError {
    let told = element
        .text()
        .unwrap_or_default()
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    ReportError::at(line(element), format!("the tool failed: {told}"))
}

fn finding(path: &str, error: Node<'_, '_>) -> Result<Option<Finding>, ReportError> {
    let severity = match error.attribute("severity").unwrap_or("error") {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        "ignore" => return Ok(None),
        other => {
            let message = format!("`{other}` is no severity");
            return Err(ReportError::at(line(error), message));
        }
    };
    let number = |name: &str| match error.attribute(name).map(str::trim) {
        None | Some("") => Ok(0),
        Some(text) => text
            .parse::<u32>()
            .map_err(|_| ReportError::at(line(error), format!("`{name}=\"{text}\"` is no number"))),
    };
    let message = error.attribute("message").unwrap_or("(no message)");
    let message: String = message
        .trim()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(500)
        .collect();
    let at = Location {
        path: path.strip_prefix("./").unwrap_or(path).to_owned(),
        line: number("line")?,
        column: number("column")?,
    };
    let rule = error
        .attribute("source")
        .filter(|source| !source.is_empty())
        .unwrap_or("(no rule)");
    Ok(Some(Finding::new(rule, severity, message).at(Some(at))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn errors_are_findings() {
        let text = "<?xml version='1.0'?><checkstyle version='4.3'><file name='./a.js'>\
            <error line='1' column='2' severity='warning' message='no &lt;b&gt;' source='eslint.x'/>\
            <error line='3' message='bad'/><error severity='ignore' message='i'/></file><file name='b.js'/></checkstyle>";
        let checked = read(text.as_bytes()).unwrap();
        assert_eq!(checked.files, 2);
        let told: Vec<_> = checked
            .findings
            .iter()
            .map(|f| {
                (
                    f.rule.as_str(),
                    f.severity,
                    f.message.as_str(),
                    f.location.as_ref().unwrap().line,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("eslint.x", Severity::Warning, "no <b>", 1),
                ("(no rule)", Severity::Error, "bad", 3)
            ]
        );
        assert_eq!(checked.findings[0].location.as_ref().unwrap().path, "a.js");
        assert_eq!(read(b"<checkstyle/>").unwrap().files, 0);
    }

    #[test]
    fn what_is_no_report_is_an_error() {
        for (text, want) in [
            ("", "empty"),
            ("<checkstyle>", ""),
            ("<testsuite/>", "not <checkstyle>"),
            (
                "<checkstyle><file name='a'><error severity='fatal'/></file></checkstyle>",
                "no severity",
            ),
            (
                "<checkstyle><file name='a'><error line='x'/></file></checkstyle>",
                "no number",
            ),
            (
                "<checkstyle><file name='a'><exception>boom\nat</exception></file></checkstyle>",
                "failed: boom",
            ),
            ("<checkstyle><files/></checkstyle>", "no place"),
            ("<!DOCTYPE c [<!ENTITY a 'b'>]><checkstyle/>", "entities"),
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(want), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(<checkstyle>)?[<>/a-z='\" é]{0,60}(</checkstyle>)?") {
            let _ = read(text.as_bytes());
        }
    }
}
