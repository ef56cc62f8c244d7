//! YAML: text to a tree with spans.

/// A range of bytes in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Which source (0 is the gate file, others are packs).
    pub source: u32,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last.
    pub end: u32,
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node;
