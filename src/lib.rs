//! `prove`: the quality gate that stands in front of a container image.
//!
//! The house has floors; imports go down only, and `tests/it/house.rs` holds it so.
//! Everything that decides is pure; everything that touches the world decides nothing.
//! Read `ARCHITECTURE.md` for the walk through one `prove run`, file by file.

pub mod cli;
pub mod engine;
pub mod event;
pub mod exec;
pub mod format;
pub mod kind;
pub mod model;
pub mod plan;
pub mod report;
pub mod spec;
pub mod store;
pub mod sys;
