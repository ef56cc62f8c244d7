//! Rules on secrets: in arguments and variables, in what is written out, in files that are copied.

use super::super::subject::Subject;
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::{Command, Transfer, Word};
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &IN_VARIABLE,
        find: in_variables,
    },
    Check {
        rule: &VALUE,
        find: values,
    },
    Check {
        rule: &FILE,
        find: files,
    },
];

const SOURCE: &str = "https://docs.docker.com/build/building/secrets/";

const IN_VARIABLE: Rule = Rule {
    id: "DL3064",
    aliases: &["SecretsUsedInArgOrEnv", "secret-in-variable"],
    severity: Severity::Warning,
    about: "An ARG or ENV is named like a secret",
    why: "Both stay in the image: everybody who can pull it can read them, with `docker history` or \
          `docker inspect`.",
    fix: "hand it over with `RUN --mount=type=secret,id=…`, or when the container starts",
    source: "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
    settings: "",
    bad: "FROM alpine:3.20\nARG NPM_TOKEN\nRUN echo \"$NPM_TOKEN\" > /tmp/x\n",
    good: "FROM alpine:3.20\nARG PUBLIC_KEY\nENV DB_PASSWORD_FILE=/run/secrets/db\n\
           RUN --mount=type=secret,id=token true\n",
};

const VALUE: Rule = Rule {
    id: "secret-value",
    aliases: &[],
    severity: Severity::Error,
    about: "A secret is written out in the file",
    why: "It is in the history of the project and in every image: it has to be taken for known to all, \
          and replaced.",
    fix: "take it out, replace it where it came from, and hand the new one over with \
          `RUN --mount=type=secret`",
    source: SOURCE,
    settings: "",
    bad: "FROM alpine:3.20\nRUN wget https://ci:s3cr3tword@git.example.com/app.tar\n",
    good: "FROM alpine:3.20\nARG CI_USER\nRUN wget https://git.example.com/app.tar\n",
};

const FILE: Rule = Rule {
    id: "secret-file-copied",
    aliases: &[],
    severity: Severity::Error,
    about: "A file that holds secrets is copied into a layer",
    why: "A layer keeps it, also when a later step removes it: everybody who can pull the image has it.",
    fix: "use it where it is needed with `RUN --mount=type=secret,id=…`, and list it in .dockerignore",
    source: SOURCE,
    settings: "",
    bad: "FROM alpine:3.20\nCOPY id_rsa /root/.ssh/id_rsa\n",
    good: "FROM alpine:3.20\nCOPY id_rsa.pub /etc/keys/\nCOPY .env.example ./\n",
};

/// Parts of a name that mean a secret.
const TELLING: [&str; 12] = [
    "apikey",
    "auth",
    "credential",
    "credentials",
    "key",
    "passphrase",
    "passwd",
    "password",
    "pword",
    "pwd",
    "secret",
    "token",
];

/// Parts of a name that mean that it is none, or only says where one is.
const HARMLESS: [&str; 14] = [
    "public",
    "pub",
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "id",
    "name",
    "header",
    "fingerprint",
    "fpr",
    "enabled",
    "gpg",
];

fn tells(name: &str) -> bool {
    let parts: Vec<String> = name.split(['_', '-', '.']).map(str::to_lowercase).collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(&part.as_str()));
    // `PWD` alone is a directory.
    has(&TELLING) && !has(&HARMLESS) && parts != ["pwd"] && parts != ["oldpwd"]
}

/// A value that can be no secret: nothing, a path, a switch, a number.
fn is_plain(value: &str) -> bool {
    let value = value.trim();
    let switch = ["true", "false", "yes", "no", "on", "off", "none"];
    value.is_empty()
        || value.starts_with('/')
        || switch.contains(&value.to_lowercase().as_str())
        || value.chars().all(|c| c.is_ascii_digit())
}

fn in_variables(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let told = |word: &Word, keyword: &str| {
        let message = format!("the {keyword} `{}` is named like a secret", word.text);
        subject.found(&IN_VARIABLE, word.span, message)
    };
    for instruction in &subject.file.global_args {
        if let Command::Arg(args) = &instruction.command {
            let names = args.iter().map(|arg| &arg.name);
            let names = names.filter(|name| tells(&name.text));
            found.extend(names.map(|name| told(name, "ARG")));
        }
    }
    for at in subject.instructions() {
        match &at.instruction.command {
            Command::Arg(args) => {
                let plain = |word: &Word| subject.known(at.step, word).is_some_and(is_plain);
                let telling = args.iter().filter(|arg| {
                    let switch = arg
                        .default
                        .as_ref()
                        .is_some_and(|word| !word.text.is_empty() && plain(word));
                    tells(&arg.name.text) && !switch
                });
                found.extend(telling.map(|arg| told(&arg.name, "ARG")));
            }
            Command::Env(pairs) => {
                let telling = pairs.iter().filter(|pair| {
                    let value = subject.known(at.step, &pair.value);
                    tells(&pair.name.text) && !value.is_some_and(is_plain)
                });
                found.extend(telling.map(|pair| told(&pair.name, "ENV")));
            }
            _ => {}
        }
    }
}

