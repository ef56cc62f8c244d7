//! A file against what is asked of it: findings with their places. Must not know how either was
//! read.

use std::collections::HashSet;

use super::compare::{self, Outcome};
use super::demand::{Demand, File, Named, Test};
use super::document::Document;
use super::path::Path;
use super::{hidden, rules};
use crate::format::yaml::{Node, Span, Value};
use crate::kind::lint::{Found, Survey};

/// The files that could be read, by name and format.
pub(super) trait Shelf {
    /// The path from the root, and the file; `None` when it could not be read, which was said.
    fn file(&self, named: &Named) -> (String, Option<&Document>);
}

/// Judges one file.
pub(super) fn judge(file: &File, shelf: &dyn Shelf, survey: &mut Survey) {
    let (name, Some(document)) = shelf.file(&file.name) else {
        return;
    };
    let name = name.as_str();
    let mut checker = Checker {
        name,
        document,
        shelf,
        survey,
    };
    if let Some(include) = document.includes.first() {
        let line = document.place(*include).0;
        if !file.ignore_includes {
            let why = "brings in another file, which may say otherwise: judge that one, too, and say \
                       `ignore_includes: true`";
            return checker.survey.cannot_judge(&format!("{name}:{line}"), why);
        }
        let note = format!("{name} is judged without what it includes (line {line})");
        checker.survey.notes.push(note);
    }
    checker.twice();
    for demand in &file.demands {
        checker.demand(demand);
        checker.survey.judged += 1;
    }
    if let Some(example) = &file.keys_of {
        checker.keys_of(example);
    }
}

struct Checker<'c> {
    name: &'c str,
    document: &'c Document,
    shelf: &'c dyn Shelf,
    survey: &'c mut Survey,
}

