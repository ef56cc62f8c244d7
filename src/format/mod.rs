//! Floor 2, other people's formats: bytes to values, total, fuzzed, without I/O.

pub mod checkstyle;
pub mod cobertura;
pub mod compose;
pub mod dockerfile;
pub mod dockerignore;
pub mod dotenv;
pub mod glob;
pub mod ini;
pub mod interpolate;
pub mod json;
pub mod junit;
pub mod lcov;
pub mod near;
pub mod postgresql;
pub mod redis;
pub mod reference;
pub mod report;
pub mod sarif;
mod settings;
pub mod shell;
pub mod source;
pub mod span;
pub mod toml;
pub mod words;
pub mod yaml;

pub use settings::{Settings, SettingsError};
pub use span::Span;
