//! Floor 2, other people's formats: bytes to values, total, fuzzed, without I/O.

pub mod yaml;
