//! Any bytes: no panic, places that fit, and time that grows with the length only.

use proptest::prelude::*;

use super::super::scope::{Given, evaluate};
use super::super::{Dockerfile, Head, Instruction, Problem, parse};
use crate::format::Span;

/// Pieces that mean something, to be put together at random.
const PIECES: &[&str] = &[
    "FROM a AS b\n",
    "FROM ",
    "RUN ",
    "COPY --from=",
    "ADD ",
    "ENV ",
    "ARG ",
    "LABEL ",
    "CMD ",
    "ONBUILD ",
    "HEALTHCHECK ",
    "# escape=`\n",
    "# ",
    "\\\n",
    "`\n",
    "\n",
    "\r\n",
    " ",
    "\t",
    "<<E",
    "<<-'E'",
    "E\n",
    "[\"",
    "\"]",
    "\", \"",
    "'",
    "\"",
    "\\",
    "`",
    "$x",
    "${x:-",
    "${x#*",
    "}",
    "=",
    "--mount=type=cache,",
    "--",
    ",",
    "é",
    "\u{a0}",
    "\u{feff}",
    "x",
    "//",
    "SHELL ",
    "EXPOSE ",
];

fn fits(span: Span, file: &Dockerfile) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end, "{span:?}");
    assert!(
        file.text.get(start..end).is_some(),
        "{span:?} in {:?}",
        file.text
    );
}

fn head(head: &Head, file: &Dockerfile) {
    fits(head.span, file);
    fits(head.keyword.span, file);
    assert!(head.lines.first >= 1 && head.lines.first <= head.lines.last);
    for flag in &head.flags {
        fits(flag.span, file);
        flag.value.iter().for_each(|value| fits(value.span, file));
    }
    for heredoc in &head.heredocs {
        fits(heredoc.marker, file);
        fits(heredoc.body, file);
        heredoc.terminator.iter().for_each(|span| fits(*span, file));
    }
}

fn instruction(instruction: &Instruction, file: &Dockerfile) {
    use super::super::Command::{Add, Arg, Cmd, Copy, Env, Expose, Label, Onbuild, Run, User};
    head(&instruction.head, file);
    match &instruction.command {
        Onbuild(inner) => self::instruction(inner, file),
        Env(pairs) | Label(pairs) => pairs.iter().for_each(|pair| {
            fits(pair.name.span, file);
            fits(pair.value.span, file);
        }),
        Arg(args) => args.iter().for_each(|arg| {
            fits(arg.name.span, file);
            arg.default.iter().for_each(|word| fits(word.span, file));
        }),
        Add(transfer) | Copy(transfer) => {
            fits(transfer.dest.span, file);
            transfer
                .sources
                .iter()
                .for_each(|word| fits(word.span, file));
        }
        Run(run) => run
            .form
            .words()
            .iter()
            .for_each(|word| fits(word.span, file)),
        Cmd(form) => form.words().iter().for_each(|word| fits(word.span, file)),
        Expose(words) => words.iter().for_each(|word| fits(word.span, file)),
        User(word) => fits(word.span, file),
        _ => {}
    }
}

fn check(bytes: &[u8]) {
    let file = parse(0, bytes);
    for stage in &file.stages {
        head(&stage.head, &file);
        fits(stage.image.span, &file);
    }
    file.instructions().for_each(|one| instruction(one, &file));
    file.comments.iter().for_each(|one| fits(one.span, &file));
    let problem = |problem: &Problem| {
        fits(problem.span, &file);
        assert!(!problem.message.is_empty());
    };
    file.errors.iter().chain(&file.warnings).for_each(problem);
    for stage in evaluate(&file, &Given::default()).stages {
        for value in stage.steps.iter().flat_map(|step| &step.values) {
            value.unset.iter().for_each(|unset| fits(unset.span, &file));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>) {
        check(&bytes);
    }

    #[test]
    fn any_pieces_are_read(pieces in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = pieces.into_iter().map(|at| PIECES[at]).collect();
        check(text.as_bytes());
    }

    #[test]
    fn a_real_file_with_holes_is_read(cuts in proptest::collection::vec((0..2000_usize, 0..9_usize, 0..PIECES.len()), 1..8)) {
        let mut bytes = include_bytes!("../../../../Dockerfile").to_vec();
        for (at, length, piece) in cuts {
            let start = at.min(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, PIECES[piece].bytes());
        }
        check(&bytes);
    }
}

/// Shapes that a careless walk would go over again and again: no clock is needed, the test would
/// not end.
#[test]
fn long_files_are_read_in_one_go() {
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let long = 64 << 10;
    for text in [
        many("RUN echo ${x:-y} && z\n", long),
        format!("RUN a {}", many("\\\n", long)),
        format!("RUN a \\\n{}", many("# c\n", long)),
        format!("RUN a \\\n{}", many("\n", long)),
        format!("RUN <<E\n{}", many("x\n", long)),
        format!("RUN {}\n", many("<<E ", 60_000)),
        format!("CMD [{}", many("[\\\n", long)),
        format!("ENV {}", many("a=b \\\n", long)),
        format!("COPY {}", many("a \\\n", long)),
        many("ONBUILD ", 60_000),
        format!("ENV a={}\n", many("${a:-", 60_000)),
        format!("FROM a\n{}", many("ENV a=$a$a\n", 2_000)),
        many("X\n", long),
    ] {
        check(text.as_bytes());
    }
}
