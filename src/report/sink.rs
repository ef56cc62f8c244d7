//! Where a report goes, as far as a report knows: a stream, or a file that is replaced whole.

use std::io::{self, Write};

/// A file that is only ever replaced as a whole: readers see the old bytes or the new ones.
pub trait Whole {
    /// Puts these bytes in the place of all that was there.
    ///
    /// # Errors
    /// What the file system says.
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Whether they are there, now that they had the time.
    ///
    /// # Errors
    /// As [`Whole::replace`].
    fn arrived(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut(&[u8]) -> io::Result<()>> Whole for F {
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self(bytes)
    }
}

/// Where a report goes.
pub enum Sink {
    /// Shown as it comes: standard output. Its `flush` waits for no reader, and fails when one is
    /// known to have missed something.
    Stream(Box<dyn Write>),
    /// A file: "not finished" at the start, whole at the end.
    File(Box<dyn Whole>),
}
