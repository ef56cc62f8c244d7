//! The rules of `exists:`. They are prove's own; the sources say why such things matter.

use crate::model::{Rule, Severity};

const GITHUB_FILES: &str =
    "https://docs.github.com/en/communities/setting-up-your-project-for-healthy-contributions";
const SECRETS: &str = "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository";
const LARGE_FILES: &str = "https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github";

/// All of them.
pub(super) const RULES: &[&Rule] = &[
    &MISSING_FILE,
    &NONE_OF,
    &FORBIDDEN_FILE,
    &TRACKED_FILE,
    &MISSING_TEXT,
    &FORBIDDEN_TEXT,
    &FILE_TOO_BIG,
];

/// A file that must be there is not.
pub(super) const MISSING_FILE: Rule = Rule {
    id: "missing-file",
    aliases: &[],
    severity: Severity::Error,
    about: "A file that must be there is missing",
    why: "What needs it fails later, or does something else without it.",
    fix: "add it (the path is relative to the gate's `cwd`, and capitals count)",
    source: GITHUB_FILES,
    settings: "{require: [Dockerfile]}",
    bad: "=== dockerfile\nFROM scratch\n",
    good: "=== Dockerfile\nFROM scratch\n",
};

/// None of several is there.
pub(super) const NONE_OF: Rule = Rule {
    id: "none-of",
    aliases: &[],
    severity: Severity::Error,
    about: "None of several files is there, of which one must be",
    why: "What needs one of them fails later, or does something else without it.",
    fix: "add one of them",
    source: GITHUB_FILES,
    settings: "{any_of: [[compose.yaml, docker-compose.yml]]}",
    bad: "=== compose.txt\nx\n",
    good: "=== docker-compose.yml\nservices: {}\n",
};

/// A file that must not be there is.
pub(super) const FORBIDDEN_FILE: Rule = Rule {
    id: "forbidden-file",
    aliases: &[],
    severity: Severity::Error,
    about: "A file that must not be there is there",
    why: "It gets into images and archives that are made of the project.",
    fix: "take it away",
    source: SECRETS,
    settings: "{forbid: ['**/*.pem']}",
    bad: "=== certs/own.pem\nx\n",
    good: "=== certs/README\nx\n",
};

/// Git tracks what it must not.
pub(super) const TRACKED_FILE: Rule = Rule {
    id: "tracked-file",
    aliases: &[],
    severity: Severity::Error,
    about: "Git tracks a file that it must not",
    why: "It is in every clone, and stays in the history when it is taken away.",
    fix: "take it out of git, and add it to .gitignore",
    source: SECRETS,
    settings: "{forbid_tracked: [.env]}",
    bad: "=== .env\nA=1\n",
    good: "=== .env.example\nA=\n",
};

/// A file lacks a text.
pub(super) const MISSING_TEXT: Rule = Rule {
    id: "missing-text",
    aliases: &[],
    severity: Severity::Error,
    about: "A file lacks a text that must be in it",
    why: "Who looks for it there does not find it.",
    fix: "add it, or change what the gate asks for",
    source: GITHUB_FILES,
    settings: "{contents: [{files: README.md, matches: '^## License'}]}",
    bad: "=== README.md\n# App\n",
    good: "=== README.md\n# App\n## License\nMIT\n",
};

/// A file has a text that it must not have.
pub(super) const FORBIDDEN_TEXT: Rule = Rule {
    id: "forbidden-text",
    aliases: &[],
    severity: Severity::Error,
    about: "A file has a text in it that must not be there",
    why: "Somebody decided that it has no place in such files.",
    fix: "take it out, or change what the gate asks for",
    source: SECRETS,
    settings: "{contents: [{files: '**/*.sh', lacks: 'curl .*\\| *sh'}]}",
    bad: "=== a/install.sh\ncurl https://example.com/x | sh\n",
    good: "=== a/install.sh\ncurl -o x https://example.com/x\n",
};

/// A file is too big.
pub(super) const FILE_TOO_BIG: Rule = Rule {
    id: "file-too-big",
    aliases: &[],
    severity: Severity::Error,
    about: "A file is bigger than it may be",
    why: "It is in every clone and in every image that it is copied into.",
    fix: "make it smaller, or keep it elsewhere",
    source: LARGE_FILES,
    settings: "{max_size: {'**/*.png': 4}}",
    bad: "=== a/b.png\n12345\n",
    good: "=== a/b.png\n123\n",
};
