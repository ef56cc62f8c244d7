//! INI files: `[section]` and `name = value`, as Python's configparser reads them. Must not know
//! what the values are for.
//!
//! `#` and `;` begin a comment at the start of a line only: behind a value they are part of it, as
//! readers of such files do not agree on more. Quotes around a whole value are taken off.

use std::collections::HashMap;

use super::settings::{self, Line, Names, Settings};
use super::yaml::{Entry, Key, Node, Span, Value};

/// Reads a file. Names above the first section are names of the root, sections are maps.
#[must_use]
pub fn parse(source: u32, text: &str) -> Settings {
    let mut reader = Reader {
        source,
        out: Settings::empty(),
        top: Names::default(),
        sections: Vec::new(),
        places: HashMap::new(),
        open: None,
        last: None,
    };
    settings::lines(text).for_each(|line| reader.line(line));
    let sections = reader.sections.into_iter().map(|(key, names)| Entry {
        value: Node {
            span: key.span,
            value: Value::Mapping(names.done()),
        },
        key,
    });
    let entries = reader.top.done().into_iter().chain(sections).collect();
    reader.out.with(source, text, entries)
}

struct Reader {
    source: u32,
    out: Settings,
    top: Names,
    sections: Vec<(Key, Names)>,
    places: HashMap<String, usize>,
    /// The section that is open.
    open: Option<usize>,
    /// How far the last name stands from the left, and the name.
    last: Option<(usize, String)>,
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let bare = line.text.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            return;
        }
        let indent = line.text.len() - line.text.trim_start().len();
        let at = line.start + indent;
        if let Some((least, name)) = &self.last
            && indent > *least
        {
            let name = name.clone();
            return self.go_on(&name, bare, at);
        }
        if let Some(rest) = bare.strip_prefix('[') {
            return self.section(rest, at);
        }
        let cut = bare.find(['=', ':']).unwrap_or(bare.len());
        let (name, rest) = bare.split_at(cut);
        let name = name.trim_end();
        if name.is_empty() {
            let span = Span::new(self.source, at, at + bare.len());
            return self.out.error(span, "a value without a name");
        }
        let key = Key {
            span: Span::new(self.source, at, at + name.len()),
            text: name.to_owned(),
        };
        let value = match rest.get(1..) {
            Some(value) => self.value(value, at + cut + 1),
            None => Node {
                span: key.span,
                value: Value::Null,
            },
        };
        self.last = Some((indent, name.to_owned()));
        if self.names().put(key.clone(), value) {
            self.out.repeated.push(key);
        }
    }

    /// `[name]`; a section that comes again goes on.
    fn section(&mut self, rest: &str, at: usize) {
        let span = Span::new(self.source, at, at + 1 + rest.len());
        let name = rest.strip_suffix(']').map(str::trim);
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return self
                .out
                .error(span, "a section without `]`, or without a name");
        };
        self.last = None;
        let text = name.to_owned();
        let next = self.sections.len();
        let place = *self.places.entry(text.clone()).or_insert(next);
        if place == next {
            self.sections.push((Key { span, text }, Names::default()));
        }
        self.open = Some(place);
    }

    /// The names that are being filled.
    fn names(&mut self) -> &mut Names {
        let section = self.open.and_then(|at| self.sections.get_mut(at));
        section.map_or(&mut self.top, |(_, names)| names)
    }

    /// A line that stands farther to the right than a name belongs to its value.
    fn go_on(&mut self, name: &str, more: &str, at: usize) {
        let span = Span::new(self.source, at, at + more.len());
        let Some(node) = self.names().get_mut(name) else {
            return;
        };
        match &mut node.value {
            Value::Scalar { text, .. } if !text.is_empty() => {
                text.push('\n');
                text.push_str(more);
                node.span = node.span.to(span);
            }
            _ => *node = settings::scalar(span, more, false),
        }
    }

    fn value(&self, written: &str, from: usize) -> Node {
        let text = written.trim();
        let start = from + written.len() - written.trim_start().len();
        let span = Span::new(self.source, start, start + text.len());
        for quote in ['"', '\''] {
            let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                return settings::scalar(span, inner, true);
            }
        }
        settings::scalar(span, text, false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str, path: &[&str]) -> Option<String> {
        let root = parse(0, text).root;
        let found = path.iter().try_fold(&root, |node, key| node.get(key))?;
        found.scalar().map(str::to_owned)
    }

    #[test]
    fn names_stand_in_sections_or_above_them() {
        let text =
            "top = 1\n; x\n[a b]\nname: 'x y'\n# c\n\turl = http://h/?a=1;b # c\n[a b]\nz=\n";
        assert_eq!(at(text, &["top"]).as_deref(), Some("1"));
        assert_eq!(
            at(text, &["a b", "name"]).as_deref(),
            Some("x y\nurl = http://h/?a=1;b # c")
        );
        assert_eq!(at(text, &["a b", "z"]).as_deref(), Some(""));
        let text = "[a]\n\tx = 1\n\ty = 2 ; z\n";
        assert_eq!(at(text, &["a", "y"]).as_deref(), Some("2 ; z"));
    }

    #[test]
    fn a_value_goes_on_where_it_stands_farther_to_the_right() {
        let text = "[o]\nrequires =\n  a>=1\n\n  b\nnext\n";
        assert_eq!(at(text, &["o", "requires"]).as_deref(), Some("a>=1\nb"));
        let root = parse(0, text).root;
        let next = root.get("o").and_then(|o| o.get("next")).unwrap();
        assert_eq!(next.value, Value::Null);
    }

    #[test]
    fn what_comes_twice_or_is_none_is_told_with_its_place() {
        let text = "[a]\nx=1\nx=2\n[b\n=3\n";
        let out = parse(0, text);
        let again: Vec<u32> = out.repeated.iter().map(|key| key.span.start).collect();
        assert_eq!(again, [8]);
        let wrong: Vec<&str> = out.errors.iter().map(|e| e.span.slice(text)).collect();
        assert_eq!(wrong, ["[b", "=3"]);
        assert_eq!(at(text, &["a", "x"]).as_deref(), Some("2"));
    }

    proptest! {
        #[test]
        fn total(text in "\u{feff}?[\\[\\]a-cé=:;# \r\n\t'\"]{0,60}") {
            let out = parse(0, &text);
            for section in out.root.entries() {
                for entry in section.value.entries() {
                    prop_assert!(text.get(entry.value.span.start as usize..entry.value.span.end as usize).is_some());
                }
            }
        }
    }
}
