//! Whether a value is what was asked for. Pure words about two values; must not know files.

use std::cmp::Ordering;

use super::demand::{Bound, Test, Wanted};
use super::document::Format;
use super::quantity::{Of, Quantity, Unlike};
use crate::format::yaml::{Node, Style, Value};

/// What a test comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Holds,
    /// What would have been right, as it follows on "is 3000, ".
    Wrong(String),
    /// Why it cannot be said.
    Unclear(String),
}

/// A value against a test. `SameAs` is not for here: it needs the other file.
pub(super) fn hold(test: &Test, node: &Node, format: Format) -> Outcome {
    let wrong = |holds: bool, told: &dyn Fn() -> String| match holds {
        true => Outcome::Holds,
        false => Outcome::Wrong(told()),
    };
    match test {
        Test::Equals(wanted) => wrong(equal(wanted, node, format), &|| {
            format!("not {}", written(wanted))
        }),
        Test::OneOf(list) => wrong(list.iter().any(|one| equal(one, node, format)), &|| {
            let all: Vec<String> = list.iter().map(written).collect();
            format!("not one of {}", all.join(", "))
        }),
        Test::Matches(regex) => {
            let holds = node
                .scalar()
                .is_some_and(|text| regex.is_match(text.as_bytes()));
            wrong(holds, &|| format!("which does not match /{regex}/"))
        }
        Test::Min(bound) => bounded(bound, node, format, (Ordering::Less, "less")),
        Test::Max(bound) => bounded(bound, node, format, (Ordering::Greater, "more")),
        Test::SameAs(..) => Outcome::Unclear("has nothing to be compared with".to_owned()),
    }
}

fn bounded(bound: &Bound, node: &Node, format: Format, (never, word): (Ordering, &str)) -> Outcome {
    let units = format.units();
    let text = node.scalar().unwrap_or_default();
    let Some(have) = Quantity::parse(units, text) else {
        return Outcome::Wrong(format!(
            "which is no number to be compared with {}",
            bound.text
        ));
    };
    match have.compare(bound.quantity, units) {
        Ok(order) if order == never => Outcome::Wrong(format!("{word} than {}", bound.text)),
        Ok(_) => Outcome::Holds,
        Err(Unlike::OtherThings) => {
            Outcome::Wrong(format!("which is something else than {}", bound.text))
        }
        Err(Unlike::NoUnit) => {
            let bare = if have.of == Of::Nothing {
                "it"
            } else {
                "the limit"
            };
            let why = format!(
                "cannot be compared with {}: {bare} has no unit, and what it counts is not written there",
                bound.text
            );
            Outcome::Unclear(why)
        }
    }
}

/// A value for people; in a file that has both, whether it is a text.
pub(super) fn shown(node: &Node, format: Format) -> String {
    match &node.value {
        Value::Scalar { style, .. } if format.is_typed() && *style != Style::Plain => {
            format!("the text {}", node.what())
        }
        _ => node.what(),
    }
}

fn written(wanted: &Wanted) -> String {
    match wanted.plain {
        true => format!("`{}`", wanted.text),
        false => format!("the text `{}`", wanted.text),
    }
}

/// Whether a value is the one that the gate file writes.
fn equal(wanted: &Wanted, node: &Node, format: Format) -> bool {
    let (text, style) = match &node.value {
        Value::Scalar { text, style } => (text.as_str(), *style),
        Value::Null => return wanted.plain && matches!(wanted.text.as_str(), "null" | "~"),
        _ => return false,
    };
    if format.is_typed() {
        let have = kind(text, style == Style::Plain);
        return have == kind(&wanted.text, wanted.plain);
    }
    if wanted.text == text {
        return true;
    }
    let meant = |text| Quantity::parse(format.units(), text);
    let same = || {
        let (have, want) = meant(text).zip(meant(&wanted.text))?;
        (have.of == want.of && have == want).then_some(())
    };
    wanted.plain
        && (same().is_some()
            || truth(&wanted.text).is_some_and(|yes| truth_loosely(text) == Some(yes)))
}

#[derive(PartialEq)]
enum Typed<'t> {
    Whole(i128),
    Number(f64),
    Truth(bool),
    Text(&'t str),
}

fn kind(text: &str, plain: bool) -> Typed<'_> {
    if !plain {
        return Typed::Text(text);
    }
    if let Some(truth) = truth(text) {
        return Typed::Truth(truth);
    }
    let radix = |prefix, radix| {
        let digits = text.strip_prefix(prefix)?;
        i128::from_str_radix(digits, radix).ok()
    };
    if let Some(number) = text.parse().ok().or(radix("0x", 16)).or(radix("0o", 8)) {
        return Typed::Whole(number);
    }
    let is_number = text.contains(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    match text.parse::<f64>() {
        Ok(number) if is_number && number.fract() == 0.0 && number.abs() < 1e15 => {
            Typed::Whole(number as i128)
        }
        Ok(number) if is_number => Typed::Number(number),
        _ => Typed::Text(text),
    }
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// As programs read their settings files.
fn truth_loosely(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Whether two files say the same: lists and maps whole, and a scalar by its text or its number, as
/// one of the files may have nothing but texts.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Scalar { text: a, .. }, Value::Scalar { text: b, .. }) => {
            a == b
                || matches!((kind(a, true), kind(b, true)), (Typed::Whole(a), Typed::Whole(b)) if a == b)
        }
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Mapping(a), Value::Mapping(_)) => {
            a.len() == b.entries().len()
                && a.iter().all(|entry| {
                    let other = b.get(&entry.key.text);
                    other.is_some_and(|other| same(&entry.value, other))
                })
        }
        _ => false,
    }
}
