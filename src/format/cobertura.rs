//! Cobertura's XML, read: which lines and branches were reached, strictly. Must not know thresholds;
//! the caller limits the size.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::report::{Coverage, Lines, Reached, ReportError, line, text, xml};

/// Reads a report. Where its sums and its lines differ, the lower account counts.
///
/// # Errors
/// When it is no such XML, or a number in it is none.
pub fn read(bytes: &[u8]) -> Result<Coverage, ReportError> {
    let text = text(bytes)?;
    let document = xml(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "coverage" {
        let message = format!(
            "the root element is <{}>, not <coverage>",
            root.tag_name().name()
        );
        return Err(ReportError::at(line(root), message));
    }
    let mut lines = Lines::default();
    let mut branches: BTreeMap<(String, u64), Reached> = BTreeMap::new();
    for class in root.descendants().filter(|node| node.has_tag_name("class")) {
        let file = class.attribute("filename").unwrap_or_default();
        let own = class.children().filter(|node| node.has_tag_name("lines"));
        for element in own
            .flat_map(|lines| lines.children())
            .filter(|node| node.has_tag_name("line"))
        {
            let number = needed(element, "number")?;
            lines.ran(file, number, needed(element, "hits")?);
            if let Some(told) = element.attribute("condition-coverage") {
                let reached = conditions(told).ok_or_else(|| {
                    ReportError::at(
                        line(element),
                        format!("`condition-coverage=\"{told}\"` is not understood"),
                    )
                })?;
                let known = branches.entry((file.to_owned(), number)).or_default();
                *known = if known.hit > reached.hit {
                    *known
                } else {
                    reached
                };
            }
        }
    }
    let shown = branches
        .values()
        .fold(Reached::default(), |sum, one| sum.and(*one));
    Ok(Coverage {
        lines: lines.reached().lower(claimed(root, "lines")?),
        branches: shown.lower(claimed(root, "branches")?),
    })
}

/// `50% (1/2)`
fn conditions(told: &str) -> Option<Reached> {
    let (_, rest) = told.split_once('(')?;
    let (hit, all) = rest.split_once(')')?.0.split_once('/')?;
    Some(Reached {
        hit: hit.trim().parse().ok()?,
        all: all.trim().parse().ok()?,
    })
}

/// What the report sums up by itself; nothing where it does not.
fn claimed(root: Node<'_, '_>, what: &str) -> Result<Reached, ReportError> {
    let number =
        |name: String| match root.attribute(name.as_str()) {
            None => Ok(None),
            Some(text) => text.trim().parse::<u64>().map(Some).map_err(|_| {
                ReportError::at(line(root), format!("`{name}=\"{text}\"` is no number"))
            }),
        };
    Ok(
        match (
            number(format!("{what}-covered"))?,
            number(format!("{what}-valid"))?,
        ) {
            (Some(hit), Some(all)) => Reached { hit, all },
            _ => Reached::default(),
        },
    )
}

fn needed(element: Node<'_, '_>, name: &str) -> Result<u64, ReportError> {
    let text = element.attribute(name).unwrap_or_default().trim();
    text.parse()
        .map_err(|_| ReportError::at(line(element), format!("`{name}=\"{text}\"` is no number")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: &str = "<?xml version='1.0'?>\n<!DOCTYPE coverage SYSTEM 'http://x.example/coverage-04.dtd'>\n\
        <coverage lines-covered='2' lines-valid='3' branches-covered='1' branches-valid='2'><packages><package><classes>\
        <class filename='a.py'><methods><method><lines><line number='1' hits='0'/></lines></method></methods>\
        <lines><line number='1' hits='3'/><line number='2' hits='1' branch='true' condition-coverage='50% (1/2)'/><line number='3' hits='0'/></lines></class>\
        </classes></package></packages></coverage>";

    #[test]
    fn lines_and_branches_are_counted() {
        let coverage = read(ONE.as_bytes()).unwrap();
        assert_eq!(coverage.lines, Reached { hit: 2, all: 3 });
        assert_eq!(coverage.branches, Reached { hit: 1, all: 2 });
        let boasting = ONE.replace("lines-covered='2'", "lines-covered='3'");
        assert_eq!(
            read(boasting.as_bytes()).unwrap().lines,
            Reached { hit: 2, all: 3 }
        );
        let summed = read(b"<coverage lines-covered='1' lines-valid='4'/>").unwrap();
        assert_eq!(summed.lines, Reached { hit: 1, all: 4 });
        assert_eq!(read(b"<coverage/>").unwrap(), Coverage::default());
    }

    #[test]
    fn what_is_no_report_is_an_error() {
        for text in [
            "",
            "<coverage>",
            "<report/>",
            "<coverage lines-valid='x'/>",
            "<coverage><class filename='a'><lines><line number='1'/></lines></class></coverage>",
            "<coverage><class filename='a'><lines><line number='1' hits='1' condition-coverage='half'/></lines></class></coverage>",
            "<!DOCTYPE c [<!ENTITY a 'b'>]><coverage/>",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        for end in 1..ONE.len() {
            assert!(read(&ONE.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(<coverage>)?[<>/a-z0-9='\" é]{0,60}(</coverage>)?") {
            let _ = read(text.as_bytes());
        }
    }
}
