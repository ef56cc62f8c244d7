//! What a gate runs: a list of arguments, or a text that a shell reads only when it must.
//!
//! `${{ … }}` is filled in *after* the text was split, so a value is always one argument and never
//! syntax. Only a text that goes to a shell takes values into itself, and there the decoder
//! refuses those that a stranger may choose.

use super::shells;
use crate::format::words;
use crate::format::yaml::{Node, Span, Value};
use crate::model::{Command, GateName, Reason};
use crate::spec::{Decoder, Diagnostic, Part, Script, Segment, Text, Turn};

/// The shell of a text that needs one, when the gate names none. `sh -eu` would not do: there
/// `false | cat` is 0.
pub(super) const DEFAULT_SHELL: &str = "bash -euo pipefail";

/// A command line as meant.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// Executed as it is; never empty.
    Argv(Vec<Text>),
    /// Handed to a shell.
    Shell { shell: Vec<String>, text: Text },
}

impl Line {
    /// The command with the images of this run filled in.
    pub(super) fn command(&self, turn: &Turn<'_>) -> Result<Command, Reason> {
        Ok(match self {
            Self::Argv(words) => Command::Argv(
                words
                    .iter()
                    .map(|word| word.resolve(turn))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Shell { shell, text } => Command::Shell {
                shell: shell.clone(),
                text: text.resolve(turn)?,
            },
        })
    }

    /// Gates whose images it names.
    pub(super) fn gates(&self) -> Vec<GateName> {
        match self {
            Self::Argv(words) => words.iter().flat_map(Text::gates).collect(),
            Self::Shell { text, .. } => text.gates(),
        }
    }

    /// The shell, when there is one.
    pub(super) fn shell(&self) -> Option<&str> {
        match self {
            Self::Argv(_) => None,
            Self::Shell { shell, .. } => shell.first().map(String::as_str),
        }
    }

    /// What to start for somebody who wants a shell: the gate's, without the options that are for
    /// its text.
    pub(super) fn shell_program(&self) -> Vec<String> {
        let named = match self {
            Self::Argv(_) => None,
            Self::Shell { shell, .. } => shells::program(shell),
        };
        named.unwrap_or_else(|| {
            DEFAULT_SHELL
                .split(' ')
                .take(1)
                .map(str::to_owned)
                .collect()
        })
    }

    /// One line for people.
    pub(super) fn summary(&self) -> String {
        let whole = match self {
            Self::Argv(words) => {
                let words = words.iter().map(|word| match word.as_literal() {
                    Some(word) => words::quote(&word),
                    None => word.display(),
                });
                words.collect::<Vec<_>>().join(" ")
            }
            Self::Shell { text, .. } => text.display(),
        };
        shortened(whole.trim())
    }
}

/// The first line, at most 100 characters.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(100).collect();
    if short.len() < text.len() {
        format!("{short} …")
    } else {
        short
    }
}

/// What stands in front of a command line when it is run.
pub(super) struct Around {
    /// For a text that needs one.
    pub(super) shell: Vec<String>,
    /// In the place of the image's.
    pub(super) entrypoint: Option<Vec<String>>,
}

/// Reads `run:` or `setup:`.
pub(super) fn decode(node: &Node, around: Around, decoder: &mut Decoder<'_>) -> Option<Line> {
    match &node.value {
        Value::Sequence(items) => argv(node, items, &around, decoder),
        _ => text(node, around, decoder),
    }
}

