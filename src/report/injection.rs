//! Every hostile text through every report, each read by a parser of its format: what comes out is
//! well-formed, it says and does what the same run with harmless texts does, and the text can
//! still be read in it.

mod documents;
mod lint;
mod logs;
mod pages;

use std::cell::RefCell;
use std::rc::Rc;

use super::hostile::{self, HOSTILE};
use super::samples::{self, Pipe, Shelf, Stream, failed};
use super::{Ends, LogSource, Logs, Options, Sink, WORDS, make, replay};
use crate::event::{Event, Listener};
use crate::model::{GateName, Reason, Trace};

/// What a parser found.
#[derive(Debug, Default)]
struct Told {
    /// All that takes effect: elements, commands, keys, samples. No text may add to it.
    effects: Vec<String>,
    /// All texts, as whoever reads the format gets them.
    said: Vec<String>,
}

/// A report and the parser of its format.
struct Row {
    word: &'static str,
    /// Which form of it.
    form: Form,
    read: fn(&[u8]) -> Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    File,
    Stream,
    /// A terminal with colours and marks, so many columns wide.
    Terminal(usize),
}

const fn row(word: &'static str, form: Form, read: fn(&[u8]) -> Told) -> Row {
    Row { word, form, read }
}

const TABLE: &[Row] = &[
    row("plain", Form::Stream, logs::plain),
    row("plain", Form::File, logs::plain),
    row("plain", Form::Terminal(300), logs::terminal),
    row("plain", Form::Terminal(20), logs::terminal),
    row("live", Form::Stream, logs::plain),
    row("live", Form::File, logs::plain),
    row("github", Form::Stream, logs::github),
    row("gitlab", Form::Stream, logs::gitlab),
    row("gitlab", Form::File, documents::json),
    row("buildkite", Form::Stream, logs::buildkite),
    row("json", Form::Stream, documents::json_lines),
    row("json", Form::File, documents::json_lines),
    row("junit", Form::File, documents::xml),
    row("sarif", Form::File, documents::sarif),
    row("prometheus", Form::File, documents::prometheus),
    row("markdown", Form::File, pages::markdown),
    row("html", Form::File, pages::html),
    row("traces", Form::File, documents::otlp),
    row("outputs", Form::File, documents::outputs),
];

/// Every gate printed this.
struct Same(String);

impl LogSource for Same {
    fn ends(&self, _: &GateName, _: usize, _: usize) -> Result<Option<Ends>, String> {
        let head = format!("{}\n", self.0).into_bytes();
        Ok(Some(Ends {
            head,
            ..Ends::default()
        }))
    }
}

/// What this report makes of a run in which gates printed `text`.
fn written(row: &Row, events: &[Event], text: &str) -> Vec<u8> {
    let bytes = Rc::new(RefCell::new(Vec::new()));
    let shelf = Shelf::default();
    let sink = match row.form {
        Form::File => shelf.file(),
        Form::Stream | Form::Terminal(_) => Sink::Stream(Box::new(Pipe {
            shown: bytes.clone(),
            writes: usize::MAX,
        })),
    };
    let mut options = Options {
        logs: Logs::from(Rc::new(Same(text.to_owned()))),
        ..Options::default()
    };
    if let Form::Terminal(width) = row.form {
        (options.colour, options.unicode, options.width) = (true, true, Some(width));
    }
    let reporter: Box<dyn Listener> = match row.word {
        "traces" => {
            let resource = vec![("service.name".to_owned(), text.to_owned())];
            super::traces(Trace::new("run-1", None), resource, sink)
        }
        "outputs" => super::github_outputs(sink),
        word => make(word, sink, &options).unwrap(),
    };
    assert_eq!(replay(events, &mut [reporter]), [], "{}", row.word);
    match row.form {
        Form::File => shelf.0.borrow().last().cloned().unwrap(),
        Form::Stream | Form::Terminal(_) => bytes.take(),
    }
}

/// Whether the words of a text stand in another in their order, whatever its marks became.
fn readable(said: &str, text: &str) -> bool {
    let mut rest = said;
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).all(|word| {
        let found = rest.find(word);
        found.is_some_and(|at| {
            rest = &rest[at + word.len()..];
            true
        })
    })
}

/// Characters that a terminal or a reader would obey, and that no report has as they are.
fn steers(c: char) -> bool {
    let bidi =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() && c != '\n' || bidi
}

#[test]
fn no_report_is_left_out() {
    for word in WORDS {
        assert!(TABLE.iter().any(|row| row.word == *word), "{word}");
    }
    for word in ["plain", "gitlab", "json"] {
        let forms = TABLE.iter().filter(|row| row.word == word);
        assert!(forms.count() >= 2, "{word} looks different in a file");
    }
}

#[test]
fn no_text_takes_effect_in_any_report_and_each_can_still_be_read() {
    for row in TABLE {
        let told = |text: &str| (row.read)(&written(row, &hostile::run(text), text));
        let harmless = told("harmless");
        let places = |told: &Told, text: &str| {
            let said = told.said.iter().filter(|said| readable(said, text));
            said.count()
        };
        let most = places(&harmless, "harmless");
        // The step's outputs hold no text at all; everything else holds it in many places.
        assert!(most > 10 || row.word == "outputs", "{}: {most}", row.word);
        for text in HOSTILE {
            let told = told(text);
            let what = format!("{} {:?}, {text:?}", row.word, row.form);
            assert_eq!(told.effects, harmless.effects, "{what}");
            let found = places(&told, text);
            let least = if row.form == Form::Terminal(20) {
                most / 10
            } else {
                most / 2
            };
            assert!(
                found >= least,
                "{what}: {found} of {most}: {:#?}",
                told.said
            );
        }
    }
}

/// Names that the alphabet of gates lets through and that mean something elsewhere.
const NAMES: [&str; 9] = [
    "__proto__",
    "constructor/toString",
    "CON",
    "null",
    "0",
    "true",
    "verdict[os=windows-11,node=20.x]",
    "prove",
    "app:tag",
];

#[test]
fn a_name_that_means_something_elsewhere_is_a_name() {
    let of = |names: &[&str]| {
        let bad = |stream: Stream, name: &&str| {
            stream.gate(failed(name, Reason::new("exit code 1"), &["printed"]))
        };
        names.iter().fold(Stream::of(names), bad).end()
    };
    let plain: Vec<String> = (0..NAMES.len()).map(|n| format!("gate-{n}")).collect();
    let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
    for row in TABLE.iter().filter(|row| row.word != "outputs") {
        let told = |names: &[&str]| (row.read)(&written(row, &of(names), "printed"));
        let (said, expected) = (told(&NAMES), told(&plain));
        assert_eq!(said.effects, expected.effects, "{}", row.word);
        for name in NAMES {
            let said = said.said.iter().any(|said| readable(said, name));
            assert!(said, "{name} is not in {}", row.word);
        }
    }
}

#[test]
fn what_stands_in_a_file_meanwhile_is_as_tame() {
    for row in TABLE
        .iter()
        .filter(|row| row.form == Form::File && row.word != "traces")
    {
        let told = |text: &str| (row.read)(&written(row, &hostile::run(text)[..1], text));
        let harmless = told("harmless");
        for text in HOSTILE {
            assert_eq!(
                told(text).effects,
                harmless.effects,
                "{} {text:?}",
                row.word
            );
        }
    }
    assert!(samples::green().len() > 1);
}
