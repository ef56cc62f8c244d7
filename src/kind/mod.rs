//! Floor: kind.
