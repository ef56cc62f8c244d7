//! `results: {junit: …, sarif: …}`: the reports that a command brought back, read, counted and judged.
//!
//! A report proves something only if this very attempt wrote it and at least one test ran.

use super::super::reports::{self, Sheet, Wanted};
use super::super::{judge, paths};
use crate::format::glob::Pattern;
use crate::format::junit;
use crate::model::{Case, CaseStatus, CaseTotals, Collected, Finding, Judged, Reason};
use crate::spec::Turn;

/// What is to be brought.
#[derive(Debug, Default)]
pub(super) struct Results {
    /// Patterns of JUnit reports.
    pub(super) junit: Vec<String>,
    /// All others, and what is wanted of them.
    pub(super) reports: Wanted,
}

impl Results {
    /// All patterns.
    pub(super) fn globs(&self) -> impl Iterator<Item = &String> {
        self.junit.iter().chain(self.reports.globs())
    }
}

/// What the reports amount to.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Every case of every report that counts.
    pub(super) cases: Vec<Case>,
    /// What other tools found.
    pub(super) findings: Vec<Finding>,
    /// A case failed or broke, or a threshold is not reached.
    pub(super) failed: Vec<Judged>,
    /// Why the reports cannot be relied on; may be several.
    pub(super) errored: Vec<Judged>,
    /// Said in every report.
    pub(super) notes: Vec<String>,
}

/// Reads the reports that match `patterns`. Nothing is asked when there are no patterns.
pub(super) fn read(results: &Results, collected: &[Collected], turn: &Turn<'_>) -> Read {
    let mut read = Read::default();
    for pattern in results.globs() {
        if !collected
            .iter()
            .any(|file| matches(pattern, file, turn.cwd))
        {
            read.errored.push(missing(pattern));
        }
    }
    if !results.junit.is_empty() {
        tests(&results.junit, collected, turn, &mut read);
    }
    others(&results.reports, collected, turn, &mut read);
    read
}

/// The cases of JUnit reports.
fn tests(patterns: &[String], collected: &[Collected], turn: &Turn<'_>, read: &mut Read) {
    let junit = |file: &&Collected| {
        patterns
            .iter()
            .any(|pattern| matches(pattern, file, turn.cwd))
    };
    for file in collected.iter().filter(junit) {
        match cases(file) {
            Ok(cases) => read.cases.extend(cases),
            Err(reason) => read.errored.push(Judged::Errored(reason)),
        }
    }
    read.failed.extend(failed(&read.cases));
    if read.errored.is_empty() && CaseTotals::of(&read.cases).executed() == 0 {
        empty(read, turn);
    }
}

/// What the reports of other tools say.
fn others(wanted: &Wanted, collected: &[Collected], turn: &Turn<'_>, read: &mut Read) {
    let mut sheets: Vec<Sheet<'_>> = Vec::new();
    for (format, pattern) in &wanted.patterns {
        for file in collected
            .iter()
            .filter(|file| matches(pattern, file, turn.cwd))
        {
            let known = |sheet: &Sheet<'_>| sheet.format == *format && sheet.path == file.path;
            match fresh(file) {
                Ok(bytes) if !sheets.iter().any(known) => sheets.push(Sheet {
                    format: *format,
                    path: &file.path,
                    bytes,
                }),
                Ok(_) => {}
                Err(reason) => read.errored.push(Judged::Errored(reason)),
            }
        }
    }
    let weighed = reports::weigh(wanted, &sheets, turn);
    read.findings = weighed.findings;
    read.failed.extend(weighed.failed);
    read.errored.extend(weighed.errored);
    read.notes.extend(weighed.notes);
}

fn matches(pattern: &str, file: &Collected, cwd: &str) -> bool {
    let path = paths::from_root(cwd, &file.path);
    Pattern::parse(cwd, pattern).is_ok_and(|pattern| pattern.is_match(&path))
}

fn missing(pattern: &str) -> Judged {
    Judged::Errored(
        Reason::new(format!(
            "the report {pattern} is missing: no such file after the command"
        ))
        .hint("correct the path (it is relative to the gate's `cwd`) or the reporter's options"),
    )
}

/// The bytes of a report that this very attempt wrote.
fn fresh(file: &Collected) -> Result<&[u8], Reason> {
    let path = &file.path;
    if file.before.as_ref() == Some(&file.after) {
        return Err(Reason::new(format!(
            "the report {path} is stale: it was there before and the command did not write it"
        ))
        .hint("let the command write its report every time; delete old reports"));
    }
    file.bytes
        .as_deref()
        .ok_or_else(|| Reason::new(format!("the report {path} is too large or cannot be read")))
}

fn cases(file: &Collected) -> Result<Vec<Case>, Reason> {
    let path = &file.path;
    junit::read(fresh(file)?).map_err(|error| {
        Reason::new(format!(
            "the report {path}:{} is malformed: {}",
            error.line, error.message
        ))
        .hint("a command that was stopped while it wrote leaves half a report")
    })
}

