//! Floor 2, other people's formats: bytes to values, total, fuzzed, without I/O.

pub mod dockerignore;
pub mod glob;
pub mod junit;
pub mod reference;
pub mod toml;
pub mod words;
pub mod yaml;
