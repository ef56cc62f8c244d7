//! Image references as people write them: `repo[:tag]`, with registry ports. Pure.

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// `registry:5000/team/app`.
    pub(super) repository: String,
    /// `latest` when none was written.
    pub(super) tag: String,
}

impl Reference {
    /// Reads a reference by the grammar of docker's `distribution/reference`.
    ///
    /// A digest is refused: nobody can put `app@sha256:…` *on* an image.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.contains('@') {
            return Err(format!(
                "`{text}` names a digest; a tag is needed (`name:tag`)"
            ));
        }
        let slash = text.rfind('/').map_or(0, |at| at + 1);
        let (repository, tag) = match text[slash..].find(':') {
            Some(colon) => (&text[..slash + colon], &text[slash + colon + 1..]),
            None => (text, "latest"),
        };
        check_repository(repository).map_err(|why| format!("`{text}`: {why}"))?;
        check_tag(tag).map_err(|why| format!("`{text}`: {why}"))?;
        Ok(Self {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
        })
    }

    /// `repository:tag`.
    pub(super) fn whole(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }
}

fn check_repository(repository: &str) -> Result<(), &'static str> {
    let mut parts: Vec<&str> = repository.split('/').collect();
    let is_registry = |part: &str| part.contains(['.', ':']) || part == "localhost";
    if parts.len() > 1 && is_registry(parts[0]) {
        check_registry(parts.remove(0))?;
    }
    if repository.len() > 255 {
        return Err("a name has at most 255 characters");
    }
    parts.iter().try_for_each(|part| check_part(part))
}

fn check_registry(registry: &str) -> Result<(), &'static str> {
    let (host, port) = registry.split_once(':').unwrap_or((registry, "0"));
    let host_ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if host.is_empty() || !host.chars().all(host_ok) {
        return Err("the registry's name has letters, digits, `.` and `-` only");
    }
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the registry's port is a number");
    }
    Ok(())
}

/// Lower-case letters and digits, parted by `.`, `_`, `__` or dashes.
fn check_part(part: &str) -> Result<(), &'static str> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let between =
        |text: &str| matches!(text, "" | "." | "_" | "__") || text.bytes().all(|b| b == b'-');
    if !part.starts_with(word) || !part.ends_with(word) {
        return Err("each part of a name starts and ends with a lower-case letter or a digit");
    }
    if part.split(word).all(between) {
        Ok(())
    } else {
        Err("a name has lower-case letters and digits, parted by `.`, `_`, `__` or `-`")
    }
}

fn check_tag(tag: &str) -> Result<(), &'static str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rest = |c: char| word(c) || matches!(c, '.' | '-');
    if !tag.starts_with(word) || !tag.chars().all(rest) {
        return Err(
            "a tag has letters, digits, `_`, `.` and `-`, and starts with none of the last two",
        );
    }
    if tag.len() > 128 {
        return Err("a tag has at most 128 characters");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_before_the_last_slash_is_a_port() {
        let whole = |text| Reference::parse(text).unwrap().whole();
        assert_eq!(whole("app"), "app:latest");
        assert_eq!(whole("app:1.2"), "app:1.2");
        assert_eq!(whole("host:5000/team/app"), "host:5000/team/app:latest");
        assert_eq!(whole("localhost/app:x"), "localhost/app:x");
        assert_eq!(
            whole("127.0.0.1:5000/a__b/c--d:V_1"),
            "127.0.0.1:5000/a__b/c--d:V_1"
        );
    }

    #[test]
    fn what_the_engine_would_refuse_is_refused_before_it() {
        for text in [
            "",
            ":x",
            "App",
            "a b",
            "a:",
            "a:-x",
            "a//b",
            "a/",
            "h:p/a",
            "a_-b",
            "a@sha256:0",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
