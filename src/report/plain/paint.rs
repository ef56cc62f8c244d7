//! Marks and colours. Neither says anything that a word beside it does not say.

use console::Style;

use crate::model::{RunVerdict, VerdictWord};

/// How marks and colours are made.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Paint {
    pub(in crate::report) colour: bool,
    pub(in crate::report) unicode: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.colour {
            style.force_styling(true).apply_to(text).to_string()
        } else {
            text.to_owned()
        }
    }

    pub(in crate::report) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    pub(in crate::report) fn dim(self, text: &str) -> String {
        self.with(Style::new().dim(), text)
    }

    pub(in crate::report) fn yellow(self, text: &str) -> String {
        self.with(Style::new().yellow(), text)
    }

    /// A text in the colour of a verdict.
    pub(in crate::report) fn verdict(self, word: VerdictWord, text: &str) -> String {
        let style = match word {
            VerdictWord::Passed => Style::new().green(),
            VerdictWord::Failed => Style::new().red().bold(),
            VerdictWord::Errored => Style::new().magenta().bold(),
            VerdictWord::Cancelled => Style::new().yellow(),
            VerdictWord::Skipped | VerdictWord::NotApplicable => Style::new().dim(),
        };
        self.with(style, text)
    }

    /// A text in the colour of a run's verdict.
    pub(in crate::report) fn run(self, verdict: RunVerdict, text: &str) -> String {
        let style = match verdict {
            RunVerdict::Proved => Style::new().green().bold(),
            RunVerdict::Refuted => Style::new().red().bold(),
            RunVerdict::Undecided => Style::new().magenta().bold(),
        };
        self.with(style, text)
    }

    /// The mark of a verdict, one column wide.
    pub(in crate::report) fn mark(self, word: VerdictWord) -> &'static str {
        match (word, self.unicode) {
            (VerdictWord::Passed, true) => "✓",
            (VerdictWord::Passed, false) => "+",
            (VerdictWord::Failed, true) => "✗",
            (VerdictWord::Failed, false) => "x",
            (VerdictWord::Errored, _) => "!",
            (VerdictWord::Cancelled, true) => "■",
            (VerdictWord::Cancelled, false) => "#",
            (VerdictWord::Skipped, true) => "↷",
            (VerdictWord::Skipped, false) => ">",
            (VerdictWord::NotApplicable, true) => "·",
            (VerdictWord::NotApplicable, false) => "-",
        }
    }

    /// What stands before a line of output.
    pub(in crate::report) fn bar(self) -> &'static str {
        if self.unicode { "│" } else { "|" }
    }
}
