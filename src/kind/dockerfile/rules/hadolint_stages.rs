//! Rules on stages and on the instructions that count once in a stage. Must not know what a RUN does.

use super::super::script::Script;
use super::super::subject::{Placed, Subject};
use super::Check;
use crate::format::dockerfile::{Command, Form, Mount, MountField, Word};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3012,
        find: dl3012,
    },
    Check {
        rule: &DL3024,
        find: dl3024,
    },
    Check {
        rule: &DL3025,
        find: dl3025,
    },
    Check {
        rule: &DL3029,
        find: dl3029,
    },
    Check {
        rule: &DL3059,
        find: dl3059,
    },
    Check {
        rule: &DL3063,
        find: dl3063,
    },
    Check {
        rule: &DL3065,
        find: dl3065,
    },
    Check {
        rule: &DL4000,
        find: dl4000,
    },
    Check {
        rule: &DL4003,
        find: dl4003,
    },
    Check {
        rule: &DL4004,
        find: dl4004,
    },
];

/// Two HEALTHCHECKs.
pub(super) const DL3012: Rule = Rule {
    id: "DL3012",
    aliases: &[],
    severity: Severity::Error,
    about: "A stage has more than one HEALTHCHECK",
    why: "Only the last one counts; the others are dead text that a reader takes for true.",
    fix: "keep one of them",
    source: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
    settings: "",
    bad: "FROM debian:12\nHEALTHCHECK CMD [\"a\"]\nHEALTHCHECK CMD [\"b\"]\n",
    good: "FROM debian:12\nHEALTHCHECK CMD [\"b\"]\n",
};

/// Two stages of one name.
pub(super) const DL3024: Rule = Rule {
    id: "DL3024",
    aliases: &["DuplicateStageName"],
    severity: Severity::Error,
    about: "Two stages have the same name",
    why: "A `--from` or a `--target` with that name means one of them, and which one a reader has to \
          guess. Capitals do not count in such a name.",
    fix: "give each stage its own name",
    source: "https://docs.docker.com/reference/build-checks/duplicate-stage-name/",
    settings: "",
    bad: "FROM debian:12 AS app\nFROM alpine:3.20 AS app\n",
    good: "FROM debian:12 AS build\nFROM alpine:3.20 AS app\n",
};

/// The shell form of CMD and ENTRYPOINT.
pub(super) const DL3025: Rule = Rule {
    id: "DL3025",
    aliases: &["JSONArgsRecommended"],
    severity: Severity::Warning,
    about: "CMD or ENTRYPOINT is written as text, so a shell runs it",
    why: "The shell is then the first process: a stop signal reaches it and not the program, which is \
          killed after the grace period.",
    fix: "write it as a JSON array: `CMD [\"program\", \"argument\"]`",
    source: "https://docs.docker.com/reference/build-checks/json-args-recommended/",
    settings: "",
    bad: "FROM debian:12\nCMD app --port 80\n",
    good: "FROM debian:12\nCMD [\"app\", \"--port\", \"80\"]\n",
};

/// A platform is fixed.
pub(super) const DL3029: Rule = Rule {
    id: "DL3029",
    aliases: &["FromPlatformFlagConstDisallowed"],
    severity: Severity::Warning,
    about: "FROM fixes the platform of its image",
    why: "The image is then for that platform whatever the build is asked for, and a build for several \
          platforms makes the same one for all of them.",
    fix: "leave `--platform` to the build, or write `--platform=$BUILDPLATFORM` where tools run",
    source: "https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/",
    settings: "",
    bad: "FROM --platform=linux/amd64 debian:12\n",
    good: "FROM --platform=$BUILDPLATFORM debian:12\n",
};

/// RUN after RUN.
pub(super) const DL3059: Rule = Rule {
    id: "DL3059",
    aliases: &[],
    severity: Severity::Info,
    about: "Two RUNs with one command each follow one another",
    why: "Each is a layer of its own: more to store and to fetch, and what the second removes is still \
          in the first.",
    fix: "put them together with `&&`",
    source: "https://github.com/hadolint/hadolint/wiki/DL3059",
    settings: "",
    bad: "FROM debian:12\nRUN make\nRUN make-install\n",
    good: "FROM debian:12\nRUN make && make-install\n",
};

