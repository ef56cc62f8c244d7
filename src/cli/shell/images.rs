//! The images that somebody needs who stands where a gate runs: built by the conversations of their
//! gates, held until the end, never tagged.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::because;
use crate::cli::failure::Failure;
use crate::cli::output::{Terminal, visible};
use crate::exec::container::Container;
use crate::exec::{Desk, Sink, Stream};
use crate::model::{Answer, GateName, ImageIdentity, Judged, Judgement, Masker, Product, Step};
use crate::plan::{Plan, Task};
use crate::spec::Gate;

/// Turns of one build's conversation; each has one question.
const TURNS: usize = 16;

/// The gates that build what this gate uses, each behind those that it uses itself. A build is
/// entered through its own image.
pub(super) fn needed<'p>(whole: &'p Plan, gate: &'p Gate) -> Vec<&'p Gate> {
    let gates = whole.nodes().iter().rev();
    let gates = gates.filter_map(|node| match &node.task {
        Task::Gate(gate) => Some(&**gate),
        Task::Tag { .. } | Task::Join => None,
    });
    let mut wanted = gate.kind.uses();
    if gate.kind.builds().is_some() {
        wanted.push(gate.name.clone());
    }
    // A plan has every gate behind what it uses, so one look from its end finds them all.
    let mut found = Vec::new();
    for gate in gates {
        if wanted.contains(&gate.name) {
            wanted.extend(gate.kind.uses());
            found.push(gate);
        }
    }
    found.reverse();
    found
}

/// Builds one of them.
///
/// # Errors
/// The build failed, or it cannot be known what became of it.
pub(super) async fn build(
    gate: &Gate,
    images: &BTreeMap<GateName, ImageIdentity>,
    container: &Container,
    desk: &Desk<'_>,
) -> Result<ImageIdentity, Failure> {
    let headline = format!("the image of `{}` is not there", gate.name);
    let Some(judgement) = talk(gate, images, container, desk).await else {
        return Err(Failure::undecided(headline).detail("its gate does not come to an end"));
    };
    match (judgement.verdict, judgement.product) {
        (Judged::Passed(_), Some(Product::Image(image))) => Ok(image),
        (Judged::Passed(_), None) => Err(Failure::undecided(headline).detail("nothing was built")),
        (Judged::Failed(reason) | Judged::Errored(reason), _) => Err(because(headline, reason)),
    }
}

async fn talk(
    gate: &Gate,
    images: &BTreeMap<GateName, ImageIdentity>,
    container: &Container,
    desk: &Desk<'_>,
) -> Option<Judgement> {
    let mut answers: Vec<Answer> = Vec::new();
    for _ in 0..TURNS {
        match gate.kind.step(&gate.turn(images), &answers) {
            Step::Judge(judgement) => return Some(*judgement),
            Step::Ask(probes) => {
                for probe in &probes {
                    answers.push(container.answer(probe, desk).await);
                }
            }
        }
    }
    None
}

/// Shows on standard error how far a build is, secrets masked.
pub(super) struct Builder<'v> {
    terminal: &'v Terminal,
    masker: RefCell<Masker>,
}

impl<'v> Builder<'v> {
    pub(super) fn new(terminal: &'v Terminal, masker: Masker) -> Self {
        let masker = RefCell::new(masker);
        Self { terminal, masker }
    }

    /// Says what the masker has held back.
    pub(super) fn finish(&self) {
        let rest = self.masker.borrow_mut().finish();
        self.say(&rest);
    }

    fn say(&self, bytes: &[u8]) {
        self.terminal
            .warn(&visible(&String::from_utf8_lossy(bytes)));
    }
}

impl Sink for Builder<'_> {
    fn output(&self, _: Stream, bytes: &[u8]) {
        let shown = self.masker.borrow_mut().push(bytes);
        self.say(&shown);
    }

    fn progress(&self, line: &str) {
        self.output(Stream::Stderr, format!("{line}\n").as_bytes());
    }

    fn keep_dir(&self) -> Option<std::path::PathBuf> {
        None
    }
}
