//! What all static kinds share: files that are read, findings by rule, weights, waivers, and the
//! one judgement over them.
//!
//! A kind says what it found ([`Found`]) and what it could not judge; what that amounts to is decided
//! here and nowhere else. Must not know any format.

mod judge;
mod policy;
mod read;
#[cfg(test)]
pub(in crate::kind) mod shelf;
#[cfg(test)]
mod tests;

pub use judge::NOT_JUDGED;
pub(in crate::kind) use judge::{Found, Survey, reason};
pub(in crate::kind) use policy::{OVERRIDE, Policy, THRESHOLD, WAIVE};
pub(in crate::kind) use read::{Text, ask, texts};
