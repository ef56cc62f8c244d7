//! Floor 2, other people's formats: bytes to values, total, fuzzed, without I/O.

pub mod junit;
pub mod words;
pub mod dockerignore;
pub mod yaml;
