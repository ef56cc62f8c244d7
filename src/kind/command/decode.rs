//! Reads a `run` or `setup` gate.

use std::sync::Arc;

use regex::bytes::Regex;

use super::super::pattern;
use super::super::reports::{self, Wanted};
use super::container::Where;
use super::ending::NOT_RUN;
use super::expect::TextRule;
use super::results::Results;
use super::{CommandGate, Expect, container, files, line};
use crate::format::yaml::{Node, Value};
use crate::model::SharedJobs;
use crate::spec::{Decoder, Diagnostic, Field, Kind, Shape, keys};

/// A text, or a list of arguments.
pub(in crate::kind) const BODY: Shape = Shape::OneOf(&[Shape::Text, Shape::List(&Shape::Text)]);

const TEXT_RULE: Shape = Shape::OneOf(&[
    Shape::Text,
    Shape::Record(&[
        Field::new(
            "equals",
            Shape::Text,
            "The whole text; line ends at its end do not count.",
        ),
        Field::new("contains", Shape::TEXTS, "Each must occur."),
        Field::new(
            "matches",
            Shape::TEXTS,
            "Regular expressions; each must match somewhere.",
        ),
        Field::new(
            "empty",
            Shape::Bool,
            "Whether nothing may come, or something must.",
        ),
    ]),
]);

const EXPECT: &[Field] = &[
    Field::new(
        "exit",
        Shape::OneOrMany(&Shape::Integer { min: 0, max: 255 }),
        "Exit codes that are good.",
    )
    .default("0"),
    Field::new(
        "stdout",
        TEXT_RULE,
        "What must come on stdout; a text is short for `contains`.",
    ),
    Field::new(
        "stderr",
        TEXT_RULE,
        "What must come on stderr; a text is short for `contains`.",
    ),
    Field::new(
        "unchanged",
        Shape::GLOBS,
        "Files that the command must leave as they are.",
    ),
];

const RESULTS: &[Field] = &[
    Field::new("junit", Shape::GLOBS, "JUnit XML files."),
    reports::SARIF,
    reports::CHECKSTYLE,
    reports::LCOV,
    reports::COBERTURA,
    reports::FAIL_ON,
    reports::MIN_LINES,
    reports::MIN_BRANCHES,
];

/// The keys of `run` and of `setup`.
pub(in crate::kind) const KEYS: &[Field] = &[
    Field::new(
        "in",
        container::IN,
        "Where it runs: in the image of a gate, or in `{image: …}`.",
    )
    .default("the host"),
    Field::new(
        "container",
        container::CONTAINER,
        "What it may do in its container.",
    ),
    Field::new("shell", Shape::Text, "The shell of a text that needs one.")
        .default(line::DEFAULT_SHELL),
    keys::ENV,
    keys::PASS_ENV,
    keys::REQUIRE_ENV,
    keys::SECRETS,
    Field::new("expect", Shape::Record(EXPECT), "What is good.").default("exit 0"),
    Field::new(
        "results",
        Shape::Record(RESULTS),
        "Reports that it writes: read, counted and judged.",
    ),
    Field::new(
        "jobserver",
        Shape::Bool,
        "Whether what it starts shares the job slots of the run by GNU make's jobserver: `true` for make, too, which then runs in parallel; `false` for nobody.",
    )
    .default("cargo does, make does not"),
    Field::new(
        "files",
        files::SHAPE,
        "Files that it is given as arguments, in several runs when they are many; each run must be good. A shell text finds them as `\"$@\"`.",
    ),
    Field::new("keep", Shape::GLOBS, "Files to keep whatever the outcome."),
];

/// What may match no file, or hold no test.
pub(in crate::kind) const MAY_FIND_NOTHING: &[&[&str]] =
    &[&["files"], &["results"], &["expect", "unchanged"]];

/// The key that only `setup` has.
pub(in crate::kind) const CREATES: Field = Field::new(
    "creates",
    Shape::OneOrMany(&Shape::Path),
    "Paths that must exist afterwards.",
);

/// Reads a gate of this word.
pub(in crate::kind) fn decode(
    word: &'static str,
    gate: &Node,
    decoder: &mut Decoder<'_>,
) -> Option<Arc<dyn Kind>> {
    let shell = line::shell(gate, decoder);
    let body = gate.get(word)?;
    let place = container::place(gate, decoder);
    let options = container::options(gate, place.as_ref(), decoder);
    let around = line::Around {
        shell: shell.clone().unwrap_or_default(),
        entrypoint: options
            .as_ref()
            .and_then(|options| options.entrypoint.clone()),
    };
    let line = line::decode(body, around, decoder);
    let files = files::decode(
        gate,
        line.as_ref(),
        (place.as_ref(), options.as_ref()),
        decoder,
    );
    let expect = expect(gate, decoder);
    let results = decoder.optional(gate, "results", results);
    let keep = list(gate, "keep", decoder);
    let creates = decoder.optional(gate, "creates", Decoder::paths);
    let jobserver = jobserver(gate, place.as_ref(), decoder);
    shell?;
    Some(Arc::new(CommandGate {
        word,
        line: line?,
        place: place?,
        container: options?,
        environment: decoder.environment(),
        expect: expect?,
        results: results?.unwrap_or_default(),
        keep: keep?,
        files: files?,
        creates: creates?.unwrap_or_default(),
        jobserver: jobserver?,
    }))
}

