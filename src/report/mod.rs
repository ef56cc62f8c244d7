//! Floor 9, reports: folds of the event stream into bytes, handed to sinks that others made.
//!
//! The word that the user writes is the file's name: `--report junit` is `junit.rs`. Does no I/O
//! of its own, reads no clock: all times come from the events, so a recorded run replays into
//! the same bytes. Must not know the engine, the store, or where a report goes.

mod form;
mod json;
mod junit;
mod plain;
mod sink;
mod text;

use crate::event::{Body, Event, Listener, Summary};
use crate::model::Reason;

use form::Reporter;
pub use sink::{Sink, Whole};

/// The words that [`make`] knows.
pub const WORDS: [&str; 3] = ["plain", "json", "junit"];

/// How a report may look. What it says does not depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Colours, beside the words that say the same.
    pub colour: bool,
    /// Marks beyond ASCII: the locale is UTF-8.
    pub unicode: bool,
    /// Columns of the terminal; `None` is no terminal, and nothing is shortened.
    pub width: Option<usize>,
    /// Only what did not pass, and the verdict.
    pub quiet: bool,
    /// The words before `run NAME` that rerun a gate of this file: `prove`, then `-C` and `-f` as
    /// they were given.
    pub command: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            colour: false,
            unicode: false,
            width: None,
            quiet: false,
            command: vec!["prove".to_owned()],
        }
    }
}

/// A word that is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no report {word:?}: there are plain, json and junit{}", did_you_mean(.similar))]
pub struct UnknownReport {
    /// What was written.
    pub word: String,
    /// What may have been meant.
    pub similar: Option<&'static str>,
}

fn did_you_mean(similar: &Option<&'static str>) -> String {
    similar
        .map(|word| format!("; did you mean `{word}`?"))
        .unwrap_or_default()
}

/// Whether there is such a report: to be asked before anything runs.
///
/// # Errors
/// [`UnknownReport`], with what may have been meant.
pub fn check_word(word: &str) -> Result<(), UnknownReport> {
    if WORDS.contains(&word) {
        return Ok(());
    }
    let near = |known: &&str| strsim::damerau_levenshtein(&word.to_lowercase(), known) <= 2;
    Err(UnknownReport {
        word: word.to_owned(),
        similar: WORDS.into_iter().find(near),
    })
}

/// Makes the report with this word.
///
/// # Errors
/// [`UnknownReport`], with what may have been meant.
pub fn make(word: &str, sink: Sink, options: &Options) -> Result<Box<dyn Listener>, UnknownReport> {
    check_word(word)?;
    Ok(match word {
        "json" => Box::new(Reporter::new(json::Json, sink)),
        "junit" => Box::new(Reporter::new(junit::Junit::default(), sink)),
        _ => Box::new(Reporter::new(plain::Plain::new(options.clone()), sink)),
    })
}

/// Hands a recorded stream to reporters as the engine would have. A stream without its end leaves
/// the reports saying "not finished". Gives the reporters that failed, by name, with why.
pub fn replay(events: &[Event], reporters: &mut [Box<dyn Listener>]) -> Vec<(String, Reason)> {
    let mut failed: Vec<Option<Reason>> = vec![None; reporters.len()];
    let mut summary = Summary::default();
    for event in events {
        summary.add(event);
        let sealing = matches!(event.body, Body::RunFinished { .. });
        for (reporter, failed) in reporters.iter_mut().zip(&mut failed) {
            if failed.is_none() {
                let sealed = if sealing {
                    reporter.seal(&summary)
                } else {
                    Ok(())
                };
                *failed = sealed.and_then(|()| reporter.hear(event)).err();
            }
        }
    }
    let named = reporters.iter().zip(failed);
    named
        .filter_map(|(reporter, why)| Some((reporter.name(), why?)))
        .collect()
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
