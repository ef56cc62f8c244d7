//! What the engine says of gates that it ruled on itself: skipped, cancelled, out of time. Pure.

use std::time::Duration;

use crate::model::{GateName, Reason, Verdict, VerdictWord};

/// Names of a skip chain that are shown before its middle is left out.
const CHAIN_NAMES: usize = 8;

/// Why nothing more is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// `--fail-fast`, and this gate did not pass.
    FailFast { gate: GateName, word: VerdictWord },
    /// The first signal.
    Interrupted { signal: i32 },
    /// The run's timeout.
    RunTimeout { limit: Duration },
}

/// How far a gate had come when the run was halted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// It had not started.
    Nothing,
    /// So many attempts had ended without a pass, and the next was waiting.
    Attempts(u32),
    /// It was running.
    Running,
}

impl Halt {
    /// The verdict of a gate that the halt caught.
    pub(super) fn verdict(&self, reached: Reached) -> Verdict {
        let how_far = match reached {
            Reached::Nothing => "not started".to_owned(),
            Reached::Attempts(n) => format!("stopped before attempt {}", n + 1),
            Reached::Running => "stopped".to_owned(),
        };
        match self {
            Self::FailFast { gate, word } => {
                let word = word.as_str();
                Verdict::Cancelled(Reason::new(format!(
                    "{how_far}: --fail-fast after `{gate}` {word}"
                )))
            }
            Self::Interrupted { signal } => Verdict::Cancelled(Reason::new(format!(
                "{how_far}: interrupted by {}",
                signal_name(*signal)
            ))),
            Self::RunTimeout { limit } => {
                let limit = humantime::format_duration(*limit);
                let reason = Reason::new(format!("{how_far}: the run's timeout of {limit} passed"))
                    .hint("give the run more time, or run fewer gates");
                Verdict::Errored(reason)
            }
        }
    }
}

/// `app-test ← app ← unit (failed)`: the gate first, what stopped it last. `more` counts what was
/// left out between the last two.
pub(super) fn skip_chain(names: &[&GateName], more: usize, word: VerdictWord) -> Reason {
    let mut text = String::new();
    for (place, name) in names.iter().enumerate() {
        if place > 0 {
            text.push_str(" ← ");
        }
        if more > 0 && place + 1 == names.len() {
            text.push_str(&format!("… {more} more … ← "));
        }
        text.push_str(name.as_str());
    }
    let reason = Reason::new(format!("{text} ({})", word.as_str()));
    match word {
        VerdictWord::NotApplicable => reason
            .detail("it uses an image that is not built in this run")
            .hint("give it the same `when`: then it is not applicable, too"),
        _ => reason,
    }
}

/// The verdict of a tag step whose build is not applicable.
pub(super) fn nothing_to_tag(build: &GateName) -> Verdict {
    let headline = format!("`{build}` is not applicable: there is no image to tag");
    Verdict::NotApplicable(Reason::new(headline))
}

/// How many names of a chain of this length are walked before its last.
pub(super) fn chain_head(length: usize) -> usize {
    length.min(CHAIN_NAMES).saturating_sub(1)
}

/// The name of a signal as `kill -l` knows it.
pub(super) fn signal_name(signal: i32) -> String {
    match signal {
        1 => "SIGHUP".to_owned(),
        2 => "SIGINT".to_owned(),
        3 => "SIGQUIT".to_owned(),
        15 => "SIGTERM".to_owned(),
        other => format!("signal {other}"),
    }
}
