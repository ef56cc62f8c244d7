//! What it means when a container does not start, out of the engine's words. Pure.

use crate::model::{Command, NoAnswer, Unanswered};

/// Reads the error of `create` or `start`.
pub(super) fn refusal(message: &str, command: &Command) -> Unanswered {
    let program = quoted_program(message);
    let shown = program.unwrap_or("the command");
    let exec = message.contains("exec");
    let not_found = message.contains("executable file not found")
        || (exec && message.contains("no such file or directory"));
    let why = if exec && not_found {
        NoAnswer::CommandNotFound
    } else if exec && (message.contains("permission denied") || message.contains("exec format")) {
        NoAnswer::NotExecutable
    } else {
        let line = format!("the container could not be started: {}", message.trim());
        return Unanswered::new(NoAnswer::CannotStart, line);
    };
    said(why, shown, command)
}

/// Some engines start the container first and let it report that it has no program:
/// one line of the runtime's own on stderr, and nothing else.
pub(super) fn stillborn(stderr: &[u8], command: &Command) -> Option<Unanswered> {
    let text = std::str::from_utf8(stderr).ok()?.trim_end();
    let of_runtime =
        text.starts_with("standard_init_linux.go:") && text.contains("exec user process");
    let newer = text.starts_with("exec ");
    if text.contains('\n') || !(of_runtime || newer) {
        return None;
    }
    let program = text
        .strip_prefix("exec ")
        .and_then(|rest| rest.split(": ").next());
    let first = command.argv().first().cloned().unwrap_or_default();
    let shown = program.unwrap_or(&first);
    if text.ends_with("exec format error") || text.ends_with("permission denied") {
        return Some(said(NoAnswer::NotExecutable, shown, command));
    }
    let not_found = text.ends_with("no such file or directory");
    not_found.then(|| said(NoAnswer::CommandNotFound, shown, command))
}

fn said(why: NoAnswer, program: &str, command: &Command) -> Unanswered {
    let message = match why {
        NoAnswer::NotExecutable => format!("`{program}` in the image cannot be executed"),
        _ => format!("`{program}` is not in the image"),
    };
    Unanswered::new(why, message).hint(hint(why, program, command))
}

fn hint(why: NoAnswer, program: &str, command: &Command) -> String {
    if let Command::Shell { shell, .. } = command
        && shell.first().is_some_and(|shell| shell == program)
    {
        return format!(
            "the image has no `{program}`: set `shell: sh -eu` (pipes then hide failures), \
             install `{program}`, or write the command without shell syntax"
        );
    }
    match why {
        NoAnswer::NotExecutable => {
            "check its mode (`chmod +x`), its first line (`#!…`) and its architecture".to_owned()
        }
        _ => "check PATH, the image's ENTRYPOINT, and the interpreter in a script's first line"
            .to_owned(),
    }
}

/// `exec: "bash": executable file not found in $PATH`.
fn quoted_program(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("exec: \"")?;
    rest.split_once('"').map(|(program, _)| program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Command {
        Command::Shell {
            shell: ["bash", "-c"].map(str::to_owned).to_vec(),
            text: "a | b".to_owned(),
        }
    }

    #[test]
    fn a_missing_shell_comes_with_its_remedy() {
        let text = "OCI runtime create failed: container_linux.go:380: starting container process \
                    caused: exec: \"bash\": executable file not found in $PATH: unknown";
        let said = refusal(text, &shell());
        assert_eq!(said.why, NoAnswer::CommandNotFound);
        assert!(said.hint.unwrap().contains("shell: sh -eu"));
    }

    #[test]
    fn a_file_without_its_bit_is_not_executable() {
        let text = "OCI runtime create failed: exec: \"/x\": permission denied: unknown";
        let said = refusal(text, &Command::Argv(vec!["/x".to_owned()]));
        assert_eq!(
            (said.why, said.message.as_str()),
            (
                NoAnswer::NotExecutable,
                "`/x` in the image cannot be executed"
            )
        );
    }

    #[test]
    fn other_words_are_passed_on() {
        let said = refusal("network nowhere not found", &shell());
        assert_eq!(said.why, NoAnswer::CannotStart);
        assert!(said.message.contains("network nowhere not found"));
    }

    #[test]
    fn a_container_that_only_reports_the_runtimes_error_never_ran() {
        let why = |text: &str| stillborn(text.as_bytes(), &shell()).map(|said| said.why);
        assert_eq!(
            why("exec /x: exec format error\n"),
            Some(NoAnswer::NotExecutable)
        );
        let old =
            "standard_init_linux.go:228: exec user process caused: no such file or directory\n";
        assert_eq!(why(old), Some(NoAnswer::CommandNotFound));
        assert_eq!(why("exec /x: exec format error\nand more\n"), None);
        assert_eq!(why("no such file or directory"), None);
    }
}
