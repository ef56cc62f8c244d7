//! The two streams of the process, coloured or not as asked.

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};

use super::args::Color;
use super::failure::Failure;
use crate::sys;

const RED: &str = "\u{1b}[1;31m";
const CYAN: &str = "\u{1b}[36m";
const PLAIN: &str = "\u{1b}[0m";

/// Standard output, but that what was closed when prove was started cannot be written to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if sys::closed::stdout_was_closed() {
            return Err(io::Error::new(
                io::ErrorKind::BrokenPipe,
                "standard output is closed",
            ));
        }
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Where the command line writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    color: Color,
}

impl Terminal {
    pub fn new(color: Color) -> Self {
        Self { color }
    }

    /// Standard error: takes colours and drops them where they are not wanted.
    pub fn stderr(self) -> AutoStream<io::Stderr> {
        AutoStream::new(io::stderr(), self.choice())
    }

    /// Prints a whole text to standard output.
    ///
    /// # Errors
    /// When it cannot be written (closed, disk full): whoever asked did not get an answer.
    pub fn print(self, text: &str) -> Result<(), Failure> {
        let plain =
            AutoStream::new(io::stdout(), self.choice()).current_choice() == ColorChoice::Never;
        let text = if plain {
            anstream::adapter::strip_str(text).to_string()
        } else {
            text.to_owned()
        };
        Stdout
            .write_all(text.as_bytes())
            .and_then(|()| Stdout.flush())
            .map_err(|error| Failure::undecided("cannot write to standard output").because(error))
    }

    /// Prints a whole text to standard error. When nobody can hear, the exit code still tells.
    pub fn warn(self, text: &str) {
        let mut err = self.stderr();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Says a failure to standard error.
    pub fn tell(self, failure: &Failure) {
        self.warn(&said(failure));
    }

    /// A failure in words, without colours.
    pub fn told(failure: &Failure) -> String {
        anstream::adapter::strip_str(&said(failure)).to_string()
    }

    /// Says something that decides nothing to standard error.
    pub fn note(self, text: &str) {
        self.warn(&note(text));
    }

    /// The line of a note as standard error shows it.
    pub fn noted(self, text: &str) -> String {
        if self.stderr().current_choice() == ColorChoice::Never {
            anstream::adapter::strip_str(&note(text)).to_string()
        } else {
            note(text)
        }
    }

    /// Whether colours were asked for or refused by `--color`.
    pub fn forced(self) -> Option<bool> {
        match self.color {
            Color::Auto => None,
            Color::Always => Some(true),
            Color::Never => Some(false),
        }
    }

    fn choice(self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

fn said(failure: &Failure) -> String {
    if let Some(rendered) = &failure.rendered {
        return rendered.clone();
    }
    let mut text = format!("{RED}error{PLAIN}: {}\n", visible(&failure.headline));
    for detail in &failure.details {
        for line in detail.lines() {
            text.push_str(&format!("  {}\n", visible(line)));
        }
    }
    for cause in failure.causes() {
        text.push_str(&format!("  because: {}\n", visible(&cause)));
    }
    for hint in &failure.hints {
        text.push_str(&format!("  {CYAN}hint{PLAIN}: {}\n", visible(hint)));
    }
    text
}

fn note(text: &str) -> String {
    format!("{CYAN}note{PLAIN}: {}\n", visible(text))
}

/// A text that others wrote (names of files, values out of the gate file) without control
/// characters: they could repaint the terminal.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && !matches!(character, '\n' | '\t') {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(visible("a\u{1b}[2Jb\r\tä\n"), "a\\u{1b}[2Jb\\r\tä\n");
    }
}
