//! The Dockerfile parser: what is read, what is refused, and agreement with BuildKit's own tables.

pub(super) mod oracle;
