//! Reports of other tools, judged: what `findings:` and `results:` share. Whoever calls has the files;
//! here they are read and held against what is wanted.
//!
//! A report that cannot be relied on is never taken for a good one.

mod wanted;

pub(super) use wanted::{
    CHECKSTYLE, COBERTURA, FAIL_ON, Format, LCOV, MIN_BRANCHES, MIN_LINES, SARIF, Wanted,
};

use super::{judge, lint};
use crate::format::report::{Coverage, Reached, ReportError};
use crate::format::{checkstyle, cobertura, lcov, sarif};
use crate::model::{Finding, Judged, Reason};
use crate::spec::Turn;

/// Findings that are shown one by one; the heaviest come first.
const SHOWN: usize = 1_000;

/// A report that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub format: Format,
    /// As the user knows it.
    pub path: &'a str,
    pub bytes: &'a [u8],
}

/// What reports amount to.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    /// What was found, the heaviest first.
    pub findings: Vec<Finding>,
    /// What is not good enough.
    pub failed: Vec<Judged>,
    /// Why they cannot be relied on.
    pub errored: Vec<Judged>,
    /// Said in every report.
    pub notes: Vec<String>,
}

/// One report, read.
enum Told {
    Findings(Vec<Finding>),
    Coverage(Coverage),
    /// It names nothing that was looked at.
    Nothing(&'static str),
}

/// Reads reports and holds them against what is wanted.
pub(super) fn weigh(wanted: &Wanted, sheets: &[Sheet<'_>], turn: &Turn<'_>) -> Weighed {
    let mut weighed = Weighed::default();
    let mut coverage: Option<Coverage> = None;
    for sheet in sheets {
        match read(sheet) {
            Ok(Told::Findings(findings)) => weighed.findings.extend(findings),
            Ok(Told::Coverage(more)) => {
                let sum = coverage.get_or_insert_default();
                sum.lines = sum.lines.and(more.lines);
                sum.branches = sum.branches.and(more.branches);
            }
            Ok(Told::Nothing(what)) => {
                empty(
                    &mut weighed,
                    turn,
                    &format!("the report {} {what}", sheet.path),
                );
            }
            Err(error) => weighed.errored.push(unreliable(sheet, &error)),
        }
    }
    weigh_findings(wanted, &mut weighed);
    if let Some(coverage) = coverage {
        let lines = (wanted.min_lines, coverage.lines, "lines");
        let branches = (wanted.min_branches, coverage.branches, "branches");
        for (least, reached, what) in [lines, branches] {
            if let Some(least) = least {
                weigh_share((least, reached, what), turn, &mut weighed);
            }
        }
    }
    weighed
}

fn read(sheet: &Sheet<'_>) -> Result<Told, ReportError> {
    let coverage = |coverage: Coverage| match coverage.lines.all {
        0 => Told::Nothing("tells of no line"),
        _ => Told::Coverage(coverage),
    };
    Ok(match sheet.format {
        Format::Sarif => Told::Findings(sarif::read(sheet.bytes)?),
        Format::Checkstyle => {
            let checked = checkstyle::read(sheet.bytes)?;
            match checked.files {
                0 => Told::Nothing("names no file that was checked"),
                _ => Told::Findings(checked.findings),
            }
        }
        Format::Lcov => coverage(lcov::read(sheet.bytes)?),
        Format::Cobertura => coverage(cobertura::read(sheet.bytes)?),
    })
}

fn unreliable(sheet: &Sheet<'_>, error: &ReportError) -> Judged {
    let at = match error.line {
        0 => String::new(),
        line => format!(":{line}"),
    };
    let headline = format!(
        "the report {}{at} cannot be relied on: {}",
        sheet.path, error.message
    );
    let hint = format!(
        "it is read as {}; a tool that was stopped while it wrote leaves half a report",
        sheet.format.word()
    );
    Judged::Errored(Reason::new(headline).hint(hint))
}

fn empty(weighed: &mut Weighed, turn: &Turn<'_>, what: &str) {
    match turn.allow_empty {
        Some(why) => weighed.notes.push(format!("{what}; allowed: {why}")),
        None => {
            let hint = "zero is not success; if it is right, say `allow_empty: {reason: …}`";
            weighed
                .errored
                .push(Judged::Errored(Reason::new(what).hint(hint)));
        }
    }
}

fn weigh_findings(wanted: &Wanted, weighed: &mut Weighed) {
    weighed.findings.sort_by_key(|finding| {
        (
            finding.waived.is_some(),
            std::cmp::Reverse(finding.severity),
        )
    });
    let counts =
        |finding: &&Finding| finding.waived.is_none() && finding.severity >= wanted.fail_on;
    let counted: Vec<&Finding> = weighed.findings.iter().filter(counts).collect();
    if !counted.is_empty() {
        weighed
            .failed
            .push(Judged::Failed(lint::reason(&counted, &[])));
    }
    let more = weighed.findings.len().saturating_sub(SHOWN);
    if more > 0 {
        weighed.findings.truncate(SHOWN);
        weighed.notes.push(format!(
            "{} more are in the reports",
            judge::counted(more as u64, "finding")
        ));
    }
}

fn weigh_share(
    (least, reached, what): (u64, Reached, &str),
    turn: &Turn<'_>,
    weighed: &mut Weighed,
) {
    let Some(share) = reached.share() else {
        return empty(weighed, turn, &format!("the reports tell of no {what}"));
    };
    let told = format!(
        "{} of {} {what} are reached: {}",
        reached.hit,
        reached.all,
        percent(share)
    );
    match share < least {
        true => {
            let headline = format!("{told}, and {} are asked for", percent(least));
            let hint = "add tests for what changed";
            weighed
                .failed
                .push(Judged::Failed(Reason::new(headline).hint(hint)));
        }
        false => weighed.notes.push(told),
    }
}

/// `79.5 %`
fn percent(thousandths: u64) -> String {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    let part = format!("{part:03}");
    match part.trim_end_matches('0') {
        "" => format!("{whole} %"),
        part => format!("{whole}.{part} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::testing::{Desk, word};
    use super::*;

    fn verdict(format: Format, text: &str, wanted: &Wanted, desk: &Desk) -> String {
        let sheet = Sheet {
            format,
            path: "r",
            bytes: text.as_bytes(),
        };
        let weighed = weigh(wanted, &[sheet], &desk.turn());
        match weighed.failed.first().or(weighed.errored.first()) {
            Some(judged @ (Judged::Failed(reason) | Judged::Errored(reason))) => {
                format!("{}: {}", word(judged), reason.headline)
            }
            _ => format!("good {}", weighed.notes.join("; ")),
        }
    }

    #[test]
    fn shares_are_held_against_the_threshold() {
        let wanted = Wanted {
            min_lines: Some(66_000),
            ..Wanted::default()
        };
        let desk = Desk::new();
        let report = |hit: u64| format!("SF:a\nLF:3\nLH:{hit}\nend_of_record\n");
        assert_eq!(
            verdict(Format::Lcov, &report(2), &wanted, &desk),
            "good 2 of 3 lines are reached: 66.666 %"
        );
        assert_eq!(
            verdict(Format::Lcov, &report(1), &wanted, &desk),
            "failed: 1 of 3 lines are reached: 33.333 %, and 66 % are asked for"
        );
        let branches = Wanted {
            min_branches: Some(1_000),
            ..wanted
        };
        assert!(
            verdict(Format::Lcov, &report(3), &branches, &desk)
                .starts_with("errored: the reports tell of no branches")
        );
    }

    #[test]
    fn nothing_is_never_good_by_itself() {
        let mut desk = Desk::new();
        let wanted = Wanted {
            min_lines: Some(1),
            ..Wanted::default()
        };
        let nothing = [
            (Format::Checkstyle, "<checkstyle/>"),
            (Format::Cobertura, "<coverage/>"),
            (Format::Lcov, "TN:\n"),
            (Format::Sarif, "{\"version\": \"2.1.0\", \"runs\": []}"),
            (Format::Sarif, ""),
        ];
        for (format, text) in nothing {
            assert!(
                verdict(format, text, &wanted, &desk).starts_with("errored"),
                "{text}"
            );
        }
        desk.allow_empty = Some("new project".to_owned());
        for (format, text) in &nothing[..3] {
            assert!(
                verdict(*format, text, &wanted, &desk).contains("allowed: new project"),
                "{text}"
            );
        }
        for (format, text) in &nothing[3..] {
            assert!(
                verdict(*format, text, &wanted, &desk).starts_with("errored"),
                "{text}"
            );
        }
    }

    #[test]
    fn findings_from_the_threshold_on_fail() {
        let text = "<checkstyle><file name='a.js'><error line='1' severity='warning' message='m' source='s'/></file></checkstyle>";
        let desk = Desk::new();
        let wanted = Wanted::default();
        assert_eq!(
            verdict(Format::Checkstyle, text, &wanted, &desk),
            "failed: a.js:1: m [s]"
        );
        let lax = Wanted {
            fail_on: crate::model::Severity::Error,
            ..wanted
        };
        assert_eq!(verdict(Format::Checkstyle, text, &lax, &desk), "good ");
    }
}
