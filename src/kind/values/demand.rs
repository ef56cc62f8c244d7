//! What is asked of a file: how the gate file writes it. Must not know what files say.

use regex::bytes::Regex;

use super::document::{Format, WORDS};
use super::path::Path;
use super::quantity::Quantity;
use crate::format::yaml::{Node, Value};
use crate::kind::pattern;
use crate::spec::{Decoder, Diagnostic, Field, Shape, Span};

/// One file and what is asked of it.
#[derive(Debug)]
pub(super) struct File {
    pub name: Named,
    pub demands: Vec<Demand>,
    /// A file all of whose keys must be there.
    pub keys_of: Option<Named>,
    /// Judge it as it stands, whatever it includes.
    pub ignore_includes: bool,
}

/// A file with its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// As written.
    pub path: String,
    pub format: Format,
}

/// What is asked of the values at one path.
#[derive(Debug)]
pub(super) struct Demand {
    pub path: Path,
    /// Nothing may be there; there are no tests then.
    pub absent: bool,
    /// Each must hold for each value.
    pub tests: Vec<Test>,
}

/// One thing that must hold.
#[derive(Debug)]
pub(super) enum Test {
    Equals(Wanted),
    OneOf(Vec<Wanted>),
    Matches(Regex),
    Min(Bound),
    Max(Bound),
    SameAs(Named, Path),
}

/// A value as the gate file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub text: String,
    /// Without quotes: it may be a number or a boolean.
    pub plain: bool,
}

/// A number as the gate file writes it.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub text: String,
    pub quantity: Quantity,
}

/// The keys of one file.
pub(super) const FILE: &[Field] = &[
    Field::new("file", Shape::Path, "The file.").required(),
    Field::new("format", Shape::Word(WORDS), "How it is written. Without it, its name says so."),
    Field::new(
        "require",
        Shape::Map(&Shape::OneOf(&[Shape::Text, Shape::Record(ASKED)])),
        "What must hold for the values, by path: names with dots between them, `[0]` for an item of a \
         list, `[*]` for each of them, quotes around a name with dots in it. A plain value is short \
         for `equals`; `present` and `absent` without quotes ask for the key alone.",
    ),
    Field::new(
        "keys_of",
        Shape::Path,
        "Another file, such as `.env.example`: each of its keys must be in this one. Its values do \
         not count.",
    ),
    Field::new(
        "ignore_includes",
        Shape::Bool,
        "Judge the file as it stands although it includes others (PostgreSQL, Redis), which may say \
         otherwise. Without this it cannot be judged.",
    )
    .default("false"),
];

const ASKED: &[Field] = &[
    Field::new(
        "equals",
        Shape::Text,
        "The value. In TOML, YAML and JSON the number `80` is not the text `\"80\"`; in other files \
         numbers, `on`/`true`/`yes` and units are compared by what they mean.",
    ),
    Field::new("one_of", Shape::TEXTS, "One of these values."),
    Field::new(
        "matches",
        Shape::TEXTS,
        "Regular expressions, each of which must be found somewhere in the value; `^` and `$` hold \
         them to its ends.",
    ),
    Field::new(
        "min",
        Shape::Text,
        "The least number, with the unit that the file's program knows: `512MB` is 1024s in \
         postgresql.conf, `256mb` in redis.conf.",
    ),
    Field::new("max", Shape::Text, "The greatest number, like `min`."),
    Field::new(
        "present",
        Shape::Bool,
        "The key must be there, or must not.",
    ),
    Field::new(
        "same_as",
        Shape::Text,
        "The value of another file, `FILE#PATH`: `.env.example#PORT`.",
    ),
];

/// Reads what is asked of one file.
pub(super) fn file(decoder: &mut Decoder<'_>, map: &Node) -> Option<File> {
    let name = map.get("file").and_then(|node| {
        let path = decoder.path(node)?;
        let written = match map.get("format") {
            Some(node) => Some(decoder.text(node)?),
            None => None,
        };
        named(decoder, path, written.as_deref(), node.span)
    });
    let keys_of = decoder.optional(map, "keys_of", |decoder, node| {
        let path = decoder.path(node)?;
        named(decoder, path, None, node.span)
    });
    let ignore_includes = decoder.optional(map, "ignore_includes", Decoder::boolean);
    let format = name.as_ref().map(|name| name.format);
    let entries = map.get("require").map_or(&[][..], Node::entries);
    let read: Vec<Option<Demand>> = entries
        .iter()
        .map(|entry| {
            let path = path(decoder, &entry.key.text, entry.key.span);
            let asked = asked(decoder, &entry.value, format);
            let ((absent, tests), path) = asked.zip(path)?;
            Some(Demand {
                path,
                absent,
                tests,
            })
        })
        .collect();
    let demands: Option<Vec<Demand>> = read.into_iter().collect();
    let keys_of = keys_of?;
    if entries.is_empty() && keys_of.is_none() {
        let help =
            "name what must hold: `require: { http_service.internal_port: 8080 }`, or `keys_of`";
        return decoder.refuse(Diagnostic::new(map.span, "this asks for nothing").help(help));
    }
    Some(File {
        name: name?,
        demands: demands?,
        keys_of,
        ignore_includes: ignore_includes?.unwrap_or(false),
    })
}

