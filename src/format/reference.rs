//! Image references, as far as a tag needs them: `[host[:port]/]path[:tag]`, the grammar of
//! distribution/reference. Must not know registries.

/// Characters of the name; the engine's own limit.
const NAME_CHARS: usize = 255;
/// Characters of the tag; the engine's own limit.
const TAG_CHARS: usize = 128;

/// A reference, taken apart as the engine does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<'t> {
    /// The registry; `docker.io` when none is written.
    pub host: &'t str,
    /// The name behind it; `library/` in front of a bare name of Docker's own registry.
    pub path: String,
    /// What stands behind the `:`.
    pub tag: Option<&'t str>,
    /// What stands behind the `@`.
    pub digest: Option<&'t str>,
}

/// The registry of names that have none.
const DEFAULT_HOST: &str = "docker.io";

/// Takes a reference apart. Total: whether the parts are good ones is not asked.
#[must_use]
pub fn parts(text: &str) -> Parts<'_> {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => (text, Some(digest)),
        None => (text, None),
    };
    let (name, tag) = match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    };
    let (host, path) = match name.split_once('/') {
        Some(("index.docker.io", path)) => (DEFAULT_HOST, path),
        Some((host, path)) if is_host(host) => (host, path),
        _ => (DEFAULT_HOST, name),
    };
    let bare = host == DEFAULT_HOST && !path.contains('/');
    Parts {
        host,
        path: format!("{}{path}", if bare { "library/" } else { "" }),
        tag,
        digest,
    }
}

/// Checks a reference that is to be put on an image. A digest cannot be put on, so it is refused.
///
/// # Errors
/// What is wrong with it, in words that fit behind "`x` is no reference: ".
pub fn check_tag(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.contains('@') {
        return Err("a digest cannot be chosen, it comes out of the build".to_owned());
    }
    let (name, tag) = match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    };
    check_name(name)?;
    tag.map_or(Ok(()), check_tag_part)
}

fn check_name(name: &str) -> Result<(), String> {
    if name.chars().count() > NAME_CHARS {
        return Err(format!("its name is longer than {NAME_CHARS} characters"));
    }
    if name.len() == 64 && name.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
        return Err("64 hexadecimal digits are an image's id, not a name".to_owned());
    }
    let path = match name.split_once('/') {
        Some((host, path)) if is_host(host) => {
            check_host(host)?;
            path
        }
        _ => name,
    };
    path.split('/').try_for_each(check_component)
}

/// The engine takes the first part for a host when it has a dot, a port or a capital, or is
/// `localhost`.
fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':']) || part.chars().any(|c| c.is_ascii_uppercase())
}

fn check_host(host: &str) -> Result<(), String> {
    let (domain, port) = match host.rsplit_once(':') {
        Some((domain, port)) => (domain, Some(port)),
        None => (host, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let port_is_good = port.is_none_or(|port| port.parse::<u16>().is_ok());
    if domain.split('.').all(label) && port_is_good {
        return Ok(());
    }
    Err(format!("`{host}` is no registry's host"))
}

/// Lowercase letters and digits, in between one of `.`, `_`, `__`, or any number of `-`.
fn check_component(part: &str) -> Result<(), String> {
    if part.is_empty() {
        return Err("a part of its name is empty".to_owned());
    }
    if part.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(format!(
            "`{part}` has a capital letter; image names are lowercase"
        ));
    }
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(alphanumeric).filter(|gap| !gap.is_empty());
    let known = |gap: &str| matches!(gap, "." | "_" | "__") || gap.chars().all(|c| c == '-');
    let bounded = part.starts_with(alphanumeric) && part.ends_with(alphanumeric);
    if bounded && separators.into_iter().all(known) {
        return Ok(());
    }
    Err(format!(
        "`{part}` is no part of a name: lowercase letters and digits, between them `.`, `_`, `__` or `-`"
    ))
}

fn check_tag_part(tag: &str) -> Result<(), String> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let good = !tag.is_empty()
        && tag.chars().count() <= TAG_CHARS
        && !tag.starts_with(['.', '-'])
        && tag.chars().all(inside);
    if good {
        return Ok(());
    }
    Err(format!(
        "`{tag}` is no tag: at most {TAG_CHARS} letters, digits, `_`, `.` and `-`, not starting with `.` or `-`"
    ))
}

#[cfg(test)]
mod tests {
    use super::{check_tag, parts};
    use proptest::prelude::*;

    #[test]
    fn what_the_engine_takes_is_taken() {
        for text in [
            "app",
            "app:1.2.3",
            "dental-mvp",
            "org/app:latest",
            "a/b/c__d:x_Y-z",
            "registry.example.com/app:v1",
            "localhost/app",
            "localhost:5000/app",
            "127.0.0.1:5000/a/b:t",
            "Host/app",
            "a--b",
        ] {
            assert_eq!(check_tag(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_the_engine_refuses_is_refused() {
        let id = "a".repeat(64);
        for text in [
            "",
            "App",
            "app:",
            "app:-x",
            "app:a b",
            "a b",
            "/app",
            "app/",
            "a//b",
            "-app",
            "app-",
            "a..b",
            "a___b",
            "a._b",
            "app@sha256:00",
            "host:x/app",
            "-h.de/app",
            "é",
            "app:é",
            &id,
        ] {
            assert!(check_tag(text).is_err(), "{text}");
        }
        assert!(check_tag(&format!("app:{}", "x".repeat(129))).is_err());
        assert!(check_tag(&"x".repeat(256)).is_err());
    }

    #[test]
    fn a_reference_has_a_registry_a_name_and_what_pins_it() {
        let told = |text| {
            let parts = parts(text);
            let (tag, digest) = (parts.tag.unwrap_or("-"), parts.digest.unwrap_or("-"));
            format!("{} {} {tag} {digest}", parts.host, parts.path)
        };
        assert_eq!(told("alpine"), "docker.io library/alpine - -");
        assert_eq!(told("index.docker.io/a:1"), "docker.io library/a 1 -");
        assert_eq!(told("org/app:1@sha256:00"), "docker.io org/app 1 sha256:00");
        assert_eq!(told("localhost:5000/app"), "localhost:5000 app - -");
        assert_eq!(told("r.example.com:1/a/b:t"), "r.example.com:1 a/b t -");
    }

    proptest! {
        #[test]
        fn total(text in any::<String>()) {
            let _ = check_tag(&text);
            let _ = parts(&text);
        }

        #[test]
        fn what_passes_has_nothing_that_a_command_line_could_trip_over(text in "[a-zA-Z0-9./:_@ ;$-]{0,20}") {
            if check_tag(&text).is_ok() {
                prop_assert!(!text.starts_with('-') && !text.contains([' ', ';', '$', '@']));
            }
        }
    }
}
