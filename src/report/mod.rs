//! Floor 9, reports: folds of the event stream into bytes, handed to sinks that others made.
//!
//! The word that the user writes is the file's name: `--report junit` is `junit.rs`. Does no I/O
//! of its own, reads no clock: all times come from the events, so a recorded run replays into
//! the same bytes. Must not know the engine, the store, or where a report goes.

mod buildkite;
mod critical;
mod forge;
mod form;
mod gates;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod lint;
mod live;
mod logs;
mod markdown;
mod plain;
mod prometheus;
mod sarif;
mod sink;
pub(crate) mod text;
mod traces;
mod verbose;

use crate::event::{Body, Event, Listener, Summary};
use crate::model::{Reason, Trace};

use forge::Log;
use form::Reporter;
pub use lint::{Forged, Lint, Remark, Unjudged};
pub use live::{Live, Screen, Wishes};
pub use logs::{Ends, LogSource, Logs};
pub use sink::{Sink, Whole};
pub use verbose::Verbose;

/// The words that [`make`] knows.
pub const WORDS: &[&str] = &[
    "plain",
    "live",
    "buildkite",
    "github",
    "gitlab",
    "html",
    "json",
    "junit",
    "markdown",
    "prometheus",
    "sarif",
];

/// How a report may look. What it says does not depend on it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Colours, beside the words that say the same.
    pub colour: bool,
    /// Marks beyond ASCII: the locale is UTF-8.
    pub unicode: bool,
    /// Columns of the terminal; `None` is no terminal, and nothing is shortened.
    pub width: Option<usize>,
    /// Only what did not pass, and the verdict.
    pub quiet: bool,
    /// The words that rerun a gate of this file, but for its name: `prove`, `-C` and `-f` as they
    /// were given, `run`, and what says on which sources.
    pub command: Vec<String>,
    /// Where whole logs can be had.
    pub logs: Logs,
    /// This machine's name and the folder that `.prove` lies in, where the terminal makes links of
    /// them.
    pub links: Option<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            colour: false,
            unicode: false,
            width: None,
            quiet: false,
            command: vec!["prove".to_owned(), "run".to_owned()],
            logs: Logs::default(),
            links: None,
        }
    }
}

/// A word that is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no report {word:?}: there are {}{}", words(), did_you_mean(.similar))]
pub struct UnknownReport {
    /// What was written.
    pub word: String,
    /// What may have been meant.
    pub similar: Option<&'static str>,
}

fn words() -> String {
    match WORDS {
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
        [] => String::new(),
    }
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
        similar: WORDS.iter().copied().find(near),
    })
}

/// Makes the report with this word.
///
/// # Errors
/// [`UnknownReport`], with what may have been meant.
pub fn make(word: &str, sink: Sink, options: &Options) -> Result<Box<dyn Listener>, UnknownReport> {
    check_word(word)?;
    Ok(match word {
        "buildkite" => Box::new(Reporter::new(Log::new(buildkite::Buildkite, options), sink)),
        "github" => Box::new(Reporter::new(Log::new(github::Github, options), sink)),
        "gitlab" if matches!(sink, Sink::File(_)) => Box::new(Reporter::new(gitlab::Quality, sink)),
        "gitlab" => Box::new(Reporter::new(Log::new(gitlab::Gitlab, options), sink)),
        "prometheus" => Box::new(Reporter::new(prometheus::Prometheus, sink)),
        "json" => Box::new(Reporter::new(json::Json, sink)),
        "sarif" => Box::new(Reporter::new(sarif::Sarif, sink)),
        "markdown" => Box::new(Reporter::new(markdown::Markdown, sink)),
        "html" => Box::new(Reporter::new(html::Html::new(options.logs.clone()), sink)),
        "junit" => Box::new(Reporter::new(junit::Junit::default(), sink)),
        "live" => {
            let still = plain::Plain::new(options.clone()).called("live");
            Box::new(Reporter::new(still, sink))
        }
        _ => Box::new(Reporter::new(plain::Plain::new(options.clone()), sink)),
    })
}

/// What `github` leaves beside the log: the step's outputs.
#[must_use]
pub fn github_outputs(sink: Sink) -> Box<dyn Listener> {
    Box::new(Reporter::new(github::Outputs, sink))
}

/// The run as an OpenTelemetry trace, handed whole to the sink at its end. `resource` says who
/// traces (`service.name`).
#[must_use]
pub fn traces(trace: Trace, resource: Vec<(String, String)>, sink: Sink) -> Box<dyn Listener> {
    Box::new(Reporter::new(traces::Traces::new(trace, resource), sink))
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
mod forge_tests;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod injection;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
