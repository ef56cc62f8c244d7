//! A shell inside a list of arguments (`bash -c '…'`): which of the arguments it reads as code.
//!
//! Judges words by what is known at load. Must not know where values come from.

/// Programs that read code behind `-c`.
const SHELLS: &[&str] = &[
    "ash", "bash", "csh", "dash", "fish", "ksh", "mksh", "rbash", "sh", "tcsh", "zsh",
];

/// Programs that start another one, which stands somewhere in their arguments.
const STARTERS: &[&str] = &[
    "busybox", "command", "env", "exec", "nice", "nohup", "setsid", "stdbuf", "sudo", "time",
    "timeout", "toybox", "xargs",
];

/// Where code begins: the first option with a `c` of a shell. It and all that follows counts,
/// since `--command=` holds code itself and more options may stand before the code. `None` when no
/// shell is given code here.
pub(super) fn code(words: &[Option<String>]) -> Option<usize> {
    let first = words.first()?.as_deref()?;
    if base(first) == "env" && words.iter().flatten().any(|word| splits(word)) {
        return Some(1);
    }
    let is_shell = |word: &Option<String>| {
        let word = word.as_deref().map(base);
        word.is_some_and(|word| SHELLS.contains(&word))
    };
    let shell = match STARTERS.contains(&base(first)) {
        true => words.iter().position(is_shell)?,
        false => words.iter().take(1).position(is_shell)?,
    };
    let takes_code = |word: &Option<String>| {
        let word = word.as_deref().unwrap_or_default();
        word.starts_with('-') && !word.starts_with("--") && word.contains('c')
            || word == "--command"
            || word.starts_with("--command=")
    };
    let option = words[shell..].iter().position(takes_code)?;
    Some(shell + option)
}

/// The words of a `shell:` up to its program; `None` when none of them is a shell.
pub(super) fn program(words: &[String]) -> Option<Vec<String>> {
    let at = words.iter().position(|word| SHELLS.contains(&base(word)))?;
    Some(words[..=at].to_vec())
}

fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// `env -S` takes a text apart into words as a shell would.
fn splits(word: &str) -> bool {
    word.starts_with("--split-string")
        || (word.starts_with('-') && !word.starts_with("--") && word.contains('S'))
}

/// Whether a shell that reads this has nothing to do: blank lines and comments.
pub(super) fn is_idle(text: &str) -> bool {
    text.lines()
        .map(str::trim_start)
        .all(|line| line.is_empty() || line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str) -> Option<usize> {
        let words: Vec<_> = line.split(' ').map(|word| Some(word.to_owned())).collect();
        code(&words)
    }

    #[test]
    fn code_stands_behind_the_option() {
        for (line, place) in [
            ("bash -c x", Some(1)),
            ("/usr/bin/zsh -o pipefail -ec x", Some(3)),
            ("env A=b -u B sh -c x", Some(5)),
            ("busybox sh -c x", Some(2)),
            ("timeout 5 bash -lc x", Some(3)),
            ("env -S x", Some(1)),
            ("fish --command=x", Some(1)),
            ("bash x.sh", None),
            ("bash --rcfile x", None),
            ("node -c x", None),
            ("node bash -c x", None),
            ("", None),
        ] {
            assert_eq!(at(line), place, "{line}");
        }
        assert_eq!(code(&[None, Some("-c".into())]), None);
    }

    #[test]
    fn a_program_is_what_stands_before_the_options() {
        let of = |line: &str| {
            let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
            program(&words).map(|words| words.join(" "))
        };
        assert_eq!(of("bash -euo pipefail -c").as_deref(), Some("bash"));
        assert_eq!(of("busybox sh -eu -c").as_deref(), Some("busybox sh"));
        assert_eq!(
            of("nix develop -c zsh -c").as_deref(),
            Some("nix develop -c zsh")
        );
        assert_eq!(of("python3 -c"), None);
    }

    #[test]
    fn blank_lines_and_comments_do_nothing() {
        for idle in ["", " \n\t\n", "# x", "  # x\n\n#y; z\n"] {
            assert!(is_idle(idle), "{idle:?}");
        }
        for busy in ["x", "# x\ny", "x # y", ":"] {
            assert!(!is_idle(busy), "{busy:?}");
        }
    }
}
