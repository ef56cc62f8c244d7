//! What the reference must tell, on a registry of its own.

use crate::format::yaml::Node;
use crate::spec::{Decoder, Field, Kind, KindSpec, Registry, Shape};
use std::sync::Arc;

const BACKOFF: Field = Field::new("backoff", Shape::Duration, "A pause.").default("0s");
const NESTED: Field = Field::new(
    "nested",
    Shape::OneOf(&[Shape::Text, Shape::Map(&Shape::Record(&[BACKOFF]))]),
    "Either | or.",
);
const WORDS: Field = Field::new(
    "words",
    Shape::OneOrMany(&Shape::Word(&["a", "b"])),
    "Words.",
);

struct Spec(&'static str, &'static [Field]);

impl KindSpec for Spec {
    fn word(&self) -> &'static str {
        self.0
    }
    fn doc(&self) -> &'static str {
        "A kind."
    }
    fn shape(&self) -> Shape {
        Shape::Record(&[BACKOFF])
    }
    fn keys(&self) -> &'static [Field] {
        self.1
    }
    fn decode(&self, _gate: &Node, _decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        None
    }
}

struct Two;

impl Registry for Two {
    fn kinds(&self) -> &[&'static dyn KindSpec] {
        &[&Spec("first", &[NESTED]), &Spec("second", &[NESTED, WORDS])]
    }
    fn pack(&self, _name: &str) -> Option<&'static str> {
        None
    }
    fn packs(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

fn page() -> String {
    super::reference(&Two)
}

#[test]
fn a_key_is_followed_by_the_keys_behind_it() {
    let rows = [
        "| **`first`** | map |  | A kind. |",
        "| `first.backoff` | duration | 0s | A pause. |",
        "| `nested` | text, or names and maps |  | Either \\| or. |",
        "| `nested.NAME.backoff` | duration | 0s | A pause. |",
    ];
    assert!(page().contains(&rows.join("\n")), "{}", page());
}

#[test]
fn what_an_earlier_kind_told_is_only_named() {
    let page = page();
    let second = page.split("### `second`").nth(1).unwrap();
    let second = second.split("\n## ").next().unwrap();
    assert!(second.contains("| `words` | `a`, `b`, or a list |  | Words. |"));
    assert!(second.contains("As with [`first`](#first): `nested`."));
    assert!(!second.contains("Either"));
}

#[test]
fn the_keys_of_the_file_of_gates_of_groups_and_of_packs_are_told() {
    let page = page();
    for row in [
        "| **`version`** | `1` |",
        "| `use.without` | text, or a list |",
        "| `retries.on_exit` | number, 0 to 255, or a list | any |",
        "| **`gates`** | gates |",
        "| `cases` | gates |",
    ] {
        assert!(page.contains(row), "{row} is not in\n{page}");
    }
}

#[test]
fn a_row_has_four_cells() {
    let page = page();
    let tables = page.split("| key | value | default | meaning |").skip(1);
    for row in tables.flat_map(|table| table.lines().skip(1).take_while(|line| !line.is_empty())) {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{row}");
    }
}
