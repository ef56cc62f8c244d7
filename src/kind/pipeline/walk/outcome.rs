//! Whether anything looks at the outcome of a command.

use super::Walk;
use crate::format::words::{Item, Joint, Node};

/// Commands that do not fail, or whose failure says nothing about what was proved.
const HARMLESS: &[&str] = &[
    "cd", "export", "set", "pushd", "echo", "test", "[", "[[", "source", ".",
];

impl Walk<'_> {
    /// Why a failure of an item stops nothing.
    pub(super) fn softened(&self, item: &Item, chain: &[Item], rest: &[Item]) -> Option<String> {
        let behind = chain.last().map_or(Joint::Next, |item| item.after);
        match (item.after, behind) {
            (Joint::Pipe, _) if !self.shell.pipefail => Some(
                "it is piped on, and without `pipefail` only the last command of a pipe counts"
                    .to_owned(),
            ),
            (Joint::Background, _) | (_, Joint::Background) => {
                Some("it runs in the background (`&`)".to_owned())
            }
            (_, Joint::Or) => match rest.first() {
                Some(next) if stops(next) => None,
                Some(_) => Some("`||` goes on when it fails".to_owned()),
                None => None,
            },
            (Joint::Next, _) if !self.shell.errexit && !rest.is_empty() => {
                Some("the shell goes on after a command that fails (no `set -e`)".to_owned())
            }
            _ if item.negated => Some("a `!` turns its answer round".to_owned()),
            _ => None,
        }
    }
}

pub(super) fn harmless(item: &Item) -> bool {
    match &item.node {
        Node::Command(words, _) => words
            .first()
            .is_none_or(|word| HARMLESS.contains(&word.as_str())),
        _ => false,
    }
}

/// Whether an item ends the text with a failure.
pub(super) fn stops(item: &Item) -> bool {
    match &item.node {
        Node::Command(words, _) => match words.first().map(String::as_str) {
            Some("exit" | "return") => words.get(1).is_none_or(|code| code != "0"),
            Some("false" | "die" | "fail" | "abort" | "fatal") => true,
            _ => false,
        },
        Node::Group(inner) => inner.last().is_some_and(stops),
        _ => false,
    }
}
