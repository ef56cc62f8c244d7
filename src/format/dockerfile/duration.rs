//! Durations as Go writes them: `1m30s`, `500ms`, `1.5h`. Must not know what they are for.

use std::time::Duration;

/// Reads a duration that is not negative; `None` for anything else.
pub(super) fn read(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    if text == "0" {
        return Some(Duration::ZERO);
    }
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut nanos: u64 = 0;
    while !rest.is_empty() {
        let number = until(rest, |c| !(c.is_ascii_digit() || c == '.'));
        let unit = until(&rest[number..], |c| c.is_ascii_digit() || c == '.');
        let part = part(&rest[..number], scale(&rest[number..number + unit])?)?;
        nanos = nanos.checked_add(part)?;
        rest = &rest[number + unit..];
    }
    // Go counts in signed nanoseconds.
    i64::try_from(nanos).ok()?;
    Some(Duration::from_nanos(nanos))
}

fn until(text: &str, stop: impl Fn(char) -> bool) -> usize {
    text.find(stop).unwrap_or(text.len())
}

fn part(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let digits = |text: &str| {
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<u64>().ok()
        }
    };
    // Beyond nineteen digits a fraction of an hour is far below a nanosecond.
    let fraction = fraction.get(..19).unwrap_or(fraction);
    let of = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let small = u128::from(digits(fraction)?) * u128::from(scale) / of;
    let large = digits(whole)?.checked_mul(scale)?;
    large.checked_add(u64::try_from(small).ok()?)
}

fn scale(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use std::time::Duration;

    #[test]
    fn durations_are_gos() {
        assert_eq!(read("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(read("1.5h"), Some(Duration::from_secs(5_400)));
        assert_eq!(read(".5s"), Some(Duration::from_millis(500)));
        assert_eq!(read("0"), Some(Duration::ZERO));
        assert_eq!(read("100us"), Some(Duration::from_micros(100)));
        for bad in ["", "5", "s", ".s", "1.2.3s", "-1s", "1x", "99999999999h"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