/// Reports, of which there is at least one when the key is there.
fn results(decoder: &mut Decoder<'_>, node: &Node) -> Option<Results> {
    let junit = list(node, "junit", decoder);
    let reports = Wanted::decode(decoder, node);
    let results = Results {
        junit: junit?,
        reports: reports?,
    };
    if results.globs().next().is_none() {
        let help = "name one, such as `junit: reports/*.xml`";
        return decoder.refuse(Diagnostic::new(node.span, "`results` names no report").help(help));
    }
    Some(results)
}

fn jobserver(gate: &Node, place: Option<&Where>, decoder: &mut Decoder<'_>) -> Option<SharedJobs> {
    let Some(entry) = gate.entry("jobserver") else {
        return Some(SharedJobs::default());
    };
    let make = decoder.boolean(&entry.value)?;
    if make && !matches!(place, None | Some(Where::Host)) {
        let message = "`jobserver` reaches into no container";
        return decoder
            .refuse(Diagnostic::new(entry.key.span, message).help(
                "say how many jobs it may run, such as `make -j2`, and `cost: { cpus: 2 }`",
            ));
    }
    Some(match make {
        true => SharedJobs::Make,
        false => SharedJobs::Nobody,
    })
}

/// Globs of which there is at least one when the key is there.
fn list(map: &Node, key: &str, decoder: &mut Decoder<'_>) -> Option<Vec<String>> {
    let Some(entry) = map.entry(key) else {
        return Some(Vec::new());
    };
    let globs = decoder.globs(&entry.value)?;
    if globs.is_empty() {
        let message = format!("`{key}` names no file");
        let help = "name at least one, or take the key away";
        decoder.report(Diagnostic::new(entry.key.span, message).help(help));
        return None;
    }
    Some(globs)
}

fn expect(gate: &Node, decoder: &mut Decoder<'_>) -> Option<Expect> {
    let Some(node) = gate.get("expect") else {
        return Some(Expect::default());
    };
    let exit = exit(node, decoder);
    let stdout = decoder.optional(node, "stdout", text_rule);
    let stderr = decoder.optional(node, "stderr", text_rule);
    let unchanged = list(node, "unchanged", decoder);
    Some(Expect {
        exit: exit?,
        stdout: stdout?,
        stderr: stderr?,
        unchanged: unchanged?,
    })
}

fn exit(expect: &Node, decoder: &mut Decoder<'_>) -> Option<Vec<i32>> {
    let Some(node) = expect.get("exit") else {
        return Some(vec![0]);
    };
    let codes = decoder.each(node, exit_code)?;
    if codes.is_empty() {
        decoder.report(Diagnostic::new(node.span, "no exit code would be good"));
        return None;
    }
    Some(codes)
}

fn exit_code(decoder: &mut Decoder<'_>, node: &Node) -> Option<i32> {
    let code = i32::try_from(decoder.count(node)?).ok()?;
    if NOT_RUN.contains(&code) {
        decoder.report(
            Diagnostic::new(node.span, format!("{code} cannot be expected"))
                .why("with 126 and 127 a shell says that there was nothing to run; what did not run never passes"),
        );
        return None;
    }
    Some(code)
}

fn text_rule(decoder: &mut Decoder<'_>, node: &Node) -> Option<TextRule> {
    if !matches!(node.value, Value::Mapping(_)) {
        let contains = vec![wanted(decoder, node)?];
        return Some(TextRule {
            contains,
            ..TextRule::default()
        });
    }
    something(decoder, node, node.entries().len())?;
    let equals = decoder.optional(node, "equals", Decoder::text);
    let contains = decoder.optional(node, "contains", |d, list| all(d, list, wanted));
    let matches = decoder.optional(node, "matches", |d, list| all(d, list, regex));
    let empty = decoder.optional(node, "empty", Decoder::boolean);
    Some(TextRule {
        equals: equals?,
        contains: contains?.unwrap_or_default(),
        matches: matches?.unwrap_or_default(),
        empty: empty?,
    })
}

/// One or many, but not none.
fn all<T>(
    decoder: &mut Decoder<'_>,
    list: &Node,
    read: fn(&mut Decoder<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    something(decoder, list, list.items().len())?;
    decoder.each(list, read)
}

fn something(decoder: &mut Decoder<'_>, node: &Node, parts: usize) -> Option<()> {
    if parts == 0 {
        let help = "say what must come, or take the key away";
        decoder.report(Diagnostic::new(node.span, "nothing is expected here").help(help));
    }
    (parts > 0).then_some(())
}

/// A text to find; the empty one is everywhere and so says nothing.
fn wanted(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let text = decoder.text(node)?;
    if text.is_empty() {
        let help = "to expect that nothing comes, write `{empty: true}`";
        decoder.report(Diagnostic::new(node.span, "every text contains this").help(help));
        return None;
    }
    Some(text)
}

fn regex(decoder: &mut Decoder<'_>, node: &Node) -> Option<Regex> {
    let text = decoder.text(node)?;
    if text.is_empty() {
        let help = "to expect that nothing comes, write `{empty: true}`";
        decoder.report(Diagnostic::new(node.span, "every text matches this").help(help));
        return None;
    }
    pattern::regex(decoder, node, false)
}
