//! What usually must stay out of a build context, and what a pattern stands for when nothing like it
//! is there.

use crate::format::glob::is_glob_char;

/// Must stay out of every context, also when it is not there today.
pub(super) const ALWAYS: &[&str] = &[".git", ".env"];

/// Must stay out where it is there: secrets, and what a build makes or installs by itself.
pub(super) const WHERE_THERE: &[&str] = &[
    "**/.env",
    "**/.env.{local,production,development,staging,test}",
    "**/*.pem",
    "**/*.key",
    "**/*.p12",
    "**/*.pfx",
    "**/id_{rsa,dsa,ecdsa,ed25519}",
    "**/.netrc",
    "**/.aws",
    "**/.ssh",
    "**/node_modules",
    "**/__pycache__",
    "**/.venv",
    "target",
];

/// A path that the pattern means: each glob sign replaced by what it would match. `None` for a
/// pattern in which that cannot be told (`[…]`, `{…}`).
pub(super) fn sample(pattern: &str) -> Option<String> {
    let plain = pattern
        .replace("**/", "")
        .replace("/**", "/x")
        .replace(['*', '?'], "x");
    let plain = plain.strip_prefix('/').unwrap_or(&plain);
    (!plain.chars().any(is_glob_char)).then(|| plain.trim_end_matches('/').to_owned())
}

/// `1.5 MB`: decimal units, as `max_context_size` is written.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, unit)| n >= *unit) {
        Some((word, unit)) => {
            let tenths = n.saturating_mul(10) / unit;
            format!("{}.{} {word}", tenths / 10, tenths % 10)
        }
        None => format!("{n} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_a_path() {
        let samples = [
            (".env*", Some(".envx")),
            ("**/*.pem", Some("x.pem")),
            ("secrets/**", Some("secrets/x")),
            ("/a/", Some("a")),
            ("id_[rd]sa", None),
        ];
        for (pattern, want) in samples {
            assert_eq!(sample(pattern).as_deref(), want, "{pattern}");
        }
    }

    #[test]
    fn sizes_are_told_in_units() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_550_000), "1.5 MB");
    }
}