/// A name that means something else.
pub(super) const DL3063: Rule = Rule {
    id: "DL3063",
    aliases: &["ReservedStageName"],
    severity: Severity::Warning,
    about: "A stage has a name that means something else",
    why: "`scratch` is the empty image and `context` the build context: a `--from` with that name may \
          not mean the stage.",
    fix: "give the stage another name",
    source: "https://docs.docker.com/reference/build-checks/reserved-stage-name/",
    settings: "",
    bad: "FROM debian:12 AS context\n",
    good: "FROM debian:12 AS build\n",
};

/// What holds anyway.
pub(super) const DL3065: Rule = Rule {
    id: "DL3065",
    aliases: &["RedundantTargetPlatform"],
    severity: Severity::Warning,
    about: "`--platform=$TARGETPLATFORM` is what holds anyway",
    why: "A reader looks for the reason of it, and there is none.",
    fix: "take it out",
    source: "https://docs.docker.com/reference/build-checks/redundant-target-platform/",
    settings: "",
    bad: "FROM --platform=$TARGETPLATFORM debian:12\n",
    good: "FROM debian:12\n",
};

/// An instruction that is gone.
pub(super) const DL4000: Rule = Rule {
    id: "DL4000",
    aliases: &["MaintainerDeprecated"],
    severity: Severity::Error,
    about: "MAINTAINER is deprecated",
    why: "Tools that read who made an image look at its labels.",
    fix: "write `LABEL org.opencontainers.image.authors=\"…\"`",
    source: "https://docs.docker.com/reference/build-checks/maintainer-deprecated/",
    settings: "",
    bad: "FROM debian:12\nMAINTAINER Jane <jane@example.com>\n",
    good: "FROM debian:12\nLABEL org.opencontainers.image.authors=\"Jane <jane@example.com>\"\n",
};

/// Two CMDs.
pub(super) const DL4003: Rule = Rule {
    id: "DL4003",
    aliases: &["MultipleInstructionsDisallowed"],
    severity: Severity::Warning,
    about: "A stage has more than one CMD",
    why: "Only the last one counts; the others are dead text that a reader takes for true.",
    fix: "keep one of them",
    source: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
    settings: "",
    bad: "FROM debian:12\nCMD [\"a\"]\nCMD [\"b\"]\n",
    good: "FROM debian:12\nCMD [\"b\"]\n",
};

/// Two ENTRYPOINTs.
pub(super) const DL4004: Rule = Rule {
    id: "DL4004",
    aliases: &[],
    severity: Severity::Error,
    about: "A stage has more than one ENTRYPOINT",
    why: "Only the last one counts; the others are dead text that a reader takes for true.",
    fix: "keep one of them",
    source: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
    settings: "",
    bad: "FROM debian:12\nENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]\n",
    good: "FROM debian:12\nENTRYPOINT [\"b\"]\n",
};

/// The instructions of each stage that are like this, but for the first of the stage.
fn again(
    subject: &Subject<'_>,
    rule: &'static Rule,
    found: &mut Vec<Found>,
    is: impl Fn(&Command) -> bool,
) {
    let mut last: Option<Placed<'_>> = None;
    for at in subject
        .instructions()
        .filter(|at| is(&at.instruction.command))
    {
        if let Some(before) = last.filter(|before| before.stage.index == at.stage.index) {
            let head = &at.instruction.head;
            let line = before.instruction.head.lines.first;
            let message = format!(
                "this makes the {} of line {line} void",
                at.instruction.keyword()
            );
            found.push(subject.found(rule, head.keyword.span, message));
        }
        last = Some(at);
    }
}

fn dl3012(subject: &Subject<'_>, found: &mut Vec<Found>) {
    again(subject, &DL3012, found, |command| {
        matches!(command, Command::Healthcheck(_))
    });
}

fn dl4003(subject: &Subject<'_>, found: &mut Vec<Found>) {
    again(subject, &DL4003, found, |command| {
        matches!(command, Command::Cmd(_))
    });
}

