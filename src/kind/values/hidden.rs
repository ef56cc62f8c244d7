//! What is not shown: the values of keys that look as if they held a secret.

/// Parts of a name that stand for a secret.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "requirepass",
    "masterauth",
    "secret",
    "token",
    "credential",
    "apikey",
    "privatekey",
    "accesskey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "connectionstring",
    "conninfo",
    "dsn",
    "cookie",
    "salt",
];

/// Names that stand for one only when nothing else is in them.
const WHOLE: &[&str] = &["pass", "pwd", "pw", "key", "auth"];

/// Whether one of these names, or the value itself, looks like a secret.
pub(super) fn is_secret<'n>(mut names: impl Iterator<Item = &'n str>, value: &str) -> bool {
    names.any(is_secret_name) || has_userinfo(value) || value.contains("PRIVATE KEY-----")
}

fn is_secret_name(name: &str) -> bool {
    let bare: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    WORDS.iter().any(|word| bare.contains(word))
        || parts
            .map(str::to_ascii_lowercase)
            .any(|part| WHOLE.contains(&part.as_str()))
}

/// `scheme://user:password@host`.
fn has_userinfo(value: &str) -> bool {
    value.match_indices("://").any(|(at, sign)| {
        let rest = value.get(at + sign.len()..).unwrap_or_default();
        let end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
        rest.get(..end)
            .is_some_and(|authority| authority.contains('@'))
    })
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_known_by_their_names_or_by_themselves() {
        for name in [
            "DB_PASSWORD",
            "api-key",
            "apiKey",
            "JWT_SECRET",
            "requirepass",
            "db.pass",
            "GH_TOKEN",
        ] {
            assert!(is_secret(name.split('.'), "x"), "{name}");
        }
        for name in [
            "NODE_ENV",
            "monkey",
            "compass",
            "http_service.internal_port",
            "max_connections",
        ] {
            assert!(!is_secret(name.split('.'), "x"), "{name}");
        }
        assert!(is_secret(["url"].into_iter(), "postgres://me:hush@db/x"));
        assert!(!is_secret(["url"].into_iter(), "http://h/a@b"));
    }
}