/// Reads `shell:`: its words, with the option that takes the text.
pub(super) fn shell(gate: &Node, decoder: &mut Decoder<'_>) -> Option<Vec<String>> {
    let written = match gate.get("shell") {
        None => DEFAULT_SHELL.to_owned(),
        Some(node) => {
            // A stranger's option or program would be as good as a stranger's command.
            let script = decoder.script(node)?;
            decoder.refuse_strange(&script).then_some(())?;
            decoder.text(node)?
        }
    };
    let words = words::split(&written).map_err(|error| error.to_string());
    let problem = match words {
        Ok(words) if words.is_empty() => "`shell` is empty".to_owned(),
        Ok(mut words) => {
            if words.len() == 1 || words.last().is_some_and(|last| last != "-c") {
                words.push("-c".to_owned());
            }
            return Some(words);
        }
        Err(problem) => format!("`shell` cannot be split into words: {problem}"),
    };
    let span = gate.get("shell").map_or(gate.span, |node| node.span);
    decoder.report(Diagnostic::new(span, problem).help(format!(
        "name a shell and its options, such as `{DEFAULT_SHELL}`"
    )));
    None
}

fn argv(node: &Node, items: &[Node], around: &Around, decoder: &mut Decoder<'_>) -> Option<Line> {
    let words = items
        .iter()
        .map(|item| argument(item, decoder))
        .collect::<Vec<_>>();
    arguments(
        node,
        &words.into_iter().collect::<Option<Vec<_>>>()?,
        around,
        decoder,
    )
}

/// Arguments as they will be handed over: there is a program, and what a shell among them reads as
/// code is there and is nobody else's.
fn arguments(
    node: &Node,
    words: &[Script],
    around: &Around,
    decoder: &mut Decoder<'_>,
) -> Option<Line> {
    let argv: Vec<Text> = words.iter().map(argument_of).collect();
    let known: Vec<Option<String>> = argv.iter().map(Text::as_literal).collect();
    if known
        .first()
        .is_none_or(|word| word.as_ref().is_some_and(String::is_empty))
    {
        return empty(node, decoder);
    }
    let before = around.entrypoint.iter().flatten().cloned().map(Some);
    let before: Vec<_> = before.collect();
    if let Some(at) = shells::code(&[&before[..], &known[..]].concat()) {
        let at = at.saturating_sub(before.len());
        let code = &words[at..];
        let mut safe = true;
        for word in code {
            safe &= decoder.refuse_strange(word);
        }
        safe.then_some(())?;
        let text = known[at..].iter().find(|word| !is_option(word));
        if text.is_some_and(|text| text.as_deref().is_some_and(shells::is_idle)) {
            return empty(node, decoder);
        }
    }
    Some(Line::Argv(argv))
}

fn is_option(word: &Option<String>) -> bool {
    word.as_ref().is_some_and(|word| word.starts_with('-'))
}

fn argument_of(script: &Script) -> Text {
    match script.text() {
        text if text.parts.is_empty() => Text::literal(""),
        text => text,
    }
}

fn argument(item: &Node, decoder: &mut Decoder<'_>) -> Option<Script> {
    let boolean = ["true", "false", "yes", "no", "on", "off"];
    let text = item
        .scalar()
        .filter(|_| item.is_plain())
        .unwrap_or_default();
    if boolean.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        decoder.report(
            Diagnostic::new(
                item.span,
                format!("to YAML `{text}` is a boolean, not a text"),
            )
            .help(format!("put it in quotes: \"{text}\""))
            .suggest(format!("\"{text}\"")),
        );
        return None;
    }
    decoder.script(item)
}

fn text(node: &Node, around: Around, decoder: &mut Decoder<'_>) -> Option<Line> {
    let script = decoder.script(node)?;
    let template = Template::of(&script);
    let known = script.text().as_literal();
    if shells::is_idle(&template.text) || known.is_some_and(|text| shells::is_idle(&text)) {
        return empty(node, decoder);
    }
    if template.hole.is_none() || words::needs_shell(&template.text).is_some() {
        let safe = decoder.refuse_strange(&script);
        return safe.then(|| Line::Shell {
            shell: around.shell,
            text: script.text(),
        });
    }
    match words::split(&template.text) {
        Ok(words) => arguments(node, &template.fill(&words), &around, decoder),
        Err(error) => {
            decoder.report(
                Diagnostic::new(
                    node.span,
                    format!("this command line cannot be split: {error}"),
                )
                .help("close the quote, put a backslash before it, or write a list of arguments"),
            );
            None
        }
    }
}

