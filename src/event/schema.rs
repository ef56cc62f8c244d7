//! The JSON Schema of the wire form, for whoever reads events with a program of their own.
//!
//! It is written by hand, as a promise is: what it says and what is written are held together by a
//! test that knows every field of every event (`tests/it/events.rs`).

/// JSON Schema, draft 2020-12, of one line; of version [`super::SCHEMA`].
pub const TEXT: &str = include_str!("schema.json");
