//! A git tag as a version (semver.org), as loosely as docker/metadata-action reads it: `v1.2.3` is
//! one. Must not know tags of images.

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub major: String,
    pub minor: String,
    pub patch: String,
    /// What stands behind `-`; empty for a release.
    pub prerelease: String,
}

impl Version {
    /// Reads one; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V', '=']).unwrap_or(text);
        let text = match text.split_once('+') {
            Some((text, build)) => identifiers(build).then_some(text)?,
            None => text,
        };
        let (numbers, prerelease) = match text.split_once('-') {
            Some((numbers, prerelease)) => {
                (numbers, identifiers(prerelease).then_some(prerelease)?)
            }
            None => (text, ""),
        };
        let numbers: Vec<&str> = numbers.split('.').collect();
        let [major, minor, patch] = numbers.as_slice() else {
            return None;
        };
        Some(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.to_owned(),
        })
    }

    /// The whole of it, without what stands behind `+`.
    pub fn text(&self) -> String {
        let Self {
            major,
            minor,
            patch,
            prerelease,
        } = self;
        match prerelease.is_empty() {
            true => format!("{major}.{minor}.{patch}"),
            false => format!("{major}.{minor}.{patch}-{prerelease}"),
        }
    }
}

/// Digits, without zeros in front.
fn number(text: &str) -> Option<String> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    let plain = text.trim_start_matches('0');
    digits.then(|| if plain.is_empty() { "0" } else { plain }.to_owned())
}

/// Letters, digits and `-`, with dots between them.
fn identifiers(text: &str) -> bool {
    let inside = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split('.').all(inside)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Version;

    #[test]
    fn a_tag_is_a_version_or_none() {
        for (text, want) in [
            ("v1.2.3", Some("1.2.3")),
            ("1.2.3-rc.1+b5", Some("1.2.3-rc.1")),
            ("1.02.3", Some("1.2.3")),
            ("1.2", None),
            ("1.2.x", None),
            ("1.2.3-", None),
            ("release-1", None),
            ("", None),
        ] {
            let version = Version::parse(text).map(|version| version.text());
            assert_eq!(version.as_deref(), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn total(text in any::<String>()) {
            if let Some(version) = Version::parse(&text) {
                prop_assert_eq!(Version::parse(&version.text()), Some(version));
            }
        }
    }
}
