//! What rules on the commands of a `RUN` share: one finding for each `RUN`, what a command is given,
//! what is mounted and what is cleared away. Must not know single programs.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use crate::format::dockerfile::scope::Base;
use crate::kind::lint::Found;
use crate::model::Rule;

/// Names that are told one by one; the rest is counted.
const TOLD: usize = 5;

/// One finding at most for each `RUN`, at its keyword: that is the instruction to mend.
pub(super) fn each(
    subject: &Subject<'_>,
    rule: &'static Rule,
    found: &mut Vec<Found>,
    judge: impl Fn(&Script<'_>) -> Option<String>,
) {
    for script in &subject.scripts {
        if let Some(message) = judge(script) {
            let place = script.instruction.head.keyword.span;
            found.push(subject.found(rule, place, message));
        }
    }
}

/// The commands of a `RUN` that are this program. What stands behind `sudo` is not: that is a
/// finding of its own, and who takes the `sudo` away sees the rest.
pub(super) fn calls<'s>(
    script: &'s Script<'_>,
    programs: &'s [&str],
) -> impl Iterator<Item = &'s Cmd> {
    let direct = |command: &&Cmd| {
        let first = command.words.first();
        !first.is_some_and(|word| matches!(base(&word.text), "sudo" | "doas"))
    };
    let wanted = move |command: &&Cmd| programs.contains(&command.program());
    script.commands.iter().filter(direct).filter(wanted)
}

/// The arguments that are no flags and no values of flags. `valued` are the flags that take a value
/// of their own behind a blank; behind `--` there are no flags.
pub(super) fn operands<'c>(command: &'c Cmd, valued: &[&str]) -> Vec<&'c str> {
    let mut operands = Vec::new();
    let mut args = command.args().iter().map(|arg| arg.text.as_str());
    while let Some(arg) = args.next() {
        if arg == "--" {
            operands.extend(args);
            break;
        }
        if !arg.starts_with('-') || arg.len() == 1 {
            operands.push(arg);
        } else if valued.contains(&arg) {
            args.next();
        }
    }
    operands
}

/// The operands behind a subcommand; `None` when it is another one.
pub(super) fn behind<'c>(
    command: &'c Cmd,
    subcommands: &[&str],
    valued: &[&str],
) -> Option<Vec<&'c str>> {
    let mut operands = operands(command, valued);
    let first = operands.first()?;
    if !subcommands.contains(first) {
        return None;
    }
    operands.remove(0);
    Some(operands)
}

/// Whether one of the arguments is exactly one of these.
pub(super) fn says(command: &Cmd, words: &[&str]) -> bool {
    let mut args = command.args().iter();
    args.any(|arg| words.contains(&arg.text.as_str()))
}

/// Whether what a stage has gets into the image, or into another stage that is built on it.
pub(super) fn ships(subject: &Subject<'_>, stage: usize) -> bool {
    let mut stages = subject.values.stages.iter();
    stage == subject.target || stages.any(|other| other.base == Base::Stage(stage))
}

/// Whether a cache or a memory file system is mounted over a directory, so that what is written there
/// never gets into the image.
pub(super) fn mounted(script: &Script<'_>, directory: &str) -> bool {
    let mut mounts = script.run.mounts.iter();
    mounts.any(|mount| {
        let target = mount.get("target").unwrap_or_default();
        matches!(mount.kind(), "cache" | "tmpfs") && holds(target, directory)
    })
}

/// Whether the `RUN` itself removes a directory, or all that is in it.
pub(super) fn removes(script: &Script<'_>, directory: &str) -> bool {
    script.commands.iter().any(|command| {
        let recursive =
            command.has_flag(Some('r'), &["recursive"]) || command.has_flag(Some('R'), &[]);
        let clears = match command.program() {
            "rm" => recursive,
            "find" => says(command, &["-delete"]),
            _ => false,
        };
        let mut operands = command.operands();
        clears && operands.any(|operand| holds(whole(&operand.text), directory))
    })
}

/// `/var/cache/*` is all of `/var/cache`; `/var/cache/apk*` is `/var/cache/apk`.
fn whole(path: &str) -> &str {
    let path = path.trim_end_matches('*');
    path.strip_suffix("/.").unwrap_or(path)
}

/// Whether a directory is another one or stands above it.
fn holds(above: &str, directory: &str) -> bool {
    let above = above.trim_end_matches('/');
    let rest = directory.strip_prefix(above);
    !above.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The first names, and how many more there are; `None` without any.
pub(super) fn told(names: &[&str]) -> Option<String> {
    let first: Vec<String> = names
        .iter()
        .take(TOLD)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(TOLD) {
        _ if first.is_empty() => None,
        0 => Some(first.join(", ")),
        more => Some(format!("{} and {more} more", first.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_held_by_itself_and_by_those_above_it() {
        assert!(holds("/var/lib/apt/lists", "/var/lib/apt/lists"));
        assert!(holds("/var/lib/apt/", "/var/lib/apt/lists"));
        assert!(!holds("/var/lib/ap", "/var/lib/apt/lists"));
        assert!(!holds("/", "/var/lib/apt/lists"));
        assert!(holds(whole("/var/lib/apt/lists/*"), "/var/lib/apt/lists"));
    }

    #[test]
    fn many_names_are_counted() {
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["a", "b"]).as_deref(), Some("`a`, `b`"));
        let many = told(&["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(many.as_deref(), Some("`a`, `b`, `c`, `d`, `e` and 2 more"));
    }
}
