//! `requires:`, a range over prove's own version: `>=0.1`, `<1`, `=0.2.3`, `^0.4`, joined by commas.

type Version = [u64; 3];

/// Whether `version` is inside `range`.
///
/// # Errors
/// Says how a range is written when this is none.
pub(super) fn matches(range: &str, version: &str) -> Result<bool, String> {
    let form =
        || "a range is written `>=0.1`, `<2`, `=0.3.1` or `^0.4`, joined by commas".to_owned();
    let (version, _) = parse(version).ok_or_else(form)?;
    let mut all = true;
    for comparison in range.split(',') {
        let comparison = comparison.trim();
        let digits = comparison
            .find(|c: char| c.is_ascii_digit())
            .ok_or_else(form)?;
        let (operator, wanted) = comparison.split_at(digits);
        let (wanted, given) = parse(wanted).ok_or_else(form)?;
        all &= match operator.trim() {
            ">=" => version >= wanted,
            ">" => version > wanted,
            "<=" => version <= wanted,
            "<" => version < wanted,
            "=" => version[..given] == wanted[..given],
            "^" | "" => version >= wanted && version < next_breaking(wanted),
            _ => return Err(form()),
        };
    }
    Ok(all)
}

/// `1.2` is 1.2.0 with two parts given.
fn parse(text: &str) -> Option<(Version, usize)> {
    let parts: Vec<u64> = text
        .trim()
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let mut version = [0; 3];
    version.get_mut(..parts.len())?.copy_from_slice(&parts);
    Some((version, parts.len()))
}

/// The first version that may break what this one promised: Cargo's caret.
fn next_breaking([major, minor, patch]: Version) -> Version {
    match (major, minor) {
        (0, 0) => [0, 0, patch.saturating_add(1)],
        (0, _) => [0, minor.saturating_add(1), 0],
        _ => [major.saturating_add(1), 0, 0],
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn ranges_mean_what_cargo_means() {
        for (range, inside) in [
            (">=0.1", true),
            ("^0.1", true),
            ("0.1", true),
            ("=0.1", true),
            (">=0.1, <0.2", true),
            (">=0.2", false),
            ("^0.2", false),
            ("<0.1", false),
            ("=0.1.1", false),
            ("^1", false),
        ] {
            assert_eq!(matches(range, "0.1.0"), Ok(inside), "{range}");
        }
        for bad in [
            "",
            "latest",
            ">=",
            "~1",
            "1.2.3.4",
            ">=0.1,",
            "^99999999999999999999",
        ] {
            assert!(matches(bad, "0.1.0").is_err(), "{bad}");
        }
    }
}
