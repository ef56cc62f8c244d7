//! What stands at the other end of stdout and stderr. Asked once, handed on as values.

use std::io::IsTerminal;

use anstream::{AutoStream, ColorChoice};

/// One end of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// A person may be watching: lines can be drawn over.
    pub interactive: bool,
    /// Columns, when it is a terminal that says so.
    pub width: Option<usize>,
    /// Colours are wanted (`NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM=dumb` respected).
    pub colour: bool,
}

/// What stdout is.
#[must_use]
pub fn stdout() -> Terminal {
    let stream = std::io::stdout();
    let colour = AutoStream::choice(&stream);
    describe(stream.is_terminal(), &console::Term::stdout(), colour)
}

/// What stderr is.
#[must_use]
pub fn stderr() -> Terminal {
    let stream = std::io::stderr();
    let colour = AutoStream::choice(&stream);
    describe(stream.is_terminal(), &console::Term::stderr(), colour)
}

fn describe(is_terminal: bool, term: &console::Term, colour: ColorChoice) -> Terminal {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    Terminal {
        interactive: is_terminal && !dumb,
        width: term
            .size_checked()
            .map(|(_, columns)| usize::from(columns))
            .filter(|n| *n > 0),
        colour: colour != ColorChoice::Never,
    }
}
