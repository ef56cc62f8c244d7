//! The judgement over what was found: weights, waivers, and what could not be judged.
//!
//! A finding that counts fails the gate. Else anything that could not be judged leaves it undecided.
//! Else it passes, on the evidence of the files that were read.

use super::super::judge;
use super::policy::{Policy, Waiver};
use crate::format::glob::{Pattern, is_glob};
use crate::model::{Answer, Finding, Judged, Judgement, Location, Reason, Rule, Severity, Step};
use crate::spec::Turn;

/// How a detail of a reason begins that tells what could not be judged, beside what was found.
pub const NOT_JUDGED: &str = "not judged: ";

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::kind) struct Found {
    /// The rule.
    pub rule: &'static Rule,
    /// Where, from the project's root; `None` when it is nowhere (something is missing).
    pub at: Option<Location>,
    /// What is wrong here.
    pub message: String,
    /// What to do here, when that is more than the rule's own `fix`.
    pub fix: Option<String>,
    /// The service, stage or target that it is about.
    pub on: Option<String>,
    /// Why the file itself says that it does not count.
    pub waived: Option<String>,
}

impl Found {
    /// Something that stands nowhere yet.
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            at: None,
            message: message.into(),
            fix: None,
            on: None,
            waived: None,
        }
    }

    /// Where: a path from the root, line and column as in [`Location`].
    pub fn at(mut self, path: &str, line: u32, column: u32) -> Self {
        self.at = Some(Location {
            path: path.to_owned(),
            line,
            column,
        });
        self
    }

    /// What to do here.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// What a static gate has seen so far.
#[derive(Clone, Debug, Default)]
pub(in crate::kind) struct Survey {
    /// What was found.
    pub found: Vec<Found>,
    /// What could not be judged, and why: one line each.
    pub unjudged: Vec<String>,
    /// Things that were judged: files, services.
    pub judged: usize,
    /// Worth saying in every report.
    pub notes: Vec<String>,
}

impl Survey {
    /// Something could not be judged.
    pub fn cannot_judge(&mut self, what: &str, why: &str) {
        self.unjudged.push(format!("{what} {why}"));
    }

    /// A pattern behind which there is nothing.
    pub fn absent(&mut self, pattern: &str) {
        let why = if is_glob(pattern) {
            "matches no file"
        } else {
            "is not there"
        };
        self.cannot_judge(pattern, why);
    }

    /// What it amounts to.
    pub fn judge(self, turn: &Turn<'_>, policy: &Policy, answers: &[Answer]) -> Step {
        let mut waivers: Vec<Held<'_>> = policy
            .waivers
            .iter()
            .map(|waiver| Held::new(waiver, turn.cwd))
            .collect();
        let found = self.found.into_iter();
        let mut findings: Vec<Finding> = found
            .filter_map(|found| weighed(policy, found, &mut waivers))
            .collect();
        findings.sort_by(|a, b| place(a).cmp(&place(b)));
        findings.dedup();
        let mut notes = self.notes;
        notes.extend(waivers.iter().map(Held::said));
        let counts =
            |finding: &&Finding| finding.waived.is_none() && finding.severity >= policy.threshold;
        let counted: Vec<&Finding> = findings.iter().filter(counts).collect();
        let verdict = if !counted.is_empty() {
            Judged::Failed(reason(&counted, &self.unjudged))
        } else if !self.unjudged.is_empty() {
            Judged::Errored(undecided(&self.unjudged))
        } else if self.judged == 0 {
            nothing(turn, answers, &mut notes)
        } else {
            judge::pass(answers)
        };
        let mut judgement = Judgement::new(verdict);
        (judgement.findings, judgement.notes) = (findings, notes);
        judge::done(judgement)
    }
}

/// Nothing was there to judge (rule 2).
fn nothing(turn: &Turn<'_>, answers: &[Answer], notes: &mut Vec<String>) -> Judged {
    match turn.allow_empty {
        Some(reason) => {
            notes.push(format!("nothing to judge, which is allowed: {reason}"));
            judge::pass(answers)
        }
        None => Judged::Errored(
            Reason::new("there is nothing to judge")
                .hint("name other files, or say why this is right with `allow_empty: {reason: …}`"),
        ),
    }
}

/// A waiver while it is held against findings.
struct Held<'p> {
    waiver: &'p Waiver,
    pattern: Option<Pattern>,
    times: usize,
}

