//! Where a report goes, as far as a report knows: a stream, or a file that is replaced whole.

use std::io::{self, Write};

/// A file that is only ever replaced as a whole: readers see the old bytes or the new ones.
pub trait Whole {
    /// Puts these bytes in the place of all that was there.
    ///
    /// # Errors
    /// What the file system says.
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl<F: FnMut(&[u8]) -> io::Result<()>> Whole for F {
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self(bytes)
    }
}

/// Where a report goes.
pub enum Sink {
    /// Shown as it comes: standard output.
    Stream(Box<dyn Write>),
    /// A file: "not finished" at the start, whole at the end.
    File(Box<dyn Whole>),
}
