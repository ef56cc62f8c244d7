//! `run:`, a check.

use std::sync::Arc;

use super::command;
use crate::format::yaml::Node;
use crate::spec::{Decoder, Field, Kind, KindSpec, Shape};

/// The word `run`.
pub(super) struct Run;

impl KindSpec for Run {
    fn word(&self) -> &'static str {
        "run"
    }

    fn doc(&self) -> &'static str {
        "A check: a command that must end well. A text is executed directly unless it needs a \
         shell; a list is executed as it is."
    }

    fn shape(&self) -> Shape {
        command::BODY
    }

    fn keys(&self) -> &'static [Field] {
        command::KEYS
    }

    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        command::MAY_FIND_NOTHING
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        command::decode("run", gate, decoder)
    }
}