impl<'p> Held<'p> {
    fn new(waiver: &'p Waiver, cwd: &str) -> Self {
        let path = waiver.path.as_ref();
        Self {
            waiver,
            // The decoder has read it once: it is a glob.
            pattern: path.and_then(|path| Pattern::parse(cwd, path).ok()),
            times: 0,
        }
    }

    fn covers(&self, found: &Found) -> bool {
        let (waiver, at) = (self.waiver, found.at.as_ref());
        let in_path = |_: &String| {
            let path = at.map(|at| &at.path);
            path.zip(self.pattern.as_ref())
                .is_some_and(|(path, glob)| glob.is_match(path))
        };
        !waiver.expired
            && waiver.rule == found.rule.id
            && waiver.path.as_ref().is_none_or(in_path)
            && waiver
                .line
                .is_none_or(|line| at.is_some_and(|at| at.line == line))
            && waiver
                .on
                .as_ref()
                .is_none_or(|on| found.on.as_ref() == Some(on))
    }

    /// What must be said of it in every report.
    fn said(&self) -> String {
        let Waiver {
            rule,
            reason,
            until,
            expired,
            ..
        } = self.waiver;
        let day = until.as_deref().unwrap_or_default();
        let until = until
            .as_ref()
            .map_or(String::new(), |day| format!(", until {day}"));
        match self.times {
            _ if *expired => format!("the waiver of {rule} ended on {day} and holds no more"),
            0 => format!("the waiver of {rule} matches nothing any more: take it out ({reason})"),
            1 => format!("waived {rule} once: {reason}{until}"),
            times => format!("waived {rule} {times} times: {reason}{until}"),
        }
    }
}

/// A finding with its weight and its waiver; `None` when its rule is off.
fn weighed(policy: &Policy, found: Found, waivers: &mut [Held<'_>]) -> Option<Finding> {
    let severity = policy.level(found.rule)?;
    let mut waived = found.waived.clone();
    for held in waivers.iter_mut().filter(|held| held.covers(&found)) {
        held.times += 1;
        waived = waived.or_else(|| Some(held.waiver.reason.clone()));
    }
    let Found {
        rule,
        at,
        message,
        fix,
        ..
    } = found;
    Some(Finding {
        why: Some(rule.why.to_owned()).filter(|why| !why.is_empty()),
        source: Some(rule.source.to_owned()).filter(|source| !source.is_empty()),
        waived,
        ..Finding::new(rule.id, severity, message)
            .at(at)
            .help(fix.unwrap_or_else(|| rule.fix.to_owned()))
    })
}

fn place(finding: &Finding) -> (&str, u32, u32, std::cmp::Reverse<Severity>, &str) {
    let (path, line, column) = finding
        .location
        .as_ref()
        .map_or(("", 0, 0), |at| (&at.path, at.line, at.column));
    let weight = std::cmp::Reverse(finding.severity);
    (path, line, column, weight, &finding.rule)
}

/// Why it failed: the findings themselves stand beside it. What could not be judged either is told
/// here.
pub(in crate::kind) fn reason(counted: &[&Finding], unjudged: &[String]) -> Reason {
    let head = match counted {
        [only] => Reason {
            hint: only.help.clone(),
            ..Reason::new(line(only))
        },
        [first, ..] => Reason::new(format!("{}, the first: {}", headline(counted), line(first))),
        [] => Reason::new(headline(counted)),
    };
    let lines = unjudged.iter().map(|line| format!("{NOT_JUDGED}{line}"));
    Reason {
        details: judge::listed(lines),
        ..head
    }
}

fn headline(counted: &[&Finding]) -> String {
    let weights = [Severity::Error, Severity::Warning, Severity::Info].map(|weight| {
        let n = counted
            .iter()
            .filter(|finding| finding.severity == weight)
            .count();
        (n > 0).then(|| {
            let word = if weight == Severity::Info {
                "remark"
            } else {
                weight.as_str()
            };
            judge::counted(n as u64, word)
        })
    });
    let weights: Vec<String> = weights.into_iter().flatten().collect();
    weights.join(", ")
}

/// `Dockerfile:3:1: the base image has no tag [DL3006]`
fn line(finding: &Finding) -> String {
    let at = finding.location.as_ref().map(|at| at.told() + ": ");
    let at = at.unwrap_or_default();
    format!("{at}{} [{}]", finding.message, finding.rule)
}

fn undecided(unjudged: &[String]) -> Reason {
    match unjudged {
        [only] => Reason::new(only.clone()),
        _ => Reason {
            details: judge::listed(unjudged.iter().cloned()),
            ..Reason::new(format!("{} things could not be judged", unjudged.len()))
        },
    }
}
