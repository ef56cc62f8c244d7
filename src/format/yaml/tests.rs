//! What the YAML reader promises.

use super::*;

fn tree(text: &str) -> Node {
    parse(0, text.as_bytes()).unwrap().root
}

#[test]
fn scalars_keep_their_source_text() {
    let root = tree("a: 1.20\nb: 0777\nc: 'x'\nd: ~\n");
    assert_eq!(root.get("a").unwrap().scalar(), Some("1.20"));
    assert_eq!(root.get("b").unwrap().scalar(), Some("0777"));
    assert!(!root.get("c").unwrap().is_plain());
    assert_eq!(root.get("d").unwrap().value, Value::Null);
}
