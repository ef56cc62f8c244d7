//! BuildKit's own checks that hadolint has no number for. Must not know what a RUN does.

use super::super::subject::Subject;
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::{Command, Head, Pair, ProblemKind, Stage};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of BuildKit's own list.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &STAGE_NAME_CASING,
        find: stage_name_casing,
    },
    Check {
        rule: &FROM_AS_CASING,
        find: from_as_casing,
    },
    Check {
        rule: &NO_EMPTY_CONTINUATION,
        find: no_empty_continuation,
    },
    Check {
        rule: &CONSISTENT_INSTRUCTION_CASING,
        find: consistent_instruction_casing,
    },
    Check {
        rule: &LEGACY_KEY_VALUE_FORMAT,
        find: legacy_key_value_format,
    },
    Check {
        rule: &INVALID_DEFAULT_ARG_IN_FROM,
        find: invalid_default_arg_in_from,
    },
    Check {
        rule: &EXPOSE_PROTO_CASING,
        find: expose_proto_casing,
    },
    Check {
        rule: &EXPOSE_INVALID_FORMAT,
        find: expose_invalid_format,
    },
];

/// Capitals in a stage's name.
pub(super) const STAGE_NAME_CASING: Rule = Rule {
    id: "StageNameCasing",
    aliases: &[],
    severity: Severity::Info,
    about: "The name of a stage has capital letters",
    why: "Capitals do not count in such a name, so two spellings of it look like two stages.",
    fix: "write it in small letters",
    source: "https://docs.docker.com/reference/build-checks/stage-name-casing/",
    settings: "",
    bad: "FROM debian:12 AS BuildBase\n",
    good: "FROM debian:12 AS build-base\n",
};

/// `FROM … as`.
pub(super) const FROM_AS_CASING: Rule = Rule {
    id: "FromAsCasing",
    aliases: &[],
    severity: Severity::Info,
    about: "FROM and its AS are written in different cases",
    why: "The line is harder to read than it need be.",
    fix: "write `FROM image AS name`",
    source: "https://docs.docker.com/reference/build-checks/from-as-casing/",
    settings: "",
    bad: "FROM debian:12 as build\n",
    good: "FROM debian:12 AS build\n",
};

/// An empty line in an instruction.
pub(super) const NO_EMPTY_CONTINUATION: Rule = Rule {
    id: "NoEmptyContinuation",
    aliases: &[],
    severity: Severity::Warning,
    about: "An empty line stands inside of an instruction that is continued",
    why: "The engine passes over it today and will refuse it one day; a reader takes it for the end of \
          the instruction.",
    fix: "take the empty line out",
    source: "https://docs.docker.com/reference/build-checks/no-empty-continuation/",
    settings: "",
    bad: "FROM debian:12\nEXPOSE \\\n\n80\n",
    good: "FROM debian:12\nEXPOSE \\\n80\n",
};

/// `run` among `COPY`.
pub(super) const CONSISTENT_INSTRUCTION_CASING: Rule = Rule {
    id: "ConsistentInstructionCasing",
    aliases: &[],
    severity: Severity::Info,
    about: "Instructions are written in different cases",
    why: "The file is harder to read than it need be.",
    fix: "write all of them in capitals",
    source: "https://docs.docker.com/reference/build-checks/consistent-instruction-casing/",
    settings: "",
    bad: "FROM debian:12\nrun make\n",
    good: "FROM debian:12\nRUN make\n",
};

/// `ENV name value`.
pub(super) const LEGACY_KEY_VALUE_FORMAT: Rule = Rule {
    id: "LegacyKeyValueFormat",
    aliases: &[],
    severity: Severity::Warning,
    about: "A name and its value are written with a blank between them",
    why: "All of the rest of the line is then the value, so a second pair on it is none. The form is \
          deprecated.",
    fix: "write `name=value`",
    source: "https://docs.docker.com/reference/build-checks/legacy-key-value-format/",
    settings: "",
    bad: "FROM debian:12\nENV MODE production\n",
    good: "FROM debian:12\nENV MODE=production\n",
};

/// No image without `--build-arg`.
pub(super) const INVALID_DEFAULT_ARG_IN_FROM: Rule = Rule {
    id: "InvalidDefaultArgInFrom",
    aliases: &[],
    severity: Severity::Warning,
    about: "FROM names no image unless the build is given an argument",
    why: "Who builds the file as it is gets an error that does not say what is missing.",
    fix: "give the ARG a default",
    source: "https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/",
    settings: "",
    bad: "ARG TAG\nFROM debian:${TAG}\n",
    good: "ARG TAG=12\nFROM debian:${TAG}\n",
};

/// `80/TCP`.
pub(super) const EXPOSE_PROTO_CASING: Rule = Rule {
    id: "ExposeProtoCasing",
    aliases: &[],
    severity: Severity::Info,
    about: "EXPOSE names a protocol in capitals",
    why: "The engine keeps protocols in small letters: what is written is not what an inspection \
          shows.",
    fix: "write it in small letters",
    source: "https://docs.docker.com/reference/build-checks/expose-proto-casing/",
    settings: "",
    bad: "FROM debian:12\nEXPOSE 80/TCP\n",
    good: "FROM debian:12\nEXPOSE 80/tcp\n",
};

/// `8080:80`.
pub(super) const EXPOSE_INVALID_FORMAT: Rule = Rule {
    id: "ExposeInvalidFormat",
    aliases: &[],
    severity: Severity::Warning,
    about: "EXPOSE names a port or an address of the host",
    why: "EXPOSE says what the container listens on and binds nothing: the engine passes over the rest \
          today and will refuse it one day.",
    fix: "write the container's port alone; the host's port is for `docker run -p`",
    source: "https://docs.docker.com/reference/build-checks/expose-invalid-format/",
    settings: "",
    bad: "FROM debian:12\nEXPOSE 127.0.0.1:8080:80\n",
    good: "FROM debian:12\nEXPOSE 80\n",
};

