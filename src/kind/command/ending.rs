//! How a process ended, judged: the first rows of the verdict table (DESIGN section 4).

use std::time::Duration;

use super::super::judge;
use crate::model::{Ending, Judged, Reason};

/// Exit codes with which a shell (and `docker run`) says that there was nothing to run. They are
/// never what a gate expects: a check that did not run cannot be good.
pub(super) const NOT_RUN: [i32; 2] = [126, 127];

/// What is wrong with this ending, or `None` when it is the expected one.
pub(super) fn judge(ending: Ending, expected: &[i32], timeout: Duration) -> Option<Judged> {
    match ending {
        Ending::Exited(code) if NOT_RUN.contains(&code) => Some(Judged::Errored(not_run(code))),
        Ending::Exited(code) if expected.contains(&code) => None,
        Ending::Exited(code) => Some(Judged::Failed(unexpected(code, expected))),
        Ending::Signaled(signal) => Some(Judged::Failed(Reason::new(format!(
            "killed by {}",
            named(signal)
        )))),
        Ending::OutOfMemory => Some(Judged::Failed(
            Reason::new("killed because the memory ran out")
                .hint("give it more (`container: {memory: …}`), or let it use less"),
        )),
        Ending::Stopped(cause) => Some(judge::stopped(cause, timeout)),
    }
}

fn unexpected(code: i32, expected: &[i32]) -> Reason {
    let reason = match expected {
        [0] => Reason::new(format!("exit code {code}")),
        _ => {
            let all: Vec<String> = expected.iter().map(ToString::to_string).collect();
            Reason::new(format!("exit code {code}, expected {}", all.join(" or ")))
        }
    };
    match code - 128 {
        signal @ 1..=64 => {
            let name = named(signal);
            reason.detail(format!(
                "{code} is 128 + {signal}: something in it was killed by {name}"
            ))
        }
        _ => reason,
    }
}

fn not_run(code: i32) -> Reason {
    if code == 127 {
        Reason::new("exit code 127: a command was not found")
            .hint("install it, or correct its name; a program of your own should not end with 127")
    } else {
        Reason::new("exit code 126: a command could not be executed")
            .hint("make it executable (`chmod +x`); a program of your own should not end with 126")
    }
}

/// Names of the signals that have the same number on Linux and macOS.
fn named(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal} ({name})")
}

#[cfg(test)]
mod tests {
    use super::super::super::judge::testing::word;
    use super::*;
    use crate::model::StopCause;

    fn verdict(ending: Ending, expected: &[i32]) -> &'static str {
        judge(ending, expected, Duration::from_secs(60))
            .as_ref()
            .map_or("good", word)
    }

    #[test]
    fn the_table() {
        let table = [
            (Ending::Exited(0), &[0][..], "good"),
            (Ending::Exited(1), &[0], "failed"),
            (Ending::Exited(0), &[1], "failed"),
            (Ending::Exited(3), &[0, 3], "good"),
            (Ending::Exited(126), &[0], "errored"),
            (Ending::Exited(127), &[0], "errored"),
            (Ending::Exited(127), &[127], "errored"),
            (Ending::Exited(137), &[0], "failed"),
            (Ending::Signaled(9), &[0], "failed"),
            (Ending::Signaled(9), &[137], "failed"),
            (Ending::OutOfMemory, &[0], "failed"),
            (Ending::Stopped(StopCause::Timeout), &[0], "failed"),
            (Ending::Stopped(StopCause::RunTimeout), &[0], "errored"),
            (Ending::Stopped(StopCause::Interrupted), &[0], "errored"),
            (Ending::Stopped(StopCause::FailFast), &[0], "errored"),
        ];
        for (ending, expected, word) in table {
            assert_eq!(verdict(ending, expected), word, "{ending:?} {expected:?}");
        }
    }

    #[test]
    fn a_code_above_128_names_the_signal() {
        let Some(Judged::Failed(reason)) = judge(Ending::Exited(139), &[0], Duration::ZERO) else {
            panic!("not failed")
        };
        assert!(reason.details[0].contains("SIGSEGV"), "{reason:?}");
    }

    #[test]
    fn a_timeout_says_how_long() {
        let stopped = Ending::Stopped(StopCause::Timeout);
        let Some(Judged::Failed(reason)) = judge(stopped, &[0], Duration::from_secs(90)) else {
            panic!("not failed")
        };
        assert_eq!(reason.headline, "timed out after 1m 30s");
    }
}
