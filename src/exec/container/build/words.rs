//! What builders say: steps for people, and what their last words mean. Pure.

use std::collections::{BTreeMap, VecDeque};

use crate::model::{NoAnswer, Unanswered, limits};

/// Bytes of a line without an end that are held; then it is output as it is.
pub(super) const LINE_BYTES: usize = 64 << 10;
/// Lines of output that a failure is told with.
const LAST_LINES: usize = 20;

/// One thing that a line of a builder means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A step, for people: `[2/5] RUN npm ci`.
    Step(String),
    /// Output of a step.
    Output(String),
}

/// The last lines of output, for the words of a failure.
#[derive(Debug, Default)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    open: String,
}

impl Tail {
    /// Takes a piece of output.
    pub(super) fn push(&mut self, text: &str) {
        self.open.push_str(text);
        while let Some(at) = self.open.find('\n') {
            let line: String = self.open.drain(..=at).collect();
            self.line(line.trim_end());
        }
        if self.open.len() > limits::TAIL_BYTES {
            let line = std::mem::take(&mut self.open);
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.lines.push_back(line.chars().take(2000).collect());
        }
        if self.lines.len() > LAST_LINES {
            self.lines.pop_front();
        }
    }

    /// The error with the output that led to it.
    pub(super) fn with(mut self, error: &str) -> String {
        self.push("\n");
        let lines: Vec<String> = self.lines.into_iter().collect();
        let error = error.trim();
        if lines.is_empty() || error.ends_with(&lines.join("\n")) {
            return error.to_owned();
        }
        format!("{error}\n{}", lines.join("\n"))
    }
}

/// Reads the output of the classic builder, a line at a time.
pub(super) fn classic(line: &str) -> Option<Said> {
    let line = line.trim_end();
    if let Some((numbers, rest)) = line.strip_prefix("Step ").and_then(|l| l.split_once(" : ")) {
        return Some(Said::Step(format!("[{numbers}] {rest}")));
    }
    match line.trim() {
        "" => None,
        "---> Using cache" => Some(Said::Step("CACHED".to_owned())),
        arrow if arrow.starts_with("---> ") && line.starts_with(' ') => None,
        removing if removing.starts_with("Removing intermediate container") => None,
        _ => Some(Said::Output(format!("{line}\n"))),
    }
}

/// Follows the classic builder through its steps, to tell the images that it makes from those that
/// it finds.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// The step at hand makes its image anew.
    fresh: bool,
}

impl Steps {
    /// Takes a line: the short id of an image that was made just now.
    pub(super) fn made<'l>(&mut self, line: &'l str) -> Option<&'l str> {
        let line = line.trim_end();
        if let Some((_, step)) = line.strip_prefix("Step ").and_then(|l| l.split_once(" : ")) {
            let word = step.split_whitespace().next().unwrap_or_default();
            self.fresh = !word.eq_ignore_ascii_case("FROM");
            return None;
        }
        let arrow = line.strip_prefix(" ---> ")?;
        if arrow == "Using cache" {
            self.fresh = false;
        }
        let is_id = arrow.len() == 12 && arrow.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_id && self.fresh).then_some(arrow)
    }
}

/// Reads `--progress=plain` of buildx: `#5 [2/3] RUN x`, `#5 CACHED`, `#5 0.12 output`.
#[derive(Debug, Default)]
pub(super) struct Plain {
    steps: BTreeMap<String, String>,
}

impl Plain {
    /// Takes a line.
    pub(super) fn line(&mut self, line: &str) -> Option<Said> {
        let Some((number, rest)) = line.strip_prefix('#').and_then(|line| line.split_once(' '))
        else {
            return (!line.trim().is_empty()).then(|| Said::Output(format!("{line}\n")));
        };
        let (word, text) = rest.split_once(' ').unwrap_or((rest, ""));
        if word == "CACHED" {
            let step = self.steps.get(number).cloned().unwrap_or_default();
            return Some(Said::Step(format!("{step} CACHED").trim_start().to_owned()));
        }
        if word == "DONE" {
            return None;
        }
        if word.parse::<f64>().is_ok() {
            return Some(Said::Output(format!("{text}\n")));
        }
        if rest.starts_with('[') && !self.steps.contains_key(number) {
            self.steps.insert(number.to_owned(), rest.to_owned());
            return Some(Said::Step(rest.to_owned()));
        }
        rest.starts_with("ERROR")
            .then(|| Said::Output(format!("{rest}\n")))
    }
}

