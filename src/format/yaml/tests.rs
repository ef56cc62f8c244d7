//! What the YAML reader promises.

use proptest::prelude::*;

use super::*;

fn tree(text: &str) -> Node {
    let document = parse(0, text.as_bytes()).unwrap();
    assert_eq!(document.mistakes, []);
    document.root
}

/// The kinds of all mistakes with what is written at each place.
fn mistakes(text: &str) -> Vec<(YamlErrorKind, &str)> {
    let all = match parse(0, text.as_bytes()) {
        Ok(document) => document.mistakes,
        Err(errors) => errors,
    };
    all.into_iter()
        .map(|e| (e.kind, e.span.slice(text)))
        .collect()
}

#[test]
fn scalars_keep_their_source_text_and_style() {
    let root = tree("a: 1.20\nb: 0777\nc: 'x'\nd: ~\ne: |\n  two\n  lines\nf: !!str 12\n");
    assert_eq!(root.get("a").unwrap().scalar(), Some("1.20"));
    assert_eq!(root.get("b").unwrap().scalar(), Some("0777"));
    assert!(root.get("b").unwrap().is_plain());
    assert!(!root.get("c").unwrap().is_plain());
    assert_eq!(root.get("d").unwrap().value, Value::Null);
    assert_eq!(root.get("e").unwrap().scalar(), Some("two\nlines\n"));
    assert!(!root.get("f").unwrap().is_plain());
}

#[test]
fn spans_cover_what_is_written_also_behind_wide_characters() {
    let text = "\u{feff}ä: \"ö\"\nlist:\n  - x\n  - {y: z}\n\n# end\n";
    let root = tree(text);
    assert_eq!(root.get("ä").unwrap().span.slice(text), "\"ö\"");
    assert_eq!(root.entry("list").unwrap().key.span.slice(text), "list");
    let items = root.get("list").unwrap().items();
    assert_eq!(items[0].span.slice(text), "x");
    assert_eq!(items[1].span.slice(text), "{y: z}");
}

#[test]
fn every_duplicate_is_recorded_in_every_map() {
    let text = "a: 1\nb: {x: 1, x: 2, x: 3}\na: 2\n";
    let document = parse(0, text.as_bytes()).unwrap();
    let lines: Vec<_> = document
        .mistakes
        .iter()
        .map(|m| (m.span.slice(text), m.kind))
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(matches!(lines[2], ("a", YamlErrorKind::DuplicateKey { first }) if first.start == 0));
    assert_eq!(document.root.entries().len(), 3);
}

#[test]
fn merge_keys_fill_in_what_is_not_there() {
    let root =
        tree("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 0}\nd: {'<<': 1}\n");
    let c = root.get("c").unwrap();
    let written: Vec<_> = c
        .entries()
        .iter()
        .map(|e| (e.key.text.as_str(), e.value.scalar().unwrap()))
        .collect();
    assert_eq!(written, [("x", "0"), ("y", "2"), ("z", "4")]);
    assert!(root.get("d").unwrap().get("<<").is_some());
    assert_eq!(mistakes("a: {<<: 1}\n"), [(YamlErrorKind::Merge, "1")]);
}

#[test]
fn what_is_no_tree_has_a_name() {
    use YamlErrorKind as Kind;
    for (text, kind, at) in [
        ("", Kind::Empty, ""),
        ("# only a comment\n", Kind::Empty, ""),
        ("~\n", Kind::Empty, ""),
        ("a: 1\n---\nb: 1\n", Kind::SecondDocument, "---"),
        ("a: &a [*a]\n", Kind::AliasCycle, "*a"),
        ("a: ]\n", Kind::Syntax, "]"),
        ("a: {b: ${{ c }}}\n", Kind::BareTemplate, "${{ c }}"),
        ("a: [x, ${{ c }}]\n", Kind::BareTemplate, "${{ c }}"),
    ] {
        assert_eq!(mistakes(text), [(kind, at)], "{text}");
    }
}

