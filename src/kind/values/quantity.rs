//! Numbers with units, compared by what they mean. What a unit means depends on the program that
//! reads the file: `MB` is 1024 kB to PostgreSQL, `mb` 1024 kb and `m` a million to Redis.
//!
//! Exact: nothing is rounded. Must not know files.

use std::cmp::Ordering;

/// Whose units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    /// `kB` is 1000 bytes, `KiB` 1024; `ms`, `s`, `m`, `min`, `h`, `d`, `w`.
    Common,
    /// Powers of 1024 throughout; `us`, `ms`, `s`, `min`, `h`, `d`.
    Postgresql,
    /// `k` is 1000 bytes, `kb` 1024, in any spelling. A bare number of bytes is one, too.
    Redis,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A bare number.
    Nothing,
    /// Bytes.
    Bytes,
    /// Time, in nanoseconds.
    Time,
}

/// A number of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    pub of: Of,
    /// In billionths.
    billionths: i128,
}

/// Why two quantities cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unlike {
    /// One has no unit: what it counts is not said.
    NoUnit,
    /// Bytes and time.
    OtherThings,
}

const BILLION: i128 = 1_000_000_000;
const COMMON_SIZES: &[(&str, i128)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
];
const POSTGRESQL_SIZES: &[(&str, i128)] = &[
    ("B", 1),
    ("kB", 1 << 10),
    ("MB", 1 << 20),
    ("GB", 1 << 30),
    ("TB", 1 << 40),
];
const REDIS_SIZES: &[(&str, i128)] = &[
    ("b", 1),
    ("k", 1_000),
    ("m", 1_000_000),
    ("g", 1_000_000_000),
    ("kb", 1 << 10),
    ("mb", 1 << 20),
    ("gb", 1 << 30),
];
const SECOND: i128 = BILLION;
const TIMES: &[(&str, i128)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("min", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
];
/// What PostgreSQL does not know.
const MORE_TIMES: &[(&str, i128)] = &[
    ("m", 60 * SECOND),
    ("w", 7 * 86_400 * SECOND),
    ("y", 365 * 86_400 * SECOND),
];

impl Units {
    fn unit(self, word: &str) -> Option<(Of, i128)> {
        let among = |units: &[(&str, i128)], word: &str| {
            let found = units.iter().find(|(name, _)| *name == word);
            found.map(|(_, unit)| *unit)
        };
        let size = match self {
            Self::Common => among(COMMON_SIZES, word),
            Self::Postgresql => among(POSTGRESQL_SIZES, word),
            Self::Redis => among(REDIS_SIZES, &word.to_ascii_lowercase()),
        };
        let time = || {
            let more = (self == Self::Common).then(|| among(MORE_TIMES, word));
            let known = (self != Self::Redis).then(|| among(TIMES, word));
            known.flatten().or(more.flatten())
        };
        let size = size.map(|unit| (Of::Bytes, unit));
        size.or_else(|| time().map(|unit| (Of::Time, unit)))
    }
}

impl Quantity {
    /// `512MB`, `1h30m`, `0.9`, `-1`; `None` when it is none.
    pub fn parse(units: Units, text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, rest) = number(digits)?;
        if rest.is_empty() {
            let billionths = number.checked_mul(sign)?;
            return Some(Self {
                of: Of::Nothing,
                billionths,
            });
        }
        let (of, mut sum, mut rest) = part(units, number, rest)?;
        while !rest.is_empty() {
            let (number, behind) = self::number(rest)?;
            let (more, add, behind) = part(units, number, behind)?;
            if more != Of::Time || of != Of::Time {
                return None;
            }
            sum = sum.checked_add(add)?;
            rest = behind;
        }
        let billionths = sum.checked_mul(sign)?;
        Some(Self { of, billionths })
    }

    /// Which is more. Nothing is as much in every unit.
    pub fn compare(self, other: Self, units: Units) -> Result<Ordering, Unlike> {
        let like = self.of == other.of
            || self.billionths == 0 && self.of == Of::Nothing
            || other.billionths == 0 && other.of == Of::Nothing
            || units == Units::Redis;
        match (like, self.of, other.of) {
            (true, ..) => Ok(self.billionths.cmp(&other.billionths)),
            (false, Of::Nothing, _) | (false, _, Of::Nothing) => Err(Unlike::NoUnit),
            (false, ..) => Err(Unlike::OtherThings),
        }
    }
}

/// A number with its unit, and what stands behind it.
fn part(units: Units, number: i128, text: &str) -> Option<(Of, i128, &str)> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let (of, unit) = units.unit(word)?;
    Some((of, number.checked_mul(unit)?, rest))
}

/// The number at the start, in billionths, and what stands behind it.
fn number(text: &str) -> Option<(i128, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_number = !whole.is_empty()
        && decimals.is_empty() != number.contains('.')
        && decimals.len() <= 9
        && !decimals.contains('.');
    if !is_number {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let decimals: i128 = format!("{decimals:0<9}").parse().ok()?;
    Some((whole.checked_mul(BILLION)?.checked_add(decimals)?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(units: Units, a: &str, b: &str) -> Result<Ordering, Unlike> {
        let [a, b] = [a, b].map(|text| Quantity::parse(units, text).unwrap());
        a.compare(b, units)
    }

    #[test]
    fn units_are_compared_by_meaning() {
        for (units, a, b, want) in [
            (Units::Postgresql, "512MB", "524288kB", Ordering::Equal),
            (Units::Postgresql, "1GB", "1023MB", Ordering::Greater),
            (Units::Postgresql, "30s", "1min", Ordering::Less),
            (Units::Redis, "1m", "1mb", Ordering::Less),
            (Units::Redis, "268435456", "256MB", Ordering::Equal),
            (Units::Common, "1kB", "1KiB", Ordering::Less),
            (Units::Common, "1h30m", "90min", Ordering::Equal),
            (Units::Common, "0.9", "0.75", Ordering::Greater),
            (Units::Common, "-1", "0", Ordering::Less),
            (Units::Common, "15d", "2w", Ordering::Greater),
            (Units::Common, "0", "5s", Ordering::Less),
        ] {
            assert_eq!(order(units, a, b), Ok(want), "{a} {b}");
        }
    }

    #[test]
    fn what_cannot_be_compared_says_so() {
        assert_eq!(
            order(Units::Postgresql, "16384", "512MB"),
            Err(Unlike::NoUnit)
        );
        assert_eq!(order(Units::Common, "5s", "5MB"), Err(Unlike::OtherThings));
        for text in [
            "", "x", "1x", "1.", ".5", "1..2", "1h2", "1MB2MB", "1e3", "--1", "1 2",
        ] {
            assert_eq!(Quantity::parse(Units::Common, text), None, "{text}");
        }
        assert_eq!(Quantity::parse(Units::Postgresql, "1mb"), None);
        assert_eq!(Quantity::parse(Units::Postgresql, "1m"), None);
    }

    proptest! {
        #[test]
        fn total(text in "[0-9.kMBmsh+ -]{0,40}") {
            for units in [Units::Common, Units::Postgresql, Units::Redis] {
                let _ = Quantity::parse(units, &text);
            }
        }
    }
}
