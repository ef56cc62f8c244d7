//! TOML, as the same kind of tree as YAML, every key and value with its place: for values that a
//! gate file takes out of `Cargo.toml` or asks for in `fly.toml`. Must not know what the values are
//! for.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::yaml::{Entry, Key, Node, Span, Style, Value};

/// Why a text is no TOML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TomlError {
    /// Where.
    pub span: Span,
    /// What the parser says, one line.
    pub message: String,
}

/// Reads a document. Numbers keep their source text (`1.10`), but for those that are written in
/// another base than ten.
///
/// # Errors
/// The first mistake.
pub fn tree(source: u32, text: &str) -> Result<Node, TomlError> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        TomlError {
            span: Span::new(source, at.start, at.end),
            message: error.message().lines().collect::<Vec<_>>().join(", "),
        }
    })?;
    let whole = Span::new(source, 0, text.len());
    Ok(Node {
        span: whole,
        value: mapping(source, table.get_ref()),
    })
}

fn node(source: u32, value: &Spanned<DeValue<'_>>) -> Node {
    let plain = |text: &str| Value::Scalar {
        text: text.to_owned(),
        style: Style::Plain,
    };
    let at = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Scalar {
            text: text.to_string(),
            style: Style::Quoted,
        },
        DeValue::Integer(number) => plain(&decimal(number)),
        DeValue::Float(number) => plain(number.as_str()),
        DeValue::Boolean(boolean) => plain(if *boolean { "true" } else { "false" }),
        DeValue::Datetime(time) => plain(&time.to_string()),
        DeValue::Array(items) => {
            Value::Sequence(items.iter().map(|item| node(source, item)).collect())
        }
        DeValue::Table(table) => mapping(source, table),
    };
    Node {
        span: Span::new(source, at.start, at.end),
        value,
    }
}

/// `0xff` is 255 to whoever compares it.
fn decimal(number: &DeInteger<'_>) -> String {
    let text = number.as_str();
    if number.radix() == 10 {
        return text.to_owned();
    }
    match i128::from_str_radix(text, number.radix()) {
        Ok(number) => number.to_string(),
        Err(_) => text.to_owned(),
    }
}

fn mapping(source: u32, table: &DeTable<'_>) -> Value {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let at = key.span();
        let text: &toml::de::DeString<'_> = key.get_ref();
        Entry {
            key: Key {
                span: Span::new(source, at.start, at.end),
                text: text.to_string(),
            },
            value: node(source, value),
        }
    };
    Value::Mapping(table.iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cargo_version_is_found() {
        let text = "[package]\nversion = \"0.1.0\"\nyear = 2026\nprice = 1.10\nmask = 0xff\n";
        let root = tree(0, text).unwrap();
        let package = root.get("package").unwrap();
        assert_eq!(package.get("version").unwrap().scalar(), Some("0.1.0"));
        assert_eq!(package.get("year").unwrap().scalar(), Some("2026"));
        assert_eq!(package.get("price").unwrap().scalar(), Some("1.10"));
        assert_eq!(package.get("mask").unwrap().scalar(), Some("255"));
        assert!(tree(0, "[package\n").is_err());
    }

    #[test]
    fn keys_and_values_have_their_place() {
        let text = "[a]\nb.c = [1, 'x']\n";
        let root = tree(3, text).unwrap();
        let b = root.get("a").and_then(|a| a.get("b")).unwrap();
        let c = b.entry("c").unwrap();
        assert_eq!((c.key.span.source, c.key.span.slice(text)), (3, "c"));
        assert_eq!(c.value.span.slice(text), "[1, 'x']");
        assert_eq!(c.value.items()[1].span.slice(text), "'x'");
        let error = tree(0, "a = 1\na = 2\n").unwrap_err();
        assert_eq!(error.span.start, 6, "{error:?}");
    }

    proptest! {
        #[test]
        fn total(text in "[\\[\\]a-c.= \n\"'0-9x{},#-]{0,60}") {
            let _ = tree(0, &text);
        }
    }
}
