//! `redis.conf`: a directive and its arguments, a line each. Must not know what they are for.
//!
//! Directives are read without regard to capitals and come out small. Those that may come again and
//! add up (`save`) are lists; of all others the last one holds, as the server has it.

use super::settings::{self, Line, Names, Settings};
use super::yaml::{Key, Node, Span, Value};

/// Directives of which each line adds one.
const ADDING: &[&str] = &[
    "save",
    "loadmodule",
    "rename-command",
    "client-output-buffer-limit",
    "user",
];

/// Reads a file.
#[must_use]
pub fn parse(source: u32, text: &str) -> Settings {
    let mut out = Settings::empty();
    let mut names = Names::default();
    for line in settings::lines(text) {
        match directive(source, line) {
            Ok(None) => {}
            Ok(Some((key, _))) if key.text == "include" => out.includes.push(key.span),
            Ok(Some((key, value))) if ADDING.contains(&key.text.as_str()) => {
                add(&mut names, key, value);
            }
            Ok(Some((key, value))) => {
                if names.put(key.clone(), value) {
                    out.repeated.push(key);
                }
            }
            Err((span, why)) => out.error(span, why),
        }
    }
    out.with(source, text, names.done())
}

fn add(names: &mut Names, key: Key, value: Node) {
    match names.get_mut(&key.text) {
        Some(Node {
            value: Value::Sequence(items),
            ..
        }) => items.push(value),
        _ => {
            let list = Node {
                span: value.span,
                value: Value::Sequence(vec![value]),
            };
            names.put(key, list);
        }
    }
}

type Directive = Result<Option<(Key, Node)>, (Span, &'static str)>;

fn directive(source: u32, line: Line<'_>) -> Directive {
    let bare = line.text.trim();
    if bare.is_empty() || bare.starts_with('#') {
        return Ok(None);
    }
    let at = line.start + line.text.len() - line.text.trim_start().len();
    let whole = Span::new(source, at, at + bare.len());
    let end = bare.find(char::is_whitespace).unwrap_or(bare.len());
    let (name, rest) = bare.split_at(end);
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Err((whole, "a directive without an argument"));
    }
    let words = arguments(rest).ok_or((
        whole,
        "a quote that is not closed, or that something follows",
    ))?;
    let quoted = rest.starts_with(['"', '\'']);
    let from = at + bare.len() - rest.len();
    let key = Key {
        span: Span::new(source, at, at + end),
        text: name.to_ascii_lowercase(),
    };
    let span = Span::new(source, from, from + rest.len());
    Ok(Some((key, settings::scalar(span, words.join(" "), quoted))))
}

/// Arguments in quotes may hold blanks; in double ones a backslash stands for escapes as in C.
fn arguments(text: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, length) = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => quoted(rest, quote)?,
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (rest.get(..end)?.to_owned(), end)
            }
        };
        out.push(word);
        let behind = rest.get(length..)?;
        rest = behind.trim_start();
        if !rest.is_empty() && rest.len() == behind.len() {
            return None;
        }
    }
    Some(out)
}

fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Some((out, at + 1)),
            '\\' => match (quote, chars.next()?.1) {
                ('"', 'n') => out.push('\n'),
                ('"', 't') => out.push('\t'),
                ('"', 'r') => out.push('\r'),
                ('"', other) | ('\'', other @ '\'') => out.push(other),
                (_, other) => out.extend(['\\', other]),
            },
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_directive_has_arguments() {
        let text = "# c\nMaxMemory 256mb\nbind 127.0.0.1 ::1\nrequirepass \"a b\\\"\"\n";
        let root = parse(0, text).root;
        let get = |name| root.get(name).and_then(Node::scalar);
        assert_eq!(get("maxmemory"), Some("256mb"));
        assert_eq!(get("bind"), Some("127.0.0.1 ::1"));
        assert_eq!(get("requirepass"), Some("a b\""));
        let memory = root.entry("maxmemory").unwrap();
        assert_eq!(
            (memory.key.span.slice(text), memory.value.span.slice(text)),
            ("MaxMemory", "256mb")
        );
    }

    #[test]
    fn some_directives_add_up_and_of_others_the_last_one_holds() {
        let out = parse(
            0,
            "save 900 1\nsave 300 10\ndatabases 16\ndatabases 1\ninclude /x\n",
        );
        let items = |name| out.root.get(name).map(|node| node.items().len());
        assert_eq!((items("save"), items("databases")), (Some(2), Some(1)));
        assert_eq!(out.root.get("databases").and_then(Node::scalar), Some("1"));
        assert_eq!((out.repeated.len(), out.includes.len()), (1, 1));
    }

    #[test]
    fn lines_that_the_server_would_refuse_are_mistakes() {
        for text in ["appendonly\n", "a \"x\n", "a \"x\"y\n", "a 'x\\'\n"] {
            assert_eq!(parse(0, text).errors.len(), 1, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn total(text in "[a-cé\"'\\\\# \r\n\t0-9]{0,60}") {
            let out = parse(0, &text);
            for entry in out.root.entries() {
                prop_assert!(!entry.key.span.slice(&text).is_empty());
            }
        }
    }
}
