//! Reads what is wanted of reports: `findings:` and `results:` have the same words for it.

use crate::format::yaml::Node;
use crate::model::Severity;
use crate::spec::{Decoder, Diagnostic, Field, Shape};

/// The report of a linter or scanner in SARIF.
pub(in crate::kind) const SARIF: Field = Field::new("sarif", Shape::GLOBS, "SARIF 2.1.0 files.");
/// That of a linter in Checkstyle's XML.
pub(in crate::kind) const CHECKSTYLE: Field = Field::new(
    "checkstyle",
    Shape::GLOBS,
    "XML files as Checkstyle writes them.",
);
/// Coverage as LCOV writes it.
pub(in crate::kind) const LCOV: Field = Field::new(
    "lcov",
    Shape::GLOBS,
    "LCOV tracefiles; several are added up. Needs `min_lines` or `min_branches`.",
);
/// Coverage as Cobertura writes it.
pub(in crate::kind) const COBERTURA: Field = Field::new(
    "cobertura",
    Shape::GLOBS,
    "XML files as Cobertura writes them; several are added up. Needs `min_lines` or `min_branches`.",
);
/// From which weight on a finding fails.
pub(in crate::kind) const FAIL_ON: Field = Field::new(
    "fail_on",
    Shape::Word(&["info", "warning", "error"]),
    "The least weight of a finding that fails; what is lighter is only shown.",
)
.default("warning");
/// How many lines must be reached.
pub(in crate::kind) const MIN_LINES: Field = Field::new(
    "min_lines",
    Shape::Text,
    "The least share of lines that tests reach, such as `80%`.",
);
/// How many branches must be reached.
pub(in crate::kind) const MIN_BRANCHES: Field = Field::new(
    "min_branches",
    Shape::Text,
    "The least share of branches that tests reach, such as `70%`.",
);

/// Whose format a report is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kind) enum Format {
    Sarif,
    Checkstyle,
    Lcov,
    Cobertura,
}

impl Format {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sarif => "sarif",
            Self::Checkstyle => "checkstyle",
            Self::Lcov => "lcov",
            Self::Cobertura => "cobertura",
        }
    }

    /// Whether it tells of coverage; else of findings.
    pub fn is_coverage(self) -> bool {
        matches!(self, Self::Lcov | Self::Cobertura)
    }
}

/// What is wanted of reports.
#[derive(Debug, Clone)]
pub(in crate::kind) struct Wanted {
    /// Which files are in which format.
    pub patterns: Vec<(Format, String)>,
    pub fail_on: Severity,
    /// In thousandths of a percent.
    pub min_lines: Option<u64>,
    /// In thousandths of a percent.
    pub min_branches: Option<u64>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            patterns: Vec::new(),
            fail_on: Severity::Warning,
            min_lines: None,
            min_branches: None,
        }
    }
}

impl Wanted {
    /// Out of the map that has these keys. A threshold that nothing is held against is a mistake.
    pub fn decode(decoder: &mut Decoder<'_>, map: &Node) -> Option<Self> {
        let formats = [
            Format::Sarif,
            Format::Checkstyle,
            Format::Lcov,
            Format::Cobertura,
        ];
        let mut patterns = Some(Vec::new());
        for format in formats {
            let globs = named(decoder, map, format.word());
            match (&mut patterns, globs) {
                (Some(all), Some(globs)) => {
                    all.extend(globs.into_iter().map(|glob| (format, glob)));
                }
                _ => patterns = None,
            }
        }
        let fail_on = decoder.optional(map, "fail_on", Decoder::text);
        let min_lines = decoder.optional(map, "min_lines", percent);
        let min_branches = decoder.optional(map, "min_branches", percent);
        let wanted = Self {
            patterns: patterns?,
            fail_on: level(fail_on?.as_deref()),
            min_lines: min_lines?,
            min_branches: min_branches?,
        };
        wanted.makes_sense(decoder, map).then_some(wanted)
    }

    fn makes_sense(&self, decoder: &mut Decoder<'_>, map: &Node) -> bool {
        let (coverage, findings): (Vec<_>, Vec<_>) = self
            .patterns
            .iter()
            .partition(|(format, _)| format.is_coverage());
        let mut good = true;
        let mut mistake = |key: &str, message: &str, help: &str| {
            let span = map.entry(key).map_or(map.span, |entry| entry.key.span);
            decoder.report(Diagnostic::new(span, message.to_owned()).help(help.to_owned()));
            good = false;
        };
        let thresholds = [
            ("min_lines", self.min_lines),
            ("min_branches", self.min_branches),
        ];
        let asked: Vec<&str> = thresholds
            .iter()
            .filter(|(_, least)| least.is_some())
            .map(|(key, _)| *key)
            .collect();
        if let Some((format, _)) = coverage.first()
            && asked.is_empty()
        {
            let message = format!("`{}` is held against nothing", format.word());
            mistake(
                format.word(),
                &message,
                "say how much is enough: `min_lines: 80%`",
            );
        }
        if coverage.is_empty() {
            for key in asked {
                let message = format!("`{key}` without a report of coverage");
                mistake(key, &message, "name one: `lcov` or `cobertura`");
            }
        }
        if findings.is_empty() && map.get("fail_on").is_some() {
            mistake(
                "fail_on",
                "`fail_on` without a report of findings",
                "name one: `sarif` or `checkstyle`",
            );
        }
        good
    }

    /// All patterns.
    pub fn globs(&self) -> impl Iterator<Item = &String> {
        self.patterns.iter().map(|(_, glob)| glob)
    }
}

/// Globs of which there is at least one when the key is there.
fn named(decoder: &mut Decoder<'_>, map: &Node, key: &str) -> Option<Vec<String>> {
    let Some(entry) = map.entry(key) else {
        return Some(Vec::new());
    };
    let globs = decoder.globs(&entry.value)?;
    if globs.is_empty() {
        let message = format!("`{key}` names no file");
        let help = "name at least one, or take the key away";
        return decoder.refuse(Diagnostic::new(entry.key.span, message).help(help));
    }
    Some(globs)
}

fn level(word: Option<&str>) -> Severity {
    let known = Severity::ALL
        .into_iter()
        .find(|level| Some(level.as_str()) == word);
    known.unwrap_or(Severity::Warning)
}

/// `80%`, `79.5%`, `80`: thousandths of a percent.
fn percent(decoder: &mut Decoder<'_>, node: &Node) -> Option<u64> {
    let text = decoder.text(node)?;
    let number = text.trim().strip_suffix('%').unwrap_or(text.trim()).trim();
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let share = (digits(whole) && digits(part) && part.len() <= 3)
        .then(|| {
            Some(
                whole.parse::<u64>().ok()?.checked_mul(1000)?
                    + format!("{part:0<3}").parse::<u64>().ok()?,
            )
        })
        .flatten()
        .filter(|share| *share <= 100_000);
    match share {
        Some(0) => decoder.refuse(
            Diagnostic::new(node.span, "0 % is always reached")
                .help("take the key away, or ask for more"),
        ),
        Some(share) => Some(share),
        None => decoder.refuse(
            Diagnostic::new(node.span, format!("`{text}` is no share from 0 to 100 %"))
                .help("write it as `80%`"),
        ),
    }
}
