//! The conversation of a kind about one file: what was named is answered out of the bytes at hand,
//! the rest by the executor of files. Starts no process but git, and that only if a kind asks for it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::exec::files::Files;
use crate::format::glob::Pattern;
use crate::model::{Answer, Content, Judgement, Probe, Reason, Step};
use crate::spec::Gate;

/// Turns of one conversation; more is a kind that cannot end.
const TURNS: usize = 64;

/// The file that is talked about.
pub(super) struct File<'f> {
    /// What paths are seen from.
    pub root: &'f Path,
    /// What the kind knows it by.
    pub name: &'f str,
    /// What is in it.
    pub bytes: &'f [u8],
}

/// Holds the conversation to its end.
///
/// # Errors
/// A kind that does not come to an end.
pub(super) fn talk(gate: &Gate, file: &File<'_>) -> Result<Judgement, Reason> {
    let images = BTreeMap::new();
    let turn = gate.turn(&images);
    let mut answers = Vec::new();
    for _ in 0..TURNS {
        match gate.kind.step(&turn, &answers) {
            Step::Judge(judgement) => return Ok(*judgement),
            Step::Ask(probes) if probes.is_empty() => break,
            Step::Ask(probes) => answers.extend(probes.iter().map(|probe| file.answer(probe))),
        }
    }
    let said = format!(
        "a bug in prove: the kind {} does not judge",
        gate.kind.word()
    );
    Err(Reason::new(said).hint("please report it, with the file"))
}

impl File<'_> {
    fn answer(&self, probe: &Probe) -> Answer {
        let files = Files::new(self.root);
        let Probe::Read { cwd, patterns } = probe else {
            return files.answer_now(probe);
        };
        let mut lists = Vec::new();
        for pattern in patterns {
            if self.is_meant(cwd, pattern) {
                lists.push(vec![Content {
                    path: self.name.to_owned(),
                    bytes: Ok(self.bytes.to_vec()),
                }]);
                continue;
            }
            let other = Probe::Read {
                cwd: cwd.clone(),
                patterns: vec![pattern.clone()],
            };
            match files.answer_now(&other) {
                Answer::Contents(list) => lists.extend(list),
                unanswered => return unanswered,
            }
        }
        Answer::Contents(lists)
    }

    /// Whether this very file is asked for. The gate's directory is the root.
    fn is_meant(&self, cwd: &str, pattern: &str) -> bool {
        let pattern = Pattern::parse(cwd, pattern);
        pattern.is_ok_and(|pattern| pattern.literal() == Some(self.name))
    }
}
