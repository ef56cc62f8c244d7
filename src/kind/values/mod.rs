//! `values:`, what must stand in settings files: TOML, YAML, JSON, INI, `.env`, `postgresql.conf`,
//! `redis.conf`.
//!
//! What cannot be read cannot be judged; a key that is missing is a finding. Values of keys that look
//! like secrets are never shown.

mod check;
mod compare;
mod demand;
mod document;
mod hidden;
mod path;
mod quantity;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::check::Shelf;
use self::demand::{FILE, File, Named, Test};
use self::document::{Document, Format};
use super::lint::{self, OVERRIDE, Policy, Survey, THRESHOLD, WAIVE};
use super::{judge, paths};
use crate::format::yaml::{Node, Value};
use crate::model::{Answer, Rule, Step};
use crate::spec::{Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Turn};

/// The word `values`.
pub(super) struct ValuesSpec;

const ONE: &[Field] = &[
    FILE[0], FILE[1], FILE[2], FILE[3], FILE[4], THRESHOLD, OVERRIDE, WAIVE,
];

/// What must stand in which files.
#[derive(Debug)]
struct Values {
    files: Vec<File>,
    policy: Policy,
}

impl KindSpec for ValuesSpec {
    fn word(&self) -> &'static str {
        "values"
    }

    fn doc(&self) -> &'static str {
        "What must stand in settings files, such as fly.toml, .env or postgresql.conf. One file, or \
         a list of them; in a list `failure_threshold`, `override` and `waive` cannot be set."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::Record(ONE), Shape::List(&Shape::Record(FILE))])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::RULES
    }

    fn usual_file(&self) -> &'static str {
        "settings.toml"
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("values")?;
        let files = decoder.each(node, demand::file);
        let policy = match node.value {
            Value::Mapping(_) => Policy::decode(decoder, node, rules::RULES),
            _ => Some(Policy::default()),
        };
        let (files, policy) = (files?, policy?);
        if files.is_empty() {
            return decoder.refuse(Diagnostic::new(node.span, "this asks for nothing"));
        }
        Some(Arc::new(Values { files, policy }))
    }
}

impl Kind for Values {
    fn word(&self) -> &'static str {
        "values"
    }

    fn summary(&self) -> String {
        let names: Vec<&str> = self
            .files
            .iter()
            .map(|file| file.name.path.as_str())
            .collect();
        names.join(", ")
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let named = self.named();
        let mut patterns: Vec<String> = named.iter().map(|named| named.path.clone()).collect();
        patterns.sort();
        patterns.dedup();
        if answers.is_empty() {
            return Step::Ask(vec![lint::ask(turn, &patterns)]);
        }
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        let mut survey = Survey::default();
        let texts = match answers {
            [read] => lint::texts(turn, &patterns, read, &mut survey),
            _ => None,
        };
        let Some(texts) = texts else {
            return Step::judge(judge::misplaced("values"));
        };
        let texts: BTreeMap<String, &[u8]> = texts
            .into_iter()
            .map(|text| (paths::from_root(turn.cwd, text.name), text.bytes))
            .collect();
        let mut read = Read {
            cwd: turn.cwd,
            documents: BTreeMap::new(),
        };
        for named in named {
            read.add(named, &texts, &mut survey);
        }
        for file in &self.files {
            check::judge(file, &read, &mut survey);
        }
        survey.judge(turn, &self.policy, answers)
    }
}

impl Values {
    /// Every file that is to be read.
    fn named(&self) -> Vec<&Named> {
        let mut named: Vec<&Named> = Vec::new();
        for file in &self.files {
            named.push(&file.name);
            named.extend(&file.keys_of);
            let tests = file.demands.iter().flat_map(|demand| &demand.tests);
            named.extend(tests.filter_map(|test| match test {
                Test::SameAs(other, _) => Some(other),
                _ => None,
            }));
        }
        named
    }
}

/// The files that were read.
struct Read<'t> {
    cwd: &'t str,
    documents: BTreeMap<(String, Format), Option<Document>>,
}

impl Read<'_> {
    /// Reads a file once; why it cannot be read is said here.
    fn add(&mut self, named: &Named, texts: &BTreeMap<String, &[u8]>, survey: &mut Survey) {
        let name = paths::from_root(self.cwd, &named.path);
        let key = (name, named.format);
        if self.documents.contains_key(&key) {
            return;
        }
        let document = match texts
            .get(&key.0)
            .map(|bytes| Document::read(named.format, bytes))
        {
            Some(Ok(document)) => Some(document),
            Some(Err(refused)) => {
                let at = format!("{}:{}:{}", key.0, refused.line, refused.column);
                survey.cannot_judge(&at, &format!("cannot be read: {}", refused.why));
                None
            }
            // Why it is not there was said where it was looked for, but for a name that was taken
            // for a pattern.
            None => {
                let said = |line: &String| line.starts_with(&key.0);
                if !survey.unjudged.iter().any(said) {
                    survey.cannot_judge(&key.0, "was not read");
                }
                None
            }
        };
        self.documents.insert(key, document);
    }
}

impl Shelf for Read<'_> {
    fn file(&self, named: &Named) -> (String, Option<&Document>) {
        let name = paths::from_root(self.cwd, &named.path);
        let key = (name, named.format);
        let document = self.documents.get(&key).and_then(Option::as_ref);
        (key.0, document)
    }
}
