//! What readers of other tools' reports have in common: how a mistake is told, and what a report
//! amounts to. Must not know any of the formats, nor thresholds.

use std::collections::BTreeMap;

/// A report that cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReportError {
    /// 1-based; 0 when it is nowhere in particular.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl ReportError {
    /// A mistake in a line.
    #[must_use]
    pub fn at(line: u32, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

/// The text of a report.
///
/// # Errors
/// When it is no UTF-8, or empty.
pub fn text(bytes: &[u8]) -> Result<&str, ReportError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        ReportError::at(
            u32::try_from(line).unwrap_or(u32::MAX),
            "it is no text (UTF-8)",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim().is_empty() {
        true => Err(ReportError::at(0, "it is empty")),
        false => Ok(text),
    }
}

/// An XML document whose DTD, if it names one, declares nothing by itself.
///
/// # Errors
/// When it is not well-formed, or declares entities.
pub fn xml(text: &str) -> Result<roxmltree::Document<'_>, ReportError> {
    if text.contains("<!ENTITY") {
        return Err(ReportError::at(
            0,
            "it declares entities, which no report needs",
        ));
    }
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| ReportError::at(error.pos().row, error.to_string()))
}

/// The line of an element.
#[must_use]
pub fn line(node: roxmltree::Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

/// How much of something was reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// So many were.
    pub hit: u64,
    /// So many there are.
    pub all: u64,
}

impl Reached {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            hit: self.hit.saturating_add(other.hit),
            all: self.all.saturating_add(other.all),
        }
    }

    /// In thousandths of a percent, rounded down; `None` when there is nothing.
    #[must_use]
    pub fn share(self) -> Option<u64> {
        let hit = u128::from(self.hit.min(self.all)) * 100_000;
        let share = hit.checked_div(u128::from(self.all))?;
        Some(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// The lower of two accounts of the same thing; what one of them leaves out the other says.
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        match (self.share(), other.share()) {
            (Some(own), Some(told)) if told < own => other,
            (None, Some(_)) => other,
            _ => self,
        }
    }
}

/// What a report of coverage says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Lines that can run.
    pub lines: Reached,
    /// Branches.
    pub branches: Reached,
}

/// Lines of files, each with the highest count that was told: the same line may be told twice.
#[derive(Debug, Clone, Default)]
pub struct Lines(pub BTreeMap<(String, u64), u64>);

impl Lines {
    /// A line was run so often.
    pub fn ran(&mut self, file: &str, line: u64, times: u64) {
        let known = self.0.entry((file.to_owned(), line)).or_default();
        *known = (*known).max(times);
    }

    /// What they amount to.
    #[must_use]
    pub fn reached(&self) -> Reached {
        Reached {
            hit: self.0.values().filter(|times| **times > 0).count() as u64,
            all: self.0.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down_and_nothing_has_none() {
        assert_eq!(Reached { hit: 2, all: 3 }.share(), Some(66_666));
        assert_eq!(Reached { hit: 0, all: 0 }.share(), None);
        assert_eq!(
            Reached {
                hit: u64::MAX,
                all: u64::MAX
            }
            .share(),
            Some(100_000)
        );
        assert_eq!(Reached { hit: 9, all: 3 }.share(), Some(100_000));
    }

    #[test]
    fn of_two_accounts_the_lower_counts() {
        let (low, high) = (Reached { hit: 1, all: 4 }, Reached { hit: 3, all: 4 });
        assert_eq!(high.lower(low), low);
        assert_eq!(low.lower(high), low);
        assert_eq!(Reached::default().lower(high), high);
        assert_eq!(high.lower(Reached::default()), high);
    }
}
