//! Bad files: what is said.

use super::{bad, messages};