fn named(decoder: &mut Decoder<'_>, path: String, word: Option<&str>, span: Span) -> Option<Named> {
    let format = word.map_or_else(|| Format::of_name(&path), Format::of_word);
    if let Some(format) = format {
        return Some(Named { path, format });
    }
    // A word that is no format was refused by the shape.
    word.is_none().then_some(())?;
    let message = format!("what format has `{path}`?");
    let help = format!(
        "its name does not say it: call it otherwise, or (for `file`) say `format`: {}",
        WORDS.join(", ")
    );
    decoder.refuse(Diagnostic::new(span, message).help(help))
}

fn path(decoder: &mut Decoder<'_>, text: &str, span: Span) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(why) => {
            let message = format!("`{text}` is no path: {why}");
            let help = "such as `a.b`, `a[0].b`, `a[*].b` or `a.\"b.c\"`";
            decoder.refuse(Diagnostic::new(span, message).help(help))
        }
    }
}

/// Whether nothing may be there, and the tests.
fn asked(
    decoder: &mut Decoder<'_>,
    node: &Node,
    format: Option<Format>,
) -> Option<(bool, Vec<Test>)> {
    if !matches!(node.value, Value::Mapping(_)) {
        let wanted = wanted(decoder, node)?;
        return Some(match (wanted.plain, wanted.text.as_str()) {
            (true, "present") => (false, Vec::new()),
            (true, "absent") => (true, Vec::new()),
            _ => (false, vec![Test::Equals(wanted)]),
        });
    }
    let present = decoder.optional(node, "present", Decoder::boolean);
    let tests = tests(decoder, node, format);
    let (present, tests) = (present?, tests?);
    if tests.is_empty() && present.is_none() {
        let help = "say `present: true` when the key alone counts";
        return decoder.refuse(Diagnostic::new(node.span, "this asks for nothing").help(help));
    }
    if present == Some(false) && !tests.is_empty() {
        let message = "what must not be there has no value to ask for";
        return decoder
            .refuse(Diagnostic::new(node.span, message).help("take `present: false` away"));
    }
    Some((present == Some(false), tests))
}

fn tests(decoder: &mut Decoder<'_>, map: &Node, format: Option<Format>) -> Option<Vec<Test>> {
    let equals = decoder.optional(map, "equals", wanted);
    let one_of = decoder.optional(map, "one_of", |decoder, list| {
        let values = decoder.each(list, wanted)?;
        if values.is_empty() {
            let message = "one of nothing can never be there";
            return decoder.refuse(Diagnostic::new(list.span, message));
        }
        Some(values)
    });
    let matches = decoder.optional(map, "matches", |decoder, list| {
        decoder.each(list, |decoder, node| pattern::regex(decoder, node, false))
    });
    let min = decoder.optional(map, "min", |decoder, node| bound(decoder, node, format));
    let max = decoder.optional(map, "max", |decoder, node| bound(decoder, node, format));
    let same_as = decoder.optional(map, "same_as", same_as);
    let (min, max) = (min?, max?);
    if let (Some(least), Some(most), Some(format)) = (&min, &max, format)
        && least.quantity.compare(most.quantity, format.units()) != Ok(std::cmp::Ordering::Less)
        && least.text != most.text
    {
        let message = format!("nothing is between {} and {}", least.text, most.text);
        decoder.report(Diagnostic::new(map.span, message));
        return None;
    }
    let mut tests: Vec<Test> = Vec::new();
    tests.extend(equals?.map(Test::Equals));
    tests.extend(one_of?.map(Test::OneOf));
    tests.extend(matches?.unwrap_or_default().into_iter().map(Test::Matches));
    tests.extend(min.map(Test::Min));
    tests.extend(max.map(Test::Max));
    tests.extend(same_as?.map(|(file, path)| Test::SameAs(file, path)));
    Some(tests)
}

fn wanted(decoder: &mut Decoder<'_>, node: &Node) -> Option<Wanted> {
    if node.value == Value::Null {
        let help = "`present` asks for the key alone";
        return decoder.refuse(Diagnostic::new(node.span, "a value is missing").help(help));
    }
    Some(Wanted {
        text: decoder.text(node)?,
        plain: node.is_plain(),
    })
}

fn bound(decoder: &mut Decoder<'_>, node: &Node, format: Option<Format>) -> Option<Bound> {
    let text = decoder.text(node)?;
    if let Some(quantity) = Quantity::parse(format?.units(), &text) {
        return Some(Bound { text, quantity });
    }
    let message = format!("`{text}` is no number, or its unit is not known in this file");
    let help = "such as `10`, `0.9`, `30s`, or a size in the units of the file: `512MB` in \
                postgresql.conf, `256mb` in redis.conf, `1GiB` elsewhere";
    decoder.refuse(Diagnostic::new(node.span, message).help(help))
}

fn same_as(decoder: &mut Decoder<'_>, node: &Node) -> Option<(Named, Path)> {
    let text = decoder.text(node)?;
    let Some((file, at)) = text.split_once('#').filter(|(file, _)| !file.is_empty()) else {
        let message = "`same_as` names a file and a path in it";
        let help = "such as `.env.example#PORT`";
        return decoder.refuse(Diagnostic::new(node.span, message).help(help));
    };
    let named = named(decoder, file.to_owned(), None, node.span);
    let path = path(decoder, at, node.span);
    named.zip(path)
}
