//! Rules on COPY and ADD: which of the two, from where, and to which place. Must not know what is in
//! the build context.

use super::super::script::Script;
use super::super::subject::{Placed, Subject};
use super::Check;
use super::runs::base;
use crate::format::dockerfile::{Command, Transfer, Word};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

/// In the order of their numbers.
pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3010,
        find: dl3010,
    },
    Check {
        rule: &DL3020,
        find: dl3020,
    },
    Check {
        rule: &DL3021,
        find: dl3021,
    },
    Check {
        rule: &DL3023,
        find: dl3023,
    },
    Check {
        rule: &DL3045,
        find: dl3045,
    },
    Check {
        rule: &DL3067,
        find: dl3067,
    },
];

/// COPY and tar.
pub(super) const DL3010: Rule = Rule {
    id: "DL3010",
    aliases: &[],
    severity: Severity::Info,
    about: "An archive is copied and then unpacked by a RUN",
    why: "The image then has the archive and what was in it: the first is a layer of dead weight.",
    fix: "`ADD archive.tar.gz /directory/` unpacks it in one step and leaves no archive behind",
    source: "https://github.com/hadolint/hadolint/wiki/DL3010",
    settings: "",
    bad: "FROM debian:12\nCOPY rootfs.tar.xz /tmp/\nRUN tar -xf /tmp/rootfs.tar.xz -C /\n",
    good: "FROM debian:12\nADD rootfs.tar.xz /\n",
};

/// ADD for what COPY does.
pub(super) const DL3020: Rule = Rule {
    id: "DL3020",
    aliases: &[],
    severity: Severity::Error,
    about: "ADD is used where COPY does the same",
    why: "ADD also fetches addresses and unpacks archives: a file that happens to be one lands in the \
          image as something else, and a reader cannot tell what is meant.",
    fix: "write COPY",
    source: "https://github.com/hadolint/hadolint/wiki/DL3020",
    settings: "",
    bad: "FROM debian:12\nADD app.conf /etc/app.conf\n",
    good: "FROM debian:12\nCOPY app.conf /etc/app.conf\nADD rootfs.tar.xz /\n",
};

/// More than one file needs a directory.
pub(super) const DL3021: Rule = Rule {
    id: "DL3021",
    aliases: &[],
    severity: Severity::Error,
    about: "COPY has several sources, and its destination does not end with a slash",
    why: "Several files can only go into a directory, and the reference asks for the slash: engines \
          refuse the build when the place is not clearly one.",
    fix: "put a `/` at the end of the destination",
    source: "https://github.com/hadolint/hadolint/wiki/DL3021",
    settings: "",
    bad: "FROM debian:12\nCOPY a.conf b.conf /etc/app\n",
    good: "FROM debian:12\nCOPY a.conf b.conf /etc/app/\n",
};

/// From itself.
pub(super) const DL3023: Rule = Rule {
    id: "DL3023",
    aliases: &[],
    severity: Severity::Error,
    about: "COPY takes files from the very stage that it stands in",
    why: "A stage is not there before it is made: the engine looks for an image of that name.",
    fix: "name an earlier stage, or leave `--from` out",
    source: "https://github.com/hadolint/hadolint/wiki/DL3023",
    settings: "",
    bad: "FROM debian:12 AS app\nCOPY --from=app /a /b\n",
    good: "FROM debian:12 AS build\nFROM debian:12 AS app\nCOPY --from=build /a /b\n",
};

/// Relative to what?
pub(super) const DL3045: Rule = Rule {
    id: "DL3045",
    aliases: &[],
    severity: Severity::Warning,
    about: "COPY has a relative destination, and no WORKDIR says what it is relative to",
    why: "It lands wherever the base image happens to stand, and that may change with the next \
          release of it.",
    fix: "set WORKDIR first, or write the whole path",
    source: "https://github.com/hadolint/hadolint/wiki/DL3045",
    settings: "",
    bad: "FROM debian:12\nCOPY app.conf conf/app.conf\n",
    good: "FROM debian:12\nWORKDIR /app\nCOPY app.conf conf/app.conf\n",
};

/// All of another stage.
pub(super) const DL3067: Rule = Rule {
    id: "DL3067",
    aliases: &[],
    severity: Severity::Warning,
    about: "COPY takes the whole file system of another stage",
    why: "All that the other stage needed for building comes along, and a second stage is of no use \
          then.",
    fix: "copy what is needed, or build on that stage with FROM",
    source: "https://github.com/hadolint/hadolint/wiki/DL3067",
    settings: "",
    bad: "FROM debian:12 AS build\nFROM scratch\nCOPY --from=build / /\n",
    good: "FROM debian:12 AS build\nFROM scratch\nCOPY --from=build /usr/bin/app /usr/bin/app\n",
};

/// Ends of archives, as ADD unpacks them or a reader would think it does.
const ARCHIVES: &[&str] = &[
    ".tar", ".gz", ".bz2", ".xz", ".tgz", ".tbz", ".tbz2", ".tb2", ".txz", ".tlz", ".tpz", ".lz",
    ".lzma", ".Z", ".tZ", ".zst", ".tzst",
];

fn is_archive(path: &str) -> bool {
    let path = bare(path);
    ARCHIVES.iter().any(|end| path.ends_with(end))
}