impl Checker<'_> {
    fn found(&mut self, found: Found, span: Span, on: &str) {
        let (line, column) = self.document.place(span);
        let mut found = found.at(self.name, line, column);
        found.on = Some(on.to_owned());
        self.survey.found.push(found);
    }

    fn twice(&mut self) {
        for key in &self.document.duplicates {
            let message = format!("`{}` is here twice", key.text);
            let found = Found::new(&rules::DUPLICATE_KEY, message);
            self.found(found, key.span, &key.text);
        }
        for key in &self.document.repeated {
            let line = self.document.place(key.span).0;
            let note = format!(
                "{}:{line}: `{}` is set again; the last one holds",
                self.name, key.text
            );
            self.survey.notes.push(note);
        }
    }

    fn demand(&mut self, demand: &Demand) {
        let path = &demand.path;
        let fold = self.document.format.folds();
        let reached = path.reach(&self.document.root, fold);
        if demand.absent {
            for (_, key) in reached.values {
                let message = format!("`{}` must not be there", path.text);
                self.found(Found::new(&rules::FORBIDDEN_KEY, message), key, &path.text);
            }
            return;
        }
        for (last, lacks) in reached.missing {
            let message = match lacks.as_str() {
                "[*]" => format!(
                    "`{}` leads to nothing: the list is empty, or none",
                    path.text
                ),
                lacks if *lacks == path.text => format!("`{}` is missing", path.text),
                lacks => format!("`{}` is missing: there is no `{lacks}` here", path.text),
            };
            let found = Found::new(&rules::MISSING_KEY, message);
            // Of the whole file there is no better place than the file.
            if last == self.document.root.span {
                let mut found = found.at(self.name, 0, 0);
                found.on = Some(path.text.clone());
                self.survey.found.push(found);
            } else {
                self.found(found, last, &path.text);
            }
        }
        for (node, _) in reached.values {
            for test in &demand.tests {
                self.test(test, path, node);
            }
        }
    }

    fn test(&mut self, test: &Test, path: &Path, node: &Node) {
        if let Some(why) = self.unknown(node) {
            let (line, _) = self.document.place(node.span);
            let what = format!("{}:{line}: `{}`", self.name, path.text);
            return self.survey.cannot_judge(&what, &why);
        }
        if let Test::SameAs(other, at) = test {
            return self.same_as((other, at), path, node);
        }
        let value = node.scalar().unwrap_or_default();
        let secret = hidden::is_secret(path.names(), value);
        match compare::hold(test, node, self.document.format) {
            Outcome::Holds => {}
            Outcome::Wrong(_) if secret => {
                let message = format!(
                    "`{}` is not what it must be (its value is not shown)",
                    path.text
                );
                self.found(
                    Found::new(&rules::WRONG_VALUE, message),
                    node.span,
                    &path.text,
                );
            }
            Outcome::Wrong(wanted) => {
                let have = compare::shown(node, self.document.format);
                let message = format!("`{}` is {have}, {wanted}", path.text);
                self.found(
                    Found::new(&rules::WRONG_VALUE, message),
                    node.span,
                    &path.text,
                );
            }
            Outcome::Unclear(why) => {
                let (line, _) = self.document.place(node.span);
                let what = format!("{}:{line}: `{}`", self.name, path.text);
                self.survey.cannot_judge(&what, &why);
            }
        }
    }

    /// Why a value cannot be known from this file.
    fn unknown(&self, node: &Node) -> Option<String> {
        unknown(self.document, node)
    }

    fn same_as(&mut self, (other, at): (&Named, &Path), path: &Path, node: &Node) {
        let (other_name, Some(document)) = self.shelf.file(other) else {
            return;
        };
        let there = format!("{other_name}#{}", at.text);
        let reached = at.reach(&document.root, document.format.folds());
        let [(value, _)] = reached.values.as_slice() else {
            let why = match reached.values.len() {
                0 => "is not there, so nothing can be compared with it",
                _ => "is more than one value, so nothing can be compared with it",
            };
            return self.survey.cannot_judge(&there, why);
        };
        if let Some(why) = unknown(document, value) {
            return self.survey.cannot_judge(&there, &why);
        }
        if compare::same(node, value) {
            return;
        }
        let texts = [node, value].map(|node| node.scalar().unwrap_or_default());
        let names = || path.names().chain(at.names());
        let secret = texts.iter().any(|text| hidden::is_secret(names(), text));
        let message = if secret {
            format!("`{}` is not what {there} is (neither is shown)", path.text)
        } else {
            let have = compare::shown(node, self.document.format);
            let want = compare::shown(value, document.format);
            format!("`{}` is {have}, but {there} is {want}", path.text)
        };
        self.found(
            Found::new(&rules::DIFFERENT_VALUE, message),
            node.span,
            &path.text,
        );
    }

    fn keys_of(&mut self, example: &Named) {
        let (example_name, Some(document)) = self.shelf.file(example) else {
            return;
        };
        let (mut own, mut wanted) = (Vec::new(), Vec::new());
        keys(&self.document.root, "", true, &mut own);
        keys(&document.root, "", false, &mut wanted);
        let own: HashSet<String> = own.into_iter().collect();
        if wanted.is_empty() {
            return self
                .survey
                .cannot_judge(&example_name, "has no key that could be asked for");
        }
        for key in wanted {
            self.survey.judged += 1;
            if own.contains(&key) {
                continue;
            }
            let message = format!("`{key}` is missing, which {example_name} has");
            let fix = format!("add it to {}", self.name);
            let mut found = Found::new(&rules::MISSING_KEY, message)
                .at(self.name, 0, 0)
                .fix(fix);
            found.on = Some(key);
            self.survey.found.push(found);
        }
    }
}

fn unknown(document: &Document, node: &Node) -> Option<String> {
    let inside = |span: &Span| span.start >= node.span.start && span.end <= node.span.end;
    let found = document.unknown.iter().find(|(span, _)| inside(span));
    found.map(|(_, why)| why.clone())
}

/// The keys of all maps, as paths; with `all` also those that hold maps themselves.
fn keys(node: &Node, above: &str, all: bool, out: &mut Vec<String>) {
    for entry in node.entries() {
        let name = &entry.key.text;
        let path = match above.is_empty() {
            true => name.clone(),
            false => format!("{above}.{name}"),
        };
        let is_map = matches!(&entry.value.value, Value::Mapping(entries) if !entries.is_empty());
        if is_map {
            keys(&entry.value, &path, all, out);
        }
        if all || !is_map {
            out.push(path);
        }
    }
}