fn empty(node: &Node, decoder: &mut Decoder<'_>) -> Option<Line> {
    let why = "a gate that runs nothing proves nothing";
    decoder.report(Diagnostic::new(node.span, "there is no command here").why(why));
    None
}

/// A command line in which a character that it does not use stands for each value to fill in.
struct Template<'s> {
    text: String,
    /// `None` when every character is taken, which no honest text brings about.
    hole: Option<char>,
    values: Vec<&'s Segment>,
}

impl<'s> Template<'s> {
    fn of(script: &'s Script) -> Self {
        let is_value =
            |part: &Part, written: bool| written || matches!(part, Part::ImageRef { .. });
        let literal: String = script
            .segments
            .iter()
            .map(|segment| lit(&segment.part))
            .collect();
        let hole = ('\u{f0000}'..='\u{ffffd}').find(|c| !literal.contains(*c));
        let mut text = String::new();
        let mut values = Vec::new();
        for segment in &script.segments {
            if is_value(&segment.part, segment.expression.is_some()) {
                text.extend(hole);
                values.push(segment);
            } else {
                text.push_str(lit(&segment.part));
            }
        }
        Self { text, hole, values }
    }

    fn fill(&self, words: &[String]) -> Vec<Script> {
        let mut values = self.values.iter();
        let mut filled = Vec::with_capacity(words.len());
        for word in words {
            let mut script = Script::default();
            for c in word.chars() {
                if Some(c) == self.hole {
                    let value = values.next().map(|value| (*value).clone());
                    script.segments.extend(value);
                } else {
                    push(&mut script.segments, c);
                }
            }
            filled.push(script);
        }
        filled
    }
}

fn lit(part: &Part) -> &str {
    match part {
        Part::Lit(text) => text,
        Part::ImageRef { .. } => "",
    }
}

/// One more character of literal text.
fn push(segments: &mut Vec<Segment>, c: char) {
    if let Some(Segment {
        part: Part::Lit(text),
        expression: None,
        ..
    }) = segments.last_mut()
    {
        text.push(c);
        return;
    }
    segments.push(Segment {
        part: Part::Lit(c.to_string()),
        span: Span::default(),
        expression: None,
        strange: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str, expression: Option<&str>) -> Segment {
        Segment {
            part: Part::Lit(text.into()),
            span: Span::default(),
            expression: expression.map(Into::into),
            strange: expression.is_some(),
        }
    }

    #[test]
    fn values_are_filled_in_after_splitting() {
        let script = Script {
            segments: vec![
                segment("lint --on '", None),
                segment("a b; rm -rf /", Some("git.branch")),
                segment("' x", None),
                segment("", Some("vars.none")),
                segment(" end", None),
            ],
        };
        let template = Template::of(&script);
        assert_eq!(words::needs_shell(&template.text), None);
        let words = template.fill(&words::split(&template.text).unwrap());
        let words: Vec<String> = words
            .iter()
            .filter_map(|word| argument_of(word).as_literal())
            .collect();
        assert_eq!(words, ["lint", "--on", "a b; rm -rf /", "x", "end"]);
    }

    #[test]
    fn an_empty_value_is_still_an_argument() {
        let script = Script {
            segments: vec![
                segment("a ", None),
                segment("", Some("vars.x")),
                segment(" b", None),
            ],
        };
        let template = Template::of(&script);
        let words = template.fill(&words::split(&template.text).unwrap());
        assert_eq!(
            words.iter().map(argument_of).collect::<Vec<_>>(),
            [Text::literal("a"), Text::literal(""), Text::literal("b")]
        );
    }

    #[test]
    fn a_summary_is_one_short_line() {
        let line = Line::Argv(vec![Text::literal("a b"), Text::literal("c")]);
        assert_eq!(line.summary(), "'a b' c");
        let shell = vec!["bash".to_owned(), "-c".to_owned()];
        let line = Line::Shell {
            shell,
            text: Text::literal("one\ntwo"),
        };
        assert_eq!(line.summary(), "one …");
    }
}