fn dl4004(subject: &Subject<'_>, found: &mut Vec<Found>) {
    again(subject, &DL4004, found, |command| {
        matches!(command, Command::Entrypoint(_))
    });
}

fn dl3024(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (stage, _) in subject.stages() {
        let Some(name) = &stage.name else { continue };
        if let Some(first) = subject.file.stage_before(stage.index, &name.text) {
            let line = first.head.lines.first;
            let message = format!("the stage of line {line} is named `{}` already", name.text);
            found.push(subject.found(&DL3024, stage.head.keyword.span, message));
        }
    }
}

fn dl3025(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let (Command::Cmd(Form::Shell(text)) | Command::Entrypoint(Form::Shell(text))) =
            &at.instruction.command
        else {
            continue;
        };
        let keyword = at.instruction.keyword();
        let message = if text.text.starts_with('[') {
            format!("this {keyword} is no JSON array that can be read, so a shell runs all of it")
        } else {
            format!("a shell runs this {keyword}")
        };
        found.push(subject.found(&DL3025, at.instruction.head.keyword.span, message));
    }
}

fn platforms<'f>(subject: &Subject<'f>) -> impl Iterator<Item = (&'f Word, &'f Word)> + use<'f> {
    let stages = subject.file.stages.iter();
    stages.filter_map(|stage| Some((stage.platform.as_ref()?, &stage.head.keyword)))
}

fn dl3029(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (platform, keyword) in platforms(subject) {
        let open = ["BUILDPLATFORM", "TARGETPLATFORM"];
        if !open.iter().any(|name| platform.text.contains(name)) {
            let message = format!("the platform is fixed: {}", platform.text);
            found.push(subject.found(&DL3029, keyword.span, message));
        }
    }
}

fn dl3065(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (platform, keyword) in platforms(subject) {
        if matches!(
            platform.text.as_str(),
            "$TARGETPLATFORM" | "${TARGETPLATFORM}"
        ) {
            let message = format!("`--platform={}` changes nothing", platform.text);
            found.push(subject.found(&DL3065, keyword.span, message));
        }
    }
}

fn dl3059(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for pair in subject.scripts.windows(2) {
        let [first, second] = pair else { continue };
        let follows = first.stage == second.stage && first.index + 1 == second.index;
        let single = is_single(first) && is_single(second);
        if follows && single && same_ground(first, second) {
            let line = first.instruction.head.lines.first;
            let message = format!("this could be one with the RUN of line {line}");
            let place = second.instruction.head.keyword.span;
            found.push(subject.found(&DL3059, place, message));
        }
    }
}

/// One command; what a `[` asks and what is only set are none. A script in a shell that is not read has none at all.
fn is_single(script: &Script<'_>) -> bool {
    let commands = script.commands.iter();
    let commands = commands.filter(|one| !matches!(one.program(), "" | "[" | "[["));
    !script.commands.is_empty() && commands.count() <= 1
}

/// Whether both run with the same mounts, network and rights.
fn same_ground(first: &Script<'_>, second: &Script<'_>) -> bool {
    fn fields(mounts: &[Mount]) -> Vec<&[MountField]> {
        mounts.iter().map(|mount| mount.fields.as_slice()).collect()
    }
    fn text(word: Option<&Word>) -> Option<&str> {
        word.map(|word| word.text.as_str())
    }
    let (first, second) = (first.run, second.run);
    fields(&first.mounts) == fields(&second.mounts)
        && text(first.network.as_ref()) == text(second.network.as_ref())
        && text(first.security.as_ref()) == text(second.security.as_ref())
        && first.devices.len() == second.devices.len()
}

fn dl3063(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (stage, _) in subject.stages() {
        let Some(name) = &stage.name else { continue };
        if matches!(
            name.text.to_ascii_lowercase().as_str(),
            "scratch" | "context"
        ) {
            let message = format!("`{}` means something else", name.text);
            found.push(subject.found(&DL3063, stage.head.keyword.span, message));
        }
    }
}

fn dl4000(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        if matches!(at.instruction.command, Command::Maintainer(_)) {
            let place = at.instruction.head.keyword.span;
            found.push(subject.found(&DL4000, place, DL4000.about));
        }
    }
}
