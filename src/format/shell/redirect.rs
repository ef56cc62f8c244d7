//! Redirections, and the bodies of here-documents, which are no commands. Must not know operators
//! between commands.

use super::read::Reader;
use super::{Command, Redirect, Word};

impl Reader<'_> {
    /// Steps over the bodies of here-documents that start on this line.
    pub(super) fn bodies(&mut self) {
        for (name, tabs) in std::mem::take(&mut self.awaited) {
            while self.at < self.end {
                let rest = self.rest();
                let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
                let line = rest[..length].trim_end_matches(['\n', '\r']);
                let line = if tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                self.at += length;
                if line == name {
                    break;
                }
            }
        }
    }

    /// Takes a redirection of a command.
    pub(super) fn redirect(&mut self, command: &mut Command) -> bool {
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        const OPERATORS: [&str; 12] = [
            "<<<", "<<-", "&>>", ">>", "<<", ">&", "<&", "<>", ">|", "&>", ">", "<",
        ];
        let behind = &rest[digits..];
        let Some(operator) = OPERATORS.iter().find(|text| behind.starts_with(**text)) else {
            return false;
        };
        self.at += digits + operator.len();
        if self.rest().starts_with('(') && matches!(*operator, "<" | ">") {
            // `<(…)`: a substitution, and a word of the command.
            let start = self.at - 1;
            self.at += 1;
            self.substitution();
            command.words.push(Word {
                text: self.text.get(start..self.at).unwrap_or_default().to_owned(),
                range: start..self.at,
                literal: false,
                quoted: false,
            });
            return true;
        }
        self.blanks();
        let target = self.word().unwrap_or_default();
        if matches!(*operator, "<<" | "<<-") {
            let awaited = (target.text.clone(), *operator == "<<-");
            self.awaited.push(awaited);
        }
        command.redirects.push(Redirect {
            operator: (*operator).to_owned(),
            target,
        });
        true
    }
}