/// Whether a build failed because its base image cannot be had. A step's own words (a test that
/// prints "not found") are no such thing.
pub(super) fn base_missing(error: &str) -> Option<Unanswered> {
    const STEP: [&str; 6] = [
        "executor failed running",
        "did not complete successfully",
        "returned a non-zero code",
        "failed to compute cache key",
        "failed to calculate checksum",
        "COPY failed",
    ];
    const MISSING: [&str; 18] = [
        // The registry wants a login, and the engine has nobody to ask for it.
        "no active session",
        "pull access denied",
        "manifest unknown",
        "manifest for ",
        "no matching manifest",
        "no match for platform in manifest",
        "failed to resolve source metadata",
        "failed to do request",
        "status code [manifests",
        "status code [blobs",
        "failed to authorize",
        "no basic auth credentials",
        "dial tcp",
        "TLS handshake timeout",
        "toomanyrequests",
        "unauthorized: ",
        "no such host",
        "Client.Timeout exceeded",
    ];
    if STEP.iter().any(|words| error.contains(words)) {
        return None;
    }
    // BuildKit of 20.10 says only `docker.io/library/x:latest: not found`.
    let bare = error.trim_end().ends_with(": not found") && error.contains("solve");
    let missing = bare || MISSING.iter().any(|words| error.contains(words));
    missing.then(|| {
        let message = format!("the base image cannot be had: {}", error.trim());
        Unanswered::new(NoAnswer::ImageMissing, message)
            .hint("check its name, the network, and `docker login`; `docker pull` tells more")
    })
}

/// Whether people want to be told this step: one of the Dockerfile's own (`[2/5] RUN npm ci`), not
/// the builder's housekeeping (`[internal] load build context`, `exporting to image`). The classic
/// builder says `CACHED` on a line of its own behind the step.
pub(super) fn is_own_step(step: &str) -> bool {
    step == "CACHED" || step.starts_with('[') && !step.starts_with("[internal]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_the_classic_builder_found_are_not_those_that_it_made() {
        let said = [
            ("Step 1/4 : FROM alpine", None),
            (" ---> 0123456789ab", None),
            ("Step 2/4 : ENV A=b", None),
            (" ---> Using cache", None),
            (" ---> 1123456789ab", None),
            ("Step 3/4 : RUN x", None),
            (" ---> Running in 2123456789ab", None),
            ("---> 3123456789ab", None),
            (" ---> 4123456789ab", Some("4123456789ab")),
            ("Step 4/4 : from scratch", None),
            (" ---> 5123456789ab", None),
        ];
        let mut steps = Steps::default();
        for (line, made) in said {
            assert_eq!(steps.made(line), made, "{line}");
        }
    }

    fn step(text: &str) -> Option<Said> {
        Some(Said::Step(text.to_owned()))
    }

    #[test]
    fn the_classic_builders_steps_are_told_as_buildkits() {
        assert_eq!(classic("Step 2/5 : RUN npm ci"), step("[2/5] RUN npm ci"));
        assert_eq!(classic(" ---> Using cache"), step("CACHED"));
        assert_eq!(classic(" ---> 1234"), None);
        assert_eq!(classic("hello"), Some(Said::Output("hello\n".to_owned())));
    }

    #[test]
    fn plain_progress_is_steps_and_output() {
        let mut plain = Plain::default();
        assert_eq!(
            plain.line("#5 [2/3] RUN echo hi"),
            step("[2/3] RUN echo hi")
        );
        assert_eq!(
            plain.line("#5 0.211 hi"),
            Some(Said::Output("hi\n".to_owned()))
        );
        assert_eq!(plain.line("#5 DONE 0.3s"), None);
        assert_eq!(plain.line("#5 CACHED"), step("[2/3] RUN echo hi CACHED"));
        assert_eq!(plain.line(""), None);
    }

    #[test]
    fn a_missing_base_image_is_told_from_a_failing_step() {
        let missing = [
            "pull access denied for nope, repository does not exist",
            "failed to solve with frontend dockerfile.v0: failed to create LLB definition: docker.io/library/nope:latest: not found",
            "failed to create LLB definition: no active sessions",
            "pulling from host 127.0.0.1:5000 failed with status code [manifests 1]: 401 Unauthorized",
            "failed to solve: x: failed to authorize: failed to fetch oauth token: 401 Unauthorized",
            "Get \"https://own.example/v2/x/manifests/1\": no basic auth credentials",
            "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
        ];
        for text in missing {
            assert!(base_missing(text).is_some(), "{text}");
        }
        let step = [
            "The command '/bin/sh -c false' returned a non-zero code: 1",
            "executor failed running [/bin/sh -c curl x]: dial tcp: no such host",
            "dockerfile parse error line 3: unknown instruction: FORM",
        ];
        for text in step {
            assert!(base_missing(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_failure_is_told_with_its_last_lines() {
        let mut tail = Tail::default();
        for number in 0..50 {
            tail.push(&format!("line {number}\n"));
        }
        tail.push("no newline");
        let told = tail.with("exit code: 1");
        assert!(told.starts_with("exit code: 1\n") && told.ends_with("no newline"));
        assert!(told.contains("line 49") && !told.contains("line 5\n"));
    }
}