/// Names the count and the first of them.
fn failed(cases: &[Case]) -> Option<Judged> {
    let bad = |case: &&Case| matches!(case.status, CaseStatus::Failed | CaseStatus::Errored);
    let first = cases.iter().find(bad)?;
    let count = cases.iter().filter(bad).count() as u64;
    let executed = CaseTotals::of(cases).executed();
    let headline = if count == 1 {
        format!(
            "1 of {} failed: {}",
            judge::counted(executed, "test case"),
            title(first)
        )
    } else {
        let of = judge::counted(executed, "test case");
        format!("{count} of {of} failed, the first: {}", title(first))
    };
    let mut reason = Reason::new(headline);
    reason.details = judge::listed(cases.iter().filter(bad).map(line));
    Some(Judged::Failed(reason))
}

fn title(case: &Case) -> String {
    match case.suite.as_str() {
        "" => case.name.clone(),
        suite => format!("{suite} › {}", case.name),
    }
}

fn line(case: &Case) -> String {
    match case
        .message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
    {
        Some(first) => format!("{}: {first}", title(case)),
        None => title(case),
    }
}

fn empty(read: &mut Read, turn: &Turn<'_>) {
    let skipped = CaseTotals::of(&read.cases).skipped;
    let what = match skipped {
        0 => "no test ran: the report has no test case".to_owned(),
        n => format!(
            "no test ran: {} skipped, none executed",
            judge::counted(n, "test case")
        ),
    };
    match turn.allow_empty {
        Some(why) => read.notes.push(format!("{what}; allowed: {why}")),
        None => {
            let hint = "zero is not success; if it is right, say `allow_empty: {reason: …}`";
            read.errored
                .push(Judged::Errored(Reason::new(what).hint(hint)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::judge::testing::{Desk, word};
    use super::*;
    use crate::model::Stamp;

    fn written(path: &str, xml: &str) -> Collected {
        Collected {
            path: path.into(),
            bytes: Some(xml.as_bytes().to_vec()),
            before: Some(Stamp("old".into())),
            after: Stamp("new".into()),
        }
    }

    fn verdict(patterns: &[&str], files: &[Collected], desk: &Desk) -> String {
        let results = Results {
            junit: patterns.iter().map(|p| (*p).to_owned()).collect(),
            ..Results::default()
        };
        let read = read(&results, files, &desk.turn());
        let judged = read.failed.first().or(read.errored.first());
        match judged {
            None => format!("good{}", read.notes.join("")),
            Some(judged @ (Judged::Failed(reason) | Judged::Errored(reason))) => {
                format!("{}: {}", word(judged), reason.headline)
            }
            Some(Judged::Passed(_)) => unreachable!(),
        }
    }

    const GOOD: &str = "<testsuite name='s'><testcase name='a'/></testsuite>";
    const BAD: &str = "<testsuite name='s'><testcase name='a'/><testcase name='b'><failure message='no'/></testcase></testsuite>";
    const SKIPPED: &str = "<testsuite><testcase name='a'><skipped/></testcase></testsuite>";

    #[test]
    fn the_table() {
        let desk = Desk::new();
        let mut stale = written("r.xml", GOOD);
        stale.before = Some(stale.after.clone());
        let unread = Collected {
            bytes: None,
            ..written("r.xml", "")
        };
        let new = Collected {
            before: None,
            ..written("r.xml", GOOD)
        };
        let table = [
            (vec![written("r.xml", GOOD)], "good"),
            (vec![new], "good"),
            (
                vec![written("r.xml", BAD)],
                "failed: 1 of 2 test cases failed: s › b",
            ),
            (vec![], "errored: the report *.xml is missing"),
            (vec![stale.clone()], "errored: the report r.xml is stale"),
            (vec![stale, written("b.xml", BAD)], "failed"),
            (vec![unread], "errored: the report r.xml is too large"),
            (
                vec![written("r.xml", "<testsuite>\n<")],
                "errored: the report r.xml:2 is malformed",
            ),
            (
                vec![written("r.xml", "<testsuites/>")],
                "errored: no test ran: the report has no",
            ),
            (
                vec![written("r.xml", SKIPPED)],
                "errored: no test ran: 1 test case skipped",
            ),
            (
                vec![written("r.xml", SKIPPED), written("b.xml", GOOD)],
                "good",
            ),
        ];
        for (files, want) in table {
            let told = verdict(&["*.xml"], &files, &desk);
            assert!(told.starts_with(want), "{told} instead of {want}");
        }
    }

    #[test]
    fn every_pattern_must_bring_a_report() {
        let desk = Desk {
            cwd: "packages/ui".into(),
            ..Desk::new()
        };
        let told = verdict(
            &["./unit.xml", "e2e/*.xml"],
            &[written("unit.xml", GOOD)],
            &desk,
        );
        assert!(
            told.starts_with("errored: the report e2e/*.xml is missing"),
            "{told}"
        );
        assert_eq!(
            verdict(&["/out/u.xml"], &[written("../../out/u.xml", GOOD)], &desk),
            "good"
        );
        assert!(verdict(&["*.xml"], &[written("deep/u.xml", GOOD)], &desk).starts_with("errored"));
    }

    #[test]
    fn empty_is_allowed_with_a_reason_and_said() {
        let desk = Desk {
            allow_empty: Some("no tests yet".into()),
            ..Desk::new()
        };
        let told = verdict(&["*.xml"], &[written("r.xml", SKIPPED)], &desk);
        assert!(told.contains("allowed: no tests yet"), "{told}");
        assert!(
            verdict(&["*.xml"], &[], &desk).starts_with("errored"),
            "missing is not empty"
        );
        assert!(verdict(&["*.xml"], &[written("r.xml", BAD)], &desk).starts_with("failed"));
    }
}