fn stage_name_casing(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (stage, _) in subject.stages() {
        let Some(name) = &stage.name else { continue };
        if name.text.chars().any(|c| c.is_ascii_uppercase()) {
            let message = format!("the stage's name `{}` has capital letters", name.text);
            found.push(subject.found(&STAGE_NAME_CASING, stage.head.keyword.span, message));
        }
    }
}

fn is_lower(word: &str) -> bool {
    !word.chars().any(|c| c.is_ascii_uppercase())
}

fn is_upper(word: &str) -> bool {
    !word.chars().any(|c| c.is_ascii_lowercase())
}

/// A keyword in both cases is for the other rule.
fn from_as_casing(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (stage, _) in subject.stages() {
        let from = stage.head.keyword.text.as_str();
        let Some(keyword) = &stage.as_keyword else {
            continue;
        };
        let word = keyword.text.as_str();
        let differs = is_lower(from) && !is_lower(word) || is_upper(from) && !is_upper(word);
        if differs {
            let message = format!("`{from}` and `{word}` are written in different cases");
            found.push(subject.found(&FROM_AS_CASING, stage.head.keyword.span, message));
        }
    }
}

fn no_empty_continuation(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let warnings = subject.file.warnings.iter();
    for empty in warnings.filter(|one| one.kind == ProblemKind::EmptyContinuation) {
        let about = NO_EMPTY_CONTINUATION.about;
        found.push(subject.found(&NO_EMPTY_CONTINUATION, empty.span, about));
    }
}

/// What most of the file does is right; capitals when there is no most.
fn consistent_instruction_casing(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let stages = subject.file.stages.iter().map(|stage: &Stage| &stage.head);
    let others = subject.file.instructions().map(|one| &one.head);
    let heads: Vec<&Head> = stages.chain(others).collect();
    let lower = heads
        .iter()
        .filter(|head| is_lower(&head.keyword.text))
        .count();
    let upper = heads
        .iter()
        .filter(|head| is_upper(&head.keyword.text))
        .count();
    let want_lower = lower > upper;
    for head in heads {
        let word = head.keyword.text.as_str();
        let right = if want_lower {
            is_lower(word)
        } else {
            is_upper(word)
        };
        if !right {
            let case = if want_lower {
                "small letters"
            } else {
                "capitals"
            };
            let message = format!("`{word}` stands in a file whose instructions are in {case}");
            found.push(subject.found(&CONSISTENT_INSTRUCTION_CASING, head.keyword.span, message));
        }
    }
}

fn legacy_key_value_format(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let (Command::Env(pairs) | Command::Label(pairs)) = &at.instruction.command else {
            continue;
        };
        let legacy = |pair: &&Pair| pair.legacy;
        if let Some(pair) = pairs.iter().find(legacy) {
            let keyword = at.instruction.keyword();
            let message = format!("write `{keyword} {}=…`", pair.name.text);
            let place = at.instruction.head.keyword.span;
            found.push(subject.found(&LEGACY_KEY_VALUE_FORMAT, place, message));
        }
    }
}

/// Only what an ARG without a default leaves open; a variable that no ARG declares is for another
/// rule.
fn invalid_default_arg_in_from(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let args = subject.file.global_args.iter();
    let declared = args.flat_map(|instruction| match &instruction.command {
        Command::Arg(args) => args.as_slice(),
        _ => &[],
    });
    let declared: Vec<&str> = declared.map(|arg| arg.name.text.as_str()).collect();
    for (stage, values) in subject.stages() {
        let open = &values.image.unset;
        let ours = open.iter().all(|one| declared.contains(&one.name.as_str()));
        let Some(first) = open.first().filter(|_| ours) else {
            continue;
        };
        let image = values.image.text.as_deref().unwrap_or_default();
        if !is_image(image) {
            let message = format!(
                "without an argument `{}` this is `{image}`, no image",
                first.name
            );
            let place: Span = stage.head.keyword.span;
            found.push(subject.found(&INVALID_DEFAULT_ARG_IN_FROM, place, message));
        }
    }
}

/// Whether no part of a reference is empty.
fn is_image(image: &str) -> bool {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let path = name.rsplit('/').next().unwrap_or_default();
    let first = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric());
    name.split('/').all(first)
        && path
            .split(':')
            .all(|part| part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        && digest.is_none_or(|digest| digest.contains(':') && !digest.ends_with(':'))
        && !path.ends_with(['-', '.', '_'])
}

/// The values of every EXPOSE, with its place.
fn exposed<'f>(subject: &Subject<'f>) -> impl Iterator<Item = (Span, &'f str)> + use<'f> {
    subject.instructions().flat_map(|at| {
        let words = match &at.instruction.command {
            Command::Expose(words) => words.as_slice(),
            _ => &[],
        };
        let place = at.instruction.head.keyword.span;
        let values = words.iter().filter_map(move |word| at.step.value(word));
        let values = values.flat_map(|value| &value.words);
        values.map(move |value| (place, value.as_str()))
    })
}

fn expose_proto_casing(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (place, value) in exposed(subject) {
        let protocol = value.split_once('/').map_or("", |(_, protocol)| protocol);
        if !is_lower(protocol) {
            let message = format!("the protocol of `{value}` is in capitals");
            found.push(subject.found(&EXPOSE_PROTO_CASING, place, message));
        }
    }
}

fn expose_invalid_format(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (place, value) in exposed(subject) {
        if value.contains(':') {
            let message = format!("`{value}` is more than a port of the container");
            found.push(subject.found(&EXPOSE_INVALID_FORMAT, place, message));
        }
    }
}
