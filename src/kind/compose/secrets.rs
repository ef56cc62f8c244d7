//! Secrets that stand in the file itself. What is found is never repeated.

use super::judge::Judge;
use crate::format::compose::Service;
use crate::format::compose::model::{Origin, Pair, Text};
use crate::model::{Rule, Severity};

const SOURCE: &str = "https://docs.docker.com/compose/how-tos/use-secrets/";

/// A secret as it is.
pub(super) const PLAINTEXT_SECRET: Rule = Rule {
    id: "plaintext-secret",
    aliases: &["CL-0020"],
    severity: Severity::Error,
    about: "A secret stands in plain text in the compose file",
    why: "The file is in the repository, so whoever has ever had a copy has the secret, and taking it \
          out later does not take it back.",
    fix: "use `secrets:` with a `…_FILE` variable, or a variable without a default (`${DB_PASSWORD:?}`)",
    source: SOURCE,
    settings: "",
    bad: "services:\n  db: {image: 'demo/app:1.0', environment: {DB_PASSWORD: hunter2}}\n",
    good: "services:\n  db: {image: 'demo/app:1.0', environment: {DB_PASSWORD_FILE: /run/secrets/db}}\n",
};

/// A secret in an address.
pub(super) const SECRET_IN_URL: Rule = Rule {
    id: "secret-in-url",
    aliases: &["CL-0021"],
    severity: Severity::Error,
    about: "An address holds a password in plain text",
    why: "The file is in the repository, and addresses end up in logs besides.",
    fix: "put the password in by a variable, or hand the whole address over by `secrets:`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', environment: ['DATABASE_URL=postgres://app:hunter2@db/app']}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', environment: ['DATABASE_URL=postgres://app@db/app']}\n",
};

/// A secret as an argument of a build.
pub(super) const SECRET_BUILD_ARG: Rule = Rule {
    id: "secret-build-arg",
    aliases: &["SecretsUsedInArgOrEnv"],
    severity: Severity::Error,
    about: "A secret is handed to a build as an argument",
    why: "Arguments stay in the history of the image: everybody who can pull it can read them.",
    fix: "use `secrets:` of the build, and `RUN --mount=type=secret` in the Dockerfile",
    source: "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
    settings: "",
    bad: "services:\n  app:\n    build: {context: ., args: {NPM_TOKEN: abc}}\n",
    good: "services:\n  app:\n    build: {context: ., args: {NODE_ENV: production}}\n",
};

/// Last parts of a name that make it that of a secret.
const LAST: &[&str] = &[
    "APIKEY",
    "CREDENTIALS",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PW",
    "PWD",
    "SECRET",
    "TOKEN",
];

/// Two last parts that do.
const LAST_TWO: &[&str] = &[
    "ACCESS_KEY",
    "API_KEY",
    "ENCRYPTION_KEY",
    "KEY_BASE",
    "MASTER_KEY",
    "PRIVATE_KEY",
    "SECRET_KEY",
    "SIGNING_KEY",
];

/// Whether a variable of this name is meant to be secret.
fn is_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let last = upper.rsplit('_').next().unwrap_or_default();
    let two = LAST_TWO.iter().any(|two| {
        upper == *two
            || upper
                .strip_suffix(two)
                .is_some_and(|head| head.ends_with('_'))
    });
    let glued = ["PASSWORD", "APIKEY", "SECRETKEY"];
    LAST.contains(&last) || two || glued.iter().any(|end| last.ends_with(end))
}

/// Whether a value is nothing that has to be kept: empty, a switch, a path.
fn is_harmless(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    let switch = [
        "", "true", "false", "yes", "no", "on", "off", "0", "1", "null", "none",
    ];
    switch.contains(&&*lower) || lower.starts_with("/run/secrets/")
}

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    for variable in &service.environment {
        let Some(value) = variable.value.as_ref() else {
            continue;
        };
        if variable.origin != Origin::Environment {
            continue;
        }
        let literal = literal(judge, &variable.name, value);
        if is_secret(&variable.name) && !is_harmless(value) && literal {
            let message = format!(
                "`{}` of `{}` holds a secret in plain text",
                variable.name, service.name
            );
            judge.hit(&PLAINTEXT_SECRET, service, variable.name.span, message);
        } else if has_password(written_value(judge, &variable.name, value)) {
            let message = format!(
                "`{}` of `{}` holds a password in plain text",
                variable.name, service.name
            );
            judge.hit(&SECRET_IN_URL, service, variable.name.span, message);
        }
    }
    commands(judge, service);
    if let Some(build) = &service.build {
        for Pair { name, value } in &build.args {
            let given = value.as_ref().is_some_and(|value| !is_harmless(value));
            if is_secret(name) && given {
                let message = format!(
                    "the build of `{}` gets `{name}` as an argument",
                    service.name
                );
                judge.hit(&SECRET_BUILD_ARG, service, name.span, message);
            }
        }
    }
}

