//! `prove rules`: the rules by which static gates judge, and what one of them means. Reads no file.

mod markdown;

use std::ffi::OsStr;

use clap::Args;
use clap_complete::{ArgValueCompleter, CompletionCandidate};
use serde_json::{Value, json};

use super::args::{Common, Pages};
use super::failure::Failure;
use super::output::{Terminal, visible};
use crate::format::near::nearest;
use crate::kind::registry;
use crate::model::{ExitStatus, Rule, example_files};
use crate::report::text::count;
use crate::spec::KindSpec;

/// Version of the JSON form.
const SCHEMA: u32 = 1;

/// Options of `prove rules`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove rules                         all rules: kind, weight, id, other names, what is wrong
  prove rules not-ignored             why, what to do, and an example that is bad and one that is good
  prove rules --format json | jq '.rules[] | select(.severity == \"error\") | .id'

In prove.yml, at the gate:
  override: { not-ignored: warning }  another weight: off, info, warning, error
  waive: { rule: not-ignored, reason: a test key, path: certs/test.pem }")]
pub(super) struct Rules {
    /// A rule, by any of its names; capitals do not count [default: all rules]
    #[arg(value_name = "ID", add = ArgValueCompleter::new(complete))]
    pub id: Option<String>,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Pages,
}

/// A rule and the kind that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// The kind.
    pub spec: &'static dyn KindSpec,
    /// The rule.
    pub rule: &'static Rule,
}

/// Every rule of every kind, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = Known> {
    let kinds = registry().kinds().iter();
    kinds.flat_map(|spec| {
        let of = |rule| Known { spec: *spec, rule };
        spec.rules().iter().copied().map(of)
    })
}

/// The rules that are called so: one of each kind that has one.
///
/// # Errors
/// No kind has one; with the name that may be meant.
pub(super) fn named(name: &str) -> Result<Vec<Known>, Failure> {
    let found: Vec<Known> = all().filter(|known| known.rule.is_called(name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let names = all().flat_map(|known| names(known.rule));
    let failure = Failure::usage(format!("there is no rule `{name}`"));
    Err(match nearest(name, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`prove rules` lists them"),
    })
}

/// The id and the other names.
fn names(rule: &'static Rule) -> impl Iterator<Item = &'static str> {
    std::iter::once(rule.id).chain(rule.aliases.iter().copied())
}

/// The names of rules that begin like this, for the shell.
pub(super) fn complete(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy().to_lowercase();
    let named = all().flat_map(|known| names(known.rule).map(move |name| (name, known.rule)));
    let begins = |(name, _): &(&str, _)| name.to_lowercase().starts_with(&current);
    let candidate =
        |(name, rule): (&str, &Rule)| CompletionCandidate::new(name).help(Some(rule.about.into()));
    named.filter(begins).map(candidate).collect()
}

pub(super) fn rules(
    rules: &Rules,
    _common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let found = match &rules.id {
        Some(name) => named(name)?,
        None => all().collect(),
    };
    let shown = match (rules.format, &rules.id) {
        (Pages::Json, _) => {
            let list: Vec<_> = found.iter().copied().map(document).collect();
            format!("{:#}\n", json!({ "schema": SCHEMA, "rules": list }))
        }
        (Pages::Markdown, _) => markdown::page(&found),
        (Pages::Text, Some(_)) => {
            let each: Vec<_> = found.iter().copied().map(whole).collect();
            each.join("\n")
        }
        (Pages::Text, None) => list(&found),
    };
    terminal.print(&visible(&shown))?;
    Ok(ExitStatus::Proved)
}

/// The rules of one kind after another, a line for each.
fn list(all: &[Known]) -> String {
    let wide = all.iter().map(|known| known.rule.id.len()).max();
    let wide = wide.unwrap_or(0);
    let mut shown = String::new();
    let mut kinds = 0;
    for (at, Known { spec, rule }) in all.iter().enumerate() {
        if at == 0 || all[at - 1].spec.word() != spec.word() {
            let gap = if at == 0 { "" } else { "\n" };
            shown.push_str(&format!("{gap}{}\n", spec.word()));
            kinds += 1;
        }
        let also = match rule.aliases {
            [] => String::new(),
            names => format!(" (also {})", names.join(", ")),
        };
        let weight = rule.severity.as_str();
        shown.push_str(&format!(
            "  {weight:7}  {:wide$}  {}{also}\n",
            rule.id, rule.about
        ));
    }
    let (rules, kinds) = (count(all.len(), "rule"), count(kinds, "kind"));
    shown + &format!("\n{rules} of {kinds}; `prove rules ID` explains one\n")
}

/// All there is to know about one rule.
fn whole(Known { spec, rule }: Known) -> String {
    let mut shown = format!("{}: {}\n", rule.id, rule.about);
    let fact = |word: &str, said: &str| format!("  {word:7} {said}\n");
    shown.push_str(&fact("kind", spec.word()));
    shown.push_str(&fact("weight", rule.severity.as_str()));
    if !rule.aliases.is_empty() {
        shown.push_str(&fact("also", &rule.aliases.join(", ")));
    }
    shown.push_str(&fact("source", rule.source));
    for (title, text) in [("why", rule.why), ("fix", rule.fix)] {
        shown.push_str(&format!("\n{title}\n{}", indented(&wrapped(text), 2)));
    }
    let settings = match rule.settings {
        "" => String::new(),
        settings => format!(", with `{}: {settings}`", spec.word()),
    };
    for (title, text) in [("bad", rule.bad), ("good", rule.good)] {
        shown.push_str(&format!("\n{title}{settings}\n"));
        for (path, body) in example_files(text, spec.usual_file()) {
            shown.push_str(&format!("  {path}\n{}", indented(body, 4)));
        }
    }
    shown
}

/// Lines of at most 98 characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < 98 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        line => format!("{:by$}{line}\n", ""),
    };
    text.lines().map(line).collect()
}

fn document(Known { spec, rule }: Known) -> Value {
    let example = |text: &'static str| -> Value {
        let files = example_files(text, spec.usual_file()).into_iter();
        files
            .map(|(path, text)| json!({ "path": path, "text": text }))
            .collect()
    };
    json!({
        "id": rule.id,
        "kind": spec.word(),
        "aliases": rule.aliases,
        "severity": rule.severity.as_str(),
        "about": rule.about,
        "why": rule.why,
        "fix": rule.fix,
        "source": rule.source,
        "settings": Some(rule.settings).filter(|settings| !settings.is_empty()),
        "bad": example(rule.bad),
        "good": example(rule.good),
    })
}
