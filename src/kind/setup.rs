//! `setup:`, preparation: evidence for nothing, and undecided when it fails.

use std::sync::Arc;

use super::command;
use crate::format::yaml::Node;
use crate::spec::{Decoder, Field, Kind, KindSpec, Shape};

/// The word `setup`.
pub(super) struct Setup;

const fn keys() -> [Field; command::KEYS.len() + 1] {
    let mut keys = [command::CREATES; command::KEYS.len() + 1];
    let mut at = 0;
    while at < command::KEYS.len() {
        keys[at] = command::KEYS[at];
        at += 1;
    }
    keys
}

static KEYS: [Field; command::KEYS.len() + 1] = keys();

impl KindSpec for Setup {
    fn word(&self) -> &'static str {
        "setup"
    }

    fn doc(&self) -> &'static str {
        "Preparation (install, migrate, generate): runs before the other gates of its group. It \
         proves nothing, and what depends on it does not run when it fails."
    }

    fn shape(&self) -> Shape {
        command::BODY
    }

    fn keys(&self) -> &'static [Field] {
        &KEYS
    }

    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        command::MAY_FIND_NOTHING
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        command::decode("setup", gate, decoder)
    }
}
