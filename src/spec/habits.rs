//! Slips of the pen: keys that are spelt almost right, and habits from other tools. One table.

use super::Diagnostic;
pub(super) use crate::format::near::nearest;
use crate::format::yaml::{Key, Span};

/// What people write out of habit, what it is called here, and a word more.
const HABITS: &[(&[&str], &str)] = &[
    (
        &["depends_on", "deps", "depends", "require", "after"],
        "needs",
    ),
    (
        &[
            "working-directory",
            "working_directory",
            "workdir",
            "working_dir",
            "dir",
        ],
        "cwd",
    ),
    (
        &[
            "continue-on-error",
            "continue_on_error",
            "allow_failure",
            "allow_failures",
            "soft_fail",
        ],
        "advisory",
    ),
    (&["name", "desc", "title"], "description"),
    (
        &["timeout-minutes", "timeout_minutes", "timeout-in-minutes"],
        "timeout",
    ),
    (&["image", "container"], "in"),
    (
        &["script", "cmd", "cmds", "command", "commands", "entry"],
        "run",
    ),
    (&["if", "rules", "only", "except"], "when"),
    (&["environment", "variables"], "env"),
    (&["retry", "attempts"], "retries"),
    (&["jobs", "steps", "checks", "tasks", "hooks"], "gates"),
    (&["include", "extends", "imports"], "use"),
    (&["artifacts"], "outputs"),
    (&["sources", "paths"], "inputs"),
    (&["strategy", "for_each", "parallel"], "matrix"),
    (&["mutex", "concurrency", "resource_group"], "locks"),
];

/// Keys of the language that this version does not read yet.
const LATER: &[&str] = &[
    "release", "bake", "nix", "scan", "inspect", "up", "serve", "http",
];

/// A key that nobody knows here.
pub(super) fn unknown_key(
    key: &Key,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(key.span, format!("unknown key `{}`", key.text));
    if LATER.contains(&&*key.text) {
        return diagnostic.help("this key comes with a later version of prove");
    }
    let habit = HABITS
        .iter()
        .find(|(habits, _)| habits.contains(&&*key.text));
    if let Some((_, word)) = habit.filter(|(_, word)| LATER.contains(word)) {
        return diagnostic.help(format!(
            "here this is called `{word}`, and comes with a later version of prove"
        ));
    }
    if let Some((_, word)) = habit.filter(|(_, word)| known.clone().any(|name| name == *word)) {
        return diagnostic
            .help(format!("here this is called `{word}`"))
            .suggest(*word);
    }
    let listed: Vec<_> = known.clone().collect();
    let guess = did_you_mean(diagnostic, &key.text, known);
    if guess.help.is_some() || listed.is_empty() {
        return guess;
    }
    guess.help(format!("known here: {}", listed.join(", ")))
}

/// Adds the nearest word, when one is near.
pub(super) fn did_you_mean<'w>(
    diagnostic: Diagnostic,
    written: &str,
    known: impl Iterator<Item = &'w str>,
) -> Diagnostic {
    match nearest(written, known) {
        Some(word) => diagnostic
            .help(format!("did you mean `{word}`?"))
            .suggest(word),
        None => diagnostic,
    }
}

/// YAML 1.1 had many more booleans; a reader of today has two.
pub(super) fn not_a_boolean(text: &str, plain: bool, span: Span) -> Diagnostic {
    let found = if plain {
        format!("`{text}`")
    } else {
        format!("the text \"{text}\"")
    };
    let diagnostic = Diagnostic::new(span, format!("expected `true` or `false`, found {found}"));
    let meant = match text.to_lowercase().as_str() {
        "yes" | "on" | "y" | "true" => "true",
        "no" | "off" | "n" | "false" => "false",
        _ => return diagnostic,
    };
    let why = if plain {
        "YAML 1.1 read this as a boolean, YAML 1.2 reads it as a text"
    } else {
        "in quotes it is a text"
    };
    diagnostic
        .why(why)
        .help(format!("write `{meant}`"))
        .suggest(meant)
}
