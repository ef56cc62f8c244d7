//! Any bytes get an answer with a name, never a panic.

use proptest::prelude::*;

use super::{Kinds, facts};
use crate::spec::{GateFile, load};

const SEED: &str = include_str!("whole.yml");

fn load_and_render(bytes: &[u8]) {
    if let Err(diagnostics) = load(GateFile { name: "f", bytes }, &facts(), &Kinds, "dir") {
        assert!(!diagnostics.list().is_empty());
        assert!(!diagnostics.render(true).is_empty());
        assert!(diagnostics.json().is_array());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        load_and_render(&bytes);
    }

    #[test]
    fn any_yamlish_text(text in "[a-c:{}\\[\\],&*!|>'\"#$%@` \n\t<=.0-9-]{0,80}") {
        load_and_render(text.as_bytes());
    }

    #[test]
    fn a_good_file_with_some_bytes_changed(
        changes in proptest::collection::vec((0..SEED.len(), any::<u8>()), 1..6),
        cut in 0..SEED.len(),
    ) {
        let mut bytes = SEED.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        load_and_render(&bytes);
        load_and_render(&bytes[cut..]);
        load_and_render(&bytes[..cut]);
    }

    #[test]
    fn a_good_file_with_lines_moved(from in 0..40_usize, to in 0..40_usize, indent in 0..4_usize) {
        let mut lines: Vec<String> = SEED.lines().map(str::to_owned).collect();
        let line = lines.remove(from % lines.len());
        let to = to % (lines.len() + 1);
        lines.insert(to, format!("{}{line}", " ".repeat(indent)));
        load_and_render(lines.join("\n").as_bytes());
    }
}
