//! JSON, as the same kind of tree as YAML, every key and value with its place. Must not know what
//! the values are for.
//!
//! The check is JSON's; the tree is YAML's, of which JSON is a part.

use super::yaml::{self, Document, Span};

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// Where.
    pub span: Span,
    /// What the parser says, one line.
    pub message: String,
}

/// Reads a document. Numbers keep their source text. Keys that are there twice are among the
/// document's mistakes.
///
/// # Errors
/// The first mistake.
pub fn parse(source: u32, text: &str) -> Result<Document, JsonError> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
        let at = offset(text, error.line(), error.column());
        JsonError {
            span: Span::new(source, at, at),
            message: error.to_string(),
        }
    })?;
    // A tab is blank space to JSON and a mistake to YAML; inside of a text JSON has none.
    let text = text.replace('\t', " ");
    yaml::parse(source, text.as_bytes()).map_err(|mistakes| {
        let first = mistakes.into_iter().next();
        let (span, message) = first.map_or_else(
            || (Span::default(), "it cannot be read".to_owned()),
            |mistake| (mistake.span, mistake.message),
        );
        JsonError { span, message }
    })
}

/// The offset of a line and a column in bytes, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_and_values_have_their_place() {
        let text = "{\n\t\"a\": {\"b\": 1.10}\n}\n";
        let root = parse(2, text).unwrap().root;
        let b = root.get("a").and_then(|a| a.entry("b")).unwrap();
        assert_eq!((b.key.span.source, b.value.span.slice(text)), (2, "1.10"));
    }

    #[test]
    fn what_is_only_yaml_is_refused_with_its_place() {
        let text = "{\n  a: 1\n}\n";
        let error = parse(0, text).unwrap_err();
        assert_eq!(
            text.get(error.span.start as usize..).map(|t| &t[..1]),
            Some("a")
        );
        assert!(parse(0, "").is_err());
        assert!(parse(0, "{} {}").is_err());
        assert_eq!(parse(0, "{\"a\": 1, \"a\": 2}").unwrap().mistakes.len(), 1);
    }

    proptest! {
        #[test]
        fn total(text in "[\\[\\]{}a-cé:, \n\t\"0-9.eE\\\\-]{0,60}") {
            let _ = parse(0, &text);
        }
    }
}
