//! Floor 2, other people's formats: bytes to values, total, fuzzed, without I/O.

pub mod glob;
pub mod dockerignore;
pub mod junit;
pub mod reference;
pub mod words;
pub mod toml;
pub mod yaml;
