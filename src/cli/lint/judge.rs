//! Judges files side by side, as many at once as there are CPUs, and gathers what it came to.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::find::{Search, Source, Target, too_long};
use super::talk::{File, talk};
use super::{typed, wishes::Wanted};
use crate::kind::{NOT_JUDGED, Wishes, alone};
use crate::model::limits::READ_BYTES;
use crate::model::{Finding, Judged, Judgement, Reason};
use crate::report::{Lint, Remark, Unjudged};
use crate::sys;

/// Files that one thread judges before another is worth its start.
const WORTH_A_THREAD: usize = 16;
/// Bytes of a line that is shown with a finding.
const LINE_BYTES: usize = 2_000;

/// What became of one target.
#[derive(Default)]
struct Outcome {
    remarks: Vec<Remark>,
    unjudged: Vec<Unjudged>,
    notes: Vec<String>,
    judged: bool,
    failed: bool,
}

pub(super) fn judge(search: Search, wanted: &Wanted) -> Lint {
    let mut lint = Lint {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        arguments: typed(),
        started: sys::clock::now_rfc3339(),
        threshold: wanted.wishes.threshold,
        ignored: wanted.ignored.clone(),
        overridden: wanted.overridden.clone(),
        judged: Vec::new(),
        remarks: Vec::new(),
        unjudged: Vec::new(),
        notes: Vec::new(),
        failed: false,
    };
    let outcomes = all(&search, &wanted.wishes);
    for (target, outcome) in search.targets.iter().zip(outcomes) {
        let outcome = outcome.unwrap_or_else(|| {
            let why = Reason::new("a bug in prove: judging it broke off");
            not_judged(target, why.hint("please report it, with the file"))
        });
        if outcome.judged {
            lint.judged.push((target.shown.clone(), target.spec.word()));
        }
        lint.failed |= outcome.failed;
        lint.remarks.extend(outcome.remarks);
        lint.unjudged.extend(outcome.unjudged);
        lint.notes.extend(outcome.notes);
    }
    lint.unjudged.extend(search.unjudged);
    lint
}

/// The outcomes in the order of the targets; `None` where a thread broke off.
fn all(search: &Search, wishes: &Wishes) -> Vec<Option<Outcome>> {
    let targets = &search.targets;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(at) else {
                return done;
            };
            done.push((at, one(target, &search.here, wishes)));
        }
    };
    let threads = sys::env::cpus().min(targets.len() / WORTH_A_THREAD);
    let mut outcomes: Vec<Option<Outcome>> = targets.iter().map(|_| None).collect();
    let done = thread::scope(|scope| {
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        // This thread works, too: where no other can be started, it does it all.
        let others: Vec<_> = (1..threads).filter_map(start).collect();
        let mut done = work();
        done.extend(
            others
                .into_iter()
                .filter_map(|other| other.join().ok())
                .flatten(),
        );
        done
    });
    for (at, outcome) in done {
        outcomes[at] = Some(outcome);
    }
    outcomes
}

fn one(target: &Target, here: &Path, wishes: &Wishes) -> Outcome {
    let read;
    let bytes: &[u8] = match &target.source {
        Source::Text(bytes) => bytes,
        Source::File(path) => match sys::fs::read_limited(path, READ_BYTES) {
            Ok(Some(bytes)) => {
                read = bytes;
                &read
            }
            Ok(None) => return not_judged(target, too_long()),
            Err(error) => {
                let why = Reason::new(format!("it cannot be read: {error}"));
                return not_judged(target, why);
            }
        },
    };
    let name = plain(&target.below);
    let file = File {
        root: &target.root,
        name: &name,
        bytes,
    };
    let gate = alone(target.spec, &name, wishes).map_err(Reason::new);
    match gate.and_then(|gate| talk(&gate, &file)) {
        Ok(judgement) => Seen { target, file, here }.outcome(judgement),
        Err(why) => not_judged(target, why),
    }
}

/// A name in which nothing means more than itself in a gate file: the kind knows the file by it.
fn plain(below: &str) -> String {
    let keeps = |c: char| c.is_alphanumeric() || "/._-+@ ".contains(c);
    let name = below.chars().map(|c| if keeps(c) { c } else { '_' });
    name.collect()
}

fn not_judged(target: &Target, reason: Reason) -> Outcome {
    Outcome {
        unjudged: vec![Unjudged {
            file: target.shown.clone(),
            from_root: target.below.clone(),
            reason,
        }],
        ..Outcome::default()
    }
}

/// A file that was judged, to tell places in it as the user sees them.
struct Seen<'s> {
    target: &'s Target,
    file: File<'s>,
    here: &'s Path,
}

impl Seen<'_> {
    fn outcome(&self, judgement: Judgement) -> Outcome {
        let (failed, reason) = match judgement.verdict {
            Judged::Passed(_) => (false, None),
            Judged::Failed(reason) => (true, Some(reason)),
            Judged::Errored(reason) => (false, Some(reason)),
        };
        let mut outcome = Outcome {
            judged: failed || reason.is_none(),
            failed,
            notes: judgement.notes.iter().map(|note| self.said(note)).collect(),
            ..Outcome::default()
        };
        let nothing_found = judgement.findings.is_empty();
        let findings = judgement.findings.into_iter();
        outcome.remarks = findings.map(|finding| self.remark(finding)).collect();
        outcome.unjudged = match reason {
            // The findings are told one by one; what else is in it is what could not be judged.
            Some(reason) if failed && !nothing_found => {
                let lines = reason.details.iter();
                let lines = lines.filter_map(|line| line.strip_prefix(NOT_JUDGED));
                lines.map(|line| self.unjudged(Reason::new(line))).collect()
            }
            Some(reason) => vec![self.unjudged(reason)],
            None => Vec::new(),
        };
        outcome
    }

    /// The reason in the words of the user: the kind knows the file by its path from the root.
    fn unjudged(&self, mut reason: Reason) -> Unjudged {
        reason.headline = self.said(&reason.headline);
        for detail in &mut reason.details {
            *detail = self.said(detail);
        }
        Unjudged {
            file: self.target.shown.clone(),
            from_root: self.target.below.clone(),
            reason,
        }
    }

    /// A line that begins with the file's name, with the name that the user gave it.
    fn said(&self, line: &str) -> String {
        match line.strip_prefix(self.file.name) {
            Some(rest) if rest.starts_with(' ') => format!("it{rest}"),
            Some(rest) if rest.starts_with(':') => format!("{}{rest}", self.target.shown),
            _ => line.to_owned(),
        }
    }

    fn remark(&self, mut finding: Finding) -> Remark {
        let mut from_root = self.target.below.clone();
        let mut line = None;
        if let Some(at) = &mut finding.location {
            if at.path == self.file.name {
                at.path.clone_from(&self.target.shown);
                line = self.line(at.line);
            } else {
                from_root.clone_from(&at.path);
                let path = self.target.root.join(&at.path);
                at.path = sys::fs::text(path.strip_prefix(self.here).unwrap_or(&path));
            }
        }
        Remark {
            kind: self.target.spec.word(),
            finding,
            from_root,
            line,
        }
    }

    /// The text of a line, from 1, when it is short enough to be shown.
    fn line(&self, number: u32) -> Option<String> {
        let at = (number as usize).checked_sub(1)?;
        let line = self.file.bytes.split(|byte| *byte == b'\n').nth(at)?;
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches('\r');
        (line.len() <= LINE_BYTES).then(|| text.to_owned())
    }
}
