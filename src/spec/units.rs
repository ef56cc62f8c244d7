//! Durations, sizes, numbers, days: text to value, with the reason when it is none.

use std::time::Duration;

/// `10m`, `1h30m`, `90s`, `500ms`. A bare number is refused: nobody knows of what.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(format!("a duration needs a unit: `{text}s`, `{text}m`"));
    }
    let written = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"hms".contains(&b));
    let parsed = written
        .then(|| humantime::parse_duration(text).ok())
        .flatten();
    let units = "a duration is written `10m`, `1h30m`, `90s` or `500ms`";
    let duration = parsed.ok_or_else(|| units.to_owned())?;
    match duration.as_secs() {
        0..=31_536_000 => Ok(duration),
        _ => Err("a duration is at most a year".to_owned()),
    }
}

/// `200MB` (thousands), `1GiB` (1024s), or plain bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let form = || "a size is written `200MB`, `1GiB` or as plain bytes".to_owned();
    let digits = text.len()
        - text
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len();
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit.trim_start() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        "k" | "K" | "m" | "M" | "g" | "G" => {
            return Err(format!(
                "`{unit}` may be thousands or 1024s: write `{number}{}B` or `{number}{}iB`",
                unit.to_uppercase(),
                unit.to_uppercase()
            ));
        }
        _ => return Err(form()),
    };
    let thousandths = thousandths(number).map_err(|_| form())?;
    let bytes = u128::from(thousandths) * u128::from(unit) / 1000;
    u64::try_from(bytes).map_err(|_| "this is more than any machine has".to_owned())
}

/// A decimal number, at least 0, with up to three decimals, in thousandths.
pub(super) fn thousandths(text: &str) -> Result<u64, String> {
    let form = || "a number is written `2` or `1.5`".to_owned();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
        return Err(form());
    }
    let thousandths: u64 = format!("{decimals:0<3}").parse().map_err(|_| form())?;
    let whole: u64 = whole.parse().map_err(|_| form())?;
    whole
        .checked_mul(1000)
        .and_then(|n| n.checked_add(thousandths))
        .ok_or_else(form)
}

/// A day that exists, `YYYY-MM-DD`; such texts sort as the days do.
pub(super) fn date(text: &str) -> Result<String, String> {
    let form = || "a day is written `YYYY-MM-DD`".to_owned();
    let shape = |(i, b): (usize, u8)| {
        if i == 4 || i == 7 {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return Err(form());
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    if day == 0 || day > days {
        return Err(format!("there is no day {text}"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("10").unwrap_err().contains("`10s`"));
        for bad in [
            "",
            "m",
            "10x",
            "-5s",
            "1.5h",
            "10 m",
            "99999999999999h",
            "1y",
        ] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_size_says_its_unit() {
        assert_eq!(size("200MB"), Ok(200_000_000));
        assert_eq!(size("1.5GiB"), Ok(1_610_612_736));
        assert_eq!(size("512"), Ok(512));
        assert!(size("64M").unwrap_err().contains("64MiB"));
        for bad in ["", "MB", "-1", "1e9", "99999999999TB", "1..5MB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_must_exist() {
        assert!(date("2028-02-29").is_ok());
        for bad in [
            "2027-02-29",
            "2027-13-01",
            "2027-1-1",
            "tomorrow",
            "2027-00-10",
            "２027-01-1",
        ] {
            assert!(date(bad).is_err(), "{bad}");
        }
    }
}
