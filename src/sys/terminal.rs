//! What stands at the other end of stdout and stderr. Asked once, handed on as values.

use std::io::IsTerminal;
use std::os::fd::AsRawFd as _;

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

/// Columns and rows of stdout at this moment, when it is a terminal that says so.
#[must_use]
pub fn size() -> Option<(usize, usize)> {
    let (rows, columns) = console::Term::stdout().size_checked()?;
    (rows > 0 && columns > 0).then_some((columns.into(), rows.into()))
}

/// Whether this process is what the terminal behind stdout is in front of: true where nobody can
/// say, as without a shell that puts jobs into the background.
#[must_use]
pub fn is_in_front() -> bool {
    let stdout = std::io::stdout().as_raw_fd();
    // SAFETY: both only ask the kernel, for an open file and for this process.
    let (front, own) = unsafe { (libc::tcgetpgrp(stdout), libc::getpgrp()) };
    front <= 0 || front == own
}

/// Whether stdout is a terminal that knows links (OSC 8).
#[must_use]
pub fn has_links() -> bool {
    supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
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
