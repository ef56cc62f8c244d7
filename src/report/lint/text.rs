//! For people: each finding with the line that it is about, why, and what to do; or a line for each.

use std::collections::BTreeSet;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

use super::{Lint, Remark, Unjudged};
use crate::model::{Finding, Severity};
use crate::report::text::{count, show_line, turns_text};

const RED: &str = "\u{1b}[1;31m";
const CYAN: &str = "\u{1b}[36m";
const PLAIN: &str = "\u{1b}[0m";

/// All of it, coloured.
pub(super) fn whole(lint: &Lint) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let mut told = BTreeSet::new();
    let mut shown = String::new();
    for remark in &lint.remarks {
        // Of a rule that is broken a hundred times it is enough to read once why it is there.
        let first = told.insert(&remark.finding.rule);
        shown.push_str(&renderer.render(&[block(remark, first)]));
        shown.push_str("\n\n");
    }
    for unjudged in &lint.unjudged {
        shown.push_str(&not_judged(unjudged));
        shown.push('\n');
    }
    for note in &lint.notes {
        shown.push_str(&format!("{CYAN}note{PLAIN}: {}\n", show_line(note)));
    }
    shown + &summary(lint)
}

fn block(remark: &Remark, first: bool) -> Group<'_> {
    let finding = &remark.finding;
    let level = match finding.severity {
        _ if finding.waived.is_some() => Level::NOTE.with_name("waived"),
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(show_line(&finding.told()));
    let mut group = placed(title.id(show_line(&finding.rule)), remark);
    if let Some(why) = finding.why.as_ref().filter(|_| first) {
        group = group.element(Level::NOTE.message(show_line(why)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(show_line(help)));
    }
    group
}

/// The place of a finding, with its line where that is known.
fn placed<'r>(title: Title<'r>, remark: &'r Remark) -> Group<'r> {
    let Some(at) = &remark.finding.location else {
        return Group::with_title(title);
    };
    let path = show_line(&at.path);
    let (line, column) = (at.line as usize, at.column as usize);
    match &remark.line {
        Some(text) if line > 0 => {
            let text = tame(text);
            let span = span(&text, column);
            let snippet = Snippet::source(text).path(path).line_start(line);
            title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
        }
        _ => {
            let mut origin = Origin::path(path);
            if line > 0 {
                origin = origin.line(line).char_column(column.max(1));
            }
            title.element(origin)
        }
    }
}

/// The bytes of a line to underline: the word that begins there, or all of it when the whole line is
/// meant.
fn span(line: &str, column: usize) -> std::ops::Range<usize> {
    if column == 0 {
        let start = line.len() - line.trim_start().len();
        return start..line.trim_end().len().max(start);
    }
    let start = line.char_indices().nth(column - 1);
    let start = start.map_or(line.len(), |(at, _)| at);
    let rest = &line[start..];
    start..start + rest.find(char::is_whitespace).unwrap_or(rest.len())
}

/// A line of a file, character by character, so that columns stay: what a terminal would obey is
/// replaced.
fn tame(line: &str) -> String {
    let seen = |c: char| c == '\t' || !(c.is_control() || turns_text(c));
    let shown = line.chars().map(|c| if seen(c) { c } else { '\u{fffd}' });
    shown.collect()
}

fn not_judged(unjudged: &Unjudged) -> String {
    let reason = &unjudged.reason;
    let file = show_line(&unjudged.file);
    let why = show_line(&reason.headline);
    let mut shown = format!("{RED}not judged{PLAIN}: {file}: {why}\n");
    for detail in &reason.details {
        shown.push_str(&format!("  {}\n", show_line(detail)));
    }
    if let Some(hint) = &reason.hint {
        shown.push_str(&format!("  {CYAN}hint{PLAIN}: {}\n", show_line(hint)));
    }
    shown
}

/// What was asked for and makes the answer softer or harder: said whatever came of it.
pub(super) fn soft(lint: &Lint) -> Vec<String> {
    let mut said = Vec::new();
    if !lint.ignored.is_empty() {
        said.push(format!("left out by --ignore: {}", lint.ignored.join(", ")));
    }
    if !lint.overridden.is_empty() {
        let each = lint.overridden.iter();
        let each: Vec<_> = each
            .map(|(rule, level)| format!("{rule}={level}"))
            .collect();
        said.push(format!("other weights by --override: {}", each.join(", ")));
    }
    if lint.threshold != Severity::Warning {
        let from = lint.threshold.as_str();
        said.push(format!(
            "what counts begins at {from}, by --failure-threshold"
        ));
    }
    said
}

/// The last lines.
pub(super) fn summary(lint: &Lint) -> String {
    let mut shown: String = soft(lint)
        .iter()
        .map(|line| format!("{}\n", show_line(line)))
        .collect();
    let files: BTreeSet<&String> = lint.judged.iter().map(|(file, _)| file).collect();
    shown.push_str(&format!("{} judged: ", count(files.len(), "file")));
    let found = tally(lint);
    shown.push_str(&match (found.is_empty(), files.is_empty()) {
        (false, _) => found.join(", "),
        (true, false) => "nothing found".to_owned(),
        (true, true) => "there is nothing to say of none".to_owned(),
    });
    if !lint.unjudged.is_empty() {
        shown.push_str(&format!("; {} not judged", lint.unjudged.len()));
    }
    if !found.is_empty() {
        shown.push_str(" (`prove rules ID` explains a rule)");
    }
    shown + "\n"
}

/// How many findings there are of each weight, heaviest first, and what is waived.
fn tally(lint: &Lint) -> Vec<String> {
    let words = [
        ("error", "error"),
        ("warning", "warning"),
        ("info", "remark"),
        ("waived", ""),
    ];
    let tally = words.iter().filter_map(|(word, noun)| {
        let of = |remark: &&Remark| remark.finding.word() == *word;
        let n = lint.remarks.iter().filter(of).count();
        let said = match *noun {
            "" => format!("{n} waived"),
            noun => count(n, noun),
        };
        (n > 0).then_some(said)
    });
    tally.collect()
}

/// A line for what counts, and for what could not be judged.
pub(super) fn lines(lint: &Lint) -> String {
    let counted = lint.remarks.iter().map(|remark| &remark.finding);
    let counted = counted.filter(|finding| lint.counts(finding));
    let unjudged = lint.unjudged.iter().map(|unjudged| {
        let (file, why) = (
            show_line(&unjudged.file),
            show_line(&unjudged.reason.headline),
        );
        format!("{file}: not judged: {why}\n")
    });
    counted.map(line).chain(unjudged).collect()
}

/// `Dockerfile:1:1: warning: the base image has no tag [DL3006]`
fn line(finding: &Finding) -> String {
    let at = finding.location.as_ref().map(|at| {
        let path = show_line(&at.path);
        match (at.line, at.column) {
            (0, _) => format!("{path}: "),
            (line, 0) => format!("{path}:{line}: "),
            (line, column) => format!("{path}:{line}:{column}: "),
        }
    });
    format!(
        "{}{}: {} [{}]\n",
        at.unwrap_or_default(),
        finding.severity.as_str(),
        show_line(&finding.message),
        show_line(&finding.rule)
    )
}
