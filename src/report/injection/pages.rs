//! Pages for people: HTML by a tokenizer of the standard's own rules, Markdown by CommonMark's.

use std::collections::BTreeSet;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use pulldown_cmark::{Event as Piece, Options as Extensions, Parser, Tag};

use super::{Told, steers};

/// Attributes whose values a browser follows.
const FOLLOWED: [&str; 7] = [
    "href",
    "src",
    "action",
    "formaction",
    "srcdoc",
    "data",
    "style",
];

/// The kinds of elements with their attributes: how many there are is up to lines and colours.
pub(super) fn html(bytes: &[u8]) -> Told {
    let page = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(!page.contains(steers), "{page:?}");
    let mut emitter = DefaultEmitter::default();
    // What stands in a script or a style is no markup.
    emitter.naively_switch_states(true);
    let mut effects = BTreeSet::new();
    let mut said = Vec::new();
    // Of the script that is being read: its place in the page, or none.
    let mut script: Option<String> = None;
    let mut running = 0;
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.expect("a string is read to its end") {
            Token::StartTag(tag) => {
                let name = utf8(&tag.name);
                effects.insert(element(&tag));
                said.extend(tag.attributes.values().map(|value| utf8(value)));
                if name == "script" {
                    let is_text = tag.attributes.contains_key(&b"type"[..]);
                    running += usize::from(!is_text);
                    let id = tag.attributes.get(&b"id"[..]);
                    script = Some(id.map(|id| utf8(id)).unwrap_or_default());
                }
            }
            Token::EndTag(tag) => {
                if utf8(&tag.name) == "script" {
                    script = None;
                }
            }
            Token::String(text) => match &script {
                Some(id) if !id.is_empty() => said.extend(unpacked(id, &utf8(&text))),
                Some(_) => {}
                None => said.push(utf8(&text)),
            },
            Token::Comment(text) => panic!("a comment: {}", utf8(&text)),
            Token::Doctype(kind) => assert_eq!(utf8(&kind.name), "html"),
            Token::Error(error) => panic!("not well-formed: {error:?}"),
        }
    }
    assert!(running <= 1, "{running} scripts run");
    let mut effects: Vec<String> = effects.into_iter().collect();
    // A style of the log's own, whatever colours it had.
    effects.retain(|one| one != "span class=");
    Told { effects, said }
}

/// The element with its attributes, and with the values that decide what they do.
fn element(tag: &StartTag<()>) -> String {
    let mut text = utf8(&tag.name);
    for (key, value) in &tag.attributes {
        let (key, value) = (utf8(key), utf8(value));
        assert!(!key.starts_with("on"), "{text} {key}={value}");
        if FOLLOWED.contains(&key.as_str()) {
            assert!(value.starts_with('#'), "{text} {key}={value}");
        }
        text.push_str(&format!(" {key}="));
        if matches!(key.as_str(), "type" | "http-equiv" | "rel" | "name") {
            text.push_str(&value);
        }
    }
    text
}

/// The lines of a packed log, or the texts of packed cases.
fn unpacked(id: &str, packed: &str) -> Vec<String> {
    let bytes = STANDARD.decode(packed).expect("base64");
    let mut text = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .expect("gzip");
    if id.starts_with("cases-") {
        let rows: Vec<Vec<serde_json::Value>> = serde_json::from_str(&text).expect("JSON");
        let texts = rows.iter().flatten().filter_map(serde_json::Value::as_str);
        return texts.map(str::to_owned).collect();
    }
    let lines = text.lines().map(|line| {
        // Escapes stand in pairs, the words of a style between them.
        let parts: Vec<&str> = line.split('\u{1b}').collect();
        assert!(parts.len() % 2 == 1, "{line:?}");
        let words = parts.iter().skip(1).step_by(2);
        words.for_each(|word| {
            let known = |c: char| c.is_ascii_alphanumeric() || " #".contains(c);
            assert!(word.chars().all(known), "{line:?}");
        });
        let text: String = parts.iter().step_by(2).copied().collect();
        assert!(!text.contains(steers), "{line:?}");
        text
    });
    lines.collect()
}

/// The kinds of blocks, spans and tags; text from outside stands in code only.
pub(super) fn markdown(bytes: &[u8]) -> Told {
    let page = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(!page.contains(steers), "{page:?}");
    let mut effects = BTreeSet::new();
    let mut said = vec![String::new()];
    let mut code = 0_usize;
    let mut headings = 0;
    for piece in Parser::new_ext(page, Extensions::all()) {
        match piece {
            Piece::Start(Tag::CodeBlock(_)) => code += 1,
            Piece::End(pulldown_cmark::TagEnd::CodeBlock) => code -= 1,
            Piece::Start(tag) => {
                headings += usize::from(matches!(tag, Tag::Heading { .. }));
                let kind = format!("{tag:?}");
                let kind = kind.split([' ', '(', '{']).next().unwrap_or_default();
                effects.insert(kind.to_owned());
            }
            Piece::End(_) => said.push(String::new()),
            Piece::Html(html) | Piece::InlineHtml(html) => {
                code = tags(&html, code, &mut effects, &mut said);
            }
            Piece::Text(text) => {
                // GitHub makes links of addresses, names and numbers, but not in code.
                let linked = ["@", "#", "www.", "http", "FORGED"];
                let links = linked.iter().any(|mark| text.contains(mark));
                assert!(code > 0 || !links, "{text} in {page}");
                said.iter_mut().last().expect("one").push_str(&text);
            }
            Piece::SoftBreak => said.push(String::new()),
            other => {
                effects.insert(format!("{other:?}"));
            }
        }
    }
    assert_eq!((headings, code), (1, 0), "{page}");
    let effects = effects.into_iter().collect();
    Told { effects, said }
}

/// Takes in the tags of a piece of HTML; how deep in code one is behind it.
fn tags(html: &str, code: usize, effects: &mut BTreeSet<String>, said: &mut Vec<String>) -> usize {
    let mut depth = code;
    for token in Tokenizer::new(html) {
        match token.expect("a string is read to its end") {
            Token::StartTag(tag) => {
                depth += usize::from(utf8(&tag.name) == "code");
                effects.insert(element(&tag));
                said.push(String::new());
            }
            Token::EndTag(tag) => depth -= usize::from(utf8(&tag.name) == "code"),
            Token::String(text) => said.push(utf8(&text)),
            other => panic!("{other:?} in {html}"),
        }
    }
    depth
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
