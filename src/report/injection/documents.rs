//! Documents for programs: JSON, XML, SARIF, Prometheus's text, OTLP, the outputs of a step.

use std::collections::BTreeMap;

use prost::Message as _;
use roxmltree::{Document, Node};
use serde_json::Value;

use super::{Told, steers};
use crate::event::wire;
use crate::report::traces::wire::{self as otlp_wire, KeyValue, Request};

/// Lines of JSON, each an event; also shown in a terminal they steer nothing.
pub(super) fn json_lines(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let text = utf8(bytes);
    assert!(!text.contains(steers), "{text:?}");
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).expect(line);
        if value["event"] != "not_finished" {
            wire::from_line(line).expect(line);
        }
        told.effects.push(value["event"].to_string());
        walk(&value, "", &mut told);
    }
    told
}

/// One JSON document.
pub(super) fn json(bytes: &[u8]) -> Told {
    let text = utf8(bytes);
    assert!(!text.contains(steers), "{text:?}");
    let mut told = Told::default();
    walk(&serde_json::from_str(text).expect(text), "", &mut told);
    told
}

/// The ways to all values are what takes effect, the values are said.
fn walk(value: &Value, way: &str, told: &mut Told) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                walk(value, &format!("{way}.{key}"), told);
            }
        }
        Value::Array(list) => {
            for value in list {
                walk(value, &format!("{way}[]"), told);
            }
        }
        Value::String(text) => {
            told.effects.push(way.to_owned());
            told.said.push(text.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => told.effects.push(way.to_owned()),
    }
}

/// SARIF: besides, no address that is none, no link in a message, no level that a text chose.
pub(super) fn sarif(bytes: &[u8]) -> Told {
    let told = json(bytes);
    let log: Value = serde_json::from_str(utf8(bytes)).expect("JSON");
    check_sarif(&log);
    told
}

fn check_sarif(value: &Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("uri" | "repositoryUri", Value::String(text)) => {
                        let known = |c: char| c.is_ascii_alphanumeric() || "-._~/%:@".contains(c);
                        assert!(text.chars().all(known), "{text}");
                        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
                        assert!(scheme.is_empty() || key == "repositoryUri", "{text}");
                        assert!(!scheme.eq_ignore_ascii_case("javascript"), "{text}");
                    }
                    ("text", Value::String(text)) => assert!(!links(text), "{text}"),
                    _ => check_sarif(value),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(check_sarif),
        _ => {}
    }
}

/// `[text](address)` with brackets that no backslash takes the meaning from (SARIF 3.11.6).
fn links(text: &str) -> bool {
    text.match_indices("](").any(|(at, _)| {
        let slashes = text[..at].chars().rev().take_while(|c| *c == '\\');
        slashes.count() % 2 == 0
    })
}

/// The elements with their attributes, in their order.
pub(super) fn xml(bytes: &[u8]) -> Told {
    let text = utf8(bytes);
    assert!(
        !text.contains("<!"),
        "a document type, a comment or CDATA: {text}"
    );
    assert_eq!(text.matches("<?").count(), 1, "{text}");
    let document = Document::parse(text).expect(text);
    let mut told = Told::default();
    for node in document.descendants() {
        if node.is_element() {
            let mut keys: Vec<&str> = node.attributes().map(|one| one.name()).collect();
            keys.sort_unstable();
            let tag = node.tag_name().name();
            told.effects.push(format!("{tag} {}", keys.join(" ")));
            told.said
                .extend(node.attributes().map(|one| one.value().to_owned()));
        } else {
            assert!(node.is_text() || node.is_root() || Node::is_pi(&node));
            told.said.extend(node.text().map(str::to_owned));
        }
    }
    // Line breaks survive in an attribute only as references.
    assert!(
        !text
            .chars()
            .any(|c| steers(c) || matches!(c, '\u{fffe}' | '\u{ffff}'))
    );
    told
}

/// Prometheus's text format 0.0.4: `name{key="value",…} number`, comments, nothing else.
pub(super) fn prometheus(bytes: &[u8]) -> Told {
    let text = utf8(bytes);
    assert!(!text.contains(steers), "{text:?}");
    let mut told = Told::default();
    for line in text.lines() {
        if line.starts_with("# ") {
            told.effects.push(line.to_owned());
            continue;
        }
        let (name, rest) = line.split_once('{').expect(line);
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{line}"
        );
        let (labels, value) = labels(rest);
        assert!(value.parse::<f64>().is_ok(), "{line}");
        told.effects
            .push(format!("{name} {:?} {value}", labels.keys()));
        told.said.extend(labels.into_values());
    }
    told
}

/// The labels up to their brace, and the value behind it.
fn labels(mut rest: &str) -> (BTreeMap<&str, String>, &str) {
    let mut labels = BTreeMap::new();
    loop {
        let (key, value) = rest.split_once("=\"").expect(rest);
        let mut text = String::new();
        let mut chars = value.char_indices();
        let end = loop {
            match chars.next().expect("the label ends") {
                (at, '"') => break at,
                (_, '\\') => match chars.next().expect("something behind a backslash").1 {
                    'n' => text.push('\n'),
                    c @ ('\\' | '"') => text.push(c),
                    c => panic!("\\{c} is no escape: {rest}"),
                },
                (_, c) => text.push(c),
            }
        };
        assert!(labels.insert(key, text).is_none(), "{key} twice: {rest}");
        rest = &value[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (labels, rest.strip_prefix("} ").expect(rest)),
        }
    }
}

/// The spans and their attributes.
pub(super) fn otlp(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let request = Request::decode(bytes).expect("protobuf");
    for resource in &request.resource_spans {
        let of = resource.resource.iter().flat_map(|of| &of.attributes);
        of.for_each(|pair| attribute("resource", pair, &mut told));
        for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
            told.effects
                .push(format!("span {} {}", span.kind, span.span_id.len()));
            told.said.push(span.name.clone());
            told.said
                .extend(span.status.iter().map(|status| status.message.clone()));
            span.attributes
                .iter()
                .for_each(|pair| attribute("span", pair, &mut told));
        }
    }
    for said in &told.said {
        assert!(!said.contains(steers), "{said:?}");
    }
    told
}

fn attribute(of: &str, pair: &KeyValue, told: &mut Told) {
    told.effects.push(format!("{of} {}", pair.key));
    let value = pair.value.as_ref().and_then(|value| value.value.as_ref());
    if let Some(otlp_wire::Value::Text(text)) = value {
        told.said.push(text.clone());
    }
}

/// `key=value` lines; of all texts only letters, digits and `-` come into these.
pub(super) fn outputs(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    for line in utf8(bytes).lines() {
        let (key, value) = line.split_once('=').expect(line);
        assert!(
            value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
            "{line}"
        );
        told.effects.push(key.to_owned());
    }
    told
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