/// The value as it is written: in `NAME=value` what is behind the sign.
fn written_value<'j>(judge: &Judge<'j>, name: &Text, value: &Text) -> &'j str {
    let written = judge.written(value.span);
    let written = written.trim().trim_matches(['"', '\'']);
    if written == name.value {
        // Only the name: the surroundings give the value.
        return "";
    }
    let own = written.strip_prefix(name.value.as_str());
    own.and_then(|rest| rest.strip_prefix('='))
        .unwrap_or(written)
}

/// Whether some of the value stands in the file and does not come out of a variable.
fn literal(judge: &Judge<'_>, name: &Text, value: &Text) -> bool {
    stays(written_value(judge, name, value))
}

/// Whether something is left of a text when its variables are taken out. The default of a variable
/// stands in the file, too.
fn stays(text: &str) -> bool {
    let Some((head, rest)) = text.split_once('$') else {
        return !text.trim_matches(['"', '\'', ' ']).is_empty();
    };
    if !head.is_empty() {
        return true;
    }
    if let Some(rest) = rest.strip_prefix('$') {
        return !rest.is_empty();
    }
    let Some(inner) = rest.strip_prefix('{') else {
        let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        return stays_after(name);
    };
    let name_end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let Some((_, operator)) = name_end.and_then(|end| inner.split_at_checked(end)) else {
        return false;
    };
    let default = operator
        .strip_prefix(":-")
        .or_else(|| operator.strip_prefix('-'));
    match default.and_then(|default| default.rsplit_once('}')) {
        Some((default, tail)) => !default.is_empty() && stays(default) || stays_after(tail),
        None => operator
            .rsplit_once('}')
            .is_some_and(|(_, tail)| stays_after(tail)),
    }
}

fn stays_after(tail: &str) -> bool {
    !tail.is_empty() && stays(tail)
}

/// Whether an address in a text has a password that stands there.
fn has_password(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("://") {
        rest = after;
        let end = after
            .find(['/', ' ', '"', '\'', ','])
            .unwrap_or(after.len());
        // A default may hold a slash; the sign before the host decides.
        let authority = after.get(..end).unwrap_or_default();
        let Some((user, _)) = authority.rsplit_once('@') else {
            continue;
        };
        // `${NAME:-x}` has a colon of its own: the password is behind the last one outside of it.
        if split_password(user).is_some_and(|password| !password.is_empty() && stays(password)) {
            return true;
        }
    }
    false
}

fn split_password(user: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, c) in user.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return user.get(at + 1..),
            _ => {}
        }
    }
    None
}

/// `--requirepass secret`, `--password=secret`.
fn commands(judge: &mut Judge<'_>, service: &Service) {
    const FLAGS: &[&str] = &["--requirepass", "--password", "--masterauth", "--pass"];
    for command in service.command.iter().chain(&service.entrypoint) {
        let written = judge.written(command.span);
        let words: Vec<&str> = written
            .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | ',' | '"' | '\''))
            .filter(|word| !word.is_empty())
            .collect();
        for (at, word) in words.iter().enumerate() {
            let (flag, glued) = word
                .split_once('=')
                .map_or((*word, None), |(f, v)| (f, Some(v)));
            let value = glued.or_else(|| words.get(at + 1).copied());
            let value = value.filter(|value| FLAGS.contains(&flag) && !value.starts_with('-'));
            if value.is_some_and(|value| !is_harmless(value) && stays(value)) {
                let message = format!(
                    "the command of `{}` holds a secret in plain text",
                    service.name
                );
                judge.hit(&PLAINTEXT_SECRET, service, command.span, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{has_password, is_secret, stays};

    #[test]
    fn names_of_secrets_are_told_by_how_they_end() {
        for name in [
            "PASSWORD",
            "POSTGRES_PASSWORD",
            "PGPASSWORD",
            "jwt_secret",
            "AWS_SECRET_ACCESS_KEY",
            "STRIPE_API_KEY",
            "SECRET_KEY_BASE",
            "GH_TOKEN",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "POSTGRES_PASSWORD_FILE",
            "PASSWORD_MIN_LENGTH",
            "TOKEN_TTL",
            "AWS_ACCESS_KEY_ID",
            "KEY",
            "COMPASS",
            "PRIMARY_KEY_COLUMN",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_comes_out_of_a_variable_does_not_stand_there() {
        for text in [
            "$A",
            "${A}",
            "${A:?needed}",
            "${A}${B}",
            "${A:-}",
            "${A:-${B}}",
            "",
        ] {
            assert!(!stays(text), "{text}");
        }
        for text in ["a", "${A:-secret}", "${A}x", "x${A}", "$$x", "${A-b}"] {
            assert!(stays(text), "{text}");
        }
    }

    #[test]
    fn passwords_in_addresses() {
        for text in [
            "postgres://app:secret@db/app",
            "amqp://u:${P:-guest}@mq",
            "http://a b://x:y@z",
        ] {
            assert!(has_password(text), "{text}");
        }
        for text in [
            "postgres://app@db/app",
            "postgres://app:${P}@db/app",
            "${U:-http://x}",
            "http://db:5432/a@b",
            "redis://:$P@r",
        ] {
            assert!(!has_password(text), "{text}");
        }
    }
}
