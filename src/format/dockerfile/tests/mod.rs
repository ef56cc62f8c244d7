//! The Dockerfile parser: what is read, what is refused, and agreement with BuildKit's own tables.

pub(super) mod oracle;
mod reading;
mod refusing;
mod scoping;
mod total;

use super::{Dockerfile, Instruction, ProblemKind, parse};

/// A file with nothing wrong in it.
fn good(text: &str) -> Dockerfile {
    let file = parse(0, text.as_bytes());
    assert!(file.errors.is_empty(), "{text}: {:?}", file.errors);
    file
}

fn kinds(text: &str) -> Vec<ProblemKind> {
    let file = parse(0, text.as_bytes());
    file.errors.iter().map(|error| error.kind).collect()
}

/// The only instruction of the last stage.
fn only(file: &Dockerfile) -> &Instruction {
    match &*file.stages.last().unwrap().instructions {
        [only] => only,
        all => panic!("{all:?}"),
    }
}