/// How secrets start that say themselves whose they are, and how many letters follow at least.
const STARTS: [(&str, usize); 14] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("npm_", 36),
    ("pypi-AgEI", 40),
    ("sk_live_", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("dckr_pat_", 20),
];

/// Where in a text a secret stands, and what it looks like.
fn secret(text: &str) -> Option<(usize, &'static str)> {
    let letter = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    for (start, least) in STARTS {
        for (at, _) in text.match_indices(start) {
            let inside = text[..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_ascii_alphanumeric());
            let behind = text[at + start.len()..].chars().take_while(letter).count();
            if behind >= least && !inside {
                return Some((at, "a token"));
            }
        }
    }
    if let Some(at) = text.find("-----BEGIN ")
        && text[at..]
            .lines()
            .next()
            .is_some_and(|line| line.contains("PRIVATE KEY-----"))
    {
        return Some((at, "a private key"));
    }
    let mut urls = text.match_indices("://");
    urls.find_map(|(at, _)| {
        let behind = &text[at + 3..];
        let end = behind.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\''));
        let (who, _) = behind[..end.unwrap_or(behind.len())].rsplit_once('@')?;
        let (user, password) = who.split_once(':')?;
        let written = !password.is_empty() && !who.contains(['$', '<', '{', '*']);
        let example = password.eq_ignore_ascii_case(user)
            || ["password", "pass", "example", "changeme", "secret", "xxx"].contains(&password);
        (written && !example).then_some((at + 3, "a password in an address"))
    })
}

/// The text of the file itself: comments included, for what is written there is written.
fn values(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let mut start = 0;
    for line in subject.file.text.split_inclusive('\n') {
        if let Some((at, what)) = secret(line) {
            let span = Span::new(0, start + at, start + at);
            found.push(subject.found(&VALUE, span, format!("{what} is written here")));
        }
        start += line.len();
    }
}

/// Names of files that hold keys or passwords.
const NAMES: [&str; 13] = [
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".netrc",
    ".pypirc",
    ".git-credentials",
    ".htpasswd",
    ".dockercfg",
    ".vault-token",
    "kubeconfig",
    "credentials.json",
    "secrets.json",
];

/// Where such files lie.
const PLACES: [&str; 6] = [
    ".aws/credentials",
    ".docker/config.json",
    ".kube/config",
    ".ssh",
    ".gnupg",
    ".aws",
];

fn is_secret_file(path: &str) -> bool {
    let path = path.trim_end_matches('/').to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_place = PLACES
        .iter()
        .any(|place| path == *place || path.ends_with(&format!("/{place}")));
    let dotenv = name.strip_prefix(".env").is_some_and(|rest| {
        let shown = ["example", "sample", "template", "dist", "defaults"];
        rest.is_empty()
            || rest
                .strip_prefix('.')
                .is_some_and(|kind| !kind.split('.').any(|part| shown.contains(&part)))
    });
    let key = |end: &str| {
        let open = ["pub", "public", "cert", "ca", "chain", "bundle", "root"];
        name.strip_suffix(end).is_some_and(|stem| {
            !stem.is_empty() && !stem.split(['-', '_', '.']).any(|part| open.contains(&part))
        })
    };
    let private = [".key", ".p12", ".pfx", ".kdbx", ".ppk"]
        .into_iter()
        .any(key);
    let pem = key(".pem") && name.contains("key");
    NAMES.contains(&name) || in_place || dotenv || private || pem
}

fn files(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for at in subject.instructions() {
        let transfer: &Transfer = match &at.instruction.command {
            Command::Copy(transfer) | Command::Add(transfer) if transfer.from.is_none() => transfer,
            _ => continue,
        };
        for word in &transfer.sources {
            let text = subject.known(at.step, word).unwrap_or(&word.text);
            if is_secret_file(text) {
                let message = format!("`{text}` holds secrets, and a layer keeps it");
                found.push(subject.found(&FILE, word.span, message));
            }
        }
    }
}