/// Without the quotes that the engine takes off.
fn bare(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// All COPYs with their places.
fn copies<'f>(subject: &Subject<'f>) -> impl Iterator<Item = (Placed<'f>, &'f Transfer)> + use<'f> {
    subject
        .instructions()
        .filter_map(|at| match &at.instruction.command {
            Command::Copy(copy) => Some((at, copy)),
            _ => None,
        })
}

/// What a word comes to, or how it is written.
fn text<'f>(subject: &Subject<'f>, at: &Placed<'f>, word: &'f Word) -> &'f str {
    subject
        .known(at.step, word)
        .unwrap_or_else(|| bare(&word.text))
}

fn dl3010(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (at, copy) in copies(subject) {
        let archives = copy.sources.iter().map(|word| text(subject, &at, word));
        let mut archives = archives.filter(|path| is_archive(path));
        let to = text(subject, &at, &copy.dest);
        let unpacked = archives.find(|path| {
            // A destination without a slash may be a directory all the same.
            let names = [base(path), base(to)];
            let scripts = subject.scripts.iter();
            let mut later =
                scripts.filter(|one| one.stage == at.stage.index && one.index > at.index);
            later.any(|script| unpacks(script, names))
        });
        if let (Some(path), None) = (unpacked, &copy.from) {
            let message = format!("{path} is copied here and unpacked below");
            found.push(subject.found(&DL3010, at.instruction.head.keyword.span, message));
        }
    }
}

fn unpacks(script: &Script<'_>, files: [&str; 2]) -> bool {
    script.commands.iter().any(|command| {
        let args = command.args();
        let names = args.iter().any(|arg| {
            let path = arg.text.rsplit('=').next().unwrap_or_default();
            !path.is_empty() && files.contains(&base(path))
        });
        let unpacks = match command.program() {
            "tar" => {
                let first = args.first().map_or("", |arg| arg.text.as_str());
                let old = !first.starts_with('-') && first.contains('x');
                old || command.has_flag(Some('x'), &["extract", "get"])
            }
            "gunzip" | "bunzip2" | "unxz" | "unlzma" | "uncompress" => true,
            "gzip" | "bzip2" | "xz" => command.has_flag(Some('d'), &["decompress", "uncompress"]),
            _ => false,
        };
        unpacks && names
    })
}

fn dl3020(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let Command::Add(add) = &at.instruction.command else {
            continue;
        };
        let sources = add.sources.iter().map(|word| text(subject, &at, word));
        if let Some(plain) = sources.clone().find(|path| !needs_add(path)) {
            let message = format!("COPY does the same for {plain}");
            found.push(subject.found(&DL3020, at.instruction.head.keyword.span, message));
        }
    }
}

/// An address, a repository or an archive.
fn needs_add(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || is_archive(path)
}

fn dl3021(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (at, copy) in copies(subject) {
        let sources = copy.sources.len() + copy.inline.len();
        let open = subject.known(at.step, &copy.dest).is_none() && copy.dest.text.contains('$');
        let to = text(subject, &at, &copy.dest);
        let directory = to.ends_with('/') || to.ends_with('\\');
        // A variable that nobody knows here may end with a slash only where it is the end.
        let directory = directory || open && copy.dest.text.ends_with('/');
        if sources > 1 && !directory {
            let message = format!("{sources} sources go to `{to}`, which does not end with `/`");
            found.push(subject.found(&DL3021, at.instruction.head.keyword.span, message));
        }
    }
}

fn dl3045(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (at, copy) in copies(subject) {
        let to = text(subject, &at, &copy.dest);
        if is_relative(to) && !in_a_directory(subject, &at) {
            let message = format!("`{to}` is relative, and no WORKDIR stands above");
            found.push(subject.found(&DL3045, at.instruction.head.keyword.span, message));
        }
    }
}

fn dl3023(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (at, copy) in copies(subject) {
        let Some(from) = &copy.from else { continue };
        let earlier = subject.source(at.stage, &from.text);
        if earlier.is_none() && at.stage.is_named(&from.text) {
            let message = format!("`{}` is the stage that this stands in", from.text);
            found.push(subject.found(&DL3023, at.instruction.head.keyword.span, message));
        }
    }
}

/// Not from a root, and not from a variable or a drive.
pub(super) fn is_relative(path: &str) -> bool {
    let drive = path.get(1..2) == Some(":") && path.starts_with(|c: char| c.is_ascii_alphabetic());
    !path.starts_with(['/', '\\', '$']) && !drive
}

/// Whether a WORKDIR stands above, in the stages below this one too.
fn in_a_directory(subject: &Subject<'_>, at: &Placed<'_>) -> bool {
    let before = subject.history(at.stage.index).into_iter();
    let mut before =
        before.take_while(|one| one.stage.index != at.stage.index || one.index < at.index);
    before.any(|one| matches!(one.instruction.command, Command::Workdir(_)))
}

fn dl3067(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for (at, copy) in copies(subject) {
        let Some(from) = &copy.from else { continue };
        let mut sources = copy.sources.iter().map(|word| text(subject, &at, word));
        if sources.any(|path| path == "/") && text(subject, &at, &copy.dest) == "/" {
            let message = format!("this takes all that is in `{}`", from.text);
            found.push(subject.found(&DL3067, at.instruction.head.keyword.span, message));
        }
    }
}
