//! What is refused, all at once, and what is left of a bad file.

use super::super::{Command, ProblemKind, parse};
use super::kinds;
use ProblemKind::{
    BadFlagValue, BadFrom, BadHealthcheck, BadMount, BadStageName, BadTrigger, BlankName,
    DuplicateFlag, Empty, LineTooLong, MissingArgument, MissingEquals, NoStage, NotJson, NotUtf8,
    TooManyArguments, UnknownFlag, UnknownInstruction,
};

#[test]
fn what_the_engine_refuses_is_an_error() {
    for (line, kind) in [
        ("RUNN x", UnknownInstruction),
        ("COPY x", MissingArgument),
        ("COPY", MissingArgument),
        ("ADD [\"x\"]", MissingArgument),
        ("ENV", MissingArgument),
        ("ENV X", MissingArgument),
        ("ENV a=1 b", MissingEquals),
        ("ENV =1", BlankName),
        ("LABEL a=1 =2", BlankName),
        ("ARG", MissingArgument),
        ("ARG =x", BlankName),
        ("EXPOSE", MissingArgument),
        ("USER", MissingArgument),
        ("WORKDIR", MissingArgument),
        ("VOLUME []", MissingArgument),
        ("VOLUME [\"\"]", MissingArgument),
        ("SHELL bash", NotJson),
        ("SHELL []", MissingArgument),
        ("HEALTHCHECK", MissingArgument),
        ("HEALTHCHECK CMD", MissingArgument),
        ("HEALTHCHECK TCP 1", BadHealthcheck),
        ("HEALTHCHECK NONE x", TooManyArguments),
        ("HEALTHCHECK --interval=5 CMD x", BadFlagValue),
        ("HEALTHCHECK --interval=1us CMD x", BadFlagValue),
        ("HEALTHCHECK --retries=-1 CMD x", BadFlagValue),
        ("ONBUILD", MissingArgument),
        ("ONBUILD ONBUILD RUN x", BadTrigger),
        ("ONBUILD FROM x", BadTrigger),
        ("COPY --form=x a b", UnknownFlag),
        ("USER --x y", UnknownFlag),
        ("COPY --from=x --from=y a b", DuplicateFlag),
        ("COPY --link=maybe a b", BadFlagValue),
        ("COPY --chown a b", BadFlagValue),
        ("RUN --mount=type=cach,target=/x y", BadMount),
        ("RUN --mount=target x", BadMount),
        ("RUN --mount=from=$X,target=/x y", BadMount),
        ("RUN --network=hots x", BadFlagValue),
        ("FROM", BadFrom),
        ("FROM a b", BadFrom),
        ("FROM a AS 1b", BadStageName),
    ] {
        let all = kinds(&format!("FROM a\n{line}\n"));
        assert!(all.contains(&kind), "{line}: {all:?}");
    }
}

#[test]
fn a_file_without_a_stage_is_refused() {
    assert_eq!(kinds(""), [Empty]);
    assert_eq!(kinds("# only\n"), [Empty]);
    assert_eq!(kinds("ARG X\n"), [NoStage]);
    assert_eq!(kinds("RUN x\nFROM a\n"), [NoStage]);
    assert_eq!(
        kinds(&format!("FROM a\nRUN {}\n", "x".repeat(70_000))),
        [LineTooLong]
    );
}

#[test]
fn all_mistakes_are_found_and_the_rest_is_left() {
    let file = parse(0, b"FROM a\nRUNN x\nENV X\nUSER me\nCOPY y\nFRMO b\n");
    assert_eq!(file.errors.len(), 4);
    let instructions = &file.stages[0].instructions;
    assert!(matches!(
        instructions[0].command,
        Command::Unknown { near: Some("RUN") }
    ));
    assert!(matches!(instructions[1].command, Command::Broken));
    assert!(matches!(instructions[2].command, Command::User(_)));
    assert_eq!(file.errors[0].help.as_deref(), Some("did you mean `RUN`?"));
    assert!(file.errors.iter().all(|error| error.help.is_some()));
}

#[test]
fn bytes_that_are_no_text_count_outside_of_comments() {
    let file = parse(0, b"# caf\xe9\nFROM a\n");
    assert!(file.errors.is_empty());
    assert_eq!(file.warnings[0].kind, NotUtf8);
    assert_eq!(kinds_of(b"FROM a\nUSER caf\xe9\n"), [NotUtf8]);
}

fn kinds_of(bytes: &[u8]) -> Vec<ProblemKind> {
    parse(0, bytes).errors.iter().map(|e| e.kind).collect()
}

#[test]
fn what_the_engine_takes_without_effect_is_a_warning() {
    for text in [
        "FROM a AS x\nFROM b AS X\n",
        "FROM a\nARG --x y\n",
        "FROM a\nONBUILD COPY x\n",
    ] {
        let file = parse(0, text.as_bytes());
        assert!(file.errors.is_empty(), "{text}: {:?}", file.errors);
        assert_eq!(file.warnings.len(), 1, "{text}");
    }
}