#[test]
fn what_leaves_a_tree_is_recorded_and_read_on() {
    use YamlErrorKind as Kind;
    assert_eq!(
        mistakes("a: [*x]\nb: [**/*.rs]\n"),
        [(Kind::UnknownAlias, "*x"), (Kind::UnknownAlias, "**/*.rs")]
    );
    assert_eq!(
        mistakes("a: !x\nb: !y z\nc: !m {}\n"),
        [(Kind::Tag, "!x"), (Kind::Tag, "!y"), (Kind::Tag, "!m")]
    );
    assert_eq!(
        mistakes("a: {{ x }}\n").first().map(|m| m.0),
        Some(Kind::KeyNotText)
    );
}

#[test]
fn bytes_that_are_no_text_have_a_place() {
    let errors = parse(0, b"a: \xff\n").unwrap_err();
    assert_eq!(
        (errors[0].kind, errors[0].span.start),
        (YamlErrorKind::NotUtf8, 3)
    );
    let errors = parse(0, &vec![b'#'; limits::GATE_FILE_BYTES + 1]).unwrap_err();
    assert_eq!(errors[0].kind, YamlErrorKind::TooLong);
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "[".repeat(5000);
    assert_eq!(mistakes(&deep)[0].0, YamlErrorKind::TooDeep);
    let block: String = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert_eq!(mistakes(&block)[0].0, YamlErrorKind::TooDeep);
    let level = |n: usize| {
        format!(
            "l{n}: &l{n} [{}]\n",
            vec![format!("*l{}", n - 1); 10].join(",")
        )
    };
    let levels: String = (1..9).map(level).collect();
    assert_eq!(
        mistakes(&format!("l0: &l0 x\n{levels}"))[0].0,
        YamlErrorKind::TooManyNodes
    );
}

/// Scalars as text, so that only structure and texts are compared.
fn flat(value: &serde_yaml::Value) -> String {
    use serde_yaml::Value as Other;
    match value {
        Other::Null => "null".to_owned(),
        Other::Bool(b) => b.to_string(),
        Other::Number(n) => n.to_string(),
        Other::String(s) => s.clone(),
        Other::Sequence(items) => {
            format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(","))
        }
        Other::Mapping(map) => {
            format!(
                "{{{}}}",
                map.iter()
                    .map(|(k, v)| format!("{}={}", flat(k), flat(v)))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        }
        Other::Tagged(tagged) => format!("!{}", flat(&tagged.value)),
    }
}

fn ours(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        // What the other reader takes for a number it prints as one.
        Value::Scalar {
            text,
            style: Style::Plain,
        } => serde_yaml::from_str(text).map_or_else(|_| text.clone(), |value| flat(&value)),
        Value::Scalar { text, .. } => text.clone(),
        Value::Sequence(items) => {
            format!("[{}]", items.iter().map(ours).collect::<Vec<_>>().join(","))
        }
        Value::Mapping(entries) => {
            format!(
                "{{{}}}",
                entries
                    .iter()
                    .map(|e| format!("{}={}", e.key.text, ours(&e.value)))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        }
    }
}

#[test]
fn another_reader_sees_the_same_trees() {
    for text in [
        include_str!("../../spec/tests/whole.yml"),
        include_str!("../../../gates/docker.yml"),
        "a: >-\n  folded\n  text\n\n  more\nb: |+\n  kept\n\nc: \"\\u00e4\\n\"\nd: 'it''s'\ne: plain\n  goes on\n",
        "- a\n- - b\n  - c\n-\n- ? d\n  : e\n",
        "x: &x [1, two]\ny: *x\nz: {a: *x, b: }\n",
        "compose:\n  services: {db: {image: \"pg:16\", ports: [\"5432:5432\"], environment: [A=b, C]}}\n",
    ] {
        let other: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(ours(&tree(text)), flat(&other), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = parse(0, &bytes);
    }

    #[test]
    fn places_lie_in_the_text(text in "[ab:{}\\[\\],&*!|>'\"#?$ä \n\t<~-]{0,60}") {
        let all = match parse(0, text.as_bytes()) {
            Ok(document) => document.mistakes,
            Err(errors) => errors,
        };
        for mistake in all {
            prop_assert!(text.get(mistake.span.start as usize..mistake.span.end as usize).is_some());
        }
    }
}
