//! `${…}` in a compose file or an `.env`: every form that compose knows, and what is wrong with it.
//!
//! `$NAME`, `${NAME}`, `:-` `-` (default), `:?` `?` (required), `:+` `+` (instead), nested, `$$`.
//! Compose takes an unset variable for an empty text and warns; here that is a fault. Must not know
//! where values come from.

use std::ops::Range;

use crate::model::limits;

/// Where a variable's value comes from.
pub type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// A text with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expanded {
    /// The text; where a fault is, nothing was filled in.
    pub text: String,
    /// What is wrong, in order.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub kind: FaultKind,
    /// Where, in bytes of the text that was handed in.
    pub at: Range<usize>,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A variable without a value and without a default.
    Unset(String),
    /// `${NAME:?message}` on a variable that is unset (`?`) or unset or empty (`:?`).
    Required {
        /// The variable.
        name: String,
        /// What its author says.
        message: String,
    },
    /// No form of a variable.
    Syntax(&'static str),
    /// Variables in defaults of variables, deeper than [`limits::VARIABLE_DEPTH`].
    TooDeep,
    /// The text would get longer than [`limits::EXPANDED_BYTES`].
    TooLong,
}

/// Fills in the variables of a text.
#[must_use]
pub fn expand(text: &str, lookup: Lookup<'_>) -> Expanded {
    let mut reader = Reader {
        text,
        at: 0,
        lookup,
        faults: Vec::new(),
    };
    let text = reader.part(0, true);
    Expanded {
        text,
        faults: reader.faults,
    }
}

struct Reader<'r> {
    text: &'r str,
    at: usize,
    lookup: Lookup<'r>,
    faults: Vec<Fault>,
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Default,
    Required,
    Instead,
}

impl<'r> Reader<'r> {
    fn rest(&self) -> &'r str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&mut self, kind: FaultKind, from: usize) {
        let at = from..self.at.max(from);
        self.faults.push(Fault { kind, at });
    }

    /// Reads to the end, or in a default to its `}`, which is left. What is not `live` is read but
    /// not filled in: the default of a variable that has a value.
    fn part(&mut self, depth: usize, live: bool) -> String {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let stop = |c: char| c == '$' || (depth > 0 && c == '}');
            let plain = rest.find(stop).unwrap_or(rest.len());
            self.push(&mut out, rest.get(..plain).unwrap_or_default());
            self.at += plain;
            let rest = self.rest();
            if !rest.starts_with('$') {
                return out;
            }
            if rest.starts_with("$$") {
                self.at += 2;
                out.push('$');
                continue;
            }
            let value = self.variable(depth, live);
            if live {
                self.push(&mut out, &value);
            }
        }
    }

    fn push(&mut self, out: &mut String, text: &str) {
        if out.len() + text.len() <= limits::EXPANDED_BYTES {
            out.push_str(text);
            return;
        }
        let said = |fault: &Fault| fault.kind == FaultKind::TooLong;
        if !self.faults.iter().any(said) {
            self.fault(FaultKind::TooLong, 0);
        }
    }

    /// At a `$` that is no `$$`.
    fn variable(&mut self, depth: usize, live: bool) -> String {
        let from = self.at;
        self.at += 1;
        let braced = self.rest().starts_with('{');
        self.at += usize::from(braced);
        let name = name_at(self.rest());
        self.at += name.len();
        if name.is_empty() {
            return self.no_name(from, braced);
        }
        if braced {
            return self.braced(name, from, (depth, live));
        }
        self.value(name, from, live)
    }

    fn no_name(&mut self, from: usize, braced: bool) -> String {
        if braced {
            let rest = self.rest();
            self.at += rest.find('}').map_or(rest.len(), |end| end + 1);
            let why = "between `${` and `}` a name is expected: letters, digits and `_`";
            self.fault(FaultKind::Syntax(why), from);
        } else {
            let why = "`$` starts a variable: for the character itself write `$$`";
            self.fault(FaultKind::Syntax(why), from);
        }
        String::new()
    }

    fn value(&mut self, name: &str, from: usize, live: bool) -> String {
        if !live {
            return String::new();
        }
        let value = (self.lookup)(name);
        if value.is_none() {
            self.fault(FaultKind::Unset(name.to_owned()), from);
        }
        value.unwrap_or_default()
    }

    /// Behind `${NAME`.
    fn braced(&mut self, name: &str, from: usize, (depth, live): (usize, bool)) -> String {
        if self.rest().starts_with('}') {
            self.at += 1;
            return self.value(name, from, live);
        }
        let rest = self.rest();
        let colon = rest.starts_with(':');
        let operator = match rest
            .get(usize::from(colon)..)
            .and_then(|r| r.chars().next())
        {
            Some('-') => Operator::Default,
            Some('?') => Operator::Required,
            Some('+') => Operator::Instead,
            _ => return self.no_operator(from),
        };
        self.at += usize::from(colon) + 1;
        if depth >= limits::VARIABLE_DEPTH {
            self.at = self.text.len();
            self.fault(FaultKind::TooDeep, from);
            return String::new();
        }
        let value = (self.lookup)(name);
        let given = value.as_deref().is_some_and(|v| !(colon && v.is_empty()));
        let wanted = given == (operator == Operator::Instead);
        let argument = self.part(depth + 1, live && wanted);
        if !self.rest().starts_with('}') {
            self.fault(
                FaultKind::Syntax("this `${` is never closed by a `}`"),
                from,
            );
            return String::new();
        }
        self.at += 1;
        match operator {
            Operator::Default | Operator::Instead if wanted => argument,
            Operator::Instead => String::new(),
            Operator::Required if wanted => {
                if live {
                    let (name, message) = (name.to_owned(), argument);
                    self.fault(FaultKind::Required { name, message }, from);
                }
                String::new()
            }
            Operator::Default | Operator::Required => value.unwrap_or_default(),
        }
    }

    fn no_operator(&mut self, from: usize) -> String {
        let rest = self.rest();
        let Some(end) = rest.find('}') else {
            self.at = self.text.len();
            self.fault(
                FaultKind::Syntax("this `${` is never closed by a `}`"),
                from,
            );
            return String::new();
        };
        self.at += end + 1;
        let why = "behind the name only `:-`, `-`, `:?`, `?`, `:+` or `+` can follow";
        self.fault(FaultKind::Syntax(why), from);
        String::new()
    }
}

