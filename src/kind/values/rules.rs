//! The rules of `values:`. They are prove's own: the sources say how such files are read.

use crate::model::{Rule, Severity};

const TWELVE_FACTORS: &str = "https://12factor.net/config";
const TOML_KEYS: &str = "https://toml.io/en/v1.0.0#keys";

/// All of them.
pub(super) const RULES: &[&Rule] = &[
    &MISSING_KEY,
    &FORBIDDEN_KEY,
    &WRONG_VALUE,
    &DIFFERENT_VALUE,
    &DUPLICATE_KEY,
];

/// What must be there is not.
pub(super) const MISSING_KEY: Rule = Rule {
    id: "missing-key",
    aliases: &[],
    severity: Severity::Error,
    about: "A key that must be in the file is missing",
    why: "The program takes its own default for it, or does not start; that is found out where it \
          runs.",
    fix: "add it",
    source: TWELVE_FACTORS,
    settings: "{file: .env, keys_of: .env.example}",
    bad: "=== .env.example\nPORT=\nHOST=\n=== .env\nPORT=80\n",
    good: "=== .env.example\nPORT=\nHOST=\n=== .env\nPORT=80\nHOST=h\n",
};

/// What must not be there is.
pub(super) const FORBIDDEN_KEY: Rule = Rule {
    id: "forbidden-key",
    aliases: &[],
    severity: Severity::Error,
    about: "A key that must not be in the file is there",
    why: "Somebody decided that it has no place here: it may hold a secret, or say what is said \
          elsewhere.",
    fix: "take it away",
    source: TWELVE_FACTORS,
    settings: "{file: fly.toml, require: {env.DATABASE_PASSWORD: absent}}",
    bad: "=== fly.toml\n[env]\nDATABASE_PASSWORD = 'x'\n",
    good: "=== fly.toml\n[env]\nPORT = '8080'\n",
};

/// A value is not what it must be.
pub(super) const WRONG_VALUE: Rule = Rule {
    id: "wrong-value",
    aliases: &[],
    severity: Severity::Error,
    about: "A value is not what it must be",
    why: "What is deployed runs with this value, whatever was meant.",
    fix: "change the value, or what the gate asks for",
    source: TWELVE_FACTORS,
    settings: "{file: postgresql.conf, require: {shared_buffers: {min: 512MB}}}",
    bad: "=== postgresql.conf\nshared_buffers = 128MB\n",
    good: "=== postgresql.conf\nshared_buffers = 1GB\n",
};

/// Two files say two things.
pub(super) const DIFFERENT_VALUE: Rule = Rule {
    id: "different-value",
    aliases: &[],
    severity: Severity::Error,
    about: "Two files that must say the same do not",
    why: "One of them was changed and the other was forgotten: who reads the one is wrong about the \
          other.",
    fix: "make them equal",
    source: TWELVE_FACTORS,
    settings: "{file: fly.toml, require: {http_service.internal_port: {same_as: '.env#PORT'}}}",
    bad: "=== fly.toml\n[http_service]\ninternal_port = 8080\n=== .env\nPORT=3000\n",
    good: "=== fly.toml\n[http_service]\ninternal_port = 8080\n=== .env\nPORT=8080\n",
};

/// A key is there twice.
pub(super) const DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    aliases: &[],
    severity: Severity::Warning,
    about: "A key is in the file twice",
    why: "Programs take the one or the other without a word: nobody can tell from the file which \
          holds.",
    fix: "take one away",
    source: TOML_KEYS,
    settings: "{file: .env, require: {PORT: present}}",
    bad: "=== .env\nPORT=80\nPORT=81\n",
    good: "=== .env\nPORT=80\n",
};
