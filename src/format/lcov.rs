//! LCOV tracefiles, read: which lines and branches were reached, strictly. Must not know thresholds;
//! the caller limits the size.

use super::report::{Coverage, Lines, Reached, ReportError, text};

/// Records that are known and say nothing about lines or branches.
const OTHER: &[&str] = &[
    "TN", "VER", "FN", "FNDA", "FNF", "FNH", "FNL", "FNA", "MCDC", "MCF", "MCH",
];

/// One file of a tracefile while it is read.
#[derive(Default)]
struct Source {
    name: String,
    lines: Lines,
    branches: Reached,
    claimed: [Option<u64>; 4],
}

/// Reads a tracefile.
///
/// # Errors
/// When a line is none of LCOV's, or the last file is not whole.
pub fn read(bytes: &[u8]) -> Result<Coverage, ReportError> {
    let text = text(bytes)?;
    let mut coverage = Coverage::default();
    let mut open: Option<Source> = None;
    let mut last = 0;
    for (line, record) in (1u32..).zip(text.lines()) {
        last = line;
        let record = record.trim();
        if record.is_empty() || record.starts_with('#') {
            continue;
        }
        if record == "end_of_record" {
            let source = open
                .take()
                .ok_or_else(|| ReportError::at(line, "`end_of_record` ends no file"))?;
            let (lines, branches) = source.amounts();
            coverage.lines = coverage.lines.and(lines);
            coverage.branches = coverage.branches.and(branches);
            continue;
        }
        let (word, value) = record
            .split_once(':')
            .ok_or_else(|| ReportError::at(line, "this is no record of LCOV"))?;
        match (word, &mut open) {
            ("SF", None) => {
                let name = value.to_owned();
                open = Some(Source {
                    name,
                    ..Source::default()
                });
            }
            ("SF", Some(source)) => {
                let message = format!("a file begins before `{}` has ended", source.name);
                return Err(ReportError::at(line, message));
            }
            ("TN", None) => {}
            (_, Some(source)) => source.record(line, word, value)?,
            (_, None) => {
                return Err(ReportError::at(
                    line,
                    "this belongs to no file (no `SF:` before it)",
                ));
            }
        }
    }
    match open {
        Some(source) => {
            let message = format!("the report ends in the middle of `{}`", source.name);
            Err(ReportError::at(last, message))
        }
        None => Ok(coverage),
    }
}

impl Source {
    fn record(&mut self, line: u32, word: &str, value: &str) -> Result<(), ReportError> {
        let number = |text: &str| {
            text.trim().parse::<u64>().map_err(|_| {
                ReportError::at(line, format!("`{text}` in `{word}:{value}` is no number"))
            })
        };
        match word {
            "DA" => {
                let mut parts = value.split(',');
                let at = number(parts.next().unwrap_or_default())?;
                let times = parts.next().unwrap_or_default();
                // gcov has written negative counts.
                let times = if times.trim_start().starts_with('-') {
                    0
                } else {
                    number(times)?
                };
                self.lines.ran(&self.name, at, times);
            }
            "BRDA" => {
                let taken = value.rsplit(',').next().unwrap_or_default();
                if value.split(',').count() < 4 {
                    return Err(ReportError::at(line, "`BRDA:` has four parts"));
                }
                let taken = if taken == "-" { 0 } else { number(taken)? };
                self.branches.all += 1;
                self.branches.hit += u64::from(taken > 0);
            }
            "LF" => self.claimed[0] = Some(number(value)?),
            "LH" => self.claimed[1] = Some(number(value)?),
            "BRF" => self.claimed[2] = Some(number(value)?),
            "BRH" => self.claimed[3] = Some(number(value)?),
            _ if OTHER.contains(&word) => {}
            _ => {
                return Err(ReportError::at(
                    line,
                    format!("`{word}:` is no record of LCOV"),
                ));
            }
        }
        Ok(())
    }

    /// What is shown and what is claimed, whichever is lower.
    fn amounts(&self) -> (Reached, Reached) {
        let claim = |all: Option<u64>, hit: Option<u64>| match (all, hit) {
            (Some(all), Some(hit)) => Reached { hit, all },
            _ => Reached::default(),
        };
        let [lines, lines_hit, branches, branches_hit] = self.claimed;
        (
            self.lines.reached().lower(claim(lines, lines_hit)),
            self.branches.lower(claim(branches, branches_hit)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: &str = "TN:t\nSF:src/a.js\nFN:1,f\nFNDA:2,f\nDA:1,2\nDA:2,0,abc\nDA:1,0\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nLF:2\nLH:1\nend_of_record\n";

    #[test]
    fn lines_and_branches_are_counted() {
        let coverage = read(ONE.as_bytes()).unwrap();
        assert_eq!(coverage.lines, Reached { hit: 1, all: 2 });
        assert_eq!(coverage.branches, Reached { hit: 1, all: 2 });
        let twice = read(format!("{ONE}{ONE}").as_bytes()).unwrap();
        assert_eq!(twice.lines, Reached { hit: 2, all: 4 });
        let summed = read(b"SF:a\nLF:10\nLH:4\nend_of_record\n").unwrap();
        assert_eq!(summed.lines, Reached { hit: 4, all: 10 });
        let boasting = read(b"SF:a\nDA:1,0\nDA:2,1\nLF:2\nLH:2\nend_of_record\n").unwrap();
        assert_eq!(boasting.lines, Reached { hit: 1, all: 2 });
    }

    #[test]
    fn half_a_report_is_an_error() {
        let lines = ONE.lines().count();
        for keep in 2..lines {
            let part: Vec<&str> = ONE.lines().take(keep).collect();
            assert!(read(part.join("\n").as_bytes()).is_err(), "{keep} lines");
        }
    }

    #[test]
    fn what_is_no_report_is_an_error() {
        for text in [
            "",
            "hello",
            "DA:1,1\n",
            "SF:a\nSF:b\n",
            "SF:a\nDA:x,1\nend_of_record",
            "SF:a\nDA:1\nend_of_record",
            "SF:a\nZZ:1\nend_of_record",
            "end_of_record",
            "SF:a\nBRDA:1\nend_of_record",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(SF:a\n)?([A-Z]{2,4}:[0-9,-]{0,30}\n){0,6}(end_of_record)?") {
            let _ = read(text.as_bytes());
        }
    }
}
