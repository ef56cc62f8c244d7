//! TOML, as the same kind of tree as YAML: for values that a gate file takes out of `Cargo.toml` or
//! `pyproject.toml`. Without positions; must not know what the values are for.

use toml::de::{DeTable, DeValue};

use super::yaml::{Entry, Key, Node, Span, Style, Value};

/// Reads a document. Numbers keep their source text (`1.10`).
///
/// # Errors
/// What the parser says, one line.
pub fn tree(text: &str) -> Result<Node, String> {
    let table = DeTable::parse(text).map_err(|error| error.message().to_owned())?;
    Ok(node(&DeValue::Table(table.into_inner())))
}

fn node(value: &DeValue<'_>) -> Node {
    let plain = |text: &str| Value::Scalar {
        text: text.to_owned(),
        style: Style::Plain,
    };
    let value = match value {
        DeValue::String(text) => Value::Scalar {
            text: text.to_string(),
            style: Style::Quoted,
        },
        DeValue::Integer(number) => plain(number.as_str()),
        DeValue::Float(number) => plain(number.as_str()),
        DeValue::Boolean(boolean) => plain(if *boolean { "true" } else { "false" }),
        DeValue::Datetime(time) => plain(&time.to_string()),
        DeValue::Array(items) => {
            Value::Sequence(items.iter().map(|item| node(item.get_ref())).collect())
        }
        DeValue::Table(table) => Value::Mapping(
            table
                .iter()
                .map(|(key, value)| entry(key.get_ref(), value.get_ref()))
                .collect(),
        ),
    };
    Node {
        span: Span::default(),
        value,
    }
}

fn entry(key: &str, value: &DeValue<'_>) -> Entry {
    Entry {
        key: Key {
            span: Span::default(),
            text: key.to_owned(),
        },
        value: node(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cargo_version_is_found() {
        let root = tree("[package]\nversion = \"0.1.0\"\nyear = 2026\nprice = 1.10\n").unwrap();
        let package = root.get("package").unwrap();
        assert_eq!(package.get("version").unwrap().scalar(), Some("0.1.0"));
        assert_eq!(package.get("year").unwrap().scalar(), Some("2026"));
        assert_eq!(package.get("price").unwrap().scalar(), Some("1.10"));
        assert!(tree("[package\n").is_err());
    }
}