fn name_at(text: &str) -> &str {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !text.starts_with(letter) {
        return "";
    }
    let end = text.find(|c: char| !(letter(c) || c.is_ascii_digit()));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{FaultKind, expand};
    use proptest::prelude::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "A" => Some("a".to_owned()),
            "EMPTY" => Some(String::new()),
            "BIG" => Some("x".repeat(1 << 19)),
            _ => None,
        }
    }

    fn good(text: &str) -> String {
        let out = expand(text, &lookup);
        assert_eq!(out.faults, [], "{text}");
        out.text
    }

    #[test]
    fn every_form_is_filled_in() {
        for (text, expected) in [
            ("plain", "plain"),
            ("$A-${A}!", "a-a!"),
            ("$$A $${A}", "$A ${A}"),
            ("${EMPTY}|${EMPTY-d}|${EMPTY:-d}", "||d"),
            ("${X-d}|${X:-d}|${X-}", "d|d|"),
            ("${A-d}|${A:-d}|${A:?no}|${A?no}", "a|a|a|a"),
            ("${A+i}|${A:+i}|${X+i}|${X:+i}", "i|i||"),
            ("${EMPTY+i}|${EMPTY:+i}|${EMPTY?no}", "i||"),
            ("${X:-${Y:-${A}}}", "a"),
            ("${X:-a}b}", "ab}"),
            ("${A:-${Z}}", "a"),
            ("${X:+${Z}}", ""),
            ("${X:-$$}", "$"),
            ("${X:-a b:c/d?e}", "a b:c/d?e"),
        ] {
            assert_eq!(good(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_a_fault_with_its_place() {
        let out = expand("a ${X} $Y ${Z:?set Z} ${EMPTY:?full}", &lookup);
        let kinds: Vec<_> = out
            .faults
            .iter()
            .map(|f| (f.kind.clone(), f.at.clone()))
            .collect();
        let required = |name: &str, message: &str| FaultKind::Required {
            name: name.to_owned(),
            message: message.to_owned(),
        };
        assert_eq!(
            kinds,
            [
                (FaultKind::Unset("X".to_owned()), 2..6),
                (FaultKind::Unset("Y".to_owned()), 7..9),
                (required("Z", "set Z"), 10..21),
                (required("EMPTY", "full"), 22..36),
            ]
        );
    }

    #[test]
    fn what_is_no_variable_is_a_fault() {
        for text in [
            "$", "a $ b", "${}", "${1}", "${A", "${A:-", "${A!x}", "${A:x}", "$1", "${ A }",
        ] {
            let faults = expand(text, &lookup).faults;
            assert!(
                matches!(faults[..], [ref f] if matches!(f.kind, FaultKind::Syntax(_))),
                "{text}: {faults:?}"
            );
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = "${X:-".repeat(5000);
        assert!(
            expand(&deep, &lookup)
                .faults
                .iter()
                .any(|f| f.kind == FaultKind::TooDeep)
        );
        let out = expand(&"${BIG}".repeat(5000), &lookup);
        assert_eq!(out.faults.len(), 1);
        assert_eq!(out.faults[0].kind, FaultKind::TooLong);
    }

    proptest! {
        #[test]
        fn total(text in "[$\\{}:?+A-Zé \\-]{0,40}") {
            let out = expand(&text, &lookup);
            for fault in out.faults {
                prop_assert!(text.get(fault.at).is_some());
            }
        }
    }
}
