//! Where something is written: a range of bytes in one of the sources that a reader was handed.
//!
//! Shared by every format that keeps places. Must not know any format.

/// A range of bytes in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// Which source; whoever reads gives out the numbers (0 is the gate file, others are packs).
    pub source: u32,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last.
    pub end: u32,
}

impl Span {
    /// A span of offsets. Every source is far below 4 GiB (see `model::limits`), so they fit.
    #[must_use]
    pub fn new(source: u32, start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            source,
            start: narrow(start),
            end: narrow(end.max(start)),
        }
    }

    /// The part of a source that this covers; empty when it does not fit the text.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// The span from the start of this one to the end of another in the same source.
    #[must_use]
    pub fn to(self, last: Self) -> Self {
        Self {
            end: last.end.max(self.end),
            ..self
        }
    }
}
